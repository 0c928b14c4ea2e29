//! The queue: the `task` table and the signals around it. Rows go in, are leased, and become final.
//!
//! Money is not touched here; callers pair each step with its change of the ledger in one transaction.

mod claim;
mod enqueue;
mod finish;
mod gauge;
mod lease;
mod listener;
mod outlook;
mod subscribers;
mod wake;

pub use claim::{Lease, claim};
pub use enqueue::{NewTask, QUEUE_PAYABLE, count_open, enqueue};
pub use finish::{Outcome, cancel, fail, lock_leased, requeue, succeed_all};
pub use gauge::Gauge;
pub use lease::{Expired, give_back, renew, take_expired};
pub use outlook::{Done, count_ahead, latest_done, waiting_since};
pub use subscribers::{Changes, Subscription};
pub use wake::{Change, Signals};
