//! Paid requests come in: each price is held and its task queued, many of them in one database transaction.
//!
//! On PostgreSQL it is one statement, made of the ledger's part and of the queue's. A price is held exactly where
//! its task was queued, so neither can be there without the other.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    DatabaseBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Statement,
};
use serde::Serialize;

use super::postings::{hold, release};
use crate::entities::task::Input;
use crate::entities::{Database, model, task};
use crate::queue::{self, NewTask};

/// What became of a paid request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Taken {
    /// Its price is held and it is queued.
    Queued(Box<task::Model>),
    /// Nothing was done: the credits do not cover it, its key was used before, or its model is not live at
    /// this price.
    Refused,
    /// Nothing was done: somebody else is changing the balance.
    Busy,
}

/// What to do where somebody else is changing a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Wait for them.
    Yes,
    /// Pass over the request, so that it does not hold up the others of its group.
    No,
}

/// Holds prices and queues their tasks, and answers each request in its place.
///
/// # Errors
/// Where the database refuses; then nothing was done.
pub(crate) async fn hold_and_queue(
    database: &Database,
    requests: Vec<NewTask>,
    wait: Wait,
    now: DateTime<Utc>,
) -> Result<Vec<Taken>, DbErr> {
    match database.backend() {
        DatabaseBackend::Postgres => in_one_statement(database, requests, wait, now).await,
        _ => one_by_one(database, requests, now).await,
    }
}

#[derive(Serialize)]
struct Asked<'a> {
    n: usize,
    user_id: i64,
    model_id: i64,
    price: i64,
    input: &'a Input,
    key: &'a str,
    hash: &'a str,
}

#[derive(FromQueryResult)]
struct Row {
    n: i64,
    task: Option<i64>,
    is_locked: bool,
}

async fn in_one_statement(
    database: &Database,
    requests: Vec<NewTask>,
    wait: Wait,
    now: DateTime<Utc>,
) -> Result<Vec<Taken>, DbErr> {
    let asked: Vec<_> = requests
        .iter()
        .enumerate()
        .map(|(n, request)| Asked {
            n,
            user_id: request.user.0,
            model_id: request.model,
            price: request.price.0,
            input: &request.input,
            key: &request.key,
            hash: &request.hash,
        })
        .collect();
    let asked = serde_json::to_string(&asked).map_err(|error| DbErr::Json(error.to_string()))?;
    let statement = Statement::from_sql_and_values(
        DatabaseBackend::Postgres,
        statement(wait),
        [asked.into(), now.into()],
    );
    let rows = Row::find_by_statement(statement)
        .all(database.write())
        .await?;
    let mut taken = vec![Taken::Busy; requests.len()];
    let mut requests: Vec<_> = requests.into_iter().map(Some).collect();
    let mut seen = HashSet::new();
    for row in rows {
        let place = usize::try_from(row.n).unwrap_or(usize::MAX);
        let (Some(answer), Some(request)) = (taken.get_mut(place), requests.get_mut(place)) else {
            continue;
        };
        *answer = match (row.task, request.take()) {
            // The same key twice in one group: the first made the task, and the other is told like a late one.
            (Some(task), Some(request)) if seen.insert(task) => {
                Taken::Queued(Box::new(request.into_task(task, now)))
            }
            _ if row.is_locked => Taken::Refused,
            _ => Taken::Busy,
        };
    }
    Ok(taken)
}

/// `$1` are the requests, `$2` is the time. Of a user's requests those are taken in their order that the credits
/// cover together with all before them.
///
/// `purse` reads the balances as they are once locked, which may be newer than what the statement sees otherwise; a key
/// that was used meanwhile is caught by its index. Only tasks that were really queued are held for.
fn statement(wait: Wait) -> String {
    let skip = match wait {
        Wait::Yes => "",
        Wait::No => " SKIP LOCKED",
    };
    format!(
        "WITH asked AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(CAST($1 AS text)::jsonb) AS \
         asked(n bigint, user_id bigint, model_id bigint, price bigint, input jsonb, key text, hash text)), \
         purse AS MATERIALIZED (SELECT user_id, amount - held AS available FROM balance \
         WHERE user_id = ANY(ARRAY(SELECT user_id FROM asked)) ORDER BY user_id FOR UPDATE{skip}), \
         payable AS (SELECT * FROM (SELECT asked.*, purse.available, \
         SUM(asked.price) OVER (PARTITION BY asked.user_id ORDER BY asked.n) AS due \
         FROM asked JOIN purse ON purse.user_id = asked.user_id \
         JOIN model ON model.id = asked.model_id AND model.state = 'live' AND model.price = asked.price) covered \
         WHERE due <= available), \
         queued AS ({queue}), \
         held AS (UPDATE balance SET held = balance.held + taken.price, updated_at = $2 \
         FROM (SELECT user_id, SUM(price)::bigint AS price FROM queued GROUP BY user_id) AS taken \
         WHERE balance.user_id = taken.user_id) \
         SELECT asked.n AS n, queued.id AS task, purse.user_id IS NOT NULL AS is_locked FROM asked \
         LEFT JOIN purse ON purse.user_id = asked.user_id \
         LEFT JOIN queued ON queued.user_id = asked.user_id AND queued.idempotency_key = asked.key \
         ORDER BY asked.n",
        queue = queue::QUEUE_PAYABLE
    )
}

/// SQLite has one writer, who is us now, and no round trips: nothing is gained by cleverer statements.
async fn one_by_one(
    database: &Database,
    requests: Vec<NewTask>,
    now: DateTime<Utc>,
) -> Result<Vec<Taken>, DbErr> {
    let transaction = database.begin().await?;
    let offers: Vec<(i64, i64)> = model::Entity::find()
        .select_only()
        .columns([model::Column::Id, model::Column::Price])
        .filter(Expr::cust("state = 'live'"))
        .into_tuple()
        .all(&transaction)
        .await?;
    let mut taken = Vec::with_capacity(requests.len());
    for request in requests {
        let (user, price) = (request.user, request.price);
        if !offers.contains(&(request.model, price.0))
            || !hold(&transaction, user, price, now).await?
        {
            taken.push(Taken::Refused);
            continue;
        }
        let queued = queue::enqueue(&transaction, &request, now).await?;
        taken.push(if let Some(task) = queued {
            Taken::Queued(Box::new(request.into_task(task, now)))
        } else {
            release(&transaction, user, price, now).await?;
            Taken::Refused
        });
    }
    transaction.commit().await?;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_group_passes_over_what_is_locked() {
        assert!(statement(Wait::No).contains("FOR UPDATE SKIP LOCKED"));
        assert!(!statement(Wait::Yes).contains("SKIP LOCKED"));
    }
}
