//! The whole page.

use askama::Template;
use sha2::{Digest as _, Sha256};

use super::bundle::{script, strings, style};
use super::data::{base64, packed};
use super::language::{Language, Say, Words, messages, say};
use super::{
    Facts, Payload, capacity, changes, coverage, findings, matrix, places, ranked, verdict,
};
use crate::error::Error;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    l: Words,
    link: Option<&'a str>,
    policy: String,
    form: Form,
    title: String,
    inputs: Vec<String>,
    assume: &'static str,
    say_assume: Say,
    coverage_headline: Say,
    nodes: Vec<Say>,
    verdict: verdict::Section,
    ranked: ranked::Section,
    matrix: Option<matrix::Section>,
    capacity: Option<capacity::Section>,
    places: Option<places::Section>,
    findings: findings::Section,
    changes: Option<changes::Section>,
    coverage: coverage::Section,
    sources: coverage::Sources,
}

/// Where style, script and data are.
enum Form {
    /// In the page.
    Whole {
        style: &'static str,
        script: &'static str,
        data: String,
    },
    /// In files beside it.
    Apart,
}

/// Renders the report as one file. The same facts give the same bytes.
///
/// Fails only if the template does, which is a fault of this program.
pub fn render(facts: &Facts<'_>) -> Result<String, Error> {
    let mut page = page(facts, policy(style(), script()));
    page.form = Form::Whole {
        style: style(),
        script: script(),
        data: packed(&data(facts, &page)?),
    };
    written(&page)
}

/// Renders the report as files for one folder, by name: for servers that forbid inline code.
///
/// Fails as [`render`] does.
pub fn render_apart(facts: &Facts<'_>) -> Result<Vec<(&'static str, String)>, Error> {
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";
    let page = page(facts, policy.to_owned());
    let data = format!(
        "(globalThis.spof = globalThis.spof || {{}}).page = {};\n",
        data(facts, &page)?
    );
    Ok(vec![
        ("index.html", written(&page)?),
        ("spof.css", style().to_owned()),
        ("spof.js", script().to_owned()),
        ("data.js", data),
    ])
}

/// What the scripts read: the table of words, what the analysis says on this page, and the estate.
fn data(facts: &Facts<'_>, page: &Page<'_>) -> Result<String, Error> {
    let estate = Payload::new(facts.model, facts.sources).json()?;
    let said = messages(page.findings.said().chain(page.coverage.said()));
    Ok(format!(
        "{{\"strings\":{},\"messages\":{said},\"estate\":{estate}}}",
        strings()
    ))
}

fn written(page: &Page<'_>) -> Result<String, Error> {
    page.render()
        .map_err(|error| Error::Internal(format!("the report template: {error}")))
}

fn page<'f>(facts: &Facts<'f>, policy: String) -> Page<'f> {
    let faults = ranked::ranked(facts);
    let ranked = ranked::section(facts, &faults);
    let inputs = coverage::inputs(facts);
    Page {
        l: Words(facts.language),
        policy,
        form: Form::Apart,
        link: facts.link,
        title: title(&inputs, facts.language),
        inputs,
        assume: facts.model.assume.as_str(),
        say_assume: say(format!("assume.{}", facts.model.assume.as_str())),
        coverage_headline: coverage::headline(facts),
        nodes: coverage::nodes(facts),
        verdict: verdict::section(facts, &ranked.anchors),
        matrix: matrix::section(facts, &ranked.anchors),
        capacity: capacity::section(facts, &ranked.anchors),
        ranked,
        places: places::section(facts, &faults),
        findings: findings::section(facts),
        changes: changes::section(facts),
        coverage: coverage::section(facts),
        sources: coverage::sources(facts),
    }
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
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        sha256(style),
        sha256(script)
    )
}

/// SHA-256 of inline code as a content security policy writes it (base64).
#[must_use]
pub fn sha256(text: &str) -> String {
    base64(&Sha256::digest(text.as_bytes()))
}
