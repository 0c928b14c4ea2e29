//! Submits: holds prices and queues tasks, many in one database transaction.
//!
//! On PostgreSQL this is one statement, composed of the ledger's part and the queue's. It holds a price exactly if the
//! task was queued, so neither exists without the other.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    DatabaseBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Statement,
};
use serde::Serialize;

use super::budgets::{BLOCKED, BOOKED, Booking, book, refusal};
use super::postings::{hold, release_price};
use crate::database::{Database, Transaction, retry};
use crate::entities::{model, task};
use crate::queue::{self, Enqueued, NewTask};
use crate::types::{Campaign, ModelId, TaskId};

/// What became of a submit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SubmitOutcome {
    /// The price is held and the task is queued.
    Enqueued(Box<task::Model>),
    /// Nothing was done: the credits do not cover the price, a cap of the API key does not, the idempotency key was used
    /// before, the API key has ended, or the model is not live at this price.
    Refused,
    /// Nothing was done: another transaction has locked the balance.
    Locked,
}

/// Holds prices and queues their tasks. Returns an outcome for each request, in the same order. `clock` is the queue's
/// time on SQLite; see `queue::time`.
///
/// # Errors
/// If the database returns an error; nothing was done then.
pub(crate) async fn hold_and_enqueue(
    database: &Database,
    requests: Vec<NewTask>,
    clock: DateTime<Utc>,
) -> Result<Vec<SubmitOutcome>, DbErr> {
    match database.backend() {
        DatabaseBackend::Postgres => {
            retry("submit", || in_one_statement(database, &requests)).await
        }
        _ => {
            database
                .transaction(
                    "submit",
                    (requests, clock),
                    |transaction, (requests, now)| {
                        Box::pin(one_by_one(transaction, requests, *now))
                    },
                )
                .await
        }
    }
}

/// For the database, so with row numbers instead of ids, which would be encrypted in JSON.
#[derive(Serialize)]
struct RequestRow<'a> {
    n: usize,
    user_id: i64,
    model_id: i64,
    price: i64,
    input: &'a Campaign,
    key: &'a str,
    hash: &'a str,
    api_key_id: Option<i64>,
}

#[derive(FromQueryResult)]
struct OutcomeRow {
    n: i64,
    task: Option<TaskId>,
    queued_at: Option<DateTime<Utc>>,
    round: Option<i64>,
    is_locked_by_us: bool,
}

impl OutcomeRow {
    fn enqueued(&self) -> Option<Enqueued> {
        Some(Enqueued {
            id: self.task?,
            queued_at: self.queued_at?,
            round: self.round?,
        })
    }
}

async fn in_one_statement(
    database: &Database,
    requests: &[NewTask],
) -> Result<Vec<SubmitOutcome>, DbErr> {
    let rows: Vec<_> = requests
        .iter()
        .enumerate()
        .map(|(n, request)| RequestRow {
            n,
            user_id: request.user.0,
            model_id: request.model.0,
            price: request.price.0,
            input: &request.input,
            key: &request.key,
            hash: &request.hash,
            api_key_id: request.api_key.map(|key| key.0),
        })
        .collect();
    let rows = serde_json::to_string(&rows).map_err(|error| DbErr::Json(error.to_string()))?;
    let has_keys = requests.iter().any(|request| request.api_key.is_some());
    let sql = statement(has_keys);
    let statement = Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [rows.into()]);
    let rows = OutcomeRow::find_by_statement(statement)
        .all(database.write())
        .await?;
    let mut outcomes = vec![SubmitOutcome::Locked; requests.len()];
    let mut seen = HashSet::new();
    for row in rows {
        let index = usize::try_from(row.n).unwrap_or(usize::MAX);
        let (Some(outcome), Some(request)) = (outcomes.get_mut(index), requests.get(index)) else {
            continue;
        };
        *outcome = match row.enqueued() {
            // The same request occurs twice in the batch. The first queued the task; the second is refused, as a later
            // repeat would be.
            Some(enqueued) if seen.insert(enqueued.id) => {
                SubmitOutcome::Enqueued(Box::new(request.clone().into_task(enqueued)))
            }
            _ if row.is_locked_by_us => SubmitOutcome::Refused,
            _ => SubmitOutcome::Locked,
        };
    }
    Ok(outcomes)
}

