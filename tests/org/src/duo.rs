//! Duo, a service elsewhere that says yes or no about somebody by a signed text (protocol 4.3.7).
//!
//! The texts are those of Duo's frame, `TX|…:APP|…` to it and `AUTH|…:APP|…` from it. The console plays the service.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rand::RngCore;
use rand::rngs::OsRng;
use sha2::Sha256;

/// So long the service has for its answer.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// One question to the service about one person.
#[derive(Clone)]
pub(crate) struct Request {
    /// What the org and the service both know, for this question alone.
    key: [u8; 32],
    login: String,
    pub(crate) asked: SystemTime,
}

/// What the service said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Approved,
    /// It said no, or somebody else spoke.
    Failed,
    TimedOut,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("duo::Request")
    }
}

impl Request {
    pub(crate) fn new(login: &str, now: SystemTime) -> Self {
        let mut key = [0; 32];
        OsRng.fill_bytes(&mut key);
        Self {
            key,
            login: login.to_owned(),
            asked: now,
        }
    }

    /// The question, as the page hands it to the service's frame.
    pub(crate) fn question(&self) -> String {
        format!("{}:{}", self.signed("TX"), self.signed("APP"))
    }

    /// The service's yes.
    pub(crate) fn approval(&self) -> String {
        format!("{}:{}", self.signed("AUTH"), self.signed("APP"))
    }

    /// The service's no.
    pub(crate) fn denial(&self) -> String {
        "ERR|Login request denied.".to_owned()
    }

    pub(crate) fn verdict(&self, answer: &str, now: SystemTime) -> Verdict {
        if now >= self.asked + PATIENCE {
            return Verdict::TimedOut;
        }
        let approved = answer
            .split_once(':')
            .is_some_and(|(yes, ours)| self.is_signed("AUTH", yes) && self.is_signed("APP", ours));
        if approved {
            Verdict::Approved
        } else {
            Verdict::Failed
        }
    }

    /// `KIND|login in base64|signature in hex`
    fn signed(&self, kind: &str) -> String {
        let content = format!("{kind}|{}", STANDARD.encode(&self.login));
        let signature: String = self
            .mac(&content)
            .map(|mac| mac.finalize().into_bytes())
            .iter()
            .flatten()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{content}|{signature}")
    }

    fn is_signed(&self, kind: &str, text: &str) -> bool {
        let Some((content, signature)) = text.rsplit_once('|') else {
            return false;
        };
        let expected = format!("{kind}|{}", STANDARD.encode(&self.login));
        content == expected
            && unhex(signature)
                .zip(self.mac(content))
                .is_some_and(|(signature, mac)| mac.verify_slice(&signature).is_ok())
    }

    fn mac(&self, content: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(content.as_bytes());
        Some(mac)
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair.first()? * 16 + pair.last()?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_services_own_yes_to_this_question_counts() {
        let now = SystemTime::now();
        let request = Request::new("mary@acme.test", now);
        assert_eq!(request.verdict(&request.approval(), now), Verdict::Approved);
        assert_eq!(
            request.verdict(&request.approval(), now + PATIENCE),
            Verdict::TimedOut
        );
        let other = Request::new("mary@acme.test", now);
        let half = format!("{}:{}", request.signed("AUTH"), other.signed("APP"));
        for bad in [
            "",
            "AUTH|x|y:APP|x|y",
            &request.question(),
            &request.denial(),
            &other.approval(),
            &half,
            &request.approval().to_uppercase(),
        ] {
            assert_eq!(request.verdict(bad, now), Verdict::Failed, "{bad}");
        }
    }
}
