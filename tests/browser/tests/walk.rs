//! The seed's walk through registration, one page at a time, so that a story can stop at any of them.

use browser_tests::{Failure, Key, Visit};

/// Somebody who signs up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) email: &'static str,
    pub(crate) password: &'static str,
}

pub(crate) const ADA: Person = Person {
    first: "Ada",
    last: "Byron",
    email: "ada@example.com",
    password: "Notes-On-1843",
};

/// The number as Ada types it where the country is the United States, and as the org must get it.
pub(crate) const TYPED: &str = "(555) 666-7777";
pub(crate) const NUMBER: &str = "+15556667777";

/// A page of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    SignUp,
    FirstList,
    Password,
    SecondList,
    EmailCode,
    ThirdList,
    Number,
    PhoneCode,
    Home,
}

impl Stop {
    /// From the first page to the last.
    pub(crate) const ALL: [Self; 9] = [
        Self::SignUp,
        Self::FirstList,
        Self::Password,
        Self::SecondList,
        Self::EmailCode,
        Self::ThirdList,
        Self::Number,
        Self::PhoneCode,
        Self::Home,
    ];

    pub(crate) const fn step(self) -> &'static str {
        match self {
            Self::SignUp => "enroll-profile",
            Self::FirstList | Self::SecondList | Self::ThirdList => "select-authenticator-enroll",
            Self::Password | Self::EmailCode | Self::PhoneCode => "enroll-authenticator",
            Self::Number => "authenticator-enrollment-data",
            Self::Home => "home",
        }
    }

    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::SignUp => "Sign Up",
            Self::FirstList | Self::SecondList | Self::ThirdList => "Choose an authenticator",
            Self::Password => "Set password",
            Self::EmailCode | Self::PhoneCode => "Enter verification code",
            Self::Number => "What is your phone number?",
            Self::Home => "Hello, Ada Byron",
        }
    }

    pub(crate) const fn address(self) -> &'static str {
        match self {
            Self::SignUp => "/register",
            Self::FirstList | Self::SecondList | Self::ThirdList => "/select-authenticator",
            Self::Password => "/enroll-authenticator/okta_password",
            Self::EmailCode => "/enroll-authenticator/okta_email",
            Self::Number => "/enroll-authenticator/phone_number/enrollment-data",
            Self::PhoneCode => "/enroll-authenticator/phone_number",
            Self::Home => "/",
        }
    }

    /// The button that leads on.
    pub(crate) const fn button(self) -> &'static str {
        match self {
            Self::SignUp => "Sign Up",
            Self::Password | Self::EmailCode => "Submit",
            _ => "Next",
        }
    }

    pub(crate) fn next(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|stop| *stop == self)?;
        Self::ALL.get(at + 1).copied()
    }

    /// Waits for this page and checks it: step, heading, focus, address, and what every page must be.
    pub(crate) async fn met(self, visit: &Visit) {
        visit.at(self.step(), self.heading()).await;
        visit.has_address(self.address()).await;
    }

    /// Fills in what this page asks of Ada.
    pub(crate) async fn fill(self, visit: &Visit) {
        match self {
            Self::SignUp => {
                visit.fill("First name", ADA.first).await;
                visit.fill("Last name", ADA.last).await;
                visit.fill("Email", ADA.email).await;
            }
            Self::FirstList => visit.choose("Password").await,
            Self::Password => {
                visit.fill("New password", ADA.password).await;
                visit.fill("Re-enter new password", ADA.password).await;
            }
            Self::SecondList => visit.choose("Email").await,
            Self::EmailCode => {
                visit
                    .fill("Enter code", &visit.code_for(ADA.email).await)
                    .await
            }
            Self::ThirdList => visit.choose("Phone").await,
            Self::Number => {
                visit.choose("SMS").await;
                visit.fill("Phone number", TYPED).await;
            }
            Self::PhoneCode => {
                visit
                    .fill("Enter code", &visit.code_for(NUMBER).await)
                    .await
            }
            Self::Home => {}
        }
    }

    /// Whether what is filled in goes out by itself, if nothing was wrong before.
    pub(crate) fn sends_itself(self) -> bool {
        matches!(self, Self::EmailCode | Self::PhoneCode)
    }

    /// Fills in what this page asks of Ada and sends it.
    pub(crate) async fn answer(self, visit: &Visit) {
        let wrong = !visit.errors().await.summary.is_empty();
        self.fill(visit).await;
        if wrong || !self.sends_itself() {
            visit.press(self.button()).await;
        }
    }

    /// From this page to the next one, which is checked.
    pub(crate) async fn pass(self, visit: &Visit) {
        self.answer(visit).await;
        if let Some(next) = self.next() {
            next.met(visit).await;
        }
    }
}

