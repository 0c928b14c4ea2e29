//! The browser half: this package compiled to wasm, with the script that wasm-bindgen writes for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::{Effort, remove_if_there, shrink, snip};
use crate::wasm_std::{Compiler, TARGET};
use crate::{cargo, fingerprint, paths, process};

/// The name that the script and the wasm begin with.
pub const NAME: &str = "pledgecast";

/// What the browser loads of the browser half.
pub struct BrowserHalf {
    /// The script that loads the wasm.
    pub script: Vec<u8>,
    /// The wasm itself.
    pub wasm: Vec<u8>,
    /// Scripts that libraries bring along, by their path beside the script.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Compile, bind and, for a release, shrink; what is as before is taken as it lies there.
pub fn build(compiler: &Compiler, effort: Effort) -> Result<BrowserHalf> {
    let raw = compile(compiler, effort)?;
    let made_of =
        fingerprint::of(&fs::read(&raw).with_context(|| format!("cannot read {}", raw.display()))?);
    let folder = paths::target()?.join("wasm").join(match effort {
        Effort::Release => "bound-release",
        Effort::Fast => "bound-fast",
    });
    let stamp = folder.with_extension("stamp");
    if fs::read_to_string(&stamp).unwrap_or_default() != made_of {
        remove_if_there(&stamp)?;
        bind(&raw, &folder, effort)?;
        let is_final = effort == Effort::Fast || shrink::shrink(&wasm_file(&folder))?;
        if is_final {
            fs::write(&stamp, made_of)?;
        }
    }
    read(&folder)
}

/// In a target folder of its own: another compiler may be at work here than for the server, and each would
/// have cargo throw away what the other made.
fn compile(compiler: &Compiler, effort: Effort) -> Result<PathBuf> {
    let mut command = process::cargo();
    command
        .args([
            "build",
            "--lib",
            "--package",
            NAME,
            "--no-default-features",
            "--features",
            "hydrate",
        ])
        .args(["--target", TARGET, "--profile"])
        .arg(match effort {
            Effort::Release => "wasm-release",
            Effort::Fast => "dev",
        })
        .arg("--target-dir")
        .arg(paths::target()?.join("wasm"))
        .current_dir(paths::root()?);
    if let Compiler::At(rustc) = compiler {
        command.env("RUSTC", rustc);
    }
    let artifacts = cargo::make(&mut command)?;
    let files = artifacts
        .into_iter()
        .filter(|artifact| artifact.name == NAME)
        .flat_map(|artifact| artifact.files);
    files
        .into_iter()
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .context("cargo made no wasm: does the library still have the crate type cdylib?")
}

fn bind(raw: &Path, folder: &Path, effort: Effort) -> Result<()> {
    process::go_on()?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let is_release = effort == Effort::Release;
    let mut input = raw.to_owned();
    if is_release {
        input = folder.with_extension("wasm");
        snip::snip(raw, &input)?;
    }
    Bindgen::new()
        .input_path(input)
        .out_name(NAME)
        .web(true)?
        .omit_default_module_path(false)
        .remove_name_section(is_release)
        .remove_producers_section(is_release)
        .generate(folder)
        .context("wasm-bindgen failed")
}

fn wasm_file(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}_bg.wasm"))
}

fn read(folder: &Path) -> Result<BrowserHalf> {
    let script =
        fs::read(folder.join(format!("{NAME}.js"))).context("cannot read the bound script")?;
    let wasm = fs::read(wasm_file(folder)).context("cannot read the bound wasm")?;
    let mut snippets = BTreeMap::new();
    for file in fingerprint::files(&folder.join("snippets"))? {
        let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        snippets.insert(name, fs::read(&file)?);
    }
    Ok(BrowserHalf {
        script,
        wasm,
        snippets,
    })
}
