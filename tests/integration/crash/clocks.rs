//! Clocks of single processes that are set wrong while they run, by libfaketime.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// Where the library is; `cargo xtask test` and `cargo xtask crash` set it.
const LIBRARY: &str = "CRASH_FAKETIME";

/// A folder with a file for each process, which says how far its clock is off.
pub struct Clocks {
    library: PathBuf,
    folder: TempDir,
}

impl Clocks {
    /// `None` where the library is missing.
    pub fn find() -> Option<Self> {
        let library = std::env::var_os(LIBRARY)?.into();
        let folder = TempDir::new().unwrap();
        Some(Self { library, folder })
    }

    /// Has a process take its time from the clock of that name. The monotonic clock, by which it waits, stays true.
    pub fn apply(&self, command: &mut Command, name: &str) {
        if !self.file(name).exists() {
            self.set(name, 0);
        }
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", self.file(name))
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }

    /// Sets a clock to so many seconds after the true time.
    pub fn set(&self, name: &str, seconds: i64) {
        // In place of the file as a whole: a process may be reading it.
        let new = self.folder.path().join("new");
        std::fs::write(&new, format!("{seconds:+}s\n")).unwrap();
        std::fs::rename(new, self.file(name)).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
