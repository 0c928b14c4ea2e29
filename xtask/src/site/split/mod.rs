//! The browser half in pieces: what every page needs, and chunks with what some pages need beside.
//!
//! Before binding, the relocations tell what refers to what: what is reached through one page alone is that
//! page's. Binding changes functions and not what they refer to, so it is the bound module that is cut.
//! A page of the application is what `src/pages/chunk.rs` lists.

mod cut;
mod graph;
mod lines;
mod needs;
mod plan;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use walrus::{Module, ModuleConfig};

use super::snip;
use cut::Cut;
use graph::Graph;
use plan::Plan;
pub use plan::{loaded_for, page_of};

/// Sections that are for linkers, and that no longer fit once functions are moved; and one of Leptos's own
/// way to split, which is not this one.
const NOT_FOR_BROWSERS: [&str; 4] = [
    "linking",
    "reloc.CODE",
    "reloc.DATA",
    "__wasm_split_unstable",
];

/// A module ready to be bound, and how to cut it afterwards.
pub struct Prepared {
    pub wasm: Vec<u8>,
    plan: Plan,
}

/// The pieces.
pub struct Pieces {
    pub first: Vec<u8>,
    pub chunks: Vec<Vec<u8>>,
    /// What a page needs beside the first, by its name.
    pub pages: BTreeMap<String, Vec<usize>>,
    /// What is loaded for a page or a part in one, by its name, where it is more than one chunk.
    pub bundles: BTreeMap<String, Vec<u8>>,
}

/// Plan the cuts, empty what is never called, and name the functions so that they are known again.
pub fn prepare(linked: &[u8]) -> Result<Prepared> {
    let graph = Graph::read(linked)?;
    let plan = Plan::new(&graph, snip::is_snipped)?;
    let mut module = ModuleConfig::new()
        .generate_producers_section(false)
        .parse(linked)
        .context("cannot read the wasm")?;
    snip::snip(&mut module)?;
    name_by_number(&mut module);
    for name in NOT_FOR_BROWSERS {
        module.customs.remove_raw(name);
    }
    Ok(Prepared {
        wasm: module.emit_wasm(),
        plan,
    })
}

fn name_by_number(module: &mut Module) {
    for function in module.funcs.iter_mut() {
        function.name = Some(format!("f{}", function.id().index()));
    }
}

impl Prepared {
    /// Cut what was made of it by binding.
    pub fn cut(&self, bound: &[u8]) -> Result<Pieces> {
        let Cut {
            first,
            chunks,
            bundles,
        } = cut::cut(bound, &self.plan)?;
        let pages = self.plan.pages();
        let pages = pages.map(|page| (page.clone(), self.plan.chunks_of(page)));
        Ok(Pieces {
            first,
            chunks,
            pages: pages.collect(),
            bundles,
        })
    }
}
