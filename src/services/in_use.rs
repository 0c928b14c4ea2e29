//! Values by key that exist only while somebody uses them, and a limit on the uses of each key.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

/// One value for each key that is in use, removed with the last use.
pub struct InUse<K, V> {
    entries: Mutex<Entries<K, V>>,
}

/// Each value with the number of its uses.
type Entries<K, V> = HashMap<K, (V, usize)>;

/// One use of a key, until it is dropped. It does not hold the value, which may itself hold uses of the key.
pub struct Use<K: Eq + Hash, V> {
    all: Arc<InUse<K, V>>,
    key: K,
    others: usize,
}

impl<K, V> Default for InUse<K, V> {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
        }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> InUse<K, V> {
    /// Begins a use. Returns the value of the key, which `new` makes for the first use.
    pub fn enter(self: &Arc<Self>, key: K, new: impl FnOnce() -> V) -> (V, Use<K, V>) {
        self.add(&mut self.entries.lock(), key, new)
    }

    fn add(
        self: &Arc<Self>,
        entries: &mut Entries<K, V>,
        key: K,
        new: impl FnOnce() -> V,
    ) -> (V, Use<K, V>) {
        let (value, uses) = entries.entry(key.clone()).or_insert_with(|| (new(), 0));
        let others = *uses;
        *uses += 1;
        let all = Arc::clone(self);
        (value.clone(), Use { all, key, others })
    }
}

impl<K: Eq + Hash, V> InUse<K, V> {
    /// Whether a key is in use.
    pub fn contains(&self, key: &K) -> bool {
        self.entries.lock().contains_key(key)
    }
}

impl<K: Eq + Hash, V> Use<K, V> {
    /// The number of other uses of the key when this one began.
    pub fn others(&self) -> usize {
        self.others
    }
}

impl<K: Eq + Hash, V> Drop for Use<K, V> {
    fn drop(&mut self) {
        let mut entries = self.all.entries.lock();
        let Some((_, uses)) = entries.get_mut(&self.key) else {
            return;
        };
        *uses -= 1;
        if *uses == 0 {
            let unused = entries.remove(&self.key);
            // Dropping the value may drop another use, which takes the lock.
            drop(entries);
            drop(unused);
        }
    }
}

/// A limit on the uses of each key: connections per address, event streams per user. Clones share it.
#[derive(Clone)]
pub struct KeyedLimit<K> {
    max: usize,
    held: Arc<InUse<K, ()>>,
}

/// One permit of a key, returned on drop.
pub type KeyedPermit<K> = Use<K, ()>;

impl<K: Clone + Eq + Hash> KeyedLimit<K> {
    /// A limit of `max` permits per key.
    pub fn new(max: usize) -> Self {
        let held = Arc::default();
        Self { max, held }
    }

    /// Takes another permit for a key; `None` if the key already has all of them.
    pub fn try_acquire(&self, key: K) -> Option<KeyedPermit<K>> {
        let mut entries = self.held.entries.lock();
        let uses = entries.get(&key).map_or(0, |((), uses)| *uses);
        (uses < self.max).then(|| self.held.add(&mut entries, key, || ()).1)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.held.entries.lock().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shared_until_its_last_use_ends() {
        let all = Arc::new(InUse::default());
        let (first, one) = all.enter('a', || Arc::new(1));
        let (second, other) = all.enter('a', || Arc::new(2));
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!((one.others(), other.others()), (0, 1));
        drop(one);
        assert!(all.contains(&'a'));
        drop(other);
        assert!(!all.contains(&'a'));
        assert_eq!(Arc::strong_count(&first), 2, "the value is dropped");
    }

    #[test]
    fn a_value_may_end_a_use_when_it_is_dropped() {
        #[derive(Clone, Default)]
        struct Holder {
            _held: Option<Arc<Use<char, Holder>>>,
        }
        let all = Arc::new(InUse::default());
        let (_, held) = all.enter('a', Holder::default);
        let held = Some(Arc::new(held));
        let (_, only) = all.enter('b', || Holder { _held: held });
        drop(only);
        assert!(!all.contains(&'a'));
    }

    #[test]
    fn permits_are_counted_per_key_and_returned_on_drop() {
        let limit = KeyedLimit::new(1);
        let first = limit.try_acquire('a');
        assert!(first.is_some());
        assert!(limit.try_acquire('a').is_none());
        assert!(limit.try_acquire('b').is_some());
        drop(first);
        assert!(limit.try_acquire('a').is_some());
        assert!(limit.is_empty(), "keys without permits are removed");
    }
}
