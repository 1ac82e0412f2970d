//! What a node can need: one node, or enough of several, nested; standbys and ways of promotion.
//! Forms are read straight into facts, which have the same shape.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::date::Date;
use super::values::{Amount, Duration, Name, Weight};
use crate::ingest::fact::{Expr, MemberFact, Origin, WayFact};
use crate::message;
use crate::source::item::{At, Listed, OneOrMany, Read, Reader, item, keys};
use crate::source::{Kind, Span, View};
use crate::words::{Evidence, nearest};

item! {
    /// One of several is enough.
    Any {
        /// The members; a weight of 1 among them is needed.
        any: must Members,
    }
}

item! {
    /// One of several is enough; as a requirement of its own it may say more.
    AnyRequirement {
        /// The members; a weight of 1 among them is needed.
        any: must Members,
        /// Fewer than this is degraded: a `soft` requirement over the same members.
        want: may At<Amount>,
        /// Met by all members at once; with fewer, only after this. For what must notice and
        /// switch over (a GSLB, a leader election).
        reroute: may At<Way>,
    }
}

item! {
    /// At least so much weight of several.
    Enough {
        /// Weight needed among the members.
        need: must At<Amount>,
        /// The members; each weighs 1 unless it says otherwise.
        of: must Members,
    }
}

item! {
    /// At least so much weight of several; as a requirement of its own it may say more.
    EnoughRequirement {
        /// Weight needed among the members.
        need: must At<Amount>,
        /// The members; each weighs 1 unless it says otherwise.
        of: must Members,
        /// Fewer than this is degraded: a `soft` requirement over the same members.
        want: may At<Amount>,
        /// Met by all members at once; with fewer, only after this. For what must notice and
        /// switch over (a GSLB, a leader election).
        reroute: may At<Way>,
    }
}

item! {
    /// All of several.
    All {
        /// What is needed, all of it.
        all: must Forms,
    }
}

item! {
    /// A member that says how much it counts, or that it is a standby.
    WeightedMember {
        /// The member.
        is: must Form,
        /// What it counts towards `need`. Default: 1.
        weight: may Weight,
        /// It counts only once promoted, by the first of these ways; `never` or an empty list: by
        /// nobody.
        standby: may Ways,
    }
}

item! {
    /// A way of promoting a standby, or of rerouting around a lost member.
    Way {
        /// How long it takes, once everything it requires serves.
        takes: must Duration,
        /// What must serve for it to happen: the fail-over system, staff authorisation, a
        /// deploy tool.
        requires: may OneOrMany<Form>,
        /// When it was last practised.
        drilled: may Date,
    }
}

impl Way {
    /// As a fact, declared at `span`.
    fn fact(self, span: Span) -> WayFact {
        WayFact {
            takes_s: self.takes.0,
            requires: exprs(self.requires),
            drilled: self.drilled.map(|date| date.0),
            origin: Origin::at(Evidence::Declared, span),
        }
    }
}

impl At<Way> {
    /// As a fact.
    pub(super) fn fact(self) -> WayFact {
        self.value.fact(self.span)
    }
}

/// What the forms of a list say.
pub(super) fn exprs(forms: Option<OneOrMany<Form>>) -> Vec<Expr> {
    let forms = forms.into_iter().flat_map(|OneOrMany(forms)| forms);
    forms.map(|Form(expr)| expr).collect()
}

/// One node, or enough of several.
#[derive(Debug)]
pub(super) struct Form(pub(super) Expr);

/// Which form a value is written in.
enum Shape {
    Name,
    Any,
    Enough,
    All,
}

/// Finds the form by its keys; none fits: a problem.
fn shape(view: View<'_>, cx: &mut Reader) -> Option<Shape> {
    let expected =
        message!("the name of a node, or a mapping with `any`, `all`, or `need` and `of`");
    match view.kind() {
        Kind::Scalar => return Some(Shape::Name),
        Kind::Mapping => {}
        Kind::Null | Kind::Sequence => {
            cx.unexpected(view, expected);
            return None;
        }
    }
    let keys = keys(view, cx)?;
    let has = |key| keys.contains(&key);
    if has("any") {
        Some(Shape::Any)
    } else if has("all") {
        Some(Shape::All)
    } else if has("need") || has("of") {
        Some(Shape::Enough)
    } else {
        let some = || keys.iter().copied().take(8);
        let meant = ["any", "all", "need", "of"]
            .into_iter()
            .find(|word| nearest(word, some()).is_some());
        match meant {
            Some(word) => cx.unexpected(
                view,
                message!("{expected} (did you mean `{word}`?)", expected, word),
            ),
            None => cx.unexpected(view, expected),
        }
        None
    }
}

