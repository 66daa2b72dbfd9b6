//! Where the page is: its addresses, its history, its languages.

use std::cell::OnceCell;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::js::{call, global, member, new, object, set, settled};

/// The app's root as a path, with a slash at both ends: where the start-up script lies.
pub fn root() -> String {
    let script = || {
        let script = document()?
            .query_selector("script[type=module][src]")
            .ok()??;
        let address = script.dyn_into::<web_sys::HtmlScriptElement>().ok()?.src();
        let path = web_sys::Url::new(&address).ok()?.pathname();
        path.rfind('/')
            .and_then(|end| path.get(..=end).map(str::to_owned))
    };
    // It stays where it is.
    ROOT.with(|root| {
        root.get_or_init(|| script().unwrap_or_else(|| "/".to_owned()))
            .clone()
    })
}

thread_local! {
    static ROOT: OnceCell<String> = const { OnceCell::new() };
}

/// The page's origin: `https://app.acme.test`.
pub fn origin() -> String {
    location()
        .and_then(|location| location.origin().ok())
        .unwrap_or_default()
}

/// The path of the page under the app's root.
pub fn path() -> String {
    let path = location()
        .and_then(|location| location.pathname().ok())
        .unwrap_or_default();
    path.strip_prefix(root().as_str())
        .unwrap_or(&path)
        .to_owned()
}

/// Where the page is on its origin: path, query and fragment.
pub fn whole() -> String {
    let location = location();
    let part = |part: fn(&web_sys::Location) -> Result<String, JsValue>| {
        location.as_ref().and_then(|location| part(location).ok())
    };
    let parts = [
        part(web_sys::Location::pathname),
        part(web_sys::Location::search),
        part(web_sys::Location::hash),
    ];
    parts.into_iter().flatten().collect()
}

/// An address as path, query and fragment on the page's own origin; none if it leads elsewhere. What is no whole address
/// counts from the app's root.
pub fn own(address: &str) -> Option<String> {
    let base = [origin(), root()].concat();
    let url = web_sys::Url::new_with_base(address, &base).ok()?;
    let on_it = url.origin() == origin() && matches!(&*url.protocol(), "https:" | "http:");
    // A path that begins so would be another origin once it stands alone.
    let path = Some(url.pathname()).filter(|path| on_it && !path.starts_with("//"))?;
    Some([path, url.search(), url.hash()].concat())
}

/// The path under the app's root of an address on this origin, without its query and fragment.
pub fn under_root(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.strip_prefix(root().as_str()).map(str::to_owned)
}

/// A parameter of the page's query.
pub fn parameter(name: &str) -> Option<String> {
    let query = location()?.search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&query)
        .ok()?
        .get(name)
}

/// Takes the query out of the address bar.
pub fn bare() {
    let query = location().and_then(|location| location.search().ok());
    if query.is_some_and(|query| !query.is_empty()) {
        show(&path(), true);
    }
}

/// Puts an address under the app's root into the address bar, as a new entry of the history or in place of this one.
pub fn show(path: &str, replace: bool) {
    show_whole(&[root().as_str(), path].concat(), replace);
}

/// The same with an address from the origin's root on.
pub fn show_whole(address: &str, replace: bool) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else {
        return;
    };
    // A path that begins with two slashes would be another origin, which a browser refuses, if it stood alone.
    let address = [&origin(), address].concat();
    // It refuses else only when the history is written to hundreds of times a minute; then the address is late.
    let _ = if replace {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&address))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(&address))
    };
}

/// Goes to a page of somebody else.
pub fn leave(url: &str) {
    if let Some(location) = location() {
        let _ = location.assign(url);
    }
}

/// Goes to a page of somebody else, which takes this one's place in the history.
pub fn replace(url: &str) {
    if let Some(location) = location() {
        let _ = location.replace(url);
    }
}

/// Loads the page anew.
pub fn reload() {
    if let Some(location) = location() {
        let _ = location.reload();
    }
}

/// Does something each time the person goes back or forward, for as long as the page lives.
pub fn on_travel(then: impl FnMut() + 'static) {
    let then = Closure::<dyn FnMut()>::new(then);
    if let Some(window) = web_sys::window() {
        let _ = window.add_event_listener_with_callback("popstate", then.as_ref().unchecked_ref());
    }
    then.forget();
}

/// Does something when the browser brings the page back from its memory, as it was left.
pub fn on_return(mut then: impl FnMut() + 'static) {
    let then = Closure::<dyn FnMut(web_sys::PageTransitionEvent)>::new(
        move |event: web_sys::PageTransitionEvent| {
            if event.persisted() {
                then();
            }
        },
    );
    if let Some(window) = web_sys::window() {
        let _ = window.add_event_listener_with_callback("pageshow", then.as_ref().unchecked_ref());
    }
    then.forget();
}

