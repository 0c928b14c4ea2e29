//! Node.js packages.

use std::path::Path;

use anyhow::Result;

use crate::process;

/// Install what the lock file in the folder names.
pub fn install(folder: &Path) -> Result<()> {
    let mut npm = process::command("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .arg("--loglevel=error")
        .current_dir(folder);
    process::run(&mut npm)
}
