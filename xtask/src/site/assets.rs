//! The assets in `target/site`: the client bundle, the style sheet and the `public` folder, with compressed copies and
//! the manifest that the server reads.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use wasm_chunks::Files;

use super::client_bundle::NAME;
use crate::cargo::Profile;
use crate::fingerprint::Fingerprint;
use crate::{fingerprint, process};

/// How the server finds the other files.
const MANIFEST: &str = "manifest.json";

/// The files by their path.
pub struct Assets {
    files: BTreeMap<String, Vec<u8>>,
    manifest: Vec<u8>,
}

impl Assets {
    /// Put the files together. Those under `pkg/` have a hash of their content in their name.
    pub fn new(bundle: Files, style: String, public: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for file in fingerprint::files(public)? {
            let name = file.strip_prefix(public)?.to_string_lossy().into_owned();
            files.insert(name, fs::read(&file)?);
        }
        let style = style.into_bytes();
        let css = format!("{NAME}.{}.css", &fingerprint::of(&style)[..16]);
        let built = bundle.contents.into_iter().chain([(css.clone(), style)]);
        for (name, content) in built {
            let existing = files.insert(format!("pkg/{name}"), content);
            ensure!(
                existing.is_none(),
                "public/pkg/{name} has the name of a built file"
            );
        }
        let mut all = Fingerprint::default();
        for (name, content) in &files {
            all.add(name, content);
        }
        let manifest = json!({
            "js": url(&bundle.script),
            "wasm": url(&bundle.wasm),
            "css": url(&css),
            "chunks": urls(&bundle.pages),
            "parts": urls(&bundle.parts),
            // Makes cargo compile the server again when a file is added or removed.
            "all": all.finish(),
        });
        Ok(Self {
            files,
            manifest: serde_json::to_vec_pretty(&manifest)?,
        })
    }

    /// Make the folder contain exactly these files, and for a release compressed copies that are smaller. Files that stay
    /// the same are not touched.
    pub fn write(self, folder: &Path, profile: Profile) -> Result<()> {
        let mut wanted = BTreeMap::new();
        for (name, content) in self.files {
            process::go_on()?;
            if profile == Profile::Release {
                for (suffix, compress) in ENCODINGS {
                    let packed_name = format!("{name}.{suffix}");
                    let packed = match kept(folder, &name, &content, &packed_name) {
                        Some(packed) => packed,
                        None => compress(&content)?,
                    };
                    if packed.len() < content.len() {
                        wanted.insert(packed_name, packed);
                    }
                }
            }
            wanted.insert(name, content);
        }
        wanted.insert(MANIFEST.to_owned(), self.manifest);
        synchronise(folder, &wanted)
    }
}

type Compress = fn(&[u8]) -> Result<Vec<u8>>;

const ENCODINGS: [(&str, Compress); 2] = [("br", brotli), ("gz", gzip)];

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: 11,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut packed, &params).context("brotli failed")?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish().context("gzip failed")
}

/// The compressed form from the last build, if the content is the same.
fn kept(folder: &Path, name: &str, content: &[u8], packed_name: &str) -> Option<Vec<u8>> {
    let before = fs::read(folder.join(name)).ok()?;
    (before == content)
        .then(|| fs::read(folder.join(packed_name)).ok())
        .flatten()
}

fn url(name: &str) -> String {
    format!("/pkg/{name}")
}

fn urls(pages: &BTreeMap<String, Vec<String>>) -> BTreeMap<&String, Vec<String>> {
    let urls = |names: &Vec<String>| names.iter().map(|name| url(name)).collect();
    pages
        .iter()
        .map(|(page, names)| (page, urls(names)))
        .collect()
}

fn synchronise(folder: &Path, wanted: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    for file in fingerprint::files(folder)? {
        let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        if !wanted.contains_key(&name) {
            fs::remove_file(&file)?;
        }
    }
    for (name, content) in wanted {
        let file = folder.join(name);
        if fs::read(&file).is_ok_and(|before| before == *content) {
            continue;
        }
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
