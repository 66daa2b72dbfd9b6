//! Answers that are no step.

use std::fmt;

/// An answer that is no IDX response (protocol reference, 1.3). What the org says in `messages` is none of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The authorization server refused the request itself: `{"error":…,"error_description":…}`.
    OAuth {
        /// `invalid_client` and so on.
        code: String,
        /// The org's own words, for whoever runs the app.
        description: String,
    },
    /// The classic API's body: `{"errorCode":…}`.
    Api {
        /// `E0000047` and so on.
        code: String,
        /// The org's own words.
        summary: String,
    },
    /// An empty body, a proxy's page, a text that is cut off, a bare `{"message":…}`.
    Unreadable,
    /// A form's address does not lie on the configured org.
    Foreign,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OAuth { .. } => "the authorization server refused the request",
            Self::Api { .. } => "the org refused the request",
            Self::Unreadable => "the answer is no IDX response",
            Self::Foreign => "a form leads to another origin than the org's",
        })
    }
}

impl std::error::Error for Error {}
