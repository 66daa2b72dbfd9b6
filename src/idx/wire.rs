//! The JSON as an org writes it: ION's wrappers, JSON paths.

use crate::json::Value;

/// The items of `{"type":"array","value":[…]}`, or of a bare array.
pub(super) fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        Some(object) => object.get("value").map_or(&[], Value::items),
        None => &[],
    }
}

/// What is in `{"type":"object","value":{…}}`, or the object itself.
pub(super) fn object(value: Option<&Value>) -> Option<&Value> {
    let value = value?;
    match value.get("value") {
        Some(inner @ Value::Object(_)) => Some(inner),
        _ => matches!(value, Value::Object(_)).then_some(value),
    }
}

/// A member as a text that is worth showing: none if it is empty.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    value
        .text(name)
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}

/// Where a `relatesTo` leads: `$.member`, `$.member.value[n]` or a bare member name; as an array its first element
/// (protocol reference, 3.4). One that leads nowhere counts as absent.
pub(super) fn related<'a>(root: &'a Value, of: &Value) -> Option<&'a Value> {
    let path = match of.get("relatesTo")? {
        Value::Array(paths) => paths.first()?.as_str()?,
        path => path.as_str()?,
    };
    follow(root, path)
}

fn follow<'a>(root: &'a Value, path: &str) -> Option<&'a Value> {
    let mut at = root;
    for part in path.strip_prefix("$.").unwrap_or(path).split('.') {
        let (name, index) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
            Some((name, index)) => (name, Some(index.parse::<usize>().ok()?)),
            None => (part, None),
        };
        if !name.is_empty() {
            at = at.get(name)?;
        }
        if let Some(index) = index {
            at = at.items().get(index)?;
        }
    }
    object(Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn paths_lead_to_members_and_items_and_never_astray() {
        let root = parse(
            r#"{"currentAuthenticator":{"type":"object","value":{"key":"okta_email"}},
                "authenticators":{"type":"array","value":[{"key":"a"},{"key":"b"}]}}"#,
        );
        let key = |path: &str| {
            root.as_ref()
                .and_then(|root| follow(root, path)?.text("key"))
        };
        assert_eq!(key("$.currentAuthenticator"), Some("okta_email"));
        assert_eq!(key("currentAuthenticator"), Some("okta_email"));
        assert_eq!(key("$.authenticators.value[1]"), Some("b"));
        for astray in [
            "$.authenticators.value[2]",
            "$.nothing",
            "",
            "$",
            "$.authenticators.value[x]",
            "[]",
            "a.b.c[99999999999999999999]",
        ] {
            assert_eq!(key(astray), None, "{astray}");
        }
    }
}
