//! Texts that no test of behaviour reads: translations that nothing uses, and paths in the documentation.

use std::path::Path;

use serde_json::Value;

use crate::architecture::sources;

/// Folders and files that documentation names by their path in the repository.
const ROOTS: [&str; 12] = [
    "src/",
    "xtask/",
    "clients/",
    "crates/",
    "tests/",
    "migration/",
    "end2end/",
    "docs/",
    "style/",
    "locales/",
    "benches/",
    ".ci/",
];

#[test]
fn every_translated_text_is_used() {
    let english: Value = serde_json::from_str(&read("locales/en.json")).unwrap();
    let code: String = sources("src").into_iter().map(|(_, text)| text).collect();
    let code: String = code.split_whitespace().collect();
    let mut unused = Vec::new();
    for (section, texts) in english.as_object().unwrap() {
        for name in texts.as_object().unwrap().keys() {
            let forms = ["_zero", "_one", "_two", "_few", "_many", "_other"];
            let base = forms.iter().find_map(|form| name.strip_suffix(form));
            let is_used = |name: &str| {
                let key = format!("{section}.{name}");
                let is_end =
                    |rest: &str| !rest.starts_with(|it: char| it.is_alphanumeric() || it == '_');
                let mut found = code.match_indices(&key);
                found.any(|(at, _)| is_end(&code[at + key.len()..]))
            };
            if !is_used(name) && !base.is_some_and(is_used) {
                unused.push(format!("{section}.{name}"));
            }
        }
    }
    assert!(unused.is_empty(), "unused texts: {unused:?}");
}

#[test]
fn paths_in_the_documentation_exist() {
    let mut documents = vec![
        "README.md".to_owned(),
        "CONTRIBUTING.md".to_owned(),
        "SECURITY.md".to_owned(),
    ];
    for folder in ["docs", "docs/adr"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if Path::new(&name).extension().is_some_and(|it| it == "md") {
                documents.push(format!("{folder}/{name}"));
            }
        }
    }
    let mut missing = Vec::new();
    for document in documents {
        let text = read(&document);
        // Every second part is between backticks.
        for path in text.split('`').skip(1).step_by(2) {
            let is_path = ROOTS.iter().any(|it| path.starts_with(it))
                && !path.contains([' ', '*', '{', '<', '…', '\n']);
            if is_path && !root().join(path).exists() {
                missing.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "no such paths:\n{}", missing.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}
