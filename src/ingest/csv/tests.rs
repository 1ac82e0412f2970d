//! Tests of the adapter; of the reader in `source::csv`.

use super::Csv;
use crate::ingest::Adapter;
use crate::ingest::fact::{Expr, Facts, ModeRule};
use crate::source::{Document, Limits, SourceMap, csv};
use crate::words::{Class, Evidence, Replication};

fn translate(files: &[(&str, &str)]) -> (Facts, SourceMap) {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    for (path, text) in files {
        let id = sources.add((*path).into(), (*text).to_owned());
        documents.extend(csv::read(id, text, &Limits::default()).documents);
    }
    let claimed: Vec<&Document> = documents
        .iter()
        .filter(|document| Csv.claims(document, &sources))
        .collect();
    (Csv.translate(&claimed, &sources), sources)
}

fn nodes(text: &str) -> Facts {
    translate(&[("nodes.csv", text)]).0
}

fn expr(expr: &Expr) -> String {
    match expr {
        Expr::One(one) | Expr::Replicas(one) => one.text.clone(),
        Expr::Some { need, members, .. } => {
            let members: Vec<_> = members.iter().map(|m| self::expr(&m.expr)).collect();
            format!("{} of {}", need.unwrap_or(0), members.join("|"))
        }
    }
}

fn edges(facts: &Facts) -> Vec<String> {
    let all = facts.requirements.iter().map(|requirement| {
        let mode = match requirement.mode {
            ModeRule::Fixed(mode) => mode.as_str(),
            ModeRule::ByMember => "on",
        };
        format!("{} {mode} {}", requirement.of.text, expr(&requirement.expr))
    });
    all.collect()
}

fn messages(facts: &Facts) -> Vec<&str> {
    facts
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect()
}

#[test]
fn domains_stand_on_what_the_columns_say() {
    let facts = nodes(
        "id,kind,in,requires,within,title\n\
         pangyo,site,region:kr,,,SK C&C Pangyo\n\
         p-17,rack,room:2f,power:a|power:b; network:tor,,\n\
         power:a,,room:b3,,site:pangyo,\n",
    );
    assert_eq!(
        edges(&facts),
        [
            "site:pangyo on region:kr",
            "rack:p-17 on room:2f",
            "rack:p-17 on 1 of power:a|power:b",
            "rack:p-17 on network:tor",
            "power:a on room:b3",
        ]
    );
    let classes: Vec<_> = facts.nodes.iter().map(|node| node.class).collect();
    assert_eq!(classes, [Some(Class::Domain); 3]);
    assert_eq!(
        facts.nodes[0].attributes.title.as_deref(),
        Some("SK C&C Pangyo")
    );
    let within = facts.nodes[2].attributes.within.as_ref();
    assert_eq!(within.map(|of| of.text.as_str()), Some("site:pangyo"));
}

#[test]
fn services_have_replicas_and_needs() {
    let facts = nodes(
        "id;kind;on;weight;tier;owner;rto;need;standby;standby_requires;replication;requires;optional;start;aliases\n\
         login;service;\"site:a*4;site:b\";50;1;Accounts;5m;70%;;;;\"store:db;2 of x|y|z\";abuse;registry;\"login.svc;LOGIN\"\n\
         login;service;site:c;60;;;;;20m;service:authz;;;;;\n\
         db;store;host:d1;;;;;;;;async 5m;;;;\n",
    );
    let replicas: Vec<String> = facts
        .replicas
        .iter()
        .map(|it| {
            let ways = it.standby.as_ref().map(|ways| {
                let way = &ways[0];
                format!(
                    "{}s {}",
                    way.takes_s,
                    way.requires.iter().map(expr).collect::<String>()
                )
            });
            let of = &it.of.text;
            format!(
                "{of}: {} x {} on {} {ways:?}",
                it.count,
                it.weight,
                expr(&it.on[0])
            )
        })
        .collect();
    assert_eq!(
        replicas,
        [
            "service:login: 4 x 50 on site:a None",
            "service:login: 1 x 50 on site:b None",
            "service:login: 1 x 60 on site:c Some(\"1200s service:authz\")",
            "store:db: 1 x 1 on host:d1 None",
        ]
    );
    assert_eq!(
        facts.replicas[3].replication,
        Some(Replication::Async { lag_s: 300 })
    );
    assert_eq!(
        edges(&facts),
        [
            "service:login hard store:db",
            "service:login hard 2 of x|y|z",
            "service:login soft abuse",
            "service:login start registry",
        ]
    );
    let login = &facts.nodes[0].attributes;
    assert_eq!(
        (login.tier, login.rto_s, login.owner.as_deref()),
        (Some(1), Some(300), Some("Accounts"))
    );
    let aliases: Vec<_> = facts
        .aliases
        .iter()
        .map(|alias| alias.name.as_str())
        .collect();
    assert_eq!(aliases, ["login", "login.svc"]);
    assert!(messages(&facts).is_empty(), "{:?}", messages(&facts));
}

