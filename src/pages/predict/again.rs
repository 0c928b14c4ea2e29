//! The form again for a task of one's own: the browser is sent on to the form with the campaign in its URL.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::api::get_task;
use crate::components::ErrorPanel;
use crate::components::async_view::{AsyncView, load};
use crate::components::data::Data;
use crate::components::not_found::NotFound;
use crate::pages::chunk;
use crate::pages::task::insight::changes::form_url;
use crate::types::AppError;

/// The form, filled with what a task asked.
pub async fn url_of(id: String) -> Result<String, AppError> {
    let task = get_task(id).await?;
    Ok(form_url(&task.campaign, &[]))
}

/// Leads to the form with what a task asked.
#[component]
pub fn Again(
    /// The id of the task.
    id: String,
) -> impl IntoView {
    let url = Data::new(move || chunk::again_url(id.clone()));
    let view = load(move || async move {
        match url.await {
            Ok(url) => view! { <Redirect path=url /> }.into_any(),
            // `SignedInOnly` of the page is about to leave it.
            Err(AppError::Unauthorized) => ().into_any(),
            Err(AppError::NotFound | AppError::Invalid(_)) => view! { <NotFound /> }.into_any(),
            Err(error) => view! { <ErrorPanel error /> }.into_any(),
        }
    });
    view! { <AsyncView view lines=8 /> }
}
