//! `cargo xtask dev`: build and serve, and repeat on each change of the sources.
//!
//! Changes are found by polling modification times, which works on every file system and in containers. If a build fails,
//! the server keeps running.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use crate::cargo::Profile;
use crate::process::{self, Job};
use crate::progress::note;
use crate::{fingerprint, paths, server, site};

/// What is watched.
const WATCHED: [&str; 10] = [
    "Cargo.lock",
    "Cargo.toml",
    "build.rs",
    "crates",
    "locales",
    "migration",
    "models",
    "public",
    "src",
    "style",
];
const POLL: Duration = Duration::from_millis(300);

/// Serve until interrupted.
pub fn dev(arguments: &[String]) -> Result<()> {
    let mut server: Option<Job> = None;
    loop {
        let seen = snapshot()?;
        match rebuild() {
            Ok(program) => {
                // The old server must release its address first.
                drop(server.take());
                server = Some(Job::start(&mut server::serve(&program, arguments))?);
            }
            Err(error) => {
                process::go_on()?;
                eprintln!("error: {error:#}");
            }
        }
        note("waiting for changes; press Ctrl-C to stop");
        wait_for_change(&seen, server.as_mut())?;
    }
}

fn rebuild() -> Result<PathBuf> {
    site::build(Profile::Dev)?;
    server::build(Profile::Dev)
}

fn wait_for_change(seen: &[(PathBuf, SystemTime)], mut server: Option<&mut Job>) -> Result<()> {
    while snapshot()? == seen {
        process::go_on()?;
        if let Some(status) = server
            .as_mut()
            .map(|job| job.ended())
            .transpose()?
            .flatten()
        {
            note(&format!("the server ended: {status}"));
            server = None;
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// The watched files and their modification times. A file that is removed meanwhile is left out.
fn snapshot() -> Result<Vec<(PathBuf, SystemTime)>> {
    let root = paths::root()?;
    let mut files = Vec::new();
    for name in WATCHED {
        for file in fingerprint::files(&root.join(name))? {
            if let Ok(time) = file.metadata().and_then(|metadata| metadata.modified()) {
                files.push((file, time));
            }
        }
    }
    Ok(files)
}
