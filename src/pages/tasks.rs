//! The history of tasks: filter and page in the URL, rows that change by themselves.

use leptos::prelude::*;

use crate::api::list_tasks;
use crate::components::data::Data;
use crate::components::live::on_task;
use crate::components::live_list::merge;
use crate::components::nav::PageTitle;
use crate::components::pager::{Filter, Pager, list_choices, list_place};
use crate::components::task_list::TaskTable;
use crate::components::{Empty, Icon, Loaded, SignedInOnly, labels, tr, use_locale, use_session};
use crate::types::{Page, TaskStatus, TaskView};

const PATH: &str = "/tasks";
const FILTER: &str = "status";

/// The task history.
#[component]
pub fn TasksPage() -> impl IntoView {
    let l = use_locale();
    let session = use_session();
    let place = list_place(FILTER);
    let tasks = Data::new(move || {
        session.version();
        let (status, cursor) = place.get();
        list_tasks(String::new(), cursor, status)
    });
    on_task(move |task| {
        let (status, cursor) = place.get_untracked();
        let fits = status.is_empty() || status == task.status.as_str();
        tasks.amend(|page| {
            merge(&mut page.items, task, |it| it.id.0, fits, cursor.is_empty());
        });
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
        {move || place.with(|(status, _)| view! { <StatusFilter status=status.clone() /> })}
        <div class="card">
            <Loaded
                resource=tasks
                lines=8
                show=move |page| {
                    let (status, cursor) = place.get_untracked();
                    view! { <List page status cursor /> }.into_any()
                }
            />
        </div>
    }
}

#[component]
fn StatusFilter(
    /// The status that is on; empty for all.
    status: String,
) -> impl IntoView {
    let l = use_locale();
    let words = TaskStatus::ALL.iter();
    let words = words.map(|it| (labels::status(l, *it), it.as_str()));
    let choices = list_choices(PATH, (FILTER, &status), tr!(l, tasks.all), words);
    view! { <Filter label=tr!(l, tasks.filter) choices /> }
}

#[component]
fn List(
    /// The rows.
    page: Page<TaskView>,
    /// The filter.
    status: String,
    /// Where in the list this page begins.
    cursor: String,
) -> impl IntoView {
    let l = use_locale();
    let rows = if !page.items.is_empty() {
        view! { <TaskTable tasks=page.items caption=tr!(l, tasks.title) /> }.into_any()
    } else if status.is_empty() {
        view! {
            <Empty
                title=tr!(l, tasks.empty_title)
                text=tr!(l, tasks.empty_text)
                action=Some(("/predict", tr!(l, tasks.empty_action)))
            />
        }
        .into_any()
    } else {
        view! {
            <Empty
                title=tr!(l, tasks.empty_filter)
                text=tr!(l, tasks.empty_filter_text)
                action=None
            />
        }
        .into_any()
    };
    view! {
        {rows}
        <Pager path=PATH filter=(FILTER, status) cursor next=page.next />
    }
}
