//! The standard library for `wasm32-unknown-unknown`, which the client bundle is compiled with.
//!
//! In this order: already installed; added by rustup; built from Debian's packages earlier and kept in the user's cache;
//! built from Debian's packages now. `README.md` says why.

mod debian;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use crate::progress::note;
use crate::{paths, process};

/// The target of the client bundle.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// How long rustup is not tried again after it failed, so that builds without network stay fast.
const RUSTUP_PAUSE: Duration = Duration::from_hours(24);

/// The compiler that has the standard library.
pub enum Compiler {
    /// The one that cargo uses anyway.
    Default,
    /// Another one, for `RUSTC`.
    At(PathBuf),
}

/// Find a compiler for the client bundle, or install one.
pub fn ensure() -> Result<Compiler> {
    if is_installed()? {
        return Ok(Compiler::Default);
    }
    let cache = paths::cache()?;
    let lock = File::create(cache.join("wasm-sysroot.lock"))?;
    lock.lock().context("cannot lock the cache")?;
    let Err(rustup) = add_by_rustup(&cache)? else {
        return Ok(Compiler::Default);
    };
    let compiler = debian::ensure(&cache.join("wasm-sysroot"), &rustup)
        .map_err(|debian| both_failed(&rustup, &debian))?;
    Ok(Compiler::At(compiler))
}

fn both_failed(rustup: &str, debian: &anyhow::Error) -> anyhow::Error {
    anyhow!(
        "cannot install the standard library for {TARGET}:\n  \
         `rustup target add {TARGET}`: {rustup}\n  Debian's packages: {debian:#}"
    )
}

fn is_installed() -> Result<bool> {
    let mut rustc = process::command("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    let folder =
        process::output(&mut rustc).context("rustc is missing: install Rust via rustup")?;
    Ok(Path::new(folder.trim()).is_dir())
}

/// The inner error says why rustup failed, which is no reason to give up.
fn add_by_rustup(cache: &Path) -> Result<std::result::Result<(), String>> {
    let failed_mark = cache.join("rustup-failed");
    if process::find_program("rustup").is_none() {
        return Ok(Err("rustup is missing".to_owned()));
    }
    if is_recent(&failed_mark) {
        let reason = fs::read_to_string(&failed_mark)?;
        return Ok(Err(format!(
            "failed less than a day ago ({}); delete {} to try again now",
            reason.trim(),
            failed_mark.display()
        )));
    }
    note("adding the wasm32 target with rustup");
    let added = process::run_silently(process::command("rustup").args(["target", "add", TARGET]));
    process::go_on()?;
    let reason = match added {
        Ok(()) if is_installed()? => return Ok(Ok(())),
        Ok(()) => "rustup added it to another toolchain than the one in use".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    fs::write(failed_mark, format!("{reason}\n"))?;
    Ok(Err(reason))
}

fn is_recent(mark: &Path) -> bool {
    let written = fs::metadata(mark).and_then(|metadata| metadata.modified());
    written.is_ok_and(|time| time.elapsed().is_ok_and(|age| age < RUSTUP_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_says_why_each_way_failed() {
        let debian = anyhow!("libz3-4 cannot be found").context("apt-get download failed");
        let text = both_failed("no network", &debian).to_string();
        for part in [
            "rustup target add",
            "no network",
            "Debian's packages",
            "apt-get download failed: libz3-4",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
