//! What a deployment lacks, from what was seen of it: [`Evidence`] in, [`Finding`]s out.
//!
//! Whoever looks, looks in their own way: `page` with a browser at `/doctor`, `terminal` with curl (`cargo xtask doctor`).
//! What it comes to is decided here, once. Nothing is started at the org but one `interact`, whose handle is thrown away.

#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(not(target_arch = "wasm32"))]
pub mod terminal;

use crate::brand::{self, Mended};
use crate::config::{Config, Problem};
use crate::http::{self, HttpRequest, HttpResponse};
use crate::idx::Error;
use crate::json::{self, Value};
use crate::messages;
use crate::oauth::{Asked, Attempt, Purpose, Refusal, SKEW, Setting};
use crate::pages;
use crate::text::Doctor;

/// What was seen of a deployment.
pub struct Evidence {
    /// The app's root, with a slash at its end.
    pub root: String,
    /// Where `config.json` was read.
    pub file: String,
    /// What stands in it.
    pub config: Result<Config, Problem>,
    /// The clock here: seconds since 1970.
    pub now: u64,
    /// What the browser lends the page; `None` where no browser looked.
    pub device: Option<Device>,
    /// What the app's own server sends; `None` where it does not answer.
    pub site: Option<Site>,
    /// The answer to [`discovery`].
    pub discovery: Reply,
    /// The answer to [`start`].
    pub start: Reply,
}

/// What a browser lends the page.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// Cryptography, which it lends to secure pages.
    pub secure: bool,
    /// Storage of the tab.
    pub storage: bool,
}

/// What the app's own server sends.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The page's content security policy, from its header or from itself.
    pub policy: Option<String>,
    /// Whether that stands in the page: there it cannot say who may frame the page.
    pub in_page: bool,
    /// `X-Frame-Options`.
    pub frame_options: Option<String>,
    /// `Strict-Transport-Security`.
    pub transport: Option<String>,
    /// What each part of the app's WebAssembly was answered with.
    pub wasm: Vec<Sent>,
    /// What the redirect address was answered with, if it lies on the app's own origin.
    pub callback: Option<Sent>,
}

/// An answer of a file server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What was asked for.
    pub url: String,
    /// The status; 0 without an answer.
    pub status: u16,
    /// `Content-Type`.
    pub kind: String,
}

/// How the org answered.
pub enum Reply {
    /// It was not asked.
    NotAsked,
    /// Not at all.
    Silent,
    /// It did, and pages of the app may not read it.
    Barred,
    /// It did.
    Answered {
        /// The answer.
        response: HttpResponse,
        /// Whether pages of the app may read it.
        readable: bool,
    },
}

/// What is to be known about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub about: Doctor,
    /// Whether it is right.
    pub verdict: Verdict,
    /// What is wrong. Empty where nothing is.
    pub what: String,
    /// How it was seen.
    pub seen: String,
    /// Where it is set right. Empty where nothing is wrong.
    pub remedy: String,
}

/// Whether something is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    InOrder,
    /// It is not.
    Wrong,
    /// That cannot be seen from here, or not yet.
    NotKnown,
}

impl Finding {
    /// What is to be said about it, line by line.
    pub fn lines(&self) -> Vec<String> {
        if self.verdict != Verdict::Wrong {
            return vec![self.seen.clone()];
        }
        vec![
            self.what.clone(),
            fill(Doctor::HowSeen, &[&self.seen]),
            fill(Doctor::Remedy, &[&self.remedy]),
        ]
    }

    /// The thing and the verdict, as a heading.
    pub fn heading(&self) -> String {
        let text = match self.verdict {
            Verdict::InOrder => Doctor::InOrder,
            Verdict::Wrong => Doctor::Wrong,
            Verdict::NotKnown => Doctor::NotKnown,
        };
        fill(text, &[self.about.words()])
    }
}

/// What is wrong altogether, in a sentence.
pub fn summary(findings: &[Finding]) -> String {
    let wrong = |finding: &&Finding| finding.verdict == Verdict::Wrong;
    match findings.iter().filter(wrong).count() {
        0 => Doctor::AllWell.words().to_owned(),
        1 => Doctor::OneWrong.words().to_owned(),
        many => fill(Doctor::ManyWrong, &[&many.to_string()]),
    }
}

/// The document in which the authorization server tells about itself (protocol reference, 1.1 and 1.7).
pub fn discovery(config: &Config) -> HttpRequest {
    HttpRequest::get([config.issuer.as_str(), "/.well-known/openid-configuration"].concat())
}

/// The start of a sign-in that nobody goes on with. What it is made of need be no secret, because nothing can come of it:
/// no code is ever had, and if there were one, nobody would exchange it.
pub fn start(config: &Config) -> HttpRequest {
    let nothing = [0; Attempt::RANDOM];
    Attempt::new(Purpose::SignIn, &nothing).start(config, &[0; 32], &Asked::default())
}

/// Whether the policy of the page at `root` lets it ask the org anything.
pub fn reaches(site: Option<&Site>, config: &Config, root: &str) -> bool {
    site.is_none_or(|site| policy(site.policy.as_deref(), config, root).1)
}

/// What was seen, judged: what is wrong first, in the order in which it is worth setting right.
pub fn findings(evidence: &Evidence) -> Vec<Finding> {
    let found = judged(evidence);
    let of = |verdict| found.iter().filter(move |one| one.verdict == verdict);
    let order = [Verdict::Wrong, Verdict::NotKnown, Verdict::InOrder];
    order.into_iter().flat_map(of).cloned().collect()
}

