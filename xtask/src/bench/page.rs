//! `docs/benchmarks.md`: the results of all benchmarks, and the machine.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use super::Finding;
use crate::{paths, postgres, process};

const INTRODUCTION: &str = "# Benchmarks

Written by `cargo xtask bench`, which builds in release mode, starts a PostgreSQL with `fsync` on, measures all of the
following in one run of about half an hour, and replaces this page. What each subject measures is told in `benches/`
and `end2end/bench/`. The load runs on the same machine as what it loads, so the ratios, each to a yardstick of the same
run, say more of other machines than the absolute figures.
";

/// Write the page.
pub(super) fn write(findings: &[Finding]) -> Result<()> {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n| on | |\n|---|---|\n");
    for (what, value) in machine()? {
        writeln!(page, "| {what} | {value} |")?;
    }
    page.push_str("\n| subject | all aims met |\n|---|---|\n");
    for finding in findings {
        let met = if finding.is_kept { "yes" } else { "no" };
        writeln!(page, "| {} | {met} |", finding.subject.title())?;
    }
    for finding in findings {
        writeln!(page, "\n## {}\n", finding.subject.title())?;
        page.push_str(&section(&finding.text));
    }
    let file = paths::root()?.join("docs/benchmarks.md");
    fs::write(&file, page).with_context(|| format!("cannot write {}", file.display()))
}

/// Keep Markdown tables, and put columns aligned with spaces into code blocks.
fn section(text: &str) -> String {
    let text = text.trim();
    if text.contains("\n|---") {
        format!("{text}\n")
    } else {
        format!("```text\n{text}\n```\n")
    }
}

fn machine() -> Result<Vec<(&'static str, String)>> {
    let output = |program: &str, arguments: &[&str]| -> Result<String> {
        let mut command = process::command(program);
        command.args(arguments).current_dir(paths::root()?);
        Ok(process::output(&mut command)?.trim().to_owned())
    };
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map_or_else(
            || "unknown".to_owned(),
            |it| it.trim_start_matches([' ', '\t', ':']).to_owned(),
        )
    };
    let postgres = postgres::ensure_programs()?.join("postgres");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    Ok(vec![
        (
            "processor",
            format!("{cores} cores of {}", field("/proc/cpuinfo", "model name")),
        ),
        ("memory", field("/proc/meminfo", "MemTotal")),
        ("system", output("uname", &["-sr"])?),
        (
            "database",
            output(&postgres.to_string_lossy(), &["--version"])?,
        ),
        ("compiler", output("rustc", &["--version"])?),
        (
            "commit",
            output("git", &["describe", "--always", "--dirty"])?,
        ),
        ("day", output("date", &["-u", "+%Y-%m-%d"])?),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stay_markdown_and_columns_of_spaces_stay_in_their_place() {
        assert_eq!(section("a\n|---|\n"), "a\n|---|\n");
        assert_eq!(section("a   1\n"), "```text\na   1\n```\n");
    }
}
