//! The files of the site: their names, their compressed forms, and how they get to the disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::BuildProfile;
use super::browser_half::{BrowserHalf, NAME};
use super::split::{loaded_for, page_of};
use crate::fingerprint::Fingerprint;
use crate::{fingerprint, process};

/// The file by which the server finds the others.
const MANIFEST: &str = "manifest.json";

/// Kinds of files that compression makes smaller.
const COMPRESSIBLE: [&str; 10] = [
    "css",
    "html",
    "ico",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "xml",
];

/// The files of the site by their path in it.
pub struct Tree {
    files: BTreeMap<String, Vec<u8>>,
    manifest: Vec<u8>,
}

impl Tree {
    /// Name the files by their content and add those of the `public` folder as they are.
    pub fn new(half: &BrowserHalf, style: &str, public: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for file in fingerprint::files(public)? {
            let name = file.strip_prefix(public)?.to_string_lossy().into_owned();
            files.insert(name, fs::read(&file)?);
        }
        let wasm = hashed(&format!("{NAME}_bg"), &half.wasm, "wasm");
        let chunks = half.chunks.iter();
        let chunks: Vec<_> = chunks
            .map(|chunk| hashed(&format!("{NAME}_chunk"), chunk, "wasm"))
            .collect();
        let bundles: BTreeMap<_, _> = half
            .bundles
            .iter()
            .map(|(page, bundle)| {
                (
                    page,
                    hashed(&format!("{NAME}_chunk.{page}"), bundle, "wasm"),
                )
            })
            .collect();
        let script = script_for(half, &wasm, &chunks, &bundles)?;
        let js = hashed(NAME, &script, "js");
        let css = hashed(NAME, style.as_bytes(), "css");
        let made = [
            (wasm.clone(), half.wasm.clone()),
            (js.clone(), script),
            (css.clone(), style.into()),
        ];
        let snippets = half
            .snippets
            .iter()
            .map(|(name, content)| (name.clone(), content.clone()));
        let urls = |needed: &[usize]| -> Vec<_> {
            needed.iter().map(|number| url(&chunks[*number])).collect()
        };
        // What a first visit loads, and what it may load later.
        let (mut pages, mut parts) = (BTreeMap::new(), BTreeMap::new());
        for name in half.pages.keys() {
            let loaded = match bundles.get(name) {
                Some(bundle) => vec![url(bundle)],
                None => urls(&loaded_for(name, &half.pages)),
            };
            if page_of(name).is_some() {
                parts.insert(name, loaded);
            } else {
                pages.insert(name, loaded);
            }
        }
        let chunks = chunks.iter().cloned().zip(half.chunks.iter().cloned());
        let bundles = bundles.into_values().zip(half.bundles.values().cloned());
        let made = made.into_iter().chain(chunks).chain(bundles);
        for (name, content) in made.chain(snippets) {
            let taken = files.insert(format!("pkg/{name}"), content);
            ensure!(
                taken.is_none(),
                "public/pkg/{name} is in the way of what is made"
            );
        }
        let mut all = Fingerprint::default();
        for (name, content) in &files {
            all.add(name, content);
        }
        // `all` is for the compiler of the server: it sees by this one file that another was added or removed.
        let manifest = json!({
            "js": url(&js),
            "wasm": url(&wasm),
            "css": url(&css),
            "chunks": pages,
            "parts": parts,
            "all": all.finish(),
        });
        Ok(Self {
            files,
            manifest: serde_json::to_vec_pretty(&manifest)?,
        })
    }

    /// Bring the folder to hold just these files, compressed ones beside them, touching only what differs.
    pub fn write(self, folder: &Path, effort: BuildProfile) -> Result<()> {
        let mut wanted = BTreeMap::new();
        for (name, content) in self.files {
            process::go_on()?;
            if effort == BuildProfile::Release && is_compressible(&name) {
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

/// The compressed form from the last time, when the content is still the same.
fn kept(folder: &Path, name: &str, content: &[u8], packed_name: &str) -> Option<Vec<u8>> {
    let before = fs::read(folder.join(name)).ok()?;
    (before == content)
        .then(|| fs::read(folder.join(packed_name)).ok())
        .flatten()
}

fn is_compressible(name: &str) -> bool {
    let extension = Path::new(name)
        .extension()
        .and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| COMPRESSIBLE.contains(&extension))
}

fn hashed(stem: &str, content: &[u8], extension: &str) -> String {
    format!("{stem}.{}.{extension}", &fingerprint::of(content)[..16])
}

fn url(name: &str) -> String {
    format!("/pkg/{name}")
}

/// The script, looking for the wasm, the chunks and the bundles under their hashed names.
fn script_for(
    half: &BrowserHalf,
    wasm: &str,
    chunks: &[String],
    bundles: &BTreeMap<&String, String>,
) -> Result<Vec<u8>> {
    let text = std::str::from_utf8(&half.script).context("the script is not text")?;
    let plain = format!("{NAME}_bg.wasm");
    // What `chunks.js` makes use of.
    for used in [
        &plain,
        "function __wbg_init(",
        "function __wbg_get_imports(",
    ] {
        ensure!(
            text.contains(used),
            "the script of wasm-bindgen has no {used}"
        );
    }
    let urls: Vec<_> = chunks.iter().map(|name| url(name)).collect();
    let bundles: BTreeMap<_, _> = bundles
        .iter()
        .map(|(page, name)| (page, (url(name), loaded_for(page, &half.pages))))
        .collect();
    let loader = include_str!("chunks.js")
        .replace("CHUNK_URLS", &json!(urls).to_string())
        .replace("PAGE_CHUNKS", &json!(half.pages).to_string())
        .replace("PAGE_BUNDLES", &json!(bundles).to_string());
    Ok((text.replace(&plain, wasm) + &loader).into_bytes())
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
