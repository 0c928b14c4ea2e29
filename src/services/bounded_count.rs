//! Limits the number of rows of a table without counting them on each request.
//!
//! A process adds the rows that it is inserting, and those that it has inserted since the last count began, to the
//! last count. So one process alone never exceeds the limit. Several processes together may, between two counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sea_orm::DbErr;

/// A count is trusted for at least this many times as long as it took, which bounds the cost of slow counts.
const REST: u32 = 10;
/// Below half of the limit, a count is trusted this many times longer: other processes would have to insert the other
/// half.
const FAR_BELOW: u32 = 15;
/// No count is trusted for longer than this.
const REST_MAX: Duration = Duration::from_mins(1);

/// The number of rows as far as one process knows.
pub(super) struct BoundedCount {
    limit: Limit,
    state: Mutex<State>,
    /// Allows one request at a time to count.
    counting: tokio::sync::Mutex<()>,
}

/// The limit, and how long a count is trusted.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    /// Maximum number of rows.
    pub(super) max: u64,
    /// How long a count below the limit is trusted at least.
    pub(super) trusted_for: Duration,
    /// How long a count at the limit is trusted at most: rows may have been removed since.
    pub(super) full_for: Duration,
}

#[derive(Default)]
struct State {
    last: Option<Count>,
    /// Rows inserted by this process so far.
    inserted: u64,
    /// Rows being inserted by this process.
    pending: u64,
}

#[derive(Clone, Copy)]
struct Count {
    rows: u64,
    /// [`State::inserted`] when the count began. Rows inserted since may or may not be in the count. Counting a row
    /// twice is safe, missing it is not.
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

/// Room for some rows, until dropped. Keep it as long as the rows may still be inserted.
pub(super) struct Reservation {
    count: Arc<BoundedCount>,
    rows: u64,
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

    pub(super) const fn max(&self) -> u64 {
        self.limit.max
    }

    /// Reserves room for a number of rows; `None` if they would exceed the limit. `count` counts the rows, up to the limit.
    /// If it fails, the last count is trusted for longer.
    pub(super) async fn reserve_many<F>(
        self: &Arc<Self>,
        rows: u64,
        count: impl FnOnce() -> F,
    ) -> Option<Reservation>
    where
        F: Future<Output = Result<u64, DbErr>>,
    {
        let turn = match self.freshness(rows) {
            Freshness::Fresh => None,
            // Another request is counting; use the last count meanwhile.
            Freshness::Stale => self.counting.try_lock().ok(),
            Freshness::Unknown => Some(self.counting.lock().await),
        };
        if turn.is_some() && self.freshness(rows) != Freshness::Fresh {
            self.refresh(count()).await;
        }
        self.take(rows)
    }

    /// Makes the next request count again if the limit was reached, because this process has removed a row.
    pub(super) fn invalidate(&self) {
        if let Some(last) = &mut self.state.lock().last {
            last.took = Duration::ZERO;
        }
    }

