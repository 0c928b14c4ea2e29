//! The state of a batch: a word, a shape and a colour. And its name.

use leptos::prelude::*;

use super::Icon;
use crate::client::{Locale, tr, use_locale};
use crate::types::{BatchId, BatchState, BatchView};

/// The page with all batches.
pub const BATCHES_PATH: &str = "/batches";

/// The page of a batch.
pub fn batch_url(id: BatchId) -> String {
    format!("{BATCHES_PATH}/{id}")
}

/// The name of a batch's file, or the number of the batch.
pub fn batch_name(locale: Locale, batch: &BatchView) -> String {
    let name = batch.file_name.clone();
    name.unwrap_or_else(|| tr!(locale, batches.unnamed, id = batch.id.0))
}

/// The badge of a batch.
#[component]
pub fn BatchBadge(
    /// The state.
    state: BatchState,
) -> impl IntoView {
    let locale = use_locale();
    let (icon, class, word) = match state {
        BatchState::Draft => ("tasks", "badge", tr!(locale, batches.state_draft)),
        BatchState::Running => (
            "clock",
            "badge badge-running",
            tr!(locale, batches.state_running),
        ),
        BatchState::Finished => (
            "check",
            "badge badge-succeeded",
            tr!(locale, batches.state_finished),
        ),
    };
    view! {
        <span class=class>
            <Icon name=icon />
            <span class="badge-word">{word}</span>
        </span>
    }
}
