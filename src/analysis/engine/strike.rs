//! The moment the faults strike (t = 0): what stops, what no longer serves, what is degraded; and
//! which requirements with standbys are unmet then.

use rustc_hash::FxHashMap;

use crate::graph::Graph;
use crate::words::Mode;

use super::baseline::Baseline;
use super::scratch::{Scratch, Set};
use super::uses::{Kind, RUNS, SERVES, SOUND, Spares, Use, Uses};

/// Fills `scratch` (which must be clean) with what `faults` do at t = 0. Proportional to the
/// nodes affected and the members that refer to them.
pub(super) fn strike(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch, faults: &[u32]) {
    let uses = baseline.uses(graph);
    let mut blow = std::mem::take(&mut scratch.blow);
    blow.fit(uses);
    blow.first = true;
    let mut spread = Spread {
        graph,
        baseline,
        uses,
        scratch,
        blow: &mut blow,
    };
    for &fault in faults {
        spread.scratch.add(Set::Faults, fault);
        let place = uses.place(fault);
        spread.blow.add(STOPPED, place);
    }
    if spread.scratch.is_restricted() {
        spread.all::<true>();
    } else {
        spread.all::<false>();
    }
    for (set, places) in [
        (Set::Stopped, &blow.stopped),
        (Set::Lost, &blow.lost),
        (Set::Degraded, &blow.degraded),
    ] {
        for place in places {
            let node = uses.node(*place);
            scratch.add(set, node);
            if blow.has(HOPELESS, *place) {
                scratch.give_up(node);
            }
        }
    }
    blow.undo();
    scratch.blow = blow;
}

const STOPPED: u8 = 1;
const LOST: u8 = 2;
const DEGRADED: u8 = 4;
/// Its loss is known to all that need it.
const TOLD: u8 = 16;
/// Nothing brings it back while the faults are unrepaired.
const HOPELESS: u8 = 8;

/// Working memory of the moment: a byte a node and four or eight a counted requirement. Clean
/// whenever nothing strikes.
#[derive(Debug, Default)]
pub(super) struct Blow {
    /// By place.
    state: Vec<u8>,
    /// Places, in order of arrival.
    stopped: Vec<u32>,
    lost: Vec<u32>,
    degraded: Vec<u32>,
    /// What counted requirements lost, and which did.
    taken: Vec<u32>,
    taken_at: Vec<u32>,
    /// The same of requirements with large weights, by weight.
    taken_large: FxHashMap<(u32, usize), u64>,
    /// What is there to be added once all is known that no standby can bring back.
    later: Vec<(u8, u32)>,
    /// Places of nodes that may be degraded, once it is known what is lost.
    unsettled: Vec<u32>,
    /// So far, what is added is hopeless.
    first: bool,
    /// Start requirements that became unmet.
    awaited: Vec<Use>,
}

impl Blow {
    fn fit(&mut self, uses: &Uses) {
        if (self.state.len(), self.taken.len()) != (uses.len(), uses.spares.len()) {
            self.state = vec![0; uses.len()];
            self.taken = vec![0; uses.spares.len()];
        }
    }

    fn has(&self, what: u8, place: u32) -> bool {
        self.state[place as usize] & what != 0
    }

    fn add(&mut self, what: u8, place: u32) {
        let state = &mut self.state[place as usize];
        if *state & what == 0 {
            *state |= what | if self.first { HOPELESS } else { 0 };
            let list = match what {
                STOPPED => &mut self.stopped,
                LOST => &mut self.lost,
                _ => &mut self.degraded,
            };
            list.push(place);
        }
    }

    /// Adds `weight` to what was taken; true if that is more than `spare` from now on.
    fn take(&mut self, at: usize, weight: u32, spare: u32) -> bool {
        let taken = &mut self.taken[at];
        let before = *taken;
        *taken = before.saturating_add(weight);
        let crosses = before <= spare && *taken > spare;
        if before == 0 {
            self.taken_at.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        crosses
    }

    fn take_large(&mut self, which: (u32, usize), weight: u64, spare: u64) -> bool {
        let taken = self.taken_large.entry(which).or_default();
        let before = *taken;
        *taken = before.saturating_add(weight);
        before <= spare && *taken > spare
    }

    fn undo(&mut self) {
        for list in [&mut self.stopped, &mut self.lost, &mut self.degraded] {
            for place in list.drain(..) {
                self.state[place as usize] = 0;
            }
        }
        for at in self.taken_at.drain(..) {
            self.taken[at as usize] = 0;
        }
        self.taken_large.clear();
        self.later.clear();
        self.unsettled.clear();
        self.awaited.clear();
    }
}

/// What a requirement may newly lack.
#[derive(Clone, Copy)]
enum Weight {
    Serving = 0,
    /// Running weight of a placement requirement, undegraded weight of a hard one.
    Other = 1,
}

struct Spread<'a> {
    graph: &'a Graph,
    baseline: &'a Baseline,
    uses: &'a Uses,
    scratch: &'a mut Scratch,
    blow: &'a mut Blow,
}

