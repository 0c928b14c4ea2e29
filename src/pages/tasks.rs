//! The history of tasks. Filter and page are in the URL, rows are live, and two results can be selected to compare.

use leptos::prelude::*;

use crate::client::{tr, use_locale};
use crate::components::batch_badge::BATCHES_PATH;
use crate::components::history::history_section;
use crate::components::page_title::PageTitle;
use crate::components::{Icon, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::TaskView;

page_chunk!(tasks, TasksPage);

/// The task history.
#[component]
pub fn TasksPage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <PageTitle page=tr!(locale, tasks.title) />
        <SignedInOnly />
        <div class="page-head">
            <h1>{tr!(locale, tasks.title)}</h1>
            <div class="buttons">
                <a class="button" href=BATCHES_PATH>
                    {tr!(locale, batches.nav)}
                </a>
                <a class="button" href="/outcomes">
                    {tr!(locale, outcomes.link)}
                </a>
                <a class="button button-main" href="/predict">
                    <Icon name="predict" />
                    {tr!(locale, overview.new_prediction)}
                </a>
            </div>
        </div>
        {history_section::<TaskView>()}
    }
}
