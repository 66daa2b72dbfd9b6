//! What is written for each host, read back as the host's own documentation says that it is read.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use xtask::{
    hosts::{Host, Site},
    policy::{Policies, Policy, TRANSPORT},
    serve,
};

const ORG: &str = "https://example.okta.com";
const FILES: [&str; 6] = [
    "index.html",
    "config.json",
    "boot-0123456789abcdef.js",
    "vestibule-0123456789abcdef_bg.wasm",
    "tokens-0123456789abcdef.css",
    "icons/key.svg",
];

/// A build in a folder of its own, gone with the value.
struct Built {
    root: PathBuf,
}

impl Drop for Built {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Built {
    fn new(name: &str, host: Host, base: &str) -> Self {
        Self::with(name, host, base, &Policy::new().org(ORG).into())
    }

    fn with(name: &str, host: Host, base: &str, policies: &Policies) -> Self {
        let root =
            std::env::temp_dir().join(format!("vestibule-host-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let dist = root.join("dist");
        fs::create_dir_all(dist.join("icons")).expect("the folder is ours");
        for file in FILES {
            let text = "<!doctype html><html lang=\"en\"><head><title>x</title></head></html>";
            fs::write(dist.join(file), text).expect("the folder is ours");
            fs::write(dist.join(format!("{file}.br")), "x").expect("the folder is ours");
        }
        let built = Self { root };
        let written = built.site(base).write_with(host, policies);
        written.expect("the host can do it");
        built
    }

    fn site<'a>(&'a self, base: &'a str) -> OwnedSite<'a> {
        OwnedSite {
            dist: self.root.join("dist"),
            beside: self.root.join("beside"),
            base,
        }
    }

    fn published(&self, name: &str) -> String {
        read(&self.root.join("dist").join(name))
    }

    fn beside(&self, name: &str) -> String {
        read(&self.root.join("beside").join(name))
    }

    fn has(&self, name: &str) -> bool {
        self.root.join("dist").join(name).is_file()
    }
}

struct OwnedSite<'a> {
    dist: PathBuf,
    beside: PathBuf,
    base: &'a str,
}

impl OwnedSite<'_> {
    fn write(&self, host: Host) -> xtask::Result<Vec<PathBuf>> {
        self.write_with(host, &Policy::new().org(ORG).into())
    }

    fn write_with(&self, host: Host, policies: &Policies) -> xtask::Result<Vec<PathBuf>> {
        Site {
            dist: &self.dist,
            beside: &self.beside,
            base: self.base,
            policies,
        }
        .write(host)
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The headers that every answer must have, whichever host gives it.
fn assert_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let headers: BTreeMap<String, &str> = headers
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    let policy = headers.get("content-security-policy").expect("a policy");
    assert_eq!(**policy, Policy::new().org(ORG).to_string());
    for (name, value) in xtask::policy::HEADERS {
        assert_eq!(headers.get(name), Some(&value), "{name}");
    }
}

/// `_headers`: a path at the start of a line, indented below it `name: value`. Rules add up, and a header that two of them
/// set would be sent with both values.
fn header_rules(text: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut rules: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        assert!(
            line.len() <= 2000,
            "Cloudflare reads 2,000 characters of a line"
        );
        if line.starts_with(char::is_whitespace) {
            let (name, value) = line.trim().split_once(": ").expect("a name and a value");
            let rule = rules.last_mut().expect("a path before its headers");
            rule.1.push((name.to_owned(), value.to_owned()));
        } else {
            assert!(line.starts_with('/'), "{line}");
            rules.push((line.to_owned(), Vec::new()));
        }
    }
    assert!(rules.len() <= 100, "Cloudflare reads 100 rules");
    rules
}

fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => path.starts_with(before) && path.ends_with(after),
        None => pattern == path,
    }
}

fn headers_of(rules: &[(String, Vec<(String, String)>)], path: &str) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let found = rules.iter().filter(|(pattern, _)| matches(pattern, path));
    for (name, value) in found.flat_map(|(_, headers)| headers) {
        let twice = headers.insert(name.clone(), value.clone());
        assert!(twice.is_none(), "{path} has {name} from two rules");
    }
    headers
}

