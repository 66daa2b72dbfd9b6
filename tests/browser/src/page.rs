//! A page as a person has it before them: what can be read, pressed and filled in, found by role and label.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::key::Key;
use fantoccini::wd::WindowHandle;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use xtask::paths;

use crate::session::{Line, Session, Window};

/// How long something may take to appear. Generous: two browsers and a build may share the machine.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often to look.
const GLANCE: Duration = Duration::from_millis(25);

/// An answer that the browser itself writes into its console, and that the story has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The org answers with this status.
    Status(u16),
    /// There is no answer, or one that breaks off.
    Network,
    /// There is one, and the page may not read it.
    Cors,
    /// What the page loads ahead is not wanted.
    Unused,
    /// The app cannot start, or not all of it.
    Start,
}

/// A request that the page sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The whole address.
    pub url: String,
    /// What was sent, if it was text.
    pub body: String,
    /// What it accepts, and of what type it is.
    pub types: [String; 2],
}

impl Request {
    /// The member of a JSON body at a pointer such as `/authenticator/phoneNumber`.
    #[must_use]
    pub fn sent(&self, pointer: &str) -> Option<Value> {
        serde_json::from_str::<Value>(&self.body)
            .ok()?
            .pointer(pointer)
            .cloned()
    }
}

/// A radio or a box.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Choice {
    /// What stands beside it.
    pub label: String,
    /// Its `name`.
    pub name: String,
    /// Its `value`.
    pub value: String,
    /// Whether it is chosen.
    pub checked: bool,
}

/// Something to fill in or to choose.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Input {
    /// Its `name`.
    pub name: String,
    /// Its `id`.
    pub id: String,
    /// Its `type`.
    pub kind: String,
    /// The text of its label.
    pub label: String,
    /// What it holds.
    pub value: String,
    /// Whether it is said to be required.
    pub required: bool,
    /// Its `autocomplete`.
    pub autocomplete: String,
    /// Its `inputmode`.
    pub inputmode: String,
    /// The texts it is described by.
    pub described: Vec<String>,
    /// Whether it is marked as wrong.
    pub invalid: bool,
}

/// What the page says is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// The lines of the summary above the form.
    pub summary: Vec<String>,
    /// The texts at the fields, by the field's name.
    pub at: BTreeMap<String, Vec<String>>,
}

impl Errors {
    /// The one text at a field; empty if there is none.
    #[must_use]
    pub fn at(&self, name: &str) -> String {
        self.at
            .get(name)
            .map(|texts| texts.join(" "))
            .unwrap_or_default()
    }

    /// Whether the summary says this, perhaps among other words.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        self.summary.iter().any(|line| line.contains(words))
    }
}

/// What the page keeps in the browser.
#[derive(Clone, Debug, Deserialize)]
pub struct Storage {
    /// `sessionStorage`.
    pub session: BTreeMap<String, String>,
    /// `localStorage`.
    pub local: BTreeMap<String, String>,
    /// The cookies that scripts can read.
    pub cookies: String,
}

/// A tab of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab(WindowHandle);

/// A browser at a page, and what happened in it so far.
#[derive(Debug)]
pub struct Page {
    pub(crate) session: Session,
    window: Window,
    origin: String,
    story: RefCell<Vec<String>>,
    console: RefCell<Vec<Line>>,
    checked_lines: Cell<usize>,
    requests: RefCell<Vec<Request>>,
    expected: RefCell<Vec<Failure>>,
}

/// An answer of the app's server.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The status, 0 if there was none.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body, as far as it is text.
    pub text: String,
}

