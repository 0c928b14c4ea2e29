//! In place of what is not there.

use leptos::prelude::*;

use super::guard::respond_with_status;
use super::nav::PageTitle;
use super::{tr, use_locale};

/// In place of a thing that is not there; the server answers 404.
#[component]
pub fn NotFound() -> impl IntoView {
    let l = use_locale();
    respond_with_status(404);
    view! {
        <PageTitle page=tr!(l, not_found.title) />
        <div class="empty">
            <h1>{tr!(l, not_found.title)}</h1>
            <p>{tr!(l, not_found.text)}</p>
            <a class="button button-main" href="/">
                {tr!(l, not_found.home)}
            </a>
        </div>
    }
}
