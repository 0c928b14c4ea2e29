//! The history of tasks. Filter and page are in the URL, rows are live, and two results can be selected to compare.

use leptos::prelude::*;

use crate::client::data::Data;
use crate::client::{tr, use_locale, use_session};
use crate::components::filter_bar::FilterBar;
use crate::components::history::History;
use crate::components::list_item::{List, ListItem as _};
use crate::components::page_title::PageTitle;
use crate::components::pager::ListUrl;
use crate::components::{Icon, Loaded, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::TaskView;

const LIST: List = TaskView::LIST;

page_chunk!(tasks, TasksPage);

/// The task history.
#[component]
pub fn TasksPage() -> impl IntoView {
    let locale = use_locale();
    let list_url = ListUrl::follow(LIST.path(), LIST.filters());
    // `History` applies live changes itself.
    let page = Data::new(move || TaskView::fetch(list_url.get()));
    let session = use_session();
    session.on_refresh(move || page.retry_failed());
    view! {
        <PageTitle page=tr!(locale, tasks.title) />
        <SignedInOnly />
        <div class="page-head">
            <h1>{tr!(locale, tasks.title)}</h1>
            <a class="button button-main" href="/predict">
                <Icon name="predict" />
                {tr!(locale, overview.new_prediction)}
            </a>
        </div>
        <FilterBar list=LIST list_url />
        <div class="card">
            <Loaded
                resource=page
                lines=8
                show=move |page| {
                    let list_url = list_url.get_untracked();
                    view! { <History list_url page /> }.into_any()
                }
            />
        </div>
    }
}
