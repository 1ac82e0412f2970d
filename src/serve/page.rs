//! The report's page with one script more: the one that hears of changes. What else the page holds
//! is the report's, and so is its content security policy, which this widens by that script and by
//! requests to this server.

use super::snapshot::Page;
use crate::error::Error;
use crate::report::sha256;

/// Hears of changes and says when the inputs can't be used.
const SCRIPT: &str = include_str!("../../templates/scripts/live.js");

/// Where the policy stands in the page.
const POLICY: (&str, &str) = ("http-equiv=\"Content-Security-Policy\" content=\"", "\"");

/// Where the script goes.
const END: &str = "</body>";

/// The live form of `report`, as of `revision` of `run`.
///
/// # Errors
/// The report has no policy or no end, which is a fault of this program.
pub(super) fn live(report: &str, run: &str, revision: u64) -> Result<Page, Error> {
    let broken = || Error::Internal("the report has an unknown form".to_owned());
    let (head, rest) = report.split_once(POLICY.0).ok_or_else(broken)?;
    let (policy, rest) = rest.split_once(POLICY.1).ok_or_else(broken)?;
    let (body, end) = rest.rsplit_once(END).ok_or_else(broken)?;
    let policy = widened(&policy.replace("&#39;", "'"));
    let html = format!(
        "{head}{}{}{}{body}<script data-run=\"{run}\" data-revision=\"{revision}\">{SCRIPT}</script>\n{END}{end}",
        POLICY.0,
        policy.replace('\'', "&#39;"),
        POLICY.1,
    );
    Ok(Page {
        html: html.into(),
        // A frame can only be forbidden in a header.
        policy: format!("{policy}; frame-ancestors 'none'"),
    })
}

/// `policy` with leave for the script and for requests to this server.
fn widened(policy: &str) -> String {
    let hash = sha256(SCRIPT);
    let mut parts: Vec<String> = policy
        .split(';')
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    match parts
        .iter_mut()
        .find(|part| part.starts_with("script-src "))
    {
        Some(part) => part.extend([" 'sha256-", &hash, "'"]),
        None => parts.push(format!("script-src 'sha256-{hash}'")),
    }
    parts.push("connect-src 'self'".to_owned());
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "<head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; script-src &#39;sha256-x&#39;\"/></head><body>&lt;/body> said a name</body></html>\n";

    #[test]
    fn the_policy_grows_by_one_script_and_requests_to_this_server() {
        let page = live(REPORT, "abc", 7).unwrap();
        let html = String::from_utf8(page.html.to_vec()).unwrap();
        let hash = sha256(SCRIPT);
        let policy = format!(
            "default-src 'none'; script-src 'sha256-x' 'sha256-{hash}'; connect-src 'self'"
        );
        assert_eq!(page.policy, format!("{policy}; frame-ancestors 'none'"));
        assert!(html.contains(&format!("content=\"{}\"/>", policy.replace('\'', "&#39;"))));
        assert!(html.contains("<script data-run=\"abc\" data-revision=\"7\">//"));
        assert!(html.ends_with("</script>\n</body></html>\n"));
    }

    #[test]
    fn without_scripts_the_page_gets_one() {
        let policy = widened("default-src 'none'");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'sha256-"),
            "{policy}"
        );
        assert!(live("<p>", "a", 1).is_err());
    }

    #[test]
    fn the_script_can_stand_in_a_page() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--") && !SCRIPT.contains('\r'));
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval("));
    }
}
