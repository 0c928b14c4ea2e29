//! The address of a client behind proxies.

use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, Engine, Response, Server, Site, unique, wait_for};

/// An attempt to log in, as the client at the end of these hops.
async fn guess(server: &Server, forwarded: &[&str]) -> Response {
    let email = format!("{}@example.org", unique("proxy"));
    let body = json!({ "email": email, "password": "a wrong password" });
    let browser = Browser::new(server);
    let mut request = browser.request(Method::POST, "/api/auth/login").json(&body);
    for value in forwarded {
        request = request.header("x-forwarded-for", *value);
    }
    browser.send(request).await
}

/// Whether the client at the end of these hops is stopped from guessing.
async fn is_slowed_down(server: &Server, forwarded: &[&str]) -> bool {
    for _ in 0..8 {
        if guess(server, forwarded).await.status == 429 {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn clients_behind_a_trusted_proxy_have_separate_limits() {
    let settings = [
        ("PLEDGECAST_AUTH_PER_MINUTE", "5"),
        ("PLEDGECAST_TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.0/8"),
    ];
    let (_site, server) = Site::serving(Engine::Sqlite, &settings).await;
    assert!(is_slowed_down(&server, &["203.0.113.5"]).await);
    // The same client in the notations of other proxies, and with forged hops of its own.
    for same in [
        &["203.0.113.5:4711"][..],
        &["::ffff:203.0.113.5"],
        &["6.6.6.6, 203.0.113.5, 10.1.2.3"],
        &["6.6.6.6", "203.0.113.5"],
    ] {
        assert_eq!(guess(&server, same).await.status, 429, "{same:?}");
    }
    for other in [&["203.0.113.6"][..], &["203.0.113.5, 203.0.113.7"]] {
        assert_eq!(guess(&server, other).await.status, 401, "{other:?}");
    }
    assert!(!server.program.log().contains("no proxy is trusted"));
}

#[tokio::test]
async fn without_trusted_proxies_the_header_is_ignored_with_one_warning() {
    let settings = [("PLEDGECAST_AUTH_PER_MINUTE", "5")];
    let (_site, server) = Site::serving(Engine::Sqlite, &settings).await;
    assert!(is_slowed_down(&server, &["203.0.113.5"]).await);
    assert_eq!(guess(&server, &["203.0.113.6"]).await.status, 429);
    wait_for("the warning", || async {
        let count = server.program.log().matches("no proxy is trusted").count();
        (count == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_number_of_proxies_is_refused_with_an_example() {
    let site = Site::new(Engine::Sqlite).await;
    for number in ["1", "0"] {
        let arguments = ["serve", "--trusted-proxies", number];
        let output = site.run(&arguments, "").await;
        assert!(!output.status.success());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("10.0.0.0/8"), "{error}");
    }
}