fn judged(evidence: &Evidence) -> Vec<Finding> {
    let mut found = Vec::new();
    let config = match &evidence.config {
        Ok(config) => {
            let seen = [&evidence.file, &config.issuer, &config.client_id];
            found.push(good(
                Doctor::Configuration,
                fill(Doctor::ConfigSeen, &seen.map(String::as_str)),
            ));
            let mut look = config.brand.look.iter();
            found.extend(
                look.find(|(name, _)| *name == brand::ACCENT)
                    .map(|(_, colour)| accent(colour)),
            );
            Some(config)
        }
        Err(problem) => {
            found.push(wrong(
                Doctor::Configuration,
                pages::config_problem(problem),
                fill(Doctor::ConfigRead, &[&evidence.file]),
                Doctor::ConfigRemedy.words().to_owned(),
            ));
            None
        }
    };
    // Whether it is wanted is the deployer's to say.
    if config.is_some_and(|config| config.device_activation) {
        let seen = Doctor::DeviceActivationOn.words().to_owned();
        found.push(unknown(Doctor::DeviceActivation, seen));
    }
    if let Some(device) = evidence.device {
        lent(device, evidence, &mut found);
    }
    found.push(alone(&evidence.root));
    let mut reaches = true;
    match &evidence.site {
        Some(site) => sent(site, config, evidence, &mut found, &mut reaches),
        None => found.push(unknown(
            Doctor::Host,
            fill(Doctor::HostSilent, &[&evidence.root]),
        )),
    }
    let Some(config) = config else {
        return found;
    };
    // What the policy keeps the page from asking says nothing about the org.
    if !reaches {
        found.push(unknown(Doctor::Issuer, Doctor::StartNot.words().to_owned()));
        return found;
    }
    issuer(config, evidence, &mut found);
    clock(evidence, &mut found);
    origin(config, evidence, &mut found);
    started(config, evidence, &mut found);
    found
}

/// What is done about an accent that is too weak somewhere.
fn accent(accent: &str) -> Finding {
    let mended = Mended::of(accent);
    let said = |ratio: f64| {
        // To one place, never better than it is.
        let tenths = (ratio * 10.0) as u32;
        [(tenths / 10).to_string(), (tenths % 10).to_string()].join(".")
    };
    let text = if mended.white {
        Doctor::White
    } else {
        Doctor::Black
    };
    let mut seen = fill(
        Doctor::AccentText,
        &[accent, text.words(), &said(mended.text)],
    );
    for (text, ratio) in [
        (Doctor::AccentLight, mended.light),
        (Doctor::AccentDark, mended.dark),
    ] {
        if let Some(ratio) = ratio {
            seen.push(' ');
            seen.push_str(&fill(text, &[&said(ratio)]));
        }
    }
    good(Doctor::Accent, seen)
}

fn lent(device: Device, evidence: &Evidence, found: &mut Vec<Finding>) {
    let root = evidence.root.as_str();
    found.push(if device.secure {
        good(Doctor::Connection, fill(Doctor::Secure, &[root]))
    } else {
        wrong(
            Doctor::Connection,
            Doctor::Insecure.words().to_owned(),
            fill(Doctor::InsecureSeen, &[root]),
            Doctor::InsecureRemedy.words().to_owned(),
        )
    });
    found.push(if device.storage {
        good(Doctor::Storage, Doctor::StorageSeen.words().to_owned())
    } else {
        wrong(
            Doctor::Storage,
            Doctor::StorageWrong.words().to_owned(),
            Doctor::StorageGone.words().to_owned(),
            Doctor::StorageRemedy.words().to_owned(),
        )
    });
}

fn sent(
    site: &Site,
    config: Option<&Config>,
    evidence: &Evidence,
    found: &mut Vec<Finding>,
    reaches: &mut bool,
) {
    let root = evidence.root.as_str();
    if let Some(config) = config {
        let (finding, lets) = policy(site.policy.as_deref(), config, root);
        found.push(finding);
        *reaches = lets;
    }
    found.push(frames(site, root));
    found.extend(transport(site, root));
    let right = |sent: &&Sent| sent.status == 200 && sent.kind.starts_with("application/wasm");
    if let Some(bad) = site.wasm.iter().find(|sent| !right(sent)) {
        found.push(wrong(
            Doctor::Wasm,
            Doctor::WasmWrong.words().to_owned(),
            answered(Doctor::WasmWrongSeen, bad),
            Doctor::WasmRemedy.words().to_owned(),
        ));
    } else if !site.wasm.is_empty() {
        let all: Vec<&str> = site.wasm.iter().map(|sent| sent.url.as_str()).collect();
        found.push(good(
            Doctor::Wasm,
            fill(Doctor::WasmSeen, &[&all.join(", ")]),
        ));
    }
    let Some(config) = config else { return };
    let uri = &config.redirect_uri;
    match &site.callback {
        _ if !uri.starts_with(root) => found.push(wrong(
            Doctor::Callback,
            Doctor::CallbackElsewhere.words().to_owned(),
            fill(Doctor::CallbackElsewhereSeen, &[uri, root]),
            fill(
                Doctor::CallbackElsewhereRemedy,
                &[&[root, "login/callback"].concat()],
            ),
        )),
        Some(back) if back.status != 200 || !back.kind.starts_with("text/html") => {
            found.push(wrong(
                Doctor::Callback,
                Doctor::CallbackLost.words().to_owned(),
                answered(Doctor::CallbackLostSeen, back),
                Doctor::CallbackRemedy.words().to_owned(),
            ));
        }
        Some(back) => found.push(good(
            Doctor::Callback,
            fill(Doctor::CallbackSeen, &[&back.url]),
        )),
        None => {}
    }
}

