//! The doctor from a terminal: asks with curl, as a page of the app would ask, and prints what was found.
//!
//! curl, because an org is asked over TLS: a client of one's own for that would be heavier than all of the app.

use std::fs;
use std::io::Write as _;
use std::process::{Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Evidence, Reply, Sent, Site, Verdict};
use crate::config::Config;
use crate::http::{self, HttpRequest, HttpResponse, Method};
use crate::json;
use crate::secret::Secret;
use crate::text::Doctor;

/// What the words of the command line ask for, done; fails if anything is wrong.
pub fn run(mut words: impl Iterator<Item = String>) -> ExitCode {
    let (file, app) = (words.next().unwrap_or_default(), words.next());
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(problem) => {
            eprintln!("{file}: {problem}.");
            return ExitCode::FAILURE;
        }
    };
    let Some(root) = app.map(slashed).or_else(|| root_in(&text)) else {
        eprintln!("{}", Doctor::WhereIsTheApp.words());
        return ExitCode::FAILURE;
    };
    let found = super::findings(&evidence(file, &text, root));
    println!("{}", super::summary(&found));
    let mut code = ExitCode::SUCCESS;
    for finding in found {
        println!("\n{}", finding.heading());
        for line in finding.lines() {
            println!("  {line}");
        }
        if finding.verdict == Verdict::Wrong {
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn slashed(app: String) -> String {
    [app.trim_end_matches('/'), "/"].concat()
}

/// Where the app is, by the redirect URI that a configuration names.
fn root_in(text: &str) -> Option<String> {
    let config = json::parse(text)?;
    let uri = config.text("redirectUri")?;
    uri.strip_suffix("login/callback").map(str::to_owned)
}

fn evidence(file: String, text: &str, root: String) -> Evidence {
    let config = Config::parse(text, &root);
    let (mut discovery, mut start) = (Reply::NotAsked, Reply::NotAsked);
    let site = site(&root, config.as_ref().ok());
    // What the page's own policy forbids no page asks.
    if let Some(config) = config
        .as_ref()
        .ok()
        .filter(|config| super::reaches(site.as_ref(), config, &root))
    {
        discovery = ask(&super::discovery(config), &root);
        // An org that does not answer is not asked to start anything.
        if matches!(discovery, Reply::Answered { .. }) {
            start = ask(&super::start(config), &root);
        }
    }
    Evidence {
        site,
        file,
        config,
        now: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
        device: None,
        discovery,
        start,
        root,
    }
}

/// Asks the org as a page at `root` would.
fn ask(request: &HttpRequest, root: &str) -> Reply {
    let origin = http::origin(root);
    let Some(answer) = curl(request, Some(origin)) else {
        return Reply::Silent;
    };
    let allowed = answer.header("access-control-allow-origin");
    Reply::Answered {
        readable: allowed.is_some_and(|allowed| allowed == origin || allowed == "*"),
        response: HttpResponse {
            status: answer.status,
            request_id: answer.header("x-okta-request-id").map(str::to_owned),
            date: answer.header("date").and_then(seconds),
            body: Secret::new(answer.body),
            ..HttpResponse::default()
        },
    }
}

/// A time as HTTP writes it, in seconds since 1970.
fn seconds(date: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(date).ok()?;
    Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// What the app's own server sends, if it is there.
fn site(root: &str, config: Option<&Config>) -> Option<Site> {
    let page = curl(&HttpRequest::get(root), None)?;
    let tags = || page.body.split('<');
    let meta = || {
        let policy = |tag: &&str| {
            tag.starts_with("meta") && tag.to_lowercase().contains("content-security-policy")
        };
        attribute(tags().find(policy)?, " content")
    };
    let sent = |name: &str| page.header(name).map(str::to_owned);
    let policy = sent("content-security-policy");
    let first = tags()
        .filter(|tag| tag.starts_with("link") && tag.contains("preload"))
        .filter_map(|tag| attribute(tag, "href"))
        .find(|href| href.ends_with(".wasm"));
    let second = tags()
        .filter(|tag| tag.starts_with("script"))
        .find_map(|tag| attribute(tag, "data-later"));
    let wasm = [first, second]
        .into_iter()
        .flatten()
        .map(|href| match href {
            path if path.starts_with('/') => [http::origin(root), path].concat(),
            url if url.contains("://") => url.to_owned(),
            path => [root, path].concat(),
        });
    let uri = config.map(|config| config.redirect_uri.as_str());
    Some(Site {
        in_page: policy.is_none(),
        policy: policy.or_else(|| meta().map(str::to_owned)),
        frame_options: sent("x-frame-options"),
        transport: sent("strict-transport-security"),
        wasm: wasm.map(self::sent).collect(),
        callback: uri
            .filter(|uri| uri.starts_with(root))
            .map(|uri| self::sent(uri.to_owned())),
    })
}

/// An attribute of a tag, by what stands between its `<` and the next one.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&[name, "="].concat())?;
    Some(match rest.split_at_checked(1) {
        Some((quote @ ("\"" | "'"), rest)) => rest.split(quote).next().unwrap_or_default(),
        _ => rest.split([' ', '>']).next().unwrap_or_default(),
    })
}

fn sent(url: String) -> Sent {
    let answer = curl(&HttpRequest::get(&url), None);
    let kind = answer
        .as_ref()
        .and_then(|answer| answer.header("content-type"))
        .unwrap_or_default()
        .to_owned();
    Sent {
        status: answer.map_or(0, |answer| answer.status),
        kind,
        url,
    }
}

/// An answer as curl writes it.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Status line, headers, an empty line, the body; before them those of a proxy, or of an answer on the way.
    fn read(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        if body.starts_with("HTTP/") {
            return Self::read(body);
        }
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        };
        Some(Self {
            status,
            headers: lines.filter_map(header).collect(),
            body: body.to_owned(),
        })
    }
}

