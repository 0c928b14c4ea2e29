//! The placeholder of data that is loading.

use leptos::prelude::*;

use crate::client::{tr, use_locale};

/// Shown until the data is there.
#[component]
pub fn Skeleton(
    /// Roughly how many lines the data will have.
    lines: u8,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{tr!(locale, app.loading)}</span>
            {(0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view()}
        </div>
    }
}