fn answered(text: Doctor, sent: &Sent) -> String {
    fill(text, &[&sent.url, &sent.status.to_string(), &sent.kind])
}

/// What the policy of the page at `root` is like, and whether it lets the page reach the org (Content Security Policy Level
/// 3, section 6.1).
fn policy(policy: Option<&str>, config: &Config, root: &str) -> (Finding, bool) {
    let org = config.org();
    let remedy = fill(Doctor::PolicyRemedy, &[org]);
    let bad = |what: Doctor, seen: String| {
        wrong(
            Doctor::Policy,
            what.words().to_owned(),
            seen,
            remedy.clone(),
        )
    };
    let Some(policy) = policy else {
        let seen = fill(Doctor::PolicyNoneSeen, &[root]);
        return (bad(Doctor::PolicyNone, seen), true);
    };
    let directive = |name: &str| directive(policy, name);
    let sources = |name: &str| directive(name).or_else(|| directive("default-src"));
    let connect = sources("connect-src").unwrap_or("*");
    // A path or a subdomain's star is not told apart from what it is not: what is generated has neither.
    let lets = |origin: &str| {
        let scheme = origin.split_once("//").map_or(origin, |(scheme, _)| scheme);
        connect.split_whitespace().any(|source| {
            let source = source.trim_end_matches('/');
            source == "*"
                || source == scheme
                || source.eq_ignore_ascii_case(origin)
                || source == "'self'" && origin.eq_ignore_ascii_case(http::origin(root))
        })
    };
    if !lets(org) {
        let seen = fill(Doctor::PolicyBarsSeen, &[connect]);
        return (bad(Doctor::PolicyBars, seen), false);
    }
    let resource = config.resource.as_deref().map(http::origin);
    let ports = ["http://localhost:*", "http://127.0.0.1:*"];
    let barred = [
        (
            resource.is_some_and(|resource| !lets(resource)),
            Doctor::PolicyBarsResource,
        ),
        (
            config.fastpass && !ports.iter().all(|port| lets(port)),
            Doctor::PolicyBarsDevice,
        ),
    ];
    if let Some((_, what)) = barred.into_iter().find(|(barred, _)| *barred) {
        let finding = wrong(
            Doctor::Policy,
            what.words().to_owned(),
            fill(Doctor::PolicyBarsSeen, &[connect]),
            Doctor::PolicyRemedyMore.words().to_owned(),
        );
        return (finding, true);
    }
    let script = sources("script-src").unwrap_or("*");
    let has = |list: &str, word: &str| list.split_whitespace().any(|one| one == word);
    if !["'wasm-unsafe-eval'", "'unsafe-eval'"]
        .iter()
        .any(|word| has(script, word))
    {
        let seen = fill(Doctor::PolicyWasmSeen, &[script]);
        return (bad(Doctor::PolicyWasm, seen), true);
    }
    let loose = ["'unsafe-inline'", "'unsafe-eval'", "*"];
    let loose: Vec<&str> = policy
        .split([' ', ';'])
        .filter(|word| loose.contains(word))
        .collect();
    if !loose.is_empty() {
        let seen = fill(Doctor::PolicyLooseSeen, &[&loose.join(" ")]);
        return (bad(Doctor::PolicyLoose, seen), true);
    }
    if directive("require-trusted-types-for").is_none() {
        let seen = Doctor::PolicyTrustedSeen.words().to_owned();
        return (bad(Doctor::PolicyTrusted, seen), true);
    }
    let seen = fill(Doctor::PolicySeen, &[org]);
    (good(Doctor::Policy, seen), true)
}

/// What a policy says of one thing, if it says anything.
fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
    policy.split(';').find_map(|directive| {
        let directive = directive.trim();
        let (known, sources) = directive.split_once(' ').unwrap_or((directive, ""));
        known.eq_ignore_ascii_case(name).then_some(sources.trim())
    })
}

/// Whether a header keeps other pages from framing this one. Where the policy's says who may, the older one counts for nothing
/// (Content Security Policy Level 3, section 6.4.2).
fn frames(site: &Site, root: &str) -> Finding {
    let policy = site.policy.as_deref().filter(|_| !site.in_page);
    let ancestors = policy.and_then(|policy| directive(policy, "frame-ancestors"));
    let (forbids, by) = match (ancestors, site.frame_options.as_deref()) {
        (Some(who), _) => {
            let anybody = |source: &str| matches!(source, "*" | "http:" | "https:");
            let forbids = !who.split_whitespace().any(anybody);
            (forbids, ["frame-ancestors ", who].concat())
        }
        (None, Some(options)) => {
            let forbids = ["DENY", "SAMEORIGIN"]
                .iter()
                .any(|word| options.eq_ignore_ascii_case(word));
            (forbids, ["X-Frame-Options: ", options].concat())
        }
        (None, None) => (false, Doctor::Nothing.words().to_owned()),
    };
    if forbids {
        return good(Doctor::Frames, fill(Doctor::FramesSeen, &[root, &by]));
    }
    wrong(
        Doctor::Frames,
        Doctor::FramesWrong.words().to_owned(),
        fill(Doctor::FramesWrongSeen, &[root, &by]),
        Doctor::FramesRemedy.words().to_owned(),
    )
}

