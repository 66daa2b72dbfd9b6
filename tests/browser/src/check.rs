//! What must be true of every page, whatever it shows.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use crate::page::{Errors, Failure, Page};
use crate::session::Line;

/// The rules of axe-core that hold here: all of WCAG 2.2 A and AA, and what its authors recommend besides.
const RULES: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

/// Fields that help the person and are not sent as they stand.
const OURS: [&str; 3] = ["confirm", "country", "extension"];

/// Console lines that say nothing about the app.
const NOISE: [&str; 1] = [
    // Chromium knows `integrity` on a preload and says so although nothing is wrong with it.
    "The `integrity` attribute is currently ignored for preload destinations",
];

/// The pages of this process in which nothing was found, each by a hash of all that the finding hangs on. One that is the same to
/// the letter need not be looked at again: most stories begin at the same page, and several go on to the same next one.
static RIGHT: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

impl Page {
    /// Waits for a new step and checks its page: it has this heading, and the heading has the focus.
    pub async fn at(&self, step: &str, heading: &str) {
        self.reaches(step).await;
        self.until(&format!("the heading {heading:?} of {step}"), async || {
            (self.heading().await == heading).then_some(())
        })
        .await;
        self.until(
            &format!("the focus on the heading {heading:?}"),
            async || (self.focused().await == format!("h1 {heading}")).then_some(()),
        )
        .await;
        self.check().await;
    }

    /// Waits until the page says that something is wrong, at the same step, and checks it.
    pub async fn refused(&self, step: &str) -> Errors {
        let errors = self.complains().await;
        assert_eq!(self.step().await, step, "the step stays");
        assert!(
            self.title().await.starts_with("Error: "),
            "the title says that there is an error"
        );
        self.check().await;
        errors
    }

    /// Panics with everything that is wrong with the page.
    pub async fn check(&self) {
        let problems = self.problems().await;
        assert!(
            problems.is_empty(),
            "the page is not as every page must be:\n  - {}",
            problems.join("\n  - ")
        );
    }

    /// Everything that is wrong with the page.
    pub async fn problems(&self) -> Vec<String> {
        let mut problems = self.shape().await;
        problems.extend(self.looks().await);
        let refused: Vec<String> =
            serde_json::from_value(self.look("look.refusedByPolicy()").await).unwrap_or_default();
        problems.extend(
            refused
                .into_iter()
                .map(|refused| format!("refused by the page's policy: {refused}")),
        );
        let expected = self.expected();
        let lines = self.fresh_console().await;
        problems.extend(
            lines
                .iter()
                .filter(|line| !harmless(line, &expected))
                .map(|line| format!("console: {} {}: {}", line.level, line.source, line.message)),
        );
        problems
    }

    /// What is wrong with how the page looks, to whoever looks at it and to whoever has it read to them.
    async fn looks(&self) -> Vec<String> {
        let right = || RIGHT.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.state().await;
        if state.is_some_and(|state| right().contains(&state)) {
            return Vec::new();
        }
        let mut problems = self.fit().await;
        problems.extend(self.accessibility().await);
        if let Some(state) = state
            && problems.is_empty()
            // What was looked at is what stands there.
            && self.state().await == Some(state)
        {
            right().insert(state);
        }
        problems
    }

    /// A hash of all that the page's looks hang on; `None` while it changes, or where not all of it can be told.
    async fn state(&self) -> Option<u64> {
        let state = self.look("look.state()").await;
        let mut hasher = DefaultHasher::new();
        state.as_str()?.hash(&mut hasher);
        Some(hasher.finish())
    }

    async fn shape(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let step = self.step().await;
        if step.is_empty() {
            problems.push("main has no data-step".to_owned());
        }
        if self.title().await.is_empty() {
            problems.push("the document has no title".to_owned());
        }
        let headings: Vec<String> =
            serde_json::from_value(self.look("look.headings()").await).unwrap_or_default();
        if headings.len() != 1 || headings[0].is_empty() {
            problems.push(format!(
                "one heading of the first level is wanted, there are {headings:?}"
            ));
        }
        for input in self.inputs().await {
            if input.label.is_empty() {
                problems.push(format!("the input {:?} has no label", input.name));
            }
            if !OURS.contains(&input.name.as_str()) && !sent_at(&step, &input.name) {
                problems.push(format!(
                    "the input name {:?} is no path of what is sent at {step}",
                    input.name
                ));
            }
        }
        problems
    }

    /// Nobody scrolls sideways, not even in the narrowest window that WCAG knows.
    async fn fit(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for width in [320, 360, self.window().width] {
            self.session.size(width, self.window().height).await;
            if self
                .look("look.overflow()")
                .await
                .as_i64()
                .is_none_or(|overflow| overflow > 0)
            {
                let places = self.look("look.overflowing()").await;
                problems.push(format!(
                    "the page scrolls sideways at {width} pixels: {places}"
                ));
            }
        }
        problems
    }

    /// axe-core, and its look at the colours again in the other scheme.
    async fn accessibility(&self) -> Vec<String> {
        let everything =
            json!({ "runOnly": { "type": "tag", "values": RULES }, "resultTypes": ["violations"] });
        let colours = json!({ "runOnly": { "type": "rule", "values": ["color-contrast"] }, "resultTypes": ["violations"] });
        let (dark, moves) = (self.window().dark, self.window().moves);
        let mut problems = self.axe(everything).await;
        self.session.media(!dark, moves).await;
        let other = self.axe(colours).await;
        self.session.media(dark, moves).await;
        let scheme = if dark { "light" } else { "dark" };
        problems.extend(
            other
                .into_iter()
                .map(|problem| format!("{problem} (in {scheme} colours)")),
        );
        problems
    }

