//! The standard library for `wasm32-unknown-unknown`, without which the browser half cannot be compiled.
//!
//! Found or made in this order: already installed; added by rustup; a tree made earlier and kept in the
//! user's cache; the same tree made now from Debian's packages. The tree's compiler serves the browser half
//! alone: the server keeps the ordinary one.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::progress::note;
use crate::{apt, paths, process};

/// The target of the browser half.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// After rustup failed, how long to go on without asking it again, so that builds without network stay quick.
const RUSTUP_PAUSE: Duration = Duration::from_hours(24);

/// The compiler that has the standard library for the browser.
pub enum Compiler {
    /// The one that cargo takes anyway.
    Ordinary,
    /// This one, to be named in `RUSTC`.
    At(PathBuf),
}

/// Find a compiler for the browser half, or make one.
pub fn ensure() -> Result<Compiler> {
    if is_installed()? {
        return Ok(Compiler::Ordinary);
    }
    let cache = paths::cache()?;
    let lock = File::create(cache.join("wasm-sysroot.lock"))?;
    lock.lock().context("cannot lock the cache")?;
    let Err(rustup) = add_by_rustup(&cache)? else {
        return Ok(Compiler::Ordinary);
    };
    let tree = Tree::new(&cache.join("wasm-sysroot"))?;
    if !tree.is_complete() {
        note(&format!(
            "{rustup}; making the wasm32 standard library from Debian's packages: about a minute, once"
        ));
        tree.make().map_err(|debian| neither(&rustup, &debian))?;
    }
    Ok(Compiler::At(tree.sysroot.join("bin/rustc")))
}

/// What each of the two ways failed at.
fn neither(rustup: &str, debian: &anyhow::Error) -> anyhow::Error {
    anyhow!(
        "the wasm32 standard library cannot be had, by neither way:\n  \
         `rustup target add {TARGET}`: {rustup}\n  Debian's packages: {debian:#}"
    )
}

