//! The functions that the server has a version of its own of, in `on_server`.

use std::str::FromStr;

use chrono::NaiveDate;
use js_sys::futures::JsFuture;
use js_sys::{Date, Promise};
use leptos::prelude::{document, window};
use leptos::server_fn::client::Client;
use leptos::server_fn::client::browser::BrowserClient;
use leptos::server_fn::error::FromServerFnError;
use leptos::server_fn::redirect::call_redirect_hook;
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::request::browser::BrowserRequest;
use leptos::server_fn::response::ClientRes;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{load, origin, path_and_query};
use crate::client::data::{Payload, Response};
use crate::client::local_path::{page_before_retry, page_of};
use crate::i18n::Locale;
use crate::types::{AppError, SiteRules, Theme};

/// The value of an attribute of the page's root element; the default if it is missing or unknown.
fn root_attribute<T: Default + FromStr>(name: &str) -> T {
    document()
        .document_element()
        .and_then(|html| html.get_attribute(name))
        .and_then(|value| value.parse().ok())
        .unwrap_or_default()
}

/// The language that the server wrote on the page.
pub fn document_locale() -> Locale {
    root_attribute("lang")
}

/// The theme that the server wrote on the page, or the one chosen since.
pub fn document_theme() -> Theme {
    root_attribute("data-theme")
}

/// What the operator allows users to do, as the server wrote it on the page.
pub fn site_rules() -> SiteRules {
    SiteRules {
        registration: root_attribute("data-registration"),
        top_ups: root_attribute("data-top-ups"),
    }
}

/// Sets the title of the document.
pub fn set_title(title: String) {
    document().set_title(&title);
}

/// Today in UTC, by the device's clock.
pub fn today() -> NaiveDate {
    let now = String::from(Date::new_0().to_iso_string());
    now.get(..10)
        .and_then(|day| day.parse().ok())
        .unwrap_or_default()
}

/// 128 random bits in hexadecimal.
pub fn random_key() -> String {
    let mut bytes = [0_u8; 16];
    if let Ok(crypto) = window().crypto() {
        // It fails only beyond 65,536 bytes.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    crate::types::hex(&bytes)
}

/// Path, query and fragment of a URL as seen from this site; `None` if it is of another site.
pub fn resolve(url: &str) -> Option<String> {
    let origin = origin();
    let url = web_sys::Url::new_with_base(url, &origin).ok()?;
    (url.origin() == origin).then(|| url.pathname() + &url.search() + &url.hash())
}

#[wasm_bindgen]
extern "C" {
    /// From `crates/wasm-chunks/src/loader.js`. Returns nothing if everything is loaded.
    fn load_page(name: &str) -> Option<Promise>;
}

/// Starts loading a chunk and waits for it. Does not wait if it is loaded.
///
/// # Errors
/// If it cannot be loaded.
pub fn load_chunk(name: &str) -> impl Future<Output = Result<(), AppError>> + Send + use<> {
    let loading = load_page(name);
    // The browser has a single thread, but resources require `Send`.
    SendWrapper::new(async move {
        if let Some(loading) = loading {
            let loaded = JsFuture::from(loading).await;
            loaded.map_err(|_| AppError::Internal)?;
        }
        Ok(())
    })
}

/// Posts a URL-encoded form to a server function and calls `answered` with the response. The router follows a
/// redirect, or a document is loaded. If the user must do something else first, that page is loaded.
pub fn post(
    url: &'static str,
    body: String,
    loads_document: bool,
    answered: impl FnOnce(Response) + 'static,
) {
    leptos::task::spawn_local(async move {
        answered(send(url, body, loads_document).await);
    });
}

async fn send(url: &str, body: String, loads_document: bool) -> Response {
    let request = <BrowserRequest as ClientReq<AppError>>::try_new_post(
        url,
        "application/x-www-form-urlencoded",
        "application/json",
        body,
    )?;
    let response = <BrowserClient as Client<AppError>>::send(request).await?;
    let is_ok = ClientRes::<AppError>::status(&response) < 400;
    let redirect = ClientRes::<AppError>::has_redirect(&response)
        .then(|| ClientRes::<AppError>::location(&response));
    let text: String = ClientRes::<AppError>::try_into_string(response).await?;
    if !is_ok {
        let error = AppError::de(text.into());
        if let Some(page) = page_before_retry(&error, &path_and_query()) {
            load(&page);
        }
        return Err(error);
    }
    if let Some(url) = redirect {
        let url = page_of(&url).unwrap_or(url);
        if loads_document {
            load(&url);
        } else {
            call_redirect_hook(&url);
        }
    }
    Ok(Payload::of_json(&text))
}
