//! Status and headers of the response that a page is rendered for.

#[cfg(feature = "ssr")]
use leptos::prelude::*;

use crate::types::AppError;

/// Gives the server's answer the status of an error, and says when to come back; does nothing in the browser.
pub fn respond_with_error(error: &AppError) {
    respond_with_status(error.status());
    #[cfg(feature = "ssr")]
    if let (Some(response), Some(seconds)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        error.retry_after_s(),
    ) {
        response.insert_header(http::header::RETRY_AFTER, seconds.into());
    }
}

/// Sets the status of the server's answer; does nothing in the browser.
pub fn respond_with_status(status: u16) {
    #[cfg(feature = "ssr")]
    if let (Some(response), Ok(status)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        http::StatusCode::from_u16(status),
    ) {
        response.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}

/// Asks search engines and caches to keep nothing of the server's answer; does nothing in the browser.
pub fn respond_in_private() {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        for (name, value) in [("x-robots-tag", "noindex"), ("cache-control", "no-store")] {
            response.insert_header(
                http::HeaderName::from_static(name),
                http::HeaderValue::from_static(value),
            );
        }
    }
}
