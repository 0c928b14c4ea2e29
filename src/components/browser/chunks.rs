//! The chunks that the module of the browser half is cut into.

use js_sys::Promise;
use js_sys::futures::JsFuture;
use leptos_router::location::Url;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::types::AppError;

#[wasm_bindgen]
extern "C" {
    /// Written by `xtask/src/site/chunks.js` into the script of this module; nothing where all is there.
    fn load_page(name: &str) -> Option<Promise>;
}

/// Waits for the chunk of that name; not at all where it is there.
///
/// # Errors
/// Where it cannot be had.
pub fn load_chunk(name: &str) -> impl Future<Output = Result<(), AppError>> + Send + use<> {
    let loading = load_page(name);
    // Data may be loaded by any thread, of which there is but one here.
    SendWrapper::new(async move {
        match loading {
            Some(loading) => JsFuture::from(loading).await.map(drop),
            None => Ok(()),
        }
        .map_err(|_| AppError::Internal)
    })
}

/// Whether the chunk of that name is there. Where it is not, it is on its way from now on.
pub fn is_loaded(name: &str) -> bool {
    load_page(name).is_none()
}

/// Has the browser load an address of this service anew, by the server.
pub fn leave_for(url: &Url) {
    let mut target = url.path().to_owned();
    if !url.search().is_empty() {
        target = format!("{target}?{}", url.search());
    }
    let location = leptos::prelude::window().location();
    // Going back, the address is that already, and one that differs by its fragment alone is not loaded.
    let _ = if super::path_and_query() == target {
        location.reload()
    } else {
        location.set_href(&(target + url.hash()))
    };
}
