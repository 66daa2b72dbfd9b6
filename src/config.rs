//! `config.json`, parsed once at the start.

use crate::brand::Brand;
use crate::http;
use crate::json::{self, Value};

/// What a deployment says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The authorization server: `https://id.acme.test/oauth2/default`, or the org itself. Without a slash at its end.
    pub issuer: String,
    /// The app's id in the org.
    pub client_id: String,
    /// Where the org sends people back to. Registered in the org, letter for letter.
    pub redirect_uri: String,
    /// What the tokens shall be good for.
    pub scopes: String,
    /// Whose front door this is.
    pub brand: Brand,
    /// Whether the page may look for Okta Verify at ports of the person's own device. The page's policy must allow it too.
    pub fastpass: bool,
    /// Whether the page shows the exchange with the org to whoever develops with it.
    pub debug: bool,
    /// Whether the org's cookies go along, so that it knows this browser again. Without them each visit starts fresh.
    pub cookies: bool,
    /// Whether people may sign a device in here by its code (RFC 8628). Anybody can send a link that begins that.
    pub device_activation: bool,
    /// Whether signing in on the org's own page is offered beside these.
    pub hosted_sign_in: bool,
    /// Where the org sends people after its own session has ended. Without it there is no session of the org's to end.
    pub post_logout_redirect_uri: Option<String>,
    /// Whether the tokens are bound to a key of this browser (RFC 9449).
    pub dpop: bool,
    /// Where the tokens are kept.
    pub storage: Keeping,
    /// After so many minutes without anybody doing anything one is signed out; never without it.
    pub idle_minutes: Option<u32>,
    /// The address of a resource that the access token opens: then there is a page that shows what it answers.
    pub resource: Option<String>,
    /// What each start asks for: `acr_values`, the assurance, and `max_age`, how many seconds ago somebody may have signed in.
    pub wishes: Vec<(&'static str, String)>,
}

/// Where the tokens are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// In the tab's `sessionStorage`: a reload finds them again, another tab does not, and closing the tab ends it.
    #[default]
    Tab,
    /// In the page's memory: a reload signs out.
    Memory,
}

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The host did not answer.
    Unreachable,
    /// There is no `config.json` beside `index.html`.
    Missing,
    /// It is no JSON object.
    Unreadable,
    /// A member is missing or has a value that cannot be right.
    Member(Member),
}

/// The members that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// `issuer`
    Issuer,
    /// `clientId`
    ClientId,
    /// `redirectUri`
    RedirectUri,
    /// `scopes`
    Scopes,
    /// `brand`
    Brand,
    /// Any of the others.
    Other(&'static str),
}

/// What stands in the `config.json` that comes with a build, to be replaced.
const PLACEHOLDER_HOST: &str = "your-org.okta.com";
const PLACEHOLDER_ID: &str = "your-client-id";