    async fn refresh(&self, count: impl Future<Output = Result<u64, DbErr>>) {
        let inserted_before = self.state.lock().inserted;
        let began_at = Instant::now();
        let rows = count.await;
        let mut state = self.state.lock();
        let (ended_at, took) = (Instant::now(), began_at.elapsed());
        state.last = Some(match rows {
            Ok(rows) => Count {
                rows,
                inserted_before,
                ended_at,
                took,
            },
            Err(error) => {
                tracing::warn!(%error, "cannot count rows; using the last count");
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

    fn take(self: &Arc<Self>, rows: u64) -> Option<Reservation> {
        let mut state = self.state.lock();
        if state.upper_bound() + rows > self.limit.max {
            return None;
        }
        state.pending += rows;
        Some(Reservation {
            count: Arc::clone(self),
            rows,
            is_inserted: AtomicBool::new(false),
        })
    }

    /// How far the last count can be trusted to decide about a number of further rows.
    fn freshness(&self, rows: u64) -> Freshness {
        let state = self.state.lock();
        let Some(last) = state.last else {
            return Freshness::Unknown;
        };
        let rest = last.took * REST;
        let upper_bound = state.upper_bound() + rows - 1;
        let trusted_for = if upper_bound < self.limit.max / 2 {
            rest.max(self.limit.trusted_for * FAR_BELOW).min(REST_MAX)
        } else if upper_bound < self.limit.max {
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
}

impl State {
    /// An upper bound of the number of rows, as far as this process can know.
    fn upper_bound(&self) -> u64 {
        let since = |last: Count| last.rows + self.inserted.saturating_sub(last.inserted_before);
        self.last.map_or(0, since) + self.pending
    }
}

impl Reservation {
    /// Records that the rows were inserted.
    pub(super) fn commit(&self) {
        self.is_inserted.store(true, Ordering::Relaxed);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut state = self.count.state.lock();
        state.pending -= self.rows;
        if *self.is_inserted.get_mut() {
            state.inserted += self.rows;
        }
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

    /// Waits until a count that took microseconds is stale.
    async fn let_it_go_stale() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    #[tokio::test]
    async fn reserved_and_inserted_rows_count_until_the_limit() {
        let count = bounded(3, HOUR);
        let first = count.reserve_many(1, || counted(1)).await.unwrap();
        let second = count.reserve_many(1, unreachable_count).await.unwrap();
        assert!(count.take(1).is_none());
        drop(first);
        let third = count.reserve_many(1, unreachable_count).await.unwrap();
        second.commit();
        drop(second);
        drop(third);
        assert!(count.take(1).is_some(), "one of them was not inserted");
        let last = count.take(1).unwrap();
        last.commit();
        drop(last);
        assert!(count.take(1).is_none());
    }

    #[tokio::test]
    async fn requests_do_not_wait_for_a_running_count_if_an_earlier_one_is_known() {
        let count = bounded(5, Duration::ZERO);
        drop(count.reserve_many(1, || counted(1)).await);
        let_it_go_stale().await;
        let (end, ended) = oneshot::channel::<()>();
        let counting = {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let slow = || async {
                    let _ = ended.await;
                    Ok(5)
                };
                count.reserve_many(1, slow).await.is_some()
            })
        };
        tokio::task::yield_now().await;
        assert!(count.reserve_many(1, unreachable_count).await.is_some());
        end.send(()).unwrap();
        assert!(!counting.await.unwrap(), "by then the limit is reached");
    }

    #[tokio::test]
    async fn the_first_requests_share_one_count() {
        let count = bounded(5, HOUR);
        let counts = AtomicU64::new(0);
        let slow = || async {
            counts.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(0)
        };
        let reserved = futures::future::join_all((0..8).map(|_| count.reserve_many(1, slow))).await;
        assert_eq!(reserved.iter().flatten().count(), 5);
        assert_eq!(counts.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn rows_inserted_while_a_count_runs_are_always_counted() {
        let count = bounded(10, Duration::ZERO);
        let early = count.reserve_many(1, || counted(3)).await.unwrap();
        let_it_go_stale().await;
        let during = || async {
            early.commit();
            drop(early);
            Ok(3)
        };
        drop(count.reserve_many(1, during).await);
        assert_eq!(count.state.lock().upper_bound(), 4);
    }

    #[tokio::test]
    async fn a_failed_count_keeps_the_last_one_and_is_not_repeated_at_once() {
        let count = bounded(2, Duration::ZERO);
        drop(count.reserve_many(1, || counted(2)).await);
        count.invalidate();
        let fail = || async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            Err(DbErr::Custom("timeout".to_owned()))
        };
        assert!(count.reserve_many(1, fail).await.is_none());
        assert!(count.reserve_many(1, unreachable_count).await.is_none());
    }

    #[tokio::test]
    async fn many_rows_are_reserved_together_or_not_at_all() {
        let count = bounded(10, HOUR);
        assert!(count.reserve_many(10, || counted(1)).await.is_none());
        let nine = count.reserve_many(9, || counted(1)).await.unwrap();
        assert!(count.reserve_many(1, || counted(1)).await.is_none());
        nine.commit();
        drop(nine);
        assert!(count.reserve_many(1, || counted(10)).await.is_none());
        count.invalidate();
        assert!(count.reserve_many(9, || counted(1)).await.is_some());
    }

    #[tokio::test]
    async fn room_made_by_this_process_is_available_at_once() {
        let count = bounded(1, HOUR);
        assert!(count.reserve_many(1, || counted(1)).await.is_none());
        count.invalidate();
        assert!(count.reserve_many(1, || counted(0)).await.is_some());
    }
}