/// Whether browsers are told to come by `https://` alone; nothing where the app is not served so (RFC 6797, section 6.1).
fn transport(site: &Site, root: &str) -> Option<Finding> {
    if !root.starts_with("https://") {
        return None;
    }
    let sent = site.transport.as_deref().unwrap_or_default();
    let seconds = sent.split(';').find_map(|directive| {
        let (name, seconds) = directive.split_once('=')?;
        let seconds = seconds.trim().trim_matches('"').parse::<u64>().ok();
        seconds.filter(|_| name.trim().eq_ignore_ascii_case("max-age"))
    });
    Some(match seconds {
        Some(1..) => good(
            Doctor::Transport,
            fill(Doctor::TransportSeen, &[root, sent]),
        ),
        _ => {
            let seen = match sent {
                "" => Doctor::Nothing.words(),
                sent => sent,
            };
            wrong(
                Doctor::Transport,
                Doctor::TransportWrong.words().to_owned(),
                fill(Doctor::TransportWrongSeen, &[root, seen]),
                Doctor::TransportRemedy.words().to_owned(),
            )
        }
    })
}

/// Hosts at which one name has a folder for each project.
const SHARED: [&str; 4] = [
    "github.io",
    "gitlab.io",
    "codeberg.page",
    "storage.googleapis.com",
];

