//! Entries of a draft by the ids of their requirements, of which there are more than of anything
//! else: an id is kept once, in its entry.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use rustc_hash::FxHashMap;

use super::draft::Entry;

/// Finds entries by id. Every place holds a chain of entries, nearly always of one. The hash is a
/// keyed one, because ids are made of names from strangers.
#[derive(Debug, Default)]
pub(super) struct Ids {
    keys: RandomState,
    first: FxHashMap<u64, u32>,
}

/// Where an id belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot(u64);

impl Ids {
    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, more: usize) {
        self.first.reserve(more);
    }

    /// Where `id` belongs.
    pub(super) fn slot(&self, id: &str) -> Slot {
        Slot(self.keys.hash_one(id))
    }

    /// The position of the entry of `id`, which belongs in `slot`.
    pub(super) fn at(&self, slot: Slot, id: &str, entries: &[Entry]) -> Option<usize> {
        let mut at = self.first.get(&slot.0).copied();
        while let Some(place) = at {
            let entry = entries.get(place as usize)?;
            if entry.requirement.id == id {
                return usize::try_from(place).ok();
            }
            at = entry.next;
        }
        None
    }

    /// As [`at`](Self::at), for an id whose slot is not known.
    pub(super) fn get(&self, id: &str, entries: &[Entry]) -> Option<usize> {
        self.at(self.slot(id), id, entries)
    }

    /// Puts the entry that will be at `place` first in `slot`; gives the one that follows it.
    pub(super) fn add(&mut self, slot: Slot, place: usize) -> Option<u32> {
        let place = u32::try_from(place).ok()?;
        self.first.insert(slot.0, place)
    }

    /// Forgets the entry of `id`.
    pub(super) fn remove(&mut self, id: &str, entries: &mut [Entry]) {
        let slot = self.slot(id);
        let Some(at) = self.at(slot, id, entries) else {
            return;
        };
        let next = entries.get(at).and_then(|entry| entry.next);
        let mut before = self.first.get(&slot.0).copied();
        if before.is_some_and(|first| first as usize == at) {
            match next {
                Some(next) => self.first.insert(slot.0, next),
                None => self.first.remove(&slot.0),
            };
            return;
        }
        while let Some(place) = before
            && let Some(entry) = entries.get_mut(place as usize)
        {
            if entry.next.is_some_and(|next| next as usize == at) {
                entry.next = next;
                return;
            }
            before = entry.next;
        }
    }
}
