//! Requests by `fetch`.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::{RequestBuilder, Response};
use web_sys::{AbortController, RequestCache, RequestCredentials, RequestRedirect};

use super::timer::Timer;
use crate::http::{HttpRequest, HttpResponse, Method, Unreachable};
use crate::secret::Secret;

/// How long a person waits for an answer, in milliseconds.
const PATIENCE: u32 = 12_000;

/// Sends a request. Nothing of the browser's goes along: no cookies, no cache; and no redirect is followed, for a body
/// with a password in it goes where it was meant to go or nowhere.
pub(super) async fn send(request: HttpRequest) -> Result<HttpResponse, Unreachable> {
    let abort = AbortController::new().map_err(|_| Unreachable::Network)?;
    let late = Rc::new(Cell::new(false));
    let timer = Timer::after(PATIENCE, {
        let (abort, late) = (abort.clone(), late.clone());
        move || {
            late.set(true);
            abort.abort();
        }
    });
    let answer = exchange(request, &abort).await;
    drop(timer);
    answer.map_err(|_| {
        if late.get() {
            Unreachable::TimedOut
        } else {
            Unreachable::Network
        }
    })
}

async fn exchange(
    request: HttpRequest,
    abort: &AbortController,
) -> Result<HttpResponse, gloo_net::Error> {
    let mut builder = RequestBuilder::new(&request.url)
        .method(match request.method {
            Method::Get => gloo_net::http::Method::GET,
            Method::Post => gloo_net::http::Method::POST,
        })
        .header("Accept", &request.accept)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .redirect(RequestRedirect::Error)
        .abort_signal(Some(&abort.signal()));
    if let Some(kind) = request.content_type {
        builder = builder.header("Content-Type", kind);
    }
    if let Some(authorization) = &request.authorization {
        builder = builder.header("Authorization", authorization.expose());
    }
    let answer = match &request.body {
        Some(body) => builder.body(body.expose())?.send().await?,
        None => builder.send().await?,
    };
    Ok(HttpResponse {
        status: answer.status(),
        request_id: answer.headers().get("x-okta-request-id"),
        retry_after: retry_after(&answer),
        body: Secret::new(answer.text().await?),
    })
}

/// Seconds to wait: as many as are told, or until the time that is told (protocol reference, 9, point 4).
fn retry_after(answer: &Response) -> Option<u32> {
    let header = |name: &str| answer.headers().get(name)?.trim().parse::<u64>().ok();
    let until = || Some(header("x-rate-limit-reset")?.saturating_sub(super::timer::now() / 1000));
    let limited = answer.status() == 429;
    let seconds = header("retry-after").or_else(until).filter(|_| limited)?;
    u32::try_from(seconds)
        .ok()
        .filter(|seconds| (1..=3600).contains(seconds))
}

/// A text file beside the page; `None` if it is not there. Always asked for anew.
pub async fn text(url: &str) -> Option<String> {
    let answer = RequestBuilder::new(url)
        .cache(RequestCache::NoCache)
        .send()
        .await
        .ok()?;
    // A host that answers every path with the page has no such file either.
    let page = answer
        .headers()
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    if !answer.ok() || page {
        return None;
    }
    answer.text().await.ok()
}
