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

use super::Effort;
use super::browser_half::{BrowserHalf, NAME};
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
        let script = script_for(half, &wasm, &chunks)?;
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
        let pages: BTreeMap<_, Vec<_>> = half
            .pages
            .iter()
            .map(|(page, needed)| {
                let needed = needed
                    .iter()
                    .map(|number| format!("/pkg/{}", chunks[*number]));
                (page, needed.collect())
            })
            .collect();
        let chunks = chunks.iter().cloned().zip(half.chunks.iter().cloned());
        for (name, content) in made.into_iter().chain(chunks).chain(snippets) {
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
            "js": format!("/pkg/{js}"),
            "wasm": format!("/pkg/{wasm}"),
            "css": format!("/pkg/{css}"),
            "chunks": pages,
            "all": all.finish(),
        });
        Ok(Self {
            files,
            manifest: serde_json::to_vec_pretty(&manifest)?,
        })
    }

    /// Bring the folder to hold just these files, compressed ones beside them, touching only what differs.
    pub fn write(self, folder: &Path, effort: Effort) -> Result<()> {
        let mut wanted = BTreeMap::new();
        for (name, content) in self.files {
            process::go_on()?;
            if effort == Effort::Release && is_compressible(&name) {
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

/// The script, looking for the wasm and the chunks under their hashed names.
fn script_for(half: &BrowserHalf, wasm: &str, chunks: &[String]) -> Result<Vec<u8>> {
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
    let urls: Vec<_> = chunks.iter().map(|name| format!("/pkg/{name}")).collect();
    let loader = include_str!("chunks.js")
        .replace("CHUNK_URLS", &json!(urls).to_string())
        .replace("PAGE_CHUNKS", &json!(half.pages).to_string());
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
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn half(wasm: &str) -> BrowserHalf {
        BrowserHalf {
            script: b"async function __wbg_init(a) { fetch(new URL('pledgecast_bg.wasm', import.meta.url)) }
                function __wbg_get_imports() {}"
                .to_vec(),
            wasm: wasm.repeat(100).into_bytes(),
            chunks: vec![b"histories".to_vec(), b"result".to_vec()],
            pages: BTreeMap::from([("task".to_owned(), vec![1]), ("home".to_owned(), vec![])]),
            snippets: BTreeMap::from([(
                "snippets/lib-1/inline0.js".to_owned(),
                b"export {}".to_vec(),
            )]),
        }
    }

    fn write(folder: &Path, wasm: &str) -> serde_json::Value {
        let public = folder.join("public");
        fs::create_dir_all(&public).unwrap();
        fs::write(public.join("favicon.svg"), "<svg/>".repeat(50)).unwrap();
        let site = folder.join("site");
        Tree::new(&half(wasm), "a{b:c}", &public)
            .unwrap()
            .write(&site, Effort::Release)
            .unwrap();
        serde_json::from_slice(&fs::read(site.join(MANIFEST)).unwrap()).unwrap()
    }

    fn path(manifest: &serde_json::Value, key: &str) -> String {
        manifest[key]
            .as_str()
            .unwrap()
            .trim_start_matches('/')
            .to_owned()
    }

    fn modified(file: &Path) -> SystemTime {
        fs::metadata(file).unwrap().modified().unwrap()
    }

    #[test]
    fn the_manifest_names_files_that_are_there_and_the_script_loads_the_named_wasm() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = write(folder.path(), "one");
        let site = folder.path().join("site");
        let [wasm, js, css] = ["wasm", "js", "css"].map(|key| path(&manifest, key));
        for name in [
            &wasm,
            &js,
            &css,
            "favicon.svg",
            "pkg/snippets/lib-1/inline0.js",
        ] {
            assert!(site.join(name).is_file(), "{name}");
        }
        let script = fs::read_to_string(site.join(&js)).unwrap();
        assert!(script.contains(wasm.trim_start_matches("pkg/")), "{script}");
    }

    #[test]
    fn the_manifest_and_the_script_tell_which_chunks_a_page_needs() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = write(folder.path(), "one");
        let site = folder.path().join("site");
        assert_eq!(manifest["chunks"]["home"], json!([]));
        let [chunk] = &manifest["chunks"]["task"].as_array().unwrap()[..] else {
            panic!("one chunk: {manifest}");
        };
        let chunk = chunk.as_str().unwrap();
        let content = fs::read(site.join(chunk.trim_start_matches('/'))).unwrap();
        assert_eq!(content, b"result");
        let script = fs::read_to_string(site.join(path(&manifest, "js"))).unwrap();
        assert!(script.contains(&format!("\"{chunk}\"]")), "{script}");
        assert!(
            script.contains("page_chunks = {\"home\":[],\"task\":[1]}"),
            "{script}"
        );
    }

    #[test]
    fn compressed_forms_unpack_to_the_file_itself() {
        let folder = tempfile::tempdir().unwrap();
        let wasm = path(&write(folder.path(), "one"), "wasm");
        let site = folder.path().join("site");
        let plain = fs::read(site.join(&wasm)).unwrap();
        let mut unpacked = Vec::new();
        let packed = fs::read(site.join(format!("{wasm}.br"))).unwrap();
        brotli::BrotliDecompress(&mut &packed[..], &mut unpacked).unwrap();
        assert_eq!(unpacked, plain);
        let packed = fs::read(site.join(format!("{wasm}.gz"))).unwrap();
        let mut unpacked = Vec::new();
        std::io::Read::read_to_end(
            &mut flate2::read::GzDecoder::new(&packed[..]),
            &mut unpacked,
        )
        .unwrap();
        assert_eq!(unpacked, plain);
    }

    #[test]
    fn the_same_content_again_touches_no_file() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "one");
        let files = fingerprint::files(&folder.path().join("site")).unwrap();
        let before: Vec<_> = files.iter().map(|file| modified(file)).collect();
        write(folder.path(), "one");
        assert_eq!(
            files,
            fingerprint::files(&folder.path().join("site")).unwrap()
        );
        assert_eq!(
            before,
            files.iter().map(|file| modified(file)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn new_content_gets_a_new_name_and_the_old_file_goes() {
        let folder = tempfile::tempdir().unwrap();
        let old = path(&write(folder.path(), "one"), "wasm");
        let new = path(&write(folder.path(), "two"), "wasm");
        let site = folder.path().join("site");
        assert_ne!(old, new);
        assert!(!site.join(&old).exists() && !site.join(format!("{old}.br")).exists());
        assert!(site.join(new).exists());
    }
}
