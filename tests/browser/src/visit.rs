//! Somebody's visit: an org, the app and a browser, each of its own and all in this process.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Request as Asked, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use org::{Fault, Mail, Org, Person, Settings, TokenFault};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;
use xtask::hosts::{self, Host};
use xtask::paths;
use xtask::policy::Policy;
use xtask::serve::Site;

use crate::page::{Page, Request};
use crate::script;
use crate::secrets;
use crate::server::Server;
use crate::session::Window;
use crate::stage::{self, Stage};

/// How a visit is set up.
#[derive(Clone, Debug)]
pub struct Scene {
    window: Window,
    policy: &'static str,
    config: Config,
    host: Option<(Host, &'static str)>,
    brand: Option<(&'static str, &'static str, &'static str)>,
    held: bool,
    rest: Rest,
    files: Vec<(&'static str, &'static str)>,
    deployed: bool,
    bare: bool,
}

/// How the second module of the app comes, with what only later pages need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// As soon as it is asked for.
    Comes,
    /// It is on its way until [`Visit::lets_the_rest_come`].
    Waits,
    /// The server is unwell until then.
    Fails,
    /// It is not there until then, as when a new version has taken its place.
    Gone,
}

/// The `config.json` that the app meets.
#[derive(Clone, Debug)]
pub enum Config {
    /// The right one.
    Right,
    /// The right one with other members; `{org}` in a text stands for the org's origin.
    With(Vec<(&'static str, Value)>),
    /// Anything else.
    Text(String),
    /// There is none.
    Missing,
}

impl Config {
    /// The right one, with this JSON for one member.
    ///
    /// # Panics
    /// If it is no JSON.
    #[must_use]
    pub fn with(member: &'static str, json: &str) -> Self {
        Self::With(vec![(member, serde_json::from_str(json).expect("JSON"))])
    }

    /// Anything at all.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

impl Scene {
    /// A wide window, an org by the policy `seed`, the right configuration.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            window: Window::WIDE,
            policy: "seed",
            config: Config::Right,
            host: None,
            brand: None,
            held: false,
            rest: Rest::Comes,
            files: Vec::new(),
            deployed: false,
            bare: false,
        }
    }

    /// The app comes from a host that sends no policy of the deployer's, as GitHub Pages: it stands in the page, where it
    /// cannot say who may frame it.
    #[must_use]
    pub fn without_headers(self) -> Self {
        Self { bare: true, ..self }
    }

    /// The app comes from a folder of its own, where another version can be deployed: [`Visit::deploys`].
    #[must_use]
    pub fn deployed(self) -> Self {
        Self {
            deployed: true,
            ..self
        }
    }

    /// One more file beside the app's own, by its name and its text.
    #[must_use]
    pub fn file(mut self, name: &'static str, text: &'static str) -> Self {
        self.files.push((name, text));
        self
    }

    /// Another window.
    #[must_use]
    pub fn window(self, window: Window) -> Self {
        Self { window, ..self }
    }

    /// Another policy of the org, by its name.
    #[must_use]
    pub fn policy(self, policy: &'static str) -> Self {
        Self { policy, ..self }
    }

    /// The app comes from another server than ours, in this folder of its origin, with a slash at both ends.
    #[must_use]
    pub fn host(self, host: Host, base: &'static str) -> Self {
        Self {
            host: Some((host, base)),
            ..self
        }
    }

    /// The same deployment has another name, below `localhost`, under which it is another brand: this one, with an org of its
    /// own by another policy.
    #[must_use]
    pub fn brand(self, host: &'static str, policy: &'static str, name: &'static str) -> Self {
        Self {
            brand: Some((host, policy, name)),
            ..self
        }
    }

    /// The app itself, its WebAssembly, does not come before [`Visit::lets_the_app_come`].
    #[must_use]
    pub fn held(self) -> Self {
        let window = Window {
            eager: true,
            ..self.window
        };
        Self {
            window,
            held: true,
            ..self
        }
    }

    /// The second module of the app, with what only later pages need, does not come as it should before
    /// [`Visit::lets_the_rest_come`].
    #[must_use]
    pub fn rest(self, rest: Rest) -> Self {
        Self { rest, ..self }
    }

    /// Another configuration.
    #[must_use]
    pub fn config(self, config: Config) -> Self {
        Self { config, ..self }
    }
}

/// The other name of a deployment, and the org behind it.
pub struct Brand {
    /// The origin of the app under that name.
    pub origin: String,
    /// The origin of its org.
    pub org_origin: String,
    org: Org,
}

impl Brand {
    /// Everything that its org sent, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Mail> {
        self.org.inbox()
    }

