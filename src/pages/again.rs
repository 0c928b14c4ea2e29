//! "Duplicate and edit": redirects to the form, filled with the campaign of a task.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_params_map;

use super::task::insight::changes::form_url;
use super::task::task_at;
use crate::client::data::Data;
use crate::client::{tr, use_locale};
use crate::components::page_title::PageTitle;
use crate::components::{Loaded, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::TaskView;

page_chunk!(again, AgainPage);

/// The page that redirects.
#[component]
pub fn AgainPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let task = Data::new(move || task_at(params.with(|params| params.get("id"))));
    // "Back" must not return to this page, which would redirect again.
    let options = NavigateOptions {
        replace: true,
        ..NavigateOptions::default()
    };
    let redirect = move |task: TaskView| {
        view! { <Redirect path=form_url(&task.campaign, &[], None) options=options.clone() /> }
            .into_any()
    };
    view! {
        <PageTitle page=tr!(locale, predict.title) />
        <SignedInOnly />
        <Loaded resource=task lines=8 show=redirect />
    }
}
