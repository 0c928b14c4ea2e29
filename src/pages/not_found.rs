//! There is nothing at this address.

use leptos::prelude::*;

use crate::components::not_found::NotFound;

/// The page of an address without a page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <NotFound /> }
}
