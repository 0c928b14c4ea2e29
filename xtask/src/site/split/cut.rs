//! Cutting the bound module into one that is loaded first and the chunks.
//!
//! All share memory, tables and globals, which the first module has. A chunk imports functions from that one
//! alone; between chunks, and into them, calls go by the table, where a chunk puts its functions once it is
//! loaded. So chunks need no order, and none needs another to be there that its own page does not call.
//!
//! Several chunks in one module are a bundle: they take the places of the chunks that they are.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result};
use walrus::ir::Value;
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, FunctionBuilder, FunctionId, FunctionKind,
    GlobalKind, ImportKind, ImportedFunction, Module, ModuleConfig, TableId,
};

use super::lines::{Lines, function_table};
use super::plan::{Owner, Plan, loaded_for};

/// What chunks import from the first module is in a module of this name.
const FIRST: &str = "m";
const MEMORY: &str = "memory";
/// Bytes of nobody that a segment of data may run over before another one is begun.
const MAX_GAP: usize = 8;

/// The modules that came of it.
pub struct Cut {
    pub first: Vec<u8>,
    pub chunks: Vec<Vec<u8>>,
    /// What is loaded for a page or a part in one, by its name, where it is more than one chunk.
    pub bundles: BTreeMap<String, Vec<u8>>,
}

/// Cut it as planned.
pub fn cut(bound: &[u8], plan: &Plan) -> Result<Cut> {
    let module = parse(bound)?;
    let lines = Lines::draw(&module, plan)?;
    let chunks = (0..plan.chunks.len())
        .map(|number| pieces(bound, plan, &lines, &[number]))
        .collect::<Result<_>>()?;
    let pages = plan.pages();
    let needed = pages.map(|page| (page.clone(), plan.chunks_of(page)));
    let needed: BTreeMap<_, _> = needed.collect();
    let mut bundles = BTreeMap::new();
    for page in needed.keys() {
        let loaded = loaded_for(page, &needed);
        if loaded.len() > 1 {
            bundles.insert(page.clone(), pieces(bound, plan, &lines, &loaded)?);
        }
    }
    Ok(Cut {
        first: first(module, plan, &lines)?,
        chunks,
        bundles,
    })
}

fn parse(wasm: &[u8]) -> Result<Module> {
    ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(wasm)
        .context("cannot read the bound wasm")
}

fn ids(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter().map(walrus::Function::id).collect()
}

fn first(mut module: Module, plan: &Plan, lines: &Lines) -> Result<Vec<u8>> {
    let (ids, table) = (ids(&module), function_table(&module)?);
    for (place, id) in ids.iter().enumerate() {
        if let (Owner::Chunk(_), Some(slot)) = (lines.owners[place], lines.slot_of.get(&place)) {
            call_by_slot(&mut module, *id, table, *slot)?;
        }
    }
    fill_table(&mut module, table, &ids, lines, |owner| {
        owner == Owner::First
    })?;
    for (place, name) in &lines.shared {
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
        for range in plan.not_in_first(start..start + segment.value.len()) {
            segment.value[range.start - start..range.end - start].fill(0);
        }
    }
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// A module of these chunks.
fn pieces(bound: &[u8], plan: &Plan, lines: &Lines, chunks: &[usize]) -> Result<Vec<u8>> {
    let mut module = parse(bound)?;
    let is_own = |owner| matches!(owner, Owner::Chunk(number) if chunks.contains(&number));
    let (ids, table) = (ids(&module), function_table(&module)?);
    module.start = None;
    let exports: Vec<_> = module.exports.iter().map(walrus::Export::id).collect();
    for export in exports {
        module.exports.delete(export);
    }
    for (place, id) in ids.iter().enumerate() {
        if is_own(lines.owners[place])
            || matches!(module.funcs.get(*id).kind, FunctionKind::Import(_))
        {
            continue;
        }
        if let Some(name) = lines.shared.get(&place) {
            let ty = module.funcs.get(*id).ty();
            let import = module.imports.add(FIRST, name, ImportKind::Function(*id));
            module.funcs.get_mut(*id).kind = FunctionKind::Import(ImportedFunction { import, ty });
        } else if let Some(slot) = lines.slot_of.get(&place) {
            call_by_slot(&mut module, *id, table, *slot)?;
        }
    }
    fill_table(&mut module, table, &ids, lines, is_own)?;
    import_state(&mut module);
    replace_data(&mut module, plan, is_own)?;
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// Have a function call whoever is in the slot when it is called.
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

/// Leave in the table what these owners put there.
fn fill_table(
    module: &mut Module,
    table: TableId,
    ids: &[FunctionId],
    lines: &Lines,
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
    for (slot, run) in lines.runs(is_own) {
        let offset = ConstExpr::Value(Value::I32(i32::try_from(slot)?));
        let items = ElementItems::Functions(run.iter().map(|place| ids[*place]).collect());
        segments.push(
            module
                .elements
                .add(ElementKind::Active { table, offset }, items),
        );
    }
    let size = u64::try_from(lines.table_size)?;
    let table = module.tables.get_mut(table);
    table.elem_segments = segments.into_iter().collect();
    table.maximum = table.maximum.map(|maximum| maximum.max(size));
    table.initial = size;
    Ok(())
}

/// Take memory, tables and globals from the first module.
fn import_state(module: &mut Module) {
    let tables: Vec<_> = module.tables.iter().map(walrus::Table::id).collect();
    for (number, id) in tables.into_iter().enumerate() {
        let import = module
            .imports
            .add(FIRST, &table_name(number), ImportKind::Table(id));
        let table = module.tables.get_mut(id);
        table.import = Some(import);
        table.init = None;
    }
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).collect();
    for (number, id) in globals.into_iter().enumerate() {
        let import = module
            .imports
            .add(FIRST, &global_name(number), ImportKind::Global(id));
        module.globals.get_mut(id).kind = GlobalKind::Import(import);
    }
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    for id in memories {
        let import = module.imports.add(FIRST, MEMORY, ImportKind::Memory(id));
        module.memories.get_mut(id).import = Some(import);
    }
}

/// Have a chunk bring its own part of the memory alone.
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
