//! The headers of every answer that carries the app, in one place: the server of the demo and the tests sends them, and a
//! production server should send the same (`cargo xtask headers` prints them).

use std::fmt;

use serde_json::Value;

/// Headers that are the same for every deployment.
pub const HEADERS: [(&str, &str); 4] = [
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), \
         otp-credentials=(self), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    ),
];

/// What keeps a browser from asking a name by `http://` ever again, for a year: only for hosts that serve all of that name by
/// `https://` (RFC 6797). It says nothing about other names below it, nor is it for the lists that browsers come with.
pub const TRANSPORT: (&str, &str) = ("strict-transport-security", "max-age=31536000");

/// The content security policy: the app's own files, and requests to the org, and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    orgs: Vec<String>,
    resources: Vec<String>,
    fastpass: bool,
}

impl Policy {
    /// A policy under which the app reaches only its own server.
    pub fn new() -> Self {
        Self::default()
    }

    /// The policy for the members of a `config.json` as one name has them; `org` stands in for the issuer's origin.
    fn of(member: impl Fn(&str) -> Value, org: Option<&str>) -> Self {
        let address = |name: &str| member(name).as_str().and_then(origin);
        let org = org.map(str::to_owned).or_else(|| address("issuer"));
        let policy = org.into_iter().fold(Self::new(), Self::org);
        let policy = address("resource").into_iter().fold(policy, Self::resource);
        policy.fastpass(member("fastpass") == true)
    }

    /// What either of two lets the app do.
    fn or(mut self, other: &Self) -> Self {
        for org in &other.orgs {
            if !self.orgs.contains(org) {
                self.orgs.push(org.clone());
            }
        }
        self.resources.retain(|known| !other.orgs.contains(known));
        let resources = other.resources.iter().cloned();
        let fastpass = self.fastpass || other.fastpass;
        resources.fold(self, Self::resource).fastpass(fastpass)
    }

    /// The same for the page itself, where a host sends no headers: a page cannot say who may frame it.
    pub fn in_page(&self) -> String {
        self.to_string().replace("frame-ancestors 'none'; ", "")
    }

    /// Lets the app send requests to an org, given by its origin: `https://example.okta.com`.
    #[must_use]
    pub fn org(mut self, origin: impl Into<String>) -> Self {
        self.orgs.push(origin.into());
        self
    }

    /// Lets the app send requests to a resource behind the org's tokens, given by its origin.
    #[must_use]
    pub fn resource(mut self, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        if !self.orgs.contains(&origin) && !self.resources.contains(&origin) {
            self.resources.push(origin);
        }
        self
    }

    /// Whether the app may look for Okta Verify at the ports of the person's own device (`"fastpass": true` in
    /// `config.json`). A device's own ports and nothing else: names that resolve to them are not among these.
    #[must_use]
    pub fn fastpass(mut self, fastpass: bool) -> Self {
        self.fastpass = fastpass;
        self
    }
}

/// The policies of a deployment. `hosts` in `config.json` gives it several names, each of which may be another brand with an
/// org of its own: under each name the app reaches that name's org, and no other's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// Under every name that `hosts` does not have.
    pub common: Policy,
    /// By the names that it has, with the port where it is not the usual one.
    pub own: Vec<(String, Policy)>,
}

impl Policies {
    /// The policies for a `config.json`, by its text; `org` stands in for the origin of the common issuer.
    pub fn for_config(config: &str, org: Option<&str>) -> Self {
        let config: Value = serde_json::from_str(config).unwrap_or_default();
        let hosts = config["hosts"].as_object().into_iter().flatten();
        let own = hosts.map(|(host, own)| {
            // What stands there takes the place of the common members, as in the app.
            let member = |name: &str| own.get(name).unwrap_or(&config[name]).clone();
            let org = org.filter(|_| own.get("issuer").is_none());
            (host.to_ascii_lowercase(), Policy::of(member, org))
        });
        Self {
            own: own.filter(|(host, _)| is_host(host)).collect(),
            common: Policy::of(|name| config[name].clone(), org),
        }
    }

    /// The policy under a name.
    pub fn of(&self, host: &str) -> &Policy {
        let mut own = self.own.iter();
        let own = own.find(|(known, _)| known.eq_ignore_ascii_case(host));
        own.map_or(&self.common, |(_, policy)| policy)
    }

    /// The one policy for all names, where a host sends the same headers under each.
    pub fn all(&self) -> Policy {
        let own = self.own.iter().map(|(_, policy)| policy);
        own.fold(self.common.clone(), Policy::or)
    }

    /// Lets the app look for Okta Verify at the ports of the person's own device, under each name.
    #[must_use]
    pub fn fastpass(self) -> Self {
        let own = self.own.into_iter();
        Self {
            common: self.common.fastpass(true),
            own: own
                .map(|(host, policy)| (host, policy.fastpass(true)))
                .collect(),
        }
    }
}

impl From<Policy> for Policies {
    fn from(common: Policy) -> Self {
        Self {
            common,
            own: Vec::new(),
        }
    }
}

