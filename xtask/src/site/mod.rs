//! Assets: everything that a browser loads, built into `target/site` for the server to embed.
//!
//! `target/site/manifest.json` names the script, the WebAssembly and the style sheet for the server. Nothing is built
//! if no input changed, and files that stay the same are not touched, so that the server is not compiled again.

mod assets;
mod client_bundle;
mod shrink;
mod style;
mod weight;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::cargo::Profile;
use crate::fingerprint::Fingerprint;
use crate::progress::step;
use crate::{paths, process, wasm_target};
use assets::Assets;
use weight::Weight;

/// Everything that the result depends on.
const INPUTS: [&str; 12] = [
    "Cargo.lock",
    "Cargo.toml",
    "build.rs",
    "crates",
    "locales",
    "public",
    "src",
    "style",
    "xtask/Cargo.toml",
    "xtask/package-lock.json",
    "xtask/package.json",
    "xtask/src",
];

/// Build the assets, unless they are up to date.
pub fn build(profile: Profile) -> Result<()> {
    let fingerprint = fingerprint(profile)?;
    let (folder, stamp) = (paths::site()?, stamp()?);
    let made = fs::read_to_string(&stamp).unwrap_or_default();
    if made == fingerprint && folder.join("manifest.json").is_file() {
        return Ok(());
    }
    // Removed until the end, so that an interrupted build does not count.
    remove_if_there(&stamp)?;
    let compiler = step(
        "Looking for the wasm32 standard library",
        wasm_target::ensure,
    )?;
    let bundle = step("Building the client bundle", || {
        client_bundle::build(&compiler, profile)
    })?;
    step("Assembling the assets", || {
        let style = style::bundle(&paths::root()?.join("style/main.css"))?;
        Assets::new(bundle, style, &paths::root()?.join("public"))?.write(&folder, profile)?;
        if profile == Profile::Release {
            Weight::of(&folder)?.print();
        }
        Ok(())
    })?;
    fs::write(stamp, fingerprint).context("cannot write the stamp of the assets")
}

/// Fail if a page is heavier than its limit.
pub fn check_weight() -> Result<()> {
    Weight::of(&paths::site()?)?.check()
}

/// Outside of the folder, all of which the server embeds.
fn stamp() -> Result<PathBuf> {
    Ok(paths::site()?.with_extension("stamp"))
}

fn fingerprint(profile: Profile) -> Result<String> {
    let root = paths::root()?;
    let mut fingerprint = Fingerprint::default();
    for input in INPUTS {
        fingerprint.add_path(&root, input)?;
    }
    let has_node = process::find_program("node").is_some();
    fingerprint.add(
        "profile",
        &[u8::from(profile == Profile::Dev), u8::from(has_node)],
    );
    Ok(fingerprint.finish())
}

fn remove_if_there(file: &std::path::Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", file.display()))
        }
        _ => Ok(()),
    }
}
