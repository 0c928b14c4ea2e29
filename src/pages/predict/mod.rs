//! The form that describes a campaign and pays for its prediction.
//!
//! The inputs are the browser's own: what is typed stays in the document, and is read from there to be
//! checked by the same rules as the server's.

mod advanced;
mod form;
mod groups;
mod price;
mod rail;
mod start;

use leptos::prelude::*;

use crate::api::list_models;
use crate::components::data::Data;
use crate::components::nav::PageTitle;
use crate::components::{SignedInOnly, tr, use_locale, use_session};
use form::PredictForm;

/// Id of the form.
const FORM_ID: &str = "campaign";
/// Id of the group of fields that most people leave alone.
const ADVANCED_ID: &str = "advanced";

/// The page of a new prediction.
#[component]
pub fn PredictPage() -> impl IntoView {
    let l = use_locale();
    let session = use_session();
    let models = Data::new(move || {
        session.version();
        list_models()
    });
    view! {
        <PageTitle page=tr!(l, predict.title) />
        <SignedInOnly />
        <PredictForm models=models />
    }
}