    /// Those who have an account there, by their addresses.
    #[must_use]
    pub fn people(&self) -> Vec<String> {
        let people = self.org.people().into_iter();
        people.map(|person| person.email).collect()
    }
}

/// Somebody with a browser, at the app, whose org is this one. Everything that a [`Page`] can do, it can.
pub struct Visit {
    page: Page,
    window: Window,
    org: Org,
    org_origin: String,
    brand: Option<Brand>,
    /// Whether the app may come.
    comes: watch::Sender<bool>,
    rest: watch::Sender<Rest>,
    /// It runs as long as this does.
    _server: Option<Server>,
    own: Option<Deployment>,
}

impl Deref for Visit {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}

/// Tells the story of a visit. Its name is that of the pictures it leaves.
///
/// # Panics
/// If the story does, or if anything of the scene cannot be set up.
pub fn visit(name: &str, scene: Scene, story: impl AsyncFnOnce(&Visit)) {
    stage::perform(async {
        let visit = Visit::start(&scene).await;
        let whole = async |visit: &Visit| {
            story(visit).await;
            secrets::are_kept(visit).await;
        };
        stage::tell(name, visit, whole).await;
    });
}

impl Visit {
    async fn start(scene: &Scene) -> Self {
        let dist = paths::dist();
        assert!(
            dist.join("index.html").is_file(),
            "{} holds no built app: `cargo xtask build` makes it",
            dist.display()
        );
        let (org_origin, org_listeners) = script::listen().await;
        if let Some((host, base)) = scene.host {
            return Self::hosted(scene, host, base, &org_origin, org_listeners).await;
        }
        let (app_origin, app_listeners) = script::listen().await;
        let own = (scene.deployed || scene.bare || !scene.files.is_empty())
            .then(|| Deployment::of(&dist, &scene.files, &app_origin));
        if let Some(own) = own.as_ref().filter(|_| scene.bare) {
            own.without_headers(&org_origin);
        }
        let dist = own.as_ref().map_or(dist, |own| own.dist.clone());
        let settings = Settings::new(&org_origin, &app_origin);
        let settings = settings
            .policy(scene.policy)
            .unwrap_or_else(|error| panic!("{error}"));
        let org = Org::new(settings);
        for listener in org_listeners {
            let org = org.clone();
            tokio::spawn(async move { org.serve(listener).await });
        }

        let mut right =
            json!({ "issuer": format!("{org_origin}/oauth2/default"), "clientId": "vestibule" });
        let brand = match scene.brand {
            Some(of) => Some(Self::branded(of, &app_origin, "/", &mut right).await),
            None => None,
        };
        let site = match &scene.config {
            Config::Right => Site::new(dist).config(right.to_string()),
            Config::With(members) => {
                let mut config = right;
                for (member, value) in members {
                    config[*member] = value.clone();
                }
                // Where the org is, nobody knows before.
                Site::new(dist).config(config.to_string().replace("{org}", &org_origin))
            }
            Config::Text(text) => Site::new(dist).config(text.clone()),
            Config::Missing => Site::new(without_config(&dist)),
        };
        let site = match scene.bare {
            true => site.policy(""),
            false => site,
        };
        // Whatever the configuration says: the policy of the page lets the org be reached.
        let comes = watch::Sender::new(!scene.held);
        let gate = comes.clone();
        let rest = watch::Sender::new(scene.rest);
        let rests = rest.clone();
        let mut router =
            site.org(&org_origin)
                .router()
                .layer(from_fn(move |request: Asked, next: Next| {
                    let mut comes = gate.subscribe();
                    let mut rest = rests.subscribe();
                    async move {
                        if request.uri().path().contains("/later-") {
                            let _ = rest.wait_for(|rest| *rest != Rest::Waits).await;
                            match *rest.borrow() {
                                Rest::Fails => {
                                    return StatusCode::SERVICE_UNAVAILABLE.into_response();
                                }
                                Rest::Gone => return StatusCode::NOT_FOUND.into_response(),
                                Rest::Comes | Rest::Waits => {}
                            }
                        }
                        if request.uri().path().ends_with(".wasm") {
                            // Nobody holds it any more when the story is over.
                            let _ = comes.wait_for(|comes| *comes).await;
                        }
                        next.run(request).await
                    }
                }));
        if let Some(own) = &own {
            router = router.layer(from_fn_with_state(own.old_pages.clone(), aged));
        }
        for listener in app_listeners {
            let router = router.clone();
            tokio::spawn(async move { axum::serve(listener, router).await });
        }

        Self {
            page: Page::new(&scene.window, app_origin).await,
            window: scene.window.clone(),
            org,
            org_origin,
            brand,
            comes,
            rest,
            _server: None,
            own,
        }
    }

