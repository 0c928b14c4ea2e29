//! `GET /api/tasks.csv` and `GET /api/transactions.csv`: a filtered history as a CSV file. `GET /api/outcomes.csv`: the
//! user's tasks that lack an outcome, to be filled in and sent to `/api/tasks/report_outcomes`.
//!
//! Rows are read page by page while they are sent, so memory use is that of one page. The format is RFC 4180 in UTF-8.
//! A text that a spreadsheet would run as a formula gets a leading apostrophe.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderValue, Response, Uri, header};
use futures::stream;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::identity::Identity;
use super::problem::Problem;
use super::state::AppState;
use crate::services::Services;
use crate::services::user_slots::Slot;
use crate::types::{
    AppError, CampaignInput, PAGE_LIMIT_MAX, Page, TaskFilterInput, TaskView,
    TransactionFilterInput, TransactionView, UnreportedView, UserId, parse_cursor,
};

/// Spreadsheets need the mark to detect UTF-8; other programs do not.
const BYTE_ORDER_MARK: &str = "\u{feff}";
const TASK_COLUMNS: [&str; 15] = [
    "id",
    "status",
    "queued_at",
    "started_at",
    "finished_at",
    "price",
    "model",
    "model_version",
    "probability",
    "verdict",
    "interval_low",
    "interval_high",
    "error",
    "reached",
    "raised_usd",
];
const TRANSACTION_COLUMNS: [&str; 8] = [
    "id",
    "kind",
    "amount",
    "balance_before",
    "balance_after",
    "description",
    "task_id",
    "created_at",
];

/// The last two are blank.
const OUTCOME_COLUMNS: [&str; 7] = [
    "task_id",
    "name",
    "launched_at",
    "deadline",
    "usd_goal",
    "reached",
    "raised_usd",
];

/// Options in the query, in addition to the filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    /// If not empty, the file starts with a byte order mark.
    bom: String,
}

/// A history with its filter.
enum History {
    Tasks(TaskFilterInput),
    Transactions(TransactionFilterInput),
    Unreported,
}

/// A user's history as rows of text.
struct Rows {
    services: Services,
    user: UserId,
    history: History,
}

impl History {
    const fn file_name(&self) -> &'static str {
        match self {
            Self::Tasks(_) => "tasks.csv",
            Self::Transactions(_) => "transactions.csv",
            Self::Unreported => "outcomes.csv",
        }
    }

    fn columns(&self) -> Vec<String> {
        let columns: Vec<&str> = match self {
            Self::Tasks(_) => [&TASK_COLUMNS[..], &CampaignInput::FIELDS].concat(),
            Self::Transactions(_) => TRANSACTION_COLUMNS.into(),
            Self::Unreported => OUTCOME_COLUMNS.into(),
        };
        columns.into_iter().map(ToOwned::to_owned).collect()
    }
}

impl Rows {
    /// The page at a cursor.
    async fn page(&self, cursor: &str) -> Result<Page<Vec<String>>, AppError> {
        let Self { services, user, .. } = self;
        let before = parse_cursor(cursor)?;
        match &self.history {
            History::Tasks(filter) => {
                let filter = filter.check()?;
                let page = services
                    .predictions
                    .tasks(*user, &filter, before, PAGE_LIMIT_MAX);
                Ok(page.await?.map(task_row))
            }
            History::Transactions(filter) => {
                let filter = filter.check()?;
                let page = services
                    .ledger
                    .transactions(*user, filter, before, PAGE_LIMIT_MAX);
                Ok(page.await?.map(transaction_row))
            }
            History::Unreported => {
                let page = services.outcomes.unreported(*user, before, PAGE_LIMIT_MAX);
                Ok(page.await?.map(unreported_row))
            }
        }
    }
}

/// The signed-in user's tasks that match the filter.
pub async fn tasks(
    State(state): State<AppState>,
    identity: Identity,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let history = History::Tasks(parse_filter(&uri)?);
    Ok(answer(&state, &identity, &uri, history).await?)
}

/// The signed-in user's transactions that match the filter.
pub async fn transactions(
    State(state): State<AppState>,
    identity: Identity,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let history = History::Transactions(parse_filter(&uri)?);
    Ok(answer(&state, &identity, &uri, history).await?)
}

/// The signed-in user's tasks whose deadline has passed without an outcome.
pub async fn unreported(
    State(state): State<AppState>,
    identity: Identity,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    Ok(answer(&state, &identity, &uri, History::Unreported).await?)
}

fn parse_filter<F: DeserializeOwned>(uri: &Uri) -> Result<F, AppError> {
    let filter = Query::try_from_uri(uri).map(|Query(filter)| filter);
    filter.map_err(|_| AppError::Malformed("the query string could not be read".to_owned()))
}

