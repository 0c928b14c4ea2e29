//! What is shown instead of data: nothing to visitors who must log in, a placeholder, an error.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::ErrorPanel;
use super::async_view::{AsyncView, load};
use super::form::use_page;
use super::not_found::NotFound;
use super::query::query_url;
use crate::client::data::{Data, Payload, SharedData, Wire};
use crate::client::local_path::NEXT;
use crate::client::use_session;
use crate::types::AppError;

/// Redirects visitors without a session to the log-in page, from which they return to this page.
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

/// Shows the data of a resource, a placeholder while it loads, or its error.
#[component]
pub fn Loaded<T, V>(
    /// The data.
    resource: Data<T>,
    /// Lines of the placeholder, so that nothing moves when the data arrives.
    #[prop(default = 3)]
    lines: u8,
    /// Renders the data.
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

/// The same for data whose type only `show` knows, so that this is compiled once.
#[component]
pub fn LoadedRaw(
    /// The data.
    data: SharedData,
    /// Lines of the placeholder.
    lines: u8,
    /// Renders the data.
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

/// Shown instead of data that could not be loaded.
#[component]
pub fn LoadError(
    /// The error.
    error: AppError,
) -> impl IntoView {
    match error {
        // `SignedInOnly` on the same page redirects.
        AppError::Unauthorized => ().into_any(),
        AppError::NotFound => view! { <NotFound /> }.into_any(),
        error => view! { <ErrorPanel error /> }.into_any(),
    }
}
