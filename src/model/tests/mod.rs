//! What the model makes of facts, rule by rule; facts are made by hand ([`super::testing`]).

mod compile;
mod join;
mod json;
mod limits;
mod merge;
mod names;
mod placement;
mod random;
mod replicas;
mod samples;
mod unplaced;
