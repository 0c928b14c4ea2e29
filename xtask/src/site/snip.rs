//! Emptying functions of the wasm that are never called, but that no linker can know to be dead.
//!
//! Leptos puts a pointer to `hydrate_async` beside every erased view, for applications whose routes are
//! loaded late. `pledgecast::hydrate` takes the page over in one go and never follows that pointer, yet all
//! that hangs on it would be downloaded: an asynchronous twin of every view, a fifth of the module.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use walrus::{FunctionBuilder, FunctionKind, ModuleConfig};

use crate::progress::note;

/// What the names of the functions that are never called have in common: the body of `hydrate_async` and
/// nothing within it. LLVM keeps one of two equal functions, so what has a name further inside may be shared
/// with the way of hydrating that is used.
const NEVER_CALLED: &str = "13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$17h";

/// Write the module with a trap in place of what is never called. Needs the names of the functions.
pub fn snip(from: &Path, to: &Path) -> Result<()> {
    let wasm = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    let (snipped, count) = snipped(&wasm)?;
    fs::write(to, snipped).with_context(|| format!("cannot write {}", to.display()))?;
    // A Leptos that names them otherwise must not make the module large in silence.
    ensure!(
        count > 0,
        "no function of the wasm is called {NEVER_CALLED}: look at xtask/src/site/snip.rs"
    );
    note(&format!("emptied {count} functions that are never called"));
    Ok(())
}

fn snipped(wasm: &[u8]) -> Result<(Vec<u8>, usize)> {
    let mut module = ModuleConfig::new()
        .generate_producers_section(false)
        .parse(wasm)
        .context("cannot read the wasm")?;
    let never_called: Vec<_> = module
        .funcs
        .iter_local()
        .map(|(id, _)| id)
        .filter(|id| {
            let name = module.funcs.get(*id).name.as_deref();
            name.is_some_and(|name| name.contains(NEVER_CALLED))
        })
        .collect();
    for id in &never_called {
        let signature = module.types.get(module.funcs.get(*id).ty());
        let (params, results) = (signature.params().to_vec(), signature.results().to_vec());
        let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
        builder.func_body().unreachable();
        let params = params.iter().map(|kind| module.locals.add(*kind)).collect();
        module.funcs.get_mut(*id).kind = FunctionKind::Local(builder.local_func(params));
    }
    Ok((module.emit_wasm(), never_called.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{Module, ValType};

    /// A module with two functions that answer 7, of these names.
    fn module(names: [&str; 2]) -> Vec<u8> {
        let mut module = Module::default();
        for name in names {
            let mut builder =
                FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
            builder.name(name.to_owned()).func_body().i32_const(7);
            let param = module.locals.add(ValType::I32);
            let id = builder.finish(vec![param], &mut module.funcs);
            module.exports.add(name, id);
        }
        module.emit_wasm()
    }

    #[test]
    fn only_what_is_never_called_is_emptied_and_the_module_stays_valid() {
        let body = "_ZN4view13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE";
        let shared =
            "_ZN4view13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$5inner17h0123456789abcdefE";
        let wasm = module([shared, body]);
        let (snipped, count) = snipped(&wasm).unwrap();
        assert_eq!(count, 1);
        let module = Module::from_buffer(&snipped).unwrap();
        let is_empty = |name: &str| {
            let id = module.funcs.by_name(name).unwrap();
            let function = module.funcs.get(id).kind.unwrap_local();
            let instructions = &function.block(function.entry_block()).instrs;
            instructions.len() == 1 && instructions[0].0.is_unreachable()
        };
        assert!(is_empty(body));
        assert!(!is_empty(shared));
    }
}
