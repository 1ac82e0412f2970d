//! The report in a real browser: what is clicked, typed and read there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on should stop"
)]

#[path = "../chromium/mod.rs"]
mod chromium;
mod document;
#[path = "../live/mod.rs"]
mod live;
mod manners;
mod scenario;
mod sections;

/// The sample that most tests open.
pub(crate) const KAKAO: &str = "samples/kakao-2022";
pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const SHIFT: &str = "\u{e008}";
pub(crate) const ESCAPE: &str = "\u{e00c}";
pub(crate) const LEFT: &str = "\u{e012}";
pub(crate) const RIGHT: &str = "\u{e014}";
pub(crate) const DOWN: &str = "\u{e015}";
pub(crate) const END: &str = "\u{e010}";
