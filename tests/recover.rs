//! `spof recover` through the real binary: on the Kakao sample, on small estates, and on what is
//! typed wrongly.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::collections::BTreeMap;

use program::{folder, json, run};
use serde_json::Value;

const KAKAO: &str = "samples/kakao-2022";
const FIRE: [&str; 5] = ["recover", "--down", "site:pangyo", "--repair", "10h"];

fn kakao(args: &[&str]) -> Value {
    json(&[args, &["-i", KAKAO]].concat())
}

/// The estate of one manifest.
fn estate(manifest: &str) -> tempfile::TempDir {
    folder(&[("spof.yaml", manifest)])
}

fn of(folder: &tempfile::TempDir, args: &[&str]) -> Value {
    let path = folder.path().to_str().unwrap();
    let args: Vec<&str> = args.iter().copied().chain(["-i", path]).collect();
    json(&args)
}

/// Seconds until what was away is back.
fn returns(answer: &Value) -> BTreeMap<String, Option<u64>> {
    let returns = answer["returns"].as_array().unwrap().iter();
    returns
        .map(|back| {
            let id = back["id"].as_str().unwrap().to_owned();
            (id, back["recovers_s"].as_u64())
        })
        .collect()
}

fn step<'a>(answer: &'a Value, number: &Value) -> &'a Value {
    let steps = answer["steps"].as_array().unwrap();
    let number = usize::try_from(number.as_u64().unwrap()).unwrap();
    let step = &steps[number - 1];
    assert_eq!(step["number"], number);
    step
}

fn strings(value: &Value) -> Vec<&str> {
    let list = value.as_array().unwrap().iter();
    list.map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn the_fire_text_before_photos_payments_before_taxis_mail_last() {
    let answer = kakao(&FIRE);
    let back = returns(&answer);
    let at = |journey: &str| back[&format!("journey:{journey}")].unwrap();
    assert!(at("send-text") < at("send-photo"));
    assert!(at("pay") < at("call-a-taxi"));
    let last = back.values().map(|at| at.unwrap()).max().unwrap();
    assert_eq!(at("read-mail"), last);
    // Without repair the order holds for what comes back, and the others don't.
    let alone = returns(&kakao(&["recover", "--down", "site:pangyo"]));
    assert_eq!(alone["journey:send-text"], Some(at("send-text")));
    assert_eq!(alone["journey:send-photo"], None);
}

#[test]
fn the_fire_names_the_circle_and_what_misses_its_objective() {
    let answer = kakao(&FIRE);
    let cycles = answer["cycles"].as_array().unwrap();
    assert_eq!(cycles.len(), 1);
    let hops = cycles[0]["cycle"]["hops"].as_array().unwrap();
    let from: Vec<&str> = hops
        .iter()
        .map(|hop| hop["from"].as_str().unwrap())
        .collect();
    assert_eq!(from, ["service:staff-authz", "service:switchover"]);
    for hop in hops {
        let source = &hop["sources"][0];
        assert!(
            source["file"]
                .as_str()
                .unwrap()
                .ends_with("platform.spof.yaml")
        );
        assert!(source["line"].as_u64().unwrap() > 1);
    }
    assert!(strings(&cycles[0]["holds"]).contains(&"journey:call-a-taxi"));
    for back in answer["returns"].as_array().unwrap() {
        let (rto, late) = (back["rto_s"].as_u64(), back["late_s"].as_u64());
        let Some(rto) = rto else { continue };
        let at = back["recovers_s"].as_u64().unwrap();
        assert_eq!(late, Some(at.saturating_sub(rto)), "{back}");
        assert_eq!(back["rto_kept"], at <= rto, "{back}");
    }
    let human = answer_of_people(&FIRE);
    assert!(human.contains("missed by 7h 50m"), "{human}");
    assert!(
        human.contains("gets its standby only with service:switchover"),
        "{human}"
    );
    assert!(
        human.contains("Critical path: journey:read-mail"),
        "{human}"
    );
}

fn answer_of_people(args: &[&str]) -> String {
    let args: Vec<&str> = args.iter().copied().chain(["-i", KAKAO]).collect();
    run(&args).ok()
}

#[test]
fn the_critical_path_is_a_chain_from_zero_to_the_return() {
    let args: Vec<&str> = FIRE
        .iter()
        .copied()
        .chain(["--to", "journey:call-a-taxi"])
        .collect();
    for answer in [kakao(&FIRE), kakao(&args), kakao(&["recover"])] {
        let path = &answer["critical_path"];
        let mut moment = 0;
        for number in path["steps"].as_array().unwrap() {
            let step = step(&answer, number);
            assert_eq!(step["begins_s"], moment);
            assert_eq!(step["critical"], true);
            moment = step["ends_s"].as_u64().unwrap();
        }
        let of = path["of"].as_str().unwrap();
        assert_eq!(returns(&answer)[of], Some(moment));
    }
}

#[test]
fn waves_hold_every_step_once_and_say_who_does_it() {
    let answer = kakao(&FIRE);
    let mut seen = 0;
    for (number, wave) in answer["waves"].as_array().unwrap().iter().enumerate() {
        assert_eq!(wave["number"], number + 1);
        for at in wave["steps"].as_array().unwrap() {
            let step = step(&answer, at);
            assert_eq!(step["wave"], wave["number"]);
            assert_eq!(step["begins_s"], wave["begins_s"]);
            for wait in step["waits_for"].as_array().unwrap() {
                assert!(wait["at_s"].as_u64() <= step["begins_s"].as_u64());
            }
            seen += 1;
        }
    }
    assert_eq!(seen, answer["steps"].as_array().unwrap().len());
    let login = answer["steps"].as_array().unwrap().iter().find(|step| {
        step["kind"] == "start"
            && step["id"]
                .as_str()
                .unwrap()
                .starts_with("replica:login@room")
    });
    assert_eq!(login.unwrap()["owner"], "account-team");
}

#[test]
fn lines_fit_the_page_also_with_wide_names() {
    let folder = estate(
        "
domains: [{id: 'site:판교', title: 판교 데이터센터}]
services:
  - {id: '인증', start_takes: 30m, replicas: [{on: 'site:판교', count: 2}]}
journeys: [{id: '로그인', rto: 5m, requires: ['인증']}]
",
    );
    let path = folder.path().to_str().unwrap();
    let out = run(&[
        "recover",
        "--down",
        "site:판교",
        "--repair",
        "2h",
        "-i",
        path,
    ])
    .ok();
    assert!(out.contains("service:인증 ×2"), "{out}");
    let timeline = out
        .split("Bring-up")
        .nth(1)
        .unwrap()
        .split("Critical")
        .next()
        .unwrap();
    for line in timeline.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 100, "{line}");
    }
    let bars: Vec<usize> = timeline
        .lines()
        .filter_map(|line| {
            let at = line.find(['▓', '█', '·'])?;
            Some(unicode_width::UnicodeWidthStr::width(&line[..at]))
        })
        .collect();
    assert!(
        bars.len() >= 2 && bars.iter().take(2).all(|at| *at == bars[0]),
        "{timeline}"
    );
}

