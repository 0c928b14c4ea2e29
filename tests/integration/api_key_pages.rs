//! The page of API keys without JavaScript.

use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, Engine, Response, shared_idle_server};

on_both_databases!(
    a_new_key_is_shown_once_and_is_in_no_url,
    errors_appear_on_the_page_with_what_was_entered,
    keys_are_renamed_and_revoked_by_forms,
    the_page_shows_limits_and_spending,
);

const PAGE: &str = "/account/keys";

async fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Response {
    let mut fields = fields.to_vec();
    fields.push(("return_to", PAGE));
    let request = browser.request(Method::POST, path).form(&fields);
    browser.send(request.header("accept", "text/html")).await
}

/// The key that a page shows.
fn key_in(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("id=\"new-key-text\"")?;
    let (_, rest) = rest.split_once("pc_")?;
    rest.split('<').next()
}

async fn a_new_key_is_shown_once_and_is_in_no_url(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let empty = browser.get(PAGE).await.text();
    assert!(empty.contains("No API keys yet"), "{empty}");
    let fields = [
        ("label", "Script <1>"),
        ("read", "true"),
        ("predict", "true"),
    ];
    let page = send(&browser, "/api/keys/create", &fields).await;
    assert_eq!(page.status, 200);
    assert!(page.is_html());
    assert_eq!(page.header("location"), "");
    assert_eq!(page.header("cache-control"), "no-store");
    let html = page.text();
    let key = key_in(&html).unwrap_or_else(|| panic!("no key: {html}"));
    let program = Browser::with_key(server, &format!("pc_{key}"));
    program.get("/api/balance").await.ok();
    assert!(!html.contains("<1>"), "escaped");
    let later = browser.get(PAGE).await.text();
    assert_eq!(key_in(&later), None);
    assert!(!later.contains(key));
    assert!(later.contains("Script &lt;1"), "{later}");
}

async fn errors_appear_on_the_page_with_what_was_entered(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let fields = [
        ("label", "Kept label"),
        ("top_up", "true"),
        ("cap_day", "many"),
    ];
    let page = send(&browser, "/api/keys/create", &fields).await;
    assert_eq!(page.status, 422);
    let html = page.text();
    assert!(html.contains("value=\"Kept label\""), "{html}");
    assert!(html.contains("value=\"many\""), "{html}");
    assert!(html.contains("field-cap_day-error"), "{html}");
    let is_checked = |name: &str| {
        let tag = html
            .split("<input")
            .find(|it| it.contains(&format!("name=\"{name}\"")));
        tag.unwrap().split('>').next().unwrap().contains("checked")
    };
    assert!(is_checked("top_up") && !is_checked("read"));
    let none = send(&browser, "/api/keys/create", &[("label", "x")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text().contains("#field-scopes"));
}

async fn keys_are_renamed_and_revoked_by_forms(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let (secret, key) = browser.create_key(json!({ "read": true })).await;
    let id = key["id"].to_string();
    let fields = [("id", id.as_str()), ("label", "Renamed")];
    let renamed = send(&browser, "/api/keys/rename", &fields).await;
    assert_eq!(renamed.location(), PAGE);
    assert!(browser.get(PAGE).await.text().contains("Renamed"));
    let fields = [("id", id.as_str()), ("label", "")];
    let refused = send(&browser, "/api/keys/rename", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("<details open"),
        "{}",
        refused.text()
    );
    let revoked = send(&browser, "/api/keys/revoke", &[("id", &id)]).await;
    assert_eq!(revoked.location(), PAGE);
    assert!(!browser.get(PAGE).await.text().contains("Renamed"));
    let program = Browser::with_key(server, &secret);
    program.get("/api/balance").await.problem(401);
}

async fn the_page_shows_limits_and_spending(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let fields = json!({ "read": true, "predict": true, "cap_week": 5000, "label": "Weekly" });
    let (secret, key) = browser.create_key(fields).await;
    Browser::with_key(server, &secret).submit().await;
    let html = browser.get(PAGE).await.text();
    assert!(html.contains(key["hint"].as_str().unwrap()), "{html}");
    assert!(html.contains("This week: 10 credits of 5,000"), "{html}");
    assert!(html.contains("In total: 10 credits"), "{html}");
    assert!(html.contains("Read, Predict"), "{html}");
    let table = html.split_once("id=\"spend-title\"").unwrap().1;
    assert!(table.contains("Weekly"), "{html}");
    assert!(!html.contains(&secret));
}