fn is_installed() -> Result<bool> {
    let mut rustc = process::command("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    let folder = process::output(&mut rustc).context("rustc is missing: install Rust by rustup")?;
    Ok(Path::new(folder.trim()).is_dir())
}

/// The inner error is why rustup cannot add it, and no reason to give up.
fn add_by_rustup(cache: &Path) -> Result<std::result::Result<(), String>> {
    let failed_mark = cache.join("rustup-failed");
    if process::find_program("rustup").is_none() {
        return Ok(Err("rustup is missing".to_owned()));
    }
    if is_recent(&failed_mark) {
        let reason = fs::read_to_string(&failed_mark)?;
        return Ok(Err(format!(
            "failed less than a day ago, and is not tried again before ({}; delete {} to try it now)",
            reason.trim(),
            failed_mark.display()
        )));
    }
    note("adding the wasm32 target by rustup");
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

/// A compiler with its standard libraries, unpacked from Debian's packages.
struct Tree {
    folder: PathBuf,
    sysroot: PathBuf,
    /// The compiler's own platform, such as `x86_64-unknown-linux-gnu`.
    host: String,
}

impl Tree {
    fn new(folder: &Path) -> Result<Self> {
        let version = process::output(process::command("rustc").arg("-vV"))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.context("rustc does not tell its host")?.to_owned();
        Ok(Self {
            folder: folder.to_owned(),
            sysroot: folder.join("root/usr"),
            host,
        })
    }

    fn libraries(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(TARGET).join("lib")
    }

    /// Written last, so that a tree half made is made again.
    fn complete_mark(&self) -> PathBuf {
        self.libraries().join(".complete")
    }

    fn is_complete(&self) -> bool {
        self.complete_mark().is_file()
    }

    fn make(&self) -> Result<()> {
        if !apt::is_available() {
            bail!("apt-get and dpkg are missing");
        }
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        fs::create_dir_all(&self.folder)?;
        let llvm = self.unpack()?;
        self.wrap_compiler(&llvm)?;
        self.build_libraries()?;
        fs::write(self.complete_mark(), "")?;
        Ok(())
    }

    /// Unpack compiler, sources, LLVM and linker. Returns the version of LLVM, such as `22`.
    fn unpack(&self) -> Result<String> {
        if apt::candidate("rustc-web")?.is_none() {
            apt::update()?;
        }
        let (packages, llvm) = choose_packages()?;
        let Err(error) = apt::unpack(&packages, &self.folder) else {
            return Ok(llvm);
        };
        process::go_on()?;
        // Lists older than the mirror name files that it has no more.
        apt::update().with_context(|| format!("{error:#}"))?;
        let (packages, llvm) = choose_packages()?;
        apt::unpack(&packages, &self.folder)?;
        Ok(llvm)
    }

    /// Put scripts before compiler and linker that let them find their libraries in this tree.
    fn wrap_compiler(&self, llvm: &str) -> Result<()> {
        let bin = self.sysroot.join("bin");
        fs::rename(bin.join("rustc"), bin.join("rustc.bin"))?;
        self.write_wrapper(&bin.join("rustc"), &bin.join("rustc.bin"), llvm)?;
        let tools = self
            .sysroot
            .join("lib/rustlib")
            .join(&self.host)
            .join("bin");
        fs::create_dir_all(&tools)?;
        let lld = self.sysroot.join(format!("lib/llvm-{llvm}/bin/lld"));
        self.write_wrapper(&tools.join("rust-lld"), &lld, llvm)
    }

    fn write_wrapper(&self, script: &Path, program: &Path, llvm: &str) -> Result<()> {
        let library = self.sysroot.join("lib");
        let platform = self.host.replace("-unknown-", "-");
        let folders = [
            library.join(&platform),
            library.join(format!("llvm-{llvm}/lib")),
            // Older libraries are not below `usr`.
            self.folder.join("root/lib").join(&platform),
        ];
        let folders = folders.map(|folder| folder.display().to_string()).join(":");
        let text = format!(
            "#!/bin/sh\nLD_LIBRARY_PATH=\"{folders}\" exec \"{}\" \"$@\"\n",
            program.display()
        );
        fs::write(script, text)?;
        fs::set_permissions(script, fs::Permissions::from_mode(0o755))?;
        Ok(())
    }

    fn build_libraries(&self) -> Result<()> {
        let build = self.folder.join("std");
        let manifest = self
            .sysroot
            .join("lib/rustlib/src/rust/library/sysroot/Cargo.toml");
        let mut cargo = process::cargo();
        cargo
            .args([
                "build",
                "--release",
                "--target",
                TARGET,
                "--features",
                "panic-unwind",
            ])
            .arg("--manifest-path")
            .arg(&manifest)
            .env("RUSTC", self.sysroot.join("bin/rustc"))
            // The standard library is written in the unstable language that only its own compiler accepts.
            .env("RUSTC_BOOTSTRAP", "1")
            .env(
                "RUSTFLAGS",
                "-Cembed-bitcode=yes -Zforce-unstable-if-unmarked -Awarnings",
            )
            .env("CARGO_TARGET_DIR", &build)
            .current_dir(&self.folder)
            .stdout(Stdio::null());
        process::run(&mut cargo)?;
        fs::create_dir_all(self.libraries())?;
        for entry in fs::read_dir(build.join(TARGET).join("release/deps"))? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "rlib")
            {
                let name = path.file_name().context("a library without a name")?;
                fs::copy(&path, self.libraries().join(name))?;
            }
        }
        fs::remove_dir_all(build)?;
        Ok(())
    }
}

/// The packages, each with its version where versions must agree, with the libraries that this machine lacks for them,
/// and the version of LLVM.
fn choose_packages() -> Result<(Vec<String>, String)> {
    let version = apt::candidate("rustc-web")?
        .context("apt has no package rustc-web: Debian 12 or later is needed")?;
    let at_version = |name: &str| format!("{name}={version}");
    let compiler = [at_version("rustc-web"), at_version("libstd-rust-web-dev")];
    let standard = find_dependency(&compiler, "libstd-rust-web-", |rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
    })?;
    let llvm = find_dependency(std::slice::from_ref(&standard), "libllvm", |_| true)?;
    let llvm_version = llvm.trim_start_matches("libllvm").to_owned();
    let [rustc, std_dev] = compiler;
    let mut packages = vec![
        rustc,
        std_dev,
        at_version("rust-web-src"),
        standard,
        llvm,
        format!("lld-{llvm_version}"),
    ];
    packages.extend(apt::missing_libraries(&packages)?);
    Ok((packages, llvm_version))
}

fn find_dependency(
    packages: &[String],
    prefix: &str,
    accept: impl Fn(&str) -> bool,
) -> Result<String> {
    let names = apt::dependencies(packages)?;
    let found = names
        .into_iter()
        .find(|name| name.strip_prefix(prefix).is_some_and(&accept));
    found.with_context(|| format!("no package {prefix}* among what {packages:?} depend on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_each_way_failed_at() {
        let debian = anyhow!("libz3-4 cannot be found").context("apt-get download failed");
        let text = neither("no network", &debian).to_string();
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
