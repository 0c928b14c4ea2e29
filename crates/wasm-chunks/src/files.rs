//! The chunks as files: names that contain a hash of the content, and the script that loads them by these names.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::Modules;
use crate::plan::{loaded_for, page_of};

/// How much of the SHA-256 is in a file name.
const HASH_DIGITS: usize = 16;

/// Files for one folder of a web server, and which of them a page needs.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// The script, an ES module. It exports `load_page` beside what wasm-bindgen exports.
    pub script: String,
    /// The module that every page loads.
    pub wasm: String,
    /// What a visit that starts with a page loads besides, by the name of the page.
    pub pages: BTreeMap<String, Vec<String>>,
    /// What a part of a page loads later, by its name.
    pub parts: BTreeMap<String, Vec<String>>,
    /// The contents, by the path in the folder.
    #[serde(skip)]
    pub contents: BTreeMap<String, Vec<u8>>,
}

impl Modules {
    /// Name the files after their contents.
    pub fn into_files(self) -> Result<Files> {
        let chunk_stem = format!("{}_chunk", self.name);
        let wasm = hashed_name(&format!("{}_bg", self.name), &self.main, "wasm");
        let chunks: Vec<String> = self
            .chunks
            .iter()
            .map(|chunk| hashed_name(&chunk_stem, chunk, "wasm"))
            .collect();
        let bundles: BTreeMap<&str, String> = self
            .bundles
            .iter()
            .map(|(page, bundle)| {
                let stem = format!("{chunk_stem}.{page}");
                (page.as_str(), hashed_name(&stem, bundle, "wasm"))
            })
            .collect();
        let script_text = self.script_for(&wasm, &chunks, &bundles)?;
        let script = hashed_name(&self.name, &script_text, "js");

        let mut files = Files {
            script: script.clone(),
            wasm: wasm.clone(),
            ..Files::default()
        };
        for name in self.pages.keys() {
            let loaded = match bundles.get(name.as_str()) {
                Some(bundle) => vec![bundle.clone()],
                None => loaded_for(name, &self.pages)
                    .into_iter()
                    .map(|chunk| chunks[chunk].clone())
                    .collect(),
            };
            let of = match page_of(name) {
                Some(_) => &mut files.parts,
                None => &mut files.pages,
            };
            of.insert(name.clone(), loaded);
        }
        let bundles: Vec<String> = bundles.into_values().collect();
        files.contents = self.snippets;
        files.contents.insert(wasm, self.main);
        files.contents.insert(script, script_text);
        files.contents.extend(chunks.into_iter().zip(self.chunks));
        files
            .contents
            .extend(bundles.into_iter().zip(self.bundles.into_values()));
        Ok(files)
    }

    /// The script with the final file names and the loader of chunks.
    fn script_for(
        &self,
        wasm: &str,
        chunks: &[String],
        bundles: &BTreeMap<&str, String>,
    ) -> Result<Vec<u8>> {
        let script = std::str::from_utf8(&self.script).context("the script is not UTF-8")?;
        let plain_name = format!("{}_bg.wasm", self.name);
        // What is replaced here, and what the loader calls.
        for needed in [
            plain_name.as_str(),
            "function __wbg_init(",
            "function __wbg_get_imports(",
        ] {
            ensure!(
                script.contains(needed),
                "the script of wasm-bindgen does not contain {needed}"
            );
        }
        let bundles: BTreeMap<_, _> = bundles
            .iter()
            .map(|(page, file)| (page, (file, loaded_for(page, &self.pages))))
            .collect();
        let loader = include_str!("loader.js")
            .replace("CHUNK_FILES", &json!(chunks).to_string())
            .replace("PAGE_CHUNKS", &json!(self.pages).to_string())
            .replace("PAGE_BUNDLES", &json!(bundles).to_string());
        Ok((script.replace(&plain_name, wasm) + &loader).into_bytes())
    }
}

/// The name of a file that never changes under that name, so that it may be cached forever.
pub fn hashed_name(stem: &str, content: &[u8], extension: &str) -> String {
    let hash = format!("{:x}", Sha256::digest(content));
    format!("{stem}.{}.{extension}", &hash[..HASH_DIGITS])
}

#[cfg(test)]
mod tests;
