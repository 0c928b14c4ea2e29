//! The queue: the `task` table and the signals around it. Rows go in, are leased, and become final.
//!
//! Money is not touched here; callers pair each step with its change of the ledger in one transaction.

mod claim;
mod enqueue;
mod finish;
mod lease;
mod listener;
mod outlook;
mod round;
mod scan;
mod stuck;
mod subscribers;
mod time;
mod wake;

use sea_orm::sea_query::Expr;

use crate::types::TaskStatus;

pub use claim::{ClaimOptions, Lease, claim};
pub use enqueue::{Enqueued, INSERT_AFFORDABLE, NewTask, count_open, count_queued, enqueue};
pub use finish::{Canceled, Outcome, cancel, fail, lock_leased, requeue, succeed_all};
pub use lease::{Expired, list_expired, lock_expired, release, renew};
pub use outlook::{Done, Position, latest_done, position, waiting_since};
pub use round::{NEXT_ROUND, advance_round, after_next, current_round, queue_now};
pub use scan::{Scan, ScanStart};
pub use stuck::{fail_queued, list_stuck, lock_queued, models_in_service};
pub use subscribers::{Changes, Subscription};
pub use time::read_now;
pub use wake::{Change, Signals};

/// Whether a task that is found by its id has this status. With `=` in its place, PostgreSQL may find it through the
/// partial index of the status, where it reads the entries of all tasks that had the status since the oldest snapshot
/// was taken.
fn has_status(status: TaskStatus) -> Expr {
    Expr::cust(format!("status IS NOT DISTINCT FROM '{status}'"))
}
