//! Where a bound module is cut: whose each function is, and by which slots of the table the pieces call each
//! other.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use walrus::ir::{self, Value, Visitor};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionId, FunctionKind, Module, TableId,
};

use super::plan::{Owner, Plan};

/// Where the cuts go. Functions are told by their place, which is the same each time the module is read.
pub struct Lines {
    pub owners: Vec<Owner>,
    /// Who is in which slot of the table.
    slots: BTreeMap<usize, usize>,
    /// A slot of each function that is called across a cut.
    pub slot_of: BTreeMap<usize, usize>,
    /// What chunks import of the first module, and by which names.
    pub shared: BTreeMap<usize, String>,
    /// How many slots the table needs.
    pub table_size: usize,
}

#[derive(Default)]
struct Callees(Vec<usize>);

impl Visitor<'_> for Callees {
    fn visit_function_id(&mut self, id: &FunctionId) {
        self.0.push(id.index());
    }
}

impl Lines {
    /// Keep to the plan, but for what binding has made of the module.
    pub fn draw(module: &Module, plan: &Plan) -> Result<Self> {
        let mut owners = Vec::new();
        let mut calls = Vec::new();
        let mut is_entry = Vec::new();
        for function in module.funcs.iter() {
            let raw = function
                .name
                .as_deref()
                .and_then(|name| name.strip_prefix('f')?.parse().ok());
            let mut callees = Callees::default();
            let mut owner = Owner::First;
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
            owners[place] = Owner::First;
        }
        keep_with_callers(&mut owners, &calls, &is_entry);
        let table = function_table(module)?;
        let slots = slots(module, table)?;
        let mut lines = Self {
            owners,
            slot_of: slots.iter().map(|(slot, place)| (*place, *slot)).collect(),
            slots,
            shared: BTreeMap::new(),
            table_size: usize::try_from(module.tables.get(table).initial)?,
        };
        for (place, callees) in calls.iter().enumerate() {
            for &callee in callees {
                lines.connect(place, callee);
            }
        }
        for (number, name) in lines.shared.values_mut().enumerate() {
            *name = short_name(number);
        }
        Ok(lines)
    }

    fn connect(&mut self, from: usize, to: usize) {
        let (user, owner) = (self.owners[from], self.owners[to]);
        if user == owner || user == Owner::Nobody {
            return;
        }
        if owner == Owner::First {
            self.shared.insert(to, String::new());
        } else if !self.slot_of.contains_key(&to) {
            self.slot_of.insert(to, self.table_size);
            self.slots.insert(self.table_size, to);
            self.table_size += 1;
        }
    }

    /// The slots of some owners' functions, with the functions, as runs without gaps.
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

/// What the first module calls is in it, but for the entries of the pages; so is what binding made to be used
/// though nobody used it before.
fn keep_with_callers(owners: &mut [Owner], calls: &[Vec<usize>], is_entry: &[bool]) {
    let mut open: Vec<_> = (0..owners.len())
        .filter(|place| owners[*place] != Owner::Nobody)
        .collect();
    while let Some(caller) = open.pop() {
        for &callee in &calls[caller] {
            let is_missing = match owners[callee] {
                Owner::First => false,
                Owner::Nobody => true,
                Owner::Chunk(_) => owners[caller] == Owner::First && !is_entry[callee],
            };
            if is_missing {
                owners[callee] = Owner::First;
                open.push(callee);
            }
        }
    }
}

/// The table by which functions are called through pointers.
pub fn function_table(module: &Module) -> Result<TableId> {
    let table = module.tables.main_function_table()?;
    table.context("the wasm has no table of functions")
}

/// Who is in which slot of it.
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
            bail!("slots of the table that cannot be told");
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

/// A name as short as can be: there are thousands.
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
