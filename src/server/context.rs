//! The Leptos context of pages and server functions.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use tower_cookies::Cookies;

use super::openapi;
use super::preferences;
use super::public_url::origin_of;
use super::security_headers::page_policy;
use super::state::AppState;
use crate::client::form_action::AnsweredForm;
use crate::client::preview::Described;
use crate::components::nav::DOCS_PATH;
use crate::services::positions::PagePosition;
use crate::types::{SiteOrigin, Today};

/// Provides the services and the visitor's preferences to pages and server functions, and sets the content security
/// policy and the cache headers of the response.
pub fn provide(state: &AppState) {
    provide_context(state.services.clone());
    provide_context(state.services.rules);
    provide_context(Today(state.clock.now().date_naive()));
    provide_context(state.stop.clone());
    if let Some(assets) = &state.assets {
        provide_context(Arc::clone(assets));
    }
    let mut is_personal = false;
    if let Some(request) = use_context::<Parts>() {
        if !request.uri.path().starts_with("/api/") {
            provide_context(PagePosition::default());
        }
        if request.uri.path() == DOCS_PATH {
            provide_context(openapi::reference());
        }
        provide_context(preferences::locale(
            &request.uri,
            &request.headers,
            state.https(),
        ));
        provide_context(Described::default());
        if let Some(origin) = origin_of(&request.headers, state.public_url.as_ref()) {
            provide_context(SiteOrigin(origin));
        }
        provide_context(preferences::theme(&request.headers, state.https()));
        let cookies = request.extensions.get::<Cookies>();
        is_personal = cookies.is_some_and(|it| state.services.sessions.has_cookie(it));
        if let Some(answered) = request.extensions.get::<AnsweredForm>() {
            provide_context(answered.clone());
            is_personal = true;
        }
    }
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    let set = |name, value| response.insert_header(name, HeaderValue::from_static(value));
    set(header::VARY, "cookie, accept-language");
    let caching = if is_personal {
        // The browser's Back button must not show the page after the session has ended, either.
        "no-store"
    } else {
        "private, no-cache"
    };
    set(header::CACHE_CONTROL, caching);
    if let Some(nonce) = use_nonce()
        && let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
