//! Clocks of single processes that are set wrong while they run, with libfaketime.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// The path of the library; set by `cargo xtask test` and `cargo xtask crash`.
const LIBRARY: &str = "CRASH_FAKETIME";

/// A folder with one file per process that contains the error of its clock.
pub struct Clocks {
    library: PathBuf,
    folder: TempDir,
}

impl Clocks {
    /// `None` if the library is missing.
    pub fn find() -> Option<Self> {
        let library = std::env::var_os(LIBRARY)?.into();
        let folder = TempDir::new().unwrap();
        Some(Self { library, folder })
    }

    /// Makes a process use the clock of that name. The monotonic clock, which it uses for waiting, stays correct.
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

    /// Sets a clock to this many seconds after the correct time.
    pub fn set(&self, name: &str, seconds: i64) {
        // Replaces the whole file, because a process may be reading it.
        let new = self.folder.path().join("new");
        std::fs::write(&new, format!("{seconds:+}s\n")).unwrap();
        std::fs::rename(new, self.file(name)).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
