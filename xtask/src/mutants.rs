//! `cargo xtask mutants`: whether the tests notice when the code that keeps the books is changed.
//!
//! `.cargo/mutants.toml` says what is mutated and which tests run. Each mutant that compiles takes minutes, all of them a
//! day, so this is not part of CI.

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::postgres::{self, Postgres};
use crate::progress::Steps;
use crate::site::{BuildProfile, Site};
use crate::tools::Tool;
use crate::{paths, process};

const MUTANTS: Tool = Tool {
    package: "cargo-mutants",
    binary: "cargo-mutants",
    version: "27.1.0",
};

/// What `cargo xtask mutants` takes.
#[derive(Args)]
pub struct Options {
    /// Take one part of all mutants only, such as 3/20.
    #[arg(long)]
    shard: Option<String>,
    /// Take only the mutants whose description matches this regular expression.
    #[arg(long)]
    re: Option<String>,
}

/// Change the code in one place after the other, and run the tests each time.
pub fn mutants(options: &Options) -> Result<()> {
    let root = paths::root()?;
    // The tree is changed where it lies, because a copy would have to be compiled from nothing.
    let changes = process::output(
        process::command("git")
            .args(["status", "--porcelain"])
            .current_dir(&root),
    )?;
    if !changes.trim().is_empty() {
        bail!("commit or stash first: a run that is broken off leaves its last mutant behind");
    }
    let site = Site::check(BuildProfile::Release)?;
    let mut steps = Steps::new(site.steps() + 3);
    site.build(&mut steps)?;
    let mutants = steps.step("Installing cargo-mutants", || MUTANTS.ensure())?;
    let database = steps.step("Starting PostgreSQL", || Postgres::ensure(false))?;
    steps.step("Mutating", || {
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
