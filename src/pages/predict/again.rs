//! The form again for a task of one's own: the browser is sent on to the form with the campaign in its URL.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::names;
use crate::api::get_task;
use crate::client::browser;
use crate::client::data::Data;
use crate::components::ErrorPanel;
use crate::components::async_view::{AsyncView, load};
use crate::components::not_found::NotFound;
use crate::pages::task::insight::changes::form_url;
use crate::types::AppError;

/// The chunk with the code below [`chunk_entry`].
const CHUNK: &str = "predict_again";

/// The URL of the form with the campaign of a task.
async fn load_url(id: String) -> Result<String, AppError> {
    // The browser renders the form next.
    let names = browser::load_chunk(names::CHUNK);
    browser::load_chunk(CHUNK).await?;
    names.await?;
    chunk_entry::predict_again(id).await
}

mod chunk_entry {
    use std::hint::black_box;
    use std::pin::Pin;

    use crate::types::AppError;

    type Url = Pin<Box<dyn Future<Output = Result<String, AppError>> + Send>>;

    // If callers saw the type of the future, they would contain its code.
    #[inline(never)]
    pub fn predict_again(id: String) -> Url {
        black_box(Box::pin(super::url_of(id)))
    }
}

async fn url_of(id: String) -> Result<String, AppError> {
    let task = get_task(id).await?;
    Ok(form_url(&task.campaign, &[]))
}

/// Leads to the form with what a task asked.
#[component]
pub fn Again(
    /// The id of the task.
    id: String,
) -> impl IntoView {
    let url = Data::new(move || load_url(id.clone()));
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