/// `$1` contains the requests. A user's request is queued if the available credits cover its price together with those
/// of all the user's earlier requests in the batch.
///
/// `locked_balance` reads the balances after locking them, which may be newer than the rest of the statement's
/// snapshot, and skips those that another transaction has locked. A key that was used meanwhile conflicts with its
/// unique index. Only inserted tasks are held for. A request counts as queued only if the inserted row is its own,
/// because another request of the batch may have the same key.
///
/// If any request has an API key, the caps of the keys must cover the prices in the same way; see [`BLOCKED`].
fn statement(has_keys: bool) -> String {
    let blocked = if has_keys {
        BLOCKED
    } else {
        "blocked AS (SELECT NULL::bigint AS n, false AS is_stale WHERE false)"
    };
    let booked = if has_keys {
        format!(", {BOOKED}")
    } else {
        String::new()
    };
    format!(
        "WITH request AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(CAST($1 AS text)::jsonb) AS \
         request(n bigint, user_id bigint, model_id bigint, price bigint, input jsonb, key text, hash text, \
         api_key_id bigint)), \
         {queue_now}, \
         locked_balance AS MATERIALIZED (SELECT user_id, amount - held AS available, \
         {next_round} AS next_round FROM balance \
         WHERE user_id = ANY(ARRAY(SELECT user_id FROM request)) ORDER BY user_id FOR UPDATE SKIP LOCKED), \
         {blocked}, \
         affordable AS (SELECT * FROM (SELECT request.*, locked_balance.available, locked_balance.next_round, \
         SUM(request.price) OVER (PARTITION BY request.user_id ORDER BY request.n) AS due \
         FROM request JOIN locked_balance ON locked_balance.user_id = request.user_id \
         JOIN model ON model.id = request.model_id AND model.state = 'live' AND model.price = request.price \
         WHERE NOT EXISTS (SELECT 1 FROM blocked WHERE blocked.n = request.n)) priced \
         WHERE due <= available), \
         enqueued AS ({insert}), \
         hold AS (UPDATE balance SET held = balance.held + new.price, next_round = new.next_round, \
         updated_at = new.queued_at FROM (SELECT user_id, SUM(price)::bigint AS price, \
         MAX(round) + 1 AS next_round, MAX(queued_at) AS queued_at FROM enqueued GROUP BY user_id) AS new \
         WHERE balance.user_id = new.user_id){booked} \
         SELECT request.n AS n, enqueued.id AS task, enqueued.queued_at AS queued_at, enqueued.round AS round, \
         locked_balance.user_id IS NOT NULL AND blocked.is_stale IS NOT TRUE AS is_locked_by_us \
         FROM request \
         LEFT JOIN blocked ON blocked.n = request.n \
         LEFT JOIN locked_balance ON locked_balance.user_id = request.user_id \
         LEFT JOIN enqueued ON enqueued.user_id = request.user_id AND enqueued.idempotency_key = request.key \
         AND enqueued.request_hash = request.hash AND enqueued.price = request.price \
         ORDER BY request.n",
        queue_now = queue::queue_now(),
        next_round = queue::next_round(),
        insert = queue::INSERT_AFFORDABLE
    )
}

/// SQLite has one writer, which is this transaction, and no round trips, so larger statements gain nothing.
async fn one_by_one(
    transaction: &Transaction,
    requests: &[NewTask],
    now: DateTime<Utc>,
) -> Result<Vec<SubmitOutcome>, DbErr> {
    let offers: Vec<(ModelId, i64)> = model::Entity::find()
        .select_only()
        .columns([model::Column::Id, model::Column::Price])
        .filter(Expr::cust("state = 'live'"))
        .into_tuple()
        .all(transaction)
        .await?;
    let mut outcomes = Vec::with_capacity(requests.len());
    for request in requests {
        let is_offered = offers.contains(&(request.model, request.price.0));
        let task = if is_offered {
            hold_one(transaction, request, now).await?
        } else {
            None
        };
        outcomes.push(task.map_or(SubmitOutcome::Refused, |task| {
            SubmitOutcome::Enqueued(Box::new(task))
        }));
    }
    Ok(outcomes)
}

/// Returns the queued task; `None` if nothing was done.
async fn hold_one(
    transaction: &Transaction,
    request: &NewTask,
    now: DateTime<Utc>,
) -> Result<Option<task::Model>, DbErr> {
    let (user, price) = (request.user, request.price);
    if let Some(key) = request.api_key
        && refusal(transaction, key, price, now).await?.is_some()
    {
        return Ok(None);
    }
    let Some(round) = hold(transaction, user, price, 1, now).await? else {
        return Ok(None);
    };
    let Some(enqueued) = queue::enqueue(transaction, request, round, now).await? else {
        release_price(transaction, user, price, now).await?;
        return Ok(None);
    };
    let task = request.clone().into_task(enqueued);
    if let Some(booking) = Booking::of(&task) {
        book(transaction, booking).await?;
    }
    Ok(Some(task))
}
