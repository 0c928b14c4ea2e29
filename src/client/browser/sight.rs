//! What comes near the view, and parts of pages as the server draws them.

use js_sys::Array;
use leptos::server_fn::client::Client;
use leptos::server_fn::client::browser::BrowserClient;
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::request::browser::BrowserRequest;
use leptos::server_fn::response::ClientRes;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{
    DomParser, Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit,
    SupportedType,
};

use crate::types::AppError;

/// How far below the window something may be to be near: one window's height, so that it is ready when it is
/// reached.
const NEAR: &str = "0px 0px 100%";

/// Calls `act` once the element comes near the view.
pub fn when_near(element: &Element, act: impl FnOnce() + 'static) {
    let mut act = Some(act);
    let look = move |entries: Array, observer: IntersectionObserver| {
        let mut entries = entries.iter().map(JsCast::unchecked_into);
        if entries.any(|entry: IntersectionObserverEntry| entry.is_intersecting()) {
            observer.disconnect();
            if let Some(act) = act.take() {
                act();
            }
        }
    };
    let look = Closure::<dyn FnMut(Array, IntersectionObserver)>::new(look).into_js_value();
    // It fails only where `look` is no function or the margin no margin.
    let options = IntersectionObserverInit::new();
    options.set_root_margin(NEAR);
    if let Ok(observer) = IntersectionObserver::new_with_options(look.unchecked_ref(), &options) {
        observer.observe(element);
    }
}

/// What is in the element of that id on a page of this service, as HTML.
///
/// # Errors
/// [`AppError::Unreachable`] where the server does not answer; [`AppError::Internal`] where it answers with
/// another page.
pub async fn part_of_page(url: &str, id: &str) -> Result<String, AppError> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let request = <BrowserRequest as ClientReq<AppError>>::try_new_get(
        path,
        "text/plain",
        "text/html",
        query,
    )?;
    // Whatever its status: a page with an error in one part has the others all the same.
    let response = <BrowserClient as Client<AppError>>::send(request).await?;
    let text: String = ClientRes::<AppError>::try_into_string(response).await?;
    let page = DomParser::new()
        .and_then(|parser| parser.parse_from_string(&text, SupportedType::TextHtml));
    let part = page.ok().and_then(|page| page.get_element_by_id(id));
    part.map(|part| part.inner_html()).ok_or(AppError::Internal)
}