impl Config {
    /// Reads the text of `config.json`. `root` is the app's own address, with a slash at its end.
    ///
    /// # Errors
    /// [`Problem`] names the first member that is wrong.
    pub fn parse(text: &str, root: &str) -> Result<Self, Problem> {
        let value = json::parse(text)
            .and_then(|value| for_host(value, host(root).0))
            .ok_or(Problem::Unreadable)?;
        let issuer = value
            .text("issuer")
            .map(|issuer| issuer.trim().trim_end_matches('/'))
            .unwrap_or_default();
        let odd = issuer.contains(['?', '#', '@', ' ', '{', '<']) || host(issuer).0.is_empty();
        if odd || !http::navigable(issuer) || host(issuer).0 == PLACEHOLDER_HOST {
            return Err(Problem::Member(Member::Issuer));
        }
        let client_id = value.text("clientId").map(str::trim).unwrap_or_default();
        if client_id.is_empty()
            || client_id.contains(['{', '<', ' '])
            || client_id == PLACEHOLDER_ID
        {
            return Err(Problem::Member(Member::ClientId));
        }
        let redirect_uri = match value.get("redirectUri") {
            None | Some(Value::Null) => [root, "login/callback"].concat(),
            Some(Value::String(uri)) if http::navigable(uri) && !uri.contains('#') => uri.clone(),
            Some(_) => return Err(Problem::Member(Member::RedirectUri)),
        };
        let scopes = match value.get("scopes") {
            None | Some(Value::Null) => "openid profile email".to_owned(),
            Some(Value::Array(scopes)) => scopes
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" "),
            Some(Value::String(scopes)) => scopes.split_whitespace().collect::<Vec<_>>().join(" "),
            Some(_) => String::new(),
        };
        // Without `openid` there is no ID token, and nothing to tell who signed in.
        if !scopes.split(' ').any(|scope| scope == "openid") {
            return Err(Problem::Member(Member::Scopes));
        }
        let member = |name: &'static str, fits: fn(&str) -> bool| match value.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => Some(value.scalar())
                .filter(|text| fits(text))
                .map(Some)
                .ok_or(Problem::Member(Member::Other(name))),
        };
        let flag = |name| {
            member(name, |text| matches!(text, "true" | "false"))
                .map(|flag| flag.as_deref() == Some("true"))
        };
        let (cookies, hosted_sign_in) = (flag("cookies")?, flag("hostedSignIn")?);
        let device_activation = flag("deviceActivation")?;
        let back = member("postLogoutRedirectUri", http::navigable)?;
        let dpop = flag("dpop")?;
        let storage = match member("storage", |text| matches!(text, "session" | "memory"))? {
            Some(memory) if memory == "memory" => Keeping::Memory,
            _ => Keeping::Tab,
        };
        let minutes = |text: &str| matches!(text.parse::<u32>(), Ok(1..=1440));
        let idle_minutes = member("idleMinutes", minutes)?.and_then(|text| text.parse().ok());
        let resource = member("resource", http::navigable)?;
        let mut wishes = Vec::new();
        if let Some(acr) = member("acrValues", |text| !text.trim().is_empty())? {
            wishes.push(("acr_values", acr));
        }
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        if let Some(age) = member("maxAge", digits)? {
            wishes.push(("max_age", age));
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            redirect_uri,
            scopes,
            brand: Brand::parse(value.get("brand"), root)?,
            fastpass: value.get("fastpass") == Some(&Value::Bool(true)),
            debug: value.get("debug") == Some(&Value::Bool(true)),
            cookies,
            device_activation,
            hosted_sign_in,
            post_logout_redirect_uri: back
                .or_else(|| (cookies || hosted_sign_in).then(|| root.to_owned())),
            dpop,
            storage,
            idle_minutes,
            resource,
            wishes,
        })
    }

    /// The org's origin, where the IDX endpoints are: the issuer up to its path (protocol reference, 1.1).
    pub fn org(&self) -> &str {
        let path = host(&self.issuer).1;
        self.issuer.strip_suffix(path).unwrap_or(&self.issuer)
    }

    /// An endpoint of the authorization server, `/v1/token` for one (protocol reference, 1.1).
    pub fn endpoint(&self, path: &str) -> String {
        let base = if host(&self.issuer).1.starts_with("/oauth2") {
            ""
        } else {
            "/oauth2"
        };
        [self.issuer.as_str(), base, path].concat()
    }

    /// Whether each start asks for that parameter.
    pub fn asks_for(&self, parameter: &str) -> bool {
        self.wishes.iter().any(|(name, _)| *name == parameter)
    }

    /// What tells this deployment's stored values from those of another on the same origin.
    pub fn namespace(&self) -> String {
        [self.issuer.as_str(), "|", &self.client_id].concat()
    }
}

/// The members, with those that stand below `hosts` for this host in place of the common ones; nothing for what is no
/// object. One deployment serves several brands so.
fn for_host(value: Value, host: &str) -> Option<Value> {
    let own = value
        .get("hosts")
        .and_then(|hosts| hosts.get(host))
        .map_or(Vec::new(), |own| own.members().to_vec());
    let Value::Object(mut members) = value else {
        return None;
    };
    // Of two members of one name the later one counts.
    members.extend(own);
    Some(Value::Object(members))
}

