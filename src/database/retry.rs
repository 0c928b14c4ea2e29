//! Retries transactions that the database aborted because of another transaction: deadlocks and serialization failures
//! on PostgreSQL, a busy file on SQLite.

use std::time::{Duration, Instant};

use rand::Rng as _;
use sea_orm::DbErr;

use super::error_kind::DbErrorKind;
use crate::metrics;

const ATTEMPTS_MAX: u32 = 8;
/// No attempt starts after this time, because the request has a time limit of its own.
const TIME_MAX: Duration = Duration::from_secs(10);
const PAUSE_FIRST: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// Runs a whole transaction and retries it a few times, after random pauses, on contention. `attempt` must contain the
/// whole transaction from BEGIN to COMMIT: after a failure, nothing that it has read is valid any more.
///
/// An error during the commit that leaves its outcome unknown, such as a broken connection, is never retried here.
///
/// # Errors
/// The error of the last attempt.
pub async fn retry<T, F>(what: &'static str, mut attempt: impl FnMut() -> F) -> Result<T, DbErr>
where
    F: Future<Output = Result<T, DbErr>>,
{
    let start = Instant::now();
    let done = retry_until(what, start + TIME_MAX, &mut attempt).await;
    metrics::transaction(what, done.is_ok(), start.elapsed());
    done
}

async fn retry_until<T, F>(
    what: &'static str,
    deadline: Instant,
    attempt: &mut impl FnMut() -> F,
) -> Result<T, DbErr>
where
    F: Future<Output = Result<T, DbErr>>,
{
    let mut pause = PAUSE_FIRST;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let error = match attempt().await {
            Err(error) if DbErrorKind::of(&error) == DbErrorKind::Contention => error,
            done => return done,
        };
        if attempts == ATTEMPTS_MAX || Instant::now() > deadline {
            return Err(error);
        }
        metrics::transaction_retried(what);
        tracing::warn!(%error, what, attempts, "contention; retrying the transaction");
        // Fully random, so that two transactions that collided do not collide again.
        let wait = rand::rng().random_range(Duration::ZERO..=pause);
        tokio::time::sleep(wait).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::database::test_support::busy_error;

    async fn retry_a_test(succeeds_at: u32, error: DbErr) -> (Result<u32, DbErr>, u32) {
        let attempts = AtomicU32::new(0);
        let done = retry("a test", || async {
            let nth = attempts.fetch_add(1, Ordering::Relaxed) + 1;
            if nth < succeeds_at {
                Err(error.clone())
            } else {
                Ok(nth)
            }
        })
        .await;
        (done, attempts.into_inner())
    }

    #[tokio::test]
    async fn contention_is_retried() {
        let (done, attempts) = retry_a_test(3, busy_error().await).await;
        assert_eq!((done, attempts), (Ok(3), 3));
    }

    #[tokio::test]
    async fn retries_end_after_the_maximum() {
        let (done, attempts) = retry_a_test(u32::MAX, busy_error().await).await;
        assert!(done.is_err());
        assert_eq!(attempts, ATTEMPTS_MAX);
    }

    #[tokio::test]
    async fn other_errors_are_not_retried() {
        let (done, attempts) = retry_a_test(2, DbErr::RecordNotUpdated).await;
        assert_eq!((done, attempts), (Err(DbErr::RecordNotUpdated), 1));
    }
}
