//! Running cargo builds and finding the files that they wrote.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// One artifact, built or up to date.
pub struct Artifact {
    /// The target's name, such as `pledgecast`.
    pub name: String,
    /// What kind of target: `bin`, `cdylib`, `test` and so on.
    pub kinds: Vec<String>,
    /// Whether it is a test harness.
    pub is_test: bool,
    /// The files.
    pub files: Vec<PathBuf>,
}

impl Artifact {
    fn parse(line: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(line).ok()?;
        if message["reason"] != "compiler-artifact" {
            return None;
        }
        let texts = |value: &Value| -> Vec<String> {
            let items = value.as_array().into_iter().flatten();
            items
                .filter_map(Value::as_str)
                .map(ToOwned::to_owned)
                .collect()
        };
        Some(Self {
            name: message["target"]["name"].as_str()?.to_owned(),
            kinds: texts(&message["target"]["kind"]),
            is_test: message["profile"]["test"].as_bool()?,
            files: texts(&message["filenames"])
                .into_iter()
                .map(PathBuf::from)
                .collect(),
        })
    }
}

/// Run a subcommand of cargo that builds, and list the artifacts. Its progress goes to the terminal.
pub fn make(command: &mut Command) -> Result<Vec<Artifact>> {
    make_with(command, &[])
}

/// The same, with compiler arguments for the artifacts but not for their dependencies.
pub fn make_with(command: &mut Command, for_compiler: &[&str]) -> Result<Vec<Artifact>> {
    command.arg("--message-format=json-render-diagnostics");
    if !for_compiler.is_empty() {
        command.arg("--").args(for_compiler);
    }
    let messages = process::output(command)?;
    Ok(messages.lines().filter_map(Artifact::parse).collect())
}

/// The file of a program among the artifacts.
pub fn program(artifacts: &[Artifact], name: &str) -> Result<PathBuf> {
    let made = artifacts.iter().find(|artifact| {
        artifact.name == name
            && !artifact.is_test
            && artifact.kinds.iter().any(|kind| kind == "bin")
    });
    let file = made.and_then(|artifact| artifact.files.first());
    file.cloned()
        .with_context(|| format!("cargo built no program {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = r#"{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"pledgecast"},
        "profile":{"test":false},"filenames":["/there/pledgecast"],"fresh":true}"#;

    #[test]
    fn the_program_is_found_and_not_its_test_harness() {
        let harness = PROGRAM
            .replace("\"test\":false", "\"test\":true")
            .replace("/there/", "/deps/");
        let lines = [
            harness.as_str(),
            PROGRAM,
            r#"{"reason":"build-finished","success":true}"#,
        ];
        let made: Vec<_> = lines
            .iter()
            .filter_map(|line| Artifact::parse(line))
            .collect();
        assert_eq!(made.len(), 2);
        assert_eq!(
            program(&made, "pledgecast").unwrap(),
            PathBuf::from("/there/pledgecast")
        );
        assert!(program(&made, "other").is_err());
    }
}
