//! Requests by `fetch`. The browser's own: a library around it was 4 kB of the first page.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, RequestCache, RequestCredentials, RequestInit, RequestRedirect,
    Response,
};

use super::early;
use super::js::{call, member, new, object, set, settled};
use super::timer::Timer;
use crate::http::{self, HttpRequest, HttpResponse, Unreachable};
use crate::secret::Secret;

/// Sends a request. Nothing of the browser's goes along that it does not ask for: no cookies, no cache; and no redirect is followed, for a body
/// with a password in it goes where it was meant to go or nowhere.
pub(super) async fn send(request: HttpRequest) -> Result<HttpResponse, Unreachable> {
    let body = request.body.as_ref().map(Secret::expose);
    let (abort, out) = begin(&request.url, body, request.cookies)?;
    let late = Rc::new(Cell::new(false));
    let timer = Timer::after(request.patience, {
        let (abort, late) = (abort.clone(), late.clone());
        move || {
            late.set(true);
            abort.abort();
        }
    });
    let answer = exchange(request, &abort, out).await;
    drop(timer);
    answer.map_err(|_| {
        if late.get() {
            Unreachable::TimedOut
        } else {
            Unreachable::Network
        }
    })
}

/// What aborts a request, and the promise of its answer if it is out already.
fn begin(
    url: &str,
    body: Option<&str>,
    cookies: bool,
) -> Result<(AbortController, Option<Promise>), Unreachable> {
    if let Some((abort, out)) = early::asked(url, body, cookies) {
        return Ok((abort, Some(out)));
    }
    let abort = AbortController::new().map_err(|_| Unreachable::Network)?;
    Ok((abort, None))
}

async fn exchange(
    request: HttpRequest,
    abort: &AbortController,
    out: Option<Promise>,
) -> Result<HttpResponse, JsValue> {
    let init = RequestInit::new();
    init.set_method(request.method.name());
    let headers = Headers::new()?;
    headers.set("Accept", &request.accept)?;
    if let Some(kind) = request.content_type {
        headers.set("Content-Type", kind)?;
    }
    let secrets = [
        ("Authorization", &request.authorization),
        ("DPoP", &request.proof),
    ];
    for (name, secret) in secrets {
        if let Some(secret) = secret {
            headers.set(name, secret.expose())?;
        }
    }
    if let Some(body) = &request.body {
        init.set_body(&JsValue::from_str(body.expose()));
    }
    init.set_headers(&headers);
    init.set_credentials(if request.cookies {
        RequestCredentials::Include
    } else {
        RequestCredentials::Omit
    });
    if request.keepalive {
        set(&init, "keepalive", &JsValue::TRUE);
    }
    init.set_cache(RequestCache::NoStore);
    init.set_redirect(RequestRedirect::Error);
    let answer = fetch(&request.url, &init, abort, out).await?;
    let header = |name: &str| answer.headers().get(name).ok().flatten();
    Ok(HttpResponse {
        status: answer.status(),
        request_id: header("x-okta-request-id"),
        retry_after: retry_after(answer.status(), header),
        date: header("date").and_then(|date| seconds(&date)),
        nonce: header("dpop-nonce"),
        challenge: header("www-authenticate"),
        body: Secret::new(body(&answer, request.most).await?),
    })
}

pub(super) async fn fetch(
    url: &str,
    init: &RequestInit,
    abort: &AbortController,
    out: Option<Promise>,
) -> Result<Response, JsValue> {
    init.set_signal(Some(&abort.signal()));
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    JsFuture::from(out.unwrap_or_else(|| window.fetch_with_str_and_init(url, init)))
        .await?
        .dyn_into()
}

/// The body as text, read piece by piece. One with more than `most` bytes is given up then, and counts as empty: it is no
/// answer.
async fn body(answer: &Response, most: usize) -> Result<String, JsValue> {
    // A body that is empty need not be there.
    let Some(stream) = member(answer, "body") else {
        return Ok(String::new());
    };
    let reader = call(&stream, "getReader", &[]).ok_or(JsValue::NULL)?;
    let decoder = new(&js_sys::global(), "TextDecoder", &[]).ok_or(JsValue::NULL)?;
    let goes_on = object(&[]);
    set(&goes_on, "stream", &JsValue::TRUE);
    let decoded = |arguments: &[&JsValue]| call(&decoder, "decode", arguments)?.as_string();
    let (mut text, mut left) = (String::new(), most);
    loop {
        let read = call(&reader, "read", &[]).ok_or(JsValue::NULL)?;
        let read = settled(read).await?;
        let Some(piece) = member(&read, "value") else {
            break;
        };
        let length = piece.dyn_ref().map_or(0, Uint8Array::length) as usize;
        let Some(rest) = left.checked_sub(length) else {
            call(&reader, "cancel", &[]);
            return Ok(String::new());
        };
        left = rest;
        text.push_str(&decoded(&[&piece, &goes_on]).unwrap_or_default());
    }
    text.push_str(&decoded(&[]).unwrap_or_default());
    Ok(text)
}

/// A time as HTTP writes it (RFC 9110, section 5.6.7), in seconds since 1970.
fn seconds(date: &str) -> Option<u64> {
    let milliseconds = js_sys::Date::parse(date);
    (milliseconds >= 0.0).then_some((milliseconds / 1000.0) as u64)
}

/// Seconds to wait: as many as are told, or until the time that is told (protocol reference, 9, point 4).
fn retry_after(status: u16, header: impl Fn(&str) -> Option<String>) -> Option<u32> {
    let number = |name: &str| header(name)?.trim().parse::<u64>().ok();
    let until = || Some(number("x-rate-limit-reset")?.saturating_sub(super::timer::now() / 1000));
    let seconds = number("retry-after")
        .or_else(until)
        .filter(|_| status == 429)?;
    u32::try_from(seconds)
        .ok()
        .filter(|seconds| (1..=3600).contains(seconds))
}

/// Whether there is anybody at an address: it answers, whatever it says, and whether or not the page may read it.
pub async fn answers(url: &str) -> bool {
    let Ok((abort, _)) = begin(url, None, false) else {
        return false;
    };
    let _timer = Timer::after(http::BRIEF, {
        let abort = abort.clone();
        move || abort.abort()
    });
    let init = RequestInit::new();
    set(&init, "mode", &JsValue::from_str("no-cors"));
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    fetch(url, &init, &abort, None).await.is_ok()
}

/// A text file beside the page; none if it is not there. Always asked for anew.
///
/// # Errors
/// [`Unreachable`] if the host does not answer in time.
pub async fn text(url: &str) -> Result<Option<String>, Unreachable> {
    let (abort, out) = begin(url, None, false)?;
    let _timer = Timer::after(http::PATIENCE, {
        let abort = abort.clone();
        move || abort.abort()
    });
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoCache);
    let answer = fetch(url, &init, &abort, out)
        .await
        .map_err(|_| Unreachable::Network)?;
    // A host that answers every path with the page has no such file either.
    let kind = answer.headers().get("content-type").ok().flatten();
    if !answer.ok() || kind.is_some_and(|kind| kind.starts_with("text/html")) {
        return Ok(None);
    }
    body(&answer, http::MOST)
        .await
        .map(Some)
        .map_err(|_| Unreachable::Network)
}
