//! The manifest, the compressed copies, and which files are touched.

use std::time::SystemTime;

use super::*;

fn bundle(main: &str) -> Files {
    let wasm = format!("app_bg.{main}.wasm");
    let contents = [
        ("app.js", b"import()".to_vec()),
        (wasm.as_str(), main.repeat(100).into_bytes()),
        ("app_chunk.wasm", b"list".to_vec()),
    ];
    let pages = |page: &str| BTreeMap::from([(page.to_owned(), vec!["app_chunk.wasm".to_owned()])]);
    Files {
        script: "app.js".to_owned(),
        wasm: wasm.clone(),
        pages: pages("list"),
        parts: pages("list_more"),
        contents: contents
            .map(|(name, content)| (name.to_owned(), content))
            .into(),
    }
}

fn write(folder: &Path, main: &str) -> serde_json::Value {
    let public = folder.join("public");
    fs::create_dir_all(&public).unwrap();
    fs::write(public.join("favicon.svg"), "<svg/>".repeat(50)).unwrap();
    let site = folder.join("site");
    Assets::new(bundle(main), "a{b:c}".to_owned(), &public)
        .unwrap()
        .write(&site, Profile::Release)
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
fn the_manifest_names_files_that_exist() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = write(folder.path(), "one");
    let site = folder.path().join("site");
    for key in ["wasm", "js", "css"] {
        assert!(site.join(path(&manifest, key)).is_file(), "{key}");
    }
    assert!(site.join("favicon.svg").is_file());
    assert_eq!(manifest["chunks"]["list"], json!(["/pkg/app_chunk.wasm"]));
    assert_eq!(
        manifest["parts"]["list_more"],
        json!(["/pkg/app_chunk.wasm"])
    );
}

#[test]
fn compressed_copies_decompress_to_the_file() {
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
fn unchanged_files_are_not_touched() {
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
fn files_that_are_no_longer_built_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let old = path(&write(folder.path(), "one"), "wasm");
    let new = path(&write(folder.path(), "two"), "wasm");
    let site = folder.path().join("site");
    assert_ne!(old, new);
    assert!(!site.join(&old).exists() && !site.join(format!("{old}.br")).exists());
    assert!(site.join(new).exists());
}