#[test]
fn netlify_and_cloudflare_get_rules_that_add_up() {
    for (host, base) in [
        (Host::Netlify, "/"),
        (Host::Netlify, "/auth/"),
        (Host::CloudflarePages, "/"),
    ] {
        let built = Built::new(&format!("rules-{}-{}", host.name(), base.len()), host, base);
        let rules = header_rules(&built.published("_headers"));
        for file in FILES {
            let headers = headers_of(&rules, &format!("{base}{file}"));
            let kept = headers.get("cache-control").map(String::as_str);
            assert_eq!(
                kept == Some(serve::FOR_EVER),
                file.contains("0123456789abcdef"),
                "{file}"
            );
            // Netlify says it by itself.
            let transport = headers.get(TRANSPORT.0).map(String::as_str);
            let told = (host == Host::CloudflarePages).then_some(TRANSPORT.1);
            assert_eq!(transport, told, "{file}");
            let plain = headers.iter().filter(|(name, _)| *name != "cache-control");
            assert_headers(plain.map(|(name, value)| (name.as_str(), value.as_str())));
        }
        assert!(!built.has(&format!("{}index.html.br", base.trim_start_matches('/'))));
        let redirects = built
            .has("_redirects")
            .then(|| built.published("_redirects"));
        let expected = format!("{base}* {base}index.html 200\n");
        assert_eq!(redirects, (host == Host::Netlify).then_some(expected));
    }
}

#[test]
fn cloudflare_says_that_it_has_one_page_at_the_root() {
    let built = Built::new("root-only", Host::CloudflarePages, "/");
    let refused = built
        .site("/auth/")
        .write(Host::CloudflarePages)
        .expect_err("not below a folder");
    assert!(refused.to_string().contains("root"), "{refused}");
}

/// The pairs of a `[{"key", "value"}]`, as Vercel and Firebase write headers.
fn pairs(headers: &Value) -> Vec<(&str, &str)> {
    let text = |pair: &'_ Value, name: &str| pair.get(name).and_then(Value::as_str).is_some();
    let headers = headers.as_array().expect("a list");
    assert!(
        headers
            .iter()
            .all(|pair| text(pair, "key") && text(pair, "value"))
    );
    assert!(
        headers
            .iter()
            .all(|pair| pair.as_object().is_some_and(|pair| pair.len() == 2))
    );
    headers
        .iter()
        .filter_map(|pair| Some((pair["key"].as_str()?, pair["value"].as_str()?)))
        .collect()
}

fn members(value: &Value) -> Vec<&str> {
    let members = value.as_object().expect("an object").keys();
    let mut names: Vec<&str> = members.map(String::as_str).collect();
    names.sort_unstable();
    names
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn vercel_and_firebase_get_general_rules_first_since_the_last_one_holds() {
    for base in ["/", "/auth/"] {
        let built = Built::new(&format!("vercel-{}", base.len()), Host::Vercel, base);
        let vercel = json(&built.published("vercel.json"));
        let known = [
            "$schema",
            "buildCommand",
            "framework",
            "headers",
            "outputDirectory",
            "rewrites",
        ];
        assert!(
            members(&vercel).iter().all(|member| known.contains(member)),
            "{vercel:#}"
        );
        check_pairs(&vercel["headers"], base);
        let rewrite = &vercel["rewrites"][0];
        assert_eq!(members(rewrite), ["destination", "source"]);
        assert_eq!(rewrite["destination"], format!("{base}index.html"));

        let built = Built::new(&format!("firebase-{}", base.len()), Host::Firebase, base);
        let hosting = &json(&built.published("firebase.json"))["hosting"];
        let known = ["headers", "ignore", "public", "rewrites"];
        assert!(
            members(hosting).iter().all(|member| known.contains(member)),
            "{hosting:#}"
        );
        check_pairs(&hosting["headers"], base);
        assert_eq!(
            hosting["rewrites"][0]["destination"],
            format!("{base}index.html")
        );
        assert_eq!(hosting["ignore"][0], "firebase.json");
    }
}

fn check_pairs(rules: &Value, base: &str) {
    let rules = rules.as_array().expect("a list");
    for rule in rules {
        assert_eq!(members(rule), ["headers", "source"]);
        let source = rule["source"].as_str().expect("a source");
        assert!(source.starts_with(base), "{source}");
    }
    assert_headers(pairs(&rules[0]["headers"]));
    assert_eq!(
        pairs(&rules[1]["headers"]),
        [("cache-control", serve::ANEW)]
    );
    let kept: Vec<&Value> = rules.iter().skip(2).collect();
    assert_eq!(kept.len(), 3);
    for rule in kept {
        assert_eq!(
            pairs(&rule["headers"]),
            [("cache-control", serve::FOR_EVER)]
        );
        assert!(
            rule["source"]
                .as_str()
                .is_some_and(|source| source.contains("0123456789abcdef"))
        );
    }
}

#[test]
fn azure_gets_a_route_for_each_file_since_the_first_one_holds() {
    let built = Built::new("azure", Host::Azure, "/auth/");
    let config = json(&built.published("staticwebapp.config.json"));
    let known = ["globalHeaders", "mimeTypes", "navigationFallback", "routes"];
    assert_eq!(members(&config), known);
    let global = config["globalHeaders"].as_object().expect("an object");
    assert_headers(
        global
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().expect("text"))),
    );
    for route in config["routes"].as_array().expect("a list") {
        let file = route["route"].as_str().expect("a route");
        let cache = route["headers"]["cache-control"].as_str().expect("a time");
        assert_eq!(
            cache == serve::FOR_EVER,
            file.contains("0123456789abcdef"),
            "{file}"
        );
        assert!(built.has(file.trim_start_matches('/')), "{file}");
    }
    assert_eq!(config["navigationFallback"]["rewrite"], "/auth/index.html");
    assert_eq!(config["mimeTypes"][".wasm"], "application/wasm");
}

