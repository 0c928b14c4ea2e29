//! Running cargo builds and finding the files that they wrote.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::process;

/// How code is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quickly, for `cargo xtask dev`. The client bundle is neither split nor compressed.
    Dev,
    /// To run quickly, with a small client bundle.
    Release,
}

/// Run a subcommand of cargo that builds, and list its messages about artifacts. Its progress goes to the terminal.
pub fn make(command: &mut Command) -> Result<Vec<Value>> {
    make_with(command, &[])
}

/// The same, with compiler arguments for the artifacts but not for their dependencies.
pub fn make_with(command: &mut Command, for_compiler: &[&str]) -> Result<Vec<Value>> {
    command.arg("--message-format=json-render-diagnostics");
    if !for_compiler.is_empty() {
        command.arg("--").args(for_compiler);
    }
    Ok(artifacts(&process::output(command)?))
}

fn artifacts(messages: &str) -> Vec<Value> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    messages
        .filter(|message: &Value| message["reason"] == "compiler-artifact")
        .collect()
}

/// The files of an artifact.
pub fn files(artifact: &Value) -> impl Iterator<Item = PathBuf> {
    let files = artifact["filenames"].as_array().into_iter().flatten();
    files.filter_map(Value::as_str).map(PathBuf::from)
}

/// The file of a program among the artifacts.
pub fn program(artifacts: &[Value], name: &str) -> Result<PathBuf> {
    let program = artifacts.iter().find(|artifact| {
        let target = &artifact["target"];
        target["name"] == name
            && target["kind"] == json!(["bin"])
            && artifact["profile"]["test"] == false
    });
    let file = program.and_then(|program| files(program).next());
    file.with_context(|| format!("cargo built no program {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = r#"{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"pledgecast"},"profile":{"test":false},"filenames":["/there/pledgecast"],"fresh":true}"#;

    #[test]
    fn the_program_is_found_and_not_its_test_harness() {
        let harness = PROGRAM
            .replace("\"test\":false", "\"test\":true")
            .replace("/there/", "/deps/");
        let finished = r#"{"reason":"build-finished","success":true}"#;
        let made = artifacts(&[&harness, PROGRAM, finished].join("\n"));
        assert_eq!(made.len(), 2);
        assert_eq!(
            program(&made, "pledgecast").unwrap(),
            PathBuf::from("/there/pledgecast")
        );
        assert!(program(&made, "other").is_err());
    }
}
