//! Shrinking wasm modules with `wasm-opt`, from the npm package `binaryen`. Without Node.js the modules work but are
//! about twice as large.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::progress::note;
use crate::{fingerprint, npm, paths, process};

/// Shrink the modules. Returns false if the tool is not available, which may change later.
pub fn shrink<'a>(modules: impl Iterator<Item = &'a mut Vec<u8>>) -> Result<bool> {
    let Some(node) = process::find_program("node") else {
        note("Node.js is missing, so wasm-opt cannot run: the WebAssembly is about twice as large");
        return Ok(false);
    };
    let Some(tool) = ensure_tool()? else {
        note("npm could not fetch binaryen (wasm-opt): the WebAssembly is about twice as large");
        return Ok(false);
    };
    let folder = tempfile::tempdir()?;
    let (input, output) = (
        folder.path().join("in.wasm"),
        folder.path().join("out.wasm"),
    );
    let (mut before, mut after) = (0, 0);
    for wasm in modules {
        process::go_on()?;
        before += wasm.len();
        fs::write(&input, &wasm)?;
        // The features are read from the module. With all features allowed, browsers refuse the output.
        process::run(
            process::command(&node)
                .arg(&tool)
                .args(["-Oz", "--strip-target-features"])
                .arg(&input)
                .arg("-o")
                .arg(&output),
        )
        .context("wasm-opt failed")?;
        *wasm = fs::read(&output).context("cannot read the output of wasm-opt")?;
        fs::remove_file(&output)?;
        // wasm-opt reports success on a full disk.
        ensure!(
            !wasm.is_empty(),
            "wasm-opt wrote an empty file; is the disk full?"
        );
        after += wasm.len();
    }
    note(&format!(
        "wasm-opt: {} kB to {} kB",
        before / 1000,
        after / 1000
    ));
    Ok(true)
}

/// Find `wasm-opt` in the cache, or install it there, in a folder named after the lock file.
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
    note("fetching wasm-opt (npm package binaryen), once");
    if npm::install(&folder).is_err() || !tool.is_file() {
        process::go_on()?;
        return Ok(None);
    }
    fs::write(complete, "")?;
    Ok(Some(tool))
}
