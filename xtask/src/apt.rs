//! Installing and unpacking Debian packages.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::progress::note;

/// Whether this machine has Debian's package tools.
pub fn is_available() -> bool {
    process::find_program("apt-get").is_some() && process::find_program("dpkg").is_some()
}

/// Install packages, which requires root. Otherwise the error says why they are needed.
pub fn install(packages: &[&str], purpose: &str) -> Result<()> {
    let names = packages.join(" ");
    if !is_available() || !process::is_root() {
        bail!(
            "{names} missing: install it ({purpose}); xtask installs packages only as root on Debian"
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
        // Old package lists name files that are no longer on the mirror.
        update()?;
        process::run(&mut install)
            .with_context(|| format!("{names} could not be installed ({purpose})"))?;
    }
    Ok(())
}

/// Download packages and unpack them into a folder, which does not require root.
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

/// Fetch the package lists.
pub fn update() -> Result<()> {
    if !process::is_root() {
        bail!(
            "apt's package lists are missing or old: run `apt-get update` as root, then try again"
        );
    }
    note("fetching apt's package lists");
    process::run(apt_get().args(["update", "-q"])).context("apt-get update failed: no network?")
}

/// The version that would be installed, if apt knows the package.
pub fn candidate(package: &str) -> Result<Option<String>> {
    let policy = process::output(plain("apt-cache").args(["policy", package]))?;
    let version = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "));
    Ok(version
        .filter(|version| *version != "(none)")
        .map(ToOwned::to_owned))
}

/// The libraries that these packages need, directly or indirectly, and that are not installed: unpacking does not
/// install dependencies. The C library is left out, because it cannot be replaced.
pub fn missing_libraries(packages: &[String]) -> Result<Vec<String>> {
    closure(packages, |packages| {
        let mut missing = Vec::new();
        for name in dependencies(packages)? {
            if is_library(&name) && !is_installed(&name)? && candidate(&name)?.is_some() {
                missing.push(name);
            }
        }
        Ok(missing)
    })
}

/// Everything reachable from these packages, without themselves.
fn closure(
    packages: &[String],
    next: impl Fn(&[String]) -> Result<Vec<String>>,
) -> Result<Vec<String>> {
    let names: Vec<String> = packages.iter().map(|it| name_of(it).to_owned()).collect();
    let mut found: Vec<String> = Vec::new();
    let mut unseen = packages.to_vec();
    while !unseen.is_empty() {
        let reached = next(&unseen)?;
        unseen = Vec::new();
        for name in reached {
            if !names.contains(&name) && !found.contains(&name) {
                found.push(name.clone());
                unseen.push(name);
            }
        }
    }
    Ok(found)
}

/// The name in `name` or `name=version`.
fn name_of(package: &str) -> &str {
    package.split('=').next().unwrap_or(package)
}

fn is_library(name: &str) -> bool {
    let is_runtime =
        (name.starts_with("lib") && !name.ends_with("-dev")) || name.starts_with("zlib");
    is_runtime && !name.starts_with("libc6")
}

fn is_installed(package: &str) -> Result<bool> {
    let mut query = plain("dpkg-query");
    query
        .args(["--show", "--showformat=${db:Status-Status}\n", package])
        .stderr(Stdio::null());
    let (status, _) = process::output_and_success(&mut query)?;
    Ok(status.lines().any(|line| line == "installed"))
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

/// A command with English output, because the output is parsed.
fn plain(program: &str) -> Command {
    let mut command = process::command(program);
    command.env("LC_ALL", "C");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_libraries_are_found_each_once() {
        let edges = [
            ("compiler=1.2", vec!["libcore", "liba"]),
            ("liba", vec!["libb", "libcore"]),
            ("libb", vec!["liba", "compiler"]),
            ("libcore", vec![]),
        ];
        let next = |packages: &[String]| {
            let of = |name: &String| edges.iter().find(|(from, _)| from == name);
            let reached = packages
                .iter()
                .filter_map(of)
                .flat_map(|(_, to)| to.clone());
            Ok(reached.map(ToOwned::to_owned).collect())
        };
        let found = closure(&["compiler=1.2".to_owned()], next).unwrap();
        assert_eq!(found, ["libcore", "liba", "libb"]);
    }

    #[test]
    fn only_libraries_that_run_are_taken() {
        for name in ["libz3-4", "libxml2", "zlib1g", "libgcc-s1"] {
            assert!(is_library(name), "{name}");
        }
        for name in [
            "gcc",
            "libc6",
            "libc6-dev",
            "libstd-rust-web-dev",
            "binutils",
        ] {
            assert!(!is_library(name), "{name}");
        }
    }
}
