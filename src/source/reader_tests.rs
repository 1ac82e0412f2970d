//! Tests of the three readers together: what they must agree on.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "inputs are built once and read best so"
)]

use super::*;

pub(super) const F: FileId = FileId(0);

fn yaml(text: &str) -> Reading {
    yaml::read(F, text, &Limits::default())
}

fn json(text: &str) -> Reading {
    json::read(F, text, &Limits::default())
}

fn toml(text: &str) -> Reading {
    toml::read(F, text, &Limits::default())
}

/// The only document, which must be without problems.
fn one(reading: Reading) -> Document {
    assert_eq!(reading.problems, []);
    assert_eq!(reading.unread, []);
    let [document] = <[Document; 1]>::try_from(reading.documents).expect("one document");
    document
}

fn slice<'t>(text: &'t str, view: View<'_>) -> &'t str {
    &text[view.span().range()]
}

/// Texts of the keys as written in the source.
fn keys<'t>(text: &'t str, view: View<'_>) -> Vec<&'t str> {
    let entries = view.entries();
    entries.iter().map(|(key, _)| slice(text, *key)).collect()
}

#[test]
fn yaml_spans_are_what_was_written() {
    let text = "a: plain text # note\nb: \"quo\\\"ted\"\nc: 'it''s'\nd:\n  - x: 1\n    y: [p, {q: r}]\n  - 판교\ne: |\n  line\n  two\nf:\ng: last\n";
    let document = one(yaml(text));
    let root = document.root();
    assert_eq!(keys(text, root), ["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(slice(text, root), text.trim_end());
    let at = |path: &[&str]| slice(text, root.path(path).expect("there"));
    assert_eq!(at(&["a"]), "plain text");
    assert_eq!(at(&["b"]), "\"quo\\\"ted\"");
    assert_eq!(at(&["c"]), "'it''s'");
    assert_eq!(at(&["d"]), "- x: 1\n    y: [p, {q: r}]\n  - 판교");
    assert_eq!(at(&["g"]), "last");
    assert!(at(&["e"]).trim_end().ends_with("two"));
    assert_eq!(at(&["f"]), "");
    let items: Vec<_> = root.get("d").expect("d").items().collect();
    assert_eq!(slice(text, items[0]), "x: 1\n    y: [p, {q: r}]");
    assert_eq!(slice(text, items[0].get("y").expect("y")), "[p, {q: r}]");
    assert_eq!(slice(text, items[1]), "판교");
    assert_eq!(root.get("b").and_then(View::as_str), Some("quo\"ted"));
    assert_eq!(root.get("e").and_then(View::as_str), Some("line\ntwo\n"));
    assert!(root.get("f").expect("f").is_null());
    assert!(root.get("c").expect("c").is_quoted() && root.get("e").expect("e").is_quoted());
}

#[test]
fn yaml_keeps_scalars_as_written() {
    let document = one(yaml("mode: 0644\non: yes\nv: 1.10\nn: ~\nbig: 1_000\n"));
    let root = document.root();
    assert_eq!(root.get("mode").and_then(View::as_str), Some("0644"));
    assert_eq!(root.get("on").and_then(View::as_bool), Some(true));
    assert_eq!(root.get("v").and_then(View::as_str), Some("1.10"));
    assert!(root.get("n").expect("n").is_null());
    assert_eq!(root.get("big").and_then(View::as_count), Some(1000));
}

#[test]
fn yaml_reads_byte_order_marks_and_crlf() {
    let text = "\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\nc: z # c\r\n";
    let document = one(yaml(text));
    let root = document.root();
    assert_eq!(keys(text, root), ["a", "b", "c"]);
    assert_eq!(root.get("b").and_then(View::as_str), Some("x\ny\n"));
    assert_eq!(slice(text, root.get("c").expect("c")), "z");
    assert_eq!(&text[document.comments[0].span.range()], "# c");
}

#[test]
fn yaml_merges_and_shares_aliases() {
    let text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none:\n  <<: *b\n  y: own\ntwo:\n  !!merge <<: [*b, *m]\nthree: *b\nfour:\n  <<: *b\n  <<: *m\n";
    let document = one(yaml(text));
    let root = document.root();
    let at = |path: &[&str]| root.path(path).and_then(View::as_str);
    assert_eq!(at(&["one", "x"]), Some("1"));
    assert_eq!(at(&["one", "y"]), Some("own"));
    assert_eq!(at(&["two", "y"]), Some("2"));
    assert_eq!(at(&["two", "z"]), Some("4"));
    assert_eq!(at(&["four", "z"]), Some("4"));
    assert_eq!(
        root.get("three").map(View::id),
        root.get("base").map(View::id)
    );
    assert_eq!(keys(text, root.get("two").expect("two")), ["x", "y", "z"]);
    assert_eq!(keys(text, root.get("one").expect("one")), ["y", "x"]);
}

#[test]
fn yaml_keeps_unknown_tags() {
    let text = "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\nb: !ENV ${X}\nc: !ruby/regexp /x/\nd: !<tag:x,2000:y> [1]\ne: !!str 1\n";
    let document = one(yaml(text));
    let root = document.root();
    let tag = |key: &str| root.get(key).and_then(View::tag);
    assert_eq!(tag("a"), Some("!vault"));
    assert_eq!(tag("b"), Some("!ENV"));
    assert_eq!(tag("c"), Some("!ruby/regexp"));
    assert_eq!(tag("d"), Some("!<tag:x,2000:y>"));
    assert_eq!(tag("e"), Some("!!str"));
    assert_eq!(root.get("b").and_then(View::as_str), Some("${X}"));
}

#[test]
fn duplicate_keys_name_both_places_and_the_last_wins() {
    let wide: String = (0..40).map(|n| format!("k{n}: {n}\n")).collect();
    for text in [
        "a: 1\nb: 2\na: 3\n".to_owned(),
        format!("a: 1\n{wide}a: 3\n"),
        "{\"a\": 1, \"a\": 3}".to_owned(),
    ] {
        let reading = if text.starts_with('{') {
            json(&text)
        } else {
            yaml(&text)
        };
        let [problem] = &reading.problems[..] else {
            panic!("one problem: {:?}", reading.problems);
        };
        assert_eq!(problem.kind, ProblemKind::DuplicateKey);
        let (first, _) = &problem.related[0];
        assert!(first.start < problem.span.start);
        assert_eq!(&text[problem.span.range()], &text[first.range()]);
        let root = reading.documents[0].root();
        assert_eq!(root.get("a").and_then(View::as_str), Some("3"));
    }
}

#[test]
fn an_unresolved_alias_is_a_problem_and_reads_as_nothing() {
    let text = "host: *.example.com\nb: 1\n";
    let reading = yaml(text);
    assert_eq!(reading.problems.len(), 1);
    assert_eq!(reading.problems[0].kind, ProblemKind::InvalidValue);
    assert_eq!(&text[reading.problems[0].span.range()], "*.example.com");
    let root = reading.documents[0].root();
    assert!(root.get("host").expect("host").is_null());
    assert_eq!(root.get("b").and_then(View::as_str), Some("1"));
}

#[test]
fn yaml_documents_are_counted_and_empty_ones_left_out() {
    let text = "# only a comment\n---\n---\na: 1\n---\n# nothing\n...\n---\n~\n---\nb: 2 # last\n# after\n";
    let reading = yaml(text);
    assert_eq!(reading.problems, []);
    let indexes: Vec<_> = reading.documents.iter().map(|d| d.index).collect();
    assert_eq!(indexes, [1, 3, 4]);
    let last = &reading.documents[2];
    let comments: Vec<_> = last.comments.iter().map(|c| &*c.text).collect();
    assert_eq!(comments, [" last", " after"]);
    assert!(yaml("").documents.is_empty());
    assert!(yaml("# x\n").documents.is_empty());
    assert!(json(" \n").documents.is_empty());
    assert!(toml("# x\n").documents.is_empty());
}

#[test]
fn a_broken_document_leaves_the_others() {
    let text = "a: 1\n---\nb: [1, 2\nc: }\n---\nd: \"open\n---\ne: 2\n";
    let reading = yaml(text);
    let first: Vec<_> = reading.documents.iter().map(|d| d.index).collect();
    assert_eq!(first, [0, 3]);
    assert_eq!(reading.unread.len(), 2);
    let index = LineIndex::new(text);
    let lines: Vec<_> = reading
        .problems
        .iter()
        .map(|p| index.position(text, p.span.start).line)
        .collect();
    assert_eq!(lines, [4, 6], "{:?}", reading.problems);
    assert!(
        reading
            .unread
            .iter()
            .all(|(_, reason, _)| *reason == UnreadReason::Broken)
    );
}

#[test]
fn a_tab_is_named_with_its_place() {
    let text = "a:\n\tb: 1\n";
    let reading = yaml(text);
    let index = LineIndex::new(text);
    assert_eq!(index.position(text, reading.problems[0].span.start).line, 2);
    assert_eq!(reading.unread[0].1, UnreadReason::Broken);
}

#[test]
fn many_comments_in_a_row_are_kept() {
    let comments: String = (0..50_000).map(|n| format!("# {n}\n")).collect();
    let text = format!("a:\n{comments}  - 1\n{comments}");
    assert_eq!(one(yaml(&text)).comments.len(), 100_000);
}

#[test]
fn json_spans_types_and_comments() {
    let text = "\u{feff}{ // note\n  \"a\": \"x\\u0041\\n\", /* two */ \"b\": [1, -2.5e3, true, null,],\r\n \"판교\": {}}\n";
    let document = one(json(text));
    let root = document.root();
    assert_eq!(keys(text, root), ["\"a\"", "\"b\"", "\"판교\""]);
    assert_eq!(root.get("a").and_then(View::as_str), Some("xA\n"));
    assert!(root.get("a").expect("a").is_quoted());
    let b: Vec<_> = root.get("b").expect("b").items().collect();
    let written: Vec<_> = b.iter().map(|view| slice(text, *view)).collect();
    assert_eq!(written, ["1", "-2.5e3", "true", "null"]);
    assert!(b[3].is_null() && !b[0].is_quoted());
    assert_eq!(b[2].as_bool(), Some(true));
    assert_eq!(slice(text, root.get("판교").expect("there")), "{}");
    assert_eq!(
        slice(text, root),
        text.trim_start_matches('\u{feff}').trim_end()
    );
    let comments: Vec<_> = document
        .comments
        .iter()
        .map(|c| (&*c.text, &text[c.span.range()]))
        .collect();
    assert_eq!(comments, [(" note", "// note"), (" two ", "/* two */")]);
}

#[test]
fn broken_json_is_one_clear_problem_with_its_place() {
    for (text, place, words) in [
        ("{\"a\": 1} {\"b\": 2}\n", "{\"b\"", "more text"),
        ("{\"a\": 1 \"b\": 2}", "\"b\"", "`,` or `}`"),
        ("{\"a\" 1}", "1", "`:`"),
        ("{\"a\": [1, 2}", "}", "`,` or `]`"),
        ("{\"a\": [1, 2", "[1", "array is never closed"),
        ("{\"a\": }", "}", "expected a value"),
        ("[terraform plan]\n{}", "terraform", "expected a value"),
        ("{'a': 1}", "'a'", "double quotes"),
        ("{\"a\": \"x", "\"x", "not closed"),
        ("{a: 1}", "a:", "a key in double quotes"),
        ("{\"a\": 1} x", "x", "more text"),
    ] {
        let reading = json(text);
        let [problem] = &reading.problems[..] else {
            panic!("{text}: {:?}", reading.problems);
        };
        assert_eq!(problem.kind, ProblemKind::Unreadable);
        assert!(
            text[problem.span.start as usize..].starts_with(place),
            "{text}: {problem:?}"
        );
        assert!(
            problem.message.contains(words),
            "{text}: {}",
            problem.message
        );
        assert_eq!(reading.unread[0].1, UnreadReason::Broken);
        assert!(reading.documents.is_empty());
    }
}

#[test]
fn toml_spans_tables_and_dotted_keys() {
    let text = "\u{feff}# top\ntitle = \"x # no\" # note\r\nn = 0x10\nwhen = 1979-05-27\n[a.b]\nc.d = [1, { e = 'f' }]\n[[list]]\nk = 1\n[[list]]\n\"q k\" = '''\n# in text\n'''\n[list.sub]\nz = true\n";
    let document = one(toml(text));
    let root = document.root();
    let view = |path: &[&str]| root.path(path).expect("there");
    let at = |path: &[&str]| slice(text, view(path));
    assert_eq!(keys(text, root), ["title", "n", "when", "a", "list"]);
    assert_eq!(at(&["title"]), "\"x # no\"");
    assert!(view(&["title"]).is_quoted() && !view(&["n"]).is_quoted());
    assert_eq!(view(&["n"]).as_str(), Some("0x10"));
    assert_eq!(view(&["when"]).as_str(), Some("1979-05-27"));
    assert_eq!(at(&["a", "b", "c", "d"]), "[1, { e = 'f' }]");
    assert_eq!(keys(text, view(&["a", "b"])), ["c"]);
    let inner = view(&["a", "b", "c", "d"]).items().nth(1).expect("two");
    assert_eq!(slice(text, inner), "{ e = 'f' }");
    assert_eq!(keys(text, inner), ["e"]);
    let list: Vec<_> = view(&["list"]).items().collect();
    assert_eq!(slice(text, list[0]), "[[list]]\nk = 1");
    assert_eq!(keys(text, list[1]), ["\"q k\"", "sub"]);
    assert_eq!(
        list[1].path(&["sub", "z"]).and_then(View::as_bool),
        Some(true)
    );
    assert_eq!(
        list[1].get("q k").and_then(View::as_str),
        Some("# in text\n")
    );
    let comments: Vec<_> = document
        .comments
        .iter()
        .map(|c| (&*c.text, &text[c.span.range()]))
        .collect();
    assert_eq!(comments, [(" top", "# top"), (" note", "# note")]);
    assert_eq!(
        slice(text, root).trim(),
        text.trim_start_matches('\u{feff}').trim()
    );
}

#[test]
fn broken_toml_is_named_with_its_place() {
    for (text, place) in [
        ("a = 1\nb = [1,\nc = 2\n", "="),
        ("\u{feff}a = 1\na = 2\n", "a = 2"),
        ("[t]\n[t]\n", "t]\n"),
        ("a = \"x\nb = 1\n", "\n"),
    ] {
        let reading = toml(text);
        let problem = &reading.problems[0];
        let rest = &text[problem.span.start as usize..];
        assert_eq!(reading.unread[0].1, UnreadReason::Broken, "{text}");
        assert!(
            rest.starts_with(place),
            "{text:?}: {:?} at {rest:?}",
            problem.message
        );
    }
}

#[test]
fn deep_nesting_is_a_clear_limit_in_every_format() {
    let open = |text: &str, n: usize| text.repeat(n);
    let steps: String = (0..2_000)
        .map(|n| format!("{}a:\n", " ".repeat(n)))
        .collect();
    for n in [10_000, 300_000] {
        for reading in [
            yaml(&open("[", n)),
            yaml(&format!("{}{}", open("[", n), open("]", n))),
            yaml(&open("{a: ", n)),
            yaml(&open("- ", n)),
            yaml(&open("? ", n)),
            yaml(&steps),
            json(&open("[", n)),
            json(&format!("{}{}", open("[", n), open("]", n))),
            json(&open("{\"a\":", n)),
            toml(&format!("a = {}{}", open("[", n), open("]", n))),
            toml(&format!("a = {}", open("{a=", n))),
            toml(&format!("{}b = 1", open("a.", n))),
            toml(&format!("[{}b]", open("a.", n))),
        ] {
            assert_eq!(reading.documents.len(), 0);
            let [(span, reason, message)] = &reading.unread[..] else {
                panic!("{:?}", reading.unread);
            };
            assert_eq!(*reason, UnreadReason::OverLimit, "{message}");
            assert!(
                span.is_some() && message.contains("deeper than 128"),
                "{message}"
            );
            assert_eq!(reading.problems.len(), 1);
        }
    }
    for reading in [
        yaml(&format!("{}{}", open("[", 120), open("]", 120))),
        json(&format!("{}{}", open("[", 120), open("]", 120))),
        toml(&format!("a = {}{}", open("[", 70), open("]", 70))),
    ] {
        one(reading);
    }
}

#[test]
fn a_document_after_a_too_deep_one_is_read() {
    let text = format!("{}\n---\na: 1\n", "[".repeat(10_000));
    let reading = yaml(&text);
    assert_eq!(reading.unread[0].1, UnreadReason::OverLimit);
    assert_eq!(reading.documents[0].index, 1);
}

#[test]
fn other_limits_stop_with_a_reason() {
    let limits = Limits {
        nodes: 10,
        documents: 3,
        ..Limits::default()
    };
    let many = "- 1\n".repeat(20);
    let readings = [
        yaml::read(F, &many, &limits),
        json::read(F, "[1,2,3,4,5,6,7,8,9,10,11]", &limits),
        toml::read(F, "a = [1,2,3,4,5,6,7,8,9,10,11]", &limits),
        yaml::read(F, "---\n1\n---\n2\n---\n3\n---\n4\n", &limits),
    ];
    for reading in readings {
        assert_eq!(reading.unread[0].1, UnreadReason::OverLimit);
        assert_eq!(reading.problems[0].kind, ProblemKind::Unreadable);
    }
}

#[test]
fn alias_bombs_cost_nothing() {
    let mut laughs = "lol0: &lol0 {a: x}\n".to_owned();
    let mut merges = "m0: &m0 {a: x}\n".to_owned();
    for n in 1..=60 {
        let before = n - 1;
        let ten = format!("*lol{before}, ").repeat(10);
        laughs += &format!("lol{n}: &lol{n} [{ten}]\n");
        let ten = format!("*m{before}, ").repeat(10);
        merges += &format!("m{n}: &m{n} {{<<: [{ten}], k{n}: 1}}\n");
    }
    // Each level is ten times the one before: written out, neither would end.
    let document = one(yaml(&laughs));
    assert_eq!(document.root().entries().len(), 61);
    let document = one(yaml(&merges));
    let last = document.root().get("m60").expect("m60");
    assert_eq!(last.entries().len(), 61);
    assert_eq!(last.get("a").and_then(View::as_str), Some("x"));
    assert!(last.get("none").is_none());
    assert!(document.tree.len() < merges.len());
}

#[test]
fn cycles_of_aliases_end() {
    let text = "a: &a\n  <<: *a\n  b: &l [*l, *a]\n  c: 1\n";
    let document = one(yaml(text));
    let a = document.root().get("a").expect("a");
    assert!(a.get("nothing").is_none());
    assert_eq!(a.entries().len(), 2);
}

#[test]
fn merges_that_multiply_are_refused() {
    // 2,000 mappings that each merge one of 2,000 keys: 4 million entries from 80 KB.
    let big: String = (0..2_000).map(|n| format!("  k{n}: 1\n")).collect();
    let text = format!("base: &b\n{big}all:\n{}", "  - {<<: *b}\n".repeat(2_000));
    let limits = Limits {
        nodes: 100_000,
        ..Limits::default()
    };
    let reading = yaml::read(F, &text, &limits);
    assert_eq!(reading.unread[0].1, UnreadReason::OverLimit);
    assert!(reading.unread[0].2.contains("<<"));
}

#[test]
fn small_faults_are_listed_up_to_a_number() {
    let text = format!("{}b: [{}]\n", "a: 1\n".repeat(5_000), "*x, ".repeat(5_000));
    assert_eq!(yaml(&text).problems.len(), build::MOST_PROBLEMS);
}

#[test]
fn too_many_toml_tables_are_refused_and_lists_are_not() {
    let tables: String = (0..5_001).map(|n| format!("[x{n}]\na = [1]\n")).collect();
    let reading = toml(&tables);
    assert_eq!(reading.unread[0].1, UnreadReason::OverLimit);
    let lists = "[[x]]\na = [\n[1],\n]\n".repeat(10_000);
    assert_eq!(toml(&lists).unread, []);
}

/// A reader and what it is given.
type Case = (fn(&str) -> Reading, String);

#[test]
fn large_and_hostile_texts_keep_no_more_than_they_hold() {
    let headers: String = (0..60_000).map(|n| format!("[x{n}.y]\n")).collect();
    let again: String = (0..60_000).map(|n| format!("[x{n}]\n")).collect();
    let few: String = (0..2_500).map(|n| format!("[x{n}.y]\n")).collect();
    let few = (0..2_500).fold(few, |text, n| text + &format!("[x{n}]\n"));
    let inputs: [Case; 12] = [
        (toml, format!("{headers}{again}")),
        (toml, few),
        (toml, "[[a.b]]\n".repeat(200_000)),
        (yaml, "[a, {b: ".repeat(100_000)),
        (yaml, "? ".repeat(500_000)),
        (yaml, "\"".repeat(500_001)),
        (yaml, "&a ".repeat(200_000)),
        (yaml, "---\n[\n".repeat(50_000)),
        (yaml, "- ".repeat(200_000)),
        (yaml, format!("a: {}", "x ".repeat(1_000_000))),
        (json, "[".repeat(1_000_000)),
        (json, "\"\\u0041".repeat(200_000)),
    ];
    for (read, text) in inputs {
        let reading = read(&text);
        let begins: String = text.chars().take(20).collect();
        let documents = reading.documents.iter();
        let nodes: usize = documents.map(|document| document.tree.len()).sum();
        assert!(nodes <= text.len(), "{begins}: {nodes} nodes");
        let (problems, unread) = (reading.problems.len(), reading.unread.len());
        assert!(problems <= build::MOST_PROBLEMS, "{begins}: {problems}");
        assert!(unread <= build::MOST_PROBLEMS, "{begins}: {unread}");
        assert!(nodes > 0 || unread > 0, "{begins}: nothing is said of it");
    }
}

/// Spans of a reading lie in the text, on character boundaries.
fn assert_sound(text: &str, reading: &Reading) {
    let check = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    for document in &reading.documents {
        document
            .tree
            .ids()
            .for_each(|id| check(document.tree.span(id)));
        document
            .comments
            .iter()
            .for_each(|comment| check(comment.span));
        let root = document.root();
        for (key, value) in root.entries() {
            check(key.span());
            assert!(
                key.as_str().is_none_or(|name| root.get(name).is_some()),
                "{value:?}"
            );
        }
    }
    for problem in &reading.problems {
        check(problem.span);
        problem.related.iter().for_each(|(span, _)| check(*span));
    }
    reading
        .unread
        .iter()
        .filter_map(|unread| unread.0)
        .for_each(check);
}

#[test]
fn mutated_inputs_never_panic() {
    let seeds = [
        "a: &x {b: [1, 'two'], <<: *x}\n---\n# c\nc: |\n  판교\n- !t \"q\\n\"\n? k\n: v\n...\n%TAG ! x\n---\n~",
        "{\"a\": [1, -2e3, \"x\\u00e9\\\"\", true, null], /* c */ \"판교\": {\"b\": {}}} // end",
        "a.b = 1 # c\n[t.\"u v\"]\nx = [1, {y = '판교'}]\n[[l]]\nz = \"\"\"m\\\n l\"\"\"\n[[l]]\nd = 1979-05-27T07:32:00Z\n",
    ];
    let alphabet: Vec<char> = "\"'{}[]:,-#&*!|>?%@`=.\\\n\r\t <~a0é판\u{feff}\u{2028}\0/"
        .chars()
        .collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).expect("small")
    };
    for round in 0..30_000 {
        let mut text: Vec<char> = seeds[round % seeds.len()].chars().collect();
        for _ in 0..=next(6) {
            let at = next(text.len());
            match next(4) {
                0 => drop(text.remove(at)),
                1 => text.truncate(at.max(1)),
                2 => text[at] = alphabet[next(alphabet.len())],
                _ => text.insert(at, alphabet[next(alphabet.len())]),
            }
            if text.is_empty() {
                text.push('a');
            }
        }
        let text: String = text.into_iter().collect();
        for reading in [yaml(&text), json(&text), toml(&text)] {
            assert_sound(&text, &reading);
        }
    }
}

#[test]
fn what_ci_prints_around_a_plan_is_no_part_of_it() {
    let plan = "{\"format_version\":\"1.0\",\"terraform_version\":\"1.0.11\",\"x\":1}";
    let read = |text: &str| json::read(FileId(0), text, &Limits::default());
    for text in [
        format!(
            "[command]/tmp/terraform-bin show -json plan\n{plan}%0A\n::set-output name=exitcode::0\n"
        ),
        format!("{plan}\n::debug::Terraform exited with code 0.\n"),
        format!("Refreshing state...\n\n{plan}\n"),
    ] {
        let reading = read(&text);
        let document = reading.documents.first().expect("read");
        let one = document.root().get("x").expect("there");
        assert_eq!(&text[one.span().range()], "1");
    }
    // More of the same is a broken document, and other formats have no such lines.
    assert!(read(&format!("{plan}}}}}, \"y\": 2")).documents.is_empty());
    assert!(read("[command]x\n{\"a\":1}").documents.is_empty());
}
