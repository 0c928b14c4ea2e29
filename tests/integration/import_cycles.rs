//! No two files under `src` import each other, directly or through others.
//!
//! Re-exports are transparent: an import of `crate::types::Campaign` counts as one of the file that defines it, and the
//! `pub use` of a `mod.rs` is not an import. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

use crate::architecture::sources;

/// The names of a module from the crate's root on.
type ModulePath = Vec<String>;

#[test]
fn no_two_files_import_each_other() {
    let modules: BTreeMap<ModulePath, Module> = sources("src")
        .into_iter()
        .filter(|(path, _)| path != Path::new("src/main.rs"))
        .map(|(path, text)| {
            let mut module = Module {
                file: path.display().to_string(),
                ..Module::default()
            };
            let own_path = module_path(&path);
            let mut reader = Reader {
                module: &mut module,
                path: own_path.clone(),
            };
            reader.visit_file(&syn::parse_file(&text).unwrap());
            (own_path, module)
        })
        .collect();
    let imports = imports(&modules);
    let cycles: Vec<String> = cycles(&imports)
        .into_iter()
        .map(|files| {
            let lines = files.iter().flat_map(|from| {
                let targets = imports[from]
                    .iter()
                    .filter(|it| files.contains(it.as_str()));
                targets.map(move |to| format!("  {from} -> {to}"))
            });
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect();
    assert!(cycles.is_empty(), "cycles:\n{}", cycles.join("\n\n"));
}

#[test]
fn imports_are_found_in_every_way_to_write_them() {
    let read = |path: &[&str], text: &str| {
        let path: ModulePath = path.iter().map(ToString::to_string).collect();
        let mut module = Module {
            file: path.join("/"),
            ..Module::default()
        };
        let mut reader = Reader {
            module: &mut module,
            path: path.clone(),
        };
        reader.visit_file(&syn::parse_file(text).unwrap());
        (path, module)
    };
    let modules = BTreeMap::from([
        read(&["a"], "pub use b::*; mod b; mod c; pub struct Own;"),
        read(&["a", "b"], "use super::c::C; pub struct B;"),
        read(
            &["a", "c"],
            "fn f() { view! { <p>{crate::d::text()}</p> } }\n#[cfg(test)] mod tests { use super::super::b::B; }",
        ),
        read(
            &["d"],
            "use crate::{a::{self, B}, e}; fn f() -> e::E { e::E }",
        ),
        read(
            &["e"],
            "mod inner { use super::super::a::Own; } pub struct E;",
        ),
    ]);
    let imports = imports(&modules);
    let of = |file: &str| imports[file].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of("a"), [""; 0]);
    assert_eq!(of("a/b"), ["a/c"]);
    assert_eq!(of("a/c"), ["d"]);
    assert_eq!(of("d"), ["a", "a/b", "e"]);
    assert_eq!(of("e"), ["a"]);
    assert_eq!(
        cycles(&imports),
        [["a/b", "a/c", "d"].map(ToOwned::to_owned).into()]
    );
}

/// What one file imports and re-exports.
#[derive(Default)]
struct Module {
    file: String,
    /// Full paths from the crate's root on.
    imports: BTreeSet<ModulePath>,
    /// The names of its items.
    items: BTreeSet<String>,
    /// By the public name.
    reexports: BTreeMap<String, ModulePath>,
    /// Modules of which everything is re-exported.
    globs: BTreeSet<ModulePath>,
}

impl Module {
    fn defines(&self, name: &str) -> bool {
        self.items.contains(name) || self.reexports.contains_key(name)
    }
}

/// Reads a [`Module`] from the syntax tree of its file.
struct Reader<'a> {
    module: &'a mut Module,
    /// Where the items being read are: below the file's path inside of an inline module.
    path: ModulePath,
}

