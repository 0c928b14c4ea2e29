//! Shrinking wasm modules with the npm package `binaryen`, as `wasm-opt -Oz` does. Without Node.js the modules work but are
//! larger.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::progress::note;
use crate::{fingerprint, npm, paths, process};

/// What Node.js runs.
pub const SCRIPT: &str = "xtask/src/site/shrink.mjs";

/// Shrink the modules. Returns false if the tool is not available, which may change later.
pub fn shrink<'a>(modules: impl Iterator<Item = &'a mut Vec<u8>>) -> Result<bool> {
    let Some(node) = process::find_program("node") else {
        note("Node.js is missing, so binaryen cannot run: the WebAssembly is larger");
        return Ok(false);
    };
    let Some(tool) = ensure_tool()? else {
        note("npm could not fetch binaryen: the WebAssembly is larger");
        return Ok(false);
    };
    let folder = tempfile::tempdir()?;
    let mut files = Vec::new();
    for (index, wasm) in modules.enumerate() {
        let file = folder.path().join(format!("{index}.wasm"));
        fs::write(&file, &wasm)?;
        files.push((file, wasm));
    }
    let script = paths::root()?.join(SCRIPT);
    let mut binaryen = process::command(&node);
    binaryen.arg(script).arg(&tool).arg(folder.path());
    process::run(&mut binaryen).context("binaryen failed")?;
    let (mut before, mut after) = (0, 0);
    for (file, wasm) in files {
        before += wasm.len();
        *wasm = fs::read(&file).context("cannot read the output of binaryen")?;
        ensure!(
            !wasm.is_empty(),
            "binaryen wrote an empty file; is the disk full?"
        );
        after += wasm.len();
    }
    note(&format!(
        "binaryen: {} kB to {} kB",
        before / 1000,
        after / 1000
    ));
    Ok(true)
}

/// Find binaryen in the cache, or install it there, in a folder named after the lock file.
fn ensure_tool() -> Result<Option<PathBuf>> {
    let source = paths::root()?.join("xtask");
    let lock = fs::read(source.join("package-lock.json"))
        .context("cannot read xtask/package-lock.json")?;
    let folder = paths::cache()?.join(format!("node-{}", &fingerprint::of(&lock)[..16]));
    let tool = folder.join("node_modules/binaryen/index.js");
    let complete = folder.join(".complete");
    if complete.is_file() && tool.is_file() {
        return Ok(Some(tool));
    }
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), folder.join(file))?;
    }
    note("fetching the npm package binaryen, once");
    if npm::install(&folder).is_err() || !tool.is_file() {
        process::go_on()?;
        return Ok(None);
    }
    fs::write(complete, "")?;
    Ok(Some(tool))
}
