//! A compiler with the wasm32 standard library, unpacked and built from Debian's packages.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::TARGET;
use crate::progress::note;
use crate::{apt, process};

/// The compiler in this folder, built if it is missing. `reason` says why it is needed.
pub fn ensure(folder: &Path, reason: &str) -> Result<PathBuf> {
    let tree = Tree::new(folder)?;
    if !tree.is_complete() {
        note(&format!(
            "{reason}; building the wasm32 standard library from Debian's packages: about a minute, once"
        ));
        tree.build()?;
    }
    Ok(tree.sysroot.join("bin/rustc"))
}

/// The compiler and its libraries.
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
        let host = host.context("rustc -vV does not name its host")?.to_owned();
        Ok(Self {
            folder: folder.to_owned(),
            sysroot: folder.join("root/usr"),
            host,
        })
    }

    fn libraries(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(TARGET).join("lib")
    }

    /// Written last, so that an interrupted build starts again.
    fn complete_mark(&self) -> PathBuf {
        self.libraries().join(".complete")
    }

    fn is_complete(&self) -> bool {
        self.complete_mark().is_file()
    }

    fn build(&self) -> Result<()> {
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
        // Old package lists name files that are no longer on the mirror.
        apt::update().with_context(|| format!("{error:#}"))?;
        let (packages, llvm) = choose_packages()?;
        apt::unpack(&packages, &self.folder)?;
        Ok(llvm)
    }

    /// Wrap compiler and linker in scripts, so that they find their libraries in this tree.
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
            // Some libraries are not below `usr`.
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
            // The standard library uses unstable features.
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
                let name = path.file_name().context("a library has no name")?;
                fs::copy(&path, self.libraries().join(name))?;
            }
        }
        fs::remove_dir_all(build)?;
        Ok(())
    }
}

/// The packages, with exact versions where these must agree, the libraries that this machine lacks for them, and the
/// version of LLVM.
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
    found.with_context(|| format!("no dependency {prefix}* of {packages:?}"))
}
