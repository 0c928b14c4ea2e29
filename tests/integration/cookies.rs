//! The flags of the session cookie and the key behind it.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::support::{Browser, Engine, Site, unique};

/// The `Set-Cookie` headers of a registration at a site with these settings.
async fn cookies_of_a_registration(settings: &[(&str, &str)]) -> (Site, Vec<String>) {
    let (site, server) = Site::serving(Engine::Sqlite, settings).await;
    let body = json!({
        "email": format!("{}@example.org", unique("cookie")),
        "password": "correct horse battery",
    });
    let response = Browser::new(&server)
        .post_json("/api/auth/register", &body)
        .await;
    response.ok();
    let lines = response.headers.get_all("set-cookie").iter();
    let lines: Vec<_> = lines
        .map(|line| line.to_str().unwrap().to_owned())
        .collect();
    assert!(!lines.is_empty());
    (site, lines)
}

#[tokio::test]
async fn over_http_the_cookie_is_inaccessible_to_scripts_and_other_sites() {
    let (_site, lines) = cookies_of_a_registration(&[]).await;
    for line in lines {
        for flag in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(line.contains(flag), "`{flag}` is missing: {line}");
        }
        assert!(!line.contains("; Secure"), "{line}");
        assert!(!line.starts_with("__Host-"), "{line}");
        assert!(!line.contains("; Domain"), "{line}");
        assert!(!line.contains("example.org"), "not encrypted: {line}");
    }
}

#[tokio::test]
async fn over_https_the_cookie_is_secure_and_bound_to_the_host() {
    let settings = [("PLEDGECAST_PUBLIC_URL", "https://pledgecast.example")];
    let (_site, lines) = cookies_of_a_registration(&settings).await;
    for line in lines {
        assert!(line.starts_with("__Host-"), "{line}");
        for flag in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(line.contains(flag), "`{flag}` is missing: {line}");
        }
        assert!(!line.contains("; Domain"), "{line}");
    }
}

#[tokio::test]
async fn over_https_language_and_theme_are_bound_to_the_host_too() {
    let address = "https://pledgecast.example";
    let settings = [("PLEDGECAST_PUBLIC_URL", address)];
    let (_site, server) = Site::serving(Engine::Sqlite, &settings).await;
    let browser = Browser::new(&server);
    let request = browser.request(reqwest::Method::POST, "/preferences");
    let request = request.form(&[("locale", "ru"), ("theme", "dark")]);
    let response = browser.send(request.header("origin", address)).await;
    let lines = response.headers.get_all("set-cookie").iter();
    let lines: Vec<_> = lines.map(|line| line.to_str().unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert!(line.starts_with("__Host-"), "{line}");
        for flag in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(line.contains(flag), "`{flag}` is missing: {line}");
        }
    }
    let html = browser.get("/").await.text();
    assert!(html.contains("<html lang=\"ru\" data-theme=\"dark\""));
}

#[tokio::test]
async fn the_key_is_created_once_and_only_its_owner_can_read_it() {
    let (site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let key_files = || -> Vec<_> {
        let entries = std::fs::read_dir(site.data()).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().contains("key"))
            .collect()
    };
    let files = key_files();
    let [path] = files.as_slice() else {
        panic!("not one key file: {files:?}");
    };
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = std::fs::read(path).unwrap();
    assert!(key.len() >= 64, "{} bytes", key.len());

    server.program.stop().await;
    let _server = site.serve(&[]).await;
    assert_eq!(std::fs::read(path).unwrap(), key);

    let other = Site::serving(Engine::Sqlite, &[]).await;
    let other_key = std::fs::read(other.0.data().join(path.file_name().unwrap()));
    assert_ne!(other_key.unwrap(), key, "a built-in key");
}

#[tokio::test]
async fn over_https_browsers_are_told_to_stay_there() {
    let https = ("PLEDGECAST_PUBLIC_URL", "https://pledgecast.example");
    let subdomains = ("PLEDGECAST_HSTS_SUBDOMAINS", "true");
    for (settings, policy) in [
        (&[][..], None),
        (&[subdomains], None),
        (&[https], Some("max-age=31536000")),
        (
            &[https, subdomains],
            Some("max-age=31536000; includeSubDomains"),
        ),
    ] {
        let (_site, server) = Site::serving(Engine::Sqlite, settings).await;
        for path in ["/login", "/api/balance", "/favicon.svg"] {
            let response = server.get(path).await;
            let sent = response.headers.get("strict-transport-security");
            assert_eq!(sent.map(|it| it.to_str().unwrap()), policy, "{path}");
        }
    }
}

#[tokio::test]
async fn a_forged_or_damaged_cookie_is_not_a_session() {
    let (_site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let browser = Browser::registered(&server).await;
    let cookie = browser.cookie("pledgecast_session");
    let (name, value) = cookie.split_once('=').unwrap();
    let middle = value.len() / 2;
    let reversed: String = value.chars().rev().collect();
    for forged in [
        format!("{}A{}", &value[..middle], &value[middle + 2..]),
        value[..middle].to_owned(),
        format!("{value}{value}"),
        reversed,
        String::new(),
        "1".to_owned(),
    ] {
        let forged = format!("{name}={forged}");
        let stranger = Browser::new(&server);
        let request = stranger
            .request(reqwest::Method::GET, "/api/auth/me")
            .header("cookie", forged);
        stranger.send(request).await.problem(401);
    }
}
