//! The form again for a task of one's own: the browser is sent on to the form with the campaign in its URL.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::api::get_task;
use crate::components::ErrorPanel;
use crate::components::later::{Later, load};
use crate::components::not_found::NotFound;
use crate::pages::task::insight::changes::form_url;
use crate::types::AppError;

/// Leads to the form with what a task asked.
#[component]
pub fn Again(
    /// The id of the task.
    id: String,
) -> impl IntoView {
    let view = load(move || {
        let task = get_task(id.clone());
        async move {
            match task.await {
                Ok(task) => view! { <Redirect path=form_url(&task.campaign, &[]) /> }.into_any(),
                // `SignedInOnly` of the page is about to leave it.
                Err(AppError::Unauthorized) => ().into_any(),
                Err(AppError::NotFound | AppError::Invalid(_)) => view! { <NotFound /> }.into_any(),
                Err(error) => view! { <ErrorPanel error /> }.into_any(),
            }
        }
    });
    view! { <Later view lines=8 /> }
}
