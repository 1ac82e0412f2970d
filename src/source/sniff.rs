//! Templates, encrypted and binary files, recognised before parsing.
//!
//! A template may parse without any error and mean nothing: `replicas: {{ .Values.n }}` is a
//! mapping keyed by a mapping. What counts is markers where a value, key or line *begins*: in
//! quotes, comments, block scalars or the middle of a text (Ansible, alert annotations, GitHub's
//! `${{ }}`) they are text to whoever reads the file.

use super::Syntax;
use super::problem::UnreadReason;
use crate::message;
use crate::words::Message;

/// Why a file is not parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sniffed {
    pub reason: UnreadReason,
    /// What it is and what to do about it.
    pub detail: Message,
    /// Byte at which the first sign of it stands, if it is one place.
    pub at: Option<usize>,
}

fn sniffed(reason: UnreadReason, detail: Message) -> Sniffed {
    Sniffed {
        reason,
        detail,
        at: None,
    }
}

/// The text of `bytes`, or why they are none: encrypted as a whole, binary, another encoding.
pub fn text_of(bytes: Vec<u8>) -> Result<String, Sniffed> {
    if let Some(found) = encrypted_whole(&bytes) {
        return Err(found);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let detail = message!("UTF-16 text: convert it to UTF-8");
        return Err(sniffed(UnreadReason::NotText, detail));
    }
    if bytes.contains(&0) {
        let detail = message!("a binary file: it holds zero bytes");
        return Err(sniffed(UnreadReason::NotText, detail));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let detail = message!("not UTF-8 text from byte {at} on: convert it to UTF-8", at);
        sniffed(UnreadReason::NotText, detail)
    })
}

/// Files that are encrypted from the first byte to the last.
fn encrypted_whole(bytes: &[u8]) -> Option<Sniffed> {
    const SIGNS: [(&[u8], &str); 6] = [
        (
            b"\0GITCRYPT\0",
            "encrypted by git-crypt: run `git-crypt unlock` first",
        ),
        (
            b"$ANSIBLE_VAULT;",
            "encrypted by Ansible Vault: give a copy from `ansible-vault view`",
        ),
        (
            b"age-encryption.org/v1",
            "encrypted by age: give a decrypted copy",
        ),
        (
            b"-----BEGIN AGE ENCRYPTED FILE-----",
            "encrypted by age: give a decrypted copy",
        ),
        (
            b"-----BEGIN PGP MESSAGE-----",
            "encrypted by PGP: give a decrypted copy",
        ),
        (b"Salted__", "encrypted by OpenSSL: give a decrypted copy"),
    ];
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.trim_ascii_start();
    let sign = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign));
    sign.map(|(_, detail)| sniffed(UnreadReason::Encrypted, Message::fixed(detail)))
}

/// Whether `text`, written in `syntax`, can't be taken at its word: SOPS or a template.
/// `in_chart`: the file stands among the templates of a Helm chart. O(bytes).
#[must_use]
pub fn text(text: &str, syntax: Syntax, in_chart: bool) -> Option<Sniffed> {
    if is_sops(text, syntax) {
        let detail = message!("encrypted by SOPS: give a copy from `sops decrypt`");
        return Some(sniffed(UnreadReason::Encrypted, detail));
    }
    let at = match syntax {
        _ if in_chart => text.find("{{"),
        Syntax::Yaml => YamlScan::new(text).find(),
        Syntax::Json => outside_strings(text, "\"", &["//"]),
        Syntax::Toml => outside_strings(text, "\"'", &["#"]),
        // Jinja in values is Ansible's own, and never changes what the lines are.
        Syntax::Xml | Syntax::Ini | Syntax::Metrics | Syntax::Csv | Syntax::Hcl => None,
    }?;
    Some(Sniffed {
        reason: UnreadReason::Template,
        detail: Message::fixed(template_advice(text, at, in_chart)),
        at: Some(at),
    })
}

/// SOPS encrypts values in place and adds its own key `sops` at the top level.
fn is_sops(text: &str, syntax: Syntax) -> bool {
    if !text.contains("ENC[AES256_GCM,") {
        return false;
    }
    match syntax {
        Syntax::Yaml => text.lines().any(|line| line.trim_end() == "sops:"),
        Syntax::Json => text.contains("\"sops\""),
        Syntax::Toml => text.lines().any(|line| line.trim_end() == "[sops]"),
        Syntax::Xml | Syntax::Ini | Syntax::Metrics | Syntax::Csv | Syntax::Hcl => false,
    }
}

