//! A limit on rows of a table, enforced without counting the rows for each request.
//!
//! Rows that this process is inserting, or has inserted since the last count began, are added to the last count, so a
//! process never exceeds the limit by itself. Between two counts, other processes may.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::DbErr;

/// A count is trusted for at least this many times as long as it took, so that counting is cheap even where it is slow.
const REST: u32 = 10;
/// Below half of the limit, a count is trusted for so many times longer: others would have to insert the other half.
const FAR_BELOW: u32 = 15;
/// No count is trusted for longer.
const REST_MAX: Duration = Duration::from_mins(1);

/// How many rows there are, as one process knows.
pub(super) struct BoundedCount {
    limit: Limit,
    state: Mutex<State>,
    /// One request counts at a time.
    counting: tokio::sync::Mutex<()>,
}

/// What is limited, and how long a count is trusted.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    /// Most rows.
    pub(super) max: u64,
    /// How long a count below the limit is trusted at least.
    pub(super) trusted_for: Duration,
    /// How long a count at the limit is trusted at most: others may have made room.
    pub(super) full_for: Duration,
}

#[derive(Default)]
struct State {
    last: Option<Count>,
    /// Inserted by this process so far.
    inserted: u64,
    /// Being inserted by this process.
    pending: u64,
}

#[derive(Clone, Copy)]
struct Count {
    rows: u64,
    /// [`State::inserted`] when the count began. Rows inserted since may be in the count or not: better twice than
    /// never.
    inserted_before: u64,
    ended_at: Instant,
    took: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Freshness {
    Fresh,
    Stale,
    Unknown,
}

/// Room for one row, until it is dropped. Kept for as long as the row may still be inserted.
pub(super) struct Reservation {
    count: Arc<BoundedCount>,
    is_inserted: AtomicBool,
}

impl BoundedCount {
    pub(super) fn new(limit: Limit) -> Self {
        Self {
            limit,
            state: Mutex::default(),
            counting: tokio::sync::Mutex::default(),
        }
    }

    /// The limit.
    pub(super) const fn max(&self) -> u64 {
        self.limit.max
    }

    /// Reserves room for one row; `None` where the limit is reached. `count` counts the rows, up to the limit. Where it
    /// fails, the last count is trusted for longer.
    pub(super) async fn reserve<F>(
        self: &Arc<Self>,
        count: impl FnOnce() -> F,
    ) -> Option<Reservation>
    where
        F: Future<Output = Result<u64, DbErr>>,
    {
        let turn = match self.freshness() {
            Freshness::Fresh => None,
            // Another request counts already; meanwhile the last count has to do.
            Freshness::Stale => self.counting.try_lock().ok(),
            Freshness::Unknown => Some(self.counting.lock().await),
        };
        if turn.is_some() && self.freshness() != Freshness::Fresh {
            self.refresh(count()).await;
        }
        self.take()
    }

    /// Has the next request count where the limit was reached: this process has made room.
    pub(super) fn invalidate(&self) {
        if let Some(last) = &mut self.lock().last {
            last.took = Duration::ZERO;
        }
    }

    /// Whether nothing is lost when this count is forgotten.
    pub(super) fn is_idle(&self) -> bool {
        self.freshness() != Freshness::Fresh && self.lock().pending == 0
    }

    async fn refresh(&self, count: impl Future<Output = Result<u64, DbErr>>) {
        let inserted_before = self.lock().inserted;
        let began_at = Instant::now();
        let rows = count.await;
        let mut state = self.lock();
        let (ended_at, took) = (Instant::now(), began_at.elapsed());
        state.last = Some(match rows {
            Ok(rows) => Count {
                rows,
                inserted_before,
                ended_at,
                took,
            },
            Err(error) => {
                tracing::warn!(%error, "rows could not be counted; the last count is used");
                let last = state.last;
                Count {
                    rows: last.map_or(0, |last| last.rows),
                    inserted_before: last.map_or(0, |last| last.inserted_before),
                    ended_at,
                    took,
                }
            }
        });
    }

    fn take(self: &Arc<Self>) -> Option<Reservation> {
        let mut state = self.lock();
        if state.most() >= self.limit.max {
            return None;
        }
        state.pending += 1;
        Some(Reservation {
            count: Arc::clone(self),
            is_inserted: AtomicBool::new(false),
        })
    }

