//! What the doctor sees of this browser, of the app's own server and of the org.

use web_sys::{
    AbortController, Element, HtmlLinkElement, HtmlMetaElement, RequestCredentials, RequestInit,
    RequestMode, Response,
};

use super::timer::Timer;
use super::{crypto, fetch, place, storage};
use crate::config::Config;
use crate::doctor::{Device, Reply, Sent, Site};
use crate::http::{self, HttpRequest, Method};

/// What the browser lends the page.
pub fn device() -> Device {
    Device {
        secure: crypto::there(),
        storage: storage::keeps(),
    }
}

/// What the app's own server sends.
pub async fn site(root: &str, config: Option<&Config>) -> Option<Site> {
    let page = get(root).await?;
    let header = |name: &str| page.headers().get(name).ok().flatten();
    let policy = header("content-security-policy");
    let first = place::find::<HtmlLinkElement>("link[rel=preload][as=fetch]");
    let second = place::find::<Element>("[data-later]");
    let modules = [
        first.map(|link| link.href()),
        second.and_then(|script| script.get_attribute("data-later")),
    ];
    let mut wasm = Vec::new();
    for module in modules.into_iter().flatten() {
        wasm.push(sent(module).await);
    }
    let uri = config.map(|config| config.redirect_uri.as_str());
    let ours = uri.filter(|uri| uri.starts_with(root));
    Some(Site {
        in_page: policy.is_none(),
        frame_options: header("x-frame-options"),
        transport: header("strict-transport-security"),
        policy: policy.or_else(|| {
            place::find::<HtmlMetaElement>("meta[http-equiv='Content-Security-Policy' i]")
                .map(|meta| meta.content())
        }),
        wasm,
        callback: match ours {
            Some(uri) => Some(sent(uri.to_owned()).await),
            None => None,
        },
    })
}

async fn sent(url: String) -> Sent {
    let answer = get(&url).await;
    let kind = answer
        .as_ref()
        .and_then(|answer| answer.headers().get("content-type").ok().flatten());
    Sent {
        url,
        status: answer.map_or(0, |answer| answer.status()),
        kind: kind.unwrap_or_default(),
    }
}

async fn get(url: &str) -> Option<Response> {
    patient(url, &RequestInit::new()).await
}

async fn patient(url: &str, init: &RequestInit) -> Option<Response> {
    let abort = AbortController::new().ok()?;
    let _timer = Timer::after(http::PATIENCE, {
        let abort = abort.clone();
        move || abort.abort()
    });
    fetch::fetch(url, init, &abort, None).await.ok()
}

/// Asks the org. Where nothing can be read, asks once more for nothing but a sign of life; only what changes nothing is
/// asked twice.
pub async fn ask(request: HttpRequest) -> Reply {
    let (url, method) = (request.url.clone(), request.method);
    if let Ok(response) = fetch::send(request).await {
        return Reply::Answered {
            response,
            readable: true,
        };
    }
    if method == Method::Post {
        return Reply::Barred;
    }
    let init = RequestInit::new();
    init.set_mode(RequestMode::NoCors);
    init.set_credentials(RequestCredentials::Omit);
    match patient(&url, &init).await {
        Some(_) => Reply::Barred,
        None => Reply::Silent,
    }
}