#[test]
fn edges_are_a_file_of_their_own() {
    let text = "from,to,mode,evidence\nweb,db|replica,,\n\"web;api\",otel,soft,inferred\napi,registry,START,\n";
    let (facts, sources) = translate(&[("edges.CSV", text)]);
    assert_eq!(
        edges(&facts),
        [
            "web hard 1 of db|replica",
            "web soft otel",
            "api soft otel",
            "api start registry",
        ]
    );
    assert_eq!(facts.requirements[1].origin.evidence, Evidence::Inferred);
    let Expr::One(to) = &facts.requirements[3].expr else {
        panic!("one name");
    };
    let place = sources.location(to.span);
    assert_eq!((place.line, place.column), (4, 5));
}

#[test]
fn rows_without_a_kind_refine_what_others_state() {
    let facts = nodes("id,kind,tier\nshop/cart,,1\nservice:web,,2\n");
    assert_eq!(facts.nodes[0].class, None);
    assert_eq!(facts.nodes[0].name.text, "shop/cart");
    assert_eq!(facts.nodes[1].class, Some(Class::Service));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_rest_is_read() {
    let text = "id,kind,tier,rto,requires,class,colour,ownr\n\
        a,service,eleven,5 parsecs,x||y,replica,,\n\
        ,service,,,,,,\n\
        rack:7,site,,,,,,\n\
        b,Über Kind,,,,,,\n\
        c,service,1,,0 of x|y,,,\n\
        d,service\n\
        e,service,,,,,,,,\n";
    let (facts, sources) = translate(&[("n.csv", text)]);
    let told: Vec<String> = facts
        .problems
        .iter()
        .map(|problem| {
            let place = sources.location(problem.span);
            format!("{}:{} {}", place.line, place.column, problem.message)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    2:33 `class`: `replica` is none of `domain`, `service`, `store`, `journey`, `external`
    2:11 `tier`: `eleven` is no number from 0 to 9
    2:18 `rto`: `5 parsecs` is not a duration (like 90s, 5m, 4h, 7d or 1h30m)
    2:28 `requires`: `x||y` has a `|` without a name beside it
    3:1 this row has no `id`
    4:1 the id says `rack`, the column `kind` says `site`
    5:1 `über kind` is no kind: letters a to z, digits, `-` and `_`
    6:14 `requires`: `0 of x|y` can't be: there are 2 names
    7:1 this row has 2 cells, the header 8: the others are taken as empty
    8:1 this row has 10 cells, the header 8: what is too much is left out
    ");
    let names: Vec<_> = facts
        .nodes
        .iter()
        .map(|node| node.name.text.as_str())
        .collect();
    assert_eq!(names, ["service:a", "service:c", "service:d", "service:e"]);
    let why = &facts.unread[0].1;
    assert_eq!(
        why,
        "columns that mean nothing here: `colour`, `ownr` (did you mean `owner`?)"
    );
}

#[test]
fn other_headers_and_other_files_are_not_claimed() {
    for (path, text) in [
        ("a.csv", "id,name\n1,x\n"),
        ("a.csv", "from,to\na,b\n"),
        ("a.csv", "a\nb\n"),
        ("a.json", "id,kind\na,site\n"),
    ] {
        let (facts, _) = translate(&[(path, text)]);
        assert!(
            facts.nodes.is_empty() && facts.requirements.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn very_many_faults_are_cut_short() {
    let text = format!("id,kind,tier\n{}", "a,service,x\n".repeat(5_000));
    assert_eq!(nodes(&text).problems.len(), 1_000);
}

/// Every column is on the page, and the page's tables are read without a fault.
#[test]
fn the_page_says_all_columns_and_its_example_holds() {
    let page = std::fs::read_to_string("docs/csv.md").expect("docs/csv.md");
    for column in super::telling::NODES.iter().chain(&super::telling::EDGES) {
        assert!(
            page.contains(&format!("`{column}`")),
            "`{column}` is not on the page"
        );
    }
    let mut tables = page.split("```csv\n").skip(1);
    let mut table = || {
        tables
            .next()
            .and_then(|rest| rest.split("```").next())
            .expect("a table")
    };
    let (facts, _) = translate(&[
        ("edges.csv", ""),
        ("nodes.csv", table()),
        ("z.csv", table()),
    ]);
    assert!(messages(&facts).is_empty(), "{:?}", messages(&facts));
    assert!(facts.unread.is_empty());
    assert_eq!(facts.nodes.len(), 11);
    assert!(edges(&facts).contains(&"rack:n-17 on 1 of power:a|power:b".to_owned()));
    assert!(edges(&facts).contains(&"service:web soft external:sms-a".to_owned()));
}
