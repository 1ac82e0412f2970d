//! Both readers say the same of every text; and `lines` does read what manifests are written in.

use super::*;

const F: FileId = FileId(0);

/// What `read` makes of a text is what the parser alone makes of it.
fn agree(text: &str) {
    let limits = Limits::default();
    let both = format!("{:?}", read(F, text, &limits));
    let events = format!("{:?}", events::read(F, text, &limits));
    assert_eq!(both, events, "{text:?}");
}

/// Whether all documents of `text` are read line by line.
fn is_plain(text: &str) -> bool {
    let limits = Limits::default();
    let mut pile = Pile::new(F, &limits);
    let mut at = 0;
    while at < text.len() {
        let end = end_of_piece(text, at);
        if lines::document(&mut pile, &text[..end], at).is_none() {
            return false;
        }
        at = end;
    }
    lines::may_read(text)
}

const DEPLOYMENT: &str = "# owned by team 7
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart   # as before
  labels: {app: cart, \"tier\": '1', empty: }
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: main
        image: registry.example.org/cart:1.0
        command: [sh, -c, \"exec \\\"$0\\\"\\n\"]
        args:
          - --url=http://db:5432/x#y
          -
          - - nested
            - 'it''s'
        env: []
        # the last one
        resources:
          limits: {cpu: 100m}
      volumes:

      - name: scratch
        emptyDir: {}
---   # the second
a:
b:
  script: |
    #!/bin/sh
      echo \"$A\"

    exit
  other: |-

    x

  folded: >-
    one
    two
  last: >
    end
c: ~
---
# nothing
---
- 판교: 안양
-   - x
-  # behind
-
";

#[test]
fn manifests_are_read_line_by_line_as_the_parser_reads_them() {
    assert!(is_plain(DEPLOYMENT));
    agree(DEPLOYMENT);
    let reading = read(F, DEPLOYMENT, &Limits::default());
    let indexes: Vec<u32> = reading.documents.iter().map(|d| d.index).collect();
    assert_eq!(indexes, [0, 1, 3]);
    assert_eq!(reading.documents[0].comments.len(), 3);
}

#[test]
fn each_text_is_read_as_the_parser_reads_it() {
    for text in [
        "",
        "\n",
        "# only a comment",
        "---",
        "--- # c\n---\n",
        "a: 1",
        "a: 1\n...\n# c\n---\nb: 2\n",
        "a: b\n  c\nd: 1\n",
        "a: \"x\n  y\"\n",
        "a: &x 1\nb: *x\n---\nc: *x\n",
        "a: !t 1\n<<: {b: 1}\n",
        "? a\n: b\n",
        "a: 1\n b: 2\n",
        "a:\n  b: 1\n c: 2\n",
        "- a\nb: 1\n",
        "a: 1\n- b\n",
        "a: b: c\n",
        "a : b\n",
        "a: |+\n  x\n\n",
        "a: |2\n   x\n",
        "a: | # c\n  x\n",
        "a: |\n  x",
        "a: |\n    x\n  y: 1\n",
        "a: |\n\n\n   x\n  y\n",
        "a: >\n  x\n    y\n\n  z\n",
        "a: |\nb: |-\n\n---\nc: >\n",
        "|\n x\n---\n>\n--- # c\n",
        "- >-\n  a: b\n\n    \n-\n",
        "a: [1, 2\n---\nb: 1\n",
        "a: [b: c, {d, e: }, \"f\":1]\n",
        "a: {b: [c, {d: [e]}], }\n",
        "a: 'x' y\n",
        "a: 'x'# c\n",
        "a:\tb\n",
        "\ta: b\n",
        "a: 1\r\nb: 2\r\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: 1\n...\n%YAML 1.2\n---\nb: 1\n",
        "a: 1\n---x: 2\n",
        "--- a\n--- |\n  x\n",
        "a: 1\na: 2\n---\nb: {c: 1, c: 2}\n",
        "\u{feff}a: 1\n",
        "a: \u{85}b\n",
        "a: x\u{7}\n",
        "*: 1\n",
        "a: @b\n",
        "a: -\n",
        "a: - b\n",
        "- -\n  - a\n -\n",
        "[a, b]\n",
        "a:\n- b\n\n# c\n  # d\n- c:\n  - d\n  e: f\ng:\n-  # h\n\n  - i\n",
    ] {
        agree(text);
    }
    let key = "k".repeat(1_100);
    agree(&format!("{key}: 1\n"));
    agree(&format!("a:\n{}b\n", "- ".repeat(200)));
    agree(&format!("a: {}{}\n", "[".repeat(40), "]".repeat(40)));
}

#[test]
fn limits_hold_in_both() {
    let some = Limits {
        documents: 2,
        depth: 3,
        nodes: 6,
        ..Limits::default()
    };
    for text in [
        "a: 1\n---\nb: 1\n---\nc: 1\n",
        "a:\n  b:\n    c:\n      d: 1\n---\ne: 1\n",
        "a: [[[[1]]]]\n",
        "- a\n- b\n- c\n- d\n- e\n- f\n- g\n---\na: 1\n",
    ] {
        let both = format!("{:?}", read(F, text, &some));
        assert_eq!(both, format!("{:?}", events::read(F, text, &some)));
        assert!(both.contains("OverLimit"), "{text:?}");
    }
}

/// Numbers that look random, the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

const BITS: [&str; 44] = [
    "a",
    "key",
    ": ",
    ":",
    ":\n",
    "\n",
    "\n  ",
    "\n    ",
    "\n ",
    "- ",
    "-",
    "-\n",
    " ",
    "#",
    " # c\n",
    "\"",
    "'",
    "\"x\"",
    "''",
    "\\n",
    "|",
    "|-\n",
    ">-\n",
    "{}",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "---\n",
    "\n---\n",
    "...\n",
    "&a ",
    "*a",
    "!t ",
    "? ",
    "~",
    "판",
    "\t",
    "a: b\n",
    "  - c: d\n",
    "|\n  t\n",
    "%",
    "<<",
];

#[test]
fn texts_made_of_pieces_of_yaml_are_read_alike() {
    let mut numbers = Numbers(20_221_015);
    for _ in 0..10_000 {
        let length = 1 + numbers.below(20);
        let text: String = (0..length)
            .map(|_| BITS[numbers.below(BITS.len())])
            .collect();
        agree(&text);
    }
}

#[test]
fn manifests_with_mistakes_are_read_alike() {
    let lines: Vec<&str> = DEPLOYMENT.split_inclusive('\n').collect();
    let mut numbers = Numbers(1_273_300);
    let mut plain = 0;
    for _ in 0..10_000 {
        let from = numbers.below(lines.len());
        let to = lines.len().min(from + 1 + numbers.below(12));
        let mut text = lines[from..to].concat();
        for _ in 0..numbers.below(3) {
            let at = text.floor_char_boundary(numbers.below(text.len() + 1));
            let end = text.ceil_char_boundary(text.len().min(at + numbers.below(3)));
            let bit = ["", BITS[numbers.below(BITS.len())]][numbers.below(2)];
            text.replace_range(at..end, bit);
        }
        plain += usize::from(is_plain(&text));
        agree(&text);
    }
    assert!(plain > 3_000, "{plain}");
}

/// Every YAML file of the real inputs.
#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn real_files_are_read_alike() {
    let folder = std::env::var("SPOF_REAL_INPUTS").unwrap();
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let path = entry.path();
        let extension = path.extension().and_then(std::ffi::OsStr::to_str);
        if matches!(extension, Some("yaml" | "yml"))
            && let Ok(text) = std::fs::read_to_string(path)
        {
            agree(&text);
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}
