//! Writing the main module, the chunks and the bundles.
//!
//! The main module owns memory, tables and globals; chunks import them, and functions of the main module only. Calls
//! between chunks, and from the main module into chunks, go through the table, into which each chunk puts its
//! functions when it is instantiated. So chunks can be loaded in any order, and a page needs only its own.
//!
//! A bundle is several chunks as one module. It fills the same table slots and the same memory.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result};
use rayon::prelude::*;
use walrus::ir::Value;
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, FunctionBuilder, FunctionId, FunctionKind,
    GlobalKind, ImportKind, ImportedFunction, Module, ModuleConfig, TableId,
};

use crate::layout::{Layout, function_table};
use crate::plan::{Owner, Plan, loaded_for};

/// The name under which chunks import the main module. `loader.js` uses it too.
const MAIN: &str = "m";
const MEMORY: &str = "memory";
/// Unused bytes that a data segment may include, because a new segment costs more.
const MAX_GAP: usize = 8;

/// The modules, ready for browsers.
pub struct Emitted {
    pub main: Vec<u8>,
    pub chunks: Vec<Vec<u8>>,
    /// All chunks that a page or part loads, as one module. Only where that is more than one.
    pub bundles: BTreeMap<String, Vec<u8>>,
}

/// Cut the module that wasm-bindgen wrote.
pub fn emit(bound: &[u8], plan: &Plan) -> Result<Emitted> {
    let module = parse(bound)?;
    let layout = Layout::new(&module, plan)?;
    // In parallel, because each parses the whole module.
    let write = |chunks: &[usize]| chunk_module(bound, plan, &layout, chunks);
    let chunks = (0..plan.chunks.len())
        .into_par_iter()
        .map(|number| write(&[number]))
        .collect::<Result<_>>()?;
    let pages = plan.pages();
    let needed = pages.map(|page| (page.clone(), plan.chunks_of(page)));
    let needed: BTreeMap<_, _> = needed.collect();
    let bundles = needed
        .par_iter()
        .map(|(page, _)| (page, loaded_for(page, &needed)))
        .filter(|(_, loaded)| loaded.len() > 1)
        .map(|(page, loaded)| Ok((page.clone(), write(&loaded)?)))
        .collect::<Result<_>>()?;
    Ok(Emitted {
        main: main_module(module, plan, &layout)?,
        chunks,
        bundles,
    })
}

fn parse(wasm: &[u8]) -> Result<Module> {
    ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(wasm)
        .context("cannot read the module that wasm-bindgen wrote")
}

fn ids(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter().map(walrus::Function::id).collect()
}

