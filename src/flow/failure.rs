//! Why a request brought no step.

use crate::http::Unreachable;
use crate::idx;
use crate::oauth::{Refusal, TokenError};

/// Why a request brought no step. The step on the screen stays, so that the person can send it again.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// No answer came.
    Unreachable(Unreachable),
    /// The answer is no IDX response.
    Idx {
        /// What it is.
        error: idx::Error,
        /// Its status.
        status: u16,
        /// `X-Okta-Request-Id`.
        request_id: Option<String>,
        /// Seconds to wait, where the answer says so.
        retry_after: Option<u32>,
    },
    /// The org is busy or unwell, and says so in its own words.
    Passing {
        /// Its words.
        messages: Vec<idx::Message>,
        /// Seconds to wait, where the answer says so.
        retry_after: Option<u32>,
        /// `X-Okta-Request-Id`.
        request_id: Option<String>,
    },
    /// The authorization server refused to start.
    Start(Refusal),
    /// The authorization server refused the code: it is spent, and one starts over.
    Exchange(Refusal),
    /// The tokens are not to be believed.
    Token(TokenError),
    /// The session is over: its tokens are no longer good, and nothing renews them.
    Lapsed,
    /// The person is being asked to prove more, or again.
    StepUp,
    /// This browser has no WebCrypto here: the page was not opened over https.
    Insecure,
    /// The app that the org asks for is not on this device, or does not answer.
    NoApp,
    /// What the page waited for did not happen.
    Nobody,
    /// The browser did not do what was asked of its authenticators.
    Ceremony(Denial),
    /// A link to sign a device in whose state token is not that of a device's activation.
    NoActivation,
    /// A device's activation ended with a sign-in to this app. Nobody began one here.
    ActivationSignsIn,
    /// A callback that belongs to no attempt of this browser.
    ForeignCallback,
    /// An identity provider or the org sent the person back with an error.
    Callback {
        /// The OAuth error.
        code: String,
        /// Its text.
        description: String,
    },
}

/// Why a browser made or used no key (WebAuthn, sections 5.1.3 and 5.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The person closed its dialog or took too long. A browser does not tell which.
    Declined,
    /// The key at hand is one of the person's already.
    Known,
    /// The keys belong to another site than the page's.
    Site,
    /// There is no WebAuthn here, no authenticator that can do what is asked, or no sense in what is asked.
    Unable,
}

impl Denial {
    /// The one that an exception of that name stands for.
    pub fn named(exception: &str) -> Self {
        match exception {
            "InvalidStateError" => Self::Known,
            "SecurityError" => Self::Site,
            "NotAllowedError" | "AbortError" | "OperationError" => Self::Declined,
            _ => Self::Unable,
        }
    }
}

impl Failure {
    /// Seconds to wait before another try, where the answer says so.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Idx { retry_after, .. } | Self::Passing { retry_after, .. } => *retry_after,
            Self::Start(refusal) | Self::Exchange(refusal) => refusal.retry_after,
            _ => None,
        }
    }

    /// What the people who run the org ask for.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Idx { request_id, .. } | Self::Passing { request_id, .. } => {
                request_id.as_deref()
            }
            Self::Start(refusal) | Self::Exchange(refusal) => refusal.request_id.as_deref(),
            _ => None,
        }
    }
}

impl From<Unreachable> for Failure {
    fn from(error: Unreachable) -> Self {
        Self::Unreachable(error)
    }
}
