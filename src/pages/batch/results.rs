//! The ranked predictions of a batch. Filter, order and place are in the URL, as a GET form without any script.

use leptos::prelude::*;

use crate::api::list_batch_tasks;
use crate::client::{Locale, tr, use_locale};
use crate::components::list_item::PAGE_ROWS;
use crate::components::pager::CURSOR;
use crate::components::query::query_url;
use crate::components::score::ScoreBar;
use crate::components::select::{Choice, options, position_of};
use crate::components::{Empty, Icon, StatusBadge, labels};
use crate::types::{
    AppError, BatchOrder, BatchTaskFilterInput, NAME_MAX_CHARS, Page, TaskStatus, TaskView, Verdict,
};

/// The path of the download.
const FILE: &str = "/api/batch/tasks.csv";
/// The parameters that filter and order.
pub const FILTERS: [&str; 4] = ["status", "verdict", "search", "order"];

/// The URL of one page of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultsUrl {
    id: String,
    filter: [(&'static str, String); 4],
    cursor: String,
}

impl ResultsUrl {
    /// The URL of this page.
    pub fn new(id: &str, filter: [(&'static str, String); 4], cursor: String) -> Self {
        Self {
            id: id.to_owned(),
            filter,
            cursor,
        }
    }

    fn path(&self) -> String {
        format!("/batches/{}", self.id)
    }

    fn value(&self, name: &str) -> String {
        let found = self.filter.iter().find(|(it, _)| *it == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn is_filtered(&self) -> bool {
        self.filter.iter().any(|(_, value)| !value.is_empty())
    }

    fn at(&self, cursor: String) -> String {
        let pairs = self.filter.iter().cloned();
        query_url(&self.path(), pairs.chain([(CURSOR, cursor)]))
    }

    fn file(&self) -> String {
        let pairs = [("id", self.id.clone()), ("bom", "1".to_owned())];
        query_url(FILE, pairs.into_iter().chain(self.filter.iter().cloned()))
    }
}

/// The results at a URL; `None` if there is no such batch, which the page says elsewhere.
///
/// # Errors
/// Those of [`list_batch_tasks`].
pub async fn tasks_at(url: ResultsUrl) -> Result<Option<Page<TaskView>>, AppError> {
    let filter = BatchTaskFilterInput {
        status: url.value("status"),
        verdict: url.value("verdict"),
        search: url.value("search"),
        order: url.value("order"),
    };
    match list_batch_tasks(url.id, PAGE_ROWS.to_string(), url.cursor, filter).await {
        Ok(page) => Ok(Some(page)),
        Err(AppError::NotFound) => Ok(None),
        Err(AppError::Invalid(fields)) if fields.contains_key("id") => Ok(None),
        Err(error) => Err(error),
    }
}

/// The table with its filter; nothing for a draft.
#[component]
pub fn Results(
    /// One page of results; none if there is no such batch.
    page: Option<Page<TaskView>>,
    /// Its URL.
    url: ResultsUrl,
) -> impl IntoView {
    let locale = use_locale();
    let page = page?;
    let is_first = url.cursor.is_empty();
    let is_empty = page.items.is_empty();
    // A draft has no predictions.
    if is_empty && is_first && !url.is_filtered() {
        return None;
    }
    let body = if is_empty {
        let (title, text) = (
            tr!(locale, batch.empty_title),
            tr!(locale, batch.empty_text),
        );
        view! { <Empty title text action=None /> }.into_any()
    } else {
        table(locale, page.items)
    };
    let first = (!is_first).then(|| {
        view! {
            <a class="button" href=url.at(String::new()) rel="external">
                {tr!(locale, batch.first)}
            </a>
        }
    });
    let next = page.next.map(|cursor| {
        view! {
            <a class="button" href=url.at(cursor) rel="next">
                {tr!(locale, batch.next)}
                <Icon name="arrow" />
            </a>
        }
    });
    Some(view! {
        <section class="card" id="results" aria-labelledby="results-title">
            <h2 id="results-title">{tr!(locale, batch.results)}</h2>
            {filter_form(locale, &url)}
            {body}
            <div class="pager">{first} {next}</div>
        </section>
    })
}

fn filter_form(locale: Locale, url: &ResultsUrl) -> AnyView {
    let all = tr!(locale, tasks.all);
    let statuses = TaskStatus::ALL.iter();
    let statuses = statuses.map(|it| Choice::new(it.as_str(), labels::status(locale, *it)));
    let verdicts = Verdict::ALL.iter();
    let verdicts = verdicts.map(|it| Choice::new(it.as_str(), labels::verdict_short(locale, *it)));
    let any = || std::iter::once(Choice::new("", all));
    let by_line = Choice::new(BatchOrder::Line.as_str(), tr!(locale, batch.order_line));
    let order = vec![
        Choice::new("", tr!(locale, batch.order_probability)),
        by_line,
    ];
    let clear = url.is_filtered().then(|| {
        view! {
            <a class="button button-quiet" href=url.path()>
                {tr!(locale, batch.clear)}
            </a>
        }
    });
    view! {
        <form class="filter-bar" method="get" action=url.path()>
            <div class="field">
                <label for="filter-search">{labels::field(locale, "search").to_owned()}</label>
                <input
                    class="control"
                    type="search"
                    id="filter-search"
                    name="search"
                    value=url.value("search")
                    maxlength=NAME_MAX_CHARS.to_string()
                    autocomplete="off"
                />
            </div>
            {select("verdict", labels::field(locale, "verdict"), any().chain(verdicts).collect(), url)}
            {select("status", tr!(locale, batch.status), any().chain(statuses).collect(), url)}
            {select("order", tr!(locale, batch.order), order, url)}
            <div class="buttons">
                <button type="submit" class="button">
                    {tr!(locale, batch.apply)}
                </button>
                {clear}
                <a class="button button-quiet" href=url.file() rel="external" download="">
                    {tr!(locale, batch.file)}
                </a>
            </div>
        </form>
    }
    .into_any()
}

fn select(name: &'static str, label: &str, choices: Vec<Choice>, url: &ResultsUrl) -> AnyView {
    let groups = [choices.into()];
    let options = options(&groups, position_of(&groups, &url.value(name)));
    let id = format!("filter-{name}");
    view! {
        <div class="field">
            <label for=id.clone()>{label.to_owned()}</label>
            <select class="control" id=id name=name inner_html=options></select>
        </div>
    }
    .into_any()
}

fn table(locale: Locale, tasks: Vec<TaskView>) -> AnyView {
    let rows = tasks.into_iter().map(|task| {
        let score = task.result.map(|result| {
            view! { <ScoreBar probability=result.probability verdict=result.verdict /> }
        });
        let error = task
            .error
            .map(|error| labels::stored_text(locale, &error).to_owned());
        view! {
            <tr>
                <td class="number wide-only">{task.batch_line}</td>
                <th scope="row">
                    <a href=format!("/tasks/{}", task.id)>
                        <bdi>{task.campaign.name}</bdi>
                    </a>
                    {error.map(|words| view! { <span class="quiet row-error">{words}</span> })}
                </th>
                <td>
                    <StatusBadge status=task.status />
                </td>
                <td>{score}</td>
            </tr>
        }
    });
    view! {
        // The columns of the history of predictions, with its widths.
        <div class="history-rows">
            <table class="table batch-table">
                <caption class="visually-hidden">{tr!(locale, batch.results)}</caption>
                <thead>
                    <tr>
                        <th scope="col" class="number wide-only">
                            {tr!(locale, batch.column_line)}
                        </th>
                        <th scope="col">{tr!(locale, tasks.column_name)}</th>
                        <th scope="col" class="column-status">
                            <span class="status-word">{tr!(locale, tasks.column_status)}</span>
                        </th>
                        <th scope="col" class="whole-words column-score">
                            {tr!(locale, tasks.column_result)}
                        </th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_and_place_are_in_the_url() {
        let filter = ["", "likely", "a b", ""];
        let filter = std::array::from_fn(|at| (FILTERS[at], filter[at].to_owned()));
        let url = ResultsUrl::new("7", filter, "30".to_owned());
        assert!(url.is_filtered());
        assert_eq!(
            url.at("60".to_owned()),
            "/batches/7?verdict=likely&search=a%20b&cursor=60"
        );
        assert_eq!(
            url.file(),
            "/api/batch/tasks.csv?id=7&bom=1&verdict=likely&search=a%20b"
        );
    }
}
