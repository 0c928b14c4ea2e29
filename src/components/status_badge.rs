//! A task's status: a word, a shape and a colour.

use leptos::prelude::*;

use super::{Icon, labels};
use crate::client::use_locale;
use crate::types::TaskStatus;

/// The badge of a status.
#[component]
pub fn StatusBadge(
    /// The status.
    status: TaskStatus,
) -> impl IntoView {
    let locale = use_locale();
    let icon = match status {
        TaskStatus::Queued => "clock",
        TaskStatus::Running => "spinner",
        TaskStatus::Succeeded => "check",
        TaskStatus::Failed => "cross",
        TaskStatus::Canceled => "stop",
    };
    let class = format!("badge badge-{status}");
    view! {
        <span class=class>
            <Icon name=icon />
            <span class="badge-word">{labels::status(locale, status)}</span>
        </span>
    }
}
