//! How many requests of one kind each user may have at work at the same time. Each needs the database and the
//! processor for a while, and whoever sends many must not make others wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::types::{AppError, UserId};

/// How long a request waits for its turn. A page with several lists has its turn within that.
const WAIT: Duration = Duration::from_secs(2);
const RETRY_AFTER_S: u64 = 2;

/// The slots of all users. Only users with requests at work, or waiting, are remembered.
pub struct UserSlots {
    per_user: usize,
    wait: Duration,
    users: Mutex<HashMap<UserId, Entry>>,
}

struct Entry {
    slots: Arc<Semaphore>,
    /// Requests that have a slot or wait for one.
    requests: usize,
}

/// One request's slot; free again when it is dropped.
pub struct Slot {
    // Before the request, so that the slot is free by the time the user is forgotten.
    _permit: OwnedSemaphorePermit,
    _request: Request,
}

/// Counts a request for as long as it is there, also where it is dropped while it waits.
struct Request {
    all: Arc<UserSlots>,
    user: UserId,
}

impl UserSlots {
    /// Each user has `per_user` slots.
    pub fn new(per_user: usize) -> Self {
        Self::with_wait(per_user, WAIT)
    }

    /// The same where requests wait another time for their turn.
    pub fn with_wait(per_user: usize, wait: Duration) -> Self {
        Self {
            per_user,
            wait,
            users: Mutex::default(),
        }
    }

    /// Waits a moment for a slot of a user.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] where none is free by then.
    pub async fn take(self: &Arc<Self>, user: UserId) -> Result<Slot, AppError> {
        let (slots, request) = self.enter(user);
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

    fn enter(self: &Arc<Self>, user: UserId) -> (Arc<Semaphore>, Request) {
        let mut users = self.lock();
        let entry = users.entry(user).or_insert_with(|| Entry {
            slots: Arc::new(Semaphore::new(self.per_user)),
            requests: 0,
        });
        entry.requests += 1;
        let request = Request {
            all: Arc::clone(self),
            user,
        };
        (Arc::clone(&entry.slots), request)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Entry>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let mut users = self.all.lock();
        if let Some(entry) = users.get_mut(&self.user) {
            entry.requests -= 1;
            if entry.requests == 0 {
                users.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// Slots for which nobody waits noticeably.
    fn slots(per_user: usize) -> Arc<UserSlots> {
        Arc::new(UserSlots::with_wait(per_user, Duration::from_millis(1)))
    }

    #[tokio::test]
    async fn a_user_has_so_many_slots_and_others_have_their_own() {
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
    async fn a_request_that_waits_has_its_turn_when_another_is_done() {
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
    async fn nobody_is_remembered_for_ever() {
        let slots = slots(1);
        let first = slots.take(UserId(1)).await.unwrap();
        assert!(slots.take(UserId(1)).await.is_err());
        let waiting = slots.take(UserId(1)).now_or_never();
        assert!(waiting.is_none(), "the client goes away while it waits");
        assert_eq!(slots.lock().len(), 1);
        drop(first);
        assert!(slots.lock().is_empty());
    }
}
