//! The form that describes a campaign and pays for its prediction.
//!
//! The inputs are the browser's own: what is typed stays in the document, and is read from there to be
//! checked by the same rules as the server's.

mod advanced;
mod again;
mod form;
mod groups;
mod ids;
mod names;
mod price;
mod progress;
mod start;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_query_map, use_url};

use crate::api::list_models;
use crate::client::data::Data;
use crate::client::hydration::is_taking_over;
use crate::client::{browser, tr, use_locale, use_session};
use crate::components::SignedInOnly;
use crate::components::page_title::PageTitle;
use crate::components::skeleton::Skeleton;
use crate::components::task_list::AGAIN;
use crate::pages::chunk::page_chunk;
use again::Again;
use form::PredictForm;

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
    let query = use_query_map();
    let may_draw = await_names();
    let again = Memo::new(move |_| query.with(|query| query.get(AGAIN)));
    let form = move || match again.get() {
        Some(id) => view! { <Again id /> }.into_any(),
        None if may_draw() => view! { <PredictForm models=models /> }.into_any(),
        None => view! { <Skeleton lines=8 /> }.into_any(),
    };
    view! {
        <PageTitle page=tr!(locale, predict.title) />
        <SignedInOnly />
        {form}
    }
}

/// Tells whether the form may be drawn, and has that asked anew once it may. The server's has the names of
/// countries in it; one that the browser draws waits for them. They are there already but where one goes on
/// from what the server sent in place of a form.
fn await_names() -> impl Fn() -> bool + Copy + Send + Sync {
    let url = use_url();
    let come = RwSignal::new(());
    move || {
        come.track();
        if is_taking_over() || names::are_loaded() {
            return true;
        }
        spawn_local(async move {
            if browser::load_chunk(names::CHUNK).await.is_ok() {
                come.try_set(());
            } else if let Some(url) = url.try_get_untracked() {
                browser::leave_for(&url);
            }
        });
        false
    }
}
