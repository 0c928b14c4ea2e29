//! `cargo xtask train`: runs `training/train.py` with pinned packages.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::progress::{note, step};
use crate::{apt, fingerprint, paths, process, run};

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
    let folder = paths::root()?.join("training");
    let environment = folder.join(".venv");
    let python = environment.join("bin/python");
    let requirements = folder.join("requirements.txt");
    let wanted =
        fingerprint::of(&fs::read(&requirements).context("cannot read training/requirements.txt")?);
    let stamp = environment.join("installed");
    if python.is_file() && fs::read_to_string(&stamp).unwrap_or_default() == wanted {
        return Ok(python);
    }
    let mut make = process::command("python3");
    make.args(["-m", "venv", "--clear"]).arg(&environment);
    if process::run(&mut make).is_err() {
        process::go_on()?;
        apt::install(&["python3", "python3-venv"], "training needs it")?;
        process::run(&mut make)?;
    }
    note("installing the pinned packages");
    let mut pip = process::command(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ])
    .arg(&requirements);
    process::run(&mut pip).context("pip cannot install training/requirements.txt")?;
    fs::write(stamp, wanted)?;
    Ok(python)
}
