//! Making the wasm smaller by `wasm-opt`, which npm has as the package `binaryen`.
//!
//! A comfort, not a need: without Node the site works and is about twice as large, and xtask says so.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::progress::note;
use crate::{fingerprint, paths, process};

/// Shrink the files in place. Returns false when that was not possible now but may be later.
pub fn shrink(modules: &[PathBuf]) -> Result<bool> {
    let Some(node) = process::find_program("node") else {
        note(
            "Node.js is not here: the wasm stays about twice as large as it could be (wasm-opt comes by npm)",
        );
        return Ok(false);
    };
    let Some(tool) = ensure_tool()? else {
        note("npm could not fetch binaryen: the wasm stays about twice as large as it could be");
        return Ok(false);
    };
    let (mut before, mut after) = (0, 0);
    for wasm in modules {
        process::go_on()?;
        before += fs::metadata(wasm)?.len();
        let smaller = wasm.with_extension("opt.wasm");
        // The features are read from the module: with all of them allowed, browsers refuse the outcome.
        process::run(
            process::command(&node)
                .arg(&tool)
                .args(["-Oz", "--strip-target-features"])
                .arg(wasm)
                .arg("-o")
                .arg(&smaller),
        )
        .context("wasm-opt failed")?;
        let length = fs::metadata(&smaller)?.len();
        // Seen with a full disk: wasm-opt does not fail then.
        if length == 0 {
            bail!("wasm-opt wrote an empty file; is the disk full?");
        }
        fs::rename(&smaller, wasm)?;
        after += length;
    }
    note(&format!(
        "wasm-opt: {} kB to {} kB",
        before / 1000,
        after / 1000
    ));
    Ok(true)
}

/// Find `wasm-opt` in the cache, or have npm put it there, in a folder named by the lock file.
fn ensure_tool() -> Result<Option<PathBuf>> {
    let source = paths::root()?.join("xtask");
    let lock = fs::read(source.join("package-lock.json"))
        .context("cannot read xtask/package-lock.json")?;
    let folder = paths::cache()?.join(format!("node-{}", &fingerprint::of(&lock)[..16]));
    let tool = folder.join("node_modules/binaryen/bin/wasm-opt");
    let complete = folder.join(".complete");
    if complete.is_file() && tool.is_file() {
        return Ok(Some(tool));
    }
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), folder.join(file))?;
    }
    note("fetching wasm-opt (npm's binaryen), once");
    let mut npm = process::command("npm");
    npm.args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
    ])
    .current_dir(&folder);
    if process::run(&mut npm).is_err() || !tool.is_file() {
        process::go_on()?;
        return Ok(None);
    }
    fs::write(complete, "")?;
    Ok(Some(tool))
}
