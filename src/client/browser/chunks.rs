//! Loading chunks of the client bundle.

use js_sys::Promise;
use js_sys::futures::JsFuture;
use leptos_router::location::Url;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::types::AppError;

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
        match loading {
            Some(loading) => JsFuture::from(loading).await.map(drop),
            None => Ok(()),
        }
        .map_err(|_| AppError::Internal)
    })
}

/// Whether a chunk is loaded. Otherwise this starts loading it.
pub fn is_loaded(name: &str) -> bool {
    load_page(name).is_none()
}

/// Loads a URL of this service from the server.
pub fn leave_for(url: &Url) {
    let mut target = url.path().to_owned();
    if !url.search().is_empty() {
        target = format!("{target}?{}", url.search());
    }
    let location = leptos::prelude::window().location();
    // After the back button the address is already this one, and setting one that differs only by its fragment loads
    // nothing.
    let _ = if super::path_and_query() == target {
        location.reload()
    } else {
        location.set_href(&(target + url.hash()))
    };
}
