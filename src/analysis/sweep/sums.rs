//! What each fault takes from one requirement, summed up over its members.

use super::answer::{high, low, pack};
use super::codes::{LOST, STOPPED, is_timed};
use super::parts::Part;

/// What a fault takes from a requirement.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub(super) lost: u64,
    pub(super) stopped: u64,
    pub(super) fault: u32,
    /// All that was said of it.
    codes: u32,
}

impl Sum {
    /// Whether something that it takes may come back.
    pub(super) fn timed(&self) -> bool {
        is_timed(self.codes)
    }

    /// Nothing is taken by `fault` yet.
    pub(super) fn of(fault: u32) -> Self {
        Self {
            fault,
            ..Self::default()
        }
    }

    /// It takes a member of this weight, which serves without faults or not, as `code` says.
    pub(super) fn add(&mut self, code: u32, weight: u64, serves: bool) {
        let if_serving = if serves { weight } else { 0 };
        let unless_zero = |flag: u32, weight: u64| if code & flag == 0 { 0 } else { weight };
        self.lost = self.lost.saturating_add(unless_zero(LOST, if_serving));
        self.stopped = self.stopped.saturating_add(unless_zero(STOPPED, weight));
        self.codes |= code;
    }
}

/// A power of two. Few enough to stay next to the processor.
const SLOTS: usize = 1 << 9;
/// Most pairs that are looked up in the slots: beyond, by the place of the fault.
const FEW: usize = SLOTS / 2;

/// Sums of one requirement, in the order in which faults were first met. A key says whose a sum is
/// and for which requirement it was made, so that none is ever cleared: in a small table (open
/// addressing) where few pairs are summed up, which is nearly always; else by a mark in one with a
/// place for every fault.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    keys: Vec<u64>,
    by_place: Vec<u64>,
    list: Vec<Sum>,
    turn: u32,
}

/// The list of a member that some faults reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken<'p> {
    pub(super) pairs: &'p [u64],
    pub(super) weight: u64,
    pub(super) serves: bool,
}

/// A number of 32 bits of which the first are as good as random (multiplicative hashing: Knuth, The
/// Art of Computer Programming 3, 6.4).
fn hash(fault: u32) -> u32 {
    fault.wrapping_mul(0x9e37_79b9)
}

/// Faults by hash: one that is not in it was not put in; one that is may be another (B. Bloom 1970).
struct Filter([u64; 4]);

impl Filter {
    const ALL: Self = Self([u64::MAX; 4]);

    /// Those met a second time: mostly few, for what members have in common is little.
    fn met_again<'p>(lists: impl Iterator<Item = Taken<'p>>) -> Self {
        let (mut met, mut again) = ([0u64; 4], [0u64; 4]);
        for pair in lists.flat_map(|taken| taken.pairs) {
            let (word, bit) = Self::place(high(*pair));
            again[word] |= met[word] & bit;
            met[word] |= bit;
        }
        Self(again)
    }

    fn has(&self, fault: u32) -> bool {
        let (word, bit) = Self::place(fault);
        self.0[word] & bit != 0
    }

    fn place(fault: u32) -> (usize, u64) {
        let place = hash(fault) >> 24;
        ((place >> 6) as usize, 1 << (place & 63))
    }
}