/// Sends a request with curl, from a page of that origin; nothing if no answer came.
fn curl(request: &HttpRequest, origin: Option<&str>) -> Option<Answer> {
    let seconds = (request.patience / 1_000).to_string();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--include", "--max-time", &seconds])
        .args(["--proto", "=http,https", "--url", &request.url])
        .args(["--header", &["Accept: ", &request.accept].concat()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if let Some(origin) = origin {
        curl.args(["--header", &["Origin: ", origin].concat()]);
    }
    if request.method == Method::Post {
        curl.args(["--data-binary", "@-"]);
    }
    if let Some(kind) = request.content_type {
        curl.args(["--header", &["Content-Type: ", kind].concat()]);
    }
    let mut child = curl.spawn().ok()?;
    let body = request.body.as_ref().map_or("", Secret::expose);
    // A curl that is gone has its reason.
    let _ = child.stdin.take()?.write_all(body.as_bytes());
    let done = child.wait_with_output().ok()?;
    let text = String::from_utf8_lossy(&done.stdout);
    done.status.success().then(|| Answer::read(&text))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_answer_is_passed_over() {
        let text = "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\
                    HTTP/2 401 \r\nDate: now\r\nx-a: b:c\r\n\r\n{}\r\n\r\n";
        let Some(answer) = Answer::read(text) else {
            panic!("it is one")
        };
        assert_eq!((answer.status, answer.body.as_str()), (401, "{}\r\n\r\n"));
        assert_eq!(answer.header("X-A"), Some("b:c"));
    }

    #[test]
    fn the_root_is_what_the_redirect_uri_lies_below() {
        let text = r#"{"redirectUri":"https://app.acme.test/auth/login/callback"}"#;
        assert_eq!(
            root_in(text).as_deref(),
            Some("https://app.acme.test/auth/")
        );
        assert_eq!(root_in("{}"), None);
        assert_eq!(
            root_in(r#"{"redirectUri":"https://app.acme.test/cb"}"#),
            None
        );
    }
}