impl Fetched {
    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Page {
    pub(crate) async fn new(window: &Window, origin: String) -> Self {
        Self {
            session: Session::start(window).await,
            window: window.clone(),
            origin,
            story: RefCell::default(),
            console: RefCell::default(),
            checked_lines: Cell::default(),
            requests: RefCell::default(),
            expected: RefCell::default(),
        }
    }

    /// Leaves the browser to the next story.
    pub(crate) async fn leave(self) {
        self.session.leave(&self.window).await;
    }

    pub(crate) fn tell(&self, happened: impl Into<String>) {
        self.story.borrow_mut().push(happened.into());
    }

    // Going places

    /// Opens an address of the app, as `/register`.
    pub async fn open(&self, path: &str) {
        self.tell(format!("opens {path}"));
        self.go(&format!("{}{path}", self.origin)).await;
    }

    /// Opens any address.
    pub async fn go(&self, url: &str) {
        self.session
            .client
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("opening {url}: {error}"));
    }

    /// Presses the browser's Reload.
    pub async fn reload(&self) {
        self.tell("reloads");
        self.session
            .client
            .refresh()
            .await
            .expect("the page reloads");
    }

    /// Presses the browser's Back.
    pub async fn back(&self) {
        self.tell("goes back");
        self.session
            .client
            .back()
            .await
            .expect("the browser goes back");
    }

    /// Presses the browser's Forward.
    pub async fn forward(&self) {
        self.tell("goes forward");
        self.session
            .client
            .forward()
            .await
            .expect("the browser goes forward");
    }

    /// The tab that is looked at.
    pub async fn tab(&self) -> Tab {
        Tab(self.session.client.window().await.expect("a tab is open"))
    }

    /// Opens another tab of the same browser, as a mail program does with a link, and looks at it.
    pub async fn opens_tab(&self) -> Tab {
        let opened = self
            .session
            .client
            .new_window(true)
            .await
            .expect("a tab opens");
        let tab = Tab(opened.handle);
        self.looks_at(&tab).await;
        self.session.furnish(&self.window).await;
        tab
    }

    /// Closes the tab that is looked at, and turns to another one.
    pub async fn closes_tab(&self, then: &Tab) {
        self.tell("closes the tab");
        self.session
            .client
            .close_window()
            .await
            .expect("the tab is open");
        self.looks_at(then).await;
    }

    /// All tabs of the browser.
    pub async fn tabs(&self) -> Vec<Tab> {
        let all = self.session.client.windows().await;
        let all = all.expect("the browser is there").into_iter();
        all.map(Tab).collect()
    }

    /// Looks at the page in the first frame of this one from now on, until it turns to a tab.
    pub async fn looks_into_the_frame(&self) {
        self.tell("looks into the frame");
        let looked = self.session.client.clone().enter_frame(0).await;
        looked.expect("there is a frame");
    }

    /// Goes on in another tab of the same browser, and closes this one: what the tab kept is gone.
    pub async fn takes_another_tab(&self) {
        let old = self.tab().await;
        let new = self.opens_tab().await;
        self.looks_at(&old).await;
        self.closes_tab(&new).await;
    }

    /// Turns to another tab.
    pub async fn looks_at(&self, tab: &Tab) {
        self.tell("turns to another tab");
        self.session
            .client
            .switch_to_window(tab.0.clone())
            .await
            .expect("the tab is open");
    }

    // Doing things

    /// Types into the field with this label, over what it holds.
    pub async fn fill(&self, label: &str, text: &str) {
        self.tell(format!("fills {label:?}"));
        let field = self.labelled("look.fillable()", label).await;
        self.type_over(&field, text).await;
    }

    /// Types into the field with this `name`, over what it holds.
    pub async fn fill_name(&self, name: &str, text: &str) {
        self.tell(format!("fills {name}"));
        let field = self.field(name).await;
        self.type_over(&field, text).await;
    }

    async fn type_over(&self, field: &Element, text: &str) {
        let filled = field
            .prop("value")
            .await
            .expect("a field has a value")
            .is_some_and(|value| !value.is_empty());
        if filled {
            field.clear().await.expect("a field can be emptied");
        }
        if !text.is_empty() {
            field
                .send_keys(text)
                .await
                .unwrap_or_else(|error| panic!("typing: {error}"));
        }
    }

