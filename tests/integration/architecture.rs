//! The layout of the code: which module may use which, and the maximum length of a file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 400;

/// Where the rules for files apply.
const RUST_FOLDERS: [&str; 5] = [
    "src",
    "crates",
    "migration/src",
    "xtask/src",
    "tests/integration",
];

/// The modules under `src`, each with the modules that it may use. Other modules may not exist.
const ALLOWED: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("metrics", &[]),
    ("inference", &["metrics", "types"]),
    ("database", &["metrics", "types"]),
    ("entities", &["types"]),
    ("queue", &["database", "entities", "types"]),
    (
        "services",
        &[
            "database",
            "entities",
            "inference",
            "metrics",
            "queue",
            "types",
        ],
    ),
    (
        "worker",
        &[
            "database",
            "entities",
            "inference",
            "metrics",
            "queue",
            "services",
            "types",
        ],
    ),
    (
        "delivery",
        &[
            "database", "entities", "metrics", "queue", "services", "types",
        ],
    ),
    (
        "mail",
        &["database", "entities", "i18n", "queue", "services", "types"],
    ),
    ("api", &["services", "types"]),
    ("client", &["api", "i18n", "types"]),
    ("components", &["api", "client", "i18n", "types"]),
    ("pages", &["api", "client", "components", "i18n", "types"]),
    (
        "app",
        &["api", "client", "components", "i18n", "pages", "types"],
    ),
    (
        "server",
        &[
            "api",
            "app",
            "client",
            "components",
            "entities",
            "i18n",
            "inference",
            "metrics",
            "queue",
            "services",
            "types",
        ],
    ),
    (
        "commands",
        &[
            "database",
            "delivery",
            "inference",
            "mail",
            "metrics",
            "queue",
            "server",
            "services",
            "types",
            "worker",
        ],
    ),
];

/// The entry points of the crate, which may use everything.
const ENTRY_POINTS: [&str; 2] = ["lib", "main"];

#[test]
fn each_module_uses_only_what_is_allowed() {
    let mut broken = Vec::new();
    for (path, text) in sources("src") {
        let module = module_of(&path);
        if ENTRY_POINTS.contains(&module.as_str()) {
            continue;
        }
        let allowed = ALLOWED.iter().find(|(name, _)| *name == module);
        let Some((_, allowed)) = allowed else {
            broken.push(format!("{}: {module} is not in ALLOWED", path.display()));
            continue;
        };
        for used in used_modules(&text) {
            if used != module && !allowed.contains(&used.as_str()) {
                broken.push(format!("{}: {module} -> {used}", path.display()));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "modules use others that ALLOWED does not list:\n{}",
        broken.join("\n")
    );
}

#[test]
fn all_listed_modules_exist() {
    let there: BTreeSet<String> = sources("src")
        .iter()
        .map(|(path, _)| module_of(path))
        .collect();
    for (module, _) in ALLOWED {
        assert!(there.contains(*module), "{module}");
    }
}

/// Relies on the formatter of views, which puts text between tags on its own line.
#[test]
fn views_contain_no_words() {
    let literal = |line: &str| {
        let line = line.trim();
        let inner = line.strip_prefix('"')?.strip_suffix('"')?;
        let is_text = inner.contains(' ') || inner.starts_with(char::is_uppercase);
        // Looks for runs of letters, which the path of an icon does not have.
        let is_word = inner
            .split(|it: char| !it.is_alphabetic())
            .any(|run| run.chars().count() > 2);
        (is_text && is_word && !inner.contains('"')).then(|| line.to_owned())
    };
    let found: Vec<String> = ["src/pages", "src/components"]
        .into_iter()
        .flat_map(sources)
        .flat_map(|(path, text)| {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let words: Vec<_> = code.lines().filter_map(literal).collect();
            words
                .into_iter()
                .map(move |it| format!("{}: {it}", path.display()))
        })
        .collect();
    assert!(
        found.is_empty(),
        "words outside locales/:\n{}",
        found.join("\n")
    );
}

#[test]
fn files_have_at_most_400_lines() {
    let long: Vec<String> = RUST_FOLDERS
        .into_iter()
        .flat_map(sources)
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{}: {lines}", path.display()))
        .collect();
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}

#[test]
fn each_file_has_a_module_comment() {
    let silent: Vec<String> = RUST_FOLDERS
        .into_iter()
        .flat_map(sources)
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no `//!`:\n{}", silent.join("\n"));
}

#[test]
fn used_modules_are_found_in_all_notations() {
    let text = "use crate::types::Campaign;\nuse crate::{queue::Lease, services::{Clock, ledger}};\n\
                fn f() { crate::entities::task::find(); } // crate::pages is a comment\n\
                //! [`crate::server`] too\nuse crate::{\n    api::balance,\n    worker,\n};\n";
    let found: Vec<String> = used_modules(text).into_iter().collect();
    assert_eq!(
        found,
        ["api", "entities", "queue", "services", "types", "worker"]
    );
}

/// All Rust files below a folder of the repository, with their paths relative to the repository.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    files
}

/// The top-level module that a file belongs to.
fn module_of(path: &Path) -> String {
    let part = path.components().nth(1).unwrap().as_os_str();
    let name = part.to_str().unwrap();
    name.trim_end_matches(".rs").to_owned()
}

/// The top-level modules that a text names after `crate::`.
fn used_modules(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    let code = code.join("\n");
    let mut modules = BTreeSet::new();
    for (start, mark) in code.match_indices("crate::") {
        // Ignores longer names that end in `crate`, such as `my_crate::`.
        if code[..start].ends_with(|it: char| it.is_alphanumeric() || it == '_') {
            continue;
        }
        let rest = &code[start + mark.len()..];
        match rest.strip_prefix('{') {
            Some(group) => modules.extend(first_names(group)),
            None => modules.extend(first_name(rest)),
        }
    }
    modules
}

/// The first name of each entry of a `use` group, without its opening brace.
fn first_names(group: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut depth = 0;
    let mut entry = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.extend(first_name(&group[entry..at]));
                entry = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> Option<String> {
    let path = path.trim_start();
    let end = path
        .find(|it: char| !it.is_alphanumeric() && it != '_')
        .unwrap_or(path.len());
    (end > 0).then(|| path[..end].to_owned())
}
