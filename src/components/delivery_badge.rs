//! The state of a delivery, and of a webhook: a word, a shape and a colour.

use leptos::prelude::*;

use super::{Icon, labels};
use crate::client::{tr, use_locale};
use crate::types::DeliveryStatus;

/// The badge of a delivery.
#[component]
pub fn DeliveryBadge(
    /// The status.
    status: DeliveryStatus,
) -> impl IntoView {
    let locale = use_locale();
    let (icon, class) = match status {
        DeliveryStatus::Pending => ("clock", "badge badge-queued"),
        DeliveryStatus::Succeeded => ("check", "badge badge-succeeded"),
        DeliveryStatus::Failed => ("cross", "badge badge-failed"),
        DeliveryStatus::Canceled => ("stop", "badge"),
    };
    badge(icon, class, labels::delivery_status(locale, status))
}

/// The badge of a webhook.
#[component]
pub fn WebhookBadge(
    /// Whether it is on.
    enabled: bool,
) -> impl IntoView {
    let locale = use_locale();
    if enabled {
        badge("check", "badge badge-succeeded", tr!(locale, webhooks.on))
    } else {
        badge("stop", "badge", tr!(locale, webhooks.off))
    }
}

fn badge(icon: &'static str, class: &'static str, word: &'static str) -> AnyView {
    view! {
        <span class=class>
            <Icon name=icon />
            <span class="badge-word">{word}</span>
        </span>
    }
    .into_any()
}
