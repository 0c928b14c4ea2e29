//! Which module each function and each byte of data belongs to.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Result, ensure};

use crate::Config;
use crate::graph::Graph;
use crate::reach::{MAX_PAGES, Reach, group};

/// The module that something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The main module.
    Main,
    /// A chunk, by its place in [`Plan::chunks`].
    Chunk(usize),
    /// No module: nothing uses it.
    Nobody,
}

/// The owner of everything.
pub struct Plan {
    /// The names of the pages that need each chunk.
    pub chunks: Vec<Vec<String>>,
    entries: BTreeMap<String, usize>,
    functions: Vec<Owner>,
    /// For each byte from `first_address` on. `None` if no symbol covers it.
    bytes: Vec<Option<Owner>>,
    first_address: usize,
}

impl Plan {
    /// Group code and data by the pages that reach it.
    pub fn new(graph: &Graph, config: &Config) -> Result<Self> {
        let entry_module = config.entry_module;
        let mut entries = BTreeMap::new();
        for (index, function) in graph.functions.iter().enumerate() {
            if let Some(name) = entry_name(&function.name, entry_module) {
                let before = entries.insert(name.to_owned(), index);
                ensure!(before.is_none(), "two functions are the entry of {name}");
            }
        }
        ensure!(
            !entries.is_empty(),
            "the wasm module has no functions in a module {entry_module}"
        );
        ensure!(entries.len() <= MAX_PAGES, "more than {MAX_PAGES} pages");
        for path in config.never_called {
            // Otherwise the module would grow unnoticed when a library renames the function.
            let is_found = graph.functions.iter().any(|it| it.name.ends_with(path));
            ensure!(is_found, "the wasm module has no function {path}");
        }
        let is_called = |name: &str| !config.never_called.iter().any(|path| name.ends_with(path));
        let reach = Reach::find(graph, &entries, is_called);
        let (sets, owner_of) = group(&reach, graph, entries.len());
        let chunks = sets.iter().map(|set| {
            let names = entries.keys().enumerate();
            names
                .filter(|(number, _)| set >> number & 1 == 1)
                .map(|(_, name)| name.clone())
                .collect()
        });
        Ok(Self {
            chunks: chunks.collect(),
            functions: reach.functions.iter().map(|it| owner_of(*it)).collect(),
            bytes: reach.bytes.iter().map(|it| it.map(&owner_of)).collect(),
            first_address: reach.first_address,
            entries,
        })
    }

    /// A plan that gives these functions and addresses to chunks and everything else to the main module.
    #[cfg(test)]
    pub fn for_test(
        functions: &[(usize, usize)],
        entries: &[usize],
        data: &[(Range<usize>, usize)],
        chunks: usize,
    ) -> Self {
        let entries: BTreeMap<_, _> = entries
            .iter()
            .map(|entry| (format!("page{entry}"), *entry))
            .collect();
        let mut plan = Self {
            chunks: vec![entries.keys().cloned().collect(); chunks],
            entries,
            functions: vec![Owner::Main; 10],
            bytes: vec![None; 2000],
            first_address: 0,
        };
        for (function, chunk) in functions {
            plan.functions[*function] = Owner::Chunk(*chunk);
        }
        for (addresses, chunk) in data {
            plan.bytes[addresses.clone()].fill(Some(Owner::Chunk(*chunk)));
        }
        plan
    }

    /// The names of all pages.
    pub fn pages(&self) -> impl Iterator<Item = &String> {
        self.entries.keys()
    }

    /// The chunks that a page needs.
    pub fn chunks_of(&self, page: &String) -> Vec<usize> {
        let chunks = self.chunks.iter().enumerate();
        let needed = chunks.filter(|(_, users)| users.contains(page));
        needed.map(|(number, _)| number).collect()
    }

    /// The owner of a function, by its index in the linked module.
    pub fn owner_of(&self, function: usize) -> Owner {
        self.functions.get(function).copied().unwrap_or(Owner::Main)
    }

    /// Whether the function is the entry of a page.
    pub fn is_entry(&self, function: usize) -> bool {
        self.entries.values().any(|entry| *entry == function)
    }

    fn owner_at(&self, address: usize) -> Option<Owner> {
        let place = address.checked_sub(self.first_address)?;
        self.bytes.get(place).copied().flatten()
    }

    /// The parts of a range of addresses that the main module does not need.
    pub fn not_in_main(&self, range: Range<usize>) -> Vec<Range<usize>> {
        self.ranges(range, |owner| {
            owner.is_some_and(|owner| owner != Owner::Main)
        })
    }

    /// The parts of a range of addresses that belong to certain owners.
    pub fn owned_by(
        &self,
        is_own: impl Fn(Owner) -> bool,
        range: Range<usize>,
    ) -> Vec<Range<usize>> {
        self.ranges(range, |owner| owner.is_some_and(&is_own))
    }

    /// Whether a range of addresses may be overwritten.
    pub fn is_free(&self, mut range: Range<usize>) -> bool {
        range.all(|address| matches!(self.owner_at(address), None | Some(Owner::Nobody)))
    }

    fn ranges(
        &self,
        range: Range<usize>,
        is_in: impl Fn(Option<Owner>) -> bool,
    ) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for address in range.filter(|address| is_in(self.owner_at(*address))) {
            match ranges.last_mut() {
                Some(last) if last.end == address => last.end += 1,
                _ => ranges.push(address..address + 1),
            }
        }
        ranges
    }
}

/// The page of a part that loads later. Parts are named after their page: `task_what_if` belongs to `task`.
pub fn page_of(part: &str) -> Option<&str> {
    part.split_once('_').map(|(page, _)| page)
}

/// The chunks that a visit loads if it starts with this page, or that a part loads in addition to those of its page.
pub fn loaded_for(name: &str, needed: &BTreeMap<String, Vec<usize>>) -> Vec<usize> {
    let chunks = |name| needed.get(name).map_or(&[][..], Vec::as_slice);
    let present = page_of(name).map_or(&[][..], chunks);
    let missing = chunks(name).iter().filter(|chunk| !present.contains(chunk));
    missing.copied().collect()
}

/// The name of a function, if it is in a module of that name.
fn entry_name<'a>(path: &'a str, entry_module: &str) -> Option<&'a str> {
    let (module, name) = path.rsplit_once("::")?;
    (module.rsplit("::").next() == Some(entry_module)).then_some(name)
}

#[cfg(test)]
mod tests;
