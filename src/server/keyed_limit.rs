//! A limit on permits per key: connections per address, event streams per user.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts the permits of each key.
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
    /// A limit of `limit` permits per key.
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            held: Mutex::default(),
        }
    }

    /// Takes another permit for a key; `None` if the key already has `limit` of them.
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
    fn permits_are_counted_per_key_and_returned_on_drop() {
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
