//! A recorded answer, read with none of the app's eyes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Where the org of all tests lives. Recordings come from elsewhere and are moved here first.
pub(crate) const ORG: &str = "https://id.acme.test";

/// The recordings of a folder with the names of their files, in the order of these; none if there is no such folder.
pub(crate) fn folder(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    files.sort();
    files
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            let body = fs::read(&path).ok()?;
            Some((name, String::from_utf8_lossy(&body).into_owned()))
        })
        .collect()
}

/// A recorded body.
pub(crate) struct Recording {
    /// The body as the app gets it: its forms lead to [`ORG`].
    pub text: String,
    /// The same, read. `None` if it is no JSON.
    pub root: Option<Value>,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The org asks for something.
    Asks,
    /// Nothing more is asked.
    Ends,
    /// There is a code to exchange.
    Grants,
    /// It is no IDX response.
    Foreign,
}

/// What the org says somewhere in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The words that must be on the page: those that stand for its key, or else the org's own.
    pub ours: Option<String>,
    /// The org's own words.
    pub theirs: Option<String>,
    /// The remediation whose form or field it stands on; `None` is everywhere else.
    pub at: Option<usize>,
}

impl Said {
    /// The words that this app has for it.
    pub(crate) fn words(&self) -> &str {
        let words = self.ours.as_deref().or(self.theirs.as_deref());
        words.unwrap_or_default()
    }
}

/// The kind of control that a field needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// Yes or no.
    Flag,
    /// One of several values.
    Choice,
    /// One of several forms.
    Forms,
    /// Typed unseen.
    Secret,
    /// A line of text.
    Text,
}

/// A field that a person has to meet.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its names from the outermost to its own.
    pub chain: Vec<String>,
    /// The control that it needs.
    pub wants: Wants,
    /// Must have a value.
    pub required: bool,
    /// It is a yes or no, whatever its control.
    pub boolean: bool,
    /// It lies in an option's form, and shows when the option is chosen.
    pub chosen: bool,
}

impl Field {
    /// The name of its control.
    pub(crate) fn path(&self) -> String {
        self.chain.join(".")
    }
}

impl Recording {
    /// Reads a body and moves it to [`ORG`].
    pub(crate) fn new(body: &str) -> Self {
        Self::at(body, ORG)
    }

    /// Reads a body and moves it to another org.
    pub(crate) fn at(body: &str, org: &str) -> Self {
        let Ok(mut root) = serde_json::from_str::<Value>(body) else {
            return Self {
                text: body.to_owned(),
                root: None,
            };
        };
        let mut origins = BTreeSet::new();
        form_origins(&root, &mut origins);
        for origin in &origins {
            move_to_org(&mut root, origin, org);
        }
        Self {
            text: root.to_string(),
            root: Some(root),
        }
    }

    /// What the body is.
    pub(crate) fn kind(&self) -> Kind {
        let Some(root) = &self.root else {
            return Kind::Foreign;
        };
        let ion = [
            "version",
            "remediation",
            "messages",
            "successWithInteractionCode",
            "success",
            "failure",
            "deviceEnrollment",
        ];
        if !ion.iter().any(|member| root.get(member).is_some()) {
            Kind::Foreign
        } else if root.get("successWithInteractionCode").is_some() {
            Kind::Grants
        } else if self.remediations().is_empty() {
            Kind::Ends
        } else {
            Kind::Asks
        }
    }

    /// The remediations, in the org's order.
    pub(crate) fn remediations(&self) -> &[Value] {
        self.root
            .as_ref()
            .map_or(&[], |root| list(root.get("remediation")))
    }

    /// The member of an object beside the remediations, unwrapped.
    pub(crate) fn object(&self, name: &str) -> Option<&Value> {
        let value = self.root.as_ref()?.get(name)?;
        match value.get("value") {
            Some(inner) if inner.is_object() => Some(inner),
            _ => value.is_object().then_some(value),
        }
    }

