//! The open event streams of this process, by user. A change reaches only the streams of its user.
//!
//! Each stream has a mailbox of bounded size that merges the changes that arrive while the stream is busy, so a slow
//! stream costs little memory and delays nobody.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::change::Change;
use crate::types::{BatchId, TaskId, UserId};

/// Maximum number of tasks, and of batches, in one mailbox. Beyond it, reloading everything is cheaper than reading each.
const NAMED_MAX: usize = 50;

/// What has changed for a user since the last read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Tasks that were created or changed.
    pub tasks: BTreeSet<TaskId>,
    /// Batches whose tasks were created or changed.
    pub batches: BTreeSet<BatchId>,
    /// Whether anything else may have changed, because notifications were lost or too many.
    pub is_incomplete: bool,
}

/// All open subscriptions, by user.
#[derive(Default)]
pub struct Subscribers {
    by_user: Mutex<HashMap<UserId, Vec<Arc<Mailbox>>>>,
}

#[derive(Default)]
struct Mailbox {
    changes: Mutex<Option<Changes>>,
    arrived: Notify,
}

/// Receives the changes of one user until it is dropped.
pub struct Subscription {
    user: UserId,
    mailbox: Arc<Mailbox>,
    subscribers: Arc<Subscribers>,
}

impl Subscribers {
    /// Opens a subscription to one user's changes.
    pub fn subscribe(self: &Arc<Self>, user: UserId) -> Subscription {
        let mailbox = Arc::<Mailbox>::default();
        let mut by_user = self.by_user.lock();
        by_user.entry(user).or_default().push(Arc::clone(&mailbox));
        Subscription {
            user,
            mailbox,
            subscribers: Arc::clone(self),
        }
    }

    /// Delivers changes to the streams of their users.
    pub fn publish(&self, changes: &[Change]) {
        let by_user = self.by_user.lock();
        for change in changes {
            for mailbox in by_user.get(&change.user).into_iter().flatten() {
                mailbox.add(|changes| {
                    changes.tasks.extend(change.task);
                    changes.batches.extend(change.batch);
                    if changes.tasks.len().max(changes.batches.len()) > NAMED_MAX {
                        changes.is_incomplete = true;
                    }
                });
            }
        }
    }

    /// Tells every stream that notifications may have been lost.
    pub fn publish_gap(&self) {
        for mailbox in self.by_user.lock().values().flatten() {
            mailbox.add(|changes| changes.is_incomplete = true);
        }
    }
}

impl Mailbox {
    fn add(&self, add: impl FnOnce(&mut Changes)) {
        let mut changes = self.changes.lock();
        let changes = changes.get_or_insert_default();
        add(changes);
        if changes.is_incomplete {
            changes.tasks.clear();
            changes.batches.clear();
        }
        self.arrived.notify_one();
    }
}

impl Subscription {
    /// Waits until something has changed, and takes all changes. Nothing is lost if this future is dropped.
    pub async fn next(&self) -> Changes {
        loop {
            if let Some(changes) = self.mailbox.changes.lock().take() {
                return changes;
            }
            self.mailbox.arrived.notified().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut by_user = self.subscribers.by_user.lock();
        if let Some(mailboxes) = by_user.get_mut(&self.user) {
            mailboxes.retain(|mailbox| !Arc::ptr_eq(mailbox, &self.mailbox));
            if mailboxes.is_empty() {
                by_user.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn task(user: i64, task: i64) -> Change {
        Change::task_of(UserId(user), TaskId(task))
    }

    fn now(subscription: &Subscription) -> Option<Changes> {
        subscription.next().now_or_never()
    }

    #[test]
    fn changes_reach_all_streams_of_their_user_and_no_others() {
        let subscribers = Arc::new(Subscribers::default());
        let (first, second) = (
            subscribers.subscribe(UserId(1)),
            subscribers.subscribe(UserId(1)),
        );
        let other = subscribers.subscribe(UserId(2));
        subscribers.publish(&[task(1, 7), Change::balance_of(UserId(1)), task(1, 8)]);
        for subscription in [&first, &second] {
            let tasks = BTreeSet::from([TaskId(7), TaskId(8)]);
            let expected = Changes {
                tasks,
                ..Changes::default()
            };
            assert_eq!(now(subscription), Some(expected));
            assert_eq!(now(subscription), None);
        }
        assert_eq!(now(&other), None);
    }

    #[test]
    fn a_change_of_only_the_balance_is_delivered() {
        let subscribers = Arc::new(Subscribers::default());
        let stream = subscribers.subscribe(UserId(1));
        subscribers.publish(&[Change::balance_of(UserId(1))]);
        assert_eq!(now(&stream), Some(Changes::default()));
    }

    #[test]
    fn many_changes_of_a_batch_are_one() {
        let subscribers = Arc::new(Subscribers::default());
        let stream = subscribers.subscribe(UserId(1));
        subscribers.publish(&vec![Change::batch_of(UserId(1), BatchId(3)); 1_000]);
        let expected = Changes {
            batches: BTreeSet::from([BatchId(3)]),
            ..Changes::default()
        };
        assert_eq!(now(&stream), Some(expected));
    }

    #[test]
    fn the_mailbox_of_a_stream_that_does_not_read_stays_bounded() {
        let subscribers = Arc::new(Subscribers::default());
        let (slow, other) = (
            subscribers.subscribe(UserId(1)),
            subscribers.subscribe(UserId(2)),
        );
        for id in 0..10_000 {
            subscribers.publish(&[task(1, id)]);
        }
        let held = slow
            .mailbox
            .changes
            .lock()
            .as_ref()
            .map(|changes| changes.tasks.len());
        assert_eq!(held, Some(0));
        assert!(now(&slow).is_some_and(|changes| changes.is_incomplete));
        subscribers.publish(&[task(2, 1)]);
        assert!(now(&other).is_some_and(|changes| !changes.is_incomplete));
    }

    #[test]
    fn a_gap_reaches_all_streams() {
        let subscribers = Arc::new(Subscribers::default());
        let streams = [1, 2].map(|user| subscribers.subscribe(UserId(user)));
        subscribers.publish_gap();
        for stream in &streams {
            assert!(now(stream).is_some_and(|changes| changes.is_incomplete));
        }
    }

    #[test]
    fn users_without_streams_are_removed() {
        let subscribers = Arc::new(Subscribers::default());
        let streams = [1, 1, 2].map(|user| subscribers.subscribe(UserId(user)));
        assert_eq!(subscribers.by_user.lock().len(), 2);
        drop(streams);
        assert!(subscribers.by_user.lock().is_empty());
    }
}
