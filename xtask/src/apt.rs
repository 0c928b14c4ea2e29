//! Debian's packages, for what a bare machine lacks. Only what is needed to get packages: what they are for
//! is told by the callers.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::progress::note;

/// Whether this machine has Debian's package tools.
pub fn is_available() -> bool {
    process::find_program("apt-get").is_some() && process::find_program("dpkg").is_some()
}

/// Install packages, as root only. `purpose` ends the message for those who must do it themselves.
pub fn install(packages: &[&str], purpose: &str) -> Result<()> {
    let names = packages.join(" ");
    if !is_available() || !process::is_root() {
        bail!(
            "{names} missing: install it ({purpose}); xtask does so by itself only as root on Debian"
        );
    }
    note(&format!("installing {names} by apt-get ({purpose})"));
    if candidate(packages[0])?.is_none() {
        update()?;
    }
    let mut install = apt_get();
    install
        .args(["install", "--yes", "--no-install-recommends", "-q"])
        .args(packages);
    if process::run(&mut install).is_err() {
        process::go_on()?;
        // The lists may be older than what the mirror still keeps.
        update()?;
        process::run(&mut install)
            .with_context(|| format!("{names} could not be installed ({purpose})"))?;
    }
    Ok(())
}

/// Download packages and unpack them into `folder`, which needs no root and changes nothing else.
pub fn unpack(packages: &[String], folder: &Path) -> Result<()> {
    process::run(
        apt_get()
            .args(["download", "-q"])
            .args(packages)
            .current_dir(folder),
    )?;
    let root = folder.join("root");
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            process::run(process::command("dpkg").arg("-x").arg(&path).arg(&root))?;
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Fetch the lists of packages.
pub fn update() -> Result<()> {
    if !process::is_root() {
        bail!(
            "apt's lists of packages are missing or old: run `apt-get update` as root, then try again"
        );
    }
    note("fetching apt's lists of packages");
    process::run(apt_get().args(["update", "-q"])).context("apt-get update failed: no network?")
}

/// The version that would be installed, when apt knows the package.
pub fn candidate(package: &str) -> Result<Option<String>> {
    let policy = process::output(plain("apt-cache").args(["policy", package]))?;
    let version = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "));
    Ok(version
        .filter(|version| *version != "(none)")
        .map(ToOwned::to_owned))
}

/// The names of the packages that these ones (`name` or `name=version`) depend on.
pub fn dependencies(packages: &[String]) -> Result<Vec<String>> {
    let listing = process::output(plain("apt-cache").arg("depends").args(packages))?;
    let names = listing.lines().filter_map(|line| {
        line.trim()
            .trim_start_matches('|')
            .strip_prefix("Depends: ")
    });
    Ok(names
        .map(|name| name.trim_matches(['<', '>']).to_owned())
        .collect())
}

fn apt_get() -> Command {
    let mut command = plain("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// A command that answers in English, since its answers are parsed.
fn plain(program: &str) -> Command {
    let mut command = process::command(program);
    command.env("LC_ALL", "C");
    command
}
