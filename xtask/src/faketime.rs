//! libfaketime, by which the crash test moves the clock of single processes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::progress::note;
use crate::{apt, process};

/// Where the crash test looks for the library; without it, it moves no clocks.
const VARIABLE: &str = "CRASH_FAKETIME";
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
/// Where distributions keep libraries.
const FOLDERS: [&str; 3] = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// Tell a test where the library is. It is installed where this program may do so; elsewhere the test goes without.
pub fn describe_to(test: &mut Command) -> Result<()> {
    let mut library = find()?;
    if library.is_none() && apt::is_available() && process::is_root() {
        apt::install(&["libfaketime"], "the crash test moves clocks with it")?;
        library = find()?;
    }
    match library {
        Some(library) => {
            test.env(VARIABLE, library);
        }
        None => note("libfaketime is missing: the crash test moves no clocks"),
    }
    Ok(())
}

fn find() -> Result<Option<PathBuf>> {
    for folder in FOLDERS.map(Path::new) {
        if !folder.is_dir() {
            continue;
        }
        let direct = folder.join(LIBRARY);
        if direct.is_file() {
            return Ok(Some(direct));
        }
        // Debian has a folder for each architecture.
        for entry in std::fs::read_dir(folder).context("looking for libfaketime")? {
            let library = entry?.path().join(LIBRARY);
            if library.is_file() {
                return Ok(Some(library));
            }
        }
    }
    Ok(None)
}