fn main_module(mut module: Module, plan: &Plan, layout: &Layout) -> Result<Vec<u8>> {
    let (ids, table) = (ids(&module), function_table(&module)?);
    for (place, id) in ids.iter().enumerate() {
        if let (Owner::Chunk(_), Some(slot)) = (layout.owners[place], layout.slot_of.get(&place)) {
            call_by_slot(&mut module, *id, table, *slot)?;
        }
    }
    fill_table(&mut module, table, &ids, layout, |owner| {
        owner == Owner::Main
    })?;
    for (place, name) in &layout.shared {
        module.exports.add(name, ids[*place]);
    }
    let tables: Vec<_> = module.tables.iter().map(walrus::Table::id).collect();
    for (number, id) in tables.into_iter().enumerate() {
        module.exports.add(&table_name(number), id);
    }
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).collect();
    for (number, id) in globals.into_iter().enumerate() {
        module.exports.add(&global_name(number), id);
    }
    let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for id in segments {
        let segment = module.data.get_mut(id);
        let Some(start) = address(&segment.kind) else {
            continue;
        };
        for range in plan.not_in_main(start..start + segment.value.len()) {
            segment.value[range.start - start..range.end - start].fill(0);
        }
    }
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// One module with these chunks.
fn chunk_module(bound: &[u8], plan: &Plan, layout: &Layout, chunks: &[usize]) -> Result<Vec<u8>> {
    let mut module = parse(bound)?;
    let is_own = |owner| matches!(owner, Owner::Chunk(number) if chunks.contains(&number));
    let (ids, table) = (ids(&module), function_table(&module)?);
    module.start = None;
    let exports: Vec<_> = module.exports.iter().map(walrus::Export::id).collect();
    for export in exports {
        module.exports.delete(export);
    }
    for (place, id) in ids.iter().enumerate() {
        if is_own(layout.owners[place])
            || matches!(module.funcs.get(*id).kind, FunctionKind::Import(_))
        {
            continue;
        }
        if let Some(name) = layout.shared.get(&place) {
            let ty = module.funcs.get(*id).ty();
            let import = module.imports.add(MAIN, name, ImportKind::Function(*id));
            module.funcs.get_mut(*id).kind = FunctionKind::Import(ImportedFunction { import, ty });
        } else if let Some(slot) = layout.slot_of.get(&place) {
            call_by_slot(&mut module, *id, table, *slot)?;
        }
    }
    fill_table(&mut module, table, &ids, layout, is_own)?;
    import_state(&mut module);
    replace_data(&mut module, plan, is_own)?;
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// Replace the body of a function by a call of the function in the slot.
fn call_by_slot(module: &mut Module, id: FunctionId, table: TableId, slot: usize) -> Result<()> {
    let ty = module.funcs.get(id).ty();
    let signature = module.types.get(ty);
    let (params, results) = (signature.params().to_vec(), signature.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    let args: Vec<_> = params.iter().map(|kind| module.locals.add(*kind)).collect();
    let mut body = builder.func_body();
    for arg in &args {
        body.local_get(*arg);
    }
    body.i32_const(i32::try_from(slot)?)
        .call_indirect(ty, table);
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(args));
    Ok(())
}

/// Keep the table slots of certain owners.
fn fill_table(
    module: &mut Module,
    table: TableId,
    ids: &[FunctionId],
    layout: &Layout,
    is_own: impl Fn(Owner) -> bool,
) -> Result<()> {
    let before: Vec<_> = module
        .tables
        .get(table)
        .elem_segments
        .iter()
        .copied()
        .collect();
    for segment in before {
        module.elements.delete(segment);
    }
    let mut segments = Vec::new();
    for (slot, run) in layout.runs(is_own) {
        let offset = ConstExpr::Value(Value::I32(i32::try_from(slot)?));
        let items = ElementItems::Functions(run.iter().map(|place| ids[*place]).collect());
        segments.push(
            module
                .elements
                .add(ElementKind::Active { table, offset }, items),
        );
    }
    let size = u64::try_from(layout.table_size)?;
    let table = module.tables.get_mut(table);
    table.elem_segments = segments.into_iter().collect();
    table.maximum = table.maximum.map(|maximum| maximum.max(size));
    table.initial = size;
    Ok(())
}

/// Import memory, tables and globals from the main module.
fn import_state(module: &mut Module) {
    let tables: Vec<_> = module.tables.iter().map(walrus::Table::id).collect();
    for (number, id) in tables.into_iter().enumerate() {
        let import = module
            .imports
            .add(MAIN, &table_name(number), ImportKind::Table(id));
        let table = module.tables.get_mut(id);
        table.import = Some(import);
        table.init = None;
    }
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).collect();
    for (number, id) in globals.into_iter().enumerate() {
        let import = module
            .imports
            .add(MAIN, &global_name(number), ImportKind::Global(id));
        module.globals.get_mut(id).kind = GlobalKind::Import(import);
    }
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    for id in memories {
        let import = module.imports.add(MAIN, MEMORY, ImportKind::Memory(id));
        module.memories.get_mut(id).import = Some(import);
    }
}

/// Keep the data of certain owners.
fn replace_data(module: &mut Module, plan: &Plan, is_own: impl Fn(Owner) -> bool) -> Result<()> {
    let before: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for id in before {
        let segment = module.data.get(id);
        let (DataKind::Active { memory, .. }, Some(start)) =
            (&segment.kind, address(&segment.kind))
        else {
            continue;
        };
        let (memory, value) = (*memory, segment.value.clone());
        module.data.delete(id);
        module.memories.get_mut(memory).data_segments.remove(&id);
        let mut own: Vec<Range<usize>> = Vec::new();
        for range in plan.owned_by(&is_own, start..start + value.len()) {
            match own.last_mut() {
                Some(last)
                    if range.start - last.end <= MAX_GAP && plan.is_free(last.end..range.start) =>
                {
                    last.end = range.end;
                }
                _ => own.push(range),
            }
        }
        for range in own {
            let offset = ConstExpr::Value(Value::I32(i32::try_from(range.start)?));
            let bytes = value[range.start - start..range.end - start].to_vec();
            let id = module.data.add(DataKind::Active { memory, offset }, bytes);
            module.memories.get_mut(memory).data_segments.insert(id);
        }
    }
    Ok(())
}

fn address(kind: &DataKind) -> Option<usize> {
    match kind {
        DataKind::Active {
            offset: ConstExpr::Value(Value::I32(start)),
            ..
        } => usize::try_from(*start).ok(),
        _ => None,
    }
}

fn table_name(number: usize) -> String {
    format!("$t{number}")
}

fn global_name(number: usize) -> String {
    format!("$g{number}")
}

#[cfg(test)]
mod tests;
