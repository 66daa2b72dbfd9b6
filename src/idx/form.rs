//! Fields, the values to give back, and what a person answered.

use super::{Authenticator, Error, Kind, MOST, Message, wire};
use crate::http::{self, HttpRequest, Method};
use crate::json::Value;
use crate::secret::Secret;

/// How deep forms may nest; what lies deeper is left out.
const DEPTH: u32 = 8;

/// Something that can be sent: a remediation, or an action beside one (protocol reference, 3.2 and 3.5).
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The name of the remediation or action.
    pub name: String,
    /// Where it goes.
    pub href: String,
    /// `GET` means that the browser goes there itself.
    pub navigates: bool,
    /// The media type the org wants to be asked for.
    accepts: String,
    /// Its fields, without `stateHandle`.
    pub fields: Vec<Field>,
    /// Milliseconds between two polls.
    pub refresh: Option<u32>,
}

/// A field of a form (protocol reference, 3.3).
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its member in the body.
    name: String,
    /// The dotted path of its value in the body. The `name` of its control.
    pub path: String,
    /// The org's name for it; its path where it has none.
    pub label: String,
    /// An admin chose the label: it is shown as it is.
    pub custom_label: bool,
    /// What one fills it in with.
    pub control: Control,
    /// Must have a value.
    pub required: bool,
    /// Is shown.
    pub visible: bool,
    /// May be changed.
    pub mutable: bool,
    /// Is typed unseen.
    pub secret: bool,
    /// Fewest characters.
    pub min_length: Option<u32>,
    /// Most characters.
    pub max_length: Option<u32>,
    /// The value it comes with.
    pub preset: Option<Value>,
    /// What its value is made of, where an admin or the org says so.
    pub hint: Option<Hint>,
    /// Help in the org's words.
    pub description: Option<String>,
    /// What the org says about it.
    pub messages: Vec<Message>,
    /// The authenticator it belongs to: a password in a profile form names its policy so.
    pub about: Option<Authenticator>,
}

/// What a field is filled in with.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// A line of text.
    Text,
    /// Yes or no.
    Flag,
    /// Fields of its own, one level down.
    Group(Vec<Field>),
    /// One of several values.
    Choice {
        /// The values.
        options: Vec<Choice>,
        /// Drawn as radio buttons rather than as a list.
        radio: bool,
    },
    /// One of several forms; the body gets the chosen one's fields.
    Variants(Vec<Variant>),
    /// A value that goes back as it came.
    Fixed,
}

/// What the value of a text field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A country's two letters.
    Country,
    /// Letters and digits.
    Alphanumeric,
    /// A day: `2031-05-04`.
    Date,
    /// A number.
    Number,
    /// Several lines.
    Lines,
    /// The token of a solved captcha.
    Captcha,
    /// A part of a WebAuthn ceremony's result.
    WebAuthn,
}

/// A value to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The org's name for it.
    pub label: String,
    /// What is sent.
    pub value: Value,
}

/// A form to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The org's name for it.
    pub label: String,
    /// Tells it from its neighbours: the authenticator's id where it has one. The value of its radio button.
    pub id: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The authenticator that it stands for.
    pub about: Option<Authenticator>,
    /// It stands for one of the ways in which that authenticator can be used.
    pub way: bool,
}

impl Variant {
    /// An app that answers in several ways is several things to choose from, and what the device does by itself comes
    /// first if the org knows the device (protocol reference, T37).
    fn ways(mut self) -> Vec<Self> {
        let app = self.about.as_ref().filter(|about| {
            about.kind == Kind::OktaVerify
                || matches!(about.key.as_str(), "custom_app" | "custom_push")
        });
        let known = app.map(|about| about.device_known);
        let splits = |field: &Field| match &field.control {
            Control::Choice { options, .. } => field.name == "methodType" && options.len() <= MOST,
            _ => false,
        };
        let method = self.fields.iter().position(splits);
        let (Some(known), Some(at)) = (known, method) else {
            return vec![self];
        };
        // Each way has one of the options, and none has all of them.
        let method = self.fields.get_mut(at);
        let options = method.map(|field| std::mem::replace(&mut field.control, Control::Fixed));
        let Some(Control::Choice { options, .. }) = options else {
            return vec![self];
        };
        let ways: Vec<Self> = options
            .into_iter()
            .map(|option| {
                let mut way = self.clone();
                way.label = option.label;
                way.id = [self.id.as_str(), "#", &option.value.scalar()].concat();
                way.way = true;
                if let Some(field) = way.fields.get_mut(at) {
                    field.preset = Some(option.value);
                }
                way
            })
            .collect();
        let silent = |way: &Self| way.id.ends_with("#signed_nonce");
        let (mut ways, others): (Vec<Self>, Vec<Self>) =
            ways.into_iter().partition(|way| silent(way) == known);
        ways.extend(others);
        ways
    }
}

