//! `cargo xtask train`: runs `training/train.py` with pinned packages.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::progress::step;
use crate::{paths, process, python, run};

/// The arguments of `cargo xtask train`.
#[derive(Args)]
pub struct Options {
    /// CSV of finished campaigns in the wire format, with a column `success`.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// CSV of finished campaigns with the money raised and the number of backers.
    #[arg(long, value_name = "FILE")]
    outcomes: PathBuf,
    /// CSV of finished campaigns with the creator's history and the rewards.
    #[arg(long, value_name = "FILE")]
    creators: PathBuf,
}

/// Train the model. Python calls the server's own code to compute the features.
pub fn train(options: &Options) -> Result<()> {
    let files = [
        ("--data", &options.data),
        ("--outcomes", &options.outcomes),
        ("--creators", &options.creators),
    ];
    let folder = paths::root()?.join("training");
    let program = run::build()?;
    let python = step("Setting up Python", ensure_python)?;
    step("Training", || {
        let mut command = process::command(python);
        command.arg("train.py").current_dir(&folder);
        for (name, path) in files {
            let path = path
                .canonicalize()
                .with_context(|| format!("cannot find {}", path.display()))?;
            command.arg(name).arg(path);
        }
        process::run(command.env("PLEDGECAST_BIN", program))
    })
}

/// A Python environment with the packages of `training/requirements.txt`, created if it is missing.
pub fn ensure_python() -> Result<PathBuf> {
    python::ensure(&paths::root()?.join("training"), "training needs it")
}
