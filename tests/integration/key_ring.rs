//! Replacing the key of the service, and secrets in files.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::support::{Browser, Engine, Site};

on_both_databases!(
    what_an_older_key_has_made_is_accepted_while_it_is_named,
    the_key_may_be_in_a_file,
);

fn key(byte: u8) -> String {
    BASE64_STANDARD.encode([byte; 64])
}

async fn what_an_older_key_has_made_is_accepted_while_it_is_named(engine: Engine) {
    let site = Site::new(engine).await;
    let server = site.serve(&[("PLEDGECAST_KEY", &key(1))]).await;
    let old = Browser::registered(&server).await;
    let task = old.submit().await["id"].clone();
    old.wait_until_final(&task).await;
    let link = async |browser: &Browser| {
        let shared = browser.post_json("/api/task/share", json!({ "id": task }));
        shared.await.ok()["path"].as_str().unwrap().to_owned()
    };
    let old_link = link(&old).await;
    server.program.stop().await;

    let both = format!("{},{}", key(2), key(1));
    let server = site.serve(&[("PLEDGECAST_KEY", &both)]).await;
    let kept = old.copy_at(&server);
    kept.get("/api/auth/me").await.ok();
    assert_eq!(server.get(&old_link).await.status, 200);
    let new_link = link(&kept).await;
    assert_ne!(new_link, old_link);
    assert_eq!(server.get(&new_link).await.status, 200);
    let new = Browser::new(&server);
    let response = new.post_json("/api/auth/login", kept.credentials());
    response.await.ok();
    server.program.stop().await;

    let server = site.serve(&[("PLEDGECAST_KEY", &key(2))]).await;
    new.copy_at(&server).get("/api/auth/me").await.ok();
    old.copy_at(&server).get("/api/auth/me").await.problem(401);
    assert_eq!(server.get(&new_link).await.status, 200);
    assert_eq!(server.get(&old_link).await.status, 404);
}

async fn the_key_may_be_in_a_file(engine: Engine) {
    let site = Site::new(engine).await;
    let file = site.data().join("key.txt");
    std::fs::write(&file, format!("{}\n", key(1))).unwrap();
    let path = file.to_str().unwrap();
    let server = site.serve(&[("PLEDGECAST_KEY_FILE", path)]).await;
    let browser = Browser::registered(&server).await;
    server.program.stop().await;
    let server = site.serve(&[("PLEDGECAST_KEY", &key(1))]).await;
    browser.copy_at(&server).get("/api/auth/me").await.ok();
    server.program.stop().await;

    let both = [
        ("PLEDGECAST_KEY", key(1)),
        ("PLEDGECAST_KEY_FILE", path.to_owned()),
    ];
    let both = both.each_ref().map(|(name, value)| (*name, value.as_str()));
    let output = site.command(&["serve"], &both).output().unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        error.contains("PLEDGECAST_KEY or PLEDGECAST_KEY_FILE"),
        "{error}"
    );
    // The tests name the database by its variable, so a file is one too many.
    let url = [("PLEDGECAST_DATABASE_URL_FILE", path)];
    let output = site.command(&["audit"], &url).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("PLEDGECAST_DATABASE_URL_FILE"), "{error}");
}