/// Does something each time the page is left: closed, loaded again, or for another one.
pub fn on_leave(then: impl FnMut() + 'static) {
    let then = Closure::<dyn FnMut()>::new(then);
    if let Some(window) = web_sys::window() {
        let _ = window.add_event_listener_with_callback("pagehide", then.as_ref().unchecked_ref());
    }
    then.forget();
}

/// Puts a text on the person's clipboard, and says whether that was done.
pub fn copy(text: &str, then: impl FnOnce(bool) + 'static) {
    let written = || {
        // Not every browser has one.
        let clipboard = member(&global("navigator")?, "clipboard")?;
        call(&clipboard, "writeText", &[&JsValue::from_str(text)])
    };
    let written = written();
    super::spawn(async move {
        then(match written {
            Some(promise) => settled(promise).await.is_ok(),
            None => false,
        });
    });
}

/// Does something each time somebody sees the page again, for as long as it lives.
pub fn on_show(mut then: impl FnMut() + 'static) {
    let then = Closure::<dyn FnMut()>::new(move || {
        if !hidden() {
            then();
        }
    });
    if let Some(document) = document() {
        let _ = document
            .add_event_listener_with_callback("visibilitychange", then.as_ref().unchecked_ref());
    }
    then.forget();
}

/// Does something each time the person does something on the page, for as long as it lives.
pub fn on_activity(then: impl FnMut() + 'static) {
    let then = Closure::<dyn FnMut()>::new(then).into_js_value();
    let Some(document) = document() else { return };
    for event in ["pointerdown", "keydown", "wheel", "touchmove"] {
        let _ = document.add_event_listener_with_callback(event, then.unchecked_ref());
    }
}

/// Tells the host page of something, on its document: an event of that name, with texts beside it.
pub fn tell(name: &str, detail: &[(&str, &str)]) {
    let init = object(&[]);
    set(&init, "detail", &object(detail));
    let event = new(
        &js_sys::global(),
        "CustomEvent",
        &[&JsValue::from_str(name), &init],
    );
    if let (Some(document), Some(event)) = (document(), event) {
        let _ = document.dispatch_event(event.unchecked_ref());
    }
}

/// Opens a `<dialog>` over the page.
pub fn open_dialog(dialog: &web_sys::Element) {
    call(dialog, "showModal", &[]);
}

/// Closes the `<dialog>` over the page, if there is one.
pub fn close_dialog() {
    let open = document().and_then(|document| {
        document
            .query_selector("dialog[role=alertdialog][open]")
            .ok()?
    });
    if let Some(open) = open {
        call(&open, "close", &[]);
    }
}

/// Whether nobody sees the page.
pub fn hidden() -> bool {
    document().is_some_and(|document| document.hidden())
}

/// Gives the page another look: properties of its root, and style sheets by their addresses, of which the last one counts
/// for most.
pub fn dress(look: &[(&str, String)], sheets: &[String]) {
    let Some(document) = document() else { return };
    if let Some(root) = find::<web_sys::HtmlElement>(":root") {
        for (name, value) in look {
            let _ = root.style().set_property(name, value);
        }
    }
    for sheet in sheets {
        let link = || {
            let link = document.create_element("link")?;
            link.set_attribute("rel", "stylesheet")?;
            link.set_attribute("href", sheet)?;
            document.head().ok_or(JsValue::NULL)?.append_child(&link)
        };
        // Nothing in it can be refused.
        let _ = link();
    }
}

/// The page's title.
pub fn title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// The person's languages, the first one foremost (BCP 47).
pub fn languages() -> Vec<String> {
    web_sys::window()
        .map(|window| {
            window
                .navigator()
                .languages()
                .iter()
                .filter_map(|tag| tag.as_string())
                .collect()
        })
        .unwrap_or_default()
}

/// What a country is called in the person's language.
pub fn country_name(names: &JsValue, code: &str) -> String {
    let called = || call(names, "of", &[&JsValue::from_str(code)])?.as_string();
    called().unwrap_or_else(|| code.to_owned())
}

/// `Intl.DisplayNames` for countries, where the browser has it.
pub fn country_names() -> Option<JsValue> {
    // The page is in English, so its countries are.
    let (language, options) = (JsValue::from_str("en"), object(&[("type", "region")]));
    new(&global("Intl")?, "DisplayNames", &[&language, &options])
}

/// The first element that a selector names.
pub(super) fn find<T: wasm_bindgen::JsCast>(selector: &str) -> Option<T> {
    let found = document()?.query_selector(selector).ok()??;
    found.dyn_into().ok()
}

pub(super) fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

fn location() -> Option<web_sys::Location> {
    Some(web_sys::window()?.location())
}