fn template_advice(text: &str, at: usize, in_chart: bool) -> &'static str {
    const HELM: [&str; 5] = [".Values", ".Release", ".Chart", "include \"", "toYaml"];
    let rest = text.get(at..).unwrap_or("");
    if in_chart || HELM.iter().any(|word| text.contains(word)) {
        "Helm template: render it with `helm template` and give that"
    } else if rest.starts_with("<%") {
        "ERB template: render it first and give the result"
    } else if rest.starts_with("%{") {
        "Terraform template: render it first and give the result"
    } else if rest.starts_with("#@") {
        "ytt template: render it with `ytt -f` and give that"
    } else if text.contains("{{-") || text.contains("-}}") || text.contains("{{ .") {
        "Go template: render it first and give the result"
    } else if text.contains("{%") || text.contains("{{ ") {
        "Jinja template: render it first and give the result"
    } else {
        "template: render it first and give the result"
    }
}

/// What a template writes where YAML, JSON and TOML never begin anything.
const MARKERS: [&str; 4] = ["{{", "{%", "<%", "%{"];

fn starts_marker(rest: &str) -> bool {
    MARKERS.iter().any(|marker| rest.starts_with(marker))
}

/// First marker of JSON or TOML outside strings and comments. Both never have `{{` there.
fn outside_strings(text: &str, quotes: &str, comments: &[&str]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = text.get(at..).unwrap_or("");
        if quotes.as_bytes().contains(byte) {
            at = string_end(bytes, at, *byte);
            continue;
        }
        if matches!(byte, b'{' | b'<' | b'%') && starts_marker(rest) {
            return Some(at);
        }
        if matches!(byte, b'/' | b'#') && comments.iter().any(|mark| rest.starts_with(mark)) {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        at += 1;
    }
    None
}

/// Where a JSON or TOML string that begins at `start` ends: after its closing quotes.
pub(super) fn string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let is_quote = |at: usize| bytes.get(at) == Some(&quote);
    let long = is_quote(start + 1) && is_quote(start + 2);
    let mut at = if long { start + 3 } else { start + 1 };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !long => return at,
            _ if *byte != quote => {}
            _ if !long => return at + 1,
            _ if is_quote(at + 1) && is_quote(at + 2) => {
                // Up to two quotes may stand before the closing three.
                let mut end = at + 3;
                while end < at + 5 && is_quote(end) {
                    end += 1;
                }
                return end;
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// A pass over YAML that knows just enough of it to say where a key or value begins.
struct YamlScan<'t> {
    text: &'t str,
    /// Open flow collections.
    flow: usize,
    /// Column of the key or `-` whose block scalar runs; its lines stand deeper.
    block: Option<isize>,
    /// Column of the key whose plain value runs; deeper lines continue it.
    plain: Option<isize>,
}

