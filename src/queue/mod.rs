//! The queue: the `task` table and the signals around it. Rows go in, are leased, and become final.
//!
//! Money is not touched here; callers pair each step with its change of the ledger in one transaction.

mod claim;
mod depth;
mod enqueue;
mod finish;
mod lease;
mod outlook;
mod wake;

pub use claim::{Lease, claim};
pub use depth::QueueDepth;
pub use enqueue::{INSERT_AFFORDABLE, NewTask, count_open, enqueue};
pub use finish::{Outcome, cancel, fail, lock_leased, requeue, succeed_all};
pub use lease::{Expired, give_back, renew, take_expired};
pub use outlook::{Done, count_ahead, latest_done, waiting_since};
pub use wake::{Change, Notice, Signals};
