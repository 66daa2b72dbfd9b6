//! A visitor's ways out of the app and back: other services, the org's own page, addresses with a query.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;
use vestibule::flow::{
    self, Address, Callback, Carried, Entered, Event, Failure, Flow, WISHES, Way,
};
use vestibule::idx::{PROVIDER_FAILED, Progress};
use vestibule::oauth::{self, Asked, Attempt, Purpose, Route};
use vestibule::pages::{self, Card, Press};
use vestibule::secret::Secret;

use super::{APP, ORG, Visitor};

/// What a page of somebody else's answered.
pub struct There {
    pub status: u16,
    pub location: Option<String>,
    pub text: String,
}

impl Visitor {
    /// Opens an address of the app, with its query.
    pub async fn opens(&self, path: &str) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let address = Address::parse(path);
        let parameter = |name: &str| parameter(query, name);
        if address == Address::Callback {
            return self.comes_back(query).await;
        }
        if address == Address::Activate && !self.config.device_activation {
            return self.flow.borrow_mut().apply(Event::Lost);
        }
        if let Some(token) = parameter("stateToken").filter(|_| address == Address::Activate) {
            return self
                .activates(Secret::new(token), parameter("user_code"))
                .await;
        }
        let mut asked = Asked::default();
        let mut purpose = address.purpose();
        for (spelt, name, means) in WISHES {
            if let Some(value) = parameter(spelt) {
                purpose = means.unwrap_or(purpose);
                asked.wishes.push((name, Secret::new(value)));
            }
        }
        self.comes_with(purpose, &asked).await;
    }

    /// Follows a link to sign a device in.
    async fn activates(&self, token: Secret, code: Option<String>) {
        self.flow
            .borrow_mut()
            .apply(Event::Starting(Purpose::SignIn));
        match flow::activate(&self.world, &self.config, token, code).await {
            Ok(entered) => {
                let kept = entered.attempt.kept.clone();
                self.flow.borrow_mut().apply(Event::Kept(kept));
                self.entered(Ok(entered)).await;
            }
            Err(failure) => self.flow.borrow_mut().apply(Event::Failed(failure)),
        }
    }

    /// Comes with more than a purpose.
    pub async fn comes_with(&self, purpose: Purpose, asked: &Asked) {
        self.flow.borrow_mut().apply(Event::Starting(purpose));
        let entered = flow::start(&self.world, &self.config, purpose, Route::Here, asked).await;
        self.entered(entered).await;
    }

    /// Chooses the org's own page: where it is.
    pub async fn goes_to_the_orgs_page(&self) -> String {
        let card = self.page();
        let pressed = |button: &&vestibule::pages::Button| button.press == Press::Hosted;
        assert!(card.links.iter().any(|button| pressed(&button)), "{card:?}");
        let (config, route) = (&self.config, Route::Hosted);
        let asked = self.stored_attempt().map(|attempt| attempt.asked());
        let asked = asked.unwrap_or_default();
        let entered = flow::start(&self.world, config, Purpose::SignIn, route, &asked).await;
        let Ok(Entered {
            attempt,
            progress: Progress::Stopped(end),
        }) = entered
        else {
            panic!("it goes away")
        };
        *self.stored.borrow_mut() = Some(attempt.write());
        end.redirect.expect("an address")
    }

    /// The address of the button with that label.
    pub fn way_to(&self, label: &str) -> String {
        let card = self.page();
        let button = card.others.iter().find(|button| button.label == label);
        match button.map(|button| &button.press) {
            Some(Press::Leave(url)) => url.clone(),
            other => panic!("{label} leads to {other:?} on {card:?}"),
        }
    }

    /// Opens a page of the org's.
    pub async fn gets(&self, url: &str) -> There {
        self.asks("GET", url, None, None).await
    }

    /// Sends something to a page of the org's.
    pub async fn posts(&self, url: &str, kind: &str, body: String) -> There {
        self.asks("POST", url, Some(kind), Some(body)).await
    }

    async fn asks(
        &self,
        method: &str,
        url: &str,
        kind: Option<&str>,
        body: Option<String>,
    ) -> There {
        let mut request = Request::builder()
            .method(method)
            .uri(url.strip_prefix(ORG).unwrap_or(url))
            .header("host", "localhost:8081");
        // Going to a page takes its cookies along.
        let known = self.world.cookies();
        if !known.is_empty() {
            request = request.header("cookie", known);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let request = request
            .body(Body::from(body.unwrap_or_default()))
            .expect("the request is well-formed");
        let answer = self.org().router().oneshot(request).await;
        let answer = answer.expect("a router answers");
        self.world.takes(answer.headers());
        let location = answer.headers().get("location");
        let location = location.map(|to| to.to_str().expect("an address").to_owned());
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        There {
            status,
            location,
            text: String::from_utf8_lossy(&body.expect("a body")).into_owned(),
        }
    }

    /// Presses something at the other service that this address leads to: the app's address that it comes back to.
    pub async fn at_the_service(&self, url: &str, action: serde_json::Value) -> String {
        let there = self.gets(url).await.location.expect("on to the service");
        let (_, state) = there.split_once("state=").expect("a state");
        let mut body = action;
        body["state"] = serde_json::json!(state);
        let pressed = self
            .posts("/console/idp", "application/json", body.to_string())
            .await;
        let pressed: serde_json::Value =
            serde_json::from_str(&pressed.text).expect("JSON from the console");
        let back = pressed["location"].as_str().expect("a way back");
        self.gets(back).await.location.expect("back to the app")
    }

    /// Follows a way back to the app.
    pub async fn returns(&self, url: &str) {
        let path = url.strip_prefix(APP).expect("the app's");
        self.opens(path).await;
    }

    async fn comes_back(&self, query: &str) {
        let stored = self.stored.borrow().clone();
        let known = stored.into_iter().filter_map(|text| Attempt::read(&text));
        let callback = Callback::read(&self.config.issuer, &|name| parameter(query, name), known);
        let (attempt, carried) = match callback {
            Callback::Ours(attempt, carried) => (*attempt, carried),
            Callback::Code(code) => return self.flow.borrow_mut().apply(Event::Carried(code)),
            Callback::Bare | Callback::Foreign => {
                let failed = Event::Failed(Failure::ForeignCallback);
                return self.flow.borrow_mut().apply(failed);
            }
        };
        *self.flow.borrow_mut() = Flow::default();
        let (mut note, mut mailed) = (None, None);
        match carried {
            Carried::Grant(code) => {
                self.flow
                    .borrow_mut()
                    .apply(Event::Starting(attempt.purpose));
                return self.finish(Way::Pressed, Ok(Progress::Granted(code))).await;
            }
            Carried::Refusal(failure) => note = Some(failure),
            Carried::Otp(code) => mailed = Some(code),
            Carried::Nothing => {}
        }
        let has_handle = attempt.handle.is_some();
        if has_handle {
            self.resumes(attempt).await;
        }
        if let Some(code) = mailed {
            self.hands_over(&code).await;
        }
        let card = self.page();
        let failed = card
            .messages
            .iter()
            .any(|message| message.is(PROVIDER_FAILED));
        if failed {
            note = Some(Failure::Callback {
                code: String::new(),
                description: String::new(),
            });
        }
        if note.is_some() && (card.step == "terminal" || !has_handle) {
            self.comes_to(Purpose::SignIn).await;
        }
        if let Some(failure) = note {
            self.flow
                .borrow_mut()
                .apply(Event::Answered(Way::Pressed, Err(failure)));
        }
    }

    /// Answers the step that a mail's link is for, if it is still that step.
    async fn hands_over(&self, code: &Secret) {
        let answer = {
            let flow = self.flow.borrow();
            let step = flow.transaction();
            let step = step.and_then(|step| flow::carry(step, code.expose()));
            step.map(|(form, answers)| (form.clone(), answers))
        };
        if let Some((form, answers)) = answer {
            self.send(&form, &answers, Way::Pressed).await;
        }
    }

    /// Opens the link of the newest mail to somebody, in this browser.
    pub async fn opens_the_link_for(&self, to: &str) {
        let back = self.follows(&self.link_for(to)).await;
        self.returns(&back).await;
    }

    /// The link of the newest mail to somebody.
    pub fn link_for(&self, to: &str) -> String {
        let inbox = self.org().inbox();
        let mail = inbox.iter().rev().find(|mail| mail.to == to);
        mail.and_then(|mail| mail.link.clone())
            .expect("a mail with a link")
    }

    /// Where a link leads.
    pub async fn follows(&self, link: &str) -> String {
        self.gets(link).await.location.expect("it leads on")
    }

    /// This tab as it stands.
    pub fn tab(&self) -> Flow {
        self.flow.borrow().clone()
    }

    /// Turns to another tab; the one before is given back.
    pub fn turns_to(&self, tab: Flow) -> Flow {
        self.flow.replace(tab)
    }

    /// Takes up an attempt.
    pub async fn resumes(&self, attempt: Attempt) {
        self.flow
            .borrow_mut()
            .apply(Event::Kept(attempt.kept.clone()));
        self.flow
            .borrow_mut()
            .apply(Event::Starting(attempt.purpose));
        let entered = flow::enter(&self.world, &self.config, attempt).await;
        self.entered(entered).await;
    }

    /// Presses the button in the summary of what is wrong.
    pub async fn helps_itself(&self) {
        let problems = pages::problems(&self.flow.borrow());
        let again = problems.into_iter().find_map(|problem| problem.again);
        self.does(again.expect("a button in the summary")).await;
    }

    /// Where the browser goes by itself, if there is but one way.
    pub fn is_sent_to(&self) -> Option<String> {
        self.flow.borrow().only_way().map(str::to_owned)
    }

    /// Signs out, and follows the way to the org's own end of the session, where there is one.
    pub async fn signs_out_everywhere(&self) -> Option<There> {
        let tokens = self.tokens.borrow().clone().expect("somebody is signed in");
        self.signs_out().await;
        self.config.post_logout_redirect_uri.as_ref()?;
        let out = oauth::logout(&self.config, &tokens.id, None);
        Some(self.gets(out.expose()).await)
    }

    /// The buttons that lead to other services.
    pub fn services(&self) -> Vec<String> {
        marked(&self.page())
    }
}

/// The labels of the buttons with a mark.
pub fn marked(card: &Card) -> Vec<String> {
    let marked = card.others.iter().filter(|button| button.mark.is_some());
    marked.map(|button| button.label.clone()).collect()
}

/// A parameter of a query.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(known, _)| *known == name);
    found.next().map(|(_, value)| decoded(value))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let digits = String::from_utf8_lossy(&digits).into_owned();
                u8::from_str_radix(&digits, 16).expect("two digits")
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
