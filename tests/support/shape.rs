//! Whether what is sent has the shape that a form asks for.

use serde_json::Value;

use super::recording::{self, list, text};

/// Whether an object can be what these fields ask for.
pub(crate) fn conforms(fields: &[Value], body: &Value, prefix: &str, faults: &mut Vec<String>) {
    let fields = merged(fields);
    let Some(members) = body.as_object() else {
        faults.push(format!("{prefix} is no object in the body"));
        return;
    };
    for name in members.keys() {
        if !fields.iter().any(|field| text(field, "name") == Some(name)) {
            faults.push(format!(
                "the body has {prefix}{name}, which the form has not"
            ));
        }
    }
    for field in &fields {
        let Some(name) = text(field, "name") else {
            continue;
        };
        if prefix.is_empty() && name == "stateHandle" {
            continue;
        }
        let path = [prefix, name].concat();
        let given = members.get(name);
        let preset = field.get("value").filter(|value| !value.is_null());
        let nested = recording::inner(field);
        if !nested.is_empty() {
            match given {
                Some(given) => conforms(nested, given, &[&path, "."].concat(), faults),
                None if nested.iter().any(fixed) => {
                    faults.push(format!(
                        "{path} and what is fixed in it are not in the body"
                    ));
                }
                None => {}
            }
            continue;
        }
        // A choice without a value is a choice, whatever it says of being changed.
        if fixed(field) && (preset.is_some() || list(field.get("options")).is_empty()) {
            let due = preset.cloned().unwrap_or(Value::String(String::new()));
            if given != Some(&due) {
                faults.push(format!("{path} is fixed to {due} and is sent as {given:?}"));
            }
            continue;
        }
        let options = list(field.get("options"));
        let Some(given) = given else {
            // A ceremony fills in what it brings itself; a yes or no is always one of the two.
            let shown = recording::flag(field, "visible", true);
            let boolean = text(field, "type") == Some("boolean");
            if recording::flag(field, "required", false) && (shown || boolean) {
                faults.push(format!("{path} is required and not in the body"));
            } else if preset.is_some() && !shown {
                faults.push(format!("{path} came with a value and is not in the body"));
            }
            continue;
        };
        if options
            .iter()
            .any(|option| recording::option_form(option).is_some())
        {
            let fits = options
                .iter()
                .filter_map(recording::option_form)
                .any(|form| {
                    let mut inner = Vec::new();
                    conforms(list(Some(form)), given, &[&path, "."].concat(), &mut inner);
                    inner.is_empty()
                });
            if !fits {
                faults.push(format!("{path} is none of the options: {given}"));
            }
            continue;
        }
        let listed =
            recording::display(options).map_or(options, |display| list(display.get("options")));
        let boolean = text(field, "type") == Some("boolean");
        if boolean {
            if !given.is_boolean() {
                faults.push(format!("{path} is yes or no and is sent as {given}"));
            }
        } else if !listed.is_empty() {
            if !listed
                .iter()
                .any(|option| option.get("value") == Some(given))
            {
                faults.push(format!("{path} is none of the options: {given}"));
            }
        } else if preset.is_some_and(Value::is_object) {
            if Some(given) != preset {
                faults.push(format!("{path} does not go back as it came: {given}"));
            }
        } else if given.as_str().is_some_and(str::is_empty) {
            faults.push(format!("{path} is sent empty"));
        } else if !given.is_string() && Some(given) != preset {
            faults.push(format!("{path} is a text and is sent as {given}"));
        }
    }
}

fn fixed(field: &Value) -> bool {
    !recording::flag(field, "mutable", true)
}

/// The fields with those of one name put together (protocol reference, T13).
fn merged(fields: &[Value]) -> Vec<Value> {
    let mut merged: Vec<Value> = Vec::new();
    for field in fields {
        let nested = recording::inner(field);
        let same = merged
            .iter_mut()
            .find(|known| text(known, "name") == text(field, "name"));
        match same {
            Some(known) if !nested.is_empty() => {
                let all: Vec<Value> = recording::inner(known)
                    .iter()
                    .chain(nested)
                    .cloned()
                    .collect();
                known["form"] = serde_json::json!({ "value": all });
            }
            Some(_) => {}
            None => merged.push(field.clone()),
        }
    }
    merged
}
