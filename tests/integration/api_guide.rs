//! The commands in the README and in the guide to the API work as they are printed.

use std::path::Path;
use std::process::Command;

use crate::support::{Engine, Site};

/// How documents name the service.
const DOCUMENTED: &str = "http://127.0.0.1:3000";

/// The shell commands of a document that send requests.
fn commands(document: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap());
    let blocks: Vec<_> = blocks.filter(|block| block.contains("curl ")).collect();
    assert!(!blocks.is_empty(), "{document} has no commands");
    blocks.concat()
}

async fn run(document: &str) -> String {
    let (site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let folder = site.data();
    // Errors of the service end the script.
    std::fs::write(
        folder.join(".curlrc"),
        "silent\nshow-error\nfail-with-body\n",
    )
    .unwrap();
    let script = commands(document).replace(DOCUMENTED, &server.url);
    let mut command = Command::new("sh");
    command
        .args(["-euc", &script])
        .current_dir(&folder)
        .env("HOME", &folder);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{document}: {errors}\n{shown}");
    shown
}

#[tokio::test]
async fn the_commands_of_the_readme_work() {
    let shown = run("README.md").await;
    assert!(shown.contains("\"probability\":"), "{shown}");
    assert!(shown.contains("\"kind\":\"top_up\""), "{shown}");
}

#[tokio::test]
async fn the_commands_of_the_guide_work() {
    let shown = run("docs/api.md").await.to_lowercase();
    for expected in [
        "\"probability\":",
        "idempotent-replayed: true",
        "preference-applied: wait=30",
        "http/1.1 304",
        "ratelimit: \"changed-example\";r=",
        "/problems/invalid",
    ] {
        assert!(shown.contains(expected), "no {expected}: {shown}");
    }
}
