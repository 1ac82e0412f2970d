use camino::Utf8PathBuf;

use crate::discover::{Request, read};
use crate::model::json::to_json;
use crate::model::{Model, build};
use crate::source::{Limits, SourceMap};
use crate::words::Assume;

fn sample(name: &str) -> (Model, SourceMap) {
    let path = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name);
    let inputs = read(&Request {
        paths: vec![path],
        no_gitignore: false,
        limits: Limits::default(),
        selection: crate::config::selection::Selection::default(),
    })
    .unwrap();
    let (told, unclaimed) = crate::ingest::run(&inputs.documents, &inputs.sources);
    assert_eq!(unclaimed, []);
    (
        build(told, &inputs.sources, Assume::Pessimistic),
        inputs.sources,
    )
}

#[test]
fn samples_are_clean() {
    for name in ["kakao-2022", "kakao-2022-fixed"] {
        let (model, sources) = sample(name);
        let problems: Vec<String> = model
            .problems
            .iter()
            .map(|problem| format!("{}: {}", sources.location(problem.span), problem.message))
            .collect();
        assert!(problems.is_empty(), "{problems:#?}");
        let source = &model.sources[0];
        assert_eq!(
            (model.sources.len(), source.adapter, source.documents),
            (1, "native", 6)
        );
        let login = model.by_id("service:login/replicas");
        let places = &to_json(&model, &sources).requirements;
        let found = places.iter().find(|found| found.id == login.id).unwrap();
        assert!(found.sources[0].file.ends_with("services.spof.yaml"));
        let members = model.requirements.iter().flat_map(|found| &found.members);
        assert!(members.filter(|member| member.standby.is_some()).count() > 3);
    }
}
