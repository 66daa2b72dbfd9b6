//! JSON as a plain value.
//!
//! The browser reads it (`JSON.parse`), for a parser in the bundle would cost every visitor 20 kB; the native build reads
//! it with `serde_json`. Both give the same [`Value`], and everything above works on that. Deserialising into types would
//! refuse a whole response for one member of the wrong type, which is what this app must never do.

/// Deeper values than this are read as [`Value::Null`]: no response is nested so deep, and the stack is small.
const DEPTH: u32 = 96;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object, in the order of its text; a member that occurs twice has its last value.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The member of that name, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => members
                .iter()
                .rev()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The member of that name, if it is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A boolean, also one that was written as a string (`"true"`).
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            Self::String(text) if text == "true" => Some(true),
            Self::String(text) if text == "false" => Some(false),
            _ => None,
        }
    }

    /// A whole number from 0 to 2^53, also one that was written as a string.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) if *number >= 0.0 && *number <= 9_007_199_254_740_992.0 => {
                Some(*number as u64)
            }
            Self::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The same, where it fits 32 bits.
    pub fn as_u32(&self) -> Option<u32> {
        self.as_u64().and_then(|number| u32::try_from(number).ok())
    }

    /// The items, if this is an array; nothing else has any.
    pub fn items(&self) -> &[Value] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// The members, if this is an object; nothing else has any.
    pub fn members(&self) -> &[(String, Value)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// A scalar as a text: what a form control's value is compared with. Empty for everything else.
    pub fn scalar(&self) -> String {
        match self {
            Self::String(text) => text.clone(),
            Self::Bool(true) => "true".to_owned(),
            Self::Bool(false) => "false".to_owned(),
            Self::Number(number) => whole(*number)
                .map(|number| number.to_string())
                .unwrap_or_default(),
            Self::Null | Self::Array(_) | Self::Object(_) => String::new(),
        }
    }

    /// Writes the value as JSON text. Only whole numbers are written; this app sends no others.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Number(number) => match whole(*number) {
                Some(number) => out.push_str(&number.to_string()),
                None => out.push_str("null"),
            },
            Self::String(text) => quote(text, out),
            Self::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn whole(number: f64) -> Option<i64> {
    (number.is_finite()
        && number.abs() <= 9_007_199_254_740_992.0
        && number == (number as i64) as f64)
        .then_some(number as i64)
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if u32::from(control) < 0x20 => {
                let digit = |value| char::from_digit(value, 16).unwrap_or('0');
                out.push_str("\\u00");
                out.push(digit(u32::from(control) >> 4));
                out.push(digit(u32::from(control) & 15));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Reads a JSON text; `None` if it is none.
#[cfg(not(target_arch = "wasm32"))]
pub fn parse(text: &str) -> Option<Value> {
    fn convert(value: serde_json::Value, depth: u32) -> Value {
        if depth == 0 {
            return Value::Null;
        }
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(flag),
            serde_json::Value::Number(number) => number.as_f64().map_or(Value::Null, Value::Number),
            serde_json::Value::String(text) => Value::String(text),
            serde_json::Value::Array(items) => Value::Array(
                items
                    .into_iter()
                    .map(|item| convert(item, depth - 1))
                    .collect(),
            ),
            serde_json::Value::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, convert(value, depth - 1)))
                    .collect(),
            ),
        }
    }
    serde_json::from_str(text)
        .ok()
        .map(|value| convert(value, DEPTH))
}

/// Reads a JSON text; `None` if it is none.
#[cfg(target_arch = "wasm32")]
pub fn parse(text: &str) -> Option<Value> {
    use wasm_bindgen::{JsCast as _, JsValue};

    fn convert(value: &JsValue, depth: u32) -> Value {
        if depth == 0 {
            return Value::Null;
        }
        if let Some(text) = value.as_string() {
            return Value::String(text);
        }
        if let Some(flag) = value.as_bool() {
            return Value::Bool(flag);
        }
        if let Some(number) = value.as_f64() {
            return Value::Number(number);
        }
        if let Some(items) = value.dyn_ref::<js_sys::Array>() {
            return Value::Array(items.iter().map(|item| convert(&item, depth - 1)).collect());
        }
        match value.dyn_ref::<js_sys::Object>() {
            Some(object) => Value::Object(
                js_sys::Object::keys(object)
                    .iter()
                    .filter_map(|name| {
                        let value = js_sys::Reflect::get(object, &name).ok()?;
                        Some((name.as_string()?, convert(&value, depth - 1)))
                    })
                    .collect(),
            ),
            None => Value::Null,
        }
    }
    js_sys::JSON::parse(text)
        .ok()
        .map(|value| convert(&value, DEPTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let value = Value::Object(vec![
            (
                "a\"\\\u{1}\n".to_owned(),
                Value::String("ü😀 \u{2028}".to_owned()),
            ),
            (
                "b".to_owned(),
                Value::Array(vec![Value::Null, Value::Bool(true), Value::Number(-12.0)]),
            ),
        ]);
        let mut text = String::new();
        value.write(&mut text);
        assert_eq!(parse(&text), Some(value));
    }

    #[test]
    fn a_member_that_occurs_twice_has_its_last_value() {
        assert_eq!(
            parse(r#"{"a":1,"a":2}"#).and_then(|value| value.get("a").and_then(Value::as_u64)),
            Some(2)
        );
    }

    #[test]
    fn a_text_that_is_cut_off_is_no_value() {
        assert_eq!(parse(r#"{"version":"1.0.0","remed"#), None);
        assert_eq!(parse(""), None);
    }
}
