//! The session, as the app behind the door has it.

use crate::flow::Failure;
use crate::flow::store::FlowStore;
use crate::http::{HttpRequest, HttpResponse};
use crate::oauth::{Challenge, Claims};
use crate::secret::Secret;

/// The session of this page. A copy is the same session.
///
/// ```no_run
/// use vestibule::flow::Failure;
/// use vestibule::http::HttpRequest;
/// use vestibule::session::Session;
///
/// async fn orders(session: Session) -> Result<String, Failure> {
///     let request = HttpRequest::get("https://api.acme.example/orders");
///     let answer = session.fetch(request).await?;
///     Ok(answer.body.expose().to_owned())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Session(FlowStore);

impl Session {
    pub(crate) fn of(store: FlowStore) -> Self {
        Self(store)
    }

    /// Whether somebody is signed in. What reads it in an effect of Leptos follows it: it runs again when that changes.
    ///
    /// ```no_run
    /// # use vestibule::session::Session;
    /// fn greeting(session: Session) -> &'static str {
    ///     if session.is_signed_in() { "Welcome back" } else { "Hello" }
    /// }
    /// ```
    pub fn is_signed_in(self) -> bool {
        self.0.with(|flow| flow.session().is_some())
    }

    /// What the ID token says of who is signed in. Followed like [`Session::is_signed_in`].
    ///
    /// ```no_run
    /// # use vestibule::session::Session;
    /// fn name(session: Session) -> Option<String> {
    ///     Some(session.claims()?.text("name")?.to_owned())
    /// }
    /// ```
    pub fn claims(self) -> Option<Claims> {
        self.0.with(|flow| Some(flow.session()?.claims.clone()))
    }

    /// An access token that is good now, renewed if it has to be: one renewal at a time, in all tabs together. Prefer [`Session::fetch`]: with `"dpop": true` a token is worth nothing without a proof beside it.
    ///
    /// ```no_run
    /// # use vestibule::flow::Failure;
    /// # use vestibule::session::Session;
    /// async fn header(session: Session) -> Result<String, Failure> {
    ///     let token = session.access_token().await?;
    ///     Ok(["Bearer ", token.expose()].concat())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Failure::Lapsed`] if nobody is signed in any more. Another one if the token's end has come and it cannot be renewed
    /// just now: another try may do.
    pub async fn access_token(self) -> Result<Secret, Failure> {
        Ok(self.0.keeper().tokens().await?.access)
    }

    /// Sends a request with the access token, as the token wants to be presented (RFC 6750; RFC 9449, section 7). Refused
    /// with 401, it goes out once more with a renewed token. A resource that wants the person to prove more, or again
    /// (RFC 9470), gets what it wants: they are asked, and come back to the page where they are. Twice in a row for the same
    /// it is not asked: then the resource's answer is the caller's.
    ///
    /// ```no_run
    /// # use vestibule::flow::Failure;
    /// # use vestibule::http::{HttpRequest, Method};
    /// # use vestibule::secret::Secret;
    /// # use vestibule::session::Session;
    /// async fn rename(session: Session, name: &str) -> Result<bool, Failure> {
    ///     let request = HttpRequest {
    ///         method: Method::Put,
    ///         content_type: Some("text/plain"),
    ///         body: Some(Secret::new(name)),
    ///         ..HttpRequest::get("https://api.acme.example/me/name")
    ///     };
    ///     Ok(session.fetch(request).await?.status < 300)
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Session::access_token`]; [`Failure::Unreachable`] if no answer came; [`Failure::StepUp`] if the person is being
    /// asked: the page is about to be another one.
    pub async fn fetch(self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let url = request.url.clone();
        let answer = self.0.keeper().fetch(request).await?;
        let challenge = answer.challenge.as_deref().map(Challenge::read);
        let wanted = challenge.filter(|challenge| answer.status == 401 && challenge.wants_more());
        match self.0.step_up(&url, wanted) {
            true => Err(Failure::StepUp),
            false => Ok(answer),
        }
    }

    /// Lets somebody sign in, and brings them back to the page where they are.
    ///
    /// ```no_run
    /// # use vestibule::session::Session;
    /// fn need(session: Session) {
    ///     if !session.is_signed_in() {
    ///         session.sign_in();
    ///     }
    /// }
    /// ```
    pub fn sign_in(self) {
        self.0.sign_in_here();
    }

    /// Signs out: here, in all tabs, and at the org.
    ///
    /// ```no_run
    /// # use vestibule::session::Session;
    /// fn done(session: Session) {
    ///     session.sign_out();
    /// }
    /// ```
    pub fn sign_out(self) {
        self.0.press(crate::pages::Press::SignOut);
    }
}