    /// Pastes into the field with this label.
    pub async fn paste(&self, label: &str, text: &str) {
        self.tell(format!("pastes into {label:?}"));
        let field = self.labelled("look.fillable()", label).await;
        field
            .click()
            .await
            .unwrap_or_else(|error| panic!("pasting into {label:?}: {error}"));
        // As an input method does, which pages hear about as they do of a paste.
        self.session
            .cdp("Input.insertText", json!({ "text": text }))
            .await;
    }

    /// Takes an option of the list with this `name`.
    pub async fn select(&self, name: &str, value: &str) {
        self.tell(format!("selects {value:?} of {name}"));
        let list = self.field(name).await;
        list.select_by_value(value)
            .await
            .unwrap_or_else(|error| panic!("no option {value:?} in {name}: {error}"));
    }

    /// Presses the radio or box with this label.
    pub async fn choose(&self, label: &str) {
        self.tell(format!("chooses {label:?}"));
        let input = self.labelled("look.choosable()", label).await;
        let input = serde_json::to_value(&input).expect("an element is JSON");
        let handle = self.element(
            &self
                .look_with("look.handle(arguments[0])", vec![input])
                .await,
        );
        handle
            .click()
            .await
            .unwrap_or_else(|error| panic!("choosing {label:?}: {error}"));
    }

