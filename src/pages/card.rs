//! A page as plain values.

use crate::idx::Message;
use crate::oauth::Purpose;
use crate::password::Rules;
use crate::text::Text;

/// The step of a page while its first answer is awaited.
pub(super) const LOADING: &str = "loading";

/// A page: what stands on it from top to bottom. Two equal cards are the same page, and what was typed on it stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The remediation's name, or `home`, `terminal`, `error`: the `data-step` of `<main>`.
    pub step: String,
    /// The picture above the heading.
    pub icon: Option<Icon>,
    /// The heading. Takes the focus when the page comes up.
    pub heading: String,
    /// Sentences below the heading.
    pub intro: Vec<String>,
    /// What the org says at an end, where the messages are the page.
    pub messages: Vec<Message>,
    /// What is done and what is still owed.
    pub marks: Vec<Mark>,
    /// Fields and what stands among them.
    pub parts: Vec<Part>,
    /// Answers that the foremost button gives, beside what is filled in.
    pub given: Vec<(String, String)>,
    /// The button that sends the form.
    pub submit: Option<String>,
    /// Buttons beside it.
    pub others: Vec<Button>,
    /// Links below.
    pub links: Vec<Button>,
    /// Whether a new code can be asked for.
    pub resend: bool,
    /// What the people who run the org ask for.
    pub request_id: Option<String>,
    /// The way to the exchange so far, for developers.
    pub trace: Option<Button>,
}

impl Card {
    /// A page with a heading and nothing else.
    pub fn new(step: impl Into<String>, heading: Text) -> Self {
        Self {
            step: step.into(),
            icon: None,
            heading: heading.words().to_owned(),
            intro: Vec::new(),
            messages: Vec::new(),
            marks: Vec::new(),
            parts: Vec::new(),
            given: Vec::new(),
            submit: None,
            others: Vec::new(),
            links: Vec::new(),
            resend: false,
            request_id: None,
            trace: None,
        }
    }

    /// Whether nobody knows yet what the page will be.
    pub fn waits(&self) -> bool {
        self.step == LOADING
    }

    /// The inputs on the page that are not inside a variant.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.parts.iter().filter_map(|part| match part {
            Part::Input(input) => Some(input),
            _ => None,
        })
    }
}

/// Pictures above a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A key.
    Key,
    /// A telephone.
    Phone,
    /// A letter.
    Mail,
    /// A lock.
    Lock,
    /// A tick.
    Check,
    /// An exclamation mark.
    Alert,
    /// A telephone with a screen.
    Device,
}

impl Icon {
    /// Its name in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::Lock => "lock",
            Self::Check => "check",
            Self::Alert => "alert",
            Self::Device => "device",
        }
    }
}

/// One entry of the list of what is done and what is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is about.
    pub label: String,
    /// How it stands.
    pub state: State,
}

/// How an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Set up.
    Done,
    /// Has to be set up.
    Owed,
    /// One of those marked so has to be set up.
    OneOwed,
    /// Can be set up.
    Optional,
}

/// A part of a form.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A text box.
    Input(Input),
    /// A new password: the box, the same again, and the rules ticked as one types.
    NewPassword {
        /// The first box.
        input: Input,
        /// What the org asks for.
        rules: Rules,
        /// What is known of the person, which some rules forbid to repeat.
        person: Vec<(String, String)>,
        /// Whether it is typed twice.
        twice: bool,
    },
    /// A telephone number with its country.
    Phone {
        /// The path of the number.
        name: String,
        /// The path of the choice between SMS and call, where there is one.
        method: Option<String>,
    },
    /// Radio buttons.
    Radios {
        /// Their common name.
        name: String,
        /// What they are a choice of.
        legend: String,
        /// Whether the legend is worth seeing, or the heading says the same.
        quiet: bool,
        /// Must be chosen.
        required: bool,
        /// The choices.
        options: Vec<Choice>,
        /// Which one is chosen to begin with.
        chosen: Option<String>,
    },
    /// A list to choose from.
    Select {
        /// Its name.
        name: String,
        /// Its label.
        label: String,
        /// Must be chosen.
        required: bool,
        /// The choices.
        options: Vec<Choice>,
        /// Which one is chosen to begin with.
        chosen: Option<String>,
        /// `autocomplete`.
        autocomplete: &'static str,
    },
    /// A box to tick.
    Check {
        /// Its name.
        name: String,
        /// Its label.
        label: String,
        /// Ticked to begin with.
        ticked: bool,
    },
    /// Radio buttons that each bring fields of their own.
    Variants {
        /// Their common name.
        name: String,
        /// What they are a choice of.
        legend: String,
        /// The choices.
        variants: Vec<Variant>,
    },
    /// A sentence.
    Note(String),
    /// A code to be read off and typed elsewhere.
    Code(String),
    /// A key to be typed or copied into an app.
    Key(String),
    /// A picture that the org sent: a QR code.
    Image {
        /// A `data:` address.
        source: String,
        /// What it shows, in words.
        alternative: String,
    },
    /// The exchange so far.
    Trace(String),
    /// Names and values.
    Claims(Vec<(String, String)>),
    /// What the app behind the door draws itself: which of its pages.
    Inside(usize),
    /// The name of the person, hidden: password managers want to know whose password it is.
    Whose(String),
}

