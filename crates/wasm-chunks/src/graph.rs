//! Which function and which data refers to what, read from the linker's relocations.

use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use rustc_demangle::demangle;
use wasmparser::{
    DataKind, ExternalKind, FunctionBody, KnownCustom, Linking, Operator, Parser, Payload,
    RelocationEntry, RelocationType, SymbolInfo, TypeRef,
};

/// A function by its index, or data by its place in [`Graph::data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    Function(usize),
    Data(usize),
}

/// A function and its references.
#[derive(Debug, Default)]
pub struct Function {
    /// As a path in Rust, without the hash.
    pub name: String,
    pub uses: Vec<Node>,
    /// The size of its code.
    pub bytes: usize,
}

/// A symbol of the initial memory and its references.
#[derive(Debug)]
pub struct Data {
    pub addresses: Range<usize>,
    pub uses: Vec<Node>,
}

/// The references of a module.
#[derive(Debug, Default)]
pub struct Graph {
    pub functions: Vec<Function>,
    pub data: Vec<Data>,
    /// What is exported, or referred to from a place that no symbol covers.
    pub roots: Vec<Node>,
}

/// The sections of the file that matter here.
#[derive(Default)]
struct Parts<'a> {
    imported: usize,
    bodies: Vec<FunctionBody<'a>>,
    exported: Vec<usize>,
    code_start: usize,
    data_start: usize,
    /// The address and the file offset of each segment.
    segments: Vec<(usize, usize)>,
    symbols: Vec<SymbolInfo<'a>>,
    code_relocs: Vec<RelocationEntry>,
    data_relocs: Vec<RelocationEntry>,
    names: Vec<(usize, &'a str)>,
}

impl Graph {
    /// Read a module that was linked with `--emit-relocs`.
    pub fn read(wasm: &[u8]) -> Result<Self> {
        let mut parts = Parts::read(wasm)?;
        ensure!(
            !parts.code_relocs.is_empty(),
            "the wasm module has no relocations: link it with --emit-relocs"
        );
        parts.code_relocs.sort_by_key(|reloc| reloc.offset);
        parts.data_relocs.sort_by_key(|reloc| reloc.offset);
        let mut graph = Self::default();
        // Indices into `data`, by symbol.
        let mut places = vec![None; parts.symbols.len()];
        for (index, symbol) in parts.symbols.iter().enumerate() {
            let SymbolInfo::Data {
                symbol: Some(defined),
                ..
            } = symbol
            else {
                continue;
            };
            let Some((address, _)) = parts.segments.get(defined.index as usize) else {
                continue;
            };
            let start = address + defined.offset as usize;
            places[index] = Some(graph.data.len());
            graph.data.push(Data {
                addresses: start..start + defined.size as usize,
                uses: Vec::new(),
            });
        }
        graph.add_functions(&parts, &places)?;
        graph.add_data(&parts, &places)?;
        Ok(graph)
    }

    fn add_functions(&mut self, parts: &Parts, places: &[Option<usize>]) -> Result<()> {
        let count = parts.imported + parts.bodies.len();
        self.functions.resize_with(count, Function::default);
        for &(index, name) in &parts.names {
            if let Some(function) = self.functions.get_mut(index) {
                function.name = format!("{:#}", demangle(name));
            }
        }
        let mut rest = &parts.code_relocs[..];
        for (number, body) in parts.bodies.iter().enumerate() {
            let mut uses = Vec::new();
            // Stubs that the linker generates have no relocations.
            for operator in body.get_operators_reader()? {
                if let Operator::Call { function_index } | Operator::RefFunc { function_index } =
                    operator?
                {
                    uses.push(Node::Function(function_index as usize));
                }
            }
            let range = body.range();
            let end = rest
                .partition_point(|reloc| parts.code_start + (reloc.offset as usize) < range.end);
            let (own, after) = rest.split_at(end);
            rest = after;
            for reloc in own {
                add_target(&mut uses, reloc, parts, places);
            }
            let function = &mut self.functions[parts.imported + number];
            function.uses = uses;
            function.bytes = range.len();
        }
        self.roots
            .extend(parts.exported.iter().map(|index| Node::Function(*index)));
        Ok(())
    }

