//! One browser with a profile of its own, spoken to over WebDriver.

use std::fmt::Debug;
use std::sync::{LazyLock, Mutex, PoisonError};

use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::driver;

/// Browsers go from story to story, so they are spoken to here, and not where a story is told.
static BROWSERS: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime starts")
});

/// Browsers that wait for the next story, each at a page of nobody: to start one takes longer than many a story.
static IDLE: Mutex<Vec<Idle>> = Mutex::new(Vec::new());
/// So many wait at most.
const IDLE_AT_MOST: usize = 8;

#[derive(Debug)]
struct Idle {
    client: Client,
    eager: bool,
}

/// The window that a story is looked at in.
#[derive(Clone, Debug)]
pub struct Window {
    /// Width of the page in CSS pixels.
    pub width: u32,
    /// Height of the page in CSS pixels.
    pub height: u32,
    /// Whether the person asked their system for dark colours.
    pub dark: bool,
    /// The languages the browser asks for, best first, as `de-DE,de`.
    pub languages: &'static str,
    /// Whether pages may keep nothing, as in a frame of another site.
    pub forgetful: bool,
    /// Whether the story goes on as soon as the page is there, though not all of its files are.
    pub eager: bool,
    /// Whether the person likes things to move.
    pub moves: bool,
    /// Whether what stories ask for is kept: what the page sends, what its policy refuses, what is announced. It costs the
    /// page, so nothing of it is there where the page is measured.
    pub watched: bool,
}

impl Window {
    /// A window on a desk.
    pub const WIDE: Self = Self {
        width: 1280,
        height: 900,
        dark: false,
        languages: "en-US,en",
        forgetful: false,
        eager: false,
        moves: false,
        watched: true,
    };
    /// A small phone.
    pub const PHONE: Self = Self {
        width: 360,
        height: 780,
        ..Self::WIDE
    };
    /// The size of the wireframes.
    pub const SQUARE: Self = Self {
        width: 800,
        height: 800,
        ..Self::WIDE
    };

    /// The same window with dark colours.
    #[must_use]
    pub const fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// The same window of someone who did not ask for things to stand still.
    #[must_use]
    pub const fn moving(self) -> Self {
        Self {
            moves: true,
            ..self
        }
    }

    /// The same window, in which nothing is kept for stories to ask for.
    #[must_use]
    pub const fn unwatched(self) -> Self {
        Self {
            watched: false,
            ..self
        }
    }

    /// Whether stories of such a window may share a browser, one after the other. What is not usual is told to a browser when it
    /// starts; and one that is measured is to be as on the first day.
    fn is_usual(&self) -> bool {
        self.watched && !self.forgetful && self.languages == Self::WIDE.languages
    }

    /// The same window of someone who reads other languages.
    #[must_use]
    pub const fn reading(self, languages: &'static str) -> Self {
        Self { languages, ..self }
    }
}

/// A line of one of the browser's logs.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) level: String,
    pub(crate) source: String,
    pub(crate) message: String,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
}

impl Session {
    /// A browser in which nothing is left of what was before: one that has just started, or one that a story has left and that
    /// has forgotten it.
    pub(crate) async fn start(window: &Window) -> Self {
        let idle = if window.is_usual() {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            let fit = idle.iter().position(|idle| idle.eager == window.eager);
            fit.map(|at| idle.swap_remove(at).client)
        } else {
            None
        };
        let client = match idle {
            Some(client) => client,
            None => Self::launch(window).await,
        };
        let session = Self { client };
        session.furnish(window).await;
        session
    }

