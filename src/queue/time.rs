//! The queue uses the database's time, so that a process with a wrong clock does not affect others.
//!
//! On PostgreSQL each statement reads the server's time. SQLite has no time of its own. Only one process uses the
//! database there, so its clock is used. Functions of the queue take it as `clock`.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};

/// In whole milliseconds, so that the value read back equals the value written.
pub(super) const POSTGRES_NOW: &str = "date_trunc('milliseconds', statement_timestamp())";

/// The current time, as an SQL expression.
pub(super) fn now(backend: DatabaseBackend, clock: DateTime<Utc>) -> Expr {
    match backend {
        DatabaseBackend::Postgres => Expr::cust(POSTGRES_NOW),
        _ => Expr::value(clock),
    }
}

/// The current time plus `distance`, as an SQL expression.
pub(super) fn from_now(backend: DatabaseBackend, clock: DateTime<Utc>, distance: Duration) -> Expr {
    match backend {
        DatabaseBackend::Postgres => Expr::cust_with_values(
            format!("{POSTGRES_NOW} + $1 * interval '1 millisecond'"),
            [distance.num_milliseconds()],
        ),
        _ => Expr::value(clock + distance),
    }
}

/// The current time, for the later statements of a transaction that has none from an earlier statement.
///
/// # Errors
/// If the database is unavailable.
pub async fn read_now(
    connection: &impl ConnectionTrait,
    clock: DateTime<Utc>,
) -> Result<DateTime<Utc>, DbErr> {
    if connection.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(clock);
    }
    let sql = format!("SELECT {POSTGRES_NOW} AS now");
    let statement = Statement::from_string(DatabaseBackend::Postgres, sql);
    let row = connection.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the time".to_owned()))?
        .try_get("", "now")
}
