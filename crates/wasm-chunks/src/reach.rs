//! Which pages reach each function and each byte of data, and which sets of pages get a chunk.

use std::collections::BTreeMap;

use crate::graph::{Graph, Node};
use crate::plan::Owner;

/// The price of one more request, in bytes before compression. Chunks that are loaded together are merged as long as
/// this outweighs what other pages would download without using it.
pub const REQUEST_BYTES: usize = 1_500;

/// A set of pages, one bit for each. `0` if nothing reaches it, [`EVERY`] if code outside of pages does.
pub type Pages = u64;

const EVERY: Pages = 1 << 63;

/// The most pages that [`Pages`] can hold.
pub const MAX_PAGES: usize = 62;

/// Which pages reach what.
pub struct Reach {
    pub functions: Vec<Pages>,
    data: Vec<Pages>,
    /// For each byte from `first_address` on. `None` if no symbol covers it.
    pub bytes: Vec<Option<Pages>>,
    pub first_address: usize,
}

impl Reach {
    /// Follow the references from the roots and from the entry of each page, except to functions that are never called.
    pub fn find(
        graph: &Graph,
        entries: &BTreeMap<String, usize>,
        is_called: impl Fn(&str) -> bool,
    ) -> Self {
        let is_entry = |index| entries.values().any(|entry| *entry == index);
        let is_followed: Vec<bool> = (graph.functions.iter().enumerate())
            .map(|(index, function)| !is_entry(index) && is_called(&function.name))
            .collect();
        let mut starts = vec![(EVERY, graph.roots.clone())];
        for (number, index) in entries.values().enumerate() {
            starts.push((1 << number, graph.functions[*index].uses.clone()));
        }
        let mut functions = vec![0; graph.functions.len()];
        let mut data = vec![0; graph.data.len()];
        for (bit, mut open) in starts {
            while let Some(node) = open.pop() {
                let (pages, uses) = match node {
                    Node::Function(index) if !is_followed[index] => continue,
                    Node::Function(index) => (&mut functions[index], &graph.functions[index].uses),
                    Node::Data(place) => (&mut data[place], &graph.data[place].uses),
                };
                if *pages & (bit | EVERY) == 0 {
                    *pages |= bit;
                    open.extend_from_slice(uses);
                }
            }
        }
        for (number, index) in entries.values().enumerate() {
            functions[*index] = 1 << number;
        }
        let ranges = graph.data.iter().map(|datum| datum.addresses.clone());
        let first_address = ranges.clone().map(|it| it.start).min().unwrap_or_default();
        let end_address = ranges.map(|it| it.end).max().unwrap_or_default();
        let mut bytes = vec![None; end_address - first_address];
        for (datum, pages) in graph.data.iter().zip(&data) {
            for address in datum.addresses.clone() {
                *bytes[address - first_address].get_or_insert(0) |= *pages;
            }
        }
        Self {
            functions,
            data,
            bytes,
            first_address,
        }
    }

    /// How many bytes each set of pages shares.
    fn weigh(&self, graph: &Graph) -> BTreeMap<Pages, usize> {
        let mut weights = BTreeMap::new();
        for (function, pages) in graph.functions.iter().zip(&self.functions) {
            *weights.entry(*pages).or_default() += function.bytes;
        }
        for (datum, pages) in graph.data.iter().zip(&self.data) {
            *weights.entry(*pages).or_default() += datum.addresses.len();
        }
        weights
    }
}

/// The sets of pages that get a chunk, and the owner of what a set of pages reaches.
pub fn group(
    reach: &Reach,
    graph: &Graph,
    pages: usize,
) -> (Vec<Pages>, impl Fn(Pages) -> Owner + use<>) {
    let all = (1 << pages) - 1;
    let mut sets = reach.weigh(graph);
    sets.retain(|set, _| *set != 0 && set & EVERY == 0);
    // The main module, into which sets may be merged too.
    sets.entry(all).or_default();
    while let Some((one, other)) = best_to_merge(&sets) {
        let bytes = sets.remove(&one).unwrap_or_default() + sets.remove(&other).unwrap_or_default();
        *sets.entry(one | other).or_default() += bytes;
    }
    sets.remove(&all);
    let sets: Vec<_> = sets.into_keys().collect();
    let known = sets.clone();
    let owner_of = move |pages: Pages| {
        if pages == 0 {
            return Owner::Nobody;
        }
        let wide_enough = known
            .iter()
            .enumerate()
            .filter(|(_, set)| *set & pages == pages);
        let narrowest = wide_enough.min_by_key(|(_, set)| set.count_ones());
        narrowest.map_or(Owner::Main, |(chunk, _)| Owner::Chunk(chunk))
    };
    (sets, owner_of)
}

/// The two sets whose merging saves most, if any does.
pub fn best_to_merge(sets: &BTreeMap<Pages, usize>) -> Option<(Pages, Pages)> {
    let count = |pages: Pages| pages.count_ones() as usize;
    let mut best = (0, None);
    for (&one, &bytes) in sets {
        for (&other, &other_bytes) in sets.range(one + 1..) {
            let union = one | other;
            let unused = bytes * count(union & !one) + other_bytes * count(union & !other);
            let saved = (count(one & other) * REQUEST_BYTES).saturating_sub(unused);
            if saved > best.0 {
                best = (saved, Some((one, other)));
            }
        }
    }
    best.1
}
