//! The client bundle: this package compiled to WebAssembly, with the script that loads it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_chunks::{Config, Files};

use super::{remove_if_there, shrink};
use crate::cargo::Profile;
use crate::fingerprint::Fingerprint;
use crate::wasm_target::{Compiler, TARGET};
use crate::{cargo, fingerprint, paths, process};

/// The package, and the stem of file names.
pub const NAME: &str = "pledgecast";
/// Where `src/pages/chunk.rs` has the modules with the entries of chunks.
const ENTRY_MODULE: &str = "chunk_entry";
/// Leptos puts a pointer to this function into every erased view, for routes that hydrate lazily, which no route here
/// does. Without it the heaviest page is 41 kB smaller.
const NEVER_CALLED: [&str; 1] = ["::into_any::hydrate_async"];
/// What decides how the compiled module is processed.
const TOOLS: [&str; 6] = [
    "Cargo.lock",
    "crates/wasm-chunks/src",
    "xtask/package-lock.json",
    "xtask/src/site/client_bundle.rs",
    shrink::SCRIPT,
    "xtask/src/site/shrink.rs",
];
/// What [`Files`] has besides contents.
const INDEX: &str = "index.json";

/// Compile, bind and, for a release, split and shrink. If the compiled module is the same as last time, so is the
/// result.
pub fn build(compiler: &Compiler, profile: Profile) -> Result<Files> {
    let linked = compile(compiler, profile)?;
    let linked = fs::read(&linked).with_context(|| format!("cannot read {}", linked.display()))?;
    let mut made_of = Fingerprint::default();
    made_of.add("wasm", &linked);
    for tool in TOOLS {
        made_of.add_path(&paths::root()?, tool)?;
    }
    let made_of = made_of.finish();
    let folder = paths::target()?.join("wasm").join(match profile {
        Profile::Release => "bound-release",
        Profile::Dev => "bound-fast",
    });
    let stamp = folder.with_extension("stamp");
    if fs::read_to_string(&stamp).unwrap_or_default() == made_of {
        return read(&folder);
    }
    process::go_on()?;
    remove_if_there(&stamp)?;
    let (files, is_final) = match profile {
        Profile::Dev => (wasm_chunks::bind(linked, NAME)?.into_files()?, true),
        Profile::Release => {
            let config = Config {
                name: NAME,
                entry_module: ENTRY_MODULE,
                never_called: &NEVER_CALLED,
            };
            let mut modules = wasm_chunks::split(&linked, &config)?;
            let is_small = shrink::shrink(modules.all_mut())?;
            (modules.into_files()?, is_small)
        }
    };
    write(&files, &folder)?;
    if is_final {
        fs::write(&stamp, made_of)?;
    }
    Ok(files)
}

/// In its own target folder, because another compiler than the server's may be in use, and cargo would discard what
/// the other one built.
fn compile(compiler: &Compiler, profile: Profile) -> Result<PathBuf> {
    let mut command = process::cargo();
    command
        .args(["rustc", "--lib", "--package", NAME])
        .args(["--no-default-features", "--features", "hydrate"])
        .args(["--target", TARGET, "--profile"])
        .arg(match profile {
            Profile::Release => "wasm-release",
            Profile::Dev => "dev",
        })
        .arg("--target-dir")
        .arg(paths::target()?.join("wasm"))
        .current_dir(paths::root()?);
    if let Compiler::At(rustc) = compiler {
        command.env("RUSTC", rustc);
    }
    let for_compiler: &[&str] = match profile {
        Profile::Release => &["-Clink-arg=--emit-relocs"],
        Profile::Dev => &[],
    };
    let artifacts = cargo::make_with(&mut command, for_compiler)?;
    artifacts
        .iter()
        .filter(|artifact| artifact["target"]["name"] == NAME)
        .flat_map(cargo::files)
        .find(|file| file.extension().is_some_and(|it| it == "wasm"))
        .context("cargo built no wasm module: does the library still have the crate type cdylib?")
}

fn write(files: &Files, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    for (name, content) in &files.contents {
        let file = folder.join(name);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, content)?;
    }
    fs::write(folder.join(INDEX), serde_json::to_vec(files)?)?;
    Ok(())
}

fn read(folder: &Path) -> Result<Files> {
    let index = folder.join(INDEX);
    let text = fs::read(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let mut files: Files = serde_json::from_slice(&text)?;
    for file in fingerprint::files(folder)? {
        if file != index {
            let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
            files.contents.insert(name, fs::read(&file)?);
        }
    }
    Ok(files)
}
