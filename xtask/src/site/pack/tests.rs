//! What is packed: the files, the manifest that names them, and the script that finds them.

use std::time::SystemTime;

use super::*;

fn half(wasm: &str) -> BrowserHalf {
    BrowserHalf {
        script:
            b"async function __wbg_init(a) { fetch(new URL('pledgecast_bg.wasm', import.meta.url)) }
            function __wbg_get_imports() {}"
                .to_vec(),
        wasm: wasm.repeat(100).into_bytes(),
        chunks: vec![b"histories".to_vec(), b"result".to_vec()],
        pages: BTreeMap::from([
            ("task".to_owned(), vec![0, 1]),
            ("list".to_owned(), vec![0]),
            ("list_more".to_owned(), vec![0, 1]),
            ("home".to_owned(), vec![]),
        ]),
        bundles: BTreeMap::from([("task".to_owned(), b"histories and result".to_vec())]),
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
        .write(&site, BuildProfile::Release)
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
    let loaded = |page: &str| {
        let [file] = &manifest["chunks"][page].as_array().unwrap()[..] else {
            panic!("one file for {page}: {manifest}");
        };
        file.as_str().unwrap().to_owned()
    };
    let content = |file: &str| fs::read(site.join(file.trim_start_matches('/'))).unwrap();
    let (chunk, bundle) = (loaded("list"), loaded("task"));
    assert_eq!(content(&chunk), b"histories");
    assert_eq!(content(&bundle), b"histories and result");
    let [rest] = &manifest["parts"]["list_more"].as_array().unwrap()[..] else {
        panic!("what the page has comes no second time: {manifest}");
    };
    assert_eq!(content(rest.as_str().unwrap()), b"result");
    assert!(manifest["chunks"].get("list_more").is_none());
    let script = fs::read_to_string(site.join(path(&manifest, "js"))).unwrap();
    for part in [
        format!("chunk_urls = [\"{chunk}\","),
        format!("page_bundles = {{\"task\":[\"{bundle}\",[0,1]]}}"),
        "page_chunks = {\"home\":[],\"list\":[0],\"list_more\":[0,1],\"task\":[0,1]}".to_owned(),
    ] {
        assert!(script.contains(&part), "{part}: {script}");
    }
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
