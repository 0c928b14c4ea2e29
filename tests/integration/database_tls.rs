//! An encrypted connection to PostgreSQL.

use serde_json::json;
use tempfile::TempDir;

use crate::support::{AUTHORITY, Browser, Database, Engine, EventStream, Proxy, Site};

/// A database that is reached with these parameters, through a proxy that takes encrypted connections only.
async fn encrypted(parameters: &str) -> Site {
    let folder = TempDir::new().unwrap();
    let database = Database::create(Engine::Postgres, folder.path()).await;
    let proxy = Proxy::start_encrypted(Proxy::target_of(&database.url)).await;
    let url = format!("{}?{parameters}", proxy.url_of(&database.url));
    Site::on(database, folder).through(url)
}

#[tokio::test]
async fn everything_works_over_encrypted_connections_with_a_checked_certificate() {
    let site = encrypted(&format!("sslmode=verify-full&sslrootcert={AUTHORITY}")).await;
    let server = site.serve(&[]).await;
    let browser = Browser::registered(&server).await;
    let mut stream = EventStream::open(&browser).await;
    browser.top_up(90).await;
    // Through LISTEN, which has its own connection.
    stream.assert_changes_arrive(&browser).await;
    let task = browser.submit().await;
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], json!("succeeded"));
    site.run_ok(&["audit"], "").await;
}

#[tokio::test]
async fn a_database_whose_certificate_is_not_trusted_gets_no_password() {
    for parameters in ["sslmode=verify-full", "sslmode=verify-ca"] {
        let site = encrypted(parameters).await;
        let settings = [("PLEDGECAST_DATABASE_WAIT_SECONDS", "0")];
        for arguments in [&["serve"], &["worker"], &["migrate"]] {
            let mut program = site.start(site.command(arguments, &settings));
            assert!(!program.wait().await.success());
            let log = program.log();
            assert!(log.contains("certificate"), "{log}");
        }
    }
}