impl Spread<'_> {
    /// With `R`, owners that are not to be looked at are passed over.
    fn all<const R: bool>(&mut self) {
        // What would fail without any standby comes first: it can't come back.
        self.spread::<R>((0, 0));
        self.blow.first = false;
        let known = (self.blow.stopped.len(), self.blow.lost.len());
        for at in 0..self.blow.later.len() {
            let (what, owner) = self.blow.later[at];
            self.blow.add(what, owner);
        }
        self.spread::<R>(known);
        self.degrade::<R>();
        self.settle_starts();
    }

    /// Tells of all that stopped or was lost after so many.
    fn spread<const R: bool>(&mut self, (mut stopped, mut lost): (usize, usize)) {
        let uses = self.uses;
        // A node that stops is told of once, with what its loss does if that was not told before;
        // losses never stop anything, so those come after.
        while let Some(&place) = self.blow.stopped.get(stopped) {
            stopped += 1;
            let was = uses.flags(place);
            if was & RUNS == 0 {
                continue;
            }
            let serves = was & SERVES != 0 && !self.blow.has(TOLD, place);
            if serves {
                self.blow.add(LOST, place);
                self.blow.state[place as usize] |= TOLD;
            }
            for one in uses.of(place) {
                self.stops::<R>(*one);
                if serves {
                    self.loses::<R>(*one, was & SOUND != 0);
                }
            }
        }
        while let Some(&place) = self.blow.lost.get(lost) {
            lost += 1;
            if self.blow.has(TOLD, place) {
                continue;
            }
            self.blow.state[place as usize] |= TOLD;
            let sound = uses.flags(place) & SOUND != 0;
            for one in uses.of(place) {
                self.loses::<R>(*one, sound);
            }
        }
    }

    /// Whether the node at `place` is looked at.
    fn may<const R: bool>(&self, place: u32) -> bool {
        !R || self.scratch.may(self.uses.node(place))
    }

    /// Takes the weight of `one`; true if that leaves the requirement unmet, and nothing before did.
    fn takes(&mut self, one: Use, weight: Weight) -> bool {
        let at = one.at as usize + weight as usize;
        let spare = self.uses.spares[at];
        self.blow.take(at, u32::from(one.weight), spare)
    }

    /// The same for weights of any size.
    fn takes_large(&mut self, one: Use, weight: Weight) -> bool {
        let q = self.graph.member_of[one.at as usize];
        let spares = Spares::of(self.graph, self.baseline, q);
        let spare = match weight {
            Weight::Serving => spares.serving,
            Weight::Other => spares.other,
        };
        let taken = self.graph.member_weight[one.at as usize];
        spare.is_some_and(|spare| self.blow.take_large((q, weight as usize), taken, spare))
    }

    fn requirement(&self, one: Use) -> u32 {
        match one.kind {
            Kind::Large => self.graph.member_of[one.at as usize],
            _ => self.uses.requirements[one.at as usize],
        }
    }

    /// The member stopped.
    fn stops<const R: bool>(&mut self, one: Use) {
        if self.blow.has(STOPPED, one.owner) || !self.may::<R>(one.owner) {
            return;
        }
        let stops = match one.kind {
            Kind::PlacementSole => true,
            Kind::PlacementCounted => self.takes(one, Weight::Other),
            Kind::Large => {
                self.mode_of(one) == Mode::Placement && self.takes_large(one, Weight::Other)
            }
            _ => false,
        };
        if stops {
            self.adds(STOPPED, one);
        }
    }

    /// The member, which is `sound` if it was not degraded, no longer serves.
    fn loses<const R: bool>(&mut self, one: Use, sound: bool) {
        let is_start = matches!(one.kind, Kind::StartSole | Kind::StartCounted | Kind::Large);
        if (self.blow.has(LOST | STOPPED, one.owner) && !one.promotable && !is_start)
            || !self.may::<R>(one.owner)
        {
            return;
        }
        match one.kind {
            Kind::PlacementSole | Kind::HardSole => self.blow.add(LOST, one.owner),
            Kind::PlacementCounted => {
                if self.takes(one, Weight::Serving) {
                    self.carries_no_more(one);
                }
            }
            Kind::HardCounted => {
                if self.takes(one, Weight::Serving) {
                    self.carries_no_more(one);
                }
                if sound && !self.uses.all_sound && self.takes(one, Weight::Other) {
                    self.blow.unsettled.push(one.owner);
                }
            }
            Kind::SoftSole => self.blow.unsettled.push(one.owner),
            Kind::SoftCounted => {
                if self.takes(one, Weight::Serving) {
                    self.blow.unsettled.push(one.owner);
                }
            }
            Kind::StartSole => self.blow.awaited.push(one),
            Kind::StartCounted => {
                if self.takes(one, Weight::Serving) {
                    self.blow.awaited.push(one);
                }
            }
            Kind::Large => self.loses_large(one, sound),
        }
    }

    fn loses_large(&mut self, one: Use, sound: bool) {
        let is_unmet = self.takes_large(one, Weight::Serving);
        match self.mode_of(one) {
            Mode::Placement | Mode::Hard if is_unmet => self.carries_no_more(one),
            Mode::Soft if is_unmet => self.blow.unsettled.push(one.owner),
            Mode::Start if is_unmet => self.blow.awaited.push(one),
            _ => {}
        }
        if sound && self.mode_of(one) == Mode::Hard && self.takes_large(one, Weight::Other) {
            self.blow.unsettled.push(one.owner);
        }
    }

    /// A requirement that carries its owner became unmet.
    fn carries_no_more(&mut self, one: Use) {
        self.adds(LOST, one);
        if one.promotable {
            self.scratch.unmet.push(self.requirement(one));
        }
    }

    fn adds(&mut self, what: u8, one: Use) {
        if self.blow.first && one.promotable {
            self.blow.later.push((what, one.owner));
        } else {
            self.blow.add(what, one.owner);
        }
    }

    fn mode_of(&self, one: Use) -> Mode {
        let q = self.graph.member_of[one.at as usize];
        self.graph.mode[q as usize]
    }

    /// Loss is complete before degradation begins: what is lost is not degraded.
    fn degrade<const R: bool>(&mut self) {
        let uses = self.uses;
        for at in 0..self.blow.unsettled.len() {
            let owner = self.blow.unsettled[at];
            self.unsettle::<R>(owner);
        }
        // Where both are the same amount, losses are counted once.
        let undegraded = if uses.all_sound {
            Weight::Serving
        } else {
            Weight::Other
        };
        let mut next = 0;
        while let Some(&place) = self.blow.degraded.get(next) {
            next += 1;
            for one in uses.of(place) {
                let unsettles = match one.kind {
                    Kind::HardSole => true,
                    Kind::HardCounted => self.takes(*one, undegraded),
                    Kind::Large => {
                        self.mode_of(*one) == Mode::Hard && self.takes_large(*one, Weight::Other)
                    }
                    _ => false,
                };
                if unsettles {
                    self.unsettle::<R>(one.owner);
                }
            }
        }
    }

    fn unsettle<const R: bool>(&mut self, owner: u32) {
        if self.may::<R>(owner) && !self.blow.has(LOST, owner) {
            self.blow.add(DEGRADED, owner);
        }
    }

    /// Which of the unmet start requirements a stopped node waits for.
    fn settle_starts(&mut self) {
        for &one in &self.blow.awaited {
            if self.blow.has(STOPPED, one.owner) {
                self.scratch.start_is_awaited = true;
                if one.promotable {
                    self.scratch.unmet.push(self.requirement(one));
                }
            }
        }
        if !self.uses.start_unmet {
            return;
        }
        for place in &self.blow.stopped {
            for q in self.graph.requirements_of(self.uses.node(*place)) {
                let start = self.graph.mode[q as usize] == Mode::Start;
                if start && self.baseline.serving(q) < self.graph.need[q as usize] {
                    self.scratch.start_is_awaited = true;
                    self.scratch.unmet.push(q);
                }
            }
        }
    }
}