impl Read for Form {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        cx.deeper(view.span(), |cx| {
            let expr = match shape(view, cx)? {
                Shape::Name => Expr::One(Name::read(view, cx)?.reference()),
                Shape::Any => Any::read(view, cx)?.any.expr(Some(1), view.span()),
                Shape::All => All::read(view, cx)?.all.expr(view.span()),
                Shape::Enough => {
                    let Enough { need, of } = Enough::read(view, cx)?;
                    let need = of.reachable(need, cx);
                    of.expr(need, view.span())
                }
            };
            Some(Self(expr))
        })
    }
}

impl JsonSchema for Form {
    fn schema_name() -> Cow<'static, str> {
        "Form".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What is needed: one node by its name, or enough of several; forms nest \
                            up to 16 deep.",
            "anyOf": [
                generator.subschema_for::<Name>(),
                generator.subschema_for::<Any>(),
                generator.subschema_for::<All>(),
                generator.subschema_for::<Enough>(),
            ],
            "examples": ["store:session", { "any": ["external:sms-a", "external:sms-b"] }]
        })
    }
}

/// A form that stands directly under `requires`, `optional`, `start` or `in`.
#[derive(Debug)]
pub(super) struct Requirement {
    pub(super) expr: Expr,
    pub(super) want: Option<u64>,
    pub(super) reroute: Option<WayFact>,
    pub(super) span: Span,
}

impl Read for Requirement {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let span = view.span();
        let plain = |Form(expr)| Self {
            expr,
            want: None,
            reroute: None,
            span,
        };
        match shape(view, cx)? {
            Shape::Name | Shape::All => Form::read(view, cx).map(plain),
            Shape::Any => cx.deeper(span, |cx| {
                let AnyRequirement { any, want, reroute } = AnyRequirement::read(view, cx)?;
                let want = any.wanted(1, want, cx);
                Some(Self {
                    expr: any.expr(Some(1), span),
                    want,
                    reroute: reroute.map(At::<Way>::fact),
                    span,
                })
            }),
            Shape::Enough => cx.deeper(span, |cx| {
                let found = EnoughRequirement::read(view, cx)?;
                let need = found.of.reachable(found.need, cx);
                let want = found.of.wanted(found.need.value.0, found.want, cx);
                Some(Self {
                    expr: found.of.expr(need, span),
                    want,
                    reroute: found.reroute.map(At::<Way>::fact),
                    span,
                })
            }),
        }
    }
}

impl JsonSchema for Requirement {
    fn schema_name() -> Cow<'static, str> {
        "Requirement".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What is needed: one node by its name, or enough of several.",
            "anyOf": [
                generator.subschema_for::<Name>(),
                generator.subschema_for::<AnyRequirement>(),
                generator.subschema_for::<All>(),
                generator.subschema_for::<EnoughRequirement>(),
            ],
            "examples": ["store:session", { "need": 2, "of": ["a", "b", "c"], "want": 3 }]
        })
    }
}

/// The members of `any` or `of`: at least one.
#[derive(Debug)]
pub(super) struct Members {
    members: Vec<MemberFact>,
    /// No member had a problem, so sums over them mean something.
    complete: bool,
}

impl Members {
    fn expr(self, need: Option<u64>, span: Span) -> Expr {
        Expr::Some {
            need,
            members: self.members,
            span,
        }
    }

    fn total(&self) -> u64 {
        let weights = self.members.iter().map(|member| member.weight);
        weights.fold(0, u64::saturating_add)
    }

    /// `need`, unless the members can never reach it: then all of them, with a problem.
    fn reachable(&self, need: At<Amount>, cx: &mut Reader) -> Option<u64> {
        let total = self.total();
        if need.value.0 <= total || !self.complete {
            return Some(need.value.0);
        }
        let message = message!(
            "`need` is {need}, but the members weigh {total} together",
            need = need.value.0,
            total
        );
        cx.wrong(need.span, message);
        None
    }