#[test]
fn cloudfront_gets_a_policy_as_its_api_takes_it() {
    let built = Built::new("cloudfront", Host::S3Cloudfront, "/");
    let policy = json(&built.beside("response-headers-policy.json"));
    assert_eq!(
        members(&policy),
        [
            "Comment",
            "CustomHeadersConfig",
            "Name",
            "SecurityHeadersConfig"
        ]
    );
    let custom = &policy["CustomHeadersConfig"];
    let items = custom["Items"].as_array().expect("a list");
    assert_eq!(custom["Quantity"], items.len());
    let security = &policy["SecurityHeadersConfig"];
    let mut headers: Vec<(&str, &str)> = items
        .iter()
        .map(|item| {
            assert_eq!(item["Override"], true);
            (
                item["Header"].as_str().expect("a name"),
                item["Value"].as_str().expect("a value"),
            )
        })
        .collect();
    headers.push((
        "content-security-policy",
        security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
            .as_str()
            .expect("a policy"),
    ));
    headers.push((
        "referrer-policy",
        security["ReferrerPolicy"]["ReferrerPolicy"]
            .as_str()
            .expect("a policy"),
    ));
    assert_eq!(security["ContentTypeOptions"]["Override"], true);
    headers.push(("x-content-type-options", "nosniff"));
    assert_headers(headers);
    let transport = &security["StrictTransportSecurity"];
    assert_eq!(transport["AccessControlMaxAgeSec"], 31_536_000);
    assert_eq!(transport["Override"], true);
    for member in ["IncludeSubdomains", "Preload"] {
        assert_eq!(transport[member], false, "{member}");
    }

    let script = built.beside("upload.sh");
    let last = script.lines().last().expect("a line");
    assert!(
        last.contains("'index.html'") && last.contains("no-cache"),
        "{last}"
    );
    assert!(script.contains(
        "--content-type 'application/wasm' --cache-control 'public, max-age=31536000, immutable'"
    ));
    let function = built.beside("viewer-request.js");
    assert!(
        function.contains("request.uri = \"/index.html\""),
        "{function}"
    );
}

#[test]
fn github_gets_the_policy_in_the_page() {
    let built = Built::new("github", Host::GithubPages, "/project/");
    let page = built.published("index.html");
    let meta = page
        .find("<meta http-equiv=\"content-security-policy\"")
        .expect("a policy");
    assert!(meta < page.find("<title>").expect("a title"));
    assert!(
        page.contains(&format!("connect-src 'self' {ORG}")) && !page.contains("frame-ancestors")
    );
    assert_eq!(built.published("404.html"), page);
    assert!(built.has(".nojekyll") && !built.has("index.html.br"));
}

#[test]
fn servers_keep_what_is_compressed_and_the_app_lies_in_its_folder() {
    for host in [Host::Nginx, Host::Caddy] {
        let built = Built::new(&format!("server-{}", host.name()), host, "/auth/");
        assert!(built.has("auth/index.html") && built.has("auth/index.html.br"));
    }
}