impl Sums {
    /// The sums of the faults in these lists; of faults of `part`, whose numbers are below `nodes`.
    /// With `of_several`, faults that are in one list only may be left out.
    pub(super) fn of<'p>(
        &mut self,
        lists: impl Iterator<Item = Taken<'p>> + Clone,
        of_several: bool,
        part: Part,
        nodes: usize,
    ) -> &[Sum] {
        self.turn = self.turn.checked_add(1).unwrap_or_else(|| {
            self.by_place.fill(0);
            self.keys.fill(0);
            1
        });
        self.list.clear();
        let pairs: usize = lists.clone().map(|taken| taken.pairs.len()).sum();
        if pairs <= FEW {
            let met_again = if of_several {
                Filter::met_again(lists.clone())
            } else {
                Filter::ALL
            };
            self.few(lists, &met_again);
        } else {
            if self.by_place.is_empty() {
                let nodes = u32::try_from(nodes).unwrap_or(u32::MAX);
                self.by_place = vec![0; part.len(nodes)];
            }
            self.many(lists, part);
        }
        &self.list
    }

    /// Of at most [`FEW`] pairs.
    fn few<'p>(&mut self, lists: impl Iterator<Item = Taken<'p>>, met_again: &Filter) {
        self.keys.resize(SLOTS * 2, 0);
        let Some((keys, places)) = self.keys.split_at_mut_checked(SLOTS) else {
            return;
        };
        for taken in lists {
            for pair in taken.pairs {
                let fault = high(*pair);
                if !met_again.has(fault) {
                    continue;
                }
                let key = pack(self.turn, fault);
                let mut at = (hash(fault) >> 23) as usize;
                // At least half of the slots are free.
                loop {
                    at %= SLOTS;
                    if keys[at] == key {
                        let sum = &mut self.list[low(places[at]) as usize];
                        sum.add(low(*pair), taken.weight, taken.serves);
                        break;
                    }
                    if high(keys[at]) != self.turn {
                        keys[at] = key;
                        places[at] = self.list.len() as u64;
                        let mut sum = Sum::of(fault);
                        sum.add(low(*pair), taken.weight, taken.serves);
                        self.list.push(sum);
                        break;
                    }
                    at += 1;
                }
            }
        }
    }

    fn many<'p>(&mut self, lists: impl Iterator<Item = Taken<'p>>, part: Part) {
        for taken in lists {
            for pair in taken.pairs {
                let mark = &mut self.by_place[part.place(high(*pair))];
                if high(*mark) != self.turn {
                    let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
                    *mark = pack(self.turn, next);
                    self.list.push(Sum::of(high(*pair)));
                }
                let sum = &mut self.list[low(*mark) as usize];
                sum.add(low(*pair), taken.weight, taken.serves);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Few pairs and many, one requirement after the other.
        #[test]
        fn sums_up_by_fault(requirements in prop::collection::vec(
            prop::collection::vec(
                (prop::collection::btree_map(0..900u32, 0..20u32, 0..400), 0..5u64, any::<bool>()),
                0..4,
            ),
            1..6,
        )) {
            let mut sums = Sums::default();
            for members in requirements {
                let mut expected: BTreeMap<u32, (u64, u64, bool)> = BTreeMap::new();
                for (list, weight, serves) in &members {
                    for (fault, code) in list {
                        let sum = expected.entry(*fault).or_default();
                        sum.0 += if code & LOST != 0 && *serves { *weight } else { 0 };
                        sum.1 += if code & STOPPED != 0 { *weight } else { 0 };
                        sum.2 |= is_timed(*code);
                    }
                }
                let lists: Vec<(Vec<u64>, u64, bool)> = members
                    .iter()
                    .map(|(list, weight, serves)| {
                        let pairs = list.iter().map(|(fault, code)| pack(*fault, *code));
                        (pairs.collect(), *weight, *serves)
                    })
                    .collect();
                let taken = lists.iter().map(|(pairs, weight, serves)| Taken {
                    pairs,
                    weight: *weight,
                    serves: *serves,
                });
                let mut found = |of_several: bool| -> BTreeMap<u32, (u64, u64, bool)> {
                    let sums = sums.of(taken.clone(), of_several, Part::ALL, 900).iter();
                    sums.map(|sum| (sum.fault, (sum.lost, sum.stopped, sum.timed()))).collect()
                };
                prop_assert_eq!(&found(false), &expected);
                let several = found(true);
                for (fault, sum) in &expected {
                    let in_lists = members.iter().filter(|(list, ..)| list.contains_key(fault));
                    if in_lists.count() > 1 || several.contains_key(fault) {
                        prop_assert_eq!(several.get(fault), Some(sum));
                    }
                }
            }
        }
    }
}
