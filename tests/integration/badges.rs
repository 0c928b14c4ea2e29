//! The badge of a shared result, as pages of other sites load it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Site, predict_body, shared_server, unique};

on_both_databases!(
    a_badge_shows_the_result_on_pages_of_other_sites,
    a_badge_is_sent_once_until_it_changes,
    language_and_theme_of_a_badge_are_selected_by_the_query,
    a_badge_of_a_revoked_link_shows_nothing_of_the_result,
    a_title_on_a_badge_is_escaped,
    badges_count_as_visits_and_their_tokens_are_not_logged,
    the_owner_finds_the_html_of_the_badge,
);

/// A user with a result and the path of its link.
async fn shared(browser: Browser, name: &str) -> (Browser, Value, String) {
    let mut body = predict_body(&unique("badge"));
    body["name"] = json!(name);
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    let task = browser.wait_until_final(&task["id"]).await;
    let link = json!({ "id": task["id"] });
    let link = browser.post_json("/api/task/share", &link).await.ok();
    let path = link["path"].as_str().unwrap().to_owned();
    (browser, task, path)
}

async fn at_shared_server(engine: Engine, name: &str) -> (Browser, Value, String) {
    let server = shared_server(engine).await;
    shared(Browser::registered(server).await, name).await
}

async fn a_badge_shows_the_result_on_pages_of_other_sites(engine: Engine) {
    let (owner, task, path) = at_shared_server(engine, "Lanterns").await;
    let server = shared_server(engine).await;
    let badge = server.get(&format!("{path}/badge.svg")).await;
    assert_eq!(badge.status, 200);
    assert!(badge.header("content-type").starts_with("image/svg+xml"));
    let policy = badge.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(policy.contains("frame-ancestors *"), "{policy}");
    assert_eq!(badge.header("x-frame-options"), "");
    assert_eq!(badge.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(badge.header("x-content-type-options"), "nosniff");
    let svg = badge.text();
    let percent = task["result"]["probability"].as_f64().unwrap() * 100.0;
    for part in [
        &format!(">{percent:.0}%<"),
        "Lanterns",
        "role=\"img\"",
        "<title",
        "Pledgecast",
    ] {
        assert!(svg.contains(part), "{part}: {svg}");
    }
    for secret in ["<script", owner.email.as_str()] {
        assert!(!svg.contains(secret), "{secret}");
    }
}

async fn a_badge_is_sent_once_until_it_changes(engine: Engine) {
    let (owner, _task, path) = at_shared_server(engine, "Lanterns").await;
    let badge = owner.get(format!("{path}/badge.svg")).await;
    assert!(badge.header("cache-control").contains("max-age="));
    let request = owner.request(Method::GET, &format!("{path}/badge.svg"));
    let request = request.header("if-none-match", badge.header("etag"));
    let again = owner.send(request).await;
    assert_eq!((again.status, again.text().as_str()), (304, ""));
}

async fn language_and_theme_of_a_badge_are_selected_by_the_query(engine: Engine) {
    let (owner, _task, path) = at_shared_server(engine, "Lanterns").await;
    let badge = async |query: &str| owner.get(format!("{path}/badge.svg?{query}")).await.text();
    assert!(badge("lang=ru").await.contains("Шансы собрать сумму"));
    assert!(badge("lang=xx").await.contains("Chance of reaching"));
    assert!(badge("").await.contains("prefers-color-scheme"));
    let [light, dark] = [badge("theme=light").await, badge("theme=dark").await];
    assert_ne!(light, dark);
    assert!(!light.contains("prefers-color-scheme"));
}

async fn a_badge_of_a_revoked_link_shows_nothing_of_the_result(engine: Engine) {
    let (owner, task, path) = at_shared_server(engine, "Lanterns").await;
    let end = json!({ "id": task["id"] });
    owner.post_json("/api/task/unshare", end).await.ok();
    let badge = owner.get(format!("{path}/badge.svg")).await;
    assert_eq!(badge.status, 404);
    assert_eq!(badge.header("cache-control"), "no-store");
    let svg = badge.text();
    assert!(svg.contains("no longer shared"), "{svg}");
    assert!(!svg.contains("Lanterns") && !svg.contains('%'), "{svg}");
    for file in ["card.png", "report.pdf"] {
        owner.get(format!("{path}/{file}")).await.problem(404);
    }
}

async fn a_title_on_a_badge_is_escaped(engine: Engine) {
    let name = "</text><script>alert(1)</script>\u{202e}";
    let (owner, _task, path) = at_shared_server(engine, name).await;
    let svg = owner.get(format!("{path}/badge.svg")).await.text();
    assert!(svg.contains("alert(1)"), "{svg}");
    assert!(!svg.contains("<script"), "{svg}");
    assert!(!svg.contains('\u{202e}'), "{svg}");
}

async fn badges_count_as_visits_and_their_tokens_are_not_logged(engine: Engine) {
    let settings = [("PLEDGECAST_SHARED_PER_MINUTE", "3")];
    let (_site, server) = Site::serving(engine, &settings).await;
    let (owner, _task, path) = shared(Browser::registered(&server).await, "Lanterns").await;
    for file in ["badge.svg", "card.png", "report.pdf"] {
        assert_eq!(
            owner.get(format!("{path}/{file}")).await.status,
            200,
            "{file}"
        );
    }
    owner.get(format!("{path}/badge.svg")).await.problem(429);
    let log = server.program.log();
    let token = path.strip_prefix("/shared/").unwrap();
    assert!(!log.contains(token), "{log}");
}

async fn the_owner_finds_the_html_of_the_badge(engine: Engine) {
    let (owner, task, path) = at_shared_server(engine, "Lanterns").await;
    let server = shared_server(engine).await;
    let html = owner.get(format!("/tasks/{}", task["id"])).await.text();
    let shown = format!("src=&quot;{}{path}/badge.svg?lang=en&quot;", server.url);
    let plain = shown.replace("&quot;", "\"");
    assert!(html.contains(&shown) || html.contains(&plain), "{html}");
    assert!(html.contains(&format!("src=\"{path}/badge.svg?lang=en\"")));
}
