//! What API keys have spent. A task that was submitted with a key is booked on that key and on the key that made it, in
//! the statement or transaction that holds the price. The booking is reversed when the hold is released.
//!
//! The rows of a user's keys change only while the user's balance is locked, so they need no further lock order.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait as _,
    FromQueryResult, Set, Statement, Value,
};

use crate::database::{Transaction, array_of};
use crate::entities::{api_key, api_key_budget, task};
use crate::queue;
use crate::types::{ApiKeyId, AppError, CapPeriod, CapReached, Credits, ModelId, Spent};

/// The rows of a key and of the key that made it; `$2` is the key.
const PAYERS: &str =
    "(api_key_id = $2 OR api_key_id = (SELECT parent_id FROM api_key WHERE id = $2))";

/// Common tables of the PostgreSQL statement that submits a batch with API keys: `blocked` has the requests that a key
/// does not pay for, and `own_key` the keys of the requests. They need the common tables `request`, `locked_balance`
/// and [`queue::queue_now`].
///
/// `locked_budget` reads the budgets after locking them, which may be newer than the snapshot that `spent` is read
/// from. Then the versions differ, and the request must be retried.
pub(super) const BLOCKED: &str = "\
    own_key AS MATERIALIZED (SELECT id, parent_id FROM api_key \
    WHERE id = ANY(ARRAY(SELECT api_key_id FROM request))), \
    payer AS MATERIALIZED (SELECT request.n, request.user_id, request.price, payer.id FROM request \
    JOIN own_key ON own_key.id = request.api_key_id \
    CROSS JOIN LATERAL (VALUES (own_key.id), (own_key.parent_id)) AS payer (id) WHERE payer.id IS NOT NULL), \
    used_key AS MATERIALIZED (SELECT id, expires_at, revoked_at, cap_day, cap_week, cap_month, cap_total \
    FROM api_key WHERE id = ANY(ARRAY(SELECT id FROM payer))), \
    locked_budget AS MATERIALIZED (SELECT api_key_id, spent, version FROM api_key_budget \
    WHERE api_key_id = ANY(ARRAY(SELECT payer.id FROM payer \
    JOIN locked_balance ON locked_balance.user_id = payer.user_id)) \
    ORDER BY api_key_id FOR UPDATE SKIP LOCKED), \
    read_budget AS MATERIALIZED (SELECT api_key_id, version FROM api_key_budget \
    WHERE api_key_id = ANY(ARRAY(SELECT id FROM payer))), \
    period AS MATERIALIZED (SELECT now, CAST(now AT TIME ZONE 'UTC' AS date) AS day, \
    CAST(date_trunc('week', now AT TIME ZONE 'UTC') AS date) AS week, \
    CAST(date_trunc('month', now AT TIME ZONE 'UTC') AS date) AS month FROM queue_now), \
    spent AS MATERIALIZED (SELECT api_key_id, \
    COALESCE(SUM(credits) FILTER (WHERE api_key_spend.day >= period.day), 0) AS day, \
    COALESCE(SUM(credits) FILTER (WHERE api_key_spend.day >= period.week), 0) AS week, \
    COALESCE(SUM(credits) FILTER (WHERE api_key_spend.day >= period.month), 0) AS month \
    FROM api_key_spend CROSS JOIN period WHERE api_key_id = ANY(ARRAY(SELECT id FROM payer)) \
    AND api_key_spend.day >= (SELECT LEAST(week, month) FROM period) GROUP BY api_key_id), \
    blocked AS MATERIALIZED (SELECT due.n, \
    BOOL_OR(locked_budget.version IS DISTINCT FROM read_budget.version) AS is_stale \
    FROM (SELECT n, id, SUM(price) OVER (PARTITION BY id ORDER BY n) AS credits FROM payer) AS due \
    CROSS JOIN period \
    JOIN used_key ON used_key.id = due.id \
    LEFT JOIN read_budget ON read_budget.api_key_id = due.id \
    LEFT JOIN locked_budget ON locked_budget.api_key_id = due.id \
    LEFT JOIN spent ON spent.api_key_id = due.id \
    WHERE locked_budget.version IS NULL OR locked_budget.version IS DISTINCT FROM read_budget.version \
    OR used_key.revoked_at IS NOT NULL OR used_key.expires_at <= period.now \
    OR locked_budget.spent + due.credits > used_key.cap_total \
    OR COALESCE(spent.day, 0) + due.credits > used_key.cap_day \
    OR COALESCE(spent.week, 0) + due.credits > used_key.cap_week \
    OR COALESCE(spent.month, 0) + due.credits > used_key.cap_month \
    GROUP BY due.n)";

