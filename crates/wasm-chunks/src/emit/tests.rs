//! Emitted that are cut from a small one: each has its own functions and its own data.

use walrus::{FunctionId, RefType, ValType};

use super::*;
use crate::layout::slots;

fn add(module: &mut Module, name: &str, calls: &[FunctionId]) -> FunctionId {
    let mut builder = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
    let argument = module.locals.add(ValType::I32);
    let mut body = builder.name(name.to_owned()).func_body();
    for callee in calls {
        body.local_get(argument).call(*callee);
    }
    builder.finish(vec![argument], &mut module.funcs)
}

/// `hydrate` (f0) calls the entry of a page (f2), which calls a function that two pages share (f5) and one of the main
/// module (f4). Another function of the page (f6) is in the table.
fn bound() -> Vec<u8> {
    let mut module = Module::default();
    let memory = module.memories.add_local(false, false, 1, None, None);
    let table = module.tables.add_local(false, 2, Some(2), RefType::FUNCREF);
    let every = add(&mut module, "f4", &[]);
    let shared = add(&mut module, "f5", &[every]);
    let own = add(&mut module, "f6", &[]);
    let page = add(&mut module, "f2", &[shared, every]);
    let hydrate = add(&mut module, "f0", &[page]);
    let offset = |address| ConstExpr::Value(Value::I32(address));
    let kind = ElementKind::Active {
        table,
        offset: offset(1),
    };
    let slots = module
        .elements
        .add(kind, ElementItems::Functions(vec![own]));
    module.tables.get_mut(table).elem_segments.insert(slots);
    let kind = DataKind::Active {
        memory,
        offset: offset(996),
    };
    let data = module.data.add(kind, (1..=24).collect());
    module.memories.get_mut(memory).data_segments.insert(data);
    module.exports.add("hydrate", hydrate);
    module.exports.add(MEMORY, memory);
    module.emit_wasm()
}

fn plan() -> Plan {
    Plan::for_test(
        &[(2, 1), (5, 3), (6, 1)],
        &[2],
        &[(1000..1004, 1), (1004..1012, 3)],
        4,
    )
}

fn imports(wasm: &[u8]) -> Vec<String> {
    let module = Module::from_buffer(wasm).unwrap();
    let imports = module.imports.iter();
    imports
        .map(|import| format!("{}.{}", import.module, import.name))
        .collect()
}

fn data(wasm: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let module = Module::from_buffer(wasm).unwrap();
    let segments = module.data.iter();
    segments
        .map(|it| (address(&it.kind).unwrap(), it.value.clone()))
        .collect()
}

fn slots_of(wasm: &[u8]) -> Vec<usize> {
    let module = Module::from_buffer(wasm).unwrap();
    let table = function_table(&module).unwrap();
    slots(&module, table).unwrap().into_keys().collect()
}

#[test]
fn a_page_is_called_via_the_table_and_shares_the_state_of_the_main_module() {
    let Emitted { main, chunks, .. } = emit(&bound(), &plan()).unwrap();
    let module = Module::from_buffer(&main).unwrap();
    let names: Vec<_> = module
        .exports
        .iter()
        .map(|export| export.name.clone())
        .collect();
    assert_eq!(names, ["hydrate", "memory", "a", "$t0"]);
    // `hydrate`, the shared function, and the call via the table in place of the page.
    assert_eq!(module.funcs.iter().count(), 3);
    assert!(slots_of(&main).is_empty());
    assert_eq!(imports(&chunks[1]), ["m.a", "m.$t0", "m.memory"]);
    assert_eq!(imports(&chunks[3]), ["m.a", "m.$t0", "m.memory"]);
    // Slot 1 existed; the page and the function that it calls in another chunk got new slots.
    assert_eq!(slots_of(&chunks[1]).len() + slots_of(&chunks[3]).len(), 3);
    assert!(slots_of(&chunks[1]).contains(&1));
    let size = |wasm: &[u8]| {
        let module = Module::from_buffer(wasm).unwrap();
        module.tables.iter().next().map(|table| table.initial)
    };
    assert_eq!((size(&main), size(&chunks[1])), (Some(4), Some(4)));
}

#[test]
fn each_module_has_its_own_data() {
    let Emitted { main, chunks, .. } = emit(&bound(), &plan()).unwrap();
    let mut rest: Vec<_> = (1..=24).collect();
    rest[4..16].fill(0);
    assert_eq!(data(&main), [(996, rest)]);
    assert_eq!(data(&chunks[1]), [(1000, vec![5, 6, 7, 8])]);
    assert_eq!(data(&chunks[3]), [(1004, (9..=16).collect())]);
    assert!(data(&chunks[0]).is_empty());
}

#[test]
fn a_bundle_replaces_its_chunks() {
    let Emitted {
        chunks, bundles, ..
    } = emit(&bound(), &plan()).unwrap();
    let bundle = &bundles["page2"];
    assert_eq!(imports(bundle), ["m.a", "m.$t0", "m.memory"]);
    let mut slots = [slots_of(&chunks[1]), slots_of(&chunks[3])].concat();
    slots.sort_unstable();
    assert_eq!(slots_of(bundle), slots);
    assert_eq!(data(bundle), [(1000, (5..=16).collect())]);
    // The page, its other function, the function of two pages, and the import: no calls via the table.
    let module = Module::from_buffer(bundle).unwrap();
    assert_eq!(module.funcs.iter().count(), 4);
}

#[test]
fn what_wasm_bindgen_exports_stays_in_the_main_module_with_its_callees() {
    let mut module = Module::from_buffer(&bound()).unwrap();
    let shared = module.funcs.by_name("f5").unwrap();
    module.exports.add("closure", shared);
    let Emitted { main, chunks, .. } = emit(&module.emit_wasm(), &plan()).unwrap();
    let module = Module::from_buffer(&main).unwrap();
    assert_eq!(module.funcs.iter().count(), 4);
    assert!(
        Module::from_buffer(&chunks[3])
            .unwrap()
            .funcs
            .iter()
            .next()
            .is_none()
    );
}