/// A text box.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The dotted path of its value in the body.
    pub name: String,
    /// Its label.
    pub label: String,
    /// `type`.
    pub kind: &'static str,
    /// `autocomplete`.
    pub autocomplete: &'static str,
    /// `inputmode`, where the keyboard should be another than usual.
    pub mode: Option<&'static str>,
    /// Must have a value.
    pub required: bool,
    /// What the value may be.
    pub hint: Option<String>,
    /// What it holds to begin with.
    pub value: Option<String>,
    /// Fewest characters.
    pub least: Option<u32>,
    /// Most characters.
    pub most: Option<u32>,
    /// Is neither kept nor filled in again: a password, a code, an answer to a security question.
    pub fleeting: bool,
    /// A code, and what it is made of.
    pub code: Option<CodeKind>,
    /// So many characters are a whole code: it is sent when the last one stands there.
    pub whole: Option<u32>,
    /// What to say if it is empty.
    pub missing: String,
}

/// What a code is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// Digits. Spaces and dashes do not count.
    Digits,
    /// Letters and digits. Spaces and dashes do not count.
    Letters,
    /// Eight letters with a dash in the middle, as a device shows them.
    Device,
    /// Any signs at all, and each of them counts.
    Signs,
    /// The same, typed by a key that is touched: its box has the focus.
    Touch,
}

/// One of several values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// Its name.
    pub label: String,
    /// More about it.
    pub detail: Option<String>,
}

/// One of several groups of fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The value of its radio button.
    pub value: String,
    /// Its name.
    pub label: String,
    /// Its fields.
    pub parts: Vec<Part>,
}

/// A button or a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// What it does.
    pub press: Press,
    /// Drawn as the foremost one.
    pub primary: bool,
    /// The address that does the same when it is opened on its own, under the app's root.
    pub address: Option<String>,
    /// The kind of service it leads to: `GOOGLE`, `SAML2` and so on. Drawn as a mark.
    pub mark: Option<String>,
}

impl Button {
    /// A button.
    pub fn new(label: impl Into<String>, press: Press) -> Self {
        Self {
            label: label.into(),
            press,
            primary: false,
            address: None,
            mark: None,
        }
    }

    /// The same, drawn as the foremost one.
    #[must_use]
    pub fn primary(self) -> Self {
        Self {
            primary: true,
            ..self
        }
    }
}

/// What a button does.
#[derive(Clone, Debug, PartialEq)]
pub enum Press {
    /// Sends a remediation of the response that needs nothing filled in.
    Send(usize),
    /// Shows another remediation of the response.
    Show(usize),
    /// Sends an action of the response.
    Act(Action),
    /// Lets the browser fill in a remediation of the response, and sends that.
    Perform(usize),
    /// Sends the form on the page with one answer and nothing else.
    Answer(String, String),
    /// Starts a transaction.
    Start(Purpose),
    /// Goes to a page of somebody else.
    Leave(String),
    /// Signs in on the org's own page.
    Hosted,
    /// Goes on with the mail's link that was opened, at the expense of the session.
    FollowLink,
    /// Ends the session.
    SignOut,
    /// Ends the org's own session in this browser, after the one here.
    EndOrgSession,
    /// Is still there.
    Stay,
    /// Goes to a page of the app behind the door, by its path.
    Visit(&'static str),
    /// Goes home.
    Home,
    /// Goes back to the step that waits.
    Return,
    /// Starts over with what the person came for.
    Again,
    /// Takes up the transaction that this tab has, or starts one.
    Resume,
    /// Does the last thing again, which did not come through.
    Retry,
    /// Waits no longer for an answer.
    Abandon,
    /// Loads the page anew.
    Reload,
    /// Shows a developer the exchange so far.
    Trace,
}

/// Actions beside the remediations (protocol reference, 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends a new code.
    Resend,
    /// Recovers the password.
    Recover,
    /// Waits no longer for an app on this device.
    Stop,
}
