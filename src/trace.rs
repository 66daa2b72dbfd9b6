//! The exchange with the org as a developer may see it: paths, statuses, times, the names of steps and fields, the keys of
//! messages. Of a value nothing is written but its type, so no secret can be among it, whatever the org sends.

use crate::http::{HttpRequest, HttpResponse, Unreachable};
use crate::json::{self, Value};

/// A request, on its way.
pub fn asked(request: &HttpRequest) -> String {
    let mut out = String::new();
    out.push_str(request.method.name());
    out.push(' ');
    path(&request.url, &mut out);
    if let Some(body) = &request.body {
        out.push_str("\n  sent ");
        shaped(body.expose(), &mut out);
    }
    out
}

/// What came of it, after so many milliseconds.
pub fn answered(answer: &Result<HttpResponse, Unreachable>, took: u64, out: &mut String) {
    out.push_str("\n  came ");
    match answer {
        Err(Unreachable::TimedOut) => out.push_str("nothing in time"),
        Err(_) => out.push_str("nothing"),
        Ok(answer) => {
            out.push_str(&answer.status.to_string());
            out.push(' ');
            name(answer.request_id.as_deref().unwrap_or("-"), out);
            out.push(' ');
            shaped(answer.body.expose(), out);
        }
    }
    out.push_str("\n  in ");
    out.push_str(&took.to_string());
    out.push_str(" ms\n");
}

/// The path of an address, without its query. A part that may be somebody's or something's own is left out.
fn path(url: &str, out: &mut String) {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    for part in bare.split('/').skip(3) {
        out.push('/');
        let own = part.len() > 40 || part.contains(|sign: char| sign.is_ascii_digit());
        if own && part != "v1" && part != "oauth2" {
            out.push('*');
        } else {
            name(part, out);
        }
    }
}

/// A body: JSON by its shape, anything else by its length.
fn shaped(body: &str, out: &mut String) {
    match json::parse(body) {
        Some(value) => shape(&value, "", false, out),
        None => {
            out.push_str(&body.len().to_string());
            out.push_str(" bytes that are no JSON");
        }
    }
}

/// The types of a value. `named` says that a member `name` is a step's or a field's: these and the keys of messages are
/// written out.
fn shape(value: &Value, of: &str, named: bool, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) => out.push_str("boolean"),
        Value::Number(_) => out.push_str("number"),
        Value::String(_) => out.push_str("text"),
        Value::Array(items) => {
            out.push('[');
            let mut last = String::new();
            for item in items {
                let mut next = String::new();
                shape(item, of, named, &mut next);
                // A list of things that look alike looks like one of them.
                if next != last {
                    out.push_str(&next);
                    out.push(' ');
                }
                last = next;
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (member, inner) in members {
                name(member, out);
                out.push(':');
                match inner {
                    Value::String(text)
                        if (named && member == "name")
                            || (of == "i18n" && member == "key")
                            || member == "error"
                            || member == "errorCode" =>
                    {
                        out.push('"');
                        name(text, out);
                        out.push('"');
                    }
                    inner => {
                        let form = of == "remediation" || member == "remediation";
                        shape(inner, member, form || (named && member != "idp"), out);
                    }
                }
                out.push(' ');
            }
            out.push('}');
        }
    }
}

/// A name, if it is one: short, and of the signs that names are made of.
fn name(text: &str, out: &mut String) {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
    out.push_str(if text.len() <= 64 && text.chars().all(fits) {
        text
    } else {
        "*"
    });
}
