use super::*;
#[test]
fn dump() {
    for dir in ["samples/kakao-2022", "samples/kakao-2022-fixed"] {
        let mut files: Vec<(String, String)> = std::fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().path())
            .map(|p| {
                (
                    p.display().to_string(),
                    std::fs::read_to_string(&p).unwrap(),
                )
            })
            .collect();
        files.sort();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let l = lint(&files);
        eprintln!("==== {dir}");
        for c in Code::ALL {
            eprintln!("{}", l.told(*c));
        }
    }
}