/// Opens `/register` and goes on as Ada until this page is there, by way of Email and then Phone.
pub(crate) async fn to(visit: &Visit, goal: Stop) {
    visit.open("/register").await;
    Stop::SignUp.met(visit).await;
    for stop in Stop::ALL {
        if stop == goal {
            return;
        }
        stop.pass(visit).await;
    }
}

/// Makes Ada's account with a password and her address, and leaves the phone out. Ends at Home, signed in.
pub(crate) async fn makes_account(visit: &Visit) {
    to(visit, Stop::ThirdList).await;
    visit.press("Skip").await;
    Stop::Home.met(visit).await;
}

/// Ada has an account as an admin makes one, and comes to sign in.
pub(crate) async fn comes_with_an_account(visit: &Visit) {
    visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
    visit.open("/login").await;
    visit.at("identify", "Sign In").await;
}

/// Signs out, and comes back to the Sign In page.
pub(crate) async fn comes_again(visit: &Visit) {
    signs_out(visit).await;
    goes_to_sign_in(visit).await;
}

/// Takes one of the list.
pub(crate) async fn takes(visit: &Visit, label: &str) {
    visit.choose(label).await;
    visit.press("Next").await;
}

/// Waits until the page is another than this one, and tells which.
pub(crate) async fn leaves(visit: &Visit, step: &str) -> String {
    visit
        .until(&format!("something else than {step}"), async || {
            let now = visit.step().await;
            (now != step && !now.is_empty()).then_some(())
        })
        .await;
    visit.settles().await
}

/// A code that is not this one.
pub(crate) fn other_than(code: &str) -> &'static str {
    if code == "111111" { "222222" } else { "111111" }
}

/// Types a wrong code where a right one is asked for, and is refused at its field, which is empty again and has nothing of it.
pub(crate) async fn types_a_wrong_code(visit: &Visit, step: &str, wrong: &str) {
    visit.expect(Failure::Status(401));
    let sent = visit.posts_to("/idp/idx/challenge/answer").await.len();
    visit.fill("Enter code", wrong).await;
    if !visit.errors().await.summary.is_empty() {
        visit.key(Key::Enter).await;
    }
    visit
        .until("the refusal", async || {
            let now = visit.posts_to("/idp/idx/challenge/answer").await.len();
            (now > sent && !visit.is_busy().await).then_some(())
        })
        .await;
    let errors = visit.refused(step).await;
    assert_eq!(
        errors.at("credentials.passcode"),
        "Invalid code. Try again."
    );
    assert_eq!(visit.value("credentials.passcode").await, "");
}

/// Signs out from Home.
pub(crate) async fn signs_out(visit: &Visit) {
    visit.press("Sign out").await;
    is_nobody(visit).await;
}

/// At Home there is no session: one can sign in and sign up.
pub(crate) async fn is_nobody(visit: &Visit) {
    visit
        .until("Home for somebody not signed in", async || {
            let buttons = visit.buttons().await;
            let nobody = ["Sign In", "Sign Up"]
                .iter()
                .all(|name| buttons.iter().any(|button| button == name));
            (nobody && visit.step().await == "home").then_some(())
        })
        .await;
    visit.check().await;
}

/// Goes from Home to the Sign In page by its link.
pub(crate) async fn goes_to_sign_in(visit: &Visit) {
    visit.press("Sign In").await;
    visit.at("identify", "Sign In").await;
    visit.has_address("/login").await;
}

/// Signs in on the Sign In page.
pub(crate) async fn signs_in(visit: &Visit, username: &str, password: &str) {
    visit.fill("Username", username).await;
    visit.fill("Password", password).await;
    visit.press("Next").await;
}

/// By the link that is there where `hostedSignIn` is wished for.
pub(crate) async fn goes_to_the_orgs_page(visit: &Visit) {
    let host = visit.org_origin().trim_start_matches("http://");
    visit.press(&format!("Sign in on the page of {host}")).await;
    visit.reads("Sign in to the org").await;
}

pub(crate) async fn signs_in_on_the_orgs_page(visit: &Visit) {
    visit.reads("Sign in to the org").await;
    visit.fill_name("identifier", ADA.email).await;
    visit.fill_name("credentials.passcode", ADA.password).await;
    visit
        .evaluate("document.querySelector('[name=\"credentials.passcode\"]').form.querySelector('button').click()")
        .await;
}