/// Common tables of the same statement that book the rows of `enqueued` on their keys.
pub(super) const BOOKED: &str = "\
    booked AS MATERIALIZED (SELECT payer.id, enqueued.model_id, CAST(SUM(enqueued.price) AS bigint) AS credits, \
    COUNT(*) AS predictions FROM enqueued JOIN own_key ON own_key.id = enqueued.api_key_id \
    CROSS JOIN LATERAL (VALUES (own_key.id), (own_key.parent_id)) AS payer (id) WHERE payer.id IS NOT NULL \
    GROUP BY payer.id, enqueued.model_id), \
    booked_budget AS (UPDATE api_key_budget SET spent = api_key_budget.spent + new.credits, \
    version = api_key_budget.version + 1 \
    FROM (SELECT id, CAST(SUM(credits) AS bigint) AS credits FROM booked GROUP BY id) AS new \
    WHERE api_key_budget.api_key_id = new.id AND api_key_budget.api_key_id = ANY(ARRAY(SELECT id FROM booked))), \
    booked_spend AS (INSERT INTO api_key_spend (api_key_id, day, model_id, credits, predictions) \
    SELECT booked.id, period.day, booked.model_id, booked.credits, booked.predictions \
    FROM booked CROSS JOIN period ORDER BY booked.id, booked.model_id \
    ON CONFLICT (api_key_id, day, model_id) DO UPDATE SET credits = api_key_spend.credits + excluded.credits, \
    predictions = api_key_spend.predictions + excluded.predictions)";

/// Tasks as they are booked on an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Booking {
    pub(super) key: ApiKeyId,
    pub(super) model: ModelId,
    /// The price of all of them.
    pub(super) credits: Credits,
    /// The number of tasks.
    pub(super) predictions: i64,
    /// The day of submission, in UTC.
    pub(super) day: NaiveDate,
}

impl Booking {
    /// The booking of a task; `None` if it was submitted without a key.
    pub(super) fn of(task: &task::Model) -> Option<Self> {
        Some(Self {
            key: task.api_key_id?,
            model: task.model_id,
            credits: Credits(task.price),
            predictions: 1,
            day: task.queued_at.date_naive(),
        })
    }

    /// Adds the bookings of the same key, model and day.
    pub(super) fn merge(bookings: impl IntoIterator<Item = Self>) -> impl Iterator<Item = Self> {
        let mut merged: BTreeMap<(ApiKeyId, ModelId, NaiveDate), Self> = BTreeMap::new();
        for booking in bookings {
            merged
                .entry((booking.key, booking.model, booking.day))
                .and_modify(|sum| {
                    sum.credits = Credits(sum.credits.0 + booking.credits.0);
                    sum.predictions += booking.predictions;
                })
                .or_insert(booking);
        }
        merged.into_values()
    }

    /// The values `$1` to `$5` of the statements below.
    fn values(self) -> Vec<Value> {
        vec![
            self.credits.0.into(),
            self.key.0.into(),
            self.day.into(),
            self.model.0.into(),
            self.predictions.into(),
        ]
    }
}

/// The current day, week and month in UTC, by their first days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Periods {
    day: NaiveDate,
    week: NaiveDate,
    month: NaiveDate,
}

impl Periods {
    fn at(now: DateTime<Utc>) -> Self {
        let day = now.date_naive();
        let since_monday = Days::new(day.weekday().num_days_from_monday().into());
        Self {
            day,
            week: day - since_monday,
            month: day - Days::new(day.day0().into()),
        }
    }

