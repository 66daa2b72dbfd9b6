//! Whatever an org sends, there is a page with something to do on it.
//!
//! `VESTIBULE_MUTATIONS` says how many answers are tried, `VESTIBULE_SEED` where chance begins. An answer that fails is
//! printed as it was sent.

use std::collections::BTreeMap;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::support::filling;
use crate::support::judge::{self, Verdict};
use crate::support::mutation::{Chance, mutated};
use crate::support::recording::{self, ORG, Recording};
use serde_json::Value;
use vestibule::flow::{Event, Flow, Phase};
use vestibule::http::HttpResponse;
use vestibule::idx::{Answers, Progress, Transaction};
use vestibule::oauth::Purpose;
use vestibule::pages;
use vestibule::secret::Secret;

fn number(name: &str, default: u64) -> u64 {
    env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// The project's own fixtures, and the recordings where they are at hand.
fn seeds() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seeds: Vec<String> = ["tests/fixtures", "../shared/idx-corpus"]
        .iter()
        .flat_map(|folder| recording::folder(&root.join(folder)))
        .map(|(_, body)| Recording::new(&body).text)
        .collect();
    seeds.push(r#"{"error":"invalid_request","error_description":"no"}"#.to_owned());
    seeds
        .push(r#"{"errorCode":"E0000047","errorSummary":"slow down","errorCauses":[]}"#.to_owned());
    seeds
}

#[test]
fn no_answer_is_a_dead_end() {
    let seeds = seeds();
    assert!(seeds.len() > 50, "the fixtures are there");
    let count = number("VESTIBULE_MUTATIONS", 3_000);
    let seed = number("VESTIBULE_SEED", 20_310_504);
    let mut failed = 0;
    let mut met = BTreeMap::<&str, u64>::new();
    for at in 0..count {
        // Each answer has a chance of its own: one that fails can be had again without those before it.
        let mut chance = Chance(seed.wrapping_add(at << 20));
        let seed: &String = chance.one(&seeds);
        let text = mutated(seed, &mut chance);
        let before = chance.one(&seeds).clone();
        let faults = catch_unwind(AssertUnwindSafe(|| faults(&text, &before, &mut chance)))
            .unwrap_or_else(|_| vec!["it panics".to_owned()]);
        if faults.is_empty() {
            *met.entry(kind(&text)).or_default() += 1;
        } else {
            failed += 1;
            println!("{at}: {faults:?}\n{text}\n");
        }
        if failed > 10 {
            break;
        }
    }
    println!("{count} answers tried: {met:?}");
    assert_eq!(failed, 0, "the answers stand above");
}

/// What an answer is read as.
fn kind(text: &str) -> &'static str {
    match Transaction::receive(&answer(text, 200)) {
        Ok(Progress::Asked(_)) => "asked",
        Ok(Progress::Stopped(_)) => "stopped",
        Ok(Progress::Granted(_)) => "granted",
        Err(_) => "refused",
    }
}

fn answer(text: &str, status: u16) -> HttpResponse {
    HttpResponse {
        status,
        request_id: None,
        retry_after: None,
        body: Secret::new(text),
        ..HttpResponse::default()
    }
}

/// What is wrong with the pages that an answer leads to: at the start, after a form, after a poll.
fn faults(text: &str, before: &str, chance: &mut Chance) -> Vec<String> {
    let mut verdict = Verdict::default();
    let status = *chance.one(&[200, 400, 401, 429, 500]);
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignIn));
    match chance.below(3) {
        0 => {
            judge::after(&mut flow, before, 200);
            flow.apply(Event::Sent);
            judge::after(&mut flow, text, status);
        }
        1 => {
            judge::after(&mut flow, before, 200);
            if let Ok(progress) = Transaction::receive(&answer(text, status)) {
                flow.apply(Event::Polled(progress));
            }
        }
        _ => {
            judge::after(&mut flow, text, status);
        }
    }
    // The code goes to be exchanged, and the page waits for that.
    if matches!(flow.phase, Phase::Loading) && flow.busy {
        return verdict.faults;
    }
    page(&flow, &mut verdict);
    let count = flow
        .transaction()
        .map_or(0, |transaction| transaction.remediations.len());
    for at in 0..count.min(12) {
        flow.apply(Event::Shown(at));
        page(&flow, &mut verdict);
    }
    verdict.faults
}

/// There is something to do on the page, and whatever is done there can be sent or is refused with a reason.
fn page(flow: &Flow, verdict: &mut Verdict) {
    let card = pages::card(flow, &judge::config());
    judge::core(flow, &card, verdict);
    judge::words(flow, &card);
    let Some((transaction, remediation)) = flow.shown() else {
        return;
    };
    let mut sent = vec![Answers::new()];
    for filling in filling::ways(&card).iter().take(6) {
        match pages::check(&card, &|name: &str| filling.value(name)) {
            Ok(checked) => sent.push(checked.answers),
            Err(found) if found.is_empty() => verdict.faults.push("refused for nothing".to_owned()),
            Err(_) => {}
        }
    }
    for answers in sent {
        let request = remediation
            .form
            .request(ORG, transaction.handle.as_ref(), &answers);
        if let Ok(request) = request {
            let body = request
                .body
                .as_ref()
                .map(Secret::expose)
                .unwrap_or_default();
            let object = serde_json::from_str::<Value>(body).is_ok_and(|body| body.is_object());
            if !object || !request.url.starts_with(ORG) {
                verdict.faults.push(format!("{} gets {body}", request.url));
            }
        }
    }
}
