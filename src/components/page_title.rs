//! The title of the document.

use leptos::prelude::*;

use crate::client::{browser, tr, use_locale};

/// Sets the document's title to `page · Pledgecast`.
#[component]
pub fn PageTitle(
    /// The name of the page.
    #[prop(into)]
    page: String,
) -> impl IntoView {
    let locale = use_locale();
    browser::set_title(tr!(locale, app.title, page = page));
}
