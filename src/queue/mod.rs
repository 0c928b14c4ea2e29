//! The queue: the `task` table and the notifier around it. Rows go in, are leased, and become final.
//!
//! Money is not touched here; callers pair each step with its change of the ledger in one transaction.

mod change;
mod claim;
mod enqueue;
mod eta;
mod finish;
mod lease;
mod listener;
mod notify;
mod round;
mod scan;
mod stuck;
mod subscribers;
mod time;

use sea_orm::sea_query::Expr;

use crate::types::TaskStatus;

pub use change::Change;
pub use claim::{ClaimOptions, Lease, claim};
pub use enqueue::{Enqueued, INSERT_AFFORDABLE, NewTask, count_open, count_queued, enqueue};
pub use eta::{Done, Position, latest_done, position, waiting_since};
pub use finish::{Canceled, Outcome, cancel, fail, lock_leased, requeue, succeed_all};
pub use lease::{Expired, list_expired, lock_expired, release, renew};
pub use notify::Notifier;
pub use round::{advance_round, after_next, current_round, next_round, queue_now};
pub use scan::{Scan, ScanStart};
pub use stuck::{fail_queued, list_stuck, lock_queued, models_in_service};
pub use subscribers::{Changes, Subscription};
pub use time::read_now;

/// Whether a task that is found by its id has this status. With `=` in its place, PostgreSQL may find it through the
/// partial index of the status, where it reads the entries of all tasks that had the status since the oldest snapshot
/// was taken.
fn has_status(status: TaskStatus) -> Expr {
    Expr::cust(format!("status IS NOT DISTINCT FROM '{status}'"))
}

/// Whether a task is open, that is, queued or running: no other status lies between the two words. As a range it is
/// always a condition of the index by user and status. With `IN`, PostgreSQL may read all tasks of the user instead.
const IS_OPEN: &str = "task.status BETWEEN 'queued' AND 'running'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_open_statuses_lie_between_queued_and_running() {
        for status in TaskStatus::ALL {
            let is_between = ("queued"..="running").contains(&status.as_str());
            let is_open = matches!(status, TaskStatus::Queued | TaskStatus::Running);
            assert_eq!(is_between, is_open, "{status}");
        }
    }
}
