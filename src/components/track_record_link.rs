//! The link to the track record of a model, for every place that names one.

use leptos::prelude::*;

use crate::client::{tr, use_locale};
use crate::types::ModelId;

/// The link.
#[component]
pub fn TrackRecordLink(
    /// The model.
    model: ModelId,
) -> impl IntoView {
    let locale = use_locale();
    view! { <a href=format!("/models/{model}/track-record")>{tr!(locale, track_record.link)}</a> }
}
