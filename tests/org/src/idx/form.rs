//! Forms and fields as they are written in an answer (protocol 3.2, 3.3).

use serde_json::{Value, json};

use crate::message::{self, Message};

/// A remediation or an action.
pub(crate) struct Form {
    name: &'static str,
    path: &'static str,
    relates_to: Option<&'static str>,
    refresh: Option<u32>,
    members: Vec<(&'static str, Value)>,
    /// Where the browser goes, with what else is told of it: such a form is not posted.
    redirect: Option<(String, Value)>,
    fields: Vec<Value>,
}

impl Form {
    /// A form that is posted to a path under `/idp/idx/`.
    pub(crate) fn new(name: &'static str, path: &'static str) -> Self {
        Self {
            name,
            path,
            relates_to: None,
            refresh: None,
            members: Vec::new(),
            redirect: None,
            fields: Vec::new(),
        }
    }

    /// A form that is an address to go to, with its other members.
    pub(crate) fn redirect(name: &'static str, href: String, members: Value) -> Self {
        Self {
            redirect: Some((href, members)),
            ..Self::new(name, "")
        }
    }

    pub(crate) fn relates_to(mut self, path: &'static str) -> Self {
        self.relates_to = Some(path);
        self
    }

    pub(crate) fn refresh(mut self, millis: u32) -> Self {
        self.refresh = Some(millis);
        self
    }

    /// A member beside the fields, such as `scopes`.
    pub(crate) fn member(mut self, name: &'static str, value: Value) -> Self {
        self.members.push((name, value));
        self
    }

    pub(crate) fn field(mut self, field: Value) -> Self {
        self.fields.push(field);
        self
    }

    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path == path
    }

    /// Puts messages at a field, named by a path such as `credentials.passcode`. A field that each of several options has
    /// gets them in each (protocol 3.6).
    pub(crate) fn annotate(&mut self, path: &str, messages: &[Message]) -> bool {
        annotate(&mut self.fields, path, &message::list(messages))
    }

    pub(crate) fn json(mut self, origin: &str, state_handle: &str) -> Value {
        if let Some((href, mut form)) = self.redirect {
            form["name"] = json!(self.name);
            form["href"] = json!(href);
            form["method"] = json!("GET");
            return form;
        }
        self.fields.push(json!({
            "name": "stateHandle", "required": true, "value": state_handle, "visible": false, "mutable": false
        }));
        let mut form = json!({
            "rel": ["create-form"], "name": self.name, "href": format!("{origin}/idp/idx/{}", self.path), "method": "POST",
            "produces": "application/ion+json; okta-version=1.0.0"
        });
        if let Some(path) = self.relates_to {
            form["relatesTo"] = json!([path]);
        }
        if let Some(millis) = self.refresh {
            form["refresh"] = json!(millis);
        }
        for (name, value) in self.members {
            form[name] = value;
        }
        form["value"] = Value::Array(self.fields);
        form["accepts"] = json!("application/json; okta-version=1.0.0");
        form
    }
}

fn annotate(fields: &mut [Value], path: &str, messages: &Value) -> bool {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let mut found = false;
    // A name may occur twice, each time with another form (protocol T13).
    for field in fields.iter_mut().filter(|field| field["name"] == name) {
        match rest {
            None => {
                field["messages"] = messages.clone();
                found = true;
            }
            Some(rest) => {
                for inner in inner_fields(field) {
                    found |= annotate(inner, rest, messages);
                }
            }
        }
    }
    found
}

/// The fields inside a field: those of its form, and those of its options' forms.
fn inner_fields(field: &mut Value) -> Vec<&mut Vec<Value>> {
    let Some(field) = field.as_object_mut() else {
        return Vec::new();
    };
    let mut inner = Vec::new();
    for (name, member) in field.iter_mut() {
        match (name.as_str(), member) {
            ("form", form) => inner.extend(form.get_mut("value").and_then(Value::as_array_mut)),
            ("options", Value::Array(options)) => inner.extend(
                options
                    .iter_mut()
                    .filter_map(|option| option.pointer_mut("/value/form/value")?.as_array_mut()),
            ),
            _ => {}
        }
    }
    inner
}

/// The field `credentials` with a secret or a code in it.
pub(crate) fn credentials(fields: Value) -> Value {
    json!({"name": "credentials", "type": "object", "form": {"value": fields}, "required": true})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_finds_its_field_among_two_of_one_name() {
        let one = json!({"name": "userProfile", "form": {"value": [{"name": "age"}]}});
        let two = json!({"name": "userProfile", "form": {"value": [{"name": "country"}]}});
        let mut form = Form::new("profile-update", "enroll/update")
            .field(one)
            .field(two);
        assert!(form.annotate("userProfile.country", &[message::missing()]));
        assert!(!form.annotate("userProfile.shoes", &[message::missing()]));
        let written = form.json("http://org.test", "02.id.x");
        assert!(written.pointer("/value/0/form/value/0/messages").is_none());
        assert!(
            written
                .pointer("/value/1/form/value/0/messages/value/0/message")
                .is_some()
        );
    }
}
