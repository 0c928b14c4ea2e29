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

use crate::fingerprint::Fingerprint;
use crate::progress::Steps;
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

/// How much work goes into the assets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BuildProfile {
    /// Split, small and compressed.
    Release,
    /// Built quickly, for `cargo xtask dev`.
    Fast,
}

/// The assets, and whether they are up to date.
pub struct Site {
    profile: BuildProfile,
    fingerprint: String,
    is_current: bool,
}

impl Site {
    /// Compare the last build with the sources.
    pub fn check(profile: BuildProfile) -> Result<Self> {
        let fingerprint = fingerprint(profile)?;
        let made = fs::read_to_string(stamp()?).unwrap_or_default();
        let is_current = made == fingerprint && paths::site()?.join("manifest.json").is_file();
        Ok(Self {
            profile,
            fingerprint,
            is_current,
        })
    }

    /// How many steps [`Self::build`] will take.
    pub fn steps(&self) -> usize {
        if self.is_current { 0 } else { 3 }
    }

    /// Build what is not up to date.
    pub fn build(&self, steps: &mut Steps) -> Result<()> {
        if self.is_current {
            return Ok(());
        }
        // Removed until the end, so that an interrupted build does not count.
        remove_if_there(&stamp()?)?;
        let compiler = steps.step(
            "Looking for the wasm32 standard library",
            wasm_target::ensure,
        )?;
        let bundle = steps.step("Building the client bundle", || {
            client_bundle::build(&compiler, self.profile)
        })?;
        steps.step("Assembling the assets", || {
            let style = style::bundle(&paths::root()?.join("style/main.css"))?;
            Assets::new(bundle, style, &paths::root()?.join("public"))?
                .write(&paths::site()?, self.profile)?;
            if self.profile == BuildProfile::Release {
                Weight::of(&paths::site()?)?.print();
            }
            Ok(())
        })?;
        fs::write(stamp()?, &self.fingerprint).context("cannot write the stamp of the assets")
    }
}

/// Fail if a page is heavier than its limit.
pub fn check_weight() -> Result<()> {
    Weight::of(&paths::site()?)?.check()
}

/// Outside of the folder, all of which the server embeds.
fn stamp() -> Result<PathBuf> {
    Ok(paths::site()?.with_extension("stamp"))
}

fn fingerprint(profile: BuildProfile) -> Result<String> {
    let root = paths::root()?;
    let mut fingerprint = Fingerprint::default();
    for input in INPUTS {
        fingerprint.add_path(&root, input)?;
    }
    let has_node = process::find_program("node").is_some();
    fingerprint.add(
        "profile",
        &[u8::from(profile == BuildProfile::Fast), u8::from(has_node)],
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
