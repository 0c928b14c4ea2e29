//! Tasks as a history.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::batch_badge::batch_url;
use super::list_item::{EmptyState, ListItem};
use super::pager::ListUrl;
use super::score::ScoreBar;
use super::{Money, StatusBadge, Time, labels};
use crate::api::list_tasks;
use crate::client::live::on_task;
use crate::client::{Locale, tr};
use crate::types::{AppError, Page, TaskFilterInput, TaskId, TaskStatus, TaskView};

/// The query parameter that names a task to compare or report; the URL has several.
pub const COMPARED: &str = "task";
/// The path of reports.
pub const REPORT_PATH: &str = "/report";

/// The URL of the form with the campaign of a task.
pub fn again_url(id: TaskId) -> String {
    format!("/tasks/{id}/again")
}

/// The URL of the report of a task.
pub fn report_url(id: TaskId) -> String {
    format!("{REPORT_PATH}?{COMPARED}={id}")
}

impl ListItem for TaskView {
    const PATH: &'static str = "/tasks";
    const FILE: &'static str = "/api/tasks.csv";
    const FILTERS: &'static [&'static str] = &["status", "verdict", "search", "from", "to"];

    fn id(&self) -> i64 {
        self.id.0
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.queued_at
    }

    fn fetch(
        list_url: ListUrl,
        rows: usize,
    ) -> impl Future<Output = Result<Page<Self>, AppError>> + Send {
        let filter = TaskFilterInput {
            status: list_url.get("status"),
            verdict: list_url.get("verdict"),
            search: list_url.get("search"),
            from: list_url.get("from"),
            to: list_url.get("to"),
        };
        list_tasks(rows.to_string(), list_url.cursor, filter)
    }

    fn on_change(apply: impl Fn(Self) + 'static) {
        on_task(apply);
    }

    fn choices(locale: Locale) -> Vec<(&'static str, &'static str)> {
        let statuses = TaskStatus::ALL.iter();
        statuses
            .map(|it| (labels::status(locale, *it), it.as_str()))
            .collect()
    }

    fn more_filters(locale: Locale) -> &'static str {
        tr!(locale, history.more_tasks)
    }

    fn pending_text(locale: Locale, count: i64) -> String {
        tr!(locale, history.new_tasks, count = count)
    }

    fn caption(locale: Locale) -> &'static str {
        tr!(locale, tasks.title)
    }

    fn head(locale: Locale, with_tools: bool) -> AnyView {
        let pick = with_tools.then(|| {
            view! {
                <th scope="col" class="pick">
                    <span class="visually-hidden">{tr!(locale, compare.pick)}</span>
                </th>
            }
        });
        view! {
            {pick}
            <th scope="col">{tr!(locale, tasks.column_name)}</th>
            <th scope="col" class="column-status">
                <span class="status-word">{tr!(locale, tasks.column_status)}</span>
            </th>
            <th scope="col" class="whole-words column-score">{tr!(locale, tasks.column_result)}</th>
            <th scope="col" class="wide-only column-price">{tr!(locale, tasks.column_price)}</th>
            <th scope="col" class="wide-only column-time">{tr!(locale, tasks.column_time)}</th>
        }
        .into_any()
    }

    fn cells(self, locale: Locale, with_tools: bool) -> AnyView {
        let id = self.id;
        let name = self.campaign.name;
        let pick = with_tools.then(|| {
            let control = self.result.is_some().then(|| {
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
        let batch = self.batch_id.map(|batch| {
            view! {
                <a class="batch-link quiet" href=batch_url(batch)>
                    {tr!(locale, batch.of_batch)}
                </a>
            }
        });
        let score = self.result.map(|result| {
            view! { <ScoreBar probability=result.probability verdict=result.verdict /> }
        });
        let outcome = self.outcome.map(|it| {
            view! { <span class="outcome-label quiet">{labels::outcome(locale, it.reached)}</span> }
        });
        view! {
            {pick}
            <th scope="row">
                <a href=format!("/tasks/{id}")>
                    <bdi>{name.clone()}</bdi>
                </a>
                <span class="narrow-only quiet">
                    <Time at=self.queued_at />
                </span>
                {batch}
                {again}
            </th>
            <td>
                <StatusBadge status=self.status />
            </td>
            <td>{score} {outcome}</td>
            <td class="wide-only">
                <Money credits=self.price />
            </td>
            <td class="wide-only">
                <Time at=self.queued_at />
            </td>
        }
        .into_any()
    }

    /// A GET form. Its checkboxes select two results to compare, or up to five to report.
    fn wrap_table(locale: Locale, table: AnyView) -> AnyView {
        view! {
            <form method="get" action="/compare" class="comparing">
                {table}
                <p class="comparing-foot">
                    <button type="submit" class="button">
                        {tr!(locale, compare.submit)}
                    </button>
                    <button type="submit" class="button" formaction=REPORT_PATH>
                        {tr!(locale, report.link)}
                    </button>
                    <span class="quiet">{tr!(locale, compare.how)}</span>
                </p>
            </form>
        }
        .into_any()
    }

    fn empty_state(locale: Locale, is_filtered: bool) -> EmptyState {
        if is_filtered {
            let title = tr!(locale, tasks.empty_filter);
            return (title, tr!(locale, tasks.empty_filter_text), None);
        }
        let action = ("/predict", tr!(locale, tasks.empty_action));
        let title = tr!(locale, tasks.empty_title);
        (title, tr!(locale, tasks.empty_text), Some(action))
    }
}
