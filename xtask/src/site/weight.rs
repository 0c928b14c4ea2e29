//! How much a first visit to each page downloads, in Brotli, and the limits.
//!
//! The limits are a ratchet, about 3 % above what was measured: lower them when pages become lighter.
//! `docs/performance.md` has the budget.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use wasm_chunks::page_of;

use crate::progress::note;

/// WebAssembly of the heaviest first page.
const WASM_MAX_BYTES: u64 = 308_000;
/// WebAssembly, script and styles of the heaviest first page.
const ALL_MAX_BYTES: u64 = 327_000;
/// The same, with everything that parts of the page load later.
const WITH_PARTS_MAX_BYTES: u64 = 330_000;

/// Bytes in Brotli.
#[derive(Debug, PartialEq, Eq)]
pub struct Weight {
    /// The main module, which every page loads.
    wasm: u64,
    js: u64,
    css: u64,
    /// What each page loads besides, by its name.
    pages: BTreeMap<String, u64>,
    /// What parts of pages load later, by their names.
    parts: BTreeMap<String, u64>,
}

impl Weight {
    /// Weigh the assets of a release build.
    pub fn of(folder: &Path) -> Result<Self> {
        let manifest =
            fs::read(folder.join("manifest.json")).context("the assets are not built")?;
        let manifest: Value = serde_json::from_slice(&manifest)?;
        let weigh = |path: &Value| {
            let path = path.as_str().unwrap_or_default();
            let packed = folder.join(format!("{}.br", path.trim_start_matches('/')));
            let file = fs::metadata(&packed);
            let file = file.with_context(|| format!("cannot weigh {}", packed.display()))?;
            Ok::<_, anyhow::Error>(file.len())
        };
        let weigh_all = |key: &str| {
            let mut all = BTreeMap::new();
            for (name, chunks) in manifest[key].as_object().into_iter().flatten() {
                let chunks = chunks.as_array().into_iter().flatten();
                let chunks: Result<Vec<_>> = chunks.map(weigh).collect();
                all.insert(name.clone(), chunks?.iter().sum());
            }
            Ok::<_, anyhow::Error>(all)
        };
        Ok(Self {
            wasm: weigh(&manifest["wasm"])?,
            js: weigh(&manifest["js"])?,
            css: weigh(&manifest["css"])?,
            pages: weigh_all("chunks")?,
            parts: weigh_all("parts")?,
        })
    }

    /// WebAssembly of the heaviest page.
    fn most_wasm(&self) -> u64 {
        self.wasm + self.pages.values().max().unwrap_or(&0)
    }

    /// Everything that the heaviest page loads.
    fn most(&self) -> u64 {
        self.most_wasm() + self.js + self.css
    }

    /// Everything that the heaviest page loads if its parts are counted too.
    fn most_with_parts(&self) -> u64 {
        let with_parts = |(page, bytes): (&String, &u64)| {
            let parts = self.parts.iter();
            let own = parts.filter(|(part, _)| page_of(part).is_some_and(|of| of == page));
            bytes + own.map(|(_, bytes)| bytes).sum::<u64>()
        };
        let most = self.pages.iter().map(with_parts).max().unwrap_or(0);
        self.wasm + most + self.js + self.css
    }

    /// Print the weight of each page.
    pub fn print(&self) {
        note(&format!(
            "in Brotli: wasm {}, script {}, style sheet {} bytes for every page",
            self.wasm, self.js, self.css
        ));
        let mut pages: Vec<_> = self.pages.iter().collect();
        pages.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        for (page, bytes) in pages {
            let wasm = self.wasm + bytes;
            let all = wasm + self.js + self.css;
            note(&format!("  {page}: wasm {wasm}, all {all}"));
        }
        for (part, bytes) in &self.parts {
            note(&format!("  later, for {part}: wasm {bytes}"));
        }
    }

    /// Fail if a limit is exceeded.
    pub fn check(&self) -> Result<()> {
        ensure!(
            self.most_wasm() <= WASM_MAX_BYTES
                && self.most() <= ALL_MAX_BYTES
                && self.most_with_parts() <= WITH_PARTS_MAX_BYTES,
            "a page has become too heavy: wasm {} of at most {WASM_MAX_BYTES} bytes, all {} of at most \
             {ALL_MAX_BYTES}, with what comes later {} of at most {WITH_PARTS_MAX_BYTES}, in Brotli; see \
             \"The client bundle\" in docs/performance.md",
            self.most_wasm(),
            self.most(),
            self.most_with_parts()
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_is_weighed_by_its_packed_files() {
        let folder = tempfile::tempdir().unwrap();
        let pkg = folder.path().join("pkg");
        fs::create_dir(&pkg).unwrap();
        let manifest = r#"{"js":"/pkg/a.js","wasm":"/pkg/a.wasm","css":"/pkg/a.css",
            "chunks":{"home":["/pkg/b.wasm"],"task":["/pkg/b.wasm","/pkg/c.wasm"]},
            "parts":{"task_more":["/pkg/c.wasm"]}}"#;
        fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        for (name, bytes) in [
            ("a.js.br", 2),
            ("a.wasm.br", 3),
            ("a.css.br", 4),
            ("b.wasm.br", 10),
            ("c.wasm.br", 20),
            ("a.wasm", 99),
        ] {
            fs::write(pkg.join(name), vec![0; bytes]).unwrap();
        }
        let weight = Weight::of(folder.path()).unwrap();
        let expected = Weight {
            wasm: 3,
            js: 2,
            css: 4,
            pages: BTreeMap::from([("home".to_owned(), 10), ("task".to_owned(), 30)]),
            parts: BTreeMap::from([("task_more".to_owned(), 20)]),
        };
        assert_eq!(weight, expected);
        assert_eq!((weight.most_wasm(), weight.most()), (33, 39));
        assert_eq!(weight.most_with_parts(), 59);
    }

    #[test]
    fn too_much_wasm_on_one_page_fails_and_so_does_too_much_in_all_or_later() {
        let weigh = |wasm, js, later| Weight {
            wasm: 1,
            js,
            css: 1,
            pages: BTreeMap::from([("home".to_owned(), 0), ("task".to_owned(), wasm)]),
            parts: BTreeMap::from([("task_more".to_owned(), later), ("home_more".to_owned(), 9)]),
        };
        assert!(weigh(WASM_MAX_BYTES - 1, 1, 1).check().is_ok());
        assert!(weigh(WASM_MAX_BYTES, 1, 1).check().is_err());
        assert!(weigh(1, ALL_MAX_BYTES, 1).check().is_err());
        assert!(weigh(1, 1, WITH_PARTS_MAX_BYTES).check().is_err());
    }
}
