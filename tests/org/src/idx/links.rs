//! A transaction that a link in a mail begins: past the name, at a new password or a new account (protocol 5.3, 5.9).

use super::form::Form;
use super::page::{Page, user};
use super::visit::{Answer, Visit};
use super::{journey, prove};
use crate::authenticator::Authenticator;
use crate::links::Kind;
use crate::message;
use crate::transaction::{Ending, Step};

/// Opens a link that the org knows. One that is used or too old leads to a page that says so.
pub(crate) fn open(visit: &mut Visit<'_>, kind: Kind, token: &str) {
    let client = &visit.transaction.asked.client_id;
    let Some(link) = visit.links.find(kind, client, token).cloned() else {
        return;
    };
    let account = visit.people.get(&link.person).cloned();
    visit.transaction.identifier = account.as_ref().map(|account| account.email.clone());
    let alive = link.alive(visit.now);
    match (kind, account) {
        (Kind::Recovery, Some(account)) if alive => {
            visit.transaction.person = Some(account.id);
            visit.transaction.link = Some(token.to_owned());
            visit.transaction.recovering = true;
            // Whoever has the mail has the address.
            visit.transaction.prove(Authenticator::Email, "email");
            let _ = prove::verified(visit);
        }
        (Kind::Recovery, _) => visit.transaction.end(Ending::RecoveryLinkDead),
        (Kind::Activation, Some(account)) if alive => {
            visit.transaction.link = Some(token.to_owned());
            visit.transaction.draft = Some(account);
            visit.transaction.signing_up = true;
            let _ = journey::advance(visit);
        }
        (Kind::Activation, Some(account)) if account.staged && !link.used() => {
            visit.transaction.person = Some(account.id);
            visit.transaction.step = Step::ActivationExpired;
        }
        (Kind::Activation, _) => visit.transaction.end(Ending::ActivationLinkUsed),
    }
}

/// The link came too late, and another can be asked for.
pub(crate) fn expired_page(page: &mut Page, visit: &Visit<'_>) {
    page.form(Form::new("request-activation-email", "request-activation"));
    page.say(message::activation_expired());
    user(page, visit);
}

/// `request-activation`: another link.
pub(crate) fn send_again(visit: &mut Visit<'_>) -> Answer {
    if let Some(person) = visit.transaction.person.clone() {
        visit.mail_link(Kind::Activation, &person);
    }
    visit.transaction.end(Ending::ActivationRequested);
    Answer::page()
}