    /// Whether the org is only busy or unwell, and the same request may succeed in a while (protocol reference, 6.1).
    pub(crate) fn passes(&self) -> bool {
        let passing = [
            "tooManyRequests",
            "oie.tooManyRequests",
            "E0000009",
            "E0000010",
            "errors.E0000150",
        ];
        let messages = list(self.root.as_ref().and_then(|root| root.get("messages")));
        messages
            .iter()
            .filter_map(|message| text(message.get("i18n")?, "key"))
            .any(|key| passing.contains(&key))
    }

    /// The handle that goes into each request.
    pub(crate) fn handle(&self) -> Option<&str> {
        text(self.root.as_ref()?, "stateHandle")
    }

    /// Everything that the org says, each once.
    pub(crate) fn said(&self) -> Vec<Said> {
        let mut found = Vec::new();
        let Some(Value::Object(members)) = &self.root else {
            return found;
        };
        for (name, member) in members {
            match name.as_str() {
                "messages" => messages(member, None, &mut found),
                "remediation" => list(Some(member))
                    .iter()
                    .enumerate()
                    .for_each(|(at, raw)| search(raw, Some(at), &mut found)),
                _ => search(member, None, &mut found),
            }
        }
        found
    }
}

/// The fields of a form that a person has to meet, at any depth.
pub(crate) fn wanted(form: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    collect(list(form.get("value")), &[], false, &mut found);
    found
}

/// The paths of fields that must not be shown.
pub(crate) fn hidden(form: &Value) -> Vec<String> {
    fn walk(fields: &[Value], chain: &[String], found: &mut Vec<String>) {
        for field in fields {
            let chain = extended(chain, field);
            if !flag(field, "visible", true) {
                found.push(chain.join("."));
            }
            walk(inner(field), &chain, found);
        }
    }
    let mut found = Vec::new();
    walk(list(form.get("value")), &[], &mut found);
    found
}

/// The paths of hidden fields that must have a value, came with none and are not in a body: something else than a person
/// has to bring them.
pub(crate) fn owed(form: &Value, body: &Value) -> Vec<String> {
    fn walk(fields: &[Value], chain: &[String], body: &Value, found: &mut Vec<String>) {
        for field in fields {
            let chain = extended(chain, field);
            let own = chain.last().and_then(|name| body.get(name));
            let nested = inner(field);
            if !nested.is_empty() {
                walk(nested, &chain, own.unwrap_or(&Value::Null), found);
            } else if flag(field, "required", false)
                && !flag(field, "visible", true)
                && field.get("value").is_none()
                && own.is_none()
            {
                found.push(chain.join("."));
            }
        }
    }
    let mut found = Vec::new();
    walk(list(form.get("value")), &[], body, &mut found);
    found
}

fn extended(chain: &[String], field: &Value) -> Vec<String> {
    let name = text(field, "name").unwrap_or_default().to_owned();
    chain.iter().cloned().chain([name]).collect()
}

fn collect(fields: &[Value], chain: &[String], chosen: bool, found: &mut Vec<Field>) {
    for field in fields {
        let Some(name) = text(field, "name") else {
            continue;
        };
        if chain.is_empty() && name == "stateHandle" || !flag(field, "visible", true) {
            continue;
        }
        let chain = extended(chain, field);
        let nested = inner(field);
        if !nested.is_empty() {
            collect(nested, &chain, chosen, found);
            continue;
        }
        let options = list(field.get("options"));
        // A choice without a value is a choice, whatever it says of being changed.
        let fixed =
            !flag(field, "mutable", true) && (options.is_empty() || field.get("value").is_some());
        if fixed || field.get("value").is_some_and(Value::is_object) {
            continue;
        }
        let forms: Vec<&Value> = options.iter().filter_map(option_form).collect();
        let boolean = text(field, "type") == Some("boolean");
        let wants = if !forms.is_empty() {
            Wants::Forms
        } else if let Some(display) = display(options) {
            let listed = !list(display.get("options")).is_empty();
            match text(display, "inputType") {
                Some("checkbox") if !listed => Wants::Flag,
                _ if listed => Wants::Choice,
                _ if boolean => Wants::Flag,
                _ => Wants::Text,
            }
        } else if !options.is_empty() {
            Wants::Choice
        } else if boolean {
            Wants::Flag
        } else if flag(field, "secret", false) {
            Wants::Secret
        } else {
            Wants::Text
        };
        found.push(Field {
            chain: chain.clone(),
            wants,
            required: flag(field, "required", false),
            boolean,
            chosen,
        });
        for form in forms {
            collect(list(Some(form)), &chain, true, found);
        }
    }
}

