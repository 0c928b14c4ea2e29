//! The history of tasks: filter and page in the URL, rows that change by themselves, two to be compared.

use leptos::prelude::*;

use crate::components::data::Data;
use crate::components::filter_bar::FilterBar;
use crate::components::history::History;
use crate::components::list_item::{List, ListItem as _};
use crate::components::nav::PageTitle;
use crate::components::pager::Place;
use crate::components::{Icon, Loaded, SignedInOnly, tr, use_locale};
use crate::pages::chunk::page_chunk;
use crate::types::TaskView;

const LIST: List = TaskView::LIST;

page_chunk!(tasks, TasksPage);

/// The task history.
#[component]
pub fn TasksPage() -> impl IntoView {
    let l = use_locale();
    let place = Place::follow(LIST.path(), LIST.filters());
    // What changes while it is shown, the history takes over itself.
    let page = Data::new(move || {
        let place = place.get();
        let cursor = place.cursor.clone();
        TaskView::fetch(place, cursor, "")
    });
    view! {
        <PageTitle page=tr!(l, tasks.title) />
        <SignedInOnly />
        <div class="page-head">
            <h1>{tr!(l, tasks.title)}</h1>
            <a class="button button-main" href="/predict">
                <Icon name="predict" />
                {tr!(l, overview.new_prediction)}
            </a>
        </div>
        <FilterBar list=LIST place />
        <div class="card">
            <Loaded
                resource=page
                lines=8
                show=move |page| {
                    let place = place.get_untracked();
                    view! { <History place page /> }.into_any()
                }
            />
        </div>
    }
}