    /// When a period ends, and its spending starts again at 0.
    fn end(self, period: CapPeriod) -> Option<DateTime<Utc>> {
        let next = match period {
            CapPeriod::Day => self.day + Days::new(1),
            CapPeriod::Week => self.week + Days::new(7),
            CapPeriod::Month => self.month + Months::new(1),
            CapPeriod::Total => return None,
        };
        Some(next.and_time(NaiveTime::MIN).and_utc())
    }
}

/// Opens the budget of a new key.
///
/// # Errors
/// If the database returns an error.
pub(crate) async fn open_budget(transaction: &Transaction, key: ApiKeyId) -> Result<(), DbErr> {
    let budget = api_key_budget::ActiveModel {
        api_key_id: Set(key),
        spent: Set(0),
        version: Set(0),
    };
    budget.insert(transaction).await.map(drop)
}

/// What keys have spent in the periods of `now`.
///
/// # Errors
/// If the database is unavailable.
pub(crate) async fn read_spent(
    connection: &impl ConnectionTrait,
    keys: &[ApiKeyId],
    now: DateTime<Utc>,
) -> Result<HashMap<ApiKeyId, Spent>, DbErr> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let Periods { day, week, month } = Periods::at(now);
    let mut values: Vec<Value> = vec![
        day.into(),
        week.into(),
        month.into(),
        week.min(month).into(),
    ];
    let backend = connection.get_database_backend();
    let is_listed = if backend == DatabaseBackend::Postgres {
        values.push(array_of(keys.iter().map(|key| key.0.into()).collect()));
        "= ANY($5)".to_owned()
    } else {
        let ids: Vec<String> = keys.iter().map(|key| key.0.to_string()).collect();
        format!("IN ({})", ids.join(", "))
    };
    let since = |first: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN s.day >= {first} THEN s.credits END), 0) AS BIGINT)")
    };
    let sql = format!(
        "SELECT b.api_key_id AS id, {} AS day, {} AS week, {} AS month, b.spent AS total \
         FROM api_key_budget b LEFT JOIN api_key_spend s ON s.api_key_id = b.api_key_id \
         AND s.api_key_id {is_listed} AND s.day >= $4 \
         WHERE b.api_key_id {is_listed} GROUP BY b.api_key_id, b.spent",
        since("$1"),
        since("$2"),
        since("$3"),
    );
    let rows = SpentRow::find_by_statement(Statement::from_sql_and_values(backend, sql, values))
        .all(connection)
        .await?;
    let spent = rows.into_iter().map(|row| (row.id, row.spent()));
    Ok(spent.collect())
}

#[derive(FromQueryResult)]
struct SpentRow {
    id: ApiKeyId,
    day: i64,
    week: i64,
    month: i64,
    total: i64,
}

impl SpentRow {
    fn spent(&self) -> Spent {
        Spent {
            day: Credits(self.day),
            week: Credits(self.week),
            month: Credits(self.month),
            total: Credits(self.total),
        }
    }
}

/// Checks that an API key is valid, and that its caps and those of the key that made it cover a price.
///
/// # Errors
/// [`AppError::InvalidKey`]; [`AppError::CapReached`]; 503 if the database is unavailable.
pub(crate) async fn check_budget(
    connection: &impl ConnectionTrait,
    key: ApiKeyId,
    price: Credits,
    clock: DateTime<Utc>,
) -> Result<(), AppError> {
    let now = queue::read_now(connection, clock).await?;
    refusal(connection, key, price, now)
        .await?
        .map_or(Ok(()), Err)
}

