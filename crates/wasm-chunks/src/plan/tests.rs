//! Which module code and data go into.

use super::*;
use crate::graph::{Data, Function, Node};
use crate::reach::{Pages, REQUEST_BYTES, best_to_merge};

const CONFIG: Config = Config {
    name: "app",
    entry_module: "chunk_entry",
    never_called: &["::never_called"],
};

fn function(name: &str, uses: &[Node]) -> Function {
    Function {
        name: name.to_owned(),
        uses: uses.to_vec(),
        bytes: 10 * REQUEST_BYTES,
    }
}

fn entry(page: &str) -> String {
    format!("app::pages::{page}::chunk_entry::{page}")
}

/// `hydrate` shows any of three pages. Two of them share a function, and one has data that refers to another function. A
/// function that is never called refers to one that nothing else uses.
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
            function("app::never_called", &[F(7)]),
        ],
        data: vec![
            Data {
                addresses: 1000..1008,
                uses: vec![F(6)],
            },
            // Strings may overlap.
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
    Plan::new(&graph, &CONFIG).unwrap()
}

#[test]
fn each_page_has_its_own_code_and_shares_the_rest() {
    let plan = plan();
    let pages: Vec<_> = plan.chunks.iter().map(|pages| pages.join(" ")).collect();
    assert_eq!(pages, ["home", "task", "home task", "tasks"]);
    let owners: Vec<_> = (0..9).map(|function| plan.owner_of(function)).collect();
    let expected = [
        Owner::Main,
        Owner::Chunk(0),
        Owner::Chunk(1),
        Owner::Chunk(3),
        Owner::Main,
        Owner::Chunk(2),
        Owner::Chunk(1),
        Owner::Nobody,
        Owner::Nobody,
    ];
    assert_eq!(owners, expected);
    assert!(plan.is_entry(2) && !plan.is_entry(6));
}

#[test]
fn small_sets_are_merged_and_large_ones_are_not() {
    let merged = |sets: &[(Pages, usize)]| best_to_merge(&sets.iter().copied().collect());
    let small = REQUEST_BYTES / 2;
    // One request less for the first page outweighs a few unused bytes for the second.
    assert_eq!(merged(&[(0b0001, 90_000), (0b0011, small)]), None);
    assert_eq!(
        merged(&[(0b0011, small), (0b0111, 90_000)]),
        Some((0b0011, 0b0111))
    );
    assert_eq!(merged(&[(0b0011, 90_000), (0b0111, 90_000)]), None);
    // No request is saved if no page loads both.
    assert_eq!(merged(&[(0b0001, 0), (0b0010, 0)]), None);
}

#[test]
fn data_that_two_pages_share_is_in_the_chunk_of_both() {
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
    // Unused data is removed, but not bytes without a symbol.
    assert_eq!(plan.not_in_main(900..1100), [1000..1012, 1014..1016]);
}

#[test]
fn entries_are_found_by_their_module() {
    let name = |path| entry_name(path, "chunk_entry");
    assert_eq!(name("app::pages::task::chunk_entry::task"), Some("task"));
    assert_eq!(name("app::pages::home::HomePage"), None);
    assert_eq!(name("app::chunk_entry::task::{{closure}}"), None);
    assert_eq!(name("hydrate"), None);
}

#[test]
fn a_module_without_what_the_configuration_names_is_refused() {
    let graph = |names: &[&str]| Graph {
        functions: names.iter().map(|name| function(name, &[])).collect(),
        ..Graph::default()
    };
    let entry = entry("home");
    assert!(Plan::new(&graph(&[&entry, "app::never_called"]), &CONFIG).is_ok());
    assert!(Plan::new(&graph(&[&entry]), &CONFIG).is_err());
    assert!(Plan::new(&graph(&["app::never_called"]), &CONFIG).is_err());
    let twice = [entry.as_str(), &entry, "app::never_called"];
    assert!(Plan::new(&graph(&twice), &CONFIG).is_err());
}