    /// Presses the button or link of this name.
    pub async fn press(&self, name: &str) {
        self.tell(format!("presses {name:?}"));
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.labelled("look.pressable()", name).await.click().await {
                Ok(()) => return,
                // Drawn anew between the look and the press, or still under something.
                Err(error) if retriable(&error) && Instant::now() < deadline => sleep(GLANCE).await,
                Err(error) => panic!("pressing {name:?}: {error}"),
            }
        }
    }

    /// Presses it twice before anything can be answered: both presses in one task of the page.
    pub async fn press_twice_fast(&self, name: &str) {
        self.tell(format!("presses {name:?} twice"));
        let button = self.labelled("look.pressable()", name).await;
        let button = serde_json::to_value(&button).expect("an element is JSON");
        self.look_with("(arguments[0].click(), arguments[0].click())", vec![button])
            .await;
    }

    /// Moves the mouse to where nothing is.
    pub async fn point_nowhere(&self) {
        let corner = json!({ "type": "mouseMoved", "x": 1, "y": 1 });
        self.session.cdp("Input.dispatchMouseEvent", corner).await;
    }

    /// A key, pressed and let go.
    pub async fn key(&self, key: Key) {
        self.tell(format!("key {key:?}"));
        self.keys(&char::from(key).to_string()).await;
    }

    /// Types with the keyboard, wherever the focus is.
    pub async fn keys(&self, text: &str) {
        let keys = text
            .chars()
            .fold(KeyActions::new("keyboard".to_owned()), |keys, value| {
                keys.then(KeyAction::Down { value })
                    .then(KeyAction::Up { value })
            });
        self.session
            .client
            .perform_actions(keys)
            .await
            .expect("keys can be pressed");
    }

    /// Presses Tab until the focus is on what has this accessible name; never more often than there are stops.
    pub async fn tab_to(&self, name: &str) {
        self.tell(format!("tabs to {name:?}"));
        for _ in 0..40 {
            self.keys(&char::from(Key::Tab).to_string()).await;
            if self
                .focused_name()
                .await
                .is_some_and(|focused| same(&focused, name))
            {
                return;
            }
        }
        panic!("forty presses of Tab do not reach {name:?}");
    }

    /// The accessible name of what has the focus.
    pub async fn focused_name(&self) -> Option<String> {
        let focused = self.look("document.activeElement").await;
        if focused.is_null() {
            return None;
        }
        Some(self.accessible_name(&self.element(&focused)).await)
    }

    /// Runs a script in each document to come, before anything of its own.
    pub async fn runs_first(&self, source: &str) {
        let script = json!({ "source": source });
        self.session
            .cdp("Page.addScriptToEvaluateOnNewDocument", script)
            .await;
    }

    /// Puts the browser behind a slow line and on a slow machine: bits a second both ways, how long each request takes at
    /// least, and how many times slower the processor is.
    pub async fn slows_down(&self, bits: u32, latency: Duration, processor: u32) {
        let bytes = f64::from(bits) / 8.0;
        let line = json!({
            "offline": false, "latency": latency.as_millis(), "downloadThroughput": bytes, "uploadThroughput": bytes,
        });
        // A line is slow only for a session that hears of the network.
        self.session.cdp("Network.enable", json!({})).await;
        self.session
            .cdp("Network.emulateNetworkConditions", line)
            .await;
        self.session
            .cdp(
                "Emulation.setCPUThrottlingRate",
                json!({ "rate": processor }),
            )
            .await;
    }

    /// Empties the browser's cache.
    pub async fn forgets_its_cache(&self) {
        self.session
            .cdp("Network.clearBrowserCache", json!({}))
            .await;
    }

    /// Takes the network away, or brings it back.
    pub async fn offline(&self, offline: bool) {
        self.tell(if offline {
            "loses the network"
        } else {
            "has the network again"
        });
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.session
            .cdp("Network.emulateNetworkConditions", conditions)
            .await;
    }

    // Reading

    /// What the page is at: `data-step`; empty while it is nowhere.
    pub async fn step(&self) -> String {
        self.words("look.step()").await
    }

    /// The heading of the page.
    pub async fn heading(&self) -> String {
        self.words("look.heading()").await
    }

    /// The title of the document.
    pub async fn title(&self) -> String {
        self.words("look.title()").await
    }

    /// What stands in the address bar after the origin, or after the folder that the app lies in.
    pub async fn address(&self) -> String {
        let address = self.words("look.address()").await;
        let folder = self.origin.splitn(4, '/').nth(3);
        let inside = folder.and_then(|folder| address.strip_prefix(&format!("/{folder}")));
        inside.map_or(address.clone(), str::to_owned)
    }

    /// What the app's server answers at a path of the app, asked without the browser.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn fetched(&self, path: &str) -> Fetched {
        let address = self.origin.trim_start_matches("http://");
        let host = address.split('/').next().unwrap_or(address);
        self.fetched_under(host, path).await
    }

    /// The same under another name of the app's server, with the port.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn fetched_under(&self, name: &str, path: &str) -> Fetched {
        let address = self.origin.trim_start_matches("http://");
        let (host, folder) = address.split_once('/').unwrap_or((address, ""));
        let folder = if folder.is_empty() {
            String::new()
        } else {
            format!("/{folder}")
        };
        let request = format!(
            "GET {folder}{path} HTTP/1.1\r\nhost: {name}\r\naccept-encoding: br, gzip\r\nconnection: close\r\n\r\n"
        );
        let mut server = TcpStream::connect(host).await.expect("the server listens");
        server
            .write_all(request.as_bytes())
            .await
            .expect("the server reads");
        let mut answer = Vec::new();
        server
            .read_to_end(&mut answer)
            .await
            .expect("the server answers");
        let text = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1)?.parse().ok());
        Fetched {
            status: status.unwrap_or_default(),
            headers: lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            text: body.to_owned(),
        }
    }

    /// The origin of the app.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the page is waiting for an answer, and says so.
    pub async fn is_busy(&self) -> bool {
        self.look("look.busy()").await == true
    }

    /// Whether the button that sends the form looks as if it is at it.
    pub async fn looks_busy(&self) -> bool {
        self.look("look.ring()").await == true
    }

    /// Everything that can be read on the page.
    pub async fn text(&self) -> String {
        self.words("look.text()").await
    }

    /// What has the focus: `h1 Sign In`, `input userProfile.email`, `the error summary`, `nothing`.
    pub async fn focused(&self) -> String {
        self.words("look.focused()").await
    }

    /// The names of the buttons and links, in order.
    pub async fn buttons(&self) -> Vec<String> {
        self.read("look.buttons()").await
    }

    /// The radios and boxes, in order.
    pub async fn choices(&self) -> Vec<Choice> {
        self.read("look.choices()").await
    }

    /// The labels of the radios and boxes, in order.
    pub async fn choice_labels(&self) -> Vec<String> {
        self.choices()
            .await
            .into_iter()
            .map(|choice| choice.label)
            .collect()
    }

    /// Everything to fill in or to choose that can be seen.
    pub async fn inputs(&self) -> Vec<Input> {
        self.read("look.inputs()").await
    }

    /// The input with this name.
    pub async fn input(&self, name: &str) -> Input {
        let inputs = self.inputs().await;
        let names: Vec<_> = inputs.iter().map(|input| input.name.clone()).collect();
        inputs
            .into_iter()
            .find(|input| input.name == name)
            .unwrap_or_else(|| panic!("no input {name:?} among {names:?}"))
    }

    /// What the field with this name holds.
    pub async fn value(&self, name: &str) -> String {
        self.input(name).await.value
    }

    /// What the page says is wrong.
    pub async fn errors(&self) -> Errors {
        #[derive(Deserialize)]
        struct Mistake {
            name: String,
            texts: Vec<String>,
        }
        let mistakes: Vec<Mistake> = self.read("look.mistakes()").await;
        Errors {
            summary: self.read("look.summary()").await,
            at: mistakes
                .into_iter()
                .map(|mistake| (mistake.name, mistake.texts))
                .collect(),
        }
    }

    /// What a screen reader announces by itself.
    pub async fn alerts(&self) -> Vec<String> {
        self.read("look.alerts()").await
    }

    /// Forgets what was announced so far.
    pub async fn forget_announcements(&self) {
        self.look("window.announced.splice(0)").await;
    }

    /// What changed in live regions and was announced so, since it was last forgotten.
    pub async fn announced(&self) -> Vec<String> {
        self.read("window.announced").await
    }

    /// Moves the browser's clock on, until the next page is loaded.
    pub async fn browser_later(&self, by: Duration) {
        self.tell(format!("waits {by:?}"));
        self.look(&format!("window.ahead += {}", by.as_millis()))
            .await;
    }

    /// What the page keeps.
    pub async fn storage(&self) -> Storage {
        self.read("look.storage()").await
    }

    /// The value of a script's expression, for what no person can see.
    pub async fn evaluate(&self, expression: &str) -> Value {
        self.look(expression).await
    }

    /// The same, or what it comes to where it is a promise, without `look`: nothing but the expression is given to the page.
    pub async fn says(&self, expression: &str) -> Value {
        let said = self
            .session
            .client
            .execute(&format!("return {expression};"), vec![])
            .await;
        said.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Every request the page has sent, without the browser's own questions about another origin.
    pub async fn requests(&self) -> Vec<Request> {
        for line in self.session.log("performance").await {
            let Ok(event) = serde_json::from_str::<Value>(&line.message) else {
                continue;
            };
            let event = &event["message"];
            if event["method"] == "Network.requestWillBeSent"
                && event["params"]["type"] != "Preflight"
            {
                let request = &event["params"]["request"];
                let text = |member: &str| request[member].as_str().unwrap_or_default().to_owned();
                let request = Request {
                    method: text("method"),
                    url: text("url"),
                    body: text("postData"),
                    types: ["accept", "content-type"].map(|name| {
                        let headers = request["headers"].as_object().into_iter().flatten();
                        let mut found =
                            headers.filter(|(known, _)| known.eq_ignore_ascii_case(name));
                        let value = found.next().and_then(|(_, value)| value.as_str());
                        value.unwrap_or_default().to_owned()
                    }),
                };
                self.requests.borrow_mut().push(request);
            }
        }
        self.requests.borrow().clone()
    }

    /// Every line of the browser's console since the page was first opened.
    pub async fn console(&self) -> Vec<String> {
        self.read_console().await;
        self.console
            .borrow()
            .iter()
            .map(|line| format!("{} {}: {}", line.level, line.source, line.message))
            .collect()
    }

    async fn read_console(&self) {
        let fresh = self.session.log("browser").await;
        self.console.borrow_mut().extend(fresh);
    }

    /// The lines that no check has seen yet.
    pub(crate) async fn fresh_console(&self) -> Vec<Line> {
        self.read_console().await;
        let console = self.console.borrow();
        let seen = self.checked_lines.replace(console.len());
        console[seen..].to_vec()
    }

    /// Says that the browser will log this failure before the next check, because the story wants it.
    pub fn expect(&self, failure: Failure) {
        self.expected.borrow_mut().push(failure);
    }

    pub(crate) fn expected(&self) -> Vec<Failure> {
        self.expected.take()
    }

    pub(crate) const fn window(&self) -> &Window {
        &self.window
    }

    // Waiting

    /// Looks until something is there, and panics with what it was waiting for when it does not come.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
        self.until_within(PATIENCE, what, look).await
    }

    /// The same with more patience: for what the page does by itself after a while.
    pub async fn until_late<T>(&self, what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
        self.until_within(3 * PATIENCE, what, look).await
    }

    async fn until_within<T>(
        &self,
        patience: Duration,
        what: &str,
        mut look: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(Instant::now() < deadline, "waited {patience:?} for {what}");
            sleep(GLANCE).await;
        }
    }

    /// Waits until the page is at this step.
    pub async fn reaches(&self, step: &str) {
        self.until(&format!("the step {step:?}"), async || {
            (self.step().await == step).then_some(())
        })
        .await;
        self.tell(format!("is at {step}"));
    }

    /// Waits until this stands in the address bar: see [`Page::address`]. It follows the page a moment after that is drawn.
    pub async fn has_address(&self, address: &str) {
        self.until(&format!("the address {address:?}"), async || {
            (self.address().await == address).then_some(())
        })
        .await;
    }

    /// Waits until the page has come to rest, and tells the step.
    pub async fn settles(&self) -> String {
        self.until("the page to come to rest", async || {
            let step = self.step().await;
            let resting = !matches!(step.as_str(), "" | "loading") && !self.is_busy().await;
            (resting && !self.heading().await.is_empty()).then_some(step)
        })
        .await
    }

    /// Waits until the page says this.
    pub async fn reads(&self, words: &str) {
        self.until(&format!("the words {words:?}"), async || {
            self.text().await.contains(words).then_some(())
        })
        .await;
    }

    /// Waits until the error summary has the focus.
    pub async fn complains(&self) -> Errors {
        self.until("the error summary to take the focus", async || {
            (self.focused().await == "the error summary").then_some(())
        })
        .await;
        self.errors().await
    }

    // Keeping pictures

    /// A picture of the whole page as it stands, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        self.session
            .client
            .screenshot()
            .await
            .expect("the browser draws")
    }

    /// Saves a picture beside the build's other results, for people to look at.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = results();
        fs::create_dir_all(&folder).expect("the build's folder can be written");
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, self.picture().await).expect("the build's folder can be written");
        file
    }

    /// Where the story got to, for the report of a failure. Asks gently: the browser may be what failed.
    pub(crate) async fn report(&self, name: &str) -> String {
        let mut lines = vec![format!(
            "the story {name:?} so far: {}",
            self.story.borrow().join(", ")
        )];
        for what in [
            "step", "address", "heading", "title", "focused", "alerts", "buttons",
        ] {
            let seen = self
                .session
                .client
                .execute(&script(&format!("look.{what}()")), vec![])
                .await;
            lines.push(format!(
                "  {what}: {}",
                seen.map_or_else(|error| error.to_string(), |seen| seen.to_string())
            ));
        }
        self.read_console().await;
        lines.extend(
            self.console
                .borrow()
                .iter()
                .map(|line| format!("  console: {} {}", line.level, line.message)),
        );
        if let Ok(picture) = self.session.client.screenshot().await {
            let file = results().join(format!("failed-{name}.png"));
            let saved = fs::create_dir_all(results()).and_then(|()| fs::write(&file, picture));
            lines.push(saved.map_or_else(
                |error| error.to_string(),
                |()| format!("  picture: {}", file.display()),
            ));
        }
        lines.join("\n")
    }

    // Finding

    async fn field(&self, name: &str) -> Element {
        let found = self
            .until(&format!("a field {name:?}"), async || {
                let found = self
                    .look_with("look.byName(arguments[0])", vec![json!(name)])
                    .await;
                found.get(0).cloned()
            })
            .await;
        self.element(&found)
    }

    /// The one element among `candidates` whose accessible name, as the browser computes it, is this.
    async fn labelled(&self, candidates: &str, name: &str) -> Element {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut met = Vec::new();
            let mut found = Vec::new();
            for candidate in self.look(candidates).await.as_array().into_iter().flatten() {
                let element = self.element(candidate);
                let label = self.accessible_name(&element).await;
                if same(&label, name) {
                    found.push(element);
                } else {
                    met.push(label);
                }
            }
            match found.len() {
                1 => return found.remove(0),
                0 if Instant::now() < deadline => sleep(GLANCE).await,
                0 => panic!("nothing is called {name:?}; there are {met:?}"),
                _ => {
                    // A button and a link of one name: a person who wants to go on takes the button.
                    let mut buttons = Vec::new();
                    for element in found {
                        if element.tag_name().await.is_ok_and(|tag| tag == "button") {
                            buttons.push(element);
                        }
                    }
                    assert_eq!(buttons.len(), 1, "several things are called {name:?}");
                    return buttons.remove(0);
                }
            }
        }
    }

    /// Empty for an element that has gone meanwhile.
    async fn accessible_name(&self, element: &Element) -> String {
        let path = format!("element/{}/computedlabel", &*element.element_id());
        self.session
            .try_get(&path)
            .await
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    fn element(&self, found: &Value) -> Element {
        let id = found["element-6066-11e4-a52e-4f735466cecf"]
            .as_str()
            .unwrap_or_else(|| panic!("no element: {found}"));
        Element::from_element_id(self.session.client.clone(), ElementRef::from(id.to_owned()))
    }

    async fn words(&self, expression: &str) -> String {
        self.look(expression)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    async fn read<T: for<'de> Deserialize<'de>>(&self, expression: &str) -> T {
        let seen = self.look(expression).await;
        serde_json::from_value(seen).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    pub(crate) async fn look(&self, expression: &str) -> Value {
        self.look_with(expression, vec![]).await
    }

    async fn look_with(&self, expression: &str, with: Vec<Value>) -> Value {
        let seen = self.session.client.execute(&script(expression), with).await;
        seen.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }
}

fn script(expression: &str) -> String {
    format!("{}\nreturn {expression};", include_str!("look.js"))
}

/// Whether an accessible name is the one asked for. What tells required fields apart may stand after it.
fn same(label: &str, name: &str) -> bool {
    let label = label.trim();
    label == name
        || label
            .strip_prefix(name)
            .is_some_and(|rest| matches!(rest.trim(), "*" | "(optional)" | "(required)"))
}

fn retriable(error: &CmdError) -> bool {
    let covered = matches!(error, CmdError::Standard(told) if told.error == ErrorStatus::ElementClickIntercepted);
    covered || error.is_stale_element_reference() || error.is_element_not_interactable()
}

/// Where pictures are kept: beside the other results of the build.
pub(crate) fn results() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| paths::root().join("target"), PathBuf::from);
    target.join("browser-tests")
}
