//! Transactions that are done again where the database broke them off for the sake of others: deadlocks and
//! serialization failures on PostgreSQL, a busy file on SQLite.

use std::time::{Duration, Instant};

use rand::Rng as _;
use sea_orm::DbErr;

use super::error_kind::DbErrorKind;

const TRIES_MAX: u32 = 8;
/// No further try is begun after it: the request has a time limit of its own.
const TIME_MAX: Duration = Duration::from_secs(10);
const PAUSE_FIRST: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// Does a whole transaction, and does it again, a few times and after pauses of chance, where others were in
/// its way. `attempt` must hold all of the transaction from its begin to its commit: whatever it decided by
/// what it had read is void after a failure.
///
/// An error of the commit itself that leaves open whether it happened, such as a broken connection, is never
/// tried again here.
///
/// # Errors
/// The last try's.
pub async fn retry<T, F>(what: &'static str, mut attempt: impl FnMut() -> F) -> Result<T, DbErr>
where
    F: Future<Output = Result<T, DbErr>>,
{
    let start = Instant::now();
    let mut pause = PAUSE_FIRST;
    let mut tried = 0;
    loop {
        tried += 1;
        let error = match attempt().await {
            Err(error) if DbErrorKind::of(&error) == DbErrorKind::Contention => error,
            done => return done,
        };
        if tried == TRIES_MAX || start.elapsed() > TIME_MAX {
            return Err(error);
        }
        tracing::warn!(%error, what, tried, "others were in the way; trying again");
        // All of it by chance, so that two that met do not meet again.
        let wait = rand::rng().random_range(Duration::ZERO..=pause);
        tokio::time::sleep(wait).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};

    use super::*;

    /// What SQLite says to whoever wants to write while somebody else does.
    async fn busy() -> DbErr {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("a.db").display());
        let open = async || {
            let mut options = ConnectOptions::new(&url);
            options
                .max_connections(1)
                .map_sqlx_sqlite_opts(|options| options.busy_timeout(Duration::ZERO));
            Database::connect(options).await.unwrap()
        };
        let (holder, other) = (open().await, open().await);
        holder.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
        other
            .execute_unprepared("BEGIN IMMEDIATE")
            .await
            .unwrap_err()
    }

    async fn tries_until(works_at: u32, error: DbErr) -> (Result<u32, DbErr>, u32) {
        let tries = AtomicU32::new(0);
        let done = retry("a test", || async {
            let nth = tries.fetch_add(1, Ordering::Relaxed) + 1;
            if nth < works_at {
                Err(error.clone())
            } else {
                Ok(nth)
            }
        })
        .await;
        (done, tries.into_inner())
    }

    #[tokio::test]
    async fn what_others_were_in_the_way_of_is_done_again() {
        let (done, tries) = tries_until(3, busy().await).await;
        assert_eq!((done, tries), (Ok(3), 3));
    }

    #[tokio::test]
    async fn it_is_given_up_in_the_end() {
        let (done, tries) = tries_until(u32::MAX, busy().await).await;
        assert!(done.is_err());
        assert_eq!(tries, TRIES_MAX);
    }

    #[tokio::test]
    async fn no_other_error_is_tried_again() {
        let (done, tries) = tries_until(2, DbErr::RecordNotUpdated).await;
        assert_eq!((done, tries), (Err(DbErr::RecordNotUpdated), 1));
    }
}
