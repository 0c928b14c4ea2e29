//! The folders of the workspace, the build and the cache.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder of the workspace.
pub fn root() -> Result<PathBuf> {
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").context("start xtask with `cargo xtask`")?;
    Path::new(&package)
        .parent()
        .map(Path::to_owned)
        .context("xtask is outside of a workspace")
}

/// The target folder of cargo.
pub fn target() -> Result<PathBuf> {
    Ok(std::env::var_os("CARGO_TARGET_DIR").map_or(root()?.join("target"), PathBuf::from))
}

/// The assets that the server embeds. Independent of the target folder, because the server's source names it.
pub fn site() -> Result<PathBuf> {
    Ok(root()?.join("target/site"))
}

/// The cache in the user's home folder, which all clones share: `~/.cache/pledgecast`.
pub fn cache() -> Result<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let folder = base
        .or_else(home)
        .context("neither HOME nor XDG_CACHE_HOME is set")?
        .join("pledgecast");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}
