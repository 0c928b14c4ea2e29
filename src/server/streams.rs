//! How many streams of live changes each user has open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::types::UserId;

/// Counts the streams of this process.
pub struct Streams {
    limit: u16,
    open: Mutex<HashMap<UserId, u16>>,
}

/// A stream's place; free again when it is dropped.
pub struct Place {
    streams: Arc<Streams>,
    user: UserId,
}

impl Streams {
    /// Each user may have `limit` streams.
    pub fn new(limit: u16) -> Self {
        Self {
            limit,
            open: Mutex::default(),
        }
    }

    /// A place for one more stream of a user; `None` where all are taken.
    pub fn take(self: &Arc<Self>, user: UserId) -> Option<Place> {
        let mut open = self.open();
        let count = open.entry(user).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Place {
            streams: Arc::clone(self),
            user,
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<UserId, u16>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_places_of_their_own_which_come_back() {
        let streams = Arc::new(Streams::new(1));
        let first = streams.take(UserId(1));
        assert!(first.is_some());
        assert!(streams.take(UserId(1)).is_none());
        assert!(streams.take(UserId(2)).is_some());
        drop(first);
        assert!(streams.take(UserId(1)).is_some());
        assert!(streams.open().is_empty(), "nobody is remembered for ever");
    }
}
