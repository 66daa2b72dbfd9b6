//! An org's answer, any bytes at all: it is read, becomes a page with something to do on it, and what is done there can be
//! sent. Half of the answers are spoiled as bytes, half as JSON.

#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use support::filling;
use support::judge::{self, Verdict};
use support::mutation::{Chance, mutated};
use support::recording::ORG;
use vestibule::flow::{Event, Flow, Phase, alone};
use vestibule::http::HttpResponse;
use vestibule::idx::{Answers, Transaction};
use vestibule::oauth::Purpose;
use vestibule::pages;
use vestibule::secret::Secret;

fuzz_target!(|body: &[u8]| {
    let body = String::from_utf8_lossy(body);
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignIn));
    judge::after(&mut flow, &body, 200);
    page(&flow);
    let count = flow
        .transaction()
        .map_or(0, |transaction| transaction.remediations.len());
    for at in 0..count.min(8) {
        flow.apply(Event::Shown(at));
        page(&flow);
    }
    // The same again, as the answer to what stands on the page, and as that to a poll.
    flow.apply(Event::Sent);
    judge::after(&mut flow, &body, 400);
    page(&flow);
    let response = HttpResponse {
        status: 200,
        body: Secret::new(body),
        ..HttpResponse::default()
    };
    if let Ok(progress) = Transaction::receive(&response) {
        flow.apply(Event::Polled(progress));
        page(&flow);
    }
});

fn page(flow: &Flow) {
    // The code goes to be exchanged, and the page waits for that.
    if flow.busy && (flow.transaction().is_none() || matches!(flow.phase, Phase::Step { .. })) {
        return;
    }
    let card = pages::card(flow, &judge::config());
    let mut verdict = Verdict::default();
    judge::core(flow, &card, &mut verdict);
    judge::words(flow, &card);
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    let _ = alone(flow, true);
    let Some((transaction, remediation)) = flow.shown() else {
        return;
    };
    for filling in filling::ways(&card).iter().take(4) {
        let answers = match pages::check(&card, &|name: &str| filling.value(name)) {
            Ok(checked) => checked.answers,
            Err(found) => {
                assert!(!found.is_empty(), "refused for nothing");
                Answers::new()
            }
        };
        let handle = transaction.handle.as_ref();
        if let Ok(request) = remediation.form.request(ORG, handle, &answers) {
            assert!(request.url.starts_with(ORG));
            let body = request
                .body
                .as_ref()
                .map(Secret::expose)
                .unwrap_or_default();
            let read = serde_json::from_str::<serde_json::Value>(body);
            assert!(read.is_ok_and(|body| body.is_object()), "{body}");
        }
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, limit: usize, seed: u32| {
    let text = std::str::from_utf8(data.get(..size).unwrap_or_default()).unwrap_or_default();
    if seed % 2 == 0 && !text.is_empty() {
        let spoiled = mutated(text, &mut Chance(u64::from(seed)));
        if spoiled.len() <= limit && spoiled.len() <= data.len() {
            data[..spoiled.len()].copy_from_slice(spoiled.as_bytes());
            return spoiled.len();
        }
    }
    fuzzer_mutate(data, size, limit)
});