/// What an admin says about how an attribute is asked for.
pub(crate) fn display(options: &[Value]) -> Option<&Value> {
    options
        .iter()
        .find(|option| text(option, "label") == Some("display"))?
        .get("value")?
        .get("value")
        .filter(|display| display.get("inputType").is_some())
}

/// The form of an option, where it has one.
pub(crate) fn option_form(option: &Value) -> Option<&Value> {
    option.get("value").unwrap_or(option).get("form")
}

/// The fields of a field that is a form of its own, in either of the two shapes.
pub(crate) fn inner(field: &Value) -> &[Value] {
    let form = field
        .get("form")
        .or_else(|| field.get("value").and_then(|value| value.get("form")));
    list(form)
}

/// The items of `{"value":[…]}` or of a bare array.
pub(crate) fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        Some(object) => object
            .get("value")
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice),
        None => &[],
    }
}

/// A member that is a text.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// A member that is a yes or no, also as a text.
pub(crate) fn flag(value: &Value, name: &str, default: bool) -> bool {
    match value.get(name) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) if text == "true" => true,
        Some(Value::String(text)) if text == "false" => false,
        _ => default,
    }
}

fn search(value: &Value, at: Option<usize>, found: &mut Vec<Said>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "messages" {
                    messages(member, at, found);
                } else {
                    search(member, at, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| search(item, at, found)),
        _ => {}
    }
}

fn messages(raw: &Value, at: Option<usize>, found: &mut Vec<Said>) {
    for message in list(Some(raw)) {
        let labels = list(message.get("links"))
            .iter()
            .filter_map(|link| text(link, "label"));
        let repair = message
            .get("deviceRemediation")
            .map(|repair| repair.get("value").unwrap_or(repair));
        let fallback = repair.and_then(|repair| repair.get("fallback")?.get("message"));
        let fallback = fallback.and_then(|fallback| match fallback {
            Value::String(words) => Some(words.clone()),
            object => words(object).1,
        });
        let plain = |words: String| (None, Some(words));
        let all = [words(message)]
            .into_iter()
            .chain(labels.map(str::to_owned).map(plain))
            .chain(fallback.map(plain));
        for (ours, theirs) in all {
            let said = Said { ours, theirs, at };
            if !said.words().trim().is_empty() && !found.contains(&said) {
                found.push(said);
            }
        }
    }
}

/// A message in the words that stand for its key, and in the org's.
fn words(message: &Value) -> (Option<String>, Option<String>) {
    let i18n = message.get("i18n");
    let params: Vec<String> = i18n
        .and_then(|i18n| i18n.get("params")?.as_array())
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .map(|param| {
            param
                .as_str()
                .map_or_else(|| param.to_string(), str::to_owned)
        })
        .collect();
    let ours = i18n.and_then(|i18n| vestibule::messages::sentence(text(i18n, "key")?, &params));
    (ours, text(message, "message").map(str::to_owned))
}

fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    let rest = url.get(host..)?;
    let end = host + rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.get(..end)
}

fn form_origins(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if text(value, "method").is_some_and(|method| method.eq_ignore_ascii_case("post")) {
                found.extend(text(value, "href").and_then(origin).map(str::to_owned));
            }
            members
                .values()
                .for_each(|member| form_origins(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| form_origins(item, found)),
        _ => {}
    }
}

fn move_to_org(value: &mut Value, from: &str, org: &str) {
    match value {
        Value::String(url) if origin(url) == Some(from) => {
            *url = [org, &url[from.len()..]].concat();
        }
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| move_to_org(member, from, org)),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| move_to_org(item, from, org)),
        _ => {}
    }
}
