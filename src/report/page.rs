//! The whole page.

use askama::Template;
use sha2::{Digest as _, Sha256};

use super::bundle::{script, strings, style};
use super::language::{Language, Say, Words, say};
use super::{Facts, Payload, coverage, findings, matrix, places, ranked, verdict};
use crate::error::Error;

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    l: Words,
    policy: String,
    style: &'static str,
    script: &'static str,
    strings: &'static str,
    data: String,
    title: String,
    inputs: Vec<String>,
    assume: &'static str,
    say_assume: Say,
    coverage_headline: Say,
    nodes: Vec<Say>,
    verdict: verdict::Section,
    ranked: ranked::Section,
    matrix: Option<matrix::Section>,
    places: Option<places::Section>,
    findings: findings::Section,
    coverage: coverage::Section,
    sources: coverage::Sources,
}

/// Renders the report. The same facts give the same bytes.
///
/// Fails only if the template does, which is a fault of this program.
pub fn render(facts: &Facts<'_>) -> Result<String, Error> {
    let faults = ranked::ranked(facts);
    let ranked = ranked::section(facts, &faults);
    let inputs = coverage::inputs(facts);
    let page = Page {
        l: Words(facts.language),
        policy: policy(style(), script()),
        style: style(),
        script: script(),
        strings: strings(),
        data: Payload::new(facts.model, facts.sources).json()?,
        title: title(&inputs, facts.language),
        inputs,
        assume: facts.model.assume.as_str(),
        say_assume: say(format!("assume.{}", facts.model.assume.as_str())),
        coverage_headline: coverage::headline(facts),
        nodes: coverage::nodes(facts),
        verdict: verdict::section(facts, &ranked.anchors),
        matrix: matrix::section(facts, &ranked.anchors),
        ranked,
        places: places::section(facts, &faults),
        findings: findings::section(facts),
        coverage: coverage::section(facts),
        sources: coverage::sources(facts),
    };
    page.render()
        .map_err(|error| Error::Internal(format!("the report template: {error}")))
}

/// What the tab of a browser says.
fn title(inputs: &[String], language: Language) -> String {
    let what = match inputs {
        [one] => one.clone(),
        _ => say("title.estate").text(language),
    };
    say("title.page").with(what).text(language)
}

/// A content security policy that allows this style sheet and this script and nothing else.
fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| base64(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().chain([0; 2].iter()).take(3);
        let bits = group.fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        for at in 0..4 {
            let letter = (bits >> (18 - 6 * at)) as usize & 63;
            let padding = at > chunk.len();
            let letter = LETTERS.get(letter).copied().map_or('=', char::from);
            text.push(if padding { '=' } else { letter });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_the_rfc_shows_it() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
