//! The site: everything that a browser loads, made into `target/site` for the server to embed.
//!
//! `target/site/manifest.json` tells the server the names of the script, the wasm and the style sheet, which
//! carry a hash of their content. Nothing is made when nothing changed, and files whose bytes stay the same
//! are left alone, so that the server is not compiled again for nothing.

mod browser_half;
mod pack;
mod shrink;
mod snip;
mod split;
mod style;
mod weight;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::fingerprint::Fingerprint;
use crate::progress::Steps;
use crate::{paths, process, wasm_std};
use weight::Weight;

/// What the site is made of, and what makes it.
const INPUTS: [&str; 11] = [
    "Cargo.lock",
    "Cargo.toml",
    "build.rs",
    "locales",
    "public",
    "src",
    "style",
    "xtask/Cargo.toml",
    "xtask/package-lock.json",
    "xtask/package.json",
    "xtask/src",
];

/// How much work to put into it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BuildProfile {
    /// Small and compressed: what people get.
    Release,
    /// Made quickly, for the loop of `cargo xtask dev`.
    Fast,
}

/// The site and whether it is what the sources say.
pub struct Site {
    effort: BuildProfile,
    fingerprint: String,
    is_current: bool,
}

impl Site {
    /// Compare what was made with the sources.
    pub fn check(effort: BuildProfile) -> Result<Self> {
        let fingerprint = fingerprint(effort)?;
        let made = fs::read_to_string(stamp()?).unwrap_or_default();
        let is_current = made == fingerprint && paths::site()?.join("manifest.json").is_file();
        Ok(Self {
            effort,
            fingerprint,
            is_current,
        })
    }

    /// How many steps [`Self::build`] will take.
    pub fn steps(&self) -> usize {
        if self.is_current { 0 } else { 3 }
    }

    /// Make what is not as the sources say.
    pub fn build(&self, steps: &mut Steps) -> Result<()> {
        if self.is_current {
            return Ok(());
        }
        // Gone until all is done: a build that was cut off must not pass for a finished one.
        remove_if_there(&stamp()?)?;
        let compiler = steps.step("Looking for the wasm32 standard library", wasm_std::ensure)?;
        let half = steps.step("Building the browser half", || {
            browser_half::build(&compiler, self.effort)
        })?;
        steps.step("Assembling the site", || {
            let style = style::bundle(&paths::root()?.join("style/main.css"))?;
            pack::Tree::new(&half, &style, &paths::root()?.join("public"))?
                .write(&paths::site()?, self.effort)?;
            if self.effort == BuildProfile::Release {
                Weight::of(&paths::site()?)?.tell();
            }
            Ok(())
        })?;
        fs::write(stamp()?, &self.fingerprint).context("cannot note that the site is made")
    }
}

/// Fail where the site is heavier than it may be.
pub fn check_weight() -> Result<()> {
    Weight::of(&paths::site()?)?.check()
}

/// Beside the site, not in it: the server embeds all that lies there.
fn stamp() -> Result<PathBuf> {
    Ok(paths::site()?.with_extension("stamp"))
}

fn fingerprint(effort: BuildProfile) -> Result<String> {
    let root = paths::root()?;
    let mut fingerprint = Fingerprint::default();
    for input in INPUTS {
        fingerprint.add_path(&root, input)?;
    }
    let has_node = process::find_program("node").is_some();
    fingerprint.add(
        "effort",
        &[u8::from(effort == BuildProfile::Fast), u8::from(has_node)],
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
