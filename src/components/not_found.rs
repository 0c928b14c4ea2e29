//! What is shown instead of something that does not exist.

use leptos::prelude::*;

use crate::client::respond::respond_with_status;
use crate::client::{tr, use_locale};
use crate::components::page_title::PageTitle;

/// Shown instead of something that does not exist. The server responds with 404.
#[component]
pub fn NotFound() -> impl IntoView {
    let locale = use_locale();
    respond_with_status(404);
    view! {
        <PageTitle page=tr!(locale, not_found.title) />
        <div class="empty">
            <h1>{tr!(locale, not_found.title)}</h1>
            <p>{tr!(locale, not_found.text)}</p>
            <a class="button button-main" href="/">
                {tr!(locale, not_found.home)}
            </a>
        </div>
    }
}