impl Form {
    /// Takes the ways of apps apart, where one chooses among them.
    pub(super) fn split(&mut self) {
        for field in &mut self.fields {
            if let Control::Variants(variants) = &mut field.control {
                let whole = std::mem::take(variants);
                *variants = whole.into_iter().flat_map(Variant::ways).collect();
            }
        }
    }

    /// Reads a remediation or an action; `None` if it has no name.
    pub(super) fn read(raw: &Value, root: &Value) -> Option<Self> {
        let navigates = raw
            .text("method")
            .is_some_and(|method| method.eq_ignore_ascii_case("get"));
        let fields = raw.get("value").map_or(&[][..], Value::items);
        Some(Self {
            name: wire::text(raw, "name")?,
            href: raw.text("href").unwrap_or_default().to_owned(),
            navigates,
            accepts: wire::text(raw, "accepts")
                .unwrap_or_else(|| "application/ion+json; okta-version=1.0.0".to_owned()),
            fields: Field::all(fields, "", root, DEPTH),
            refresh: raw.get("refresh").and_then(Value::as_u32),
        })
    }

    /// The request that sends it, with what must go back untouched: values that cannot be changed win over answers, and
    /// the newest state handle over the one written into the form (protocol reference, 2.4).
    ///
    /// # Errors
    /// [`Error::Foreign`] if it leads away from the org's origin.
    pub fn request(
        &self,
        origin: &str,
        handle: Option<&Secret>,
        answers: &Answers,
    ) -> Result<HttpRequest, Error> {
        if !http::on_origin(&self.href, origin) {
            return Err(Error::Foreign);
        }
        let mut members = body(&self.fields, answers);
        members.extend(answers.1.iter().cloned());
        if let Some(handle) = handle {
            members.push((
                "stateHandle".to_owned(),
                Value::String(handle.expose().to_owned()),
            ));
        }
        let mut text = String::new();
        Value::Object(members).write(&mut text);
        Ok(HttpRequest {
            method: Method::Post,
            accept: self.accepts.clone(),
            content_type: Some("application/json"),
            body: Some(Secret::new(text)),
            ..HttpRequest::get(self.href.as_str())
        })
    }

    /// Of each variant's choices of a method the first one counts, unless another is made (protocol reference, T21).
    pub(super) fn take_first_methods(&mut self) {
        for field in &mut self.fields {
            let Control::Variants(variants) = &mut field.control else {
                continue;
            };
            for variant in variants {
                for field in &mut variant.fields {
                    if let (Control::Choice { options, .. }, None) = (&field.control, &field.preset)
                        && field.name == "methodType"
                    {
                        field.preset = options.first().map(|first| first.value.clone());
                    }
                }
            }
        }
    }

    /// All fields at any depth that are shown, with variants' own fields left out.
    pub fn shown(&self) -> Vec<&Field> {
        let mut found = Vec::new();
        collect(&self.fields, &mut found);
        found
    }

    /// The field of that path, wherever it is.
    pub fn field(&self, path: &str) -> Option<&Field> {
        fn search<'a>(fields: &'a [Field], path: &str) -> Option<&'a Field> {
            fields.iter().find_map(|field| {
                if field.path == path {
                    return Some(field);
                }
                match &field.control {
                    Control::Group(inner) => search(inner, path),
                    Control::Variants(variants) => variants
                        .iter()
                        .find_map(|variant| search(&variant.fields, path)),
                    _ => None,
                }
            })
        }
        search(&self.fields, path)
    }

    /// Whether only a ceremony can fill it in.
    pub fn ceremonial(&self) -> bool {
        self.fields.iter().any(Field::ceremonial)
    }

    /// Whether a person has anything to fill in.
    pub fn is_empty(&self) -> bool {
        self.shown().is_empty()
    }
}

