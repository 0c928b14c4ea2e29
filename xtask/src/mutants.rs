//! `cargo xtask mutants`: checks that tests fail when code that handles credits and tasks is changed.
//!
//! `.cargo/mutants.toml` says what is mutated and which tests run. Each mutant that compiles takes minutes, all of them a
//! day, so this is not part of CI.

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cargo::Profile;
use crate::postgres::{self, Postgres};
use crate::progress::step;
use crate::tools::Tool;
use crate::{paths, process, site};

const MUTANTS: Tool = Tool {
    package: "cargo-mutants",
    binary: "cargo-mutants",
    version: "27.1.0",
};

/// The arguments of `cargo xtask mutants`.
#[derive(Args)]
pub struct Options {
    /// Run one part of all mutants, such as 3/20.
    #[arg(long)]
    shard: Option<String>,
    /// Run only mutants whose description matches this regular expression.
    #[arg(long)]
    re: Option<String>,
}

/// Change the code in one place at a time, and run the tests each time.
pub fn mutants(options: &Options) -> Result<()> {
    let root = paths::root()?;
    // Mutants are written into the working tree, because a copy would have to be compiled from scratch.
    let changes = process::output(
        process::command("git")
            .args(["status", "--porcelain"])
            .current_dir(&root),
    )?;
    if !changes.trim().is_empty() {
        bail!(
            "commit or stash first: an interrupted run leaves its last mutant in the working tree"
        );
    }
    site::build(Profile::Release)?;
    let mutants = step("Installing cargo-mutants", || MUTANTS.ensure())?;
    let database = step("Starting PostgreSQL", || Postgres::ensure(false))?;
    step("Mutating", || {
        let mut command = process::command(mutants);
        command
            .args(["mutants", "--in-place", "--baseline=skip", "--output"])
            .arg(root.join("target"))
            .current_dir(&root)
            .env(postgres::URL_VARIABLE, database.url());
        if let Some(shard) = &options.shard {
            command.args(["--shard", shard]);
        }
        if let Some(re) = &options.re {
            command.args(["--re", re]);
        }
        process::run(&mut command).context("mutants survived; target/mutants.out lists them")
    })
}
