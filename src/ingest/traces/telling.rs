//! Calls become facts, evidence `observed`: services and what they were seen to need.

use std::collections::BTreeMap;

use super::calls::{self, Calls};
use super::spans::{Seen, What};
use crate::ingest::budget::Budget;
use crate::ingest::fact::{
    Attributes, Expr, Facts, ModeRule, NodeFact, Origin, Otherwise, Ref, RequirementFact, Traffic,
};
use crate::message;
use crate::source::{FileId, Span as Place};
use crate::words::{Class, Evidence, Id, Message, Mode};

/// Says all of it.
pub(super) fn tell(seen: Seen<'_>, budget: &Budget) -> Facts {
    let mut facts = Facts::default();
    let found = calls::calls(&seen, budget);
    let classes = classes(&found);
    let of = |name: &str, place| reference(name, class_in(&classes, name), place);
    nodes(&found, &classes, &mut facts);
    for (ends, call) in &found.calls {
        let mode = if ends.message || call.is_survived() {
            Mode::Soft
        } else {
            Mode::Hard
        };
        for place in call.places.values() {
            facts.requirements.push(RequirementFact {
                of: of(&ends.from, *place),
                mode: ModeRule::Fixed(mode),
                expr: Expr::One(of(&ends.to, *place)),
                want: None,
                reroute: None,
                origin: Origin::at(Evidence::Observed, *place),
            });
        }
    }
    let spans = seen.spans.iter().filter(|span| span.service.is_none());
    let mut unnamed: BTreeMap<FileId, (usize, Place)> = BTreeMap::new();
    for span in spans {
        unnamed.entry(span.place.file).or_insert((0, span.place)).0 += 1;
    }
    for (count, place) in unnamed.into_values() {
        let why = message!(
            "{count} span without a service: whose it is is not known|{count} spans without a service: \
             whose they are is not known",
            count
        );
        facts.unread.push((place, why));
    }
    for ((_, why), (count, place)) in &seen.nameless {
        let why = Message::fixed(why);
        let why = message!("{count} entry {why}|{count} entries {why}", count, why);
        facts.unread.push((*place, why));
    }
    facts.unread.extend(seen.unread);
    facts.traffic = Traffic {
        spans: u64::try_from(seen.spans.len()).unwrap_or(u64::MAX),
        calls: seen
            .counted
            .iter()
            .fold(0, |sum: u64, counted| sum.saturating_add(counted.count)),
    };
    facts
}

/// What each name stands for: what has spans of its own or calls others is a service, whatever
/// callers make of it.
fn classes(found: &Calls) -> BTreeMap<&str, Class> {
    let mut classes = BTreeMap::new();
    let mut called: BTreeMap<&str, What> = BTreeMap::new();
    for (ends, call) in &found.calls {
        let what = called.entry(&ends.to).or_insert(call.what);
        *what = (*what).min(call.what);
    }
    for (name, what) in called {
        let class = match what {
            What::Store => Class::Store,
            What::Service => Class::Service,
            What::Outside => Class::External,
        };
        classes.insert(name, class);
    }
    let services = found.services.keys().map(String::as_str);
    let callers = found.calls.keys().map(|ends| ends.from.as_str());
    classes.extend(services.chain(callers).map(|name| (name, Class::Service)));
    classes
}

fn class_in(classes: &BTreeMap<&str, Class>, name: &str) -> Class {
    classes.get(name).copied().unwrap_or(Class::Service)
}

/// Every service and store, once a file.
fn nodes(found: &Calls, classes: &BTreeMap<&str, Class>, facts: &mut Facts) {
    let mut all: BTreeMap<&str, BTreeMap<FileId, Place>> = BTreeMap::new();
    for (name, places) in &found.services {
        all.entry(name).or_default().extend(places);
    }
    for (ends, call) in &found.calls {
        for name in [&ends.from, &ends.to] {
            let known = all.entry(name).or_default();
            for (file, place) in &call.places {
                known.entry(*file).or_insert(*place);
            }
        }
    }
    for (name, places) in all {
        let class = class_in(classes, name);
        for place in places.into_values() {
            facts.nodes.push(NodeFact {
                name: reference(name, class, place),
                class: Some(class),
                attributes: Attributes::default(),
                origin: Origin::at(Evidence::Observed, place),
            });
        }
    }
}

/// A name as traces have it: the one node that another source calls so, else one of this kind.
fn reference(name: &str, class: Class, span: Place) -> Ref {
    let own = Id::new(class.as_str(), name);
    // `unknown_service:java` is a name, not an id.
    let text = match Id::parse(name) {
        Some(_) => own.to_string(),
        None => name.to_owned(),
    };
    Ref {
        text,
        span,
        otherwise: Otherwise::Stated(own),
    }
}
