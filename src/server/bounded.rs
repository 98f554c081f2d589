//! A map that forgets: so many entries, the oldest first, but none that is still needed.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use crate::limits::COUNTED_MAX;

/// Whether a counter must not be forgotten, because something will be subtracted from it.
pub(super) trait Keep {
    fn is_needed(&self) -> bool;
}

/// A map of at most [`COUNTED_MAX`] entries that forgets the oldest which are not needed.
pub(super) struct Bounded<K, V> {
    map: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K, V> Default for Bounded<K, V> {
    fn default() -> Self {
        Bounded { map: HashMap::new(), order: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash, V: Keep> Bounded<K, V> {
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        self.map.get_mut(key)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.map.values_mut()
    }

    pub fn remove(&mut self, key: &K) {
        if self.map.remove(key).is_some() {
            self.order.retain(|other| other != key);
        }
    }

    pub fn get_or_insert(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        if !self.map.contains_key(&key) {
            self.make_room();
            self.order.push_back(key.clone());
        }
        self.map.entry(key).or_insert_with(make)
    }

    /// Needed ones go to the back: each is looked at once at most.
    fn make_room(&mut self) {
        for _ in 0..self.order.len() {
            if self.map.len() < COUNTED_MAX {
                return;
            }
            let Some(key) = self.order.pop_front() else { return };
            match self.map.get(&key).is_some_and(Keep::is_needed) {
                true => self.order.push_back(key),
                false => drop(self.map.remove(&key)),
            }
        }
    }
}
