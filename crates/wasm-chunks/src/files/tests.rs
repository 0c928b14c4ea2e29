//! File names, what each page loads, and the script.

use super::*;

fn modules(main: &str) -> Modules {
    Modules {
        name: "app".to_owned(),
        script: b"async function __wbg_init(a) { fetch(new URL('app_bg.wasm', import.meta.url)) }
            function __wbg_get_imports() {}"
            .to_vec(),
        snippets: BTreeMap::from([(
            "snippets/lib-1/inline0.js".to_owned(),
            b"export {}".to_vec(),
        )]),
        main: main.as_bytes().to_vec(),
        chunks: vec![b"histories".to_vec(), b"result".to_vec()],
        pages: BTreeMap::from([
            ("home".to_owned(), vec![]),
            ("list".to_owned(), vec![0]),
            ("list_more".to_owned(), vec![0, 1]),
            ("task".to_owned(), vec![0, 1]),
        ]),
        bundles: BTreeMap::from([("task".to_owned(), b"histories and result".to_vec())]),
    }
}

fn script_of(files: &Files) -> &str {
    std::str::from_utf8(&files.contents[&files.script]).unwrap()
}

#[test]
fn every_named_file_exists_and_the_script_loads_the_main_module_by_its_name() {
    let files = modules("main").into_files().unwrap();
    let mut named = vec![&files.script, &files.wasm];
    named.extend(files.pages.values().flatten());
    named.extend(files.parts.values().flatten());
    for name in named {
        assert!(files.contents.contains_key(name), "{name}");
    }
    assert!(files.contents.contains_key("snippets/lib-1/inline0.js"));
    let loads = format!("new URL('{}'", files.wasm);
    assert!(script_of(&files).contains(&loads), "{}", script_of(&files));
}

#[test]
fn a_page_loads_one_file_and_a_part_only_what_its_page_has_not_loaded() {
    let files = modules("main").into_files().unwrap();
    let contents = |names: &[String]| -> Vec<String> {
        let contents = names.iter().map(|name| files.contents[name].clone());
        contents.map(|it| String::from_utf8(it).unwrap()).collect()
    };
    assert!(files.pages["home"].is_empty());
    assert_eq!(contents(&files.pages["list"]), ["histories"]);
    assert_eq!(contents(&files.pages["task"]), ["histories and result"]);
    assert_eq!(contents(&files.parts["list_more"]), ["result"]);
    assert!(!files.pages.contains_key("list_more"));
}

#[test]
fn the_script_knows_the_chunks_of_each_page() {
    let files = modules("main").into_files().unwrap();
    let (chunk, bundle) = (&files.pages["list"][0], &files.pages["task"][0]);
    for part in [
        format!("chunk_files = [\"{chunk}\","),
        format!("page_bundles = {{\"task\":[\"{bundle}\",[0,1]]}}"),
        "page_chunks = {\"home\":[],\"list\":[0],\"list_more\":[0,1],\"task\":[0,1]}".to_owned(),
    ] {
        assert!(
            script_of(&files).contains(&part),
            "{part}: {}",
            script_of(&files)
        );
    }
}

#[test]
fn other_content_gets_another_name() {
    let [one, two] = ["one", "two"].map(|main| modules(main).into_files().unwrap());
    assert_ne!(one.wasm, two.wasm);
    // It contains the name of the main module.
    assert_ne!(one.script, two.script);
    assert_eq!(one.pages, two.pages);
}

#[test]
fn a_script_that_the_loader_does_not_fit_is_refused() {
    let mut modules = modules("main");
    modules.script = b"fetch(new URL('app_bg.wasm', import.meta.url))".to_vec();
    let error = modules.into_files().unwrap_err().to_string();
    assert!(error.contains("__wbg_init"), "{error}");
}
