//! Tasks as a table.

use leptos::prelude::*;

use super::score::ScoreBar;
use super::{Money, StatusBadge, Time, tr, use_locale};
use crate::types::TaskView;

/// The table of some tasks.
#[component]
pub fn TaskTable(
    /// The tasks, newest first.
    tasks: Vec<TaskView>,
    /// What the table is, for screen readers.
    caption: &'static str,
) -> impl IntoView {
    let l = use_locale();
    view! {
        <table class="table">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{tr!(l, tasks.column_name)}</th>
                    <th scope="col">{tr!(l, tasks.column_status)}</th>
                    <th scope="col">{tr!(l, tasks.column_result)}</th>
                    <th scope="col" class="wide-only">{tr!(l, tasks.column_price)}</th>
                    <th scope="col" class="wide-only">{tr!(l, tasks.column_time)}</th>
                </tr>
            </thead>
            <tbody>{tasks.into_iter().map(|task| view! { <Row task /> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Row(
    /// The task.
    task: TaskView,
) -> impl IntoView {
    let score = task.result.map(|result| {
        view! { <ScoreBar probability=result.probability verdict=result.verdict /> }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/tasks/{}", task.id)>{task.campaign.name}</a>
                <span class="narrow-only quiet">
                    <Time at=task.queued_at />
                </span>
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
        </tr>
    }
}
