//! What refers to what.

use super::*;

/// All numbers here are less than 128, so a byte each.
fn sized(content: &[u8]) -> Vec<u8> {
    [&[u8::try_from(content.len()).unwrap()], content].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id][..], &sized(content)].concat()
}

fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[&sized(name.as_bytes())[..], content].concat())
}

/// `page` is exported, calls `part` and takes the address of a datum, which holds a pointer to `late`.
/// Before the datum there are four bytes without a symbol, a pointer to `early`.
fn linked(has_relocations: bool) -> Vec<u8> {
    let code = [
        &[4][..],
        // call 1; i32.const 12, in five bytes; drop
        &sized(&[0, 0x10, 1, 0x41, 0x8c, 0x80, 0x80, 0x80, 0, 0x1a, 0x0b]),
        &sized(&[0, 0x0b]),
        &sized(&[0, 0x0b]),
        &sized(&[0, 0x0b]),
    ]
    .concat();
    let symbols = [
        &[4][..],
        // A datum of eight bytes at 4 in the segment; then functions 0, 2 and 3.
        &[1, 0, 1, b'd', 0, 4, 8],
        &[0, 0, 0, 4, b'p', b'a', b'g', b'e'],
        &[0, 0, 2, 4, b'l', b'a', b't', b'e'],
        &[0, 0, 3, 5, b'e', b'a', b'r', b'l', b'y'],
    ]
    .concat();
    let names = [
        &[4, 0][..],
        &sized(b"page"),
        &[1],
        &sized(b"part"),
        &[2],
        &sized(b"late"),
        &[3],
        &sized(b"early"),
    ]
    .concat();
    let mut wasm = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 0, 0]),
        section(3, &[4, 0, 0, 0, 0]),
        section(5, &[1, 0, 1]),
        section(7, &[1, 4, b'p', b'a', b'g', b'e', 0, 0]),
        section(10, &code),
        section(11, &[&[1, 0, 0x41, 8, 0x0b][..], &sized(&[0; 12])].concat()),
        custom("linking", &[&[2, 8][..], &sized(&symbols)].concat()),
    ]
    .concat();
    if has_relocations {
        // An address (4) 6 bytes into the code, of the first symbol.
        wasm.extend(custom("reloc.CODE", &[4, 1, 4, 6, 0, 0]));
        // Slots of the table (2): of symbol 3 at the start of the data, of symbol 2 in the datum.
        wasm.extend(custom("reloc.DATA", &[5, 2, 2, 6, 3, 2, 14, 2]));
    }
    wasm.extend(custom("name", &[&[1][..], &sized(&names)].concat()));
    wasm
}

#[test]
fn calls_addresses_and_pointers_are_followed() {
    let graph = Graph::read(&linked(true)).unwrap();
    let names: Vec<_> = graph.functions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["page", "part", "late", "early"]);
    assert_eq!(graph.functions[0].uses, [Node::Function(1), Node::Data(0)]);
    assert_eq!(graph.data.len(), 1);
    assert_eq!(graph.data[0].addresses, 12..20);
    assert_eq!(graph.data[0].uses, [Node::Function(2)]);
    // What has no symbol belongs to everybody.
    assert_eq!(graph.roots, [Node::Function(0), Node::Function(3)]);
}

#[test]
fn without_relocations_nothing_can_be_told() {
    assert!(Graph::read(&linked(false)).is_err());
}
