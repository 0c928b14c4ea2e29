//! What a database error means for the caller: wait, retry, or look for a bug.

use sea_orm::sqlx::Error as Sqlx;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::metrics;
use crate::types::AppError;

const RETRY_AFTER_S: u64 = 2;
/// A full disk is not freed within seconds.
const RETRY_WHEN_FULL_S: u64 = 60;

/// Why a database operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DbErrorKind {
    /// The database cannot be reached, is starting or stopping, or its disk fails.
    Unavailable,
    /// Another transaction was in the way. Nothing was done, and a retry may succeed at once.
    Contention,
    /// The disk of the database is full.
    Full,
    /// The database rejects this statement.
    Refused,
}

impl DbErrorKind {
    /// Classifies an error.
    pub fn of(error: &DbErr) -> Self {
        let inner = match error {
            DbErr::ConnectionAcquire(_) => return Self::Unavailable,
            DbErr::Conn(inner) | DbErr::Exec(inner) | DbErr::Query(inner) => inner,
            _ => return Self::Refused,
        };
        let RuntimeErr::SqlxError(inner) = inner else {
            return match error {
                DbErr::Conn(_) => Self::Unavailable,
                _ => Self::Refused,
            };
        };
        match inner.as_ref() {
            // A connection that ends while its encryption is negotiated is a protocol error.
            Sqlx::Io(_)
            | Sqlx::Tls(_)
            | Sqlx::Protocol(_)
            | Sqlx::PoolTimedOut
            | Sqlx::PoolClosed
            | Sqlx::WorkerCrashed => Self::Unavailable,
            Sqlx::Database(database) => Self::of_database_error(database.as_ref()),
            _ => Self::Refused,
        }
    }

    fn of_database_error(error: &dyn DatabaseError) -> Self {
        let code = error.code().unwrap_or_default();
        if error.try_downcast_ref::<SqliteError>().is_some() {
            code.parse().map_or(Self::Refused, Self::of_sqlite)
        } else {
            Self::of_sqlstate(&code)
        }
    }

    /// Classifies a result code, whose low byte is the kind of error.
    const fn of_sqlite(code: i32) -> Self {
        match code & 0xff {
            // BUSY, LOCKED
            5 | 6 => Self::Contention,
            // FULL
            13 => Self::Full,
            // NOMEM, READONLY, IOERR, CANTOPEN: caused by the machine, not the statement
            7 | 8 | 10 | 14 => Self::Unavailable,
            _ => Self::Refused,
        }
    }

    fn of_sqlstate(code: &str) -> Self {
        match code {
            // Serialization failure, deadlock, lock not available in time
            "40001" | "40P01" | "55P03" => Self::Contention,
            "53100" => Self::Full,
            // A standby after a failover; a transaction that was idle for too long; a statement that took too long; a
            // failing disk
            "25006" | "25P03" | "57014" | "58030" => Self::Unavailable,
            // 57P01..57P05: the server stops, starts or has ended the session; 08…: the connection broke;
            // 53…: out of memory or connections
            _ if ["57P", "08", "53"].iter().any(|it| code.starts_with(it)) => Self::Unavailable,
            _ => Self::Refused,
        }
    }
}

/// Counts an error of a statement or a connection.
pub(super) fn counted(error: DbErr) -> DbErr {
    metrics::database_error(match DbErrorKind::of(&error) {
        DbErrorKind::Unavailable => "unavailable",
        DbErrorKind::Contention => "contention",
        DbErrorKind::Full => "full",
        DbErrorKind::Refused => "refused",
    });
    error
}

impl From<DbErr> for AppError {
    /// Hides the cause and logs it. Errors that may pass without a change are 503, all others are 500.
    fn from(error: DbErr) -> Self {
        tracing::error!(%error, "database error");
        let (reason, retry_after_s) = match DbErrorKind::of(&error) {
            DbErrorKind::Unavailable => ("the database cannot be reached", RETRY_AFTER_S),
            DbErrorKind::Contention => ("the database is busy", RETRY_AFTER_S),
            DbErrorKind::Full => ("the database is full", RETRY_WHEN_FULL_S),
            DbErrorKind::Refused => return Self::Internal,
        };
        Self::unavailable(reason, retry_after_s)
    }
}

/// Converts the error of an insert: a conflict for this reason if a unique key rejects the row.
pub fn conflict_if_taken(reason: &str) -> impl FnOnce(DbErr) -> AppError {
    move |error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => AppError::Conflict(reason.to_owned()),
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait as _;

    use super::*;
    use crate::database::test_support::{busy_error, open};

    #[tokio::test]
    async fn a_full_disk_is_reported_as_503_not_as_an_internal_error() {
        let database = open("sqlite::memory:").await;
        for sql in ["CREATE TABLE t (a TEXT)", "PRAGMA max_page_count = 4"] {
            database.execute_unprepared(sql).await.unwrap();
        }
        let error = database
            .execute_unprepared("INSERT INTO t VALUES (printf('%.100000c', 'x'))")
            .await
            .unwrap_err();
        assert_eq!(DbErrorKind::of(&error), DbErrorKind::Full, "{error}");
        let response = AppError::from(error);
        assert_eq!(response.status(), 503);
        assert!(response.retry_after_s().is_some());
    }

    #[tokio::test]
    async fn a_lock_held_by_another_connection_is_contention() {
        let error = busy_error().await;
        assert_eq!(DbErrorKind::of(&error), DbErrorKind::Contention, "{error}");
    }

    #[tokio::test]
    async fn an_invalid_statement_is_an_internal_error() {
        let error = open("sqlite::memory:")
            .await
            .execute_unprepared("SELECT * FROM nowhere")
            .await
            .unwrap_err();
        assert_eq!(AppError::from(error), AppError::Internal);
    }

    #[test]
    fn a_connection_that_breaks_or_is_not_trusted_is_unavailable() {
        for error in [
            Sqlx::Protocol("unexpected response from SSLRequest: 0x00".to_owned()),
            Sqlx::Tls("invalid peer certificate".into()),
            Sqlx::Io(std::io::ErrorKind::ConnectionReset.into()),
        ] {
            let error = DbErr::Conn(RuntimeErr::SqlxError(error.into()));
            assert_eq!(DbErrorKind::of(&error), DbErrorKind::Unavailable, "{error}");
        }
    }

    #[test]
    fn postgresql_error_codes_are_classified() {
        for (code, kind) in [
            ("40001", DbErrorKind::Contention),
            ("40P01", DbErrorKind::Contention),
            ("53100", DbErrorKind::Full),
            ("53300", DbErrorKind::Unavailable),
            ("57P01", DbErrorKind::Unavailable),
            ("57P03", DbErrorKind::Unavailable),
            ("08006", DbErrorKind::Unavailable),
            ("25P03", DbErrorKind::Unavailable),
            ("57014", DbErrorKind::Unavailable),
            ("55P03", DbErrorKind::Contention),
            ("23505", DbErrorKind::Refused),
            ("42P01", DbErrorKind::Refused),
        ] {
            assert_eq!(DbErrorKind::of_sqlstate(code), kind, "{code}");
        }
    }
}