    /// Another brand of the app in this folder of this origin, which is told to the configuration.
    async fn branded(
        (host, policy, name): (&str, &str, &str),
        app_origin: &str,
        base: &str,
        config: &mut Value,
    ) -> Brand {
        let at = app_origin
            .replace("http://localhost", host)
            .trim_end_matches('/')
            .to_owned();
        let origin = format!("http://{at}");
        let (org_origin, listeners) = script::listen().await;
        let settings = Settings::new(&org_origin, &origin)
            .app_origin(format!("{origin}{}", base.trim_end_matches('/')))
            .policy(policy)
            .unwrap_or_else(|error| panic!("{error}"));
        let org = Org::new(settings);
        for listener in listeners {
            let org = org.clone();
            tokio::spawn(async move { org.serve(listener).await });
        }
        config["brand"] = json!({ "name": "Acme Boats" });
        config["hosts"][at] =
            json!({ "issuer": format!("{org_origin}/oauth2/default"), "brand": { "name": name } });
        Brand {
            origin,
            org_origin,
            org,
        }
    }

    /// The other name of this deployment.
    ///
    /// # Panics
    /// If the scene gave it none.
    #[must_use]
    pub fn brand(&self) -> &Brand {
        self.brand.as_ref().expect("a scene with another brand")
    }

    /// The same with a server of others in front of the app.
    async fn hosted(
        scene: &Scene,
        host: Host,
        base: &str,
        org_origin: &str,
        org_listeners: Vec<TcpListener>,
    ) -> Self {
        let port = Server::port();
        let origin = format!("http://localhost:{port}");
        let root = format!("{origin}{}", base.trim_end_matches('/'));
        let settings = Settings::new(org_origin, &origin)
            .app_origin(&root)
            .policy(scene.policy)
            .unwrap_or_else(|error| panic!("{error}"));
        let org = Org::new(settings);
        for listener in org_listeners {
            let org = org.clone();
            tokio::spawn(async move { org.serve(listener).await });
        }
        let mut config =
            json!({ "issuer": format!("{org_origin}/oauth2/default"), "clientId": "vestibule" });
        let brand = match scene.brand {
            Some(of) => Some(Self::branded(of, &origin, base, &mut config).await),
            None => None,
        };
        let server = Server::start(host, base, port, &config.to_string());
        Self {
            page: Page::new(&scene.window, root).await,
            window: scene.window.clone(),
            org,
            org_origin: org_origin.to_owned(),
            brand,
            comes: watch::Sender::new(true),
            rest: watch::Sender::new(Rest::Comes),
            _server: Some(server),
            own: None,
        }
    }

    /// The app may come that was held back.
    pub fn lets_the_app_come(&self) {
        self.comes.send_replace(true);
    }

    /// The second module of the app may come from now on.
    pub fn lets_the_rest_come(&self) {
        self.the_rest(Rest::Comes);
    }

    /// From now on the second module of the app comes so.
    pub fn the_rest(&self, rest: Rest) {
        self.rest.send_replace(rest);
    }

    // What the org sent and knows

    /// Everything the org sent, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Mail> {
        self.org.inbox()
    }

    /// The newest code that was sent to an address or number.
    pub async fn code_for(&self, to: &str) -> String {
        self.until(&format!("a code for {to}"), async || self.newest_code(to))
            .await
    }

    /// The next code that is sent to an address or number, once it is not this one.
    pub async fn next_code_for(&self, to: &str, old: &str) -> String {
        self.until(&format!("a new code for {to}"), async || {
            self.newest_code(to).filter(|code| code != old)
        })
        .await
    }

    fn newest_code(&self, to: &str) -> Option<String> {
        self.sent()
            .into_iter()
            .rev()
            .find(|mail| mail.to == to)
            .map(|mail| mail.code)
    }

