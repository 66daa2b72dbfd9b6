//! HTTP as plain values, and the one trait through which requests leave.

use std::future::Future;

use crate::secret::Secret;

/// What is asked of a server.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// An absolute address. Never with a secret in it.
    pub url: String,
    /// The `Accept` header.
    pub accept: String,
    /// The `Content-Type` header, where there is a body.
    pub content_type: Option<&'static str>,
    /// The body. Passwords and codes are in it.
    pub body: Option<Secret>,
    /// How long to wait for an answer, in milliseconds.
    pub patience: u32,
    /// The most that the answer's body may have, in bytes. One that has more is read no further, and is empty.
    pub most: usize,
    /// Whether it goes out although the page is closed meanwhile (Fetch Standard, section 2.2.5, keepalive).
    pub keepalive: bool,
    /// Whether the browser's cookies of that server go along, and are taken from its answer.
    pub cookies: bool,
    /// The `Authorization` header: a token is in it.
    pub authorization: Option<Secret>,
    /// The `DPoP` header: a proof, good for this request alone (RFC 9449, section 4).
    pub proof: Option<Secret>,
}

/// How long a person waits for an answer, in milliseconds.
pub const PATIENCE: u32 = 12_000;

/// The most that an org's answer may have, in bytes: some two hundred times of what orgs send. Reading more would take longer
/// than a person waits, and nothing in it would be a page.
pub const MOST: usize = 2_000_000;

/// How long an answer is waited for where a later one is of no use, in milliseconds.
pub const BRIEF: u32 = 5_000;

/// The methods. This app itself sends `GET` and `POST`; the others are for the app behind the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
}

impl Method {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl HttpRequest {
    /// A `GET` that accepts JSON.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            url: url.into(),
            accept: "application/json".to_owned(),
            content_type: None,
            body: None,
            patience: PATIENCE,
            most: MOST,
            keepalive: false,
            cookies: false,
            authorization: None,
            proof: None,
        }
    }

    /// A `POST` of a form (`application/x-www-form-urlencoded`) that accepts JSON. `fields` are encoded, see [`query`].
    pub fn form(url: String, fields: String) -> Self {
        Self {
            method: Method::Post,
            content_type: Some("application/x-www-form-urlencoded"),
            body: Some(Secret::new(fields)),
            ..Self::get(url)
        }
    }
}

/// Names and values as a form's body or an address's query. Values are encoded here.
pub fn query(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        add(name, value, &mut text);
    }
    text
}

/// One more name and value for a form's body or a query.
pub fn add(name: &str, value: &str, out: &mut String) {
    if !out.is_empty() {
        out.push('&');
    }
    encode(name, out);
    out.push('=');
    encode(value, out);
}

/// Percent-encodes a text for a form body or a query, everything but the unreserved characters of RFC 3986, section 2.3.
pub fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].map(digit));
        }
    }
}

fn digit(half: u8) -> char {
    char::from(if half < 10 {
        b'0' + half
    } else {
        b'A' - 10 + half
    })
}

/// What a server answered, whatever its status.
#[derive(Clone, Default)]
pub struct HttpResponse {
    /// The status code. It never decides what an IDX answer is (protocol reference, 2.6).
    pub status: u16,
    /// `X-Okta-Request-Id`: what the people who run the org ask for.
    pub request_id: Option<String>,
    /// Seconds to wait, from `Retry-After` or `X-Rate-Limit-Reset`.
    pub retry_after: Option<u32>,
    /// `Date`: the server's clock, in seconds since 1970. A server of another origin shows it only where it means to.
    pub date: Option<u64>,
    /// `DPoP-Nonce`: what the next proof for that server must repeat (RFC 9449, section 8).
    pub nonce: Option<String>,
    /// `WWW-Authenticate`: why a resource refuses, and what it wants instead.
    pub challenge: Option<String>,
    /// The body as text. Tokens may be in it.
    pub body: Secret,
}

/// No answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// Name, connection, TLS or CORS: the browser does not say which.
    Network,
    /// Nothing within the time that a person waits.
    TimedOut,
    /// The person no longer wanted the answer, or another request took its place.
    Aborted,
}

