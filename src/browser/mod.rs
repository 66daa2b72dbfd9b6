//! All of the platform: it sends, stores, draws chance, verifies, and knows where it is.

mod crypto;
mod early;
pub mod exam;
mod fetch;
pub mod focus;
mod js;
pub mod passkeys;
pub mod place;
mod proof;
mod storage;
pub mod tabs;
pub mod timer;
mod whole;

use std::cell::{Cell, RefCell};
use std::pin::Pin;

use wasm_bindgen_futures::spawn_local;

use crate::flow::{Failure, World};
use crate::http::{HttpRequest, HttpResponse, Transport, Unreachable};
use crate::oauth::{Key, ProofKey};
use crate::trace;

pub use fetch::{answers, text};
pub use proof::{let_go as let_go_of_proof_key, sweep as sweep_proof_keys};
pub use storage::Storage;
pub use whole::{is_whole, whole};

/// Does something that waits, without waiting for it.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    // One kind of task for all of them: the machinery around a task is a kilobyte for each kind.
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    spawn_local(work);
}

/// This browser, as the flow's world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Browser;

impl Transport for Browser {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        if !TRACED.get() {
            return fetch::send(request).await;
        }
        let (mut line, start) = (trace::asked(&request), timer::now());
        let answer = fetch::send(request).await;
        trace::answered(&answer, timer::now().saturating_sub(start), &mut line);
        TRACE.with_borrow_mut(|trace| {
            if trace.len() >= KEPT {
                trace.remove(0);
            }
            trace.push(line);
        });
        answer
    }
}

thread_local! {
    static TRACED: Cell<bool> = const { Cell::new(false) };
    static TRACE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// So many of the newest requests are kept for a developer.
const KEPT: usize = 60;

/// Takes over what boot.js began: the requests that are out, and what it wants to be told once the first page is drawn.
pub fn take_over(asked: js_sys::Array, begun: js_sys::Function) {
    whole::take(&asked);
    early::take(asked, begun);
}

/// The first page is drawn.
pub fn begun() {
    early::begun();
}

/// From now on the exchange is kept, by its shape alone.
pub fn keep_trace() {
    TRACED.set(true);
}

/// What was kept so far, oldest first.
pub fn trace() -> String {
    TRACE.with_borrow(|trace| trace.concat())
}

impl World for Browser {
    async fn sha256(&self, bytes: &[u8]) -> Result<[u8; 32], Failure> {
        crypto::sha256(bytes).await.ok_or(Failure::Insecure)
    }

    async fn verifies(&self, key: &Key, signed: &[u8], signature: &[u8]) -> Result<bool, Failure> {
        crypto::verifies(key, signed, signature)
            .await
            .ok_or(Failure::Insecure)
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Failure> {
        early::random(bytes)
            .or_else(|| crypto::random(bytes))
            .ok_or(Failure::Insecure)
    }

    async fn proof_key(&self, name: &str) -> Result<ProofKey, Failure> {
        proof::key(name).await.ok_or(Failure::Insecure)
    }

    async fn signs(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        proof::sign(name, bytes).await.ok_or(Failure::Insecure)
    }

    async fn forget_proof_key(&self, name: &str) {
        proof::forget(name).await;
    }

    fn now(&self) -> u64 {
        timer::now()
    }
}
