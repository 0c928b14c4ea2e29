//! What stands between a page and its data: signed out, loading, failed, not there.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::ErrorPanel;
use super::async_view::{AsyncView, load};
use super::form::use_page;
use super::not_found::NotFound;
use super::query::query_url;
use crate::client::data::{Data, Payload, SharedData, Wire};
use crate::client::use_session;
use crate::types::AppError;

/// Name of the query parameter of the log-in page that says where to go afterwards.
pub const NEXT: &str = "next";

/// Sends visitors without a session to the log-in page, and says there where to come back to.
#[component]
pub fn SignedInOnly() -> impl IntoView {
    let session = use_session();
    let page = use_page();
    let view = load(move || {
        let target = query_url("/login", [(NEXT, untrack(&page))]);
        async move {
            matches!(session.user.await, Ok(None))
                .then(|| view! { <Redirect path=target /> })
                .into_any()
        }
    });
    view! { <AsyncView view /> }
}

/// Shows what a resource brought, a placeholder while it loads, and an error in words.
#[component]
pub fn Loaded<T, V>(
    /// What is loaded.
    resource: Data<T>,
    /// Lines of the placeholder, so that nothing jumps when the data comes.
    #[prop(default = 3)]
    lines: u8,
    /// How the data looks.
    show: V,
) -> impl IntoView
where
    T: Wire,
    V: Fn(T) -> AnyView + Send + Sync + 'static,
{
    let show = move |payload: Payload| match payload.get() {
        Ok(data) => show(data),
        Err(error) => view! { <LoadError error /> }.into_any(),
    };
    view! { <LoadedRaw data=resource.share() lines show=Arc::new(show) /> }
}

/// The same for what is read by whoever shows it; so it is compiled once.
#[component]
pub fn LoadedRaw(
    /// What is loaded.
    data: SharedData,
    /// Lines of the placeholder.
    lines: u8,
    /// How the data looks.
    show: Arc<dyn Fn(Payload) -> AnyView + Send + Sync>,
) -> impl IntoView {
    let view = load(move || {
        let (response, show) = (data.response(), Arc::clone(&show));
        async move {
            match response.await {
                Ok(payload) => show(payload),
                Err(error) => view! { <LoadError error /> }.into_any(),
            }
        }
    });
    view! { <AsyncView view lines /> }
}

/// In place of data that did not come.
#[component]
pub fn LoadError(
    /// Why.
    error: AppError,
) -> impl IntoView {
    match error {
        // `SignedInOnly` of the page is about to leave it.
        AppError::Unauthorized => ().into_any(),
        AppError::NotFound => view! { <NotFound /> }.into_any(),
        error => view! { <ErrorPanel error /> }.into_any(),
    }
}