/// Whether a text is a host, perhaps with a port, and nothing that would be more than that in a server's file.
fn is_host(text: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !text.is_empty() && text.chars().all(plain)
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is not named falls back to `default-src`: no frames, no workers, no plug-ins, no media, no fonts.
        f.write_str("default-src 'none'; ")?;
        // WebAssembly is compiled from bytes, which browsers count as a kind of eval, and allow by a word of its own.
        f.write_str("script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; ")?;
        // An authenticator's QR code comes in the response, as a data URL.
        f.write_str("img-src 'self' data:; connect-src 'self'")?;
        for origin in self.orgs.iter().chain(&self.resources) {
            write!(f, " {origin}")?;
        }
        if self.fastpass {
            f.write_str(" http://localhost:* http://127.0.0.1:*")?;
        }
        // Forms are sent by the app, never by the browser. Framed, the page could be clicked through.
        f.write_str("; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ")?;
        // Nothing is built from markup, so no policy has to make markup trusted.
        f.write_str("require-trusted-types-for 'script'; trusted-types 'none'")
    }
}

/// The origin of a web address, as a browser writes it: `https://example.okta.com/oauth2/default` is of
/// `https://example.okta.com`. Nothing for what is no web address.
pub fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .strip_suffix(default_port)
        .unwrap_or(authority)
        .to_ascii_lowercase();
    // It goes into a header: a space or a semicolon in it would be more policy.
    is_host(&host).then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_this() {
        assert_eq!(
            Policy::new().org("https://example.okta.com").to_string(),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self' https://example.okta.com; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        );
    }

    #[test]
    fn the_ports_of_the_device_are_allowed_where_they_are_asked_for() {
        let policy = Policy::new().org("https://example.okta.com");
        let connect =
            "connect-src 'self' https://example.okta.com http://localhost:* http://127.0.0.1:*; ";
        assert!(!policy.to_string().contains("127.0.0.1"));
        assert!(policy.fastpass(true).to_string().contains(connect));
    }

    #[test]
    fn a_resource_that_is_named_may_be_reached() {
        let config =
            r#"{"issuer":"https://one.okta.com","resource":"https://API.acme.example:443/me?x"}"#;
        let both = Policy::new()
            .org("https://one.okta.com")
            .resource("https://api.acme.example");
        assert_eq!(Policies::for_config(config, None), both.clone().into());
        let connect = "connect-src 'self' https://one.okta.com https://api.acme.example; ";
        assert!(both.to_string().contains(connect));
        let own = r#"{"issuer":"https://one.okta.com","resource":"https://one.okta.com/api/me"}"#;
        assert_eq!(
            Policies::for_config(own, None),
            Policy::new().org("https://one.okta.com").into()
        );
    }

    #[test]
    fn each_brand_reaches_its_own_org_and_no_other() {
        let config = r#"{"issuer":"https://one.okta.com/oauth2/default","fastpass":true,
            "resource":"https://api.one.example/me","hosts":{
            "two.example":{"issuer":"https://two.okta.com","fastpass":false,"resource":"https://api.two.example"},
            "Three.example:8443":{"clientId":"three"},
            "four.example":{"issuer":"https://one.okta.com/oauth2/four","resource":null}, "bad\"; {":{}}}"#;
        let policies = Policies::for_config(config, None);
        let one = Policy::new().org("https://one.okta.com").fastpass(true);
        let with = one.clone().resource("https://api.one.example");
        let two = Policy::new().org("https://two.okta.com");
        let two = two.resource("https://api.two.example");
        for (host, policy) in [
            ("one.example", &with),
            ("two.example", &two),
            ("TWO.example", &two),
            ("three.example:8443", &with),
            ("three.example", &with),
            ("four.example", &one),
        ] {
            assert_eq!(policies.of(host), policy, "{host}");
        }
        assert_eq!(policies.own.len(), 3);
        // Where the headers are the same under each name, they let all of it.
        let all = one
            .org("https://two.okta.com")
            .resource("https://api.one.example")
            .resource("https://api.two.example");
        assert_eq!(policies.all(), all);

        // An org that is named stands in for the common one alone.
        let policies = Policies::for_config(config, Some("https://uno.example"));
        assert!(policies.of("two.example").to_string().contains("two.okta"));
        let three = policies.of("three.example:8443").to_string();
        assert!(three.contains("uno.example") && !three.contains("okta.com"));
    }

    #[test]
    fn a_page_does_not_say_who_may_frame_it() {
        let policy = Policy::new().in_page();
        assert!(
            !policy.contains("frame-ancestors") && policy.contains("form-action 'none'; require")
        );
    }

    #[test]
    fn a_configuration_names_the_org() {
        let config = r#"{"issuer":"https://example.okta.com/oauth2/default","fastpass":true}"#;
        let policies = Policies::for_config(config, None);
        let expected = Policy::new().org("https://example.okta.com").fastpass(true);
        assert_eq!(policies, expected.into());
        let other = Policies::for_config("", Some("https://other.example"));
        assert_eq!(other, Policy::new().org("https://other.example").into());
    }

    #[test]
    fn nothing_unsafe_is_allowed() {
        let policy = Policy::new().org("http://localhost:8081").to_string();
        for word in ["'unsafe-inline'", "'unsafe-eval'", "*", "blob:"] {
            assert!(!policy.contains(word), "{word}");
        }
    }

    #[test]
    fn an_origin_has_no_path_and_no_default_port() {
        for (address, expected) in [
            (
                "https://example.okta.com/oauth2/default",
                Some("https://example.okta.com"),
            ),
            (
                "http://localhost:8081/oauth2/default",
                Some("http://localhost:8081"),
            ),
            (
                "HTTPS://Example.okta.com:443?a",
                Some("https://example.okta.com"),
            ),
            ("http://[::1]:8081/", Some("http://[::1]:8081")),
            ("ftp://example.com", None),
            ("https://", None),
            ("example.com", None),
            ("https://a; script-src *", None),
        ] {
            assert_eq!(origin(address).as_deref(), expected, "{address}");
        }
    }
}