fn collect<'a>(fields: &'a [Field], found: &mut Vec<&'a Field>) {
    for field in fields {
        match &field.control {
            _ if !field.visible => {}
            Control::Group(inner) => collect(inner, found),
            _ if field.fixed() => {}
            _ => found.push(field),
        }
    }
}

impl Field {
    /// Whether its value goes back as it came. A choice that comes without a value is one to make, whatever `mutable` says.
    pub fn fixed(&self) -> bool {
        match &self.control {
            Control::Fixed => true,
            Control::Group(_) | Control::Variants(_) => false,
            Control::Choice { .. } if self.preset.is_none() => false,
            _ => !self.mutable,
        }
    }

    /// Whether a person cannot fill it in: it is the result of a ceremony of the browser's or of a script of somebody else's.
    pub fn ceremonial(&self) -> bool {
        let lacking = self.required && !self.visible && self.mutable && self.preset.is_none();
        match &self.control {
            Control::Group(inner) => inner.iter().any(Self::ceremonial),
            Control::Text => lacking || matches!(self.hint, Some(Hint::Captcha | Hint::WebAuthn)),
            _ => false,
        }
    }

    fn all(raw: &[Value], prefix: &str, root: &Value, depth: u32) -> Vec<Self> {
        if depth == 0 {
            return Vec::new();
        }
        raw.iter()
            .filter(|raw| !(prefix.is_empty() && raw.text("name") == Some("stateHandle")))
            .filter_map(|raw| Self::read(raw, prefix, root, depth))
            .collect()
    }

    fn read(raw: &Value, prefix: &str, root: &Value, depth: u32) -> Option<Self> {
        let name = wire::text(raw, "name")?;
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            [prefix, ".", &name].concat()
        };
        let flag =
            |name: &str, default: bool| raw.get(name).and_then(Value::as_bool).unwrap_or(default);
        let length = |name: &str| {
            raw.get(name)
                .and_then(Value::as_u32)
                .filter(|length| *length > 0)
        };
        let mutable = flag("mutable", true);
        let nested = |holder: &Value| {
            holder
                .get("form")
                .map(|form| Self::all(wire::list(Some(form)), &path, root, depth - 1))
        };
        let value = raw.get("value");
        let mut hint = match (raw.text("hint"), raw.text("format")) {
            (Some("captcha"), _) => Some(Hint::Captcha),
            (Some("webauthn"), _) => Some(Hint::WebAuthn),
            (_, Some("alphanumeric" | "ALPHANUMERIC")) => Some(Hint::Alphanumeric),
            _ if matches!(raw.text("type"), Some("number" | "integer")) => Some(Hint::Number),
            _ => None,
        };
        let control = if let Some(options) = raw
            .get("options")
            .map(Value::items)
            .filter(|_| mutable || value.is_none())
        {
            let mut control = choose(options, &path, root, depth, &mut hint);
            // Yes and no are sent as such, also where they are offered as texts.
            if let Control::Choice { options, .. } = &mut control
                && raw.text("type") == Some("boolean")
            {
                for option in options {
                    option.value = option.value.as_bool().map_or(Value::Null, Value::Bool);
                }
            }
            control
        } else if let Some(fields) = nested(raw).or_else(|| value.and_then(nested)) {
            Control::Group(fields)
        } else if matches!(value, Some(Value::Object(_) | Value::Array(_))) {
            Control::Fixed
        } else if raw.text("type") == Some("boolean") || matches!(value, Some(Value::Bool(_))) {
            Control::Flag
        } else {
            Control::Text
        };
        let preset = match (&control, value) {
            (Control::Group(_), _) => None,
            (_, Some(value)) if *value != Value::Null => Some(value.clone()),
            _ => None,
        };
        Some(Self {
            label: wire::text(raw, "label").unwrap_or_else(|| name.clone()),
            custom_label: flag("customLabel", false),
            required: flag("required", false),
            visible: flag("visible", true),
            secret: flag("secret", false),
            min_length: length("minLength"),
            // A limit that nothing can keep is none.
            max_length: length("maxLength").filter(|most| Some(*most) >= length("minLength")),
            description: wire::text(raw, "desc"),
            messages: said(raw),
            about: wire::related(root, raw).and_then(Authenticator::read),
            name,
            path,
            control,
            mutable,
            preset,
            hint,
        })
    }
}

