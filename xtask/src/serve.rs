//! The built app on a port, answered as a production server would: strict headers, the right types, the one page for every
//! address of the app, files that change their name with their content kept for ever, and everything else asked for anew.

use std::{
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
        header::{
            ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH, VARY,
        },
    },
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;

use crate::{
    Error, Result,
    policy::{self, Policies},
};

/// A folder that `cargo xtask build` filled, and how it is served.
///
/// ```no_run
/// # async fn example() -> std::io::Result<()> {
/// use xtask::{paths, serve::Site};
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// Site::new(paths::dist())
///     .config(r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule"}"#)
///     .serve(listener)
///     .await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Site {
    dist: PathBuf,
    base: String,
    config: Option<String>,
    org: Option<String>,
    policy: Option<String>,
}

impl Site {
    /// The app in a folder, at the root of its origin, with the `config.json` in that folder.
    pub fn new(dist: impl Into<PathBuf>) -> Self {
        Self {
            dist: dist.into(),
            base: "/".to_owned(),
            config: None,
            org: None,
            policy: None,
        }
    }

    /// The path that the app was built for with `--public-url`, when that is not `/`.
    #[must_use]
    pub fn base(mut self, path: &str) -> Self {
        let path = path.trim_matches('/');
        self.base = if path.is_empty() {
            "/".to_owned()
        } else {
            format!("/{path}/")
        };
        self
    }

    /// A `config.json` to answer with instead of the one in the folder.
    #[must_use]
    pub fn config(mut self, json: impl Into<String>) -> Self {
        self.config = Some(json.into());
        self
    }

    /// The one org that the app may reach, by its origin. Without it, that is the origin of the issuer in `config.json`.
    #[must_use]
    pub fn org(mut self, origin: impl Into<String>) -> Self {
        self.org = Some(origin.into());
        self
    }

    /// A content security policy word for word, for tests of what a page does under another one; none if it is empty.
    #[must_use]
    pub fn policy(mut self, policy: impl Into<String>) -> Self {
        self.policy = Some(policy.into());
        self
    }

    /// The site as a service, for `oneshot` in tests and for serving in company.
    pub fn router(self) -> Router {
        let policies = self.policies();
        let shared = Arc::new((self, policies));
        Router::new().fallback(answer).with_state(shared)
    }

    /// Answers on a listener until the task ends.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        axum::serve(listener, self.router()).await
    }

    /// Answers on several listeners, as [`loopback`] gives them, until `stop` is done.
    pub async fn serve_until(self, listeners: Vec<TcpListener>, stop: impl Future<Output = ()>) {
        let router = self.router();
        let serving: Vec<_> = listeners
            .into_iter()
            .map(|listener| {
                let router = router.clone();
                tokio::spawn(async move { axum::serve(listener, router).await })
            })
            .collect();
        stop.await;
        for server in serving {
            server.abort();
        }
    }

    fn policies(&self) -> Policies {
        let config = match &self.config {
            Some(config) => config.clone(),
            None => std::fs::read_to_string(self.dist.join("config.json")).unwrap_or_default(),
        };
        Policies::for_config(&config, self.org.as_deref())
    }

    fn respond(&self, method: &Method, path: &str, asked: &HeaderMap) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
        }
        if path == self.base.trim_end_matches('/') && !path.is_empty() {
            return (
                StatusCode::PERMANENT_REDIRECT,
                [("location", self.base.as_str())],
            )
                .into_response();
        }
        let Some(name) = path.strip_prefix(self.base.as_str()).and_then(clean) else {
            return not_found();
        };
        if let (Some(config), "config.json") = (&self.config, name.as_str()) {
            let headers = [
                (CONTENT_TYPE, content_type(&name)),
                (CACHE_CONTROL, cache_control(&name)),
            ];
            return (headers, config.clone()).into_response();
        }
        match self.file(&name, asked) {
            Some(response) => response,
            None if is_page(&name) => self.file("index.html", asked).unwrap_or_else(not_found),
            None => not_found(),
        }
    }

    fn file(&self, name: &str, asked: &HeaderMap) -> Option<Response> {
        let plain = self.dist.join(name);
        if !plain.is_file() || !stays_in(&self.dist, &plain) {
            return None;
        }
        let sibling = ENCODINGS.iter().find_map(|(encoding, suffix)| {
            let path = self.dist.join(format!("{name}.{suffix}"));
            (accepts(asked, encoding) && path.is_file()).then_some((path, *encoding))
        });
        let (path, encoding) =
            sibling.map_or((plain, None), |(path, encoding)| (path, Some(encoding)));

        let tag = tag(&path)?;
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control(name)));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(ETAG, HeaderValue::from_str(&tag).ok()?);
        let known = asked
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok());
        if known
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().trim_start_matches("W/") == tag)
        {
            return Some((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let body = std::fs::read(&path).ok()?;
        // hyper drops the body of an answer to HEAD, and keeps its length.
        Some((headers, Body::from(body)).into_response())
    }
}

type Shared = Arc<(Site, Policies)>;

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    let (site, policies) = &*shared;
    let mut response = site.respond(&method, uri.path(), &asked);
    let host = asked.get(HOST).and_then(|host| host.to_str().ok());
    let policy = match &site.policy {
        Some(policy) => policy.clone(),
        None => policies.of(host.unwrap_or_default()).to_string(),
    };
    let headers = response.headers_mut();
    headers.extend(policy::HEADERS.map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    }));
    if let Ok(policy) = HeaderValue::from_str(&policy)
        && !policy.is_empty()
    {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(CACHE_CONTROL, "no-store")],
        "There is nothing here.",
    )
        .into_response()
}

