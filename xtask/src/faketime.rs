//! libfaketime, with which the crash test changes the clock of single processes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use walkdir::{DirEntry, WalkDir};

use crate::progress::note;
use crate::{apt, process};

/// The path of the library for the crash test, which changes no clocks without it.
const VARIABLE: &str = "CRASH_FAKETIME";
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
/// Where distributions install libraries.
const FOLDERS: [&str; 3] = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// Pass the library to a test, and install it first if possible.
pub fn describe_to(test: &mut Command) -> Result<()> {
    let mut library = find();
    if library.is_none() && apt::is_available() && process::is_root() {
        apt::install(&["libfaketime"], "the crash test moves clocks with it")?;
        library = find();
    }
    match library {
        Some(library) => {
            test.env(VARIABLE, library);
        }
        None => note("libfaketime is missing: the crash test changes no clocks"),
    }
    Ok(())
}

fn find() -> Option<PathBuf> {
    // Debian has a folder for each architecture.
    let folders = FOLDERS.map(|folder| WalkDir::new(folder).max_depth(3));
    let files = folders.into_iter().flatten().filter_map(Result::ok);
    let mut paths = files.map(DirEntry::into_path);
    paths.find(|path| path.ends_with(LIBRARY))
}