/// Sends a request. A failure status is an answer like any other.
pub trait Transport {
    /// Sends `request` and waits for its answer.
    ///
    /// # Errors
    /// [`Unreachable`] if no complete answer came.
    fn send(&self, request: HttpRequest)
    -> impl Future<Output = Result<HttpResponse, Unreachable>>;
}

/// Whether `url` lies on `origin` (`https://id.acme.test`, without a slash at its end).
pub fn on_origin(url: &str, origin: &str) -> bool {
    !origin.is_empty()
        && url
            .strip_prefix(origin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// The origin of an address: all before its path.
pub fn origin(url: &str) -> &str {
    let ends = |byte: &(usize, u8)| matches!(byte.1, b'/' | b'?' | b'#');
    let end = url.bytes().enumerate().filter(ends).nth(2);
    end.and_then(|(end, _)| url.get(..end)).unwrap_or(url)
}

/// The host of an address, with its port. Empty if there is none.
pub fn host(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or_default()
}

/// Whether a browser may be sent there: `https`, or `http` on this machine. Keeps `javascript:` and `data:` out, and what has
/// a name before its host, for that is read as the host: `https://id.acme.test@evil.test/`.
pub fn navigable(url: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
        .unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A browser takes a backslash for a slash, and leaves out slashes that are too many, tabs and line breaks.
    let odd = |c: char| matches!(c, '@' | '\\') || c.is_ascii_control() || c == ' ';
    if authority.is_empty() || authority.contains(odd) {
        return false;
    }
    url.starts_with("https://")
        || ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| {
            authority
                .strip_prefix(host)
                .is_some_and(|port| port.is_empty() || port.starts_with(':'))
        })
}

/// Whether a press may hand an address to an app on the device: the org's own app, and one-time-password apps.
pub fn launchable(url: &str) -> bool {
    [
        "com-okta-authenticator:",
        "com.okta.",
        "okta-verify:",
        "oktaverify:",
        "otpauth:",
    ]
    .iter()
    .any(|scheme| url.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_origin_counts() {
        let org = "https://id.acme.test";
        assert!(on_origin("https://id.acme.test/idp/idx/identify", org));
        assert!(on_origin("https://id.acme.test", org));
        for foreign in [
            "https://id.acme.test.evil.test/idp",
            "https://id.acme.test@evil.test/idp",
            "https://id.acme.test:8443/idp",
            "http://id.acme.test/idp",
            "//id.acme.test/idp",
            "/idp",
        ] {
            assert!(!on_origin(foreign, org), "{foreign}");
        }
        assert!(!on_origin("/idp", ""));
    }

    #[test]
    fn a_browser_is_sent_to_the_web_only() {
        assert!(navigable("https://idp.acme.test/authorize?x=1"));
        assert!(navigable("http://localhost:8081/sso"));
        assert!(navigable("http://[::1]:8081?x"));
        // Behind the host it is a sign like any other.
        assert!(navigable("https://idp.acme.test/to?name=mia@acme.test"));
        assert!(navigable("https://idp.acme.test/@mia"));
        for other in [
            "https://id.acme.test@evil.test/",
            "https://id.acme.test:443@evil.test",
            "https://@evil.test/",
            "https://id.acme.test\\@evil.test/",
            "https://id.acme.test%2F@evil.test/",
            "https:///id.acme.test@evil.test/",
            "https://\t/id.acme.test@evil.test/",
            "https://",
            "http://localhost:80@evil.test/",
            "http://localhost@evil.test/",
            "http:///localhost",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://localhost.evil.test/",
            "okta-verify://x",
            "",
        ] {
            assert!(!navigable(other), "{other}");
        }
    }

    #[test]
    fn a_form_is_encoded() {
        let request = HttpRequest::form(
            "https://id.acme.test".to_owned(),
            query(&[("scope", "openid email"), ("a&b", "ü=+")]),
        );
        assert_eq!(
            request.body.map(|body| body.expose().to_owned()),
            Some("scope=openid%20email&a%26b=%C3%BC%3D%2B".to_owned())
        );
    }
}