/// One brand at `one.example`, another with an org of its own at `two.example`.
fn brands() -> Policies {
    let config = format!(
        r#"{{"issuer":"{ORG}","clientId":"a","hosts":{{"two.example":{{"issuer":"https://two.okta.com"}}}}}}"#
    );
    Policies::for_config(&config, None)
}

#[test]
fn a_host_that_tells_names_apart_gets_a_policy_for_each() {
    let (one, two) = (
        Policy::new().org(ORG).to_string(),
        Policy::new().org("https://two.okta.com").to_string(),
    );
    let built = |name: &str, host| Built::with(name, host, "/auth/", &brands());

    let vercel = json(&built("names-vercel", Host::Vercel).published("vercel.json"));
    let rules = vercel["headers"].as_array().expect("a list");
    let own = rules.iter().find(|rule| rule.get("has").is_some());
    let own = own.expect("a rule for a name");
    assert_eq!(own["has"][0]["type"], "host");
    assert_eq!(own["has"][0]["value"], "two.example");
    assert_eq!(
        pairs(&own["headers"]),
        [("content-security-policy", two.as_str())]
    );
    assert!(pairs(&rules[0]["headers"]).contains(&("content-security-policy", one.as_str())));

    // Real ones answer in Chromium's stories; here is that either has its place.
    for (host, file) in [(Host::Nginx, "vestibule.conf"), (Host::Caddy, "Caddyfile")] {
        let text = built(&format!("names-{}", host.name()), host).beside(file);
        for policy in [&one, &two] {
            assert_eq!(text.matches(policy.as_str()).count(), 1, "{text}");
        }
        assert!(text.contains("two.example"), "{text}");
    }

    let cloudfront = built("names-cloudfront", Host::S3Cloudfront);
    for (file, policy) in [
        ("response-headers-policy.json", &one),
        ("response-headers-policy-two-example.json", &two),
    ] {
        let own = json(&cloudfront.beside(file));
        let security = &own["SecurityHeadersConfig"]["ContentSecurityPolicy"];
        assert_eq!(security["ContentSecurityPolicy"], **policy);
    }

    let cloudflare = Built::with("names-cloudflare", Host::CloudflarePages, "/", &brands());
    let rules = cloudflare.published("_headers");
    let (common, own) = rules.split_once("https://two.example/*\n").expect("a rule");
    assert!(common.contains(&one) && !common.contains(&two), "{common}");
    assert!(own.starts_with("  ! content-security-policy\n  content-security-policy: "));
    assert!(own.contains(&two), "{own}");
}

#[test]
fn a_host_that_does_not_gets_one_for_all() {
    let all = brands().all().to_string();
    for (host, file) in [
        (Host::Netlify, "_headers"),
        (Host::Firebase, "firebase.json"),
        (Host::Azure, "staticwebapp.config.json"),
    ] {
        let text =
            Built::with(&format!("all-{}", host.name()), host, "/", &brands()).published(file);
        assert!(text.contains(&all), "{text}");
    }
}

#[test]
fn who_serves_by_https_alone_and_does_not_say_so_is_told_to() {
    for (host, file) in [
        (Host::Netlify, "_headers"),
        (Host::Vercel, "vercel.json"),
        (Host::Firebase, "firebase.json"),
        (Host::Azure, "staticwebapp.config.json"),
    ] {
        let text = Built::new(&format!("transport-{}", host.name()), host, "/").published(file);
        assert!(!text.contains(TRANSPORT.0), "{}", host.name());
    }
    // What a machine of one's own serves besides is not known: there it is a line to be changed.
    let nginx = Built::new("transport-nginx", Host::Nginx, "/").beside("vestibule.conf");
    assert!(nginx.contains("set $vestibule_transport \"\";"), "{nginx}");
    let caddy = Built::new("transport-caddy", Host::Caddy, "/").beside("Caddyfile");
    assert!(
        caddy.contains("# strict-transport-security \"max-age=31536000\""),
        "{caddy}"
    );
}

#[test]
fn every_host_has_a_name_and_a_place_to_read_more() {
    for host in Host::ALL {
        assert_eq!(Host::named(host.name()), Some(host));
        assert!(host.documentation().starts_with("https://"));
    }
    assert_eq!(Host::named("geocities"), None);
}