/// What the org says about a field: on itself, on a form of its own, on one of its options.
fn said(raw: &Value) -> Vec<Message> {
    let value = raw.get("value");
    let form = raw.get("form").or_else(|| value?.get("form"));
    let options = raw.get("options").map_or(&[][..], Value::items);
    let mut found = Vec::new();
    for holder in [raw].into_iter().chain(form).chain(options) {
        Message::collect(holder, &mut found);
    }
    found
}

/// The three shapes of options (protocol reference, 3.4).
fn choose(
    options: &[Value],
    path: &str,
    root: &Value,
    depth: u32,
    hint: &mut Option<Hint>,
) -> Control {
    if let Some(display) = display(options) {
        let input = display.text("inputType").unwrap_or("text");
        *hint = match (display.text("format"), input) {
            (Some("country-code"), _) => Some(Hint::Country),
            (Some("date"), _) | (_, "date") => Some(Hint::Date),
            (Some("number"), _) | (_, "number") => Some(Hint::Number),
            (_, "textarea") => Some(Hint::Lines),
            _ => hint.take(),
        };
        let listed: Vec<Choice> = display
            .get("options")
            .map_or(&[][..], Value::items)
            .iter()
            .map(choice)
            .collect();
        return match input {
            "checkbox" if listed.is_empty() => Control::Flag,
            _ if listed.is_empty() => Control::Text,
            _ => Control::Choice {
                options: listed,
                radio: input == "radio",
            },
        };
    }
    // Some orgs leave out the `value` around an option's form.
    let forms = options
        .iter()
        .any(|option| option.get("value").unwrap_or(option).get("form").is_some());
    if !forms && !options.is_empty() {
        return Control::Choice {
            options: options.iter().map(choice).collect(),
            radio: options.len() <= 4,
        };
    }
    let mut variants: Vec<Variant> = options
        .iter()
        .enumerate()
        .map(|(at, option)| {
            let fields = option.get("value").unwrap_or(option).get("form");
            let fields = Field::all(wire::list(fields), path, root, depth.saturating_sub(1));
            let about = wire::related(root, option).and_then(Authenticator::read);
            let named = about.as_ref().and_then(|about| about.name.clone());
            Variant {
                label: wire::text(option, "label")
                    .or(named)
                    .unwrap_or_else(|| (at + 1).to_string()),
                id: identity(&fields).unwrap_or_else(|| at.to_string()),
                fields,
                about,
                way: false,
            }
        })
        .collect();
    // Two enrollments of one authenticator have its id in common; a radio button's value must be its own. What is not shown has
    // no button.
    for at in 1..variants.len().min(MOST) {
        let (before, rest) = variants.split_at_mut(at);
        if let Some(variant) = rest.first_mut()
            && before.iter().any(|other| other.id == variant.id)
        {
            variant.id = [variant.id.as_str(), "#", &at.to_string()].concat();
        }
    }
    Control::Variants(variants)
}

fn display(options: &[Value]) -> Option<&Value> {
    let option = options
        .iter()
        .find(|option| option.text("label") == Some("display"))?;
    option
        .get("value")?
        .get("value")
        .filter(|display| display.get("inputType").is_some())
}

fn choice(raw: &Value) -> Choice {
    let value = raw.get("value").cloned().unwrap_or(Value::Null);
    Choice {
        label: wire::text(raw, "label").unwrap_or_else(|| value.scalar()),
        value,
    }
}

fn identity(fields: &[Field]) -> Option<String> {
    ["id", "questionKey", "methodType"].iter().find_map(|name| {
        let field = fields
            .iter()
            .find(|field| field.name == *name && !field.mutable)?;
        field
            .preset
            .as_ref()
            .map(Value::scalar)
            .filter(|id| !id.is_empty())
    })
}