const CIRCLE: &str = "
domains: [{id: site:a}]
services:
  - {id: dns, start: [service:config], start_takes: 1m, replicas: [{on: site:a}]}
  - {id: config, start: [service:dns], start_takes: 1m, replicas: [{on: site:a}]}
  - {id: web, requires: [service:dns], start_takes: 1m, replicas: [{on: site:a}]}
journeys: [{id: buy, rto: 1h, requires: [service:web]}]
";

#[test]
fn what_is_stuck_is_named_with_what_would_free_it() {
    let folder = estate(CIRCLE);
    for args in [
        &["recover"][..],
        &["recover", "--down", "site:a", "--repair", "1h"],
    ] {
        let answer = of(&folder, args);
        let stuck = strings(&answer["stuck"]);
        for id in [
            "service:dns",
            "service:config",
            "service:web",
            "journey:buy",
        ] {
            assert!(stuck.contains(&id), "{id} in {stuck:?}");
        }
        assert_eq!(answer["cycles"][0]["cycle"]["makes"], "stuck");
        let best = &answer["loosen"]["best"][0];
        assert_eq!(best["mode"], "start");
        assert!(strings(&best["frees"]).contains(&"journey:buy"), "{best}");
        assert_eq!(answer["loosen"]["untried"], 0);
        assert!(answer["critical_path"].is_null());
    }
}

