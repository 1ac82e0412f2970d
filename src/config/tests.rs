use std::path::Path;

use super::*;
use crate::source::Syntax;

fn parse(text: &str) -> Result<Config, Error> {
    Config::parse(
        "spof.toml".into(),
        "/repo/spof.toml".into(),
        text.to_owned(),
    )
}

fn faults(text: &str) -> Vec<String> {
    match parse(text) {
        Err(Error::Config(faults)) => faults
            .into_iter()
            .map(|fault| {
                format!(
                    "{}: {} | {}",
                    fault.place,
                    fault.message,
                    fault.help.unwrap_or_default()
                )
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sources_are_read_and_their_filters_checked() {
    let config = parse(
        "[[source]]\npath = [\"/teams\", \"*.cat\"]\nformat = \"yaml\"\nfilter = '.a'\n\
         [[source]]\npath = \"/teams/x.json\"\nfilter = '''\n.b | map(.c)\n'''\n",
    )
    .unwrap();
    let selection = config.selection(None).unwrap();
    let of = |path: &str| selection.mapping(&Path::new("/repo").join(path));
    assert_eq!(of("teams/x.json"), Some(0), "the first has it");
    assert_eq!((of("deep/er/a.cat"), of("other.yaml")), (Some(0), None));
    assert_eq!(selection.mapping(Path::new("/elsewhere/a.cat")), None);
    let [first, second] = config.mappings.as_slice() else {
        panic!()
    };
    assert_eq!((first.format, &*first.filter), (Some(Syntax::Yaml), ".a"));
    assert_eq!(first.filter_place, "spof.toml:4:10");
    assert_eq!((second.place.line, &*second.filter), (5, ".b | map(.c)\n"));
}

#[test]
fn wrong_filters_have_their_place() {
    let source = |rest: &str| faults(&format!("[[source]]\npath = \"/a\"\n{rest}\n"));
    for (rest, wanted) in [
        (
            "filter = '.a | foo'",
            "spof.toml:3:16: there is no filter `foo/0`",
        ),
        (
            "filter = '''\n.a |\n  foo'''",
            "spof.toml:5:3: there is no filter `foo/0`",
        ),
        (
            "filter = \"\\\".\\\" | foo\"",
            "spof.toml:3:10: there is no filter `foo/0`",
        ),
        (
            "filter = '.a |'",
            "spof.toml:3:15: expected term before the end",
        ),
        (
            "filter = '$ENV.HOME'",
            "there is no variable `$ENV`: a filter here sees its document",
        ),
        (
            "filter = 'import \"x\" as x; 1'",
            "imports and includes nothing",
        ),
        ("filter = ' '", "a filter in the jq language"),
        ("filter = 1", "a filter in the jq language"),
        (
            "",
            "spof.toml:1:1: a source has a `filter`, or a `filter_file`",
        ),
        (
            "filter = '.'\nfilter_file = 'x'",
            "a source has a `filter`, or a `filter_file`",
        ),
        (
            "filter_file = 'no/such.jq'",
            "spof.toml:3:15: there is no file no/such.jq",
        ),
        ("filter = '.'\nformat = 'jsn'", "did you mean `json`?"),
        ("filter = '.'\nfiltre = '.'", "unknown key `filtre`"),
    ] {
        let found = source(rest);
        assert!(
            found.iter().any(|fault| fault.contains(wanted)),
            "{rest}: {found:?}"
        );
    }
    assert!(faults("[[source]]\nfilter = '.'\n")[0].contains("path"));
}

fn takes(config: &Config, scope: Option<&str>, path: &str) -> bool {
    let selection = config.selection(scope).unwrap();
    let path = Path::new("/repo").join(path);
    // As a walk does it: every folder on the way must be entered.
    let mut dirs: Vec<&Path> = path.ancestors().skip(1).collect();
    dirs.reverse();
    dirs.iter()
        .all(|dir| !dir.starts_with("/repo") || selection.takes(dir, true))
        && selection.takes(&path, false)
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "# nothing yet\n"] {
        let config = parse(text).unwrap();
        assert_eq!(config.assume, None);
        assert!(takes(&config, None, "a/b.yaml"));
    }
}

#[test]
fn scopes_hold_what_they_include_and_exclude() {
    let config = parse(
        r#"
        assume = "optimistic"
        exclude = ["vendor", "*.gen.yaml"]
        [scope.production]
        include = ["deploy/production", "shared/*.yaml"]
        exclude = ["deploy/production/old"]
        namespaces = "shop"
        [scope.all]
        "#,
    )
    .unwrap();
    assert_eq!(config.assume, Some(Assume::Optimistic));
    assert_eq!(config.scopes().collect::<Vec<_>>(), ["all", "production"]);
    let scope = Some("production");
    assert!(takes(&config, scope, "deploy/production/a/b.yaml"));
    assert!(takes(&config, scope, "shared/a.yaml"));
    for out in [
        "deploy/staging/a.yaml",
        "deploy/production/old/a.yaml",
        "deploy/production/a.gen.yaml",
        "shared/deep/a.yaml",
        "a/deploy/production/b.yaml",
        "deploy/production/vendor/x.yaml",
    ] {
        assert!(!takes(&config, scope, out), "{out}");
    }
    assert!(takes(&config, Some("all"), "deploy/staging/a.yaml"));
    assert!(!takes(&config, None, "a/vendor/b.yaml"));
    let selection = config.selection(scope).unwrap();
    assert_eq!(selection.namespaces, Some(vec!["shop".to_owned()]));
    // Outside its folder a configuration has no say, and includes nothing.
    assert!(!selection.takes(Path::new("/elsewhere/a.yaml"), false));
    assert!(
        config
            .selection(None)
            .unwrap()
            .takes(Path::new("/elsewhere/a.yaml"), false)
    );
}

#[test]
fn what_is_wrong_has_its_place_and_advice() {
    let found = faults(
        "exclud = [\"a\"]\nassume = \"optimist\"\n[scope.a]\ninclude = [\"{a\"]\nnamespace = 3\n[scope]\nb = 1\n",
    );
    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(found[0].starts_with("spof.toml:1:1: unknown key `exclud` | did you mean `exclude`?"));
    assert!(
        found[1].starts_with("spof.toml:2:10: `assume`: expected"),
        "{}",
        found[1]
    );
    assert!(found[1].contains("did you mean `optimistic`?"));
    assert!(
        found[2].starts_with("spof.toml:4:12: `include`: `{a` is no pattern"),
        "{}",
        found[2]
    );
    assert!(
        found[3].contains("did you mean `namespaces`?"),
        "{}",
        found[3]
    );
    assert!(found[4].starts_with("spof.toml:7:5: "), "{}", found[4]);
    assert!(faults("a = [\n")[0].starts_with("spof.toml:"));
    assert!(faults("exclude = ['../other']")[0].contains("`..`"));
    assert!(faults("exclude = ['#x']")[0].contains("`#`"));
}

#[test]
fn an_unknown_scope_says_which_there_are() {
    let help = |config: &str, name: &str| {
        let error = parse(config).unwrap().selection(Some(name)).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        error.help().unwrap_or_default().to_owned()
    };
    assert_eq!(
        help("[scope.production]", "prodution"),
        "did you mean `production`?"
    );
    assert_eq!(
        help("[scope.a]\n[scope.b]", "xyz"),
        "its scopes are `a`, `b`"
    );
    assert!(help("", "xyz").contains("[scope.xyz]"));
}
