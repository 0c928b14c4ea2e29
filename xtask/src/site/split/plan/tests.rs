//! Which chunk something goes into.

use super::super::graph::{Data, Function, Node};
use super::super::needs::{Pages, REQUEST_BYTES, best_to_merge};
use super::*;

fn function(name: &str, uses: &[Node]) -> Function {
    Function {
        name: name.to_owned(),
        uses: uses.to_vec(),
        bytes: 10 * REQUEST_BYTES,
    }
}

fn entry(page: &str) -> String {
    format!(
        "_ZN10pledgecast{ENTRY}{}{page}17h0123456789abcdefE",
        page.len()
    )
}

/// `hydrate` shows any of three pages; two of them share a function, and one has a datum that refers to
/// another function; what is snipped refers to a function that nothing else does.
fn plan() -> Plan {
    use Node::{Data as D, Function as F};
    let graph = Graph {
        functions: vec![
            function("hydrate", &[F(1), F(2), F(3), F(4), F(8)]),
            function(&entry("home"), &[F(4), F(5)]),
            function(&entry("task"), &[F(5), D(0)]),
            function(&entry("tasks"), &[]),
            function("of every page", &[]),
            function("of two pages", &[D(1)]),
            function("of one page", &[]),
            function("of nobody", &[]),
            function("snipped", &[F(7)]),
        ],
        data: vec![
            Data {
                addresses: 1000..1008,
                uses: vec![F(6)],
            },
            // Two texts may share their ends.
            Data {
                addresses: 1004..1012,
                uses: vec![],
            },
            Data {
                addresses: 1014..1016,
                uses: vec![],
            },
        ],
        roots: vec![F(0)],
    };
    Plan::new(&graph, |name| name == "snipped").unwrap()
}

#[test]
fn each_page_has_what_it_alone_needs_and_shares_the_rest() {
    let plan = plan();
    let pages: Vec<_> = plan.chunks.iter().map(|pages| pages.join(" ")).collect();
    assert_eq!(pages, ["home", "task", "home task", "tasks"]);
    let owners: Vec<_> = (0..9).map(|function| plan.owner_of(function)).collect();
    let expected = [
        Owner::First,
        Owner::Chunk(0),
        Owner::Chunk(1),
        Owner::Chunk(3),
        Owner::First,
        Owner::Chunk(2),
        Owner::Chunk(1),
        Owner::Nobody,
        Owner::First,
    ];
    assert_eq!(owners, expected);
    assert!(plan.is_entry(2) && !plan.is_entry(6));
}

#[test]
fn what_is_small_is_merged_and_what_is_large_is_not() {
    let merged = |sets: &[(Pages, usize)]| best_to_merge(&sets.iter().copied().collect());
    let small = REQUEST_BYTES / 2;
    // One request less for the first page, for a few bytes in vain for the second.
    assert_eq!(merged(&[(0b0001, 90_000), (0b0011, small)]), None);
    assert_eq!(
        merged(&[(0b0011, small), (0b0111, 90_000)]),
        Some((0b0011, 0b0111))
    );
    assert_eq!(merged(&[(0b0011, 90_000), (0b0111, 90_000)]), None);
    // Nothing is in vain where pages are the same, and no request is saved where none is shared.
    assert_eq!(merged(&[(0b0001, 0), (0b0010, 0)]), None);
}

#[test]
fn memory_that_two_share_is_loaded_with_what_both_need() {
    let plan = plan();
    assert_eq!(
        plan.owned_by(|owner| owner == Owner::Chunk(1), 900..1100),
        [Range {
            start: 1000,
            end: 1004
        }]
    );
    assert_eq!(
        plan.owned_by(|owner| owner == Owner::Chunk(2), 900..1100),
        [Range {
            start: 1004,
            end: 1012
        }]
    );
    assert!(plan.is_free(1012..1020) && !plan.is_free(1011..1013));
    // What nobody needs goes, but not what lies between and has no name.
    assert_eq!(plan.not_in_first(900..1100), [1000..1012, 1014..1016]);
}

#[test]
fn pages_are_found_by_the_names_of_their_entries() {
    assert_eq!(entry_name(&entry("task")), Some("task"));
    assert_eq!(
        entry_name("_RNvNtNtNtCs_10pledgecast5pages5chunk5entry4home"),
        Some("home")
    );
    assert_eq!(entry_name("_ZN10pledgecast5pages4home8HomePage17hE"), None);
    let none = Graph {
        functions: vec![function("hydrate", &[])],
        ..Graph::default()
    };
    assert!(Plan::new(&none, |_| false).is_err());
}
