//! Running commands: with their output, and errors that name the command.

mod job;

use std::ffi::OsStr;
use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

pub use job::{Job, go_on, pass_signals_on, stop_requested};

/// How many lines of a failed command's standard error are reported.
const LAST_LINES: usize = 3;

/// Variables that `cargo run` sets for xtask. Builds that xtask starts would take them for changes.
const CARGO_RUN_PREFIXES: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// A command without the variables that `cargo run` set for xtask.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    remove_variables(&mut command, &CARGO_RUN_PREFIXES);
    command
}

/// Start a command without the variables whose names begin with one of the prefixes.
pub fn remove_variables(command: &mut Command, prefixes: &[&str]) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if prefixes.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// The cargo that started xtask.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Run in the foreground. Failure is an error that names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = Job::start(command)?.wait()?;
    succeeded(command, status)
}

/// Run in the foreground and return the standard output. Failure is an error.
pub fn output(command: &mut Command) -> Result<String> {
    let (text, status) = text_and_status(command)?;
    succeeded(command, status)?;
    Ok(text)
}

/// Run in the foreground and return the standard output and whether the command succeeded.
pub fn output_and_success(command: &mut Command) -> Result<(String, bool)> {
    let (text, status) = text_and_status(command)?;
    go_on()?;
    Ok((text, status.success()))
}

fn text_and_status(command: &mut Command) -> Result<(String, ExitStatus)> {
    command.stdout(Stdio::piped());
    let mut job = Job::start(command)?;
    let mut text = String::new();
    if let Some(mut stdout) = job.stdout() {
        let _foreground = job.in_foreground();
        stdout
            .read_to_string(&mut text)
            .with_context(|| format!("cannot read the output of {}", describe(command)))?;
    }
    Ok((text, job.wait()?))
}

/// Run without output. The error contains the last lines of the standard error.
pub fn run_silently(command: &mut Command) -> Result<()> {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut job = Job::start(command)?;
    let mut text = Vec::new();
    if let Some(mut stderr) = job.stderr() {
        let _foreground = job.in_foreground();
        stderr
            .read_to_end(&mut text)
            .with_context(|| format!("cannot read the errors of {}", describe(command)))?;
    }
    let status = job.wait()?;
    let text = String::from_utf8_lossy(&text);
    let last: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = last[last.len().saturating_sub(LAST_LINES)..].join("; ");
    succeeded(command, status).with_context(|| last)
}

/// The path of a program in `PATH`.
pub fn find_program(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A free port of this machine.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Whether xtask runs as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    go_on()?;
    if !status.success() {
        bail!("{} failed: {status}", describe(command));
    }
    Ok(())
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .take(6)
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_silent_command_has_its_last_lines() {
        let script =
            "echo first >&2; echo >&2; for i in 1 2 3; do echo reason $i >&2; done; exit 7";
        let error = run_silently(command("sh").args(["-c", script])).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("reason 1; reason 2; reason 3"), "{text}");
        assert!(text.contains("sh -c") && text.contains('7'), "{text}");
        assert!(!text.contains("first;"), "{text}");
        run_silently(command("sh").args(["-c", "echo fine >&2"])).unwrap();
    }
}