/// The file, or the error of its first page.
async fn answer(
    state: &AppState,
    identity: &Identity,
    uri: &Uri,
    history: History,
) -> Result<Response<Body>, AppError> {
    let services = state.services.clone();
    let user = identity.user(&services).await?.id;
    let slot = services.export_slots.take(user).await?;
    let (name, columns) = (history.file_name(), history.columns());
    let rows = Arc::new(Rows {
        services,
        user,
        history,
    });
    let page = rows.page("").await?;
    let shape = Query::<Shape>::try_from_uri(uri).map_or_else(|_| Shape::default(), |it| it.0);
    let mut start = Vec::new();
    if !shape.bom.is_empty() {
        start.extend_from_slice(BYTE_ORDER_MARK.as_bytes());
    }
    start.extend(lines(&[columns]));
    start.extend(lines(&page.items));
    let read = move |cursor: String| {
        let rows = Arc::clone(&rows);
        async move { rows.page(&cursor).await }
    };
    let mut response = Response::new(stream_of(start, page.next, read, slot));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
    );
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Streams the start of the file, then page after page. An error aborts the response, so that a partial file is not
/// mistaken for a complete one.
///
/// The user's slot is held until the file has been sent or the client has disconnected.
fn stream_of<F>(
    start: Vec<u8>,
    next: Option<String>,
    read: impl Fn(String) -> F + Send + 'static,
    slot: Slot,
) -> Body
where
    F: Future<Output = Result<Page<Vec<String>>, AppError>> + Send + 'static,
{
    let begun = stream::once(async { Ok::<_, AppError>(Bytes::from(start)) });
    let rest = stream::try_unfold((next, read, slot), |(next, read, slot)| async move {
        let Some(cursor) = next else {
            return Ok(None);
        };
        let page = read(cursor).await?;
        let bytes = Bytes::from(lines(&page.items));
        Ok(Some((bytes, (page.next, read, slot))))
    });
    Body::from_stream(stream::StreamExt::chain(begun, rest))
}

/// Encodes rows as in RFC 4180.
fn lines(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        // Writing to memory fails only if rows differ in length, and all rows of a file have the same columns.
        if let Err(error) = writer.write_record(row) {
            tracing::error!(%error, "failed to write a CSV row");
        }
    }
    writer.into_inner().unwrap_or_default()
}

/// Marks a text that a spreadsheet would run as a formula with a leading apostrophe.
fn text(text: impl Into<String>) -> String {
    let text = text.into();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    }
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

fn task_row(task: TaskView) -> Vec<String> {
    let result = task.result.as_ref();
    let mut row = vec![
        task.id.to_string(),
        task.status.to_string(),
        time(task.queued_at),
        optional(task.started_at.map(time)),
        optional(task.finished_at.map(time)),
        task.price.to_string(),
        text(task.model.name),
        text(task.model.version),
        optional(result.map(|it| it.probability)),
        optional(result.map(|it| it.verdict)),
        optional(result.map(|it| it.interval_low)),
        optional(result.map(|it| it.interval_high)),
        text(task.error.unwrap_or_default()),
        optional(task.outcome.map(|it| it.reached)),
        optional(task.outcome.and_then(|it| it.raised_usd)),
    ];
    let mut campaign = CampaignInput::from(&task.campaign);
    let fields = CampaignInput::FIELDS
        .iter()
        .map(|field| campaign.field_mut(field).map(std::mem::take));
    row.extend(fields.map(|field| text(field.unwrap_or_default())));
    row
}

fn transaction_row(line: TransactionView) -> Vec<String> {
    vec![
        line.id.to_string(),
        line.kind.to_string(),
        line.amount.to_string(),
        line.balance_before.to_string(),
        line.balance_after.to_string(),
        text(line.description),
        optional(line.task_id),
        time(line.created_at),
    ]
}

fn unreported_row(task: UnreportedView) -> Vec<String> {
    vec![
        task.task_id.to_string(),
        text(task.name),
        task.launched_at.to_string(),
        task.deadline.to_string(),
        task.usd_goal.to_string(),
        String::new(),
        String::new(),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::services::UserSlots;

    #[test]
    fn rows_are_quoted_and_terminated_as_in_rfc_4180() {
        let rows = [vec!["a".to_owned(), "b \"c\", d\ne".to_owned()]];
        let written = String::from_utf8(lines(&rows)).unwrap();
        assert_eq!(written, "a,\"b \"\"c\"\", d\ne\"\r\n");
    }

    #[tokio::test]
    async fn a_file_holds_its_slot_until_it_is_sent_or_dropped() {
        let slots = Arc::new(UserSlots::with_wait(1, Duration::ZERO));
        let user = UserId(1);
        let read = |cursor: String| {
            let next = (cursor != "last").then(|| "last".to_owned());
            let items = vec![vec![cursor]];
            std::future::ready(Ok(Page { items, next }))
        };
        let file = async || {
            let slot = slots.take(user).await.unwrap();
            let start = b"start\r\n".to_vec();
            stream_of(start, Some("more".to_owned()), read, slot)
        };
        let dropped = file().await;
        assert!(slots.take(user).await.is_err());
        drop(dropped);
        let sent = axum::body::to_bytes(file().await, 1000).await.unwrap();
        assert_eq!(sent, "start\r\nmore\r\nlast\r\n");
        slots.take(user).await.unwrap();
    }

    #[test]
    fn a_formula_is_marked_as_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        assert_eq!(text("1=1"), "1=1");
    }
}