/// What a person answered, by path, and members of the body that no field asks for. Lives from the press of a button to
/// the request, and nowhere else.
#[derive(Clone, Default)]
pub struct Answers(Vec<(String, Answer)>, Vec<(String, Value)>);

/// An answer to one field.
#[derive(Clone)]
pub enum Answer {
    /// A text; also which of several values or forms was chosen.
    Text(Secret),
    /// Yes or no.
    Flag(bool),
}

impl Answers {
    /// No answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same answers and one more; a path answered before gets the new answer.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.set(path, Answer::Text(Secret::new(text)));
        self
    }

    /// Answers a field.
    pub fn set(&mut self, path: impl Into<String>, answer: Answer) {
        let path = path.into();
        self.0.retain(|(known, _)| *known != path);
        self.0.push((path, answer));
    }

    /// Adds a member of the body that the org takes, whether or not a field asks for it.
    pub(super) fn also(&mut self, name: &str, value: Value) {
        self.1.push((name.to_owned(), value));
    }

    /// The text at that path; empty if there is none.
    pub fn text(&self, path: &str) -> &str {
        match self.get(path) {
            Some(Answer::Text(text)) => text.expose(),
            _ => "",
        }
    }

    fn get(&self, path: &str) -> Option<&Answer> {
        self.0
            .iter()
            .find(|(known, _)| known == path)
            .map(|(_, answer)| answer)
    }
}

fn body(fields: &[Field], answers: &Answers) -> Vec<(String, Value)> {
    let mut members: Vec<(String, Value)> = Vec::new();
    for field in fields {
        let Some(value) = value(field, answers) else {
            continue;
        };
        // Progressive profiling repeats a field's name, one attribute each (protocol reference, T13). It repeats it soon.
        let mut known = members.iter_mut().take(MOST);
        match (known.find(|(name, _)| *name == field.name), value) {
            (Some((_, Value::Object(known))), Value::Object(more)) => known.extend(more),
            (Some((_, known)), value) => *known = value,
            (None, value) => members.push((field.name.clone(), value)),
        }
    }
    members
}

/// The value of a choice, by the text that stands for it. What is too much to list is typed, as it is called or as it is.
fn chosen(options: &[Choice], text: &str) -> Option<Value> {
    let listed = options.iter().find(|option| option.value.scalar() == text);
    let typed = || {
        let mut options = options.iter();
        let called = options.find(|option| option.label.eq_ignore_ascii_case(text));
        called.map_or_else(
            || Value::String(text.to_owned()),
            |option| option.value.clone(),
        )
    };
    let types = options.len() > MOST && !text.is_empty();
    listed
        .map(|option| option.value.clone())
        .or_else(|| types.then(typed))
}

fn value(field: &Field, answers: &Answers) -> Option<Value> {
    let answer = answers.get(&field.path).filter(|_| !field.fixed());
    match &field.control {
        Control::Group(inner) => {
            let members = body(inner, answers);
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Control::Variants(variants) => {
            let chosen = match answer {
                Some(Answer::Text(id)) => variants.iter().find(|variant| variant.id == id.expose()),
                _ => None,
            };
            let members = body(&chosen?.fields, answers);
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Control::Fixed => field.preset.clone(),
        _ if field.fixed() => Some(field.preset.clone().unwrap_or(Value::String(String::new()))),
        Control::Flag => match answer {
            Some(Answer::Flag(flag)) => Some(Value::Bool(*flag)),
            Some(Answer::Text(text)) => Some(Value::Bool(text.expose() == "true")),
            None => field.preset.clone(),
        },
        Control::Choice { options, .. } => match answer {
            Some(Answer::Text(text)) => chosen(options, text.expose()),
            Some(Answer::Flag(flag)) => Some(Value::Bool(*flag)),
            None => field.preset.clone(),
        },
        Control::Text => match answer {
            Some(Answer::Text(text)) if text.is_empty() && !field.required => None,
            Some(Answer::Text(text)) => Some(Value::String(text.expose().to_owned())),
            Some(Answer::Flag(flag)) => Some(Value::Bool(*flag)),
            None => field.preset.clone(),
        },
    }
}
