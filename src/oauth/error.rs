//! What goes wrong at the two ends.

use std::fmt;

use crate::http::HttpResponse;
use crate::idx;
use crate::text;

/// The authorization server refused to start, or to exchange the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the body is.
    pub error: idx::Error,
    /// The setting that is most likely wrong, for whoever runs the app.
    pub setting: Option<Setting>,
    /// The status of the answer.
    pub status: u16,
    /// `X-Okta-Request-Id`.
    pub request_id: Option<String>,
    /// Seconds to wait, where the answer says so.
    pub retry_after: Option<u32>,
}

/// A setting in the org or in `config.json` (protocol reference, 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `clientId` names no app of the org.
    ClientId,
    /// The app may not use the interaction code grant.
    Grant,
    /// A scope is unknown, or not allowed.
    Scopes,
    /// The redirect URI is not registered.
    RedirectUri,
    /// The org or its access policy does not let this app in.
    Policy,
    /// The org does not offer the assurance that was asked for.
    AcrValues,
    /// The org wants tokens that are bound to a key, or does not believe the key's proofs.
    Dpop,
}

impl Refusal {
    /// The code of an OAuth error; empty for anything else.
    pub fn code(&self) -> &str {
        match &self.error {
            idx::Error::OAuth { code, .. } => code,
            _ => "",
        }
    }

    /// Another try with the same would be refused the same (RFC 6749, section 5.2): the server has judged, and is not merely
    /// busy or unwell.
    pub fn is_final(&self) -> bool {
        let passes = [
            "temporarily_unavailable",
            "server_error",
            "slow_down",
            "use_dpop_nonce",
        ];
        let code = self.code();
        !code.is_empty() && (400..=403).contains(&self.status) && !passes.contains(&code)
    }

    /// The same, for a start that asked for an assurance: where that is what the org refuses, it is named (protocol
    /// reference, 1.3: 403, or 400 for a kind that public clients may not ask for).
    #[must_use]
    pub fn of_an_assurance(self) -> Self {
        let idx::Error::OAuth { code, description } = &self.error else {
            return self;
        };
        let named = text::has(description, "acr");
        let refused = match code.as_str() {
            "access_denied" => self.status == 403 || named,
            "invalid_request" => named,
            _ => false,
        };
        let setting = if refused {
            Some(Setting::AcrValues)
        } else {
            self.setting
        };
        Self { setting, ..self }
    }

    /// Reads a refusal.
    pub fn read(response: &HttpResponse) -> Self {
        let error = idx::read_refusal(response.body.expose());
        let setting = match &error {
            idx::Error::OAuth { code, .. } => match code.as_str() {
                "invalid_client" => Some(Setting::ClientId),
                "unauthorized_client" | "unsupported_grant_type" => Some(Setting::Grant),
                "invalid_scope" => Some(Setting::Scopes),
                "invalid_request" => Some(Setting::RedirectUri),
                "invalid_dpop_proof" | "use_dpop_nonce" => Some(Setting::Dpop),
                "access_denied" | "unmet_authentication_requirements" => Some(Setting::Policy),
                _ => None,
            },
            _ => None,
        };
        Self {
            error,
            setting,
            status: response.status,
            request_id: response.request_id.clone(),
            retry_after: response.retry_after,
        }
    }
}

/// Why tokens are not accepted (OpenID Connect Core 1.0, section 3.1.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// The answer has no access token, or none of a kind this app can use.
    NoAccessToken,
    /// The answer has no ID token.
    NoIdToken,
    /// It is no signed JWT.
    Malformed,
    /// It is signed in another way than RS256.
    Algorithm,
    /// The org publishes no key of that id.
    UnknownKey,
    /// The signature does not fit.
    Signature,
    /// Another issuer made it.
    Issuer,
    /// It was made for another app.
    Audience,
    /// It was given to another app (`azp`).
    AuthorizedParty,
    /// It was made for another attempt.
    Nonce,
    /// It does not name the assurance that was asked for.
    Assurance,
    /// Its time is over.
    Expired,
    /// It was made in the future.
    Future,
    /// It is not to be used yet (`nbf`).
    NotBefore,
    /// The person proved themselves longer ago than was asked for, or it does not say when (`auth_time`).
    TooLongAgo,
    /// It says nothing of who signed in, or after a renewal something else than before.
    Subject,
    /// It does not belong to the access token beside it.
    AccessTokenHash,
    /// The tokens were to be bound to this browser's key and are not (RFC 9449, section 5).
    Unbound,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAccessToken => "no access token",
            Self::NoIdToken => "no ID token",
            Self::Malformed => "not a signed JWT",
            Self::Algorithm => "not signed with RS256",
            Self::UnknownKey => "signed with an unknown key",
            Self::Signature => "wrong signature",
            Self::Issuer => "wrong issuer",
            Self::Audience => "wrong audience",
            Self::AuthorizedParty => "wrong authorized party",
            Self::Nonce => "wrong nonce",
            Self::Assurance => "wrong assurance",
            Self::Expired => "expired",
            Self::Future => "issued in the future",
            Self::NotBefore => "not valid yet",
            Self::TooLongAgo => "signed in too long ago",
            Self::Subject => "wrong subject",
            Self::Unbound => "not bound to the key",
            Self::AccessTokenHash => "wrong access token hash",
        })
    }
}

impl std::error::Error for TokenError {}
