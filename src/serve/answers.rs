//! Answers of one snapshot, kept for who asks the same again: a page asks what it asked a moment
//! ago, and several people look at one outage. Kept is what was asked twice: most of what programs
//! ask is asked once, and would only drive out the rest.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;

/// Bytes of questions and answers kept at most, in two halves.
const MOST_BYTES: usize = 64 << 20;
/// Questions that are known to have been asked once, at most.
const MOST_ONCE: usize = 1 << 16;
/// Larger ones are not kept.
const LARGEST: usize = MOST_BYTES / 16;

/// Which question it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    Blast,
    Why,
}

/// What was asked, to the byte.
type Key = (Sort, Bytes);

/// Answers by question. What nobody asked for since half of the room was filled goes first.
#[derive(Debug, Default)]
pub(super) struct Answers {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Asked for since the last turn.
    young: HashMap<Key, Bytes>,
    young_bytes: usize,
    /// Before that: gone at the next turn.
    old: HashMap<Key, Bytes>,
    /// Hashes of questions whose answer was not kept. Two of one hash only mean one answer kept
    /// too early.
    once: HashSet<u64>,
    hasher: RandomState,
}

impl Answers {
    /// The answer to `question`, if it was given before.
    pub(super) fn get(&self, sort: Sort, question: &Bytes) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (sort, question.clone());
        if let Some(answer) = kept.young.get(&key) {
            return Some(answer.clone());
        }
        let (key, answer) = kept.old.remove_entry(&key)?;
        let gone = kept.add(key, answer.clone());
        drop(kept);
        drop(gone);
        Some(answer)
    }

    /// Keeps the answer to `question`, if it was asked before.
    pub(super) fn put(&self, sort: Sort, question: &Bytes, answer: &Bytes) {
        if question.len() + answer.len() > LARGEST {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = kept.hasher.hash_one((sort, question));
        if !kept.once.remove(&hash) {
            if kept.once.len() >= MOST_ONCE {
                kept.once.clear();
            }
            kept.once.insert(hash);
            return;
        }
        // What was read from a connection is part of a larger buffer.
        let key = (sort, Bytes::copy_from_slice(question));
        let gone = kept.add(key, answer.clone());
        drop(kept);
        // Nobody waits while hundreds of answers are given back.
        drop(gone);
    }
}

impl Kept {
    /// Keeps an answer. What goes for it comes out.
    fn add(&mut self, key: Key, answer: Bytes) -> HashMap<Key, Bytes> {
        let bytes = key.1.len() + answer.len();
        let mut gone = HashMap::new();
        if self.young_bytes + bytes > MOST_BYTES / 2 {
            gone = std::mem::replace(&mut self.old, std::mem::take(&mut self.young));
            self.young_bytes = 0;
        }
        if self.young.insert(key, answer).is_none() {
            self.young_bytes += bytes;
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As if `question` were asked twice.
    fn keep(answers: &Answers, sort: Sort, question: &Bytes, answer: &Bytes) {
        answers.put(sort, question, answer);
        answers.put(sort, question, answer);
    }

    #[test]
    fn the_same_question_has_its_answer_and_no_other_has() {
        let answers = Answers::default();
        let (asked, other) = (Bytes::from_static(b"a"), Bytes::from_static(b"b"));
        answers.put(Sort::Blast, &asked, &other);
        assert_eq!(answers.get(Sort::Blast, &asked), None);
        answers.put(Sort::Blast, &asked, &other);
        assert_eq!(answers.get(Sort::Blast, &asked), Some(other.clone()));
        assert_eq!(answers.get(Sort::Why, &asked), None);
        assert_eq!(answers.get(Sort::Blast, &other), None);
    }

    #[test]
    fn memory_is_bounded_and_what_is_asked_for_stays() {
        let answers = Answers::default();
        let question = |number: u32| Bytes::from(number.to_string());
        let answer = Bytes::from(vec![0u8; LARGEST / 2]);
        let first = question(0);
        for number in 0..200 {
            keep(&answers, Sort::Blast, &question(number), &answer);
            assert!(answers.get(Sort::Blast, &first).is_some(), "{number}");
            let kept = answers.kept.lock().unwrap();
            let held = (kept.young.len() + kept.old.len()) * answer.len();
            assert!(held <= MOST_BYTES, "{number}: {held}");
        }
        assert!(answers.get(Sort::Blast, &question(1)).is_none());
        let huge = Bytes::from(vec![0u8; LARGEST + 1]);
        keep(&answers, Sort::Why, &first, &huge);
        assert!(answers.get(Sort::Why, &first).is_none());
    }
}
