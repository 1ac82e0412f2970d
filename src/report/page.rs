//! The whole page.

use askama::Template;
use sha2::{Digest as _, Sha256};

use super::{Facts, coverage, findings, map, matrix, ranked, verdict};
use crate::error::Error;

/// The style sheet; its hash is in the page's content security policy.
const STYLE: &str = include_str!("../../templates/report.css");

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    policy: String,
    style: &'static str,
    inputs: Vec<String>,
    assume: &'static str,
    coverage_headline: String,
    nodes: Vec<(String, String)>,
    verdict: verdict::Section,
    ranked: ranked::Section,
    matrix: Option<matrix::Section>,
    map: Option<map::Section>,
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
    let page = Page {
        policy: policy(STYLE),
        style: STYLE,
        inputs: coverage::inputs(facts),
        assume: facts.model.assume.as_str(),
        coverage_headline: coverage::headline(facts),
        nodes: coverage::nodes(facts),
        verdict: verdict::section(facts, &ranked.anchors),
        matrix: matrix::section(facts, &ranked.anchors),
        ranked,
        map: map::section(facts, &faults),
        findings: findings::section(facts),
        coverage: coverage::section(facts),
        sources: coverage::sources(facts),
    };
    page.render()
        .map_err(|error| Error::Internal(format!("the report template: {error}")))
}

/// A content security policy that allows this style sheet and nothing else.
fn policy(style: &str) -> String {
    let hash = base64(&Sha256::digest(style.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'"
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

    #[test]
    fn the_style_sheet_can_stand_in_a_page() {
        assert!(!STYLE.contains("</") && !STYLE.contains(['<', '&', '\r']));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
