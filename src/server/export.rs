//! `GET /api/tasks.csv` and `GET /api/transactions.csv`: a filtered history as a CSV file. `GET /api/batch/tasks.csv`: the
//! tasks of a batch. `GET /api/outcomes.csv`: the user's tasks that lack an outcome, to be filled in and sent to
//! `/api/tasks/report_outcomes`.
//!
//! Rows are read page by page while they are sent, so memory use is that of one page. The format is RFC 4180 in UTF-8.
//! A text that a spreadsheet would run as a formula gets a leading apostrophe.

mod rows;

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
    AppError, BatchTaskFilterInput, CampaignInput, PAGE_LIMIT_MAX, Page, TaskFilterInput,
    TransactionFilterInput, UserId, parse_cursor, parse_required_id,
};
use rows::{
    BATCH_COLUMNS, OUTCOME_COLUMNS, TASK_COLUMNS, TRANSACTION_COLUMNS, batch_row, lines, task_row,
    transaction_row, unreported_row,
};

/// Spreadsheets need the mark to detect UTF-8; other programs do not.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Tasks of a batch that are read at once. Each page sorts the whole batch.
const BATCH_ROWS: u32 = 1_000;

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
    Batch(BatchQuery),
    Unreported,
}

/// The batch and the filter of its tasks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct BatchQuery {
    id: String,
    #[serde(flatten)]
    filter: BatchTaskFilterInput,
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
            Self::Batch(_) => "batch.csv",
            Self::Unreported => "outcomes.csv",
        }
    }

    fn columns(&self) -> Vec<String> {
        let columns: Vec<&str> = match self {
            Self::Tasks(_) => [&TASK_COLUMNS[..], &CampaignInput::FIELDS].concat(),
            Self::Transactions(_) => TRANSACTION_COLUMNS.into(),
            Self::Batch(_) => [&BATCH_COLUMNS[..], &CampaignInput::FIELDS].concat(),
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
                Ok(page.await?.map(|task| task_row(&task)))
            }
            History::Transactions(filter) => {
                let filter = filter.check()?;
                let page = services
                    .ledger
                    .transactions(*user, filter, before, PAGE_LIMIT_MAX);
                Ok(page.await?.map(transaction_row))
            }
            History::Batch(BatchQuery { id, filter }) => {
                let (id, filter) = (parse_required_id(id)?, filter.check()?);
                let page = services
                    .batches
                    .tasks(*user, id, &filter, before, BATCH_ROWS);
                Ok(page.await?.map(|task| batch_row(&task)))
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

/// The tasks of a batch of the signed-in user that match the filter, in its order.
pub async fn batch_tasks(
    State(state): State<AppState>,
    identity: Identity,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let history = History::Batch(parse_filter(&uri)?);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::services::UserSlots;

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
}