    /// `want`, if it can mean anything: more than `need`, and within reach.
    fn wanted(&self, need: u64, want: Option<At<Amount>>, cx: &mut Reader) -> Option<u64> {
        let want = want?;
        let total = self.total();
        let problem = if want.value.0 <= need {
            message!(
                "`want` is {want}: it must be more than the {need} needed",
                want = want.value.0,
                need
            )
        } else if want.value.0 > total && self.complete {
            message!(
                "`want` is {want}, but the members weigh {total} together",
                want = want.value.0,
                total
            )
        } else {
            return Some(want.value.0);
        };
        cx.wrong(want.span, problem);
        None
    }
}

impl Read for Members {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let before = cx.told();
        let Listed(members) = Listed::<Member>::read(view, cx)?;
        if members.is_empty() && cx.told() == before {
            cx.unexpected_empty(view);
        }
        (!members.is_empty()).then(|| Self {
            members: members.into_iter().map(|Member(fact)| fact).collect(),
            complete: cx.told() == before,
        })
    }
}

impl JsonSchema for Members {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Members".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let member = generator.subschema_for::<Member>();
        json_schema!({ "type": "array", "items": member, "minItems": 1 })
    }
}

/// A member of `any` or `of`.
#[derive(Debug)]
struct Member(MemberFact);

impl Read for Member {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let keys = keys(view, cx)?;
        let has = |key| keys.contains(&key);
        let form = ["any", "all", "need", "of"].into_iter().any(has);
        let weighted = has("is") || (!form && (has("weight") || has("standby")));
        let fact = if weighted {
            let WeightedMember {
                is,
                weight,
                standby,
            } = WeightedMember::read(view, cx)?;
            MemberFact {
                expr: is.0,
                weight: weight.map_or(1, |weight| weight.0),
                standby: standby.map(Ways::facts),
            }
        } else {
            MemberFact {
                expr: Form::read(view, cx)?.0,
                weight: 1,
                standby: None,
            }
        };
        Some(Self(fact))
    }
}

impl JsonSchema for Member {
    fn schema_name() -> Cow<'static, str> {
        "Member".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A member: a form, or `is` with what it counts.",
            "anyOf": [
                generator.subschema_for::<Form>(),
                generator.subschema_for::<WeightedMember>(),
            ]
        })
    }
}

/// The members of `all`: at least one.
#[derive(Debug)]
pub(super) struct Forms(Vec<Form>);

impl Forms {
    fn expr(self, span: Span) -> Expr {
        let members = self.0.into_iter().map(|Form(expr)| MemberFact {
            expr,
            weight: 1,
            standby: None,
        });
        Expr::Some {
            need: None,
            members: members.collect(),
            span,
        }
    }
}

impl Read for Forms {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let before = cx.told();
        let Listed(forms) = Listed::<Form>::read(view, cx)?;
        if forms.is_empty() && cx.told() == before {
            cx.unexpected_empty(view);
        }
        (!forms.is_empty()).then_some(Self(forms))
    }
}

impl JsonSchema for Forms {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Forms".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let form = generator.subschema_for::<Form>();
        json_schema!({ "type": "array", "items": form, "minItems": 1 })
    }
}

/// How a standby is promoted; no way at all: never.
#[derive(Debug)]
pub(super) struct Ways(Vec<At<Way>>);

impl Ways {
    /// As facts.
    pub(super) fn facts(self) -> Vec<WayFact> {
        self.0.into_iter().map(At::<Way>::fact).collect()
    }
}

impl Read for Ways {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        match view.kind() {
            Kind::Scalar if view.as_str() == Some("never") => Some(Self(Vec::new())),
            Kind::Scalar | Kind::Null => {
                cx.unexpected(
                    view,
                    message!("ways of promotion like `{{takes: 20m, requires: [service:switchover]}}`, or \
                     `never`"),
                );
                // It says "standby", however it goes on: to count it as active would be worse.
                Some(Self(Vec::new()))
            }
            Kind::Sequence => Listed::read(view, cx).map(|Listed(ways)| Self(ways)),
            Kind::Mapping => {
                let way = At::<Way>::read(view, cx);
                Some(Self(way.into_iter().collect()))
            }
        }
    }
}

impl JsonSchema for Ways {
    fn schema_name() -> Cow<'static, str> {
        "Ways".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let way = generator.subschema_for::<Way>();
        json_schema!({
            "description": "How a standby is promoted: one way or several (the first to finish \
                            counts); `never` or `[]`: not at all.",
            "anyOf": [{ "const": "never" }, way, { "type": "array", "items": way }]
        })
    }
}