    /// The link in the newest mail to an address.
    ///
    /// # Panics
    /// If that mail has none.
    pub async fn link_for(&self, to: &str) -> String {
        let mail = self
            .until(&format!("a mail for {to}"), async || {
                self.sent().into_iter().rev().find(|mail| mail.to == to)
            })
            .await;
        mail.link.expect("there is a link in the mail")
    }

    /// Tells what happens meanwhile in a browser of somebody else, or of the same person's other device.
    pub async fn in_another_browser(&self, name: &str, story: impl AsyncFnOnce(&Page)) {
        let page = Page::new(&self.window, self.origin().to_owned()).await;
        stage::tell(name, page, story).await;
    }

    /// Somebody who has an account.
    #[must_use]
    pub fn person(&self, email: &str) -> Option<Person> {
        self.org
            .people()
            .into_iter()
            .find(|person| person.email == email)
    }

    /// Makes an account as an admin would.
    ///
    /// # Panics
    /// If the org takes no such person.
    pub fn has_account(&self, email: &str, first: &str, last: &str, password: &str) {
        let made = self.org.add_person(email, first, last, Some(password));
        assert!(made.is_some(), "the org takes {email}");
    }

    /// How often the org was posted something at a path, as it says itself.
    #[must_use]
    pub fn org_was_asked(&self, path: &str) -> usize {
        self.org.count("POST", path)
    }

    /// The requests by which the page asked the org for something, as the browser sent them.
    pub async fn posts(&self) -> Vec<Request> {
        let mut requests = self.requests().await;
        requests.retain(|request| {
            request.method == "POST" && request.url.starts_with(&self.org_origin)
        });
        requests
    }

    /// Those of them whose path ends so.
    pub async fn posts_to(&self, path: &str) -> Vec<Request> {
        let mut posts = self.posts().await;
        posts.retain(|post| post.url.ends_with(path));
        posts
    }

    /// Where the org is.
    #[must_use]
    pub fn org_origin(&self) -> &str {
        &self.org_origin
    }

    /// Asks the org's console, or tells it something: null for an answer without a body.
    ///
    /// # Panics
    /// If the console refuses.
    pub async fn console_of_the_org(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/console/{path}");
        self.org_answers(method, &path, "application/json", body.to_string())
            .await
    }

    /// Sends the org something that is not the page's: another device's business. The answer's JSON, or null.
    ///
    /// # Panics
    /// If the org refuses it.
    pub async fn org_answers(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: impl Into<String>,
    ) -> Value {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", kind)
            .body(axum::body::Body::from(body.into()))
            .expect("a request");
        let Ok(answer) = self.org.router().oneshot(request).await;
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX)
            .await
            .expect("a body in memory");
        assert!(
            status.is_success(),
            "{method} {path}: {status} {}",
            String::from_utf8_lossy(&body)
        );
        serde_json::from_slice(&body).unwrap_or_default()
    }

    // What goes wrong

    /// Deploys another version of the app: the same, by other names, and nothing of the one before is left.
    ///
    /// # Panics
    /// If the scene was not made for it.
    pub fn deploys(&self) {
        let own = self.own.as_ref().expect("a scene that is `deployed`");
        own.another();
    }

    /// A file of the app whose name begins and ends so becomes another that works as well, and that leaves a mark where it runs
    /// if it is a script: `window.spoiled`.
    ///
    /// # Panics
    /// If the scene was not made for it.
    pub fn spoils(&self, (begins, ends): (&str, &str)) {
        let own = self.own.as_ref().expect("a scene that is `deployed`");
        own.spoil(begins, ends);
    }

    /// Lets the next so many loads of the page bring it as it was before the deployment, as a cache on the way does.
    ///
    /// # Panics
    /// If the scene was not made for it.
    pub fn is_behind_an_old_cache(&self, times: usize) {
        let own = self.own.as_ref().expect("a scene that is `deployed`");
        own.old_pages.store(times, Ordering::SeqCst);
    }

    /// Moves the org's clock on.
    pub fn later(&self, by: Duration) {
        self.org.clock().forward(by);
    }

    /// How far the org's clock is ahead of the machine's.
    #[must_use]
    pub fn org_is_ahead(&self) -> Duration {
        self.org.clock().ahead()
    }

    /// Lets something go wrong with the next requests.
    pub fn arm(&self, fault: Fault) {
        self.org.arm(fault);
    }

    /// Lets something be wrong with ID tokens from now on.
    pub fn arm_tokens(&self, fault: TokenFault) {
        self.org.break_tokens(Some(fault));
    }
}

