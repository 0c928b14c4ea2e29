//! Splits a wasm module into a main module and chunks that are downloaded when a page needs them.
//!
//! The linker's relocations say which function and which data refers to what. Whatever only one page reaches goes into
//! that page's chunk. wasm-bindgen changes functions but not what they refer to, so the plan is made from the linked
//! module and the module that wasm-bindgen wrote is the one that is cut. `README.md` has the details and the figures.

mod bind;
mod emit;
mod files;
mod graph;
mod layout;
mod plan;
mod reach;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use walrus::ModuleConfig;

use graph::Graph;
use plan::Plan;

pub use files::Files;
pub use plan::page_of;

/// Sections for linkers, which no longer match once functions move, and the section of Leptos's own splitter.
const LINKER_SECTIONS: [&str; 4] = [
    "linking",
    "reloc.CODE",
    "reloc.DATA",
    "__wasm_split_unstable",
];

/// What to split.
pub struct Config<'a> {
    /// The stem of file names: `NAME.js` and `NAME_bg.wasm`.
    pub name: &'a str,
    /// The name of the Rust modules whose functions are entries of chunks. The functions must not be inlined.
    pub entry_module: &'a str,
    /// Ends of the paths of functions that are never called, although there are pointers to them. They are left out, with
    /// what only they refer to. A call would trap.
    pub never_called: &'a [&'a str],
}

/// The modules of the client, and the script that loads them.
#[derive(Debug, Default)]
pub struct Modules {
    name: String,
    /// The script that wasm-bindgen wrote.
    script: Vec<u8>,
    /// Scripts that libraries bring along, by their path beside the script.
    snippets: BTreeMap<String, Vec<u8>>,
    /// The module that every page loads.
    main: Vec<u8>,
    chunks: Vec<Vec<u8>>,
    /// The chunks that each page or part of a page needs, by its name.
    pages: BTreeMap<String, Vec<usize>>,
    /// All chunks that a page or part loads, as one module. Only where that is more than one.
    bundles: BTreeMap<String, Vec<u8>>,
}

impl Modules {
    /// Every wasm module, for example to optimise it.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Vec<u8>> {
        let parts = self.chunks.iter_mut().chain(self.bundles.values_mut());
        parts.chain([&mut self.main])
    }
}

/// Run wasm-bindgen without splitting: every page loads the one module.
pub fn bind(linked: Vec<u8>, name: &str) -> Result<Modules> {
    let bound = bind::bind(linked, name, bind::Names::Demangled)?;
    Ok(Modules {
        name: name.to_owned(),
        script: bound.script,
        snippets: bound.snippets,
        main: bound.wasm,
        ..Modules::default()
    })
}

/// Split a module that was linked with `--emit-relocs`, and run wasm-bindgen on it.
pub fn split(linked: &[u8], config: &Config) -> Result<Modules> {
    let graph = Graph::read(linked)?;
    let plan = Plan::new(&graph, config)?;
    let bound = bind::bind(numbered(linked)?, config.name, bind::Names::Raw)?;
    let emitted = emit::emit(&bound.wasm, &plan)?;
    let pages = plan.pages();
    let pages = pages.map(|page| (page.clone(), plan.chunks_of(page)));
    Ok(Modules {
        name: config.name.to_owned(),
        script: bound.script,
        snippets: bound.snippets,
        pages: pages.collect(),
        main: emitted.main,
        chunks: emitted.chunks,
        bundles: emitted.bundles,
    })
}

/// The module with each function named after its index, so that it is recognised after wasm-bindgen has run.
fn numbered(linked: &[u8]) -> Result<Vec<u8>> {
    let mut module = ModuleConfig::new()
        .generate_producers_section(false)
        .parse(linked)
        .context("cannot read the wasm module")?;
    for function in module.funcs.iter_mut() {
        function.name = Some(format!("f{}", function.id().index()));
    }
    for name in LINKER_SECTIONS {
        module.customs.remove_raw(name);
    }
    Ok(module.emit_wasm())
}
