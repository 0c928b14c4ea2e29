//! A full disk: reported as 503, and recovered as soon as there is room again.

use std::process::Command;

use serde_json::json;

use crate::support::{Browser, Engine, Response, Server, Site, unique};

/// Maximum size of each file of the server, in kilobytes: less than the write-ahead log grows to by itself.
const ROOM_KB: u32 = 2048;

/// A server whose files the system does not let grow beyond a size, like those on a full disk.
async fn serve_with_little_room(site: &Site) -> Server {
    let command = site.command(&["serve"], &[("PLEDGECAST_WORKERS", "0")]);
    let binary = command.get_program().to_owned();
    // The limit is in blocks of 512 bytes. The signal that would end the process is ignored, so that writes fail
    // instead.
    let script = format!(
        "trap '' XFSZ; ulimit -S -f {}; exec \"$0\" serve",
        ROOM_KB * 2
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).arg(binary).env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.current_dir(site.data());
    let mut program = site.start(shell);
    let url = program.wait_for_line("Pledgecast is ready at ").await;
    Server { url, program }
}

fn make_room(server: &Server) {
    let pid = server.program.id().to_string();
    let done = Command::new("prlimit")
        .args(["--pid", &pid, "--fsize=unlimited:unlimited"])
        .status();
    assert!(done.unwrap().success(), "prlimit");
}

async fn top_up(browser: &Browser, key: &str) -> Response {
    let body = json!({ "amount": 1, "idempotency_key": key });
    browser.post_json("/api/balance/top_up", &body).await
}

#[tokio::test]
async fn a_full_disk_is_503_until_there_is_room_again() {
    let (site, server) = Site::serving(Engine::Sqlite, &[]).await;
    server.program.stop().await;
    let server = serve_with_little_room(&site).await;
    let browser = Browser::registered(&server).await;
    let mut bought = 0;
    let (key, refusal) = loop {
        let key = unique("full");
        let response = top_up(&browser, &key).await;
        if response.status != 200 {
            break (key, response);
        }
        bought += 1;
        assert!(bought < 5000, "the disk does not get full");
    };
    refusal.problem(503);
    assert!(refusal.header("retry-after").parse::<u64>().unwrap() > 0);
    for _ in 0..5 {
        top_up(&browser, &unique("full")).await.problem(503);
    }
    let body = crate::support::predict_body(&unique("full"));
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.problem(503);
    let amount = 10 + bought;
    assert_eq!(browser.balance().await, [amount, 0, amount], "reads go on");

    make_room(&server);
    top_up(&browser, &key).await.ok();
    assert_eq!(browser.balance().await, [amount + 1, 0, amount + 1]);
    server.program.stop().await;
    site.assert_audit_is_clean().await;
}
