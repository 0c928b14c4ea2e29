//! Which pages need what, and which sets of pages get a chunk.

use std::collections::BTreeMap;

use super::graph::{Graph, Node};
use super::plan::Owner;

/// What one more request costs, as bytes before compression: chunks that are loaded together are merged as
/// long as that outweighs what other pages would load in vain.
pub const REQUEST_BYTES: usize = 1_500;

/// The pages that need something, as bits by their number; `EVERY` where all do, `0` where none.
pub type Pages = u32;

const EVERY: Pages = 1 << 31;

/// Which pages need what.
pub struct Needs {
    pub functions: Vec<Pages>,
    data: Vec<Pages>,
    /// Of bytes from the first datum on; of those that are in none, `None`.
    pub bytes: Vec<Option<Pages>>,
    pub first_address: usize,
}

impl Needs {
    /// Follow what refers to what from outside and from each page, but not out of what is snipped.
    pub fn find(
        graph: &Graph,
        entries: &BTreeMap<String, usize>,
        is_snipped: impl Fn(&str) -> bool,
    ) -> Self {
        let functions = graph.functions.iter();
        let snipped: Vec<_> = functions.map(|it| is_snipped(&it.name)).collect();
        let mut starts = vec![(EVERY, graph.roots.clone())];
        for (number, index) in entries.values().enumerate() {
            starts.push((1 << number, graph.functions[*index].uses.clone()));
        }
        let mut functions = vec![0; graph.functions.len()];
        let mut data = vec![0; graph.data.len()];
        for (bit, mut open) in starts {
            while let Some(node) = open.pop() {
                let (pages, uses) = match node {
                    Node::Function(index) if entries.values().any(|entry| *entry == index) => {
                        continue;
                    }
                    Node::Function(index) => (&mut functions[index], &graph.functions[index].uses),
                    Node::Data(place) => (&mut data[place], &graph.data[place].uses),
                };
                if *pages & (bit | EVERY) != 0 {
                    continue;
                }
                *pages |= bit;
                if !matches!(node, Node::Function(index) if snipped[index]) {
                    open.extend_from_slice(uses);
                }
            }
        }
        for (number, index) in entries.values().enumerate() {
            functions[*index] = 1 << number;
        }
        let ends = graph.data.iter().map(|datum| datum.addresses.clone());
        let first_address = ends.clone().map(|it| it.start).min().unwrap_or_default();
        let last_address = ends.map(|it| it.end).max().unwrap_or_default();
        let mut bytes = vec![None; last_address - first_address];
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

    /// How much each set of pages needs.
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

/// The sets of pages that get a chunk, and whose something is by the pages that need it.
pub fn group(
    needs: &Needs,
    graph: &Graph,
    pages: usize,
) -> (Vec<Pages>, impl Fn(Pages) -> Owner + use<>) {
    let all = (1 << pages) - 1;
    let mut sets = needs.weigh(graph);
    sets.retain(|set, _| *set != 0 && set & EVERY == 0);
    // The first module, into which sets may be merged too.
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
        narrowest.map_or(Owner::First, |(chunk, _)| Owner::Chunk(chunk))
    };
    (sets, owner_of)
}

/// The two sets whose merging saves most, where any does.
pub fn best_to_merge(sets: &BTreeMap<Pages, usize>) -> Option<(Pages, Pages)> {
    let count = |pages: Pages| pages.count_ones() as usize;
    let mut best = (0, None);
    for (&one, &bytes) in sets {
        for (&other, &other_bytes) in sets.range(one + 1..) {
            let union = one | other;
            let in_vain = bytes * count(union & !one) + other_bytes * count(union & !other);
            let saved = (count(one & other) * REQUEST_BYTES).saturating_sub(in_vain);
            if saved > best.0 {
                best = (saved, Some((one, other)));
            }
        }
    }
    best.1
}
