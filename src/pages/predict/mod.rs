//! The form that describes a campaign and pays for its prediction.
//!
//! The inputs are the browser's own: what is typed stays in the document, and is read from there to be
//! checked by the same rules as the server's.

mod advanced;
pub(super) mod again;
mod form;
mod groups;
mod price;
mod rail;
mod start;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::list_models;
use crate::components::data::Data;
use crate::components::nav::PageTitle;
use crate::components::task_list::AGAIN;
use crate::components::{SignedInOnly, tr, use_locale, use_session};
use again::Again;
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
    let query = use_query_map();
    let again = Memo::new(move |_| query.with(|query| query.get(AGAIN)));
    let form = move || match again.get() {
        Some(id) => view! { <Again id /> }.into_any(),
        None => view! { <PredictForm models=models /> }.into_any(),
    };
    view! {
        <PageTitle page=tr!(l, predict.title) />
        <SignedInOnly />
        {form}
    }
}
