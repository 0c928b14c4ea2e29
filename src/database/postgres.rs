//! What PostgreSQL has to be like for this program, checked at the start, and who stands in a migration's way.

use anyhow::bail;
use sea_orm::DbErr;
use sea_orm::sqlx::{self, PgConnection, PgPool, Row as _};

use super::pool::from_sqlx;

/// The refusal of a pooler that does not pass connection settings on.
const UNKNOWN_PARAMETER: &str = "unsupported startup parameter";
const POOLER: &str = "the connection goes through a pooler such as PgBouncer that gives a session's transactions to \
    different servers; connect to PostgreSQL itself, or use session pooling with \
    ignore_startup_parameters = options,extra_float_digits (docs/operations.md)";

/// Whether a connection was refused by a pooler, which no waiting helps against.
///
/// # Errors
/// What to do then.
pub fn check_refusal(error: &DbErr) -> anyhow::Result<()> {
    if error.to_string().contains(UNKNOWN_PARAMETER) {
        bail!("{POOLER}");
    }
    Ok(())
}

/// Takes an advisory lock for the session of a pool's only connection; false where another session has it.
///
/// # Errors
/// Where the database cannot be asked.
pub async fn try_lock(pool: &PgPool, key: i64) -> Result<bool, DbErr> {
    let sql = "SELECT pg_try_advisory_lock($1)";
    let is_locked = sqlx::query_scalar(sql).bind(key).fetch_one(pool).await;
    is_locked.map_err(from_sqlx)
}

/// Refuses a database that cannot hold what users write, and a pooler that breaks sessions.
///
/// # Errors
/// What is wrong; or a [`DbErr`] where the database cannot be asked.
pub async fn check(pool: &PgPool) -> anyhow::Result<()> {
    check_sessions(pool).await?;
    check_encoding(pool).await
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

/// Two connections that are open at the same time are two sessions of PostgreSQL, unless a pooler hands one session
/// to whoever sends the next statement. Locks, settings, prepared statements and LISTEN belong to a session.
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

/// Without a prepared statement, which the session of somebody else may have already.
async fn session_of(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    row.try_get(0)
}

/// The sessions that hold an advisory lock, in words.
///
/// # Errors
/// Where the database cannot be asked.
pub async fn lock_holders(pool: &PgPool, key: i64) -> Result<String, DbErr> {
    let sql = "SELECT a.pid, a.application_name, a.usename::text, a.client_addr::text, \
               EXTRACT(EPOCH FROM now() - a.query_start)::bigint, a.state \
               FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
               WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
               AND l.classid::bigint = $1::bigint >> 32 AND l.objid::bigint = $1::bigint & 4294967295";
    let sessions = sqlx::query_as(sql).bind(key).fetch_all(pool).await;
    Ok(in_words(&sessions.map_err(from_sqlx)?))
}

/// The session whose transaction has been open for longest, in words: the likely holder of the locks that a
/// migration waits for.
///
/// # Errors
/// Where the database cannot be asked.
pub async fn oldest_transaction(pool: &PgPool) -> Result<String, DbErr> {
    let sql = "SELECT pid, application_name, usename::text, client_addr::text, \
               EXTRACT(EPOCH FROM now() - xact_start)::bigint, state FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL \
               ORDER BY xact_start LIMIT 1";
    let sessions = sqlx::query_as(sql).fetch_all(pool).await;
    Ok(in_words(&sessions.map_err(from_sqlx)?))
}

/// A session as `pg_stat_activity` tells it: pid, application, user, address, seconds, state. What others may not
/// see is null.
type Session = (
    i32,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

fn in_words(sessions: &[Session]) -> String {
    if sessions.is_empty() {
        return "a session that is gone by now".to_owned();
    }
    let words: Vec<String> = sessions.iter().map(session_in_words).collect();
    words.join(", and ")
}

fn session_in_words(session: &Session) -> String {
    let (pid, application, user, address, seconds, state) = session;
    let application = application.as_deref().filter(|name| !name.is_empty());
    let told = [
        ("application", application),
        ("user", user.as_deref()),
        ("address", address.as_deref()),
        ("state", state.as_deref()),
    ];
    let mut words = vec![format!("the session with pid {pid}")];
    words.extend(
        told.into_iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", value?))),
    );
    words.extend(seconds.map(|seconds| format!("for {seconds} s")));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_told_with_what_is_known_of_it() {
        let text = |it: &str| Some(it.to_owned());
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
            in_words(&[whole, hidden]),
            "the session with pid 7, application psql, user ada, address ::1, state active, for 12 s, \
             and the session with pid 8"
        );
        assert_eq!(in_words(&[]), "a session that is gone by now");
    }
}