#[test]
fn a_restore_is_part_of_the_time_to_recover_where_copies_come_back_empty() {
    let folder = estate(
        "
domains: [{id: site:a}, {id: site:vault}]
stores:
  - id: photos
    rpo: 1h
    replicas:
      - {on: site:a, count: 2}
      - {on: site:vault, replication: {backup: 24h}, standby: {takes: 5h, requires: service:tool}}
  - id: cache
    replicas: [{on: site:a}]
services:
  - {id: tool, start_takes: 1h, replicas: [{on: site:a}]}
",
    );
    let fire = ["recover", "--down", "site:a", "--repair", "2h"];
    let intact = of(&folder, &fire);
    assert_eq!(returns(&intact)["store:photos"], Some(2 * 3600));
    let loss = |answer: &Value, store: &str| {
        let data = answer["data"].as_array().unwrap().clone();
        data.into_iter().find(|one| one["store"] == store).unwrap()
    };
    let photos = loss(&intact, "store:photos");
    assert_eq!(photos["verdict"], "lost-up-to-interval");
    assert_eq!(
        (&photos["rpo_s"], &photos["rpo_kept"]),
        (&3600.into(), &false.into())
    );
    assert_eq!(photos["restore"]["takes_s"], 5 * 3600);
    assert_eq!(strings(&photos["restore"]["requires"]), ["service:tool"]);
    let empty: Vec<&str> = fire.iter().copied().chain(["--restore"]).collect();
    let empty = of(&folder, &empty);
    // The site after 2h, the tool an hour later, and five hours of restoring.
    assert_eq!(returns(&empty)["store:photos"], Some(8 * 3600));
    assert_eq!(
        returns(&empty)["store:cache"],
        Some(2 * 3600),
        "nothing to restore"
    );
    let kinds = empty["steps"].as_array().unwrap().iter();
    assert_eq!(kinds.filter(|step| step["kind"] == "restore").count(), 2);
}

#[test]
fn a_backup_in_the_domain_it_protects_is_named() {
    let folder = estate(
        "
domains: [{id: site:a}]
stores:
  - {id: drive, replicas: [{on: site:a}, {on: site:a, replication: {backup: 24h}}]}
",
    );
    let path = folder.path().to_str().unwrap();
    for args in [
        &["recover", "--down", "site:a", "--repair", "2h", "-i", path][..],
        &["blast", "site:a", "-i", path],
    ] {
        let out = run(args).ok();
        assert!(out.contains("✗ lost"), "{out}");
        assert!(
            out.contains("stands where the data stood, and went with it"),
            "{out}"
        );
    }
}

#[test]
fn the_runbook_has_every_step_and_nothing_in_a_name_acts() {
    let folder = estate(
        "
domains: [{id: 'site:<b>|@all`x`'}]
services:
  - {id: web, owner: 'team <script>', start_takes: 30m, replicas: [{on: 'site:<b>|@all`x`'}]}
journeys: [{id: buy, rto: 1h, requires: [service:web]}]
",
    );
    let path = folder.path().to_str().unwrap();
    let out = run(&["recover", "--format", "markdown", "-i", path]).ok();
    assert!(out.contains("- [ ] **start `service:web`**"), "{out}");
    assert!(!out.contains("<script>") && !out.contains("<b>|"), "{out}");
    assert!(!out.contains("@all"), "{out}");
    let answer = of(&folder, &["recover"]);
    let ticks = out.matches("- [ ]").count();
    assert!(ticks > 0 && ticks <= answer["steps"].as_array().unwrap().len());
}

#[test]
fn what_contradicts_itself_is_one_clear_message() {
    for (args, said) in [
        (
            &["--repair", "10h"][..],
            "`--repair` says nothing without `--down`",
        ),
        (&["--restore"], "`--restore` says nothing without `--down`"),
        (
            &["--down", "site:pangyo", "--repair", "site:anyang=10h"],
            "`site:anyang` is not down, so it can't be repaired",
        ),
        (
            &["--down", "site:pangyo=4h", "--repair", "site:pangyo=5h"],
            "`site:pangyo` can't be repaired both after 4h and after 5h",
        ),
        (
            &["--down", "site:pangyo=4h", "site:pangyo=5h"],
            "`site:pangyo` is named twice, with different repairs",
        ),
        (
            &["--down", "site:pangyo", "--repair", "1h", "--repair", "2h"],
            "two different times are given to `--repair`",
        ),
        (
            &["--down", "site:pangyo", "--repair", "soon"],
            "is not a duration",
        ),
        (&["--down", "journey:pay"], "can't fail by itself"),
        (&["--down", "site:pangjo"], "did you mean"),
    ] {
        let all: Vec<&str> = ["recover", "-i", KAKAO]
            .iter()
            .chain(args)
            .copied()
            .collect();
        let ran = run(&all);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(said), "{ran:?}");
        assert!(ran.out.is_empty(), "{ran:?}");
        assert_eq!(ran.err.matches("error:").count(), 1, "{ran:?}");
    }
}

#[test]
fn each_fault_is_repaired_at_its_time() {
    let answer = kakao(&[
        "recover",
        "--down",
        "site:pangyo",
        "site:anyang=2d",
        "--repair",
        "10h",
    ]);
    assert_eq!(answer["repaired_s"]["site:pangyo"], 36_000);
    assert_eq!(answer["repaired_s"]["site:anyang"], 172_800);
}
