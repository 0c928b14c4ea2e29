//! Cargo tools from the registry, installed once per user into the cache that clean clones share.

use std::path::PathBuf;

use anyhow::Result;

use crate::{paths, process};

/// A binary of the registry at a fixed version.
pub struct Tool {
    /// The package.
    pub package: &'static str,
    /// Its binary.
    pub binary: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Tool {
    /// Installs the tool unless the cache has it; returns the path of its binary.
    pub fn ensure(&self) -> Result<PathBuf> {
        let root = paths::cache()?
            .join("tools")
            .join(format!("{}-{}", self.package, self.version));
        let binary = root.join("bin").join(self.binary);
        if !binary.is_file() {
            let mut install = process::cargo();
            install
                .args([
                    "install",
                    self.package,
                    "--locked",
                    "--version",
                    self.version,
                ])
                .arg("--root")
                .arg(&root);
            process::run(&mut install)?;
        }
        Ok(binary)
    }
}
