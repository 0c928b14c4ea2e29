//! `cargo xtask lint`: licences and sources of dependencies, unused dependencies, and spelling.

use anyhow::Result;

use crate::progress::{note, step};
use crate::tools::Tool;
use crate::{paths, process};

const DENY: Tool = Tool {
    package: "cargo-deny",
    binary: "cargo-deny",
    version: "0.20.2",
};
const MACHETE: Tool = Tool {
    package: "cargo-machete",
    binary: "cargo-machete",
    version: "0.9.2",
};
const TYPOS: Tool = Tool {
    package: "typos-cli",
    binary: "typos",
    version: "1.52.0",
};

/// Checks what the compiler does not.
pub fn lint() -> Result<()> {
    let root = paths::root()?;
    step("Checking the spelling", || {
        process::run(process::command(TYPOS.ensure()?).current_dir(&root))
    })?;
    step("Looking for unused dependencies", || {
        // Under `CARGO`, which xtask inherits, it expects to be called as a subcommand.
        let mut machete = process::command(MACHETE.ensure()?);
        process::run(machete.arg("machete").current_dir(&root))
    })?;
    let deny = |check: &[&str]| -> Result<()> {
        let mut deny = process::command(DENY.ensure()?);
        process::run(deny.args(check).current_dir(&root))
    };
    step(
        "Checking licences, bans and sources of dependencies",
        || deny(&["check", "licenses", "bans", "sources"]),
    )?;
    step("Checking dependencies for advisories", || {
        // The database of advisories is a Git repository, which not every network reaches.
        if deny(&["fetch", "db"]).is_err() {
            note("skipped: the advisory database cannot be fetched");
            return Ok(());
        }
        deny(&["check", "--disable-fetch", "advisories"])
    })
}
