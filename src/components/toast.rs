//! Short messages that disappear by themselves. Screen readers read them aloud.

use std::time::Duration;

use leptos::prelude::*;

const SHOWN_MS: u64 = 6_000;

/// The current messages, with their ids.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<(u32, String)>>);

impl Toasts {
    /// Provides it to the whole application.
    pub fn provide() {
        provide_context(Self(RwSignal::new(Vec::new())));
    }

    /// Shows a message for a while.
    pub fn say(self, text: String) {
        let id = self
            .0
            .with_untracked(|all| all.last().map_or(0, |(id, _)| id + 1));
        self.0.update(|all| all.push((id, text)));
        set_timeout(
            move || self.0.update(|all| all.retain(|(it, _)| *it != id)),
            Duration::from_millis(SHOWN_MS),
        );
    }
}

/// Shows a message for a while.
pub fn say(text: String) {
    if let Some(toasts) = use_context::<Toasts>() {
        toasts.say(text);
    }
}

/// Shows the current messages.
#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = use_context::<Toasts>();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {move || {
                toasts
                    .map(|toasts| toasts.0.get())
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(_, text)| view! { <p class="toast">{text}</p> })
                    .collect_view()
            }}
        </div>
    }
}
