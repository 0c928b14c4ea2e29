//! A button that copies a text.

use leptos::prelude::*;

use super::toast::Toasts;
use crate::client::{browser, tr, use_locale};

/// Copies a text, or selects it if the browser does not allow that.
#[component]
pub fn CopyButton(
    /// What is on the button.
    words: &'static str,
    /// What it copies.
    text: impl Fn() -> String + 'static,
    /// Id of the element that shows the text.
    element: &'static str,
    /// What is said when the text has been copied.
    copied: &'static str,
) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_context::<Toasts>();
    let copy = move |_| {
        browser::copy(&text(), move |is_copied| {
            let words = if is_copied {
                copied
            } else {
                browser::select_text(element);
                tr!(locale, share.not_copied)
            };
            if let Some(toasts) = toasts {
                toasts.say(words.to_owned());
            }
        });
    };
    view! {
        <button type="button" class="button with-script" on:click=copy>
            {words}
        </button>
    }
}
