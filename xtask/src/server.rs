//! Building and running the program `pledgecast`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::cargo::Profile;
use crate::progress::step;
use crate::{cargo, paths, process};

/// The name of the program and of its package.
const NAME: &str = "pledgecast";

/// Build the program. The assets must be built before, because the server embeds them.
pub fn build(profile: Profile) -> Result<PathBuf> {
    let mut command = process::cargo();
    command
        .args(["build", "--package", NAME, "--bin", NAME])
        .current_dir(paths::root()?);
    if profile == Profile::Release {
        command.arg("--release");
    }
    step("Building the server", || {
        cargo::program(&cargo::make(&mut command)?, NAME)
    })
}

/// Who may buy credits. Off by default, so that nobody offers free credits by mistake.
const TOP_UPS: &str = "PLEDGECAST_TOP_UPS";

/// The command that serves. Whoever tries the service can add credits.
pub fn serve(program: &Path, arguments: &[String]) -> Command {
    let mut command = process::command(program);
    if std::env::var_os(TOP_UPS).is_none() {
        command.env(TOP_UPS, "demonstration");
    }
    command.arg("serve").args(arguments);
    command
}