impl Stage for Visit {
    fn page(&self) -> &Page {
        &self.page
    }

    fn into_page(self) -> Page {
        self.page
    }
}

/// A copy of the built app that this visit alone is served from. Gone with the value.
struct Deployment {
    dist: PathBuf,
    /// So many times the page is still that of the version before.
    old_pages: Arc<AtomicUsize>,
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dist);
    }
}

impl Deployment {
    fn of(dist: &Path, files: &[(&str, &str)], origin: &str) -> Self {
        let port = origin.rsplit(':').next().unwrap_or_default();
        let to = std::env::temp_dir().join(format!("vestibule-deployed-{port}"));
        let _ = fs::remove_dir_all(&to);
        // Compressed siblings would tell of what was before.
        let wanted = |name: &str| !name.ends_with(".br") && !name.ends_with(".gz");
        let filled = copy(dist, &to, &wanted).and_then(|()| {
            files
                .iter()
                .try_for_each(|(name, text)| fs::write(to.join(name), text))
        });
        filled.unwrap_or_else(|error| panic!("{}: {error}", to.display()));
        Self {
            dist: to,
            old_pages: Arc::default(),
        }
    }

    /// The page has its policy in itself.
    fn without_headers(&self, org: &str) {
        let site = hosts::Site {
            dist: &self.dist,
            beside: &self.dist,
            base: "/",
            policies: &Policy::new().org(org).into(),
        };
        let written = site.write(Host::GithubPages);
        written.unwrap_or_else(|error| panic!("{error}"));
    }

    fn spoil(&self, begins: &str, ends: &str) {
        let entries = fs::read_dir(&self.dist).expect("the folder is ours");
        let named = |entry: std::io::Result<fs::DirEntry>| {
            let path = entry.expect("it can be read").path();
            let name = path.file_name()?.to_str()?;
            (name.starts_with(begins) && name.ends_with(ends)).then_some(path)
        };
        let found: Vec<PathBuf> = entries.filter_map(named).collect();
        let [path] = &found[..] else {
            panic!("{begins}…{ends}: {found:?}")
        };
        let mut content = fs::read(path).expect("it can be read");
        content.extend_from_slice(match path.extension().and_then(|kind| kind.to_str()) {
            // A section of its own that says nothing (WebAssembly Core, 5.5.3).
            Some("wasm") => &[0, 2, 1, b'x'],
            _ => b"\nwindow.spoiled = true;\n",
        });
        fs::write(path, content).expect("the folder is ours");
    }

    /// The program's three files get other names. The script that starts it is the same, and finds them by the page.
    fn another(&self) {
        let page = self.dist.join("index.html");
        let mut text = fs::read_to_string(&page).expect("there is a page");
        fs::write(self.dist.join("old.html"), &text).expect("the folder is ours");
        let names: Vec<String> = fs::read_dir(&self.dist)
            .expect("the folder is ours")
            .map(|entry| {
                entry
                    .expect("it can be read")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| name.starts_with("vestibule-") || name.starts_with("later-"))
            .collect();
        assert_eq!(names.len(), 3, "{names:?}");
        for name in names {
            let new = name.replacen('-', "-next-", 1);
            fs::rename(self.dist.join(&name), self.dist.join(&new)).expect("the folder is ours");
            text = text.replace(&name, &new);
        }
        fs::write(&page, &text).expect("the folder is ours");
    }
}

/// Answers with the old page as long as there are old ones to come.
async fn aged(State(old): State<Arc<AtomicUsize>>, mut asked: Asked, next: Next) -> Response {
    let page = asked
        .headers()
        .get("sec-fetch-dest")
        .is_some_and(|kind| kind == "document");
    let fewer = |left: usize| left.checked_sub(1);
    if page
        && old
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer)
            .is_ok()
    {
        *asked.uri_mut() = "/old.html".parse().expect("a path");
    }
    next.run(asked).await
}

/// A copy of the built app that has no `config.json`.
fn without_config(dist: &Path) -> PathBuf {
    let to = crate::page::results().join("dist-without-config");
    copy(dist, &to, &|name| !name.starts_with("config.json"))
        .unwrap_or_else(|error| panic!("{}: {error}", to.display()));
    to
}

/// Copies a folder, with those of its files whose names are wanted.
pub(crate) fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to, wanted)?;
        } else if wanted(&entry.file_name().to_string_lossy()) {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
