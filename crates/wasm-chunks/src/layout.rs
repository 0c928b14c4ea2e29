//! How the modules call each other: the owner of each function after wasm-bindgen, the table slots of functions that
//! are called across modules, and the functions that chunks import.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use walrus::ir::{self, Value, Visitor};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionId, FunctionKind, Module, TableId,
};

use crate::plan::{Owner, Plan};

/// Functions are identified by their place in the module, which is the same each time the module is parsed.
pub struct Layout {
    pub owners: Vec<Owner>,
    /// The function in each table slot.
    slots: BTreeMap<usize, usize>,
    /// A table slot of each function that is called from another module.
    pub slot_of: BTreeMap<usize, usize>,
    /// The functions that chunks import from the main module, and their names.
    pub shared: BTreeMap<usize, String>,
    /// The size of the table.
    pub table_size: usize,
}

#[derive(Default)]
struct Callees(Vec<usize>);

impl Visitor<'_> for Callees {
    fn visit_function_id(&mut self, id: &FunctionId) {
        self.0.push(id.index());
    }
}

impl Layout {
    /// Follow the plan, except where wasm-bindgen has changed who calls or exports a function.
    pub fn new(module: &Module, plan: &Plan) -> Result<Self> {
        let mut owners = Vec::new();
        let mut calls = Vec::new();
        let mut is_entry = Vec::new();
        for function in module.funcs.iter() {
            let raw = function
                .name
                .as_deref()
                .and_then(|name| name.strip_prefix('f')?.parse().ok());
            let mut callees = Callees::default();
            let mut owner = Owner::Main;
            if let FunctionKind::Local(local) = &function.kind {
                ir::dfs_in_order(&mut callees, local, local.entry_block());
                if let Some(raw) = raw {
                    owner = plan.owner_of(raw);
                }
            }
            is_entry.push(raw.is_some_and(|raw| plan.is_entry(raw)));
            owners.push(owner);
            calls.push(callees.0);
        }
        let exported = module
            .exports
            .iter()
            .filter_map(|export| match export.item {
                ExportItem::Function(id) => Some(id.index()),
                _ => None,
            });
        for place in exported.chain(module.start.map(|id| id.index())) {
            owners[place] = Owner::Main;
        }
        move_to_callers(&mut owners, &calls, &is_entry);
        let table = function_table(module)?;
        let slots = slots(module, table)?;
        let mut layout = Self {
            owners,
            slot_of: slots.iter().map(|(slot, place)| (*place, *slot)).collect(),
            slots,
            shared: BTreeMap::new(),
            table_size: usize::try_from(module.tables.get(table).initial)?,
        };
        for (place, callees) in calls.iter().enumerate() {
            for &callee in callees {
                layout.connect(place, callee);
            }
        }
        for (number, name) in layout.shared.values_mut().enumerate() {
            *name = short_name(number);
        }
        Ok(layout)
    }

    fn connect(&mut self, from: usize, to: usize) {
        let (user, owner) = (self.owners[from], self.owners[to]);
        if user == owner || user == Owner::Nobody {
            return;
        }
        if owner == Owner::Main {
            self.shared.insert(to, String::new());
        } else if !self.slot_of.contains_key(&to) {
            self.slot_of.insert(to, self.table_size);
            self.slots.insert(self.table_size, to);
            self.table_size += 1;
        }
    }

    /// The slots of certain owners as runs without gaps: the first slot and the functions.
    pub fn runs(&self, is_own: impl Fn(Owner) -> bool) -> Vec<(usize, Vec<usize>)> {
        let mut runs: Vec<(usize, Vec<usize>)> = Vec::new();
        for (&slot, &place) in self
            .slots
            .iter()
            .filter(|(_, place)| is_own(self.owners[**place]))
        {
            match runs.last_mut() {
                Some((start, run)) if *start + run.len() == slot => run.push(place),
                _ => runs.push((slot, vec![place])),
            }
        }
        runs
    }
}

/// Move to the main module what the main module calls, except entries of pages, and what was unused before
/// wasm-bindgen ran.
fn move_to_callers(owners: &mut [Owner], calls: &[Vec<usize>], is_entry: &[bool]) {
    let mut open: Vec<_> = (0..owners.len())
        .filter(|place| owners[*place] != Owner::Nobody)
        .collect();
    while let Some(caller) = open.pop() {
        for &callee in &calls[caller] {
            let is_missing = match owners[callee] {
                Owner::Main => false,
                Owner::Nobody => true,
                Owner::Chunk(_) => owners[caller] == Owner::Main && !is_entry[callee],
            };
            if is_missing {
                owners[callee] = Owner::Main;
                open.push(callee);
            }
        }
    }
}

/// The table of function pointers.
pub fn function_table(module: &Module) -> Result<TableId> {
    let table = module.tables.main_function_table()?;
    table.context("the wasm module has no function table")
}

/// The function in each of its slots.
pub fn slots(module: &Module, table: TableId) -> Result<BTreeMap<usize, usize>> {
    let mut slots = BTreeMap::new();
    for segment in module.elements.iter() {
        let ElementKind::Active { table: of, offset } = &segment.kind else {
            continue;
        };
        if *of != table {
            continue;
        }
        let (ConstExpr::Value(Value::I32(start)), ElementItems::Functions(functions)) =
            (offset, &segment.items)
        else {
            bail!("a table segment without fixed slots is not supported");
        };
        let start = usize::try_from(*start)?;
        slots.extend(
            functions
                .iter()
                .enumerate()
                .map(|(number, id)| (start + number, id.index())),
        );
    }
    Ok(slots)
}

/// The shortest name possible, because there are thousands.
fn short_name(number: usize) -> String {
    let mut rest = number;
    let mut name = String::new();
    while rest > 0 || name.is_empty() {
        name.push(char::from(
            b'a' + u8::try_from(rest % 26).unwrap_or_default(),
        ));
        rest /= 26;
    }
    name
}