    fn freshness(&self) -> Freshness {
        let state = self.lock();
        let Some(last) = state.last else {
            return Freshness::Unknown;
        };
        let rest = last.took * REST;
        let most = state.most();
        let trusted_for = if most < self.limit.max / 2 {
            rest.max(self.limit.trusted_for * FAR_BELOW).min(REST_MAX)
        } else if most < self.limit.max {
            rest.max(self.limit.trusted_for).min(REST_MAX)
        } else {
            rest.min(self.limit.full_for)
        };
        if last.ended_at.elapsed() < trusted_for {
            Freshness::Fresh
        } else {
            Freshness::Stale
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How many rows there are at most, as far as this process can know.
    fn most(&self) -> u64 {
        let since = |last: Count| last.rows + self.inserted.saturating_sub(last.inserted_before);
        self.last.map_or(0, since) + self.pending
    }
}

impl Reservation {
    /// The row was inserted.
    pub(super) fn commit(&self) {
        self.is_inserted.store(true, Ordering::Relaxed);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut state = self.count.lock();
        state.pending -= 1;
        state.inserted += u64::from(*self.is_inserted.get_mut());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use tokio::sync::oneshot;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn bounded(max: u64, trusted_for: Duration) -> Arc<BoundedCount> {
        Arc::new(BoundedCount::new(Limit {
            max,
            trusted_for,
            full_for: HOUR,
        }))
    }

    fn counted(rows: u64) -> std::future::Ready<Result<u64, DbErr>> {
        std::future::ready(Ok(rows))
    }

    fn unreachable_count() -> std::future::Ready<Result<u64, DbErr>> {
        panic!("counted again")
    }

    /// Longer than a count that took microseconds is trusted.
    async fn let_it_go_stale() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    #[tokio::test]
    async fn reserved_and_inserted_rows_count_until_the_limit() {
        let count = bounded(3, HOUR);
        let first = count.reserve(|| counted(1)).await.unwrap();
        let second = count.reserve(unreachable_count).await.unwrap();
        assert!(count.take().is_none());
        drop(first);
        let third = count.reserve(unreachable_count).await.unwrap();
        second.commit();
        drop(second);
        drop(third);
        assert!(count.take().is_some(), "one of them was not inserted");
        let last = count.take().unwrap();
        last.commit();
        drop(last);
        assert!(count.take().is_none());
    }

    #[tokio::test]
    async fn requests_do_not_wait_for_a_count_under_way_where_an_earlier_one_is_known() {
        let count = bounded(5, Duration::ZERO);
        drop(count.reserve(|| counted(1)).await);
        let_it_go_stale().await;
        let (end, ended) = oneshot::channel::<()>();
        let counting = {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let slow = || async {
                    let _ = ended.await;
                    Ok(5)
                };
                count.reserve(slow).await.is_some()
            })
        };
        tokio::task::yield_now().await;
        assert!(count.reserve(unreachable_count).await.is_some());
        end.send(()).unwrap();
        assert!(!counting.await.unwrap(), "by then the limit is reached");
    }

    #[tokio::test]
    async fn requests_that_come_first_share_one_count() {
        let count = bounded(5, HOUR);
        let counts = AtomicU64::new(0);
        let slow = || async {
            counts.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(0)
        };
        let reserved = futures::future::join_all((0..8).map(|_| count.reserve(slow))).await;
        assert_eq!(reserved.iter().flatten().count(), 5);
        assert_eq!(counts.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn rows_inserted_while_a_count_runs_are_never_left_out() {
        let count = bounded(10, Duration::ZERO);
        let early = count.reserve(|| counted(3)).await.unwrap();
        let_it_go_stale().await;
        let during = || async {
            early.commit();
            drop(early);
            Ok(3)
        };
        drop(count.reserve(during).await);
        assert_eq!(count.lock().most(), 4);
    }

    #[tokio::test]
    async fn a_count_that_fails_keeps_what_was_known_and_is_not_repeated_at_once() {
        let count = bounded(2, Duration::ZERO);
        drop(count.reserve(|| counted(2)).await);
        count.invalidate();
        let fail = || async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            Err(DbErr::Custom("timeout".to_owned()))
        };
        assert!(count.reserve(fail).await.is_none());
        assert!(count.reserve(unreachable_count).await.is_none());
    }

    #[tokio::test]
    async fn room_that_this_process_made_is_found_at_once() {
        let count = bounded(1, HOUR);
        assert!(count.reserve(|| counted(1)).await.is_none());
        count.invalidate();
        assert!(count.reserve(|| counted(0)).await.is_some());
    }
}
