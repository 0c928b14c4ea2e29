//! The queue: the `task` table and the notifier. Tasks are queued, leased, and become final. Webhook deliveries and
//! emails have queues of their own.
//!
//! This module does not touch money. Callers combine each step with its ledger change in one transaction.

mod batches;
mod change;
mod claim;
mod deliveries;
mod emails;
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

pub use batches::{
    BatchTasks, cancel_queued, count_by_state, enqueue_batch, finish_batches, last_queued,
};
pub use change::Change;
pub use claim::{ClaimOptions, Lease, claim};
pub use deliveries::{
    NewDelivery, cancel_deliveries, claim_delivery, enqueue_deliveries, finish_delivery,
    requeue_delivery,
};
pub use emails::{
    EndedEmail, NewEmail, begin_sending, claim_email, enqueue_emails, finish_email,
    give_up_expired_emails, give_up_lost_emails,
};
pub use enqueue::{Enqueued, INSERT_AFFORDABLE, NewTask, count_open, count_queued, enqueue};
pub use eta::{Done, Position, Summary, latest_done, position, summary, waiting_since};
pub use finish::{Outcome, cancel, fail, lock_leased, requeue, succeed_all};
pub use lease::{list_expired, lock_expired, release, renew};
pub use notify::Notifier;
pub use round::{advance_round, after_next, current_round, next_round, queue_now};
pub use scan::{Scan, ScanStart};
pub use stuck::{fail_queued, list_stuck, lock_queued, models_in_service};
pub use subscribers::{Changes, Subscription};
pub use time::read_now;

/// Filters by status a task that is found by its id. With `=` instead, PostgreSQL may look for it in the partial index
/// of the status, and read the entries of all tasks that had the status since the oldest open snapshot.
fn has_status(status: TaskStatus) -> Expr {
    Expr::cust(format!("status IS NOT DISTINCT FROM '{status}'"))
}

/// Whether a task is open, that is, queued or running: no other status sorts between the two words. A range is always
/// usable with the index by user and status. With `IN`, PostgreSQL may read all tasks of the user instead.
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