impl<'t> YamlScan<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            flow: 0,
            block: None,
            plain: None,
        }
    }

    /// Byte of the first marker where something begins.
    fn find(mut self) -> Option<usize> {
        let mut at = self.text.len() - self.text.trim_start_matches('\u{feff}').len();
        while at < self.text.len() {
            match self.line(at) {
                Ok(next) => at = next.max(at + 1),
                Err(found) => return Some(found),
            }
        }
        None
    }

    fn end_of_line(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        at + rest
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(rest.len())
    }

    /// Scans the line that begins at `start`. The start of the next line to look at (a quoted
    /// string may skip some), or `Err` with the place of a marker.
    fn line(&mut self, start: usize) -> Result<usize, usize> {
        let bytes = self.text.as_bytes();
        let end = self.end_of_line(start);
        let line = self.text.get(start..end).unwrap_or("");
        let body = line.trim_start_matches(' ');
        let indent = isize::try_from(line.len() - body.len()).unwrap_or(isize::MAX);
        if body.trim().is_empty() {
            return Ok(end + 1);
        }
        if self.block.is_some_and(|column| indent > column) {
            return Ok(end + 1);
        }
        self.block = None;
        let continues = self.flow == 0 && self.plain.is_some_and(|column| indent > column);
        if continues && !body.starts_with("{{-") {
            // A plain text goes on. (`key: value` here would be an error of the file.)
            return Ok(end + 1);
        }
        self.plain = None;
        let mut at = start + (line.len() - body.len());
        let mut column = if body.starts_with("---") { -1 } else { indent };
        let mut end = end;
        while at < end {
            let rest = self.text.get(at..end).unwrap_or("");
            if starts_marker(rest) {
                return Err(at);
            }
            let first = bytes.get(at).copied().unwrap_or(b' ');
            let next = bytes.get(at + 1).copied().unwrap_or(b'\n');
            match first {
                b'#' if rest.starts_with("#@ ") || rest.starts_with("#@data/values") => {
                    return Err(at);
                }
                b'#' => return Ok(end + 1),
                b' ' | b'\t' | b'\r' | b',' | b':' => at += 1,
                b'-' if rest.starts_with("--- ") => at += 3,
                b'-' | b'?' if next.is_ascii_whitespace() => {
                    column = isize::try_from(at - start).unwrap_or(isize::MAX);
                    at += 1;
                }
                b'{' | b'[' => {
                    self.flow += 1;
                    at += 1;
                }
                b'}' | b']' => {
                    self.flow = self.flow.saturating_sub(1);
                    at += 1;
                }
                b'"' | b'\'' => {
                    column = self.key_column(at, start, column);
                    at = quoted_end(bytes, at, first);
                    if at > end {
                        end = self.end_of_line(at);
                    }
                }
                b'&' | b'!' | b'*' => {
                    at += rest.find([' ', '\t', ',']).unwrap_or(rest.len());
                }
                b'|' | b'>' if self.flow == 0 => {
                    self.block = Some(column);
                    return Ok(end + 1);
                }
                _ => {
                    let length = self.plain_length(rest);
                    let is_key = rest
                        .get(length..)
                        .is_some_and(|after| after.starts_with(':'));
                    if is_key {
                        column = self.key_column(at, start, column);
                    } else if self.flow == 0 {
                        self.plain = Some(column);
                    }
                    at += length.max(1);
                }
            }
        }
        Ok(end + 1)
    }

    /// Column that later lines are compared with, when something begins at `at`.
    fn key_column(&self, at: usize, start: usize, column: isize) -> isize {
        if self.flow > 0 {
            return column;
        }
        isize::try_from(at.saturating_sub(start)).unwrap_or(column)
    }

    /// Length of the plain scalar that `rest` (up to the end of its line) begins with.
    fn plain_length(&self, rest: &str) -> usize {
        let bytes = rest.as_bytes();
        let blank = |at: usize| bytes.get(at).is_none_or(u8::is_ascii_whitespace);
        for (at, byte) in bytes.iter().enumerate() {
            let stops = match byte {
                b':' => {
                    blank(at + 1)
                        || (self.flow > 0 && matches!(bytes.get(at + 1), Some(b',' | b'{' | b'[')))
                }
                b'#' => at > 0 && blank(at - 1),
                b',' | b'[' | b']' | b'{' | b'}' => self.flow > 0,
                _ => false,
            };
            if stops {
                return at;
            }
        }
        rest.len()
    }
}

