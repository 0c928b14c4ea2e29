//! Building and running the program `pledgecast`.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};

use anyhow::Result;

use crate::process::Job;
use crate::{cargo, paths, process};

/// The name of the program and of its package.
const NAME: &str = "pledgecast";

/// How the server is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Compiles quickly.
    Dev,
    /// Runs quickly.
    Release,
}

/// Build the program. The assets must be built before, because the server embeds them.
pub fn build(profile: Profile) -> Result<PathBuf> {
    let mut command = process::cargo();
    command
        .args(["build", "--package", NAME, "--bin", NAME])
        .current_dir(paths::root()?);
    if profile == Profile::Release {
        command.arg("--release");
    }
    cargo::program(&cargo::make(&mut command)?, NAME)
}

/// Serve in the foreground until the server ends.
pub fn serve(program: &Path, arguments: &[String]) -> Result<ExitCode> {
    let mut command = process::command(program);
    command.arg("serve").args(arguments);
    Ok(exit_code(Job::start(&mut command)?.wait()?))
}

/// Serve in the background.
pub fn start(program: &Path, arguments: &[String]) -> Result<Job> {
    Job::start(process::command(program).arg("serve").args(arguments))
}

/// The exit code as shells report it: 128 plus the number of the signal that ended the program.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or(1));
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
