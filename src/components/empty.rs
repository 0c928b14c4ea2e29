//! In place of a list without rows.

use leptos::prelude::*;

/// In place of a list without rows: what it is and what to do next.
#[component]
pub fn Empty(
    /// What is missing.
    title: &'static str,
    /// What to do about it.
    text: &'static str,
    /// A link that does it: where to, and its words.
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
