//! References that are read from a small linked module.

use super::*;

/// All numbers here are below 128 and take one byte each.
fn sized(content: &[u8]) -> Vec<u8> {
    [&[u8::try_from(content.len()).unwrap()], content].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id][..], &sized(content)].concat()
}

fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[&sized(name.as_bytes())[..], content].concat())
}

/// `page` is exported, calls `part` and takes the address of data that contains a pointer to `late`. Four bytes before
/// the data have no symbol and contain a pointer to `early`.
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
        // Data of eight bytes at offset 4 of the segment; then functions 0, 2 and 3.
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
        // The address (4) of the first symbol, 6 bytes into the code.
        wasm.extend(custom("reloc.CODE", &[4, 1, 4, 6, 0, 0]));
        // Table slots (2): of symbol 3 at the start of the segment, of symbol 2 in the data.
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
    // What has no symbol is a root.
    assert_eq!(graph.roots, [Node::Function(0), Node::Function(3)]);
}

#[test]
fn a_module_without_relocations_is_refused() {
    assert!(Graph::read(&linked(false)).is_err());
}
