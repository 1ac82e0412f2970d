//! Filters that mean well, and filters that don't.

use super::*;
use crate::source::{FileId, Limits, SourceMap, yaml};

/// Runs a filter on YAML; its outputs as JSON.
fn outputs(program: &str, input: &str) -> Result<Vec<String>, String> {
    let reading = yaml::read(FileId(0), input, &Limits::default());
    let documents: Vec<&Document> = reading.documents.iter().collect();
    let mut all = Vec::new();
    for result in run(program, &documents) {
        let documents = result.map_err(|fault| fault.message)?;
        meter::start(1_000_000);
        all.extend(
            documents
                .iter()
                .map(|document| tree::value(document.root()).json()),
        );
    }
    Ok(all)
}

fn one(program: &str, input: &str) -> String {
    match outputs(program, input) {
        Ok(outputs) => outputs.join(" "),
        Err(fault) => format!("error: {fault}"),
    }
}

#[test]
fn filters_do_what_jq_does() {
    let mut wrong = Vec::new();
    for (program, input, wanted) in [
        (
            ".",
            "{b: 1, a: [true, null, 1.5, '2', x]}",
            r#"{"a":[true,null,1.5,"2","x"],"b":1}"#,
        ),
        (".a.b?, .a[0]?", "a: [{b: 1}]", r#"{"b":1}"#),
        (".[1:], .[-1], .[:1]", "[1, 2, 3]", "[2,3] 3 [1]"),
        (
            "map(select(.on) | .name)",
            "[{name: a, on: true}, {name: b, on: false}]",
            r#"["a"]"#,
        ),
        ("to_entries | map(.key)", "{b: 1, a: 2}", r#"["a","b"]"#),
        ("with_entries(.value += 1)", "{a: 1}", r#"{"a":2}"#),
        (".a // \"none\", (.b // 3)", "{b: 2}", r#""none" 2"#),
        (
            "[.[] | if . > 1 then \"many\" elif . == 1 then \"one\" else empty end]",
            "[0, 1, 2]",
            r#"["one","many"]"#,
        ),
        (
            "reduce .[] as $x (0; . + $x), [foreach .[] as $x (0; . + $x)]",
            "[1, 2, 3]",
            "6 [1,3,6]",
        ),
        (
            ". as {a: $x, b: [$y, $z]} | $x + $y * $z",
            "{a: 1, b: [2, 3]}",
            "7",
        ),
        (
            "def twice(f): f | f; [.[] | twice(. * 3)]",
            "[1, 2]",
            "[9,18]",
        ),
        ("\"\\(.a)-\\(.b)\"", "{a: 1, b: [x]}", r#""1-[\"x\"]""#),
        (
            ".a |= ascii_upcase | .b = 3 | del(.c)",
            "{a: x, c: 1}",
            r#"{"a":"X","b":3}"#,
        ),
        (
            "[paths], [leaf_paths?]",
            "{a: [1]}",
            "error: there is no filter `leaf_paths/0`",
        ),
        ("[..] | length", "{a: [1, {b: 2}]}", "5"),
        (
            "group_by(.k) | map({k: .[0].k, n: length})",
            "[{k: b}, {k: a}, {k: b}]",
            r#"[{"k":"a","n":1},{"k":"b","n":2}]"#,
        ),
        (
            "unique, min, max, add, (map(tostring) | join(\",\"))",
            "[3, 1, 3]",
            r#"[1,3] 1 3 7 "3,1,3""#,
        ),
        (
            "sort_by(-.), reverse, index(1), any(. > 2), all(. > 2), flatten",
            "[1, 3]",
            "[3,1] [3,1] 0 true false [1,3]",
        ),
        ("split(\"/\") | last", "a/b/c", r#""c""#),
        (
            "test(\"^a.c$\"), [match(\"(?<x>b)\").captures[].name], sub(\"b\"; \"-\"), [scan(\"[a-c]\")]",
            "abc",
            r#"true ["x"] "a-c" ["a","b","c"]"#,
        ),
        (
            "gsub(\"(?<d>[0-9])\"; \"<\\(.d)>\"), capture(\"(?<n>[0-9]+)\"), [splits(\"[0-9]\")]",
            "a1b2",
            r#""a<1>b<2>" {"n":"1"} ["a","b",""]"#,
        ),
        (
            "ltrimstr(\"a-\"), rtrimstr(\"-c\"), startswith(\"a\"), (\" x \" | trim, rtrim)",
            "a-b-c",
            r#""b-c" "a-b" true "x" " x""#,
        ),
        (
            "try error(\"x\") catch ., (try tonumber catch \"no\")",
            "abc",
            r#""x" "no""#,
        ),
        ("tonumber, (. | tojson | fromjson)", "'12'", r#"12 "12""#),
        (
            "[limit(3; repeat(1))], [range(0; 10; 4)], first(range(5)), isempty(empty)",
            "null",
            "[1,1,1] [0,4,8] 0 true",
        ),
        (
            "[while(. < 10; . * 2)], until(. > 100; . * 2), [recurse(if . < 3 then . + 1 else empty end)]",
            "1",
            "[1,2,4,8] 128 [1,2,3]",
        ),
        (
            "has(\"a\"), (keys | contains([\"b\"])), (\"a\" | in({\"a\": 1})), getpath([\"a\", \"b\"])",
            "{a: {b: 1}, b: 2}",
            "true true true 1",
        ),
        ("label $out | 1, break $out, 2", "null", "1"),
        (
            "input_line",
            "null",
            "error: there is no filter `input_line/0`",
        ),
        (
            "{} * {a: {b: 1}} * {a: {c: 2}}, [1, 2] - [2], 7 / 2, 7 % 3, 6 / 2",
            "null",
            r#"{"a":{"b":1,"c":2}} [1] 3.5 1 3"#,
        ),
        ("transpose", "[[1, 2], [3]]", "[[1,3],[2,null]]"),
        (".[2:4] = [\"x\"]", "[1, 2, 3, 4, 5]", r#"[1,2,"x",5]"#),
        ("path(..)", "{a: [1]}", r#"[] ["a"] ["a",0]"#),
        (
            "walk(if type == \"number\" then . + 1 else . end)",
            "{a: [1, {b: 2}]}",
            r#"{"a":[2,{"b":3}]}"#,
        ),
        ("empty", "1", ""),
    ] {
        let found = one(program, input);
        if found != wanted {
            wrong.push(format!("{program} on {input}: {found} instead of {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_definition_has_what_it_rests_on() {
    assert_eq!(check("."), Ok(()));
    let parsed = load::parse(".", |parser| parser.term());
    assert!(parsed.is_some());
    assert!(natives::definitions().any(|def| def.name == "tonumber"));
}

#[test]
fn a_filter_sees_nothing_of_the_world() {
    for program in [
        "env",
        "$ENV",
        "$ENV.PATH",
        "input",
        "[inputs]",
        "input_filename",
        "now",
        "halt",
        "debug",
        "stderr",
        "halt_error(1)",
        "localtime",
        "input_line_number",
        "$__prog_args",
        "get_search_list",
        "import \"a\" as a; 1",
        "include \"a\"; 1",
        "import \"/etc/passwd\" as $p; 1",
    ] {
        let Err(fault) = check(program) else {
            panic!("{program} is taken")
        };
        let words = ["there is no", "imports and includes nothing"];
        assert!(
            words.iter().any(|word| fault.message.contains(word)),
            "{program}: {fault:?}"
        );
        assert!(fault.at.is_some(), "{program}: {fault:?}");
    }
}

#[test]
fn mistakes_have_their_place() {
    let mut wrong = Vec::new();
    for (program, at, words) in [
        (".a | sort_by(.b", 15, "parenthesis"),
        (".a |", 4, "term"),
        ("map(.x) | foo", 10, "there is no filter `foo/0`"),
        (". as $x | $y", 10, "there is no variable `$y`"),
        ("\"open", 5, "quote"),
        ("if . then 1", 11, "else or end"),
    ] {
        let fault = check(program).unwrap_err();
        if !fault.message.contains(words) || fault.at != Some(at) {
            wrong.push(format!("{program}: {fault:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_does_not_end_is_ended() {
    let mut wrong = Vec::new();
    for (program, words) in [
        ("def f: f; f", "ended"),
        ("def f: 1 + f; f", "ended"),
        ("def f: f + 1; f", "ended"),
        ("def f: ., f; f", "ended"),
        ("def f: [f]; f", "ended"),
        ("def f: try f catch f; f", "ended"),
        ("def f: try error(1) catch f; f", "ended"),
        ("def f(g): f(g | .); f(.)", "ended"),
        ("def f(g): f(g | g); f(.)", "ended"),
        ("def f($x): f($x + 1); f(0)", "ended"),
        ("def f: (f, f); f", "ended"),
        ("[range(1e12)]", "ended"),
        ("[range(0; 1; 0)]", "ended"),
        ("range(1e12) | select(. < 0)", "ended"),
        ("last(range(1e12))", "ended"),
        ("[limit(1e12; repeat(1))]", "ended"),
        ("repeat(.)", "ended"),
        ("\"a\" * 1e12", "cannot calculate"),
        ("\"a\" * 1000000000000", "ended"),
        ("reduce range(60) as $i (\"ab\"; . + .)", "ended"),
        ("reduce range(60) as $i (1; [., .]) | tojson", "ended"),
        (
            "reduce range(60) as $i (1; [., .]) | [..] | length",
            "ended",
        ),
        ("reduce range(60) as $i (1; [., .]) | . == .", "ended"),
        ("reduce range(60) as $i (1; {a: ., b: .})", "ended"),
        ("reduce range(1e9) as $i (0; [.])", "ended"),
        ("[recurse([.])]", "ended"),
        ("def f: {a: ., b: .} | f; f", "ended"),
        (
            "[.[] as $a | .[] as $b | .[] as $c | .[] as $d | .[] as $e | .[] as $f | .[] as $g | 1]",
            "ended",
        ),
        ("null | path(def f: .a | f; f)", "ended"),
        ("null | path(repeat(.a))", "ended"),
        ("until(false; . )", "ended"),
        ("try repeat(error(\"x\")) catch .", "one"),
        ("label $x | repeat(.) | select(false)", "ended"),
        ("[splits(\"\")] | combinations", ""),
        ("[.[], .[], .[], .[]] | [combinations(9)]", "ended"),
        ("\"a\" | test(\"(a{1000}){1000}\")", "no pattern"),
        (
            "(\"a\" * 100000) as $s | [range(1000)] | map($s | test(\"(a|aa)+$\")) | length",
            "ended",
        ),
        (".. |= [.]", ""),
        ("getpath([range(1e9)])", "ended"),
        ("[1, [2]] | getpath([\"a\", \"b\"])", "cannot index"),
        (".[1e18] = 1", ""),
        (".[1000000000] = 1", "no such position"),
        ("implode", ""),
        ("[1, -5, 1114112, 55296] | implode", ""),
        ("ltrimstr(1), (\"x\" | ltrimstr([]))", ""),
        ("@base64d", "there is no filter"),
        ("{(1): 2}", "string"),
        ("{a: 1} | has(1)", "cannot index"),
        ("error", "the filter says"),
        ("error(null)", "the filter says"),
        ("break", "expected"),
    ] {
        let outcome = one(
            program,
            "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]",
        );
        let fits = match words {
            "one" => outcome == r#""x""#,
            "" => true,
            // Which of the limits it meets first is no matter.
            "ended" => {
                let limits = ["steps", "too deep", "deeper than"];
                outcome.starts_with("error: ") && limits.iter().any(|word| outcome.contains(word))
            }
            words => outcome.starts_with("error: ") && outcome.contains(words),
        };
        if !fits {
            wrong.push(format!("{program}: {outcome:.200}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_parser_survives_what_is_nested() {
    for open in [
        "(",
        "[",
        "{a:",
        "-",
        "if ",
        "try ",
        ".[",
        "\"\\(",
        "reduce ",
        "def f: ",
        ". as [",
        "1|",
        "1,",
        "1+",
        ".a|=",
        "label $x|",
        ". as $x|",
        "?//",
        "{(",
        "f(",
    ] {
        let program = open.repeat(MOST_BYTES / open.len());
        let _ = check(&program);
    }
    let flat = format!("{}.", ".|".repeat(8000));
    assert_eq!(one(&flat, "1"), "1");
    assert!(
        check(&".".repeat(MOST_BYTES + 1))
            .unwrap_err()
            .message
            .contains("at most")
    );
}

#[test]
fn one_document_that_is_stopped_leaves_the_others() {
    let input = "1\n---\n2\n---\n3\n";
    let reading = yaml::read(FileId(0), input, &Limits::default());
    let documents: Vec<&Document> = reading.documents.iter().collect();
    let program = "if . == 2 then def f: f; f elif . == 1 then error(\"one\") else . end";
    let results = run(program, &documents);
    let faults: Vec<bool> = results.iter().map(Result::is_err).collect();
    assert_eq!(faults, [true, true, false]);
}

#[test]
fn values_keep_the_places_they_came_from() {
    let text = "team: {name: pay}\nsystems:\n  - name: cart\n    needs: [rates]\n  - name: mail\n";
    let mut sources = SourceMap::default();
    let file = sources.add("c.yaml".into(), text.to_owned());
    let reading = yaml::read(file, text, &Limits::default());
    let documents: Vec<&Document> = reading.documents.iter().collect();
    let program = ". as $all | {services: [.systems[] | {id: (\"service:\" + .name), owner: $all.team.name, requires: [.needs[]? | \"service:\" + .], tier: 1}]}";
    let made = run(program, &documents).remove(0).unwrap().remove(0);
    let line = |view: View<'_>| sources.location(view.span()).line;
    let items: Vec<View<'_>> = made.root().get("services").unwrap().items().collect();
    assert_eq!(
        items.iter().map(|item| line(*item)).collect::<Vec<_>>(),
        [3, 5]
    );
    assert_eq!(line(items[0].get("id").unwrap()), 3);
    assert_eq!(line(items[0].get("owner").unwrap()), 1);
    assert_eq!(
        line(items[0].get("requires").unwrap().items().next().unwrap()),
        4
    );
    // What came from nowhere stands with what it is said of.
    assert_eq!(line(items[1].get("tier").unwrap()), 5);
}