impl Reader<'_> {
    /// The full path of a path that begins with `crate`, `self`, `super` or, in a `use`, with a child module.
    fn resolve(&self, names: &[String], is_use: bool) -> Option<ModulePath> {
        let mut names = names.iter().peekable();
        let mut path = match names.peek()?.as_str() {
            "crate" => {
                names.next();
                Vec::new()
            }
            "self" => {
                names.next();
                self.path.clone()
            }
            "super" => self.path.clone(),
            _ if is_use => self.path.clone(),
            _ => return None,
        };
        while names.next_if(|it| *it == "super").is_some() {
            path.pop();
        }
        path.extend(names.filter(|it| *it != "self").cloned());
        Some(path)
    }

    fn read_use(&mut self, item: &ItemUse) {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        for (names, public_name) in leaves(&item.tree) {
            let Some(path) = self.resolve(&names, true) else {
                continue;
            };
            if is_reexport && public_name == "*" {
                self.module.globs.insert(path);
            } else if is_reexport {
                self.module.reexports.insert(public_name, path);
            } else {
                self.module.imports.insert(path);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        self.module.items.extend(name_of(item));
        match item {
            Item::Mod(module) if is_test(&module.attrs) => {}
            Item::Mod(module) => {
                self.path.push(module.ident.to_string());
                visit::visit_item(self, item);
                self.path.pop();
            }
            Item::Use(item) if is_test(&item.attrs) => {}
            Item::Use(item) => self.read_use(item),
            Item::Fn(function) if is_test(&function.attrs) => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path
            .segments
            .iter()
            .map(|it| it.ident.to_string())
            .collect();
        self.module.imports.extend(self.resolve(&names, false));
        visit::visit_path(self, path);
    }

    /// `pub(super)` names a module but imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    /// The paths in the tokens of a macro, such as `view!`.
    fn visit_macro(&mut self, it: &'ast syn::Macro) {
        let tokens = it.tokens.to_string().replace(" :: ", "::");
        let words = tokens.split(|it: char| !(it.is_alphanumeric() || "_:".contains(it)));
        for word in words.filter(|it| it.contains("::")) {
            let names: Vec<String> = word.split("::").map(ToOwned::to_owned).collect();
            self.module.imports.extend(self.resolve(&names, false));
        }
    }
}

/// The full names in a `use`, each with the name that it is known by from there on.
fn leaves(tree: &UseTree) -> Vec<(Vec<String>, String)> {
    match tree {
        UseTree::Path(path) => leaves(&path.tree)
            .into_iter()
            .map(|(mut names, public_name)| {
                names.insert(0, path.ident.to_string());
                (names, public_name)
            })
            .collect(),
        UseTree::Name(name) => vec![(vec![name.ident.to_string()], name.ident.to_string())],
        UseTree::Rename(it) => vec![(vec![it.ident.to_string()], it.rename.to_string())],
        UseTree::Glob(_) => vec![(Vec::new(), "*".to_owned())],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

/// The name of an item that others can import.
fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(it) => &it.ident,
        Item::Enum(it) => &it.ident,
        Item::Fn(it) => &it.sig.ident,
        Item::Static(it) => &it.ident,
        Item::Struct(it) => &it.ident,
        Item::Trait(it) => &it.ident,
        Item::Type(it) => &it.ident,
        _ => return None,
    };
    Some(name.to_string())
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
            _ => return false,
        };
        tokens
            .split(|it: char| !it.is_alphanumeric())
            .any(|it| it == "test")
    })
}

/// `src/a/b.rs` is `a::b`, `src/a/mod.rs` is `a`, `src/lib.rs` is the root.
fn module_path(file: &Path) -> ModulePath {
    let names = file.with_extension("");
    let names = names.iter().skip(1).map(|it| it.to_str().unwrap());
    names
        .filter(|it| !["lib", "mod"].contains(it))
        .map(ToOwned::to_owned)
        .collect()
}

/// The files that each file imports.
fn imports(modules: &BTreeMap<ModulePath, Module>) -> BTreeMap<String, BTreeSet<String>> {
    let targets = |module: &Module| {
        let paths = module.imports.iter();
        let files = paths.filter_map(|path| defining_file(modules, path, 0));
        files.filter(|it| *it != module.file).collect()
    };
    modules
        .values()
        .map(|module| (module.file.clone(), targets(module)))
        .collect()
}

/// The file that defines what a full path names; `None` outside of the crate.
fn defining_file(
    modules: &BTreeMap<ModulePath, Module>,
    path: &[String],
    depth: usize,
) -> Option<String> {
    let known = (0..=path.len())
        .rev()
        .find(|len| modules.contains_key(&path[..*len]))?;
    let module = &modules[&path[..known]];
    // The root defines nothing: what is not a module there is another crate or a macro.
    if known == 0 {
        return None;
    }
    let name = path.get(known);
    let reexport = name.and_then(|name| module.reexports.get(name).cloned());
    let from_glob = || {
        let name = name.filter(|name| !module.items.contains(*name))?;
        let mut globs = module.globs.iter();
        let source = globs.find(|glob| modules.get(*glob).is_some_and(|it| it.defines(name)))?;
        Some([source.as_slice(), std::slice::from_ref(name)].concat())
    };
    match reexport.or_else(from_glob) {
        Some(target) if depth < 8 => {
            let mut target = target;
            target.extend_from_slice(&path[known + 1..]);
            defining_file(modules, &target, depth + 1).or_else(|| Some(module.file.clone()))
        }
        _ => Some(module.file.clone()),
    }
}

/// The groups of files that all reach each other.
fn cycles(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reachable: BTreeMap<&String, BTreeSet<&String>> = imports
        .keys()
        .map(|file| {
            let mut reached = BTreeSet::new();
            let mut open: Vec<&String> = imports[file].iter().collect();
            while let Some(next) = open.pop() {
                if reached.insert(next) {
                    open.extend(&imports[next]);
                }
            }
            (file, reached)
        })
        .collect();
    let groups: BTreeSet<BTreeSet<String>> = imports
        .keys()
        .filter(|file| reachable[file].contains(file))
        .map(|file| {
            let both_ways = reachable[file]
                .iter()
                .filter(|other| reachable[**other].contains(file));
            both_ways.map(ToString::to_string).collect()
        })
        .collect();
    groups.into_iter().collect()
}
