//! Which chunk each function and each byte of data belongs to.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Result, ensure};

use super::graph::Graph;
use super::needs::{Needs, group};

/// What the symbols of the functions at which the module is cut have in common; their names follow.
const ENTRY: &str = "5pages5chunk5entry";

/// Which module something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// That which is loaded first.
    First,
    /// A chunk, by its place in [`Plan::chunks`].
    Chunk(usize),
    /// None: it is never used.
    Nobody,
}

/// What goes where.
pub struct Plan {
    /// The names of the pages that need each chunk.
    pub chunks: Vec<Vec<String>>,
    entries: BTreeMap<String, usize>,
    functions: Vec<Owner>,
    /// The owners of bytes from the first datum on; of those that are in none, `None`.
    bytes: Vec<Option<Owner>>,
    first_address: usize,
}

impl Plan {
    /// Follow what refers to what from outside and from each page, but not into functions that are never called.
    pub fn new(graph: &Graph, is_snipped: impl Fn(&str) -> bool) -> Result<Self> {
        let mut entries = BTreeMap::new();
        for (index, function) in graph.functions.iter().enumerate() {
            if let Some(name) = entry_name(&function.name) {
                let before = entries.insert(name.to_owned(), index);
                ensure!(before.is_none(), "two functions are the entry of {name}");
            }
        }
        ensure!(
            !entries.is_empty(),
            "no function of the wasm has {ENTRY} in its name"
        );
        ensure!(entries.len() < 31, "more pages than bits");
        let needs = Needs::find(graph, &entries, is_snipped);
        let (sets, owner_of) = group(&needs, graph, entries.len());
        let chunks = sets.iter().map(|set| {
            let names = entries.keys().enumerate();
            names
                .filter(|(number, _)| set >> number & 1 == 1)
                .map(|(_, name)| name.clone())
                .collect()
        });
        let bytes = needs
            .bytes
            .iter()
            .map(|pages| pages.map(&owner_of))
            .collect();
        Ok(Self {
            chunks: chunks.collect(),
            functions: needs
                .functions
                .iter()
                .map(|pages| owner_of(*pages))
                .collect(),
            bytes,
            first_address: needs.first_address,
            entries,
        })
    }

    /// A plan in which these functions and addresses are those chunks', and the others everybody's.
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
            functions: vec![Owner::First; 10],
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

    /// Whose a function is, by its number in the linker's wasm.
    pub fn owner_of(&self, function: usize) -> Owner {
        self.functions
            .get(function)
            .copied()
            .unwrap_or(Owner::First)
    }

    /// Whether a page begins with that function.
    pub fn is_entry(&self, function: usize) -> bool {
        self.entries.values().any(|entry| *entry == function)
    }

    fn owner_at(&self, address: usize) -> Option<Owner> {
        let place = address.checked_sub(self.first_address)?;
        self.bytes.get(place).copied().flatten()
    }

    /// The parts of a range of addresses that the first module does not need.
    pub fn not_in_first(&self, range: Range<usize>) -> Vec<Range<usize>> {
        self.ranges(range, |owner| {
            owner.is_some_and(|owner| owner != Owner::First)
        })
    }

    /// The parts of a range of addresses that are these owners'.
    pub fn owned_by(
        &self,
        is_own: impl Fn(Owner) -> bool,
        range: Range<usize>,
    ) -> Vec<Range<usize>> {
        self.ranges(range, |owner| owner.is_some_and(&is_own))
    }

    /// Whether nobody minds what is in a range of addresses.
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

/// The page that a part is of, which comes after it: parts are named after their page.
pub fn page_of(part: &str) -> Option<&str> {
    part.split_once('_').map(|(page, _)| page)
}

/// What a visit loads that begins with a page, or what a part needs beside its page, where that is told for all.
pub fn loaded_for(name: &str, needed: &BTreeMap<String, Vec<usize>>) -> Vec<usize> {
    let chunks = |name| needed.get(name).map_or(&[][..], Vec::as_slice);
    let there = page_of(name).map_or(&[][..], chunks);
    let missing = chunks(name).iter().filter(|chunk| !there.contains(chunk));
    missing.copied().collect()
}

/// The name of a page in the symbol of its entry: digits tell its length.
fn entry_name(symbol: &str) -> Option<&str> {
    let (_, rest) = symbol.split_once(ENTRY)?;
    let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
    rest[digits..].get(..rest[..digits].parse().ok()?)
}

#[cfg(test)]
mod tests;
