//! Limits how many requests of one kind each user may have in progress, so that a user with many requests does not
//! make others wait for the database and the processor.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::in_use::{InUse, Use};
use crate::types::{AppError, UserId};

/// How long a request waits for a slot. Enough for the lists of one page.
const WAIT: Duration = Duration::from_secs(2);
const RETRY_AFTER_S: u64 = 2;

/// The slots of all users. Only users with requests in progress or waiting have an entry.
pub struct UserSlots {
    per_user: usize,
    wait: Duration,
    users: Arc<InUse<UserId, Arc<Semaphore>>>,
}

/// One request's slot; released when dropped.
pub struct Slot {
    // Declared first, so that the slot is released before the user's entry is removed.
    _permit: OwnedSemaphorePermit,
    _request: Use<UserId, Arc<Semaphore>>,
}

impl UserSlots {
    /// Each user has `per_user` slots.
    pub fn new(per_user: usize) -> Self {
        Self::with_wait(per_user, WAIT)
    }

    /// Like [`UserSlots::new`], with another limit on the wait for a slot.
    pub fn with_wait(per_user: usize, wait: Duration) -> Self {
        Self {
            per_user,
            wait,
            users: Arc::default(),
        }
    }

    /// Waits a moment for a slot of a user.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] if none becomes free.
    pub async fn take(&self, user: UserId) -> Result<Slot, AppError> {
        let new = || Arc::new(Semaphore::new(self.per_user));
        let (slots, request) = self.users.enter(user, new);
        match timeout(self.wait, slots.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Slot {
                _permit: permit,
                _request: request,
            }),
            // The semaphore is never closed; either way there is no slot.
            Ok(Err(_)) | Err(_) => Err(AppError::TooManyRequests {
                retry_after_s: RETRY_AFTER_S,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// Slots with a negligible wait.
    fn slots(per_user: usize) -> Arc<UserSlots> {
        Arc::new(UserSlots::with_wait(per_user, Duration::from_millis(1)))
    }

    #[tokio::test]
    async fn each_user_has_separate_slots() {
        let slots = slots(2);
        let (one, other) = (UserId(1), UserId(2));
        let first = slots.take(one).await.unwrap();
        let _second = slots.take(one).await.unwrap();
        let refused = slots.take(one).await.err();
        assert_eq!(
            refused.and_then(|it| it.retry_after_s()),
            Some(RETRY_AFTER_S)
        );
        slots.take(other).await.unwrap();
        drop(first);
        slots.take(one).await.unwrap();
    }

    #[tokio::test]
    async fn a_waiting_request_gets_the_slot_of_a_finished_one() {
        let slots = Arc::new(UserSlots::with_wait(1, Duration::MAX));
        let first = slots.take(UserId(1)).await.unwrap();
        let waiting = tokio::spawn({
            let slots = Arc::clone(&slots);
            async move { slots.take(UserId(1)).await.is_ok() }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn users_without_requests_are_removed() {
        let slots = slots(1);
        let first = slots.take(UserId(1)).await.unwrap();
        assert!(slots.take(UserId(1)).await.is_err());
        let waiting = slots.take(UserId(1)).now_or_never();
        assert!(waiting.is_none(), "the client goes away while it waits");
        assert!(slots.users.contains(&UserId(1)));
        drop(first);
        assert!(!slots.users.contains(&UserId(1)));
    }
}
