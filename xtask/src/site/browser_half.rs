//! The browser half: this package compiled to wasm, with the script that wasm-bindgen writes for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::split::{self, Pieces};
use super::{BuildProfile, remove_if_there, shrink};
use crate::fingerprint::Fingerprint;
use crate::wasm_std::{Compiler, TARGET};
use crate::{cargo, fingerprint, paths, process};

/// The name that the script and the wasm begin with.
pub const NAME: &str = "pledgecast";

/// Which chunks a page needs, written beside them.
const PAGES: &str = "pages.json";

/// What the browser loads of the browser half.
pub struct BrowserHalf {
    /// The script that loads the wasm.
    pub script: Vec<u8>,
    /// The wasm that every page needs.
    pub wasm: Vec<u8>,
    /// Wasm that some pages need beside.
    pub chunks: Vec<Vec<u8>>,
    /// Which chunks a page needs, by its name.
    pub pages: BTreeMap<String, Vec<usize>>,
    /// What is loaded for a page or a part in one, by its name, where it is more than one chunk.
    pub bundles: BTreeMap<String, Vec<u8>>,
    /// Scripts that libraries bring along, by their path beside the script.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Compile, bind and, for a release, shrink; what is as before is taken as it lies there.
pub fn build(compiler: &Compiler, effort: BuildProfile) -> Result<BrowserHalf> {
    let raw = compile(compiler, effort)?;
    let mut made_of = Fingerprint::default();
    made_of.add(
        "wasm",
        &fs::read(&raw).with_context(|| format!("cannot read {}", raw.display()))?,
    );
    // What is done to it counts as well.
    made_of.add_path(&paths::root()?, "xtask/src/site")?;
    let made_of = made_of.finish();
    let folder = paths::target()?.join("wasm").join(match effort {
        BuildProfile::Release => "bound-release",
        BuildProfile::Fast => "bound-fast",
    });
    let stamp = folder.with_extension("stamp");
    if fs::read_to_string(&stamp).unwrap_or_default() != made_of {
        remove_if_there(&stamp)?;
        bind(&raw, &folder, effort)?;
        let is_final = effort == BuildProfile::Fast || shrink::shrink(&modules(&folder)?)?;
        if is_final {
            fs::write(&stamp, made_of)?;
        }
    }
    read(&folder)
}

/// In a target folder of its own: another compiler may be at work here than for the server, and each would
/// have cargo throw away what the other made.
fn compile(compiler: &Compiler, effort: BuildProfile) -> Result<PathBuf> {
    let mut command = process::cargo();
    command
        .args([
            "rustc",
            "--lib",
            "--package",
            NAME,
            "--no-default-features",
            "--features",
            "hydrate",
        ])
        .args(["--target", TARGET, "--profile"])
        .arg(match effort {
            BuildProfile::Release => "wasm-release",
            BuildProfile::Fast => "dev",
        })
        .arg("--target-dir")
        .arg(paths::target()?.join("wasm"))
        .current_dir(paths::root()?);
    if let Compiler::At(rustc) = compiler {
        command.env("RUSTC", rustc);
    }
    let for_compiler: &[&str] = match effort {
        // By what refers to what the chunks are told apart.
        BuildProfile::Release => &["-Clink-arg=--emit-relocs"],
        BuildProfile::Fast => &[],
    };
    let artifacts = cargo::make_with(&mut command, for_compiler)?;
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

fn bind(raw: &Path, folder: &Path, effort: BuildProfile) -> Result<()> {
    process::go_on()?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    if effort == BuildProfile::Fast {
        return generate(Bindgen::new().input_path(raw), folder);
    }
    let prepared = split::prepare(&fs::read(raw)?)?;
    let input = folder.with_extension("wasm");
    fs::write(&input, &prepared.wasm)?;
    // The functions are known by their names afterwards.
    generate(Bindgen::new().input_path(input).demangle(false), folder)?;
    let Pieces {
        first,
        chunks,
        pages,
        bundles,
    } = prepared.cut(&fs::read(wasm_file(folder))?)?;
    fs::write(wasm_file(folder), first)?;
    for (number, chunk) in chunks.iter().enumerate() {
        fs::write(chunk_file(folder, number), chunk)?;
    }
    for (page, bundle) in &bundles {
        fs::write(bundle_file(folder, page), bundle)?;
    }
    fs::write(folder.join(PAGES), serde_json::to_vec(&pages)?)?;
    Ok(())
}

fn generate(bindgen: &mut Bindgen, folder: &Path) -> Result<()> {
    bindgen
        .out_name(NAME)
        .web(true)?
        .omit_default_module_path(false)
        .generate(folder)
        .context("wasm-bindgen failed")
}

fn wasm_file(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}_bg.wasm"))
}

fn chunk_file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("chunk{number}.wasm"))
}

fn bundle_file(folder: &Path, page: &str) -> PathBuf {
    folder.join(format!("{page}.wasm"))
}

/// The chunks in the order of their numbers; none where the module was not cut.
fn chunk_files(folder: &Path) -> Vec<PathBuf> {
    let files = (0..).map(|number| chunk_file(folder, number));
    files.take_while(|file| file.is_file()).collect()
}

fn pages(folder: &Path) -> Result<BTreeMap<String, Vec<usize>>> {
    match fs::read(folder.join(PAGES)) {
        Ok(pages) => Ok(serde_json::from_slice(&pages)?),
        Err(_) => Ok(BTreeMap::new()),
    }
}

fn bundles(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let pages = pages(folder)?.into_keys();
    let files = pages.map(|page| (bundle_file(folder, &page), page));
    let bundles = files.filter(|(file, _)| file.is_file());
    Ok(bundles.map(|(file, page)| (page, file)).collect())
}

fn modules(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut modules = chunk_files(folder);
    modules.extend(bundles(folder)?.into_values());
    modules.push(wasm_file(folder));
    Ok(modules)
}

fn read(folder: &Path) -> Result<BrowserHalf> {
    let script =
        fs::read(folder.join(format!("{NAME}.js"))).context("cannot read the bound script")?;
    let wasm = fs::read(wasm_file(folder)).context("cannot read the bound wasm")?;
    let chunks = chunk_files(folder).into_iter().map(fs::read);
    let chunks = chunks
        .collect::<Result<_, _>>()
        .context("cannot read a chunk")?;
    let mut bundled = BTreeMap::new();
    for (page, file) in bundles(folder)? {
        bundled.insert(page, fs::read(file).context("cannot read a bundle")?);
    }
    let mut snippets = BTreeMap::new();
    for file in fingerprint::files(&folder.join("snippets"))? {
        let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        snippets.insert(name, fs::read(&file)?);
    }
    Ok(BrowserHalf {
        script,
        wasm,
        chunks,
        pages: pages(folder)?,
        bundles: bundled,
        snippets,
    })
}
