//! In place of what is not there.

use leptos::prelude::*;

use crate::client::respond::respond_with_status;
use crate::client::{tr, use_locale};
use crate::components::page_title::PageTitle;

/// In place of a thing that is not there; the server answers 404.
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
