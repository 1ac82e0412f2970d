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
    pub(super) timed: bool,
}

/// A power of two. Few enough to stay next to the processor.
const SLOTS: usize = 1 << 11;
/// Most pairs that are looked up in the slots: beyond, by the place of the fault.
const FEW: usize = SLOTS / 4;

/// Sums of one requirement, in the order in which faults were first met. A mark says which sum is
/// a fault's own: in a small table (open addressing) where few pairs are summed up, which is nearly
/// always; else in one with a place for every fault. Marks are never cleared: one counts for the
/// requirement with the number it was made for.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    slots: Vec<u64>,
    by_place: Vec<u64>,
    list: Vec<Sum>,
    turn: u32,
}

impl Sums {
    /// Begins with no sums, for members with so many pairs.
    fn begin(&mut self) {
        self.list.clear();
        self.turn = self.turn.checked_add(1).unwrap_or_else(|| {
            self.by_place.fill(0);
            self.slots.fill(0);
            1
        });
    }

    /// The sums of the faults in these lists, each with its member's weight and whether that serves
    /// without faults; of faults of `part`, whose numbers are below `nodes`.
    pub(super) fn of<'p>(
        &mut self,
        lists: impl Iterator<Item = (&'p [u64], u64, bool)> + Clone,
        part: Part,
        nodes: usize,
    ) -> &[Sum] {
        self.begin();
        let pairs: usize = lists.clone().map(|(list, ..)| list.len()).sum();
        if pairs <= FEW {
            if self.slots.is_empty() {
                self.slots = vec![0; SLOTS];
            }
            for (list, weight, serves) in lists {
                for pair in list {
                    self.add_few(*pair, weight, serves);
                }
            }
        } else {
            if self.by_place.is_empty() {
                let nodes = u32::try_from(nodes).unwrap_or(u32::MAX);
                self.by_place = vec![0; part.len(nodes)];
            }
            for (list, weight, serves) in lists {
                for pair in list {
                    let place = part.place(high(*pair));
                    let mark = &mut self.by_place[place];
                    if high(*mark) != self.turn {
                        *mark = pack(self.turn, next(&self.list));
                        self.list.push(Sum {
                            fault: high(*pair),
                            ..Sum::default()
                        });
                    }
                    add(&mut self.list[low(*mark) as usize], *pair, weight, serves);
                }
            }
        }
        &self.list
    }

    fn add_few(&mut self, pair: u64, weight: u64, serves: bool) {
        let fault = high(pair);
        // Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4).
        let mut at = (fault.wrapping_mul(0x9e37_79b9) >> 21) as usize;
        let slots: &mut [u64; SLOTS] = match self.slots.as_mut_slice().try_into() {
            Ok(slots) => slots,
            Err(_) => return,
        };
        loop {
            let mark = &mut slots[at % SLOTS];
            if high(*mark) != self.turn {
                *mark = pack(self.turn, next(&self.list));
                let mut sum = Sum {
                    fault,
                    ..Sum::default()
                };
                add(&mut sum, pair, weight, serves);
                self.list.push(sum);
                return;
            }
            let sum = &mut self.list[low(*mark) as usize];
            if sum.fault == fault {
                add(sum, pair, weight, serves);
                return;
            }
            at += 1;
        }
    }
}

fn next(list: &[Sum]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

fn add(sum: &mut Sum, pair: u64, weight: u64, serves: bool) {
    let code = low(pair);
    if code & LOST != 0 && serves {
        sum.lost = sum.lost.saturating_add(weight);
    }
    if code & STOPPED != 0 {
        sum.stopped = sum.stopped.saturating_add(weight);
    }
    sum.timed |= is_timed(code);
}
