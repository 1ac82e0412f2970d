//! Scripts and style sheets without what only readers need: comments, indentation, spaces. They are
//! ours and known when `spof` is built; a test runs each result through a parser. Linear.

/// `text`, a script. Where the end of a line may end a statement, it stays.
pub(super) fn script(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // What stood between the last piece and the next: nothing, spaces, an end of line.
    let mut gap = Gap::None;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\n' | '\r' | ' ' | '\t' => {
                gap = gap.max(if first == '\n' { Gap::Line } else { Gap::Space });
                rest = after(rest, 1);
                continue;
            }
            '/' if rest.starts_with("//") => {
                rest = rest.find('\n').map_or("", |end| after(rest, end));
                continue;
            }
            '/' if rest.starts_with("/*") => {
                gap = gap.max(Gap::Space);
                rest = rest.find("*/").map_or("", |end| after(rest, end + 2));
                continue;
            }
            '"' | '\'' => quoted(rest, first),
            '`' => template(rest),
            '/' if begins_pattern(&out) => pattern(rest),
            _ => first.len_utf8(),
        };
        join(&mut out, gap, first);
        gap = Gap::None;
        out.push_str(rest.get(..length).unwrap_or(rest));
        rest = after(rest, length);
    }
    out.push('\n');
    out
}

/// `text`, a style sheet.
pub(super) fn style(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut spaced = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\n' | '\r' | ' ' | '\t' => {
                spaced = true;
                rest = after(rest, 1);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest.find("*/").map_or("", |end| after(rest, end + 2));
                continue;
            }
            '"' | '\'' => quoted(rest, first),
            _ => first.len_utf8(),
        };
        // Before a colon a space means a descendant, behind it nothing.
        let tight = "{};,>";
        let before = out.chars().next_back().unwrap_or('{');
        if spaced && !tight.contains(first) && !tight.contains(before) && before != ':' {
            out.push(' ');
        }
        if first == '}' && before == ';' {
            out.pop();
        }
        spaced = false;
        out.push_str(rest.get(..length).unwrap_or(rest));
        rest = after(rest, length);
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

fn after(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or("")
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '#'
}

/// Puts between `out` and what begins with `next` what must stand there.
fn join(out: &mut String, gap: Gap, next: char) {
    let Some(last) = out.chars().next_back() else {
        return;
    };
    let words = is_word(last) && is_word(next);
    // `a + +b`, `a / /b/`.
    let signs = last == next && "+-/".contains(last);
    let needed = match gap {
        Gap::None => return,
        Gap::Space => words || signs,
        // A statement can't end behind these, nor one begin with those.
        Gap::Line => !"{;,([:?=&|<>*!".contains(last) && !"}),;.?:&|=])".contains(next),
    };
    if needed {
        out.push(if gap == Gap::Line { '\n' } else { ' ' });
    }
}

/// Bytes of the text in quotes at the beginning of `text`.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Bytes of the template at the beginning of `text`, with the templates in it.
fn template(text: &str) -> usize {
    // Of each template or `${` that is open: true for a template.
    let mut open = Vec::new();
    let mut escaped = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let in_text = open.last() == Some(&true);
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '`' if in_text => {
                open.pop();
                if open.is_empty() {
                    return at + 1;
                }
            }
            '`' => open.push(true),
            '{' if !in_text || before == '$' => open.push(false),
            '}' if !in_text => {
                open.pop();
            }
            _ => {}
        }
        before = c;
    }
    text.len()
}

/// True where a slash behind `out` begins a pattern, and does not divide.
fn begins_pattern(out: &str) -> bool {
    let last = out.chars().next_back().unwrap_or(';');
    "(,=:[!&|?{;\n".contains(last) || out.ends_with("return") || out.ends_with("=>")
}

/// Bytes of the pattern at the beginning of `text`, without its flags.
fn pattern(text: &str) -> usize {
    let (mut escaped, mut in_class) = (false, false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_keep_what_counts() {
        for (long, expected) in [
            (
                "// a\n  /* b\n * c */\n\n  x = 1; // d\n/* e */\n y();\n",
                "x=1;y();\n",
            ),
            (
                "const { a, b } = c; return a - -b + (x ? [a] : b);",
                "const{a,b}=c;return a- -b+(x?[a]:b);\n",
            ),
            ("t = \"a, b // c\";", "t=\"a, b // c\";\n"),
            (
                "t = `a  ${ f(`b  ${ {c: 1} }`) } d`;",
                "t=`a  ${ f(`b  ${ {c: 1} }`) } d`;\n",
            ),
            (
                "x.replace(/[/'\" ]+ \\/ a/g, \" \");",
                "x.replace(/[/'\" ]+ \\/ a/g,\" \");\n",
            ),
            ("a = b / c / d;", "a=b/c/d;\n"),
            ("if (a) {\n  b();\n}\nc();\n", "if(a){b();}\nc();\n"),
            ("a = b\n  .c()\n  || d;\n", "a=b.c()||d;\n"),
            ("x++\ny()\n", "x++\ny()\n"),
            (
                "get more() {\n return 'a b';\n}",
                "get more(){return'a b';}\n",
            ),
        ] {
            assert_eq!(script(long), expected);
        }
    }

    #[test]
    fn style_sheets_keep_what_counts() {
        assert_eq!(
            style(
                "/* a */\n.a > .b, .c :hover { margin: 0 -2px calc(1px + 2px); content: \"a, b\"; }\n@media (max-width: 9px) {\n  p { x: y }\n}\n"
            ),
            ".a>.b,.c :hover{margin:0 -2px calc(1px + 2px);content:\"a, b\"}@media (max-width:9px){p{x:y}}"
        );
    }
}