/// Whether the app has its origin to itself, as far as its address tells.
fn alone(root: &str) -> Finding {
    let origin = http::origin(root);
    let host = http::host(root).split(':').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    let is = |shared: &&str| {
        let before = host.strip_suffix(*shared);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    // A bucket that is no part of the name is a folder (Amazon S3, path-style requests).
    let bucket = host.ends_with(".amazonaws.com") && host.starts_with("s3");
    let shared = bucket || SHARED.iter().any(is);
    let folder = root.strip_prefix(origin).is_some_and(|path| path != "/");
    match (shared, folder) {
        (true, true) => wrong(
            Doctor::Alone,
            Doctor::AloneWrong.words().to_owned(),
            fill(Doctor::AloneWrongSeen, &[root, origin]),
            Doctor::AloneRemedy.words().to_owned(),
        ),
        (false, false) => good(Doctor::Alone, fill(Doctor::AloneSeen, &[origin])),
        _ => unknown(Doctor::Alone, fill(Doctor::AloneUnknown, &[origin])),
    }
}

/// The discovery document, and what is wrong with it or with where it should be.
fn issuer(config: &Config, evidence: &Evidence, found: &mut Vec<Finding>) {
    let url = discovery(config).url;
    let bad = |what: Doctor, seen: String, remedy: Doctor| {
        wrong(
            Doctor::Issuer,
            what.words().to_owned(),
            seen,
            remedy.words().to_owned(),
        )
    };
    let response = match &evidence.discovery {
        // Then its answers cannot be read, which is another finding.
        Reply::NotAsked | Reply::Barred => return,
        Reply::Silent => {
            let seen = fill(Doctor::IssuerSilentSeen, &[&url]);
            found.push(bad(Doctor::IssuerSilent, seen, Doctor::IssuerRemedy));
            return;
        }
        Reply::Answered { response, .. } => response,
    };
    let document = json::parse(response.body.expose());
    let Some((document, name)) = document
        .as_ref()
        .and_then(|document| Some((document, document.text("issuer")?)))
    else {
        let seen = fill(
            Doctor::IssuerMissingSeen,
            &[&url, &response.status.to_string()],
        );
        found.push(bad(Doctor::IssuerMissing, seen, Doctor::IssuerRemedy));
        return;
    };
    let list = |member: &str| document.get(member).map(Value::items).unwrap_or_default();
    let has = |member: &str, text: &str| list(member).iter().any(|one| one.as_str() == Some(text));
    let keys = document.text("jwks_uri").unwrap_or_default();
    found.push(if name != config.issuer {
        bad(
            Doctor::IssuerOther,
            fill(Doctor::IssuerOtherSeen, &[&config.issuer, name]),
            Doctor::IssuerOtherRemedy,
        )
    } else if !has("code_challenge_methods_supported", "S256") {
        let seen = fill(Doctor::IssuerPkceSeen, &[&url]);
        bad(Doctor::IssuerPkce, seen, Doctor::IssuerRemedy)
    } else if !http::on_origin(keys, config.org()) {
        let seen = fill(Doctor::IssuerKeysSeen, &[&url, keys]);
        bad(Doctor::IssuerKeys, seen, Doctor::IssuerOtherRemedy)
    } else {
        good(Doctor::Issuer, fill(Doctor::IssuerSeen, &[&url]))
    });
    let unknown: Vec<&str> = config
        .scopes
        .split(' ')
        .filter(|scope| !list("scopes_supported").is_empty() && !has("scopes_supported", scope))
        .collect();
    if !unknown.is_empty() {
        found.push(wrong(
            Doctor::Scopes,
            fill(Doctor::ScopesUnknown, &[&unknown.join(" ")]),
            fill(Doctor::ScopesUnknownSeen, &[&url]),
            Doctor::ScopesUnknownRemedy.words().to_owned(),
        ));
    }
}

fn clock(evidence: &Evidence, found: &mut Vec<Finding>) {
    let date = |reply: &Reply| match reply {
        Reply::Answered { response, .. } => Some(response.date),
        _ => None,
    };
    let Some(date) = date(&evidence.start).or_else(|| date(&evidence.discovery)) else {
        return;
    };
    found.push(match date.map(|date| date.abs_diff(evidence.now)) {
        None => unknown(Doctor::Clock, Doctor::ClockUnknown.words().to_owned()),
        Some(apart) if apart > SKEW => wrong(
            Doctor::Clock,
            Doctor::ClockWrong.words().to_owned(),
            fill(Doctor::ClockWrongSeen, &[&apart.to_string()]),
            Doctor::ClockRemedy.words().to_owned(),
        ),
        Some(apart) => good(
            Doctor::Clock,
            fill(Doctor::ClockSeen, &[&apart.to_string()]),
        ),
    });
}

fn origin(config: &Config, evidence: &Evidence, found: &mut Vec<Finding>) {
    let here = http::origin(&evidence.root);
    let replies = [&evidence.discovery, &evidence.start];
    let barred = |reply: &&Reply| {
        matches!(
            reply,
            Reply::Barred
                | Reply::Answered {
                    readable: false,
                    ..
                }
        )
    };
    if replies.iter().any(barred) {
        found.push(wrong(
            Doctor::Origin,
            Doctor::OriginWrong.words().to_owned(),
            fill(Doctor::OriginWrongSeen, &[config.org(), here]),
            fill(Doctor::OriginRemedy, &[here]),
        ));
    } else if matches!(evidence.start, Reply::Answered { .. }) {
        found.push(good(Doctor::Origin, fill(Doctor::OriginSeen, &[here])));
    }
}

/// What came of `interact`: each missing piece is a refusal of its own (protocol reference, 1.3).
fn started(config: &Config, evidence: &Evidence, found: &mut Vec<Finding>) {
    let response = match &evidence.start {
        Reply::Answered { response, .. } => response,
        Reply::Silent => {
            let seen = Doctor::StartSilent.words().to_owned();
            return found.push(unknown(Doctor::Start, seen));
        }
        Reply::NotAsked | Reply::Barred => {
            let seen = Doctor::StartNot.words().to_owned();
            return found.push(unknown(Doctor::Start, seen));
        }
    };
    let Err(refusal) = Attempt::interaction_handle(response) else {
        return found.push(good(Doctor::Start, Doctor::StartSeen.words().to_owned()));
    };
    let refusal = match config.asks_for("acr_values") {
        true => refusal.of_an_assurance(),
        false => refusal,
    };
    let status = refusal.status.to_string();
    let (Some(setting), Error::OAuth { code, description }) = (refusal.setting, &refusal.error)
    else {
        let seen = fill(Doctor::StartUnknown, &[&status]);
        return found.push(unknown(Doctor::Start, seen));
    };
    // One scope is told already, and better.
    if setting == Setting::Scopes && found.iter().any(|known| known.about == Doctor::Scopes) {
        return;
    }
    let (about, what, remedy) = refused(setting, &refusal, config);
    let seen = fill(Doctor::Refused, &[&status, code, description]);
    found.push(wrong(about, what.words().to_owned(), seen, remedy));
}

fn refused(setting: Setting, refusal: &Refusal, config: &Config) -> (Doctor, Doctor, String) {
    let (about, what, remedy) = match setting {
        Setting::ClientId => (Doctor::Client, Doctor::ClientWrong, Doctor::ClientRemedy),
        Setting::Grant => (Doctor::Grant, Doctor::GrantWrong, Doctor::GrantRemedy),
        Setting::AcrValues => (
            Doctor::Assurance,
            Doctor::AssuranceWrong,
            Doctor::AssuranceRemedy,
        ),
        Setting::Dpop => (
            Doctor::Possession,
            Doctor::PossessionWrong,
            Doctor::PossessionRemedy,
        ),
        Setting::Policy if refusal.status == 401 => {
            (Doctor::Access, Doctor::AccessWrong, Doctor::AccessRemedy)
        }
        Setting::Policy => (
            Doctor::Embedded,
            Doctor::EmbeddedWrong,
            Doctor::EmbeddedRemedy,
        ),
        Setting::RedirectUri => {
            let remedy = fill(Doctor::RedirectRemedy, &[&config.redirect_uri]);
            return (Doctor::Redirect, Doctor::RedirectWrong, remedy);
        }
        Setting::Scopes => {
            let remedy = fill(Doctor::ScopesRemedy, &[&config.scopes]);
            return (Doctor::Scopes, Doctor::ScopesWrong, remedy);
        }
    };
    (about, what, remedy.words().to_owned())
}

fn good(about: Doctor, seen: String) -> Finding {
    Finding {
        about,
        verdict: Verdict::InOrder,
        what: String::new(),
        seen,
        remedy: String::new(),
    }
}

fn unknown(about: Doctor, seen: String) -> Finding {
    Finding {
        verdict: Verdict::NotKnown,
        ..good(about, seen)
    }
}

fn wrong(about: Doctor, what: String, seen: String, remedy: String) -> Finding {
    Finding {
        about,
        verdict: Verdict::Wrong,
        what,
        seen,
        remedy,
    }
}

fn fill(text: Doctor, params: &[&str]) -> String {
    let params: Vec<String> = params.iter().map(|param| (*param).to_owned()).collect();
    messages::fill(text.words(), &params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    const ROOT: &str = "https://app.acme.test/";

    fn config(more: &str) -> Result<Config, Problem> {
        let text = [
            r#"{"issuer":"https://id.acme.test/oauth2/default","clientId":"0oa7""#,
            more,
            "}",
        ];
        Config::parse(&text.concat(), ROOT)
    }

    fn answer(status: u16, body: &str) -> Reply {
        Reply::Answered {
            response: HttpResponse {
                status,
                body: Secret::new(body),
                date: Some(1_000),
                ..HttpResponse::default()
            },
            readable: true,
        }
    }

    const DOCUMENT: &str = r#"{"issuer":"https://id.acme.test/oauth2/default",
        "jwks_uri":"https://id.acme.test/oauth2/default/v1/keys",
        "scopes_supported":["openid","profile","email"],"code_challenge_methods_supported":["S256"]}"#;

    const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
        connect-src 'self' https://id.acme.test; frame-ancestors 'none'; require-trusted-types-for 'script'; \
        trusted-types 'none'";

    fn well() -> Evidence {
        let page = |path: &str, kind: &str| Sent {
            url: [ROOT, path].concat(),
            status: 200,
            kind: kind.to_owned(),
        };
        Evidence {
            root: ROOT.to_owned(),
            file: "https://app.acme.test/config.json".to_owned(),
            config: config(""),
            now: 1_010,
            device: Some(Device {
                secure: true,
                storage: true,
            }),
            site: Some(Site {
                policy: Some(POLICY.to_owned()),
                in_page: false,
                frame_options: None,
                transport: Some("max-age=31536000".to_owned()),
                wasm: ["a_bg.wasm", "later.wasm"]
                    .map(|path| page(path, "application/wasm"))
                    .into(),
                callback: Some(page("login/callback", "text/html")),
            }),
            discovery: answer(200, DOCUMENT),
            start: answer(200, r#"{"interaction_handle":"02-handle"}"#),
        }
    }

    /// The one thing that is wrong, with what is said about it.
    fn one_wrong(evidence: &Evidence) -> (Doctor, String) {
        let found = findings(evidence);
        let mut wrong = found
            .iter()
            .filter(|finding| finding.verdict == Verdict::Wrong);
        let (Some(first), None) = (wrong.next(), wrong.next()) else {
            panic!("{found:#?}")
        };
        assert!(!first.what.is_empty() && !first.seen.is_empty() && !first.remedy.is_empty());
        (first.about, first.lines().join("\n"))
    }

    #[test]
    fn nothing_is_wrong_where_everything_is_right() {
        let found = findings(&well());
        let right = |finding: &Finding| finding.verdict == Verdict::InOrder;
        assert!(found.iter().all(right), "{found:#?}");
        assert_eq!(summary(&found), Doctor::AllWell.words());
    }

    #[test]
    fn an_accent_that_is_mended_is_told() {
        let config = config(r##","brand":{"accent":"#ffee00"}"##);
        let found = findings(&Evidence { config, ..well() });
        let accent = found
            .iter()
            .find(|finding| finding.about == Doctor::Accent)
            .map(|finding| finding.seen.as_str());
        assert_eq!(
            accent,
            Some(
                "Text on #ffee00 is black, with a contrast of 17.4:1. On the light page links, focus and marks are \
                 drawn darker, because its contrast there is 1.2:1."
            )
        );
    }

    #[test]
    fn no_handle_and_no_proof_is_told() {
        let found = findings(&well());
        let start = found.iter().find(|one| one.about == Doctor::Start);
        assert!(start.is_some_and(|one| one.verdict == Verdict::InOrder));
        for finding in &found {
            let said = [finding.heading(), finding.lines().concat()].concat();
            // Neither the handle nor the challenge that was sent.
            assert!(
                !said.contains("02-handle") && !said.contains("AAAA"),
                "{said}"
            );
        }
    }

    #[test]
    fn each_refusal_of_the_start_names_its_setting() {
        for (status, code, about, place) in [
            (401, "invalid_client", Doctor::Client, "clientId"),
            (400, "unauthorized_client", Doctor::Grant, "Grant type"),
            (400, "access_denied", Doctor::Embedded, "Settings, Account"),
            (401, "access_denied", Doctor::Access, "Access Policies"),
            (400, "invalid_request", Doctor::Redirect, "login/callback"),
            (400, "invalid_scope", Doctor::Scopes, "openid profile email"),
        ] {
            let body = [
                r#"{"error":""#,
                code,
                r#"","error_description":"So it is."}"#,
            ]
            .concat();
            let start = answer(status, &body);
            let (named, said) = one_wrong(&Evidence { start, ..well() });
            assert_eq!(named, about, "{code}");
            for part in [place, code, "So it is.", &status.to_string()] {
                assert!(said.contains(part), "{part} in {said}");
            }
        }
    }

    #[test]
    fn an_org_that_is_busy_says_nothing_about_settings() {
        let start = answer(429, r#"{"errorCode":"E0000047"}"#);
        let found = findings(&Evidence { start, ..well() });
        let first = found
            .first()
            .map(|finding| (finding.about, finding.verdict));
        assert_eq!(first, Some((Doctor::Start, Verdict::NotKnown)));
    }

    #[test]
    fn what_is_wrong_with_the_issuer_is_told() {
        let other = DOCUMENT.replace("id.acme.test/oauth2/default\",", "acme.okta.com\",");
        let plain = DOCUMENT.replace("S256", "plain");
        let keys = DOCUMENT.replace("//id.acme.test/oauth2/default/v1", "//cdn.test");
        for (discovery, part) in [
            (Reply::Silent, "gave no answer"),
            (answer(404, ""), "404"),
            (answer(200, "<!doctype html>"), "not with a discovery"),
            (answer(200, &other), "https://acme.okta.com"),
            (answer(200, &plain), "S256"),
            (answer(200, &keys), "https://cdn.test/keys"),
        ] {
            let (about, said) = one_wrong(&Evidence {
                discovery,
                ..well()
            });
            assert_eq!(about, Doctor::Issuer);
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn a_scope_that_is_not_on_the_list_is_named() {
        let (about, said) = one_wrong(&Evidence {
            config: config(r#","scopes":["openid","plan.write"]"#),
            start: answer(400, r#"{"error":"invalid_scope","error_description":"-"}"#),
            ..well()
        });
        assert_eq!(about, Doctor::Scopes);
        assert!(said.contains("a scope: plan.write\n"), "{said}");
    }

    #[test]
    fn answers_that_pages_may_not_read_are_a_matter_of_the_trusted_origin() {
        let (about, said) = one_wrong(&Evidence {
            discovery: Reply::Barred,
            start: Reply::NotAsked,
            ..well()
        });
        assert_eq!(about, Doctor::Origin);
        assert!(said.contains("add https://app.acme.test with"), "{said}");
        // A discovery document may be there for everybody.
        let start = Reply::Barred;
        assert_eq!(one_wrong(&Evidence { start, ..well() }).0, Doctor::Origin);
    }

    #[test]
    fn clocks_may_be_as_far_apart_as_an_id_token_is_given() {
        let at = |now| Evidence { now, ..well() };
        assert_eq!(one_wrong(&at(1_301)).0, Doctor::Clock);
        assert_eq!(one_wrong(&at(0)).0, Doctor::Clock);
        assert_eq!(summary(&findings(&at(1_300))), Doctor::AllWell.words());
    }

    #[test]
    fn what_the_policy_lacks_or_has_too_much_is_told() {
        for (policy, part) in [
            (None, "no content security policy"),
            (
                Some(POLICY.replace("https://id.acme.test", "")),
                "connect-src is: 'self'",
            ),
            (
                Some(POLICY.replace(" https://id.acme.test", " https://id.acme.test.evil.test")),
                "connect-src",
            ),
            (
                Some(POLICY.replace("'wasm-unsafe-eval'", "")),
                "script-src is",
            ),
            (
                Some(POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")),
                "'unsafe-inline'",
            ),
            (
                Some(POLICY.replace("require-trusted-types-for 'script'; ", "")),
                "Trusted Types",
            ),
        ] {
            // Who may frame the page is another matter.
            let frame_options = Some("DENY".to_owned());
            let site = well().site.map(|site| Site {
                policy,
                frame_options,
                ..site
            });
            let (about, said) = one_wrong(&Evidence { site, ..well() });
            assert_eq!(about, Doctor::Policy);
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn what_the_configuration_names_and_the_policy_bars_is_told() {
        for (more, source) in [
            (
                r#","resource":"https://api.acme.test/me""#,
                " https://api.acme.test",
            ),
            (
                r#","fastpass":true"#,
                " http://localhost:* http://127.0.0.1:*",
            ),
        ] {
            let evidence = |policy: String| Evidence {
                config: config(more),
                site: well().site.map(|site| Site {
                    policy: Some(policy),
                    ..site
                }),
                ..well()
            };
            let (about, said) = one_wrong(&evidence(POLICY.to_owned()));
            assert_eq!(about, Doctor::Policy);
            for part in ["config.json", "connect-src is: 'self'", "cargo xtask build"] {
                assert!(said.contains(part), "{part} in {said}");
            }
            let org = " https://id.acme.test";
            let policy = POLICY.replace(org, &[org, source].concat());
            assert_eq!(
                summary(&findings(&evidence(policy))),
                Doctor::AllWell.words()
            );
        }
        // What is the page's own needs no name.
        let own = config(r#","resource":"https://app.acme.test/me""#);
        let evidence = Evidence {
            config: own,
            ..well()
        };
        assert_eq!(summary(&findings(&evidence)), Doctor::AllWell.words());
    }

    #[test]
    fn what_the_host_sends_wrong_is_told() {
        let sent = |path: &str, status, kind: &str| Sent {
            url: [ROOT, path].concat(),
            status,
            kind: kind.to_owned(),
        };
        for (path, status, kind) in [
            ("a_bg.wasm", 200, "application/octet-stream"),
            ("later.wasm", 200, "text/html"),
            ("later.wasm", 404, "application/wasm"),
            ("later.wasm", 0, ""),
        ] {
            let site = well().site.map(|mut site| {
                site.wasm.retain(|sent| !sent.url.ends_with(path));
                site.wasm.push(sent(path, status, kind));
                site
            });
            let (about, said) = one_wrong(&Evidence { site, ..well() });
            assert_eq!(about, Doctor::Wasm);
            assert!(said.contains(&[ROOT, path].concat()), "{said}");
        }
        let site = well().site.map(|site| Site {
            callback: Some(sent("login/callback", 404, "text/html")),
            ..site
        });
        assert_eq!(one_wrong(&Evidence { site, ..well() }).0, Doctor::Callback);
        let config = config(r#","redirectUri":"https://other.acme.test/login/callback""#);
        assert_eq!(
            one_wrong(&Evidence { config, ..well() }).0,
            Doctor::Callback
        );
    }

    #[test]
    fn a_configuration_that_cannot_be_read_is_the_first_thing_and_nobody_is_asked() {
        let (about, said) = one_wrong(&Evidence {
            config: Err(Problem::Unreadable),
            discovery: Reply::NotAsked,
            start: Reply::NotAsked,
            ..well()
        });
        assert_eq!(about, Doctor::Configuration);
        assert!(said.contains("config.json"));
    }

    #[test]
    fn what_a_deployer_chose_that_lets_others_in_is_named() {
        let said = |more: &str| {
            let found = findings(&Evidence {
                config: config(more),
                ..well()
            });
            let mut about = found.iter();
            about
                .find(|finding| finding.about == Doctor::DeviceActivation)
                .map(|finding| finding.lines().join(" "))
        };
        assert_eq!(said(""), None);
        let on = said(r#","deviceActivation":true"#).unwrap_or_default();
        assert!(on.contains("/activate"), "{on}");
    }

    #[test]
    fn an_assurance_that_the_org_does_not_offer_is_not_embedded_sign_in_that_is_off() {
        let refused = r#"{"error":"access_denied","error_description":"The requested 'acr_values' is not supported."}"#;
        let evidence = |more: &str, status| Evidence {
            config: config(more),
            start: answer(status, refused),
            ..well()
        };
        let (about, said) = one_wrong(&evidence(r#","acrValues":"urn:nobody""#, 403));
        assert_eq!(about, Doctor::Assurance);
        assert!(said.contains("acrValues"), "{said}");
        assert_eq!(one_wrong(&evidence("", 400)).0, Doctor::Embedded);
    }

    #[test]
    fn a_host_that_lets_others_frame_the_page_is_told() {
        let with = |policy: &str, in_page, options: Option<&str>| Evidence {
            site: well().site.map(|site| Site {
                policy: Some(POLICY.replace("frame-ancestors 'none'; ", policy)),
                in_page,
                frame_options: options.map(str::to_owned),
                ..site
            }),
            ..well()
        };
        for (policy, in_page, options, part) in [
            ("", false, None, "nothing"),
            ("", false, Some("ALLOWALL"), "X-Frame-Options: ALLOWALL"),
            ("frame-ancestors http:; ", false, None, "ancestors http:"),
            (
                "frame-ancestors https:; ",
                false,
                Some("DENY"),
                "ancestors https:",
            ),
            // In the page it counts for nothing.
            ("frame-ancestors 'none'; ", true, None, "nothing"),
        ] {
            let (about, said) = one_wrong(&with(policy, in_page, options));
            assert_eq!(about, Doctor::Frames, "{policy}");
            assert!(
                said.contains(part) && said.contains("cargo xtask build"),
                "{said}"
            );
        }
        for (policy, in_page, options) in [
            ("frame-ancestors 'none'; ", false, None),
            ("frame-ancestors 'self'; ", false, Some("ALLOWALL")),
            ("", false, Some("deny")),
            ("", true, Some("SAMEORIGIN")),
        ] {
            let found = findings(&with(policy, in_page, options));
            assert_eq!(summary(&found), Doctor::AllWell.words(), "{policy}");
        }
    }

    #[test]
    fn a_host_that_does_not_keep_browsers_from_http_is_told() {
        let sends = |transport: Option<&str>| Evidence {
            site: well().site.map(|site| Site {
                transport: transport.map(str::to_owned),
                ..site
            }),
            ..well()
        };
        for (transport, part) in [
            (None, "nothing"),
            (Some("max-age=0"), "max-age=0"),
            (Some("includeSubDomains"), "includeSubDomains"),
        ] {
            let (about, said) = one_wrong(&sends(transport));
            assert_eq!(about, Doctor::Transport);
            assert!(
                said.contains(part) && said.contains("max-age=31536000"),
                "{said}"
            );
        }
        for transport in ["max-age=63072000; includeSubDomains", "Max-Age=\"300\""] {
            let found = findings(&sends(Some(transport)));
            assert_eq!(summary(&found), Doctor::AllWell.words(), "{transport}");
        }
        // On one's own machine there is nothing to say.
        let found = findings(&Evidence {
            root: "http://localhost:8080/".to_owned(),
            ..sends(None)
        });
        let about = |finding: &Finding| finding.about == Doctor::Transport;
        assert!(!found.iter().any(about), "{found:#?}");
    }

    #[test]
    fn an_origin_that_others_share_is_told() {
        let at = |root: &str| alone(root).verdict;
        for (root, verdict) in [
            ("https://login.acme.example/", Verdict::InOrder),
            ("https://acme.example:8443/", Verdict::InOrder),
            ("https://mygithub.io/", Verdict::InOrder),
            ("https://acme.github.io/door/", Verdict::Wrong),
            ("https://ACME.GitHub.io/door/", Verdict::Wrong),
            ("https://storage.googleapis.com/bucket/", Verdict::Wrong),
            ("https://s3.eu-west-1.amazonaws.com/bucket/", Verdict::Wrong),
            // Who knows what else there is, or will be.
            ("https://acme.github.io/", Verdict::NotKnown),
            ("https://acme.example/auth/", Verdict::NotKnown),
        ] {
            assert_eq!(at(root), verdict, "{root}");
        }
        let said = alone("https://acme.github.io/door/").lines().join(" ");
        for part in ["https://acme.github.io", "custom domain", "deploy.md"] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn what_the_device_lacks_is_told() {
        let lacks = |secure, storage| Evidence {
            device: Some(Device { secure, storage }),
            ..well()
        };
        assert_eq!(one_wrong(&lacks(false, true)).0, Doctor::Connection);
        assert_eq!(one_wrong(&lacks(true, false)).0, Doctor::Storage);
    }
}
