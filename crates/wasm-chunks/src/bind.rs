//! Running wasm-bindgen.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use walkdir::WalkDir;
use wasm_bindgen_cli_support::Bindgen;

/// How functions are named in the module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// As people read them in a stack trace.
    Demangled,
    /// Unchanged.
    Raw,
}

/// What wasm-bindgen writes.
pub struct Bound {
    pub script: Vec<u8>,
    pub wasm: Vec<u8>,
    /// By their path beside the script.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Write a script for the module and adapt the module to it.
pub fn bind(linked: Vec<u8>, name: &str, names: Names) -> Result<Bound> {
    let folder = tempfile::tempdir()?;
    Bindgen::new()
        .input_bytes(name, linked)
        .web(true)?
        .demangle(names == Names::Demangled)
        .omit_default_module_path(false)
        .generate(folder.path())
        .context("wasm-bindgen failed")?;
    let read = |file: String| {
        let written = fs::read(folder.path().join(&file));
        written.with_context(|| format!("wasm-bindgen wrote no {file}"))
    };
    let mut snippets = BTreeMap::new();
    for entry in WalkDir::new(folder.path().join("snippets")) {
        // There is no such folder if no library has snippets.
        let Ok(entry) = entry else { continue };
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder.path())?;
            snippets.insert(path.to_string_lossy().into_owned(), fs::read(entry.path())?);
        }
    }
    Ok(Bound {
        script: read(format!("{name}.js"))?,
        wasm: read(format!("{name}_bg.wasm"))?,
        snippets,
    })
}