/// Listens on a port of this machine alone, by both families, since `localhost` may mean either. Port 0 takes a free one.
pub async fn loopback(port: u16, option: &'static str) -> Result<Vec<TcpListener>> {
    let listen = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => Error::PortInUse { port, option },
        _ => Error::Listen { port, source },
    };
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(listen)?;
    let taken = first.local_addr().map_err(listen)?.port();
    match TcpListener::bind((Ipv6Addr::LOCALHOST, taken)).await {
        Ok(second) => Ok(vec![first, second]),
        Err(source) if source.kind() == io::ErrorKind::AddrInUse => Err(listen(source)),
        // A machine without IPv6.
        Err(_) => Ok(vec![first]),
    }
}

/// The name of a file in the folder, from the path of a request. Nothing for a path that leads out of it, or to a file that
/// is not meant to be seen.
fn clean(path: &str) -> Option<String> {
    let decoded = percent_decode(path)?;
    let hidden = |part: &str| part.starts_with('.') || part.contains(['\\', '\0', ':']);
    let parts: Vec<&str> = decoded.split('/').filter(|part| !part.is_empty()).collect();
    (!parts.iter().any(|part| hidden(part))).then(|| parts.join("/"))
}

fn percent_decode(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            decoded.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// A link in the folder may lead out of it; what it leads to is not served.
fn stays_in(folder: &Path, file: &Path) -> bool {
    match (folder.canonicalize(), file.canonicalize()) {
        (Ok(folder), Ok(file)) => file.starts_with(folder),
        _ => false,
    }
}

/// Whether an address that is no file is one of the app's pages. A name with an extension is a file that is missing: to
/// answer it with a page would hide that.
fn is_page(name: &str) -> bool {
    !name.rsplit('/').next().unwrap_or_default().contains('.')
}

/// Precompressed siblings, the best first, as [`crate::bundle`] writes them.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let values = asked
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

/// Changes when the file does, and differs between encodings.
fn tag(path: &Path) -> Option<String> {
    let file = path.metadata().ok()?;
    let changed = file
        .modified()
        .ok()?
        .duration_since(UNIX_EPOCH)
        .ok()?
        .as_nanos();
    let kind = path
        .extension()
        .and_then(|kind| kind.to_str())
        .unwrap_or_default();
    Some(format!("\"{:x}-{changed:x}-{kind}\"", file.len()))
}

/// The type of a file by its name.
pub fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// For a file whose name changes with its content.
pub const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For a file that is asked for anew each time.
pub const ANEW: &str = "no-cache";

/// How long a file may be kept, by its name.
pub fn cache_control(name: &str) -> &'static str {
    match name {
        // What an operator edits must count at once.
        "config.json" => "no-store",
        _ if is_hashed(name) => FOR_EVER,
        _ => ANEW,
    }
}

/// Whether the name has the hash that Trunk writes into it: `boot-0123456789abcdef.js`, `app-0123456789abcdef_bg.wasm`.
/// Trunk leaves out leading zeros.
fn is_hashed(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        (13..=16).contains(&hash.len())
            && hash
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_folder() {
        for (path, expected) in [
            ("", Some("")),
            ("config.json", Some("config.json")),
            ("icons//phone.svg", Some("icons/phone.svg")),
            ("a%20b.svg", Some("a b.svg")),
            ("sign-in/", Some("sign-in")),
            ("../Cargo.toml", None),
            ("a/../../b", None),
            ("%2e%2e/Cargo.toml", None),
            ("..%2fCargo.toml", None),
            ("a/%2e%2E%2Fb", None),
            ("..\\Cargo.toml", None),
            ("%5c%5cserver", None),
            ("C:/windows", None),
            (".git/config", None),
            ("a%00.svg", None),
            ("a%2", None),
            ("a%ff", None),
            ("%zz", None),
        ] {
            assert_eq!(clean(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn addresses_without_an_extension_are_pages() {
        for page in ["", "sign-in", "sign-up/phone", "v1.2/sign-in"] {
            assert!(is_page(page), "{page}");
        }
        for file in ["missing.js", "icons/missing.svg", "config.json"] {
            assert!(!is_page(file), "{file}");
        }
    }

    #[test]
    fn types_are_those_that_browsers_insist_on() {
        assert_eq!(content_type("app-1_bg.wasm"), "application/wasm");
        assert_eq!(content_type("boot.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("icons/phone.svg"), "image/svg+xml");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }

    #[test]
    fn hashed_files_are_kept_and_others_are_asked_for() {
        let kept = "public, max-age=31536000, immutable";
        for (name, expected) in [
            ("index.html", "no-cache"),
            ("config.json", "no-store"),
            ("favicon.svg", "no-cache"),
            ("boot-bb758395b6720dcb.js", kept),
            ("vestibule-7864b6412d562ad4_bg.wasm", kept),
            ("tokens-c920ca43256fdcb9.css", kept),
            ("icons/okta-verify.svg", "no-cache"),
            ("sign-deadbeef.svg", "no-cache"),
        ] {
            assert_eq!(cache_control(name), expected, "{name}");
        }
    }

    #[test]
    fn an_encoding_is_sent_only_when_asked_for() {
        let asked = |value: &'static str| {
            HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))])
        };
        assert!(accepts(&asked("gzip, deflate, br"), "br"));
        assert!(accepts(&asked("br;q=0.5"), "br"));
        assert!(!accepts(&asked("br;q=0"), "br"));
        assert!(!accepts(&asked("gzip"), "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }
}
