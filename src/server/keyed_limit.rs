//! A limit on how many of something each key may hold at a time: connections of an address, event streams of a user.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts permits by key.
pub struct KeyedLimit<K> {
    limit: u32,
    held: Mutex<HashMap<K, u32>>,
}

/// One permit of a key, returned on drop.
pub struct KeyedPermit<K: Eq + Hash> {
    owner: Arc<KeyedLimit<K>>,
    key: K,
}

impl<K: Copy + Eq + Hash> KeyedLimit<K> {
    /// Each key may hold `limit` permits.
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            held: Mutex::default(),
        }
    }

    /// Another permit for a key; `None` if it holds `limit` already.
    pub fn try_acquire(self: &Arc<Self>, key: K) -> Option<KeyedPermit<K>> {
        let mut held = self.lock();
        let count = held.entry(key).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        let owner = Arc::clone(self);
        Some(KeyedPermit { owner, key })
    }
}

impl<K> KeyedLimit<K> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, u32>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for KeyedPermit<K> {
    fn drop(&mut self) {
        let mut held = self.owner.lock();
        if let Some(count) = held.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_permits_of_its_own_which_can_be_returned() {
        let limit = Arc::new(KeyedLimit::new(1));
        let first = limit.try_acquire('a');
        assert!(first.is_some());
        assert!(limit.try_acquire('a').is_none());
        assert!(limit.try_acquire('b').is_some());
        drop(first);
        assert!(limit.try_acquire('a').is_some());
        assert!(limit.lock().is_empty(), "keys without permits are removed");
    }
}
