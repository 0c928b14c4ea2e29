//! The title of the document.

use leptos::prelude::*;

use crate::client::{browser, tr, use_locale};

/// The document's title, as `page · Pledgecast`.
#[component]
pub fn PageTitle(
    /// What the page is called.
    #[prop(into)]
    page: String,
) -> impl IntoView {
    let locale = use_locale();
    browser::set_title(tr!(locale, app.title, page = page));
}
