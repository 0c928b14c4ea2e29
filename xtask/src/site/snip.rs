//! Emptying functions of the wasm that are never called, but that no linker can know to be dead.
//!
//! Leptos puts a pointer to `hydrate_async` beside every erased view, for applications whose routes are
//! loaded late. `pledgecast::hydrate` takes the page over in one go and never follows that pointer, yet all
//! that hangs on it would be downloaded: an asynchronous twin of every view, a fifth of the module.

use anyhow::{Result, ensure};
use walrus::{FunctionBuilder, FunctionKind, Module};

use crate::progress::note;

/// What the names of the functions that are never called have in common: what the pointer is to, and the body
/// of `hydrate_async`, but nothing within that. LLVM keeps one of two equal functions, so what has a name
/// further inside may be shared with the way of hydrating that is used.
const NEVER_CALLED: [&str; 2] = [
    "8into_any13hydrate_async17h",
    "13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$17h",
];

/// Whether a function of that name refers to nothing that is used.
pub fn is_snipped(name: &str) -> bool {
    NEVER_CALLED.iter().any(|part| name.contains(part))
}

/// Empty what is never called. Needs the names of the functions.
pub fn snip(module: &mut Module) -> Result<()> {
    let names: Vec<_> = module
        .funcs
        .iter_local()
        .map(|(id, _)| (id, module.funcs.get(id).name.as_deref().unwrap_or_default()))
        .collect();
    // A library that names them otherwise must not make the module large in silence.
    for part in NEVER_CALLED {
        ensure!(
            names.iter().any(|(_, name)| name.contains(part)),
            "no function of the wasm is called {part}: look at xtask/src/site/snip.rs"
        );
    }
    let snipped: Vec<_> = names
        .into_iter()
        .filter(|(_, name)| is_snipped(name))
        .map(|(id, _)| id)
        .collect();
    for id in &snipped {
        let signature = module.types.get(module.funcs.get(*id).ty());
        let (params, results) = (signature.params().to_vec(), signature.results().to_vec());
        let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
        builder.func_body().unreachable();
        let params = params.iter().map(|kind| module.locals.add(*kind)).collect();
        module.funcs.get_mut(*id).kind = FunctionKind::Local(builder.local_func(params));
    }
    note(&format!(
        "emptied {} functions that do nothing here",
        snipped.len()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::ir::Instr;
    use walrus::{FunctionId, ValType};

    const POINTER: &str = "_ZN4viewT8into_any13hydrate_async17h0123456789abcdefE";
    const BODY: &str = "_ZN4view13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE";
    const SHARED: &str =
        "_ZN4view13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$5inner17h0123456789abcdefE";

    /// A module with functions of these names that answer 7.
    fn module(names: &[&str]) -> Module {
        let mut module = Module::default();
        for name in names {
            let mut builder =
                FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
            builder.name((*name).to_owned()).func_body().i32_const(7);
            let param = module.locals.add(ValType::I32);
            let id = builder.finish(vec![param], &mut module.funcs);
            module.exports.add(name, id);
        }
        module
    }

    fn body(module: &Module, id: FunctionId) -> Vec<Instr> {
        let function = module.funcs.get(id).kind.unwrap_local();
        let instructions = &function.block(function.entry_block()).instrs;
        instructions.iter().map(|(it, _)| it.clone()).collect()
    }

    #[test]
    fn only_what_does_nothing_here_is_emptied_and_the_module_stays_valid() {
        let mut module = module(&[POINTER, BODY, SHARED]);
        snip(&mut module).unwrap();
        let module = Module::from_buffer(&module.emit_wasm()).unwrap();
        let body = |name| body(&module, module.funcs.by_name(name).unwrap());
        for name in [POINTER, BODY] {
            assert!(matches!(body(name)[..], [Instr::Unreachable(_)]));
        }
        assert!(matches!(body(SHARED)[..], [Instr::Const(_)]));
    }

    #[test]
    fn a_name_that_is_gone_is_an_error() {
        assert!(snip(&mut module(&[POINTER])).is_err());
    }
}