    async fn axe(&self, rules: Value) -> Vec<String> {
        if self.look("typeof window.axe").await != "object" {
            self.session
                .client
                .execute(axe(), vec![])
                .await
                .unwrap_or_else(|error| panic!("axe-core: {error}"));
        }
        let found = self
            .session
            .client
            .execute_async(include_str!("axe.js"), vec![rules])
            .await;
        let found = found.unwrap_or_else(|error| panic!("axe-core: {error}"));
        let found: Vec<String> =
            serde_json::from_value(found).expect("the script answers with lines");
        found
            .into_iter()
            .map(|problem| format!("axe-core: {problem}"))
            .collect()
    }
}

/// Whether a name is the dotted path of a value in the body that this step sends.
fn sent_at(step: &str, name: &str) -> bool {
    let within = |object: &str| {
        name.strip_prefix(object)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|member| !member.is_empty())
    };
    match step {
        // Before the app is there, what is filled in is meant for sign-in. `mood` is what an org asks that nobody knows.
        "identify" | "loading" => matches!(
            name,
            "identifier" | "rememberMe" | "credentials.passcode" | "mood"
        ),
        "identify-recovery" | "unlock-account" => name == "identifier",
        "select-authenticator-unlock-account" => {
            name == "identifier" || name == "authenticator" || within("authenticator")
        }
        "user-code" => name == "userCode",
        "consent" | "granular-consent" | "admin-consent" | "email-challenge-consent" => {
            name == "consent" || within("optedScopes")
        }
        "keep-me-signed-in" => name == "keepMeSignedIn",
        "profile-update" => within("userProfile"),
        "reenroll-authenticator" | "reenroll-authenticator-warning" => within("credentials"),
        "enroll-profile" => within("userProfile"),
        "authenticator-enrollment-data" | "authenticator-verification-data" => {
            within("authenticator")
        }
        "enroll-authenticator" | "challenge-authenticator" | "reset-authenticator" => {
            // Like `authenticator`: which of its forms the object is made of.
            name == "credentials" || within("credentials")
        }
        "select-enrollment-channel" => within("authenticator"),
        "enrollment-channel-data" => matches!(name, "email" | "phoneNumber"),
        // What an org asks that nobody knows.
        "tell-favorite-shade" => true,
        "challenge-poll" => name == "autoChallenge",
        list if list.starts_with("select-authenticator-") => {
            name == "authenticator" || within("authenticator")
        }
        _ => false,
    }
}

/// Whether a line of the console is no complaint, or one that the story asked for.
fn harmless(line: &Line, expected: &[Failure]) -> bool {
    let message = &line.message;
    if !matches!(line.level.as_str(), "SEVERE" | "WARNING")
        || NOISE.iter().any(|noise| message.contains(noise))
    {
        return true;
    }
    if line.source == "javascript" {
        let says =
            |failure: Failure, words: &str| expected.contains(&failure) && message.contains(words);
        return says(Failure::Cors, "blocked by CORS policy")
            || says(Failure::Unused, "was preloaded using link preload but not used")
            // What boot.js could not do is told to whoever looks at the console.
            || says(Failure::Start, "/boot-");
    }
    line.source == "network"
        && expected.iter().any(|failure| match failure {
            Failure::Status(status) => message.contains(&format!("with a status of {status} ")),
            Failure::Network | Failure::Cors => message.contains("net::ERR_"),
            Failure::Start | Failure::Unused => false,
        })
}

/// The source of axe-core: `VESTIBULE_AXE`, or what the project's commands installed into the user's cache.
fn axe() -> &'static str {
    static AXE: OnceLock<String> = OnceLock::new();
    AXE.get_or_init(|| {
        let file = std::env::var_os("VESTIBULE_AXE").map(PathBuf::from).or_else(xtask::tools::installed_axe).unwrap_or_else(|| {
            panic!("axe-core is not installed: `cargo xtask test` installs it, or name its axe.min.js in VESTIBULE_AXE")
        });
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(source: &str, message: &str) -> Line {
        Line {
            level: "SEVERE".to_owned(),
            source: source.to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_failed_request_is_harmless_only_when_the_story_wanted_it() {
        let refused = line(
            "network",
            "http://localhost:1/idp - Failed to load resource: the server responded with a status of 401 (Unauthorized)",
        );
        assert!(harmless(&refused, &[Failure::Status(401)]));
        assert!(!harmless(&refused, &[Failure::Status(400)]));
        assert!(!harmless(&refused, &[]));
        let cut = line(
            "network",
            "http://localhost:1/idp - Failed to load resource: net::ERR_CONNECTION_REFUSED",
        );
        assert!(harmless(&cut, &[Failure::Network]));
        assert!(!harmless(
            &line("javascript", "status of 401 (Unauthorized)"),
            &[Failure::Status(401)]
        ));
    }

    #[test]
    fn names_are_paths_of_the_body() {
        assert!(sent_at("enroll-profile", "userProfile.firstName"));
        assert!(!sent_at("enroll-profile", "firstName"));
        assert!(!sent_at("enroll-profile", "userProfile."));
        assert!(sent_at("select-authenticator-enroll", "authenticator"));
        assert!(!sent_at("home", "anything"));
    }
}
