//! The steps that a visitor was led through, by name, as a journey is told: `identify → enroll-profile → home`.

use vestibule::json;

use super::Visitor;

impl Visitor {
    /// The steps so far, `→` between them: an authenticator in round brackets, those to choose from in square ones, and
    /// `+skip` where it may be left out. A step that stays is there twice.
    pub fn trail(&self) -> String {
        self.trail.borrow().join(" → ")
    }

    /// Begins a new trail.
    pub fn forgets_the_trail(&self) {
        self.trail.borrow_mut().clear();
    }

    pub(super) fn notes(&self, step: String) {
        self.trail.borrow_mut().push(step);
    }

    /// How a transaction began: the calls, and the steps that the app passed through by itself.
    pub(super) fn notes_the_start(&self) {
        let exchange = self.world.exchange.borrow();
        let traced = self.traced.replace(exchange.len());
        let since = exchange.get(traced..).unwrap_or_default();
        for (at, (request, answer)) in since.iter().enumerate() {
            let call = request.url.rsplit('/').next().unwrap_or_default();
            let begins = ["interact", "introspect"].contains(&call);
            if begins {
                self.notes(call.to_owned());
            }
            if at + 1 < since.len() && request.url.contains("/idp/idx/") {
                let first = json::parse(answer.body.expose());
                let name = first.as_ref().and_then(|root| {
                    let forms = root.get("remediation")?.get("value")?;
                    forms.items().first()?.text("name")
                });
                if let Some(name) = name {
                    self.notes(name.to_owned());
                }
            }
        }
    }

    pub(super) fn notes_the_page(&self) {
        self.traced.set(self.world.exchange.borrow().len());
        let mut step = self.step();
        let flow = self.flow.borrow();
        let transaction = flow.transaction();
        if let Some(current) = transaction.and_then(|transaction| transaction.current.as_ref())
            && RELATED.contains(&step.as_str())
        {
            step = format!("{step}({})", short(&current.key));
        }
        let choices = self.choices();
        if !choices.is_empty() {
            step = format!("{step}[{}]", choices.join(", "));
        }
        let skips = transaction.is_some_and(|transaction| {
            let mut forms = transaction.remediations.iter();
            forms.any(|remediation| remediation.form.name == "skip")
        });
        if skips {
            step.push_str("+skip");
        }
        self.notes(step);
    }
}

/// The steps that are one authenticator's.
const RELATED: [&str; 4] = [
    "enroll-authenticator",
    "challenge-authenticator",
    "authenticator-enrollment-data",
    "authenticator-verification-data",
];

fn short(key: &str) -> &str {
    match key {
        "okta_email" => "email",
        "okta_password" => "password",
        "phone_number" => "phone",
        "security_question" => "question",
        "google_otp" => "totp",
        other => other,
    }
}