/// Where a quoted YAML scalar that begins at `start` ends: after its quote, maybe lines later.
fn quoted_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            _ if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(yaml: &str) -> Option<&str> {
        let found = text(yaml, Syntax::Yaml, false)?;
        assert_eq!(found.reason, UnreadReason::Template);
        yaml.get(found.at.expect("a place")..)?.lines().next()
    }

    #[test]
    fn markers_where_something_begins_make_a_template() {
        for (yaml, at) in [
            ("replicas: {{ .Values.n }}\n", "{{ .Values.n }}"),
            (
                "{{- if .Values.on }}\na: 1\n{{- end }}\n",
                "{{- if .Values.on }}",
            ),
            ("a:\n  b: 1\n  {{- with .x }}\n", "{{- with .x }}"),
            ("a:\n  {{ toYaml . }}\n", "{{ toYaml . }}"),
            (
                "labels: # note\n{% for x in y %}\n- 1\n",
                "{% for x in y %}",
            ),
            ("a: x\n<% if y %>\n", "<% if y %>"),
            ("a: <%= y %>\n", "<%= y %>"),
            ("- {{ x }}\n", "{{ x }}"),
            ("a: [1, {{ x }}]\n", "{{ x }}]"),
            ("a: \"q\"\nb: 'it''s'\nc: {{ x }}\n", "{{ x }}"),
            ("a: |\n  {{ text }}\nb: {{ x }}\n", "{{ x }}"),
            ("- k: |\n    {{ text }}\n  b: {{ x }}\n", "{{ x }}"),
            ("{{ key }}: 1\n", "{{ key }}: 1"),
            ("%{ for x in y ~}\n- 1\n", "%{ for x in y ~}"),
            (
                "#@ load(\"@ytt:data\", \"data\")\na: #@ data.values.x\n",
                "#@ load(\"@ytt:data\", \"data\")",
            ),
            ("\u{feff}{{ x }}\n", "{{ x }}"),
        ] {
            assert_eq!(template(yaml), Some(at), "{yaml}");
        }
    }

    #[test]
    fn markers_inside_text_are_text() {
        for yaml in [
            "# {{ in a comment }}\na: 1 # {% too %}\n",
            "a: \"{{ quoted }}\"\nb: '{% quoted %}'\n",
            "a: \"over\n  {{ two }} lines\"\nb: 'and\n{{ more }}'\n",
            "expr: |\n  {{ $labels.x }}\n\n  {% y %}\nb: 1\n",
            "- alert: x\n  annotations:\n    text: >-\n      {{ $value }}\n    more: |2\n        {{ $value }}\n- y\n",
            "run: echo ${{ github.sha }}\nif: ${{ x }}\nwith: {a: $x}\n",
            "source: rsync://{{ host }}/x\nshell: echo\n  {{ more }}\n",
            "key: !vault |\n  {{ x }}\n",
            "a: &x |\n {{ x }}\n",
            "--- |\n{{ x }}\n",
            "url: \"https://${HOST}\"\nport: ${PORT:-80}\n",
            "- - k: |\n      {{ x }}\n    l: 1\n",
            "\"q k\": |\n  {{ x }}\n",
            "a: {b: {c: d}, e: [{f: g}]}\n",
            "list:\n- |\n  {{ x }}\n",
            "",
        ] {
            assert_eq!(template(yaml), None, "{yaml}");
        }
    }

    #[test]
    fn a_chart_file_with_any_marker_is_a_template() {
        let yaml = "name: a-{{ .Values.x }}\n";
        assert_eq!(template(yaml), None);
        let found = text(yaml, Syntax::Yaml, true).expect("template");
        assert!(found.detail.contains("helm template"));
        assert_eq!(text("name: plain\n", Syntax::Yaml, true), None);
    }

    #[test]
    fn json_and_toml_templates() {
        let at = |text_: &str, syntax| text(text_, syntax, false).and_then(|found| found.at);
        assert_eq!(at("{\"a\": {{ x }}}", Syntax::Json), Some(6));
        assert_eq!(
            at(
                "{\"a\": \"{{ x }} \\\" {{\", // {{\n\"b\": {\"c\": {}}}",
                Syntax::Json
            ),
            None
        );
        assert_eq!(
            at(
                "a = \"\"\"\n{{ x }}\"\"\"\nb = '{{' # {{\nc = [{d = {}}]\n",
                Syntax::Toml
            ),
            None
        );
        assert_eq!(at("a = {{ x }}\n", Syntax::Toml), Some(4));
    }

    #[test]
    fn the_advice_names_the_tool() {
        let advice = |yaml: &str| text(yaml, Syntax::Yaml, false).expect("template").detail;
        assert!(advice("a: {{ .Values.x }}").starts_with("Helm template"));
        assert!(advice("{% if a %}\n").starts_with("Jinja"));
        assert!(advice("a: <%= x %>").starts_with("ERB"));
        assert!(advice("a: {{- .x }}").starts_with("Go template"));
    }

    #[test]
    fn encrypted_and_binary_files() {
        let reason = |bytes: &[u8]| text_of(bytes.to_vec()).expect_err("no text").reason;
        assert_eq!(
            reason(b"$ANSIBLE_VAULT;1.1;AES256\n3132\n"),
            UnreadReason::Encrypted
        );
        assert_eq!(reason(b"\0GITCRYPT\0abc"), UnreadReason::Encrypted);
        assert_eq!(
            reason(b"-----BEGIN PGP MESSAGE-----\n"),
            UnreadReason::Encrypted
        );
        assert_eq!(reason(b"age-encryption.org/v1\n"), UnreadReason::Encrypted);
        assert_eq!(reason(b"a\0b"), UnreadReason::NotText);
        assert_eq!(reason(b"a: \xff"), UnreadReason::NotText);
        assert_eq!(reason(b"\xff\xfea\0"), UnreadReason::NotText);
        assert_eq!(text_of("a: é".into()).as_deref(), Ok("a: é"));
        let sops = "db: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:y]\n";
        let found = text(sops, Syntax::Yaml, false).expect("sops");
        assert_eq!(found.reason, UnreadReason::Encrypted);
        let inline = "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  31\nkind: SealedSecret\n";
        assert_eq!(text_of(inline.into()).as_deref(), Ok(inline));
        assert_eq!(text(inline, Syntax::Yaml, false), None);
    }
}
