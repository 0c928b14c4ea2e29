//! Python environments with the packages that a folder pins.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::progress::note;
use crate::{apt, fingerprint, process};

/// The Python of an environment with the packages of `requirements.txt` in the folder, which is made in `.venv` there if it
/// is missing. `purpose` says what needs it.
pub fn ensure(folder: &Path, purpose: &str) -> Result<PathBuf> {
    let environment = folder.join(".venv");
    let python = environment.join("bin/python");
    let requirements = folder.join("requirements.txt");
    let reading = || format!("cannot read {}", requirements.display());
    let wanted = fingerprint::of(&fs::read(&requirements).with_context(reading)?);
    let stamp = environment.join("installed");
    if python.is_file() && fs::read_to_string(&stamp).unwrap_or_default() == wanted {
        return Ok(python);
    }
    let mut make = process::command("python3");
    make.args(["-m", "venv", "--clear"]).arg(&environment);
    if process::run(&mut make).is_err() {
        process::go_on()?;
        apt::install(&["python3", "python3-venv"], purpose)?;
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
    process::run(&mut pip)
        .with_context(|| format!("pip cannot install {}", requirements.display()))?;
    fs::write(stamp, wanted)?;
    Ok(python)
}