/// Why a key does not pay a price; `None` if it does.
pub(super) async fn refusal(
    connection: &impl ConnectionTrait,
    key: ApiKeyId,
    price: Credits,
    now: DateTime<Utc>,
) -> Result<Option<AppError>, DbErr> {
    let mut next = Some(key);
    let mut payers = Vec::new();
    while let Some(id) = next {
        let payer = api_key::Entity::find_by_id(id).one(connection).await?;
        let payer = payer.ok_or_else(|| DbErr::RecordNotFound(format!("API key {id}")))?;
        if let Some(reason) = end_of(&payer, now) {
            return Ok(Some(AppError::InvalidKey(reason.to_owned())));
        }
        next = payer.parent_id;
        payers.push(payer);
    }
    let ids: Vec<ApiKeyId> = payers.iter().map(|payer| payer.id).collect();
    let spent = read_spent(connection, &ids, now).await?;
    for payer in payers {
        let (caps, spent) = (payer.caps(), spent.get(&payer.id).copied());
        let spent = spent.unwrap_or_default();
        if let Some(cap) = spent.reached(&caps, price) {
            return Ok(Some(AppError::CapReached(CapReached {
                cap,
                limit: caps.of(cap).unwrap_or_default(),
                spent: spent.of(cap),
                needed: price,
                resets_at: Periods::at(now).end(cap),
                api_key: payer.hint,
            })));
        }
    }
    Ok(None)
}

/// Why a key is no longer valid; `None` if it is.
pub(crate) fn end_of(key: &api_key::Model, now: DateTime<Utc>) -> Option<&'static str> {
    if key.revoked_at.is_some() {
        Some("this API key was revoked")
    } else if key.is_expired(now) {
        Some("this API key has expired")
    } else {
        None
    }
}

/// Books tasks whose price is held. On PostgreSQL the statement that submits single tasks does so itself.
pub(super) async fn book(transaction: &Transaction, booking: Booking) -> Result<(), DbErr> {
    let spent = format!(
        "UPDATE api_key_budget SET spent = spent + $1, version = version + 1 WHERE {PAYERS}"
    );
    let payer = vec![booking.credits.0.into(), booking.key.0.into()];
    execute(transaction, spent, payer).await?;
    let by_day = "INSERT INTO api_key_spend (api_key_id, day, model_id, credits, predictions) \
                  SELECT id, $3, $4, $1, $5 FROM api_key \
                  WHERE id = $2 OR id = (SELECT parent_id FROM api_key WHERE id = $2) \
                  ON CONFLICT (api_key_id, day, model_id) DO UPDATE SET \
                  credits = api_key_spend.credits + excluded.credits, \
                  predictions = api_key_spend.predictions + excluded.predictions";
    execute(transaction, by_day.to_owned(), booking.values())
        .await
        .map(drop)
}

/// Reverses a booking.
///
/// # Errors
/// [`DbErr::RecordNotUpdated`] if the tasks were not booked.
pub(super) async fn reverse(transaction: &Transaction, booking: Booking) -> Result<(), DbErr> {
    let spent = format!(
        "UPDATE api_key_budget SET spent = spent - $1, version = version + 1 WHERE {PAYERS}"
    );
    let payer = vec![booking.credits.0.into(), booking.key.0.into()];
    let payers = execute(transaction, spent, payer).await?;
    let by_day = format!(
        "UPDATE api_key_spend SET credits = credits - $1, predictions = predictions - $5 \
         WHERE {PAYERS} AND day = $3 AND model_id = $4"
    );
    let booked = execute(transaction, by_day, booking.values()).await?;
    if payers > 0 && payers == booked {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

async fn execute(transaction: &Transaction, sql: String, values: Vec<Value>) -> Result<u64, DbErr> {
    let backend = transaction.get_database_backend();
    let done = transaction
        .execute_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_those_of_utc_and_weeks_begin_on_monday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        // A Sunday.
        let sunday = Periods::at("2026-05-31T23:59:59.999Z".parse().unwrap());
        let expected = Periods {
            day: day("2026-05-31"),
            week: day("2026-05-25"),
            month: day("2026-05-01"),
        };
        assert_eq!(sunday, expected);
        let monday = Periods::at("2026-06-01T02:00:00+02:00".parse().unwrap());
        assert_eq!(
            [monday.day, monday.week, monday.month],
            [day("2026-06-01"); 3]
        );
        let midnight = "2026-06-01T00:00:00Z".parse().unwrap();
        for period in [CapPeriod::Day, CapPeriod::Week, CapPeriod::Month] {
            assert_eq!(sunday.end(period), Some(midnight), "{period}");
        }
        assert_eq!(sunday.end(CapPeriod::Total), None);
    }
}
