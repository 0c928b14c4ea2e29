//! `pledgecast backup`, and a service that continues from the copy.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use crate::support::{Browser, Database, Engine, Site, wait_for};

/// The number of tasks and ledger lines.
const ROWS: &str = "SELECT (SELECT COUNT(*) FROM task) + (SELECT COUNT(*) FROM transactions)";

fn site_on(file: &Path, folder: TempDir) -> Site {
    let database = Database {
        engine: Engine::Sqlite,
        url: format!("sqlite://{}", file.display()),
    };
    Site::on(database, folder)
}

#[tokio::test]
async fn a_backup_under_load_is_complete() {
    let (site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(100_000).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup.db");
    let is_over = AtomicBool::new(false);
    let load = async {
        while !is_over.load(Ordering::Relaxed) {
            browser.submit().await;
        }
    };
    let copy = async {
        wait_for("some tasks", || async {
            let tasks = "SELECT COUNT(*) FROM task WHERE status = 'succeeded'";
            (site.database.number(tasks).await > 5).then_some(())
        })
        .await;
        let before = site.database.number(ROWS).await;
        let message = site.run_ok(&["backup", file.to_str().unwrap()], "").await;
        assert!(message.contains("backup.db"), "{message}");
        let after = site.database.number(ROWS).await;
        is_over.store(true, Ordering::Relaxed);
        before..=after
    };
    let (rows, ()) = futures::future::join(copy, load).await;
    server.program.stop().await;
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner may read the copy");
    let files = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 1, "nothing is left beside the copy");

    let restored = site_on(&file, folder);
    restored.assert_audit_is_clean().await;
    let copied = restored.database.number(ROWS).await;
    assert!(rows.contains(&copied), "{copied} is not in {rows:?}");
    let server = restored.serve(&[("PLEDGECAST_LEASE_SECONDS", "1")]).await;
    let again = Browser::new(&server);
    let login = again.post_json("/api/auth/login", browser.credentials());
    login.await.ok();
    again.wait_until_idle().await;
    let failed = "SELECT COUNT(*) FROM task WHERE status <> 'succeeded'";
    assert_eq!(restored.database.number(failed).await, 0);
    let task = again.submit().await;
    assert_eq!(
        again.wait_until_final(&task["id"]).await["status"],
        "succeeded"
    );
    restored.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_backup_neither_replaces_a_file_nor_creates_a_database() {
    let (site, _server) = Site::serving(Engine::Sqlite, &[]).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("kept.db");
    std::fs::write(&file, "kept").unwrap();
    let output = site.run(&["backup", file.to_str().unwrap()], "").await;
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("already exists"), "{message}");
    assert_eq!(std::fs::read(&file).unwrap(), b"kept");

    let nowhere = folder.path().join("nowhere.db");
    let elsewhere = site_on(&nowhere, TempDir::new().unwrap());
    let copy = folder.path().join("copy.db");
    let output = elsewhere.run(&["backup", copy.to_str().unwrap()], "").await;
    assert!(!output.status.success());
    assert!(!nowhere.exists() && !copy.exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn backup_on_postgres_refers_to_pg_dump() {
    let site = Site::new(Engine::Postgres).await;
    let output = site.run(&["backup", "copy.db"], "").await;
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("pg_dump"), "{message}");
    assert!(!message.contains("postgres://"), "no secrets: {message}");
}

#[tokio::test]
async fn the_write_ahead_log_shrinks_after_a_backup() {
    let (site, server) = Site::serving(Engine::Sqlite, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(5).await;
    let journal = format!("{}-wal", site.database.url.trim_start_matches("sqlite://"));
    let bytes_of_journal = || std::fs::metadata(&journal).unwrap().len();
    assert!(bytes_of_journal() > 0);
    site.run_ok(&["backup", "copy.db"], "").await;
    assert_eq!(bytes_of_journal(), 0);
    browser.top_up(5).await;
    server.program.stop().await;
    site.assert_audit_is_clean().await;
}