/// The host of an address, and the path behind it.
fn host(address: &str) -> (&str, &str) {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))
        .unwrap_or_default();
    rest.find('/')
        .and_then(|end| rest.split_at_checked(end))
        .unwrap_or((rest, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "https://app.acme.test/auth/";

    fn parse(text: &str) -> Result<Config, Problem> {
        Config::parse(text, ROOT)
    }

    #[test]
    fn two_members_suffice() {
        let config =
            parse(r#"{"issuer":"https://id.acme.test/oauth2/default/","clientId":"0oa7"}"#);
        let Ok(config) = config else {
            panic!("{config:?}")
        };
        assert_eq!(config.org(), "https://id.acme.test");
        assert_eq!(
            config.endpoint("/v1/token"),
            "https://id.acme.test/oauth2/default/v1/token"
        );
        assert_eq!(
            config.redirect_uri,
            "https://app.acme.test/auth/login/callback"
        );
        assert_eq!(config.scopes, "openid profile email");
    }

    #[test]
    fn the_org_itself_can_be_the_authorization_server() {
        let config = parse(r#"{"issuer":"http://localhost:8081","clientId":"x"}"#);
        let Ok(config) = config else {
            panic!("{config:?}")
        };
        assert_eq!(config.org(), "http://localhost:8081");
        assert_eq!(
            config.endpoint("/v1/keys"),
            "http://localhost:8081/oauth2/v1/keys"
        );
    }

    #[test]
    fn how_a_session_is_kept_can_be_chosen() {
        let with = |more: &str| {
            parse(
                &[
                    r#"{"issuer":"https://id.acme.test","clientId":"x""#,
                    more,
                    "}",
                ]
                .concat(),
            )
        };
        let Ok(usual) = with("") else {
            panic!("two members suffice")
        };
        assert_eq!((usual.dpop, usual.storage), (false, Keeping::Tab));
        assert_eq!((usual.idle_minutes, usual.resource), (None, None));
        let more = r#","dpop":true,"storage":"memory","idleMinutes":15,"resource":"https://api.acme.test/me""#;
        let Ok(config) = with(more) else {
            panic!("each is as it should be")
        };
        assert_eq!((config.dpop, config.storage), (true, Keeping::Memory));
        assert_eq!(config.idle_minutes, Some(15));
        assert_eq!(config.resource.as_deref(), Some("https://api.acme.test/me"));
        for (wrong, name) in [
            (r#","dpop":"yes""#, "dpop"),
            (r#","storage":"local""#, "storage"),
            (r#","idleMinutes":0"#, "idleMinutes"),
            (r#","idleMinutes":"soon""#, "idleMinutes"),
            (r#","resource":"/me""#, "resource"),
        ] {
            assert_eq!(
                with(wrong),
                Err(Problem::Member(Member::Other(name))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, problem) in [
            ("", Problem::Unreadable),
            ("[]", Problem::Unreadable),
            ("{}", Problem::Member(Member::Issuer)),
            (
                r#"{"issuer":"id.acme.test","clientId":"x"}"#,
                Problem::Member(Member::Issuer),
            ),
            (
                r#"{"issuer":"https://","clientId":"x"}"#,
                Problem::Member(Member::Issuer),
            ),
            (
                r#"{"issuer":"http://id.acme.test","clientId":"x"}"#,
                Problem::Member(Member::Issuer),
            ),
            (
                r#"{"issuer":"https://{yourOktaDomain}/oauth2/default","clientId":"x"}"#,
                Problem::Member(Member::Issuer),
            ),
            (
                r#"{"issuer":"https://id.acme.test"}"#,
                Problem::Member(Member::ClientId),
            ),
            (
                r#"{"issuer":"https://id.acme.test","clientId":7}"#,
                Problem::Member(Member::ClientId),
            ),
            (
                r#"{"issuer":"https://id.acme.test","clientId":"x","redirectUri":"/cb"}"#,
                Problem::Member(Member::RedirectUri),
            ),
            (
                r#"{"issuer":"https://id.acme.test","clientId":"x","scopes":["email"]}"#,
                Problem::Member(Member::Scopes),
            ),
            (
                r#"{"issuer":"https://id.acme.test","clientId":"x","scopes":5}"#,
                Problem::Member(Member::Scopes),
            ),
            (
                r#"{"issuer":"https://id.acme.test","clientId":"x","brand":"Acme"}"#,
                Problem::Member(Member::Brand),
            ),
        ] {
            assert_eq!(parse(text), Err(problem), "{text}");
        }
    }
}