    fn add_data(&mut self, parts: &Parts, places: &[Option<usize>]) -> Result<()> {
        let address_of = |reloc: &RelocationEntry| {
            let in_file = parts.data_start + reloc.offset as usize;
            let segment = parts
                .segments
                .iter()
                .rev()
                .find(|(_, start)| *start <= in_file);
            let (address, start) = segment.context("a relocation is outside of all segments")?;
            Ok::<_, anyhow::Error>(address + in_file - start)
        };
        let mut by_address = Vec::new();
        for reloc in &parts.data_relocs {
            by_address.push((address_of(reloc)?, reloc));
        }
        by_address.sort_by_key(|(address, _)| *address);
        let mut is_covered = vec![false; by_address.len()];
        for place in 0..self.data.len() {
            let Range { start, end } = self.data[place].addresses.clone();
            let first = by_address.partition_point(|(address, _)| *address < start);
            let mut uses = Vec::new();
            for (number, (address, reloc)) in by_address.iter().enumerate().skip(first) {
                if *address >= end {
                    break;
                }
                is_covered[number] = true;
                add_target(&mut uses, reloc, parts, places);
            }
            self.data[place].uses = uses;
        }
        let mut roots = Vec::new();
        for ((_, reloc), is_covered) in by_address.iter().zip(is_covered) {
            if !is_covered {
                add_target(&mut roots, reloc, parts, places);
            }
        }
        self.roots.append(&mut roots);
        Ok(())
    }
}

fn add_target(
    uses: &mut Vec<Node>,
    reloc: &RelocationEntry,
    parts: &Parts,
    places: &[Option<usize>],
) {
    match reloc.ty {
        RelocationType::MemoryAddrLeb
        | RelocationType::MemoryAddrSleb
        | RelocationType::MemoryAddrI32 => {
            if let Some(place) = places[reloc.index as usize] {
                uses.push(Node::Data(place));
            }
        }
        RelocationType::TableIndexSleb | RelocationType::TableIndexI32 => {
            if let Some(SymbolInfo::Func { index, .. }) = parts.symbols.get(reloc.index as usize) {
                uses.push(Node::Function(*index as usize));
            }
        }
        _ => {}
    }
}

impl<'a> Parts<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut parts = Self::default();
        let mut section = 0;
        let (mut code, mut data) = (None, None);
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.context("cannot read the wasm module")?;
            match &payload {
                Payload::ImportSection(imports) => {
                    for import in imports.clone().into_imports() {
                        if matches!(import?.ty, TypeRef::Func(_)) {
                            parts.imported += 1;
                        }
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports.clone() {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            parts.exported.push(export.index as usize);
                        }
                    }
                }
                Payload::StartSection { func, .. } => parts.exported.push(*func as usize),
                Payload::CodeSectionStart { range, .. } => {
                    parts.code_start = range.start;
                    code = Some(section);
                }
                Payload::CodeSectionEntry(body) => parts.bodies.push(body.clone()),
                Payload::DataSection(segments) => {
                    parts.data_start = segments.range().start;
                    data = Some(section);
                    for segment in segments.clone() {
                        let segment = segment?;
                        let DataKind::Active { offset_expr, .. } = &segment.kind else {
                            bail!("passive data segments are not supported");
                        };
                        let offset = offset_expr.get_operators_reader().into_iter().next();
                        let Some(Ok(Operator::I32Const { value })) = offset else {
                            bail!("data segments without a fixed address are not supported");
                        };
                        let address = usize::try_from(value)?;
                        parts
                            .segments
                            .push((address, segment.range.end - segment.data.len()));
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Linking(linking) => {
                        for subsection in linking.subsections() {
                            if let Linking::SymbolTable(symbols) = subsection? {
                                parts.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(relocs) => {
                        let entries = relocs
                            .entries()
                            .into_iter()
                            .collect::<Result<Vec<_>, _>>()?;
                        let of = Some(relocs.section_index());
                        if of == code {
                            parts.code_relocs = entries;
                        } else if of == data {
                            parts.data_relocs = entries;
                        }
                    }
                    KnownCustom::Name(names) => {
                        for subsection in names {
                            if let wasmparser::Name::Function(map) = subsection? {
                                for naming in map {
                                    let naming = naming?;
                                    parts.names.push((naming.index as usize, naming.name));
                                }
                            }
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
            // Function bodies are reported like sections but are none.
            if !matches!(
                payload,
                Payload::CodeSectionEntry(_) | Payload::Version { .. } | Payload::End(_)
            ) {
                section += 1;
            }
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests;
