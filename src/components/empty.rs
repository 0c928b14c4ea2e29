//! What is shown instead of an empty list.

use leptos::prelude::*;

/// Shown instead of an empty list: what is missing and what to do next.
#[component]
pub fn Empty(
    /// What is missing.
    title: &'static str,
    /// What to do next.
    text: &'static str,
    /// A link to do so: its URL and its text.
    #[prop(optional_no_strip)]
    action: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p>{text}</p>
            {action
                .map(|(href, words)| {
                    view! {
                        <a class="button button-main" href=href>
                            {words}
                        </a>
                    }
                })}
        </div>
    }
}
