//! Forms and fields as they are written in an answer (protocol 3.2, 3.3).

use serde_json::{Map, Value, json};

use crate::message::{self, Message};

/// A remediation or an action.
pub(crate) struct Form {
    name: &'static str,
    path: &'static str,
    relates_to: Option<&'static str>,
    refresh: Option<u32>,
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
            fields: Vec::new(),
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

    pub(crate) fn field(mut self, field: Value) -> Self {
        self.fields.push(field);
        self
    }

    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path == path
    }

    /// Puts messages at a field, named by a path such as `credentials.passcode`.
    pub(crate) fn annotate(&mut self, path: &str, messages: &[Message]) -> bool {
        field_mut(&mut self.fields, path).is_some_and(|field| {
            field.insert("messages".to_owned(), message::list(messages));
            true
        })
    }

    pub(crate) fn json(mut self, origin: &str, state_handle: &str) -> Value {
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
        form["value"] = Value::Array(self.fields);
        form["accepts"] = json!("application/json; okta-version=1.0.0");
        form
    }
}

fn field_mut<'a>(fields: &'a mut [Value], path: &str) -> Option<&'a mut Map<String, Value>> {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = fields.iter_mut().find_map(|field| {
        let holds = match rest {
            // A name may occur twice, each time with another form (protocol T13).
            Some(rest) => field
                .pointer_mut("/form/value")
                .and_then(Value::as_array_mut)
                .is_some_and(|inner| field_mut(inner, rest).is_some()),
            None => true,
        };
        (field["name"] == name && holds).then_some(field)
    })?;
    match rest {
        None => field.as_object_mut(),
        Some(rest) => field_mut(field.pointer_mut("/form/value")?.as_array_mut()?, rest),
    }
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
