//! What a first visit downloads, in Brotli, and the most that it may be.
//!
//! The limits are a ratchet: lower them when the site becomes lighter. `docs/architecture.md` says where they
//! are to end.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::progress::note;

const WASM_MAX_BYTES: u64 = 520_000;
const ALL_MAX_BYTES: u64 = 535_000;

/// Bytes in Brotli.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    wasm: u64,
    js: u64,
    css: u64,
}

impl Weight {
    /// Weigh the site in that folder, as a release packs it.
    pub fn of(folder: &Path) -> Result<Self> {
        let manifest = fs::read(folder.join("manifest.json")).context("there is no site")?;
        let manifest: Value = serde_json::from_slice(&manifest)?;
        let weigh = |kind: &str| {
            let path = manifest[kind].as_str().unwrap_or_default();
            let packed = folder.join(format!("{}.br", path.trim_start_matches('/')));
            let file = fs::metadata(&packed);
            let file = file.with_context(|| format!("cannot weigh {}", packed.display()))?;
            Ok::<_, anyhow::Error>(file.len())
        };
        Ok(Self {
            wasm: weigh("wasm")?,
            js: weigh("js")?,
            css: weigh("css")?,
        })
    }

    const fn all(self) -> u64 {
        self.wasm + self.js + self.css
    }

    /// Say it.
    pub fn tell(self) {
        note(&format!(
            "in Brotli: wasm {}, script {}, style sheet {}, together {} bytes",
            self.wasm,
            self.js,
            self.css,
            self.all()
        ));
    }

    /// Fail where it is more than it may be.
    pub fn check(self) -> Result<()> {
        ensure!(
            self.wasm <= WASM_MAX_BYTES && self.all() <= ALL_MAX_BYTES,
            "the site has become too heavy: wasm {} of at most {WASM_MAX_BYTES} bytes, all {} of at most \
             {ALL_MAX_BYTES}, in Brotli; see \"The weight of the browser half\" in docs/architecture.md",
            self.wasm,
            self.all()
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_weighed_by_its_packed_files() {
        let folder = tempfile::tempdir().unwrap();
        let pkg = folder.path().join("pkg");
        fs::create_dir(&pkg).unwrap();
        let manifest = r#"{"js":"/pkg/a.js","wasm":"/pkg/a.wasm","css":"/pkg/a.css"}"#;
        fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        for (name, bytes) in [
            ("a.js.br", 2),
            ("a.wasm.br", 3),
            ("a.css.br", 4),
            ("a.wasm", 99),
        ] {
            fs::write(pkg.join(name), vec![0; bytes]).unwrap();
        }
        let weight = Weight::of(folder.path()).unwrap();
        let expected = Weight {
            wasm: 3,
            js: 2,
            css: 4,
        };
        assert_eq!(weight, expected);
        assert_eq!(weight.all(), 9);
    }

    #[test]
    fn too_much_wasm_fails_and_so_does_too_much_in_all() {
        let light = Weight {
            wasm: WASM_MAX_BYTES,
            js: 1,
            css: 1,
        };
        assert!(light.check().is_ok());
        let wasm = Weight {
            wasm: WASM_MAX_BYTES + 1,
            ..light
        };
        assert!(wasm.check().is_err());
        let script = Weight {
            js: ALL_MAX_BYTES,
            ..light
        };
        assert!(script.check().is_err());
    }
}
