//! The form that describes a campaign and pays for its prediction.
//!
//! The inputs hold their values themselves. The page reads them from the document and checks them by the same rules as
//! the server.

mod advanced;
mod form;
mod groups;
mod ids;
mod names;
mod price;
mod progress;
mod start;

use leptos::prelude::*;

use crate::api::list_models;
use crate::client::data::Data;
use crate::client::{tr, use_locale, use_session};
use crate::components::SignedInOnly;
use crate::components::page_title::PageTitle;
use crate::pages::chunk::page_chunk;
use form::PredictForm;

pub use start::DEFAULTS;

page_chunk!(predict, PredictPage, Some(names::CHUNK));

/// The page of a new prediction.
#[component]
pub fn PredictPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let models = Data::new(move || {
        session.version();
        list_models()
    });
    view! {
        <PageTitle page=tr!(locale, predict.title) />
        <SignedInOnly />
        <PredictForm models />
    }
}
