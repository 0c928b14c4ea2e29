//! Checks at startup that PostgreSQL suits this program, and descriptions of the sessions that block a migration.

use anyhow::bail;
use sea_orm::DbErr;
use sea_orm::sqlx::{self, PgConnection, PgPool, Row as _};

use super::pool::from_sqlx;

/// The error of a pooler that does not pass on connection settings.
const UNKNOWN_PARAMETER: &str = "unsupported startup parameter";
const POOLER: &str = "the connection goes through a pooler such as PgBouncer that gives a session's transactions to \
    different servers; connect to PostgreSQL itself, or use session pooling with \
    ignore_startup_parameters = options,extra_float_digits (docs/operations.md)";

/// Recognizes a connection that a pooler refused. Waiting does not help then.
///
/// # Errors
/// If a pooler refused it; the message says what to do.
pub fn check_refusal(error: &DbErr) -> anyhow::Result<()> {
    if error.to_string().contains(UNKNOWN_PARAMETER) {
        bail!("{POOLER}");
    }
    Ok(())
}

/// Takes a session-level advisory lock through a pool with a single connection. False if another session holds it.
///
/// # Errors
/// If the query fails.
pub async fn try_lock(pool: &PgPool, key: i64) -> Result<bool, DbErr> {
    let sql = "SELECT pg_try_advisory_lock($1)";
    let is_locked = sqlx::query_scalar(sql).bind(key).fetch_one(pool).await;
    is_locked.map_err(from_sqlx)
}

/// Rejects a database whose encoding cannot store all text, and a pooler that breaks sessions.
///
/// # Errors
/// A description of the problem, or a [`DbErr`] if a query fails.
pub async fn check(pool: &PgPool) -> anyhow::Result<()> {
    check_sessions(pool).await?;
    check_encoding(pool).await?;
    log_encryption(pool).await
}

/// Operators see whether `sslmode` has the effect that they expect.
async fn log_encryption(pool: &PgPool) -> anyhow::Result<()> {
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let is_encrypted: Option<bool> = sqlx::query_scalar(sql)
        .fetch_optional(pool)
        .await
        .map_err(from_sqlx)?;
    tracing::info!(
        is_encrypted = is_encrypted.unwrap_or_default(),
        "connected to PostgreSQL"
    );
    Ok(())
}

async fn check_encoding(pool: &PgPool) -> anyhow::Result<()> {
    let (database, encoding): (String, String) =
        sqlx::query_as("SELECT current_database()::text, current_setting('server_encoding')")
            .fetch_one(pool)
            .await
            .map_err(from_sqlx)?;
    if encoding != "UTF8" {
        bail!(
            "the database {database} stores text as {encoding}, which cannot hold every title; create one that stores \
             UTF8: createdb --encoding=UTF8 --template=template0 NAME"
        );
    }
    Ok(())
}

/// Two connections that are open at the same time must be two sessions of PostgreSQL. A pooler may instead give the
/// same session to both. Locks, settings, prepared statements and LISTEN belong to a session.
async fn check_sessions(pool: &PgPool) -> anyhow::Result<()> {
    let mut first = pool.acquire().await.map_err(from_sqlx)?;
    let mut second = pool.acquire().await.map_err(from_sqlx)?;
    let first = session_of(&mut first).await.map_err(from_sqlx)?;
    let second = session_of(&mut second).await.map_err(from_sqlx)?;
    if first == second {
        bail!("{POOLER}");
    }
    Ok(())
}

/// Avoids a prepared statement: behind a pooler, the session may already have one of the same name.
async fn session_of(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    row.try_get(0)
}

/// Describes the sessions that hold an advisory lock.
///
/// # Errors
/// If the query fails.
pub async fn lock_holders(pool: &PgPool, key: i64) -> Result<String, DbErr> {
    let sql = "SELECT a.pid, a.application_name, a.usename::text, a.client_addr::text, \
               EXTRACT(EPOCH FROM now() - a.query_start)::bigint, a.state \
               FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
               WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
               AND l.classid::bigint = $1::bigint >> 32 AND l.objid::bigint = $1::bigint & 4294967295";
    let sessions = sqlx::query_as(sql).bind(key).fetch_all(pool).await;
    Ok(describe_sessions(&sessions.map_err(from_sqlx)?))
}

/// Describes the session with the oldest open transaction: the likely holder of the locks that a migration waits for.
///
/// # Errors
/// If the query fails.
pub async fn oldest_transaction(pool: &PgPool) -> Result<String, DbErr> {
    let sql = "SELECT pid, application_name, usename::text, client_addr::text, \
               EXTRACT(EPOCH FROM now() - xact_start)::bigint, state FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL \
               ORDER BY xact_start LIMIT 1";
    let sessions = sqlx::query_as(sql).fetch_all(pool).await;
    Ok(describe_sessions(&sessions.map_err(from_sqlx)?))
}

/// A session as listed in `pg_stat_activity`: pid, application, user, address, seconds, state. Columns that the
/// current user may not see are null.
type Session = (
    i32,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

fn describe_sessions(sessions: &[Session]) -> String {
    if sessions.is_empty() {
        return "a session that is gone by now".to_owned();
    }
    let words: Vec<String> = sessions.iter().map(describe_session).collect();
    words.join(", and ")
}

fn describe_session(session: &Session) -> String {
    let (pid, application, user, address, seconds, state) = session;
    let application = application.as_deref().filter(|name| !name.is_empty());
    let details = [
        ("application", application),
        ("user", user.as_deref()),
        ("address", address.as_deref()),
        ("state", state.as_deref()),
    ];
    let mut words = vec![format!("the session with pid {pid}")];
    words.extend(
        details
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", value?))),
    );
    words.extend(seconds.map(|seconds| format!("for {seconds} s")));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_described_with_the_known_columns() {
        let text = |text: &str| Some(text.to_owned());
        let whole = (
            7,
            text("psql"),
            text("ada"),
            text("::1"),
            Some(12),
            text("active"),
        );
        let hidden = (8, text(""), None, None, None, None);
        assert_eq!(
            describe_sessions(&[whole, hidden]),
            "the session with pid 7, application psql, user ada, address ::1, state active, for 12 s, \
             and the session with pid 8"
        );
        assert_eq!(describe_sessions(&[]), "a session that is gone by now");
    }
}