    async fn launch(window: &Window) -> Client {
        let languages = window.languages;
        let first = languages.split(',').next().unwrap_or("en");
        let mut wanted = json!({
            "browserName": "chrome",
            "pageLoadStrategy": if window.eager { "eager" } else { "normal" },
            "goog:chromeOptions": {
                "binary": driver::chromium(),
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", "--disable-search-engine-choice-screen", "--window-size=1300,1100",
                    // A story may go from page to page faster than a person can.
                    "--disable-ipc-flooding-protection",
                    format!("--lang={first}"),
                    format!("--accept-lang={languages}"),
                ],
                "prefs": {
                    "intl.accept_languages": languages,
                    "credentials_enable_service": false,
                    "profile.password_manager_leak_detection": false,
                    "profile.default_content_setting_values.cookies": if window.forgetful { 2 } else { 1 },
                },
            },
            "timeouts": { "script": 30_000, "pageLoad": 60_000, "implicit": 0 },
        });
        if window.watched {
            wanted["goog:loggingPrefs"] = json!({ "browser": "ALL", "performance": "ALL" });
            wanted["goog:chromeOptions"]["perfLoggingPrefs"] =
                json!({ "enableNetwork": true, "enablePage": false });
        }
        let Value::Object(wanted) = wanted else {
            unreachable!("an object was written above")
        };
        let connected = BROWSERS.spawn(async move {
            ClientBuilder::new(HttpConnector::new())
                .capabilities(Capabilities::from_iter(wanted))
                .connect(driver::address())
                .await
        });
        let connected = connected.await.expect("nothing in it panics");
        connected.unwrap_or_else(|error| panic!("no browser: {error}"))
    }

    /// Makes a tab that was just opened the window that a story is looked at in.
    pub(crate) async fn furnish(&self, window: &Window) {
        if window.watched {
            self.cdp(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": include_str!("watch.js") }),
            )
            .await;
        }
        self.size(window.width, window.height).await;
        self.media(window.dark, window.moves).await;
    }

    /// Leaves the browser to the next story, if it can be made as one that has just started; else ends it. Each story has origins
    /// of its own, so what is kept by origin it never meets again; tabs, with what was emulated in them, cookies, which know
    /// no ports, and the cache are all that is left, and they go.
    pub(crate) async fn leave(self, window: &Window) {
        if !window.is_usual() || self.forget().await.is_err() {
            return self.close().await;
        }
        let too_many = {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(Idle {
                client: self.client,
                eager: window.eager,
            });
            (idle.len() > IDLE_AT_MOST).then(|| idle.remove(0))
        };
        if let Some(Idle { client, .. }) = too_many {
            Self { client }.close().await;
        }
    }

    async fn forget(&self) -> Result<(), CmdError> {
        let used = self.client.windows().await?;
        let fresh = self.client.new_window(true).await?.handle;
        for tab in used {
            self.client.switch_to_window(tab).await?;
            self.client.close_window().await?;
        }
        self.client.switch_to_window(fresh).await?;
        for command in ["Network.clearBrowserCookies", "Network.clearBrowserCache"] {
            let ask = Ask {
                path: "goog/cdp/execute".to_owned(),
                body: Some(json!({ "cmd": command, "params": {} })),
            };
            self.client.issue_cmd(ask).await?;
        }
        // What they say by then is not the next story's.
        for log in ["browser", "performance"] {
            self.log(log).await;
        }
        Ok(())
    }

    /// Ends the browser. A session that is dropped instead ends with the ChromeDriver, at the end of the test process.
    pub(crate) async fn close(self) {
        // Nothing can be done about a browser that is already gone.
        let _ = self.client.close().await;
    }

    pub(crate) async fn size(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Light or dark, and without motion unless a story is about it, so that what is looked at stands still.
    pub(crate) async fn media(&self, dark: bool, moves: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let motion = if moves { "no-preference" } else { "reduce" };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ]});
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// A DevTools command.
    pub(crate) async fn cdp(&self, command: &str, params: Value) -> Value {
        self.post(
            "goog/cdp/execute",
            json!({ "cmd": command, "params": params }),
        )
        .await
    }

    /// What the log has got since the last call; nothing of a browser that is gone.
    pub(crate) async fn log(&self, kind: &str) -> Vec<Line> {
        let text =
            |entry: &Value, member: &str| entry[member].as_str().unwrap_or_default().to_owned();
        let ask = Ask {
            path: "se/log".to_owned(),
            body: Some(json!({ "type": kind })),
        };
        let lines = self.client.issue_cmd(ask).await.unwrap_or_default();
        let line = |entry: &Value| Line {
            level: text(entry, "level"),
            source: text(entry, "source"),
            message: text(entry, "message"),
        };
        lines.as_array().into_iter().flatten().map(line).collect()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self
            .client
            .issue_cmd(Ask {
                path: path.to_owned(),
                body: Some(body),
            })
            .await;
        answer.unwrap_or_else(|error| panic!("WebDriver {path}: {error}"))
    }

    /// Nothing if the browser has no answer, as about an element that is gone.
    pub(crate) async fn try_get(&self, path: &str) -> Option<Value> {
        self.client
            .issue_cmd(Ask {
                path: path.to_owned(),
                body: None,
            })
            .await
            .ok()
    }
}

/// A command that fantoccini has no name for.
#[derive(Debug)]
struct Ask {
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Ask {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        match &self.body {
            Some(body) => (http::Method::POST, Some(body.to_string())),
            None => (http::Method::GET, None),
        }
    }
}
