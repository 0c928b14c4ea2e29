//! Tasks as a table.

use leptos::prelude::*;

use super::score::ScoreBar;
use super::{Money, StatusBadge, Time};
use crate::client::{tr, use_locale};
use crate::types::{TaskId, TaskView};

/// The query parameter that names a task to compare; the URL has two.
pub const COMPARED: &str = "task";
/// The URL of the form with the campaign of a task.
pub fn again_url(id: TaskId) -> String {
    format!("/tasks/{id}/again")
}

/// The table of some tasks.
#[component]
pub fn TaskTable(
    /// The tasks, newest first.
    tasks: Vec<TaskView>,
    /// What the table is, for screen readers.
    caption: &'static str,
) -> impl IntoView {
    let rows: Vec<_> = tasks
        .into_iter()
        .map(|task| view! { <tr>{view! { <TaskCells task /> }.into_any()}</tr> })
        .collect();
    view! {
        <table class="table">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>
                    <TaskHead />
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// The headings of a table of tasks.
#[component]
pub fn TaskHead(
    /// Whether tasks are picked and asked again here.
    #[prop(optional)]
    with_tools: bool,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        {with_tools
            .then(|| {
                view! {
                    <th scope="col" class="pick">
                        <span class="visually-hidden">{tr!(locale, compare.pick)}</span>
                    </th>
                }
            })}
        <th scope="col">{tr!(locale, tasks.column_name)}</th>
        <th scope="col" class="column-status">
            <span class="status-word">{tr!(locale, tasks.column_status)}</span>
        </th>
        <th scope="col" class="whole-words column-score">{tr!(locale, tasks.column_result)}</th>
        <th scope="col" class="wide-only column-price">{tr!(locale, tasks.column_price)}</th>
        <th scope="col" class="wide-only column-time">{tr!(locale, tasks.column_time)}</th>
    }
}

/// The cells of a task.
#[component]
pub fn TaskCells(
    /// The task.
    task: TaskView,
    /// Whether it can be picked and asked again here.
    #[prop(optional)]
    with_tools: bool,
) -> impl IntoView {
    let locale = use_locale();
    let id = task.id;
    let name = task.campaign.name;
    let pick = with_tools.then(|| {
        let control = task.result.is_some().then(|| {
            let words = tr!(locale, compare.pick_one, name = name.clone());
            view! {
                <label>
                    <input type="checkbox" name=COMPARED value=id.to_string() />
                    <span class="visually-hidden">{words}</span>
                </label>
            }
        });
        view! { <td class="pick">{control}</td> }
    });
    let again = with_tools.then(|| {
        view! {
            <a class="row-action" href=again_url(id)>
                {tr!(locale, task.again_with_changes)}
                <span class="visually-hidden">{format!(": {name}")}</span>
            </a>
        }
    });
    let score = task.result.map(|result| {
        view! { <ScoreBar probability=result.probability verdict=result.verdict /> }
    });
    view! {
        {pick}
        <th scope="row">
            <a href=format!("/tasks/{id}")>
                <bdi>{name.clone()}</bdi>
            </a>
            <span class="narrow-only quiet">
                <Time at=task.queued_at />
            </span>
            {again}
        </th>
        <td>
            <StatusBadge status=task.status />
        </td>
        <td>{score}</td>
        <td class="wide-only">
            <Money credits=task.price />
        </td>
        <td class="wide-only">
            <Time at=task.queued_at />
        </td>
    }
}
