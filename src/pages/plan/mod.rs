//! The launch planner: a GET form whose state is in the URL, and arithmetic with it. Open to everybody.
//!
//! Without JavaScript the server computes the plan of a URL. With it, the page computes the same while the user types and
//! replaces its URL.

mod audience_table;
mod fields;
pub(super) mod links;
mod result;
mod sources;
mod state;
mod words;

use leptos::prelude::*;

use crate::client::preview::{Preview, describe};
use crate::client::{tr, use_locale};
use crate::components::page_title::PageTitle;
use crate::pages::chunk::page_chunk;
use fields::PlannerForm;
use result::PlanCard;
use sources::Sources;
use state::{PATH, Planner};

page_chunk!(plan, PlanPage);

/// The page of the launch planner.
#[component]
pub fn PlanPage() -> impl IntoView {
    let locale = use_locale();
    let planner = Planner::new();
    describe(|| {
        Preview::of_public_page(tr!(locale, planner.title), tr!(locale, planner.lead), PATH)
    });
    view! {
        <PageTitle page=tr!(locale, planner.title) />
        <div class="page-head">
            <div>
                <h1>{tr!(locale, planner.title)}</h1>
                <p class="lead">{tr!(locale, planner.lead)}</p>
            </div>
        </div>
        <div class="columns planner">
            <PlannerForm planner />
            <PlanCard planner />
        </div>
        <Sources />
    }
}
