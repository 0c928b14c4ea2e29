//! Webhooks: who may create and change them, their fields, their secrets, and their pages without JavaScript.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    ALLOW_RECEIVERS, Behaviour, Browser, Engine, Receiver, Site, shared_idle_server, shared_server,
};

on_both_databases!(
    a_webhook_is_created_changed_and_deleted,
    every_invalid_field_is_named,
    addresses_that_are_not_public_are_refused,
    only_the_owner_sees_and_changes_a_webhook,
    a_user_has_at_most_ten_webhooks,
    a_secret_is_shown_for_ten_minutes,
    a_rotated_secret_works_beside_the_new_one_for_a_day,
    another_key_of_the_service_needs_new_secrets,
    forms_work_without_javascript,
    a_failed_form_keeps_the_entered_values,
    every_page_of_webhooks_is_html,
);

/// A name that never resolves.
const URL: &str = "https://receiver.invalid/events";

async fn create(browser: &Browser, url: &str) -> Value {
    let body = json!({ "url": url, "task_succeeded": true, "task_failed": true });
    browser.post_json("/api/webhooks/create", body).await.ok()
}

async fn a_webhook_is_created_changed_and_deleted(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let created = create(&browser, URL).await;
    let id = &created["id"];
    assert_eq!(created["url"], URL);
    assert_eq!(created["events"], json!(["task.succeeded", "task.failed"]));
    assert_eq!(created["enabled"], true);
    let secret = created["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");

    let changes = json!({
        "id": id, "url": "https://receiver.invalid/other", "balance_low": true, "low_balance": 50,
    });
    let updated = browser.post_json("/api/webhook/update", changes).await.ok();
    assert_eq!(updated["events"], json!(["balance.low"]));
    assert_eq!(updated["low_balance"], 50);
    assert_eq!(updated["secret"], created["secret"], "a change keeps it");
    let one = browser.get(format!("/api/webhook?id={id}")).await.ok();
    assert_eq!(one, updated);

    for enabled in [false, true] {
        let body = json!({ "id": id, "enabled": enabled });
        let set = browser.post_json("/api/webhook/set_enabled", body).await;
        assert_eq!(set.ok()["enabled"], enabled);
    }
    let list = browser.get("/api/webhooks").await.ok();
    assert_eq!(list["webhooks"], json!([one]));
    assert_eq!(list["limit"], 10);

    let delete = json!({ "id": id });
    browser.post_json("/api/webhook/delete", &delete).await.ok();
    let list = browser.get("/api/webhooks").await.ok();
    assert_eq!(list["webhooks"], json!([]));
    let again = browser.post_json("/api/webhook/delete", &delete).await;
    again.problem(404);
    let log = format!("/api/webhook/deliveries?id={id}");
    browser.get(log).await.problem(404);
}

async fn every_invalid_field_is_named(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let create = async |body: Value| browser.post_json("/api/webhooks/create", body).await;
    create(json!({})).await.names_fields(&["events", "url"]);
    let body = json!({ "url": "example.org", "balance_low": true });
    create(body).await.names_fields(&["low_balance", "url"]);
    let body = json!({
        "url": URL, "task_failed": "perhaps", "balance_low": true, "low_balance": 0,
    });
    create(body)
        .await
        .names_fields(&["low_balance", "task_failed"]);
    let other = Browser::registered(shared_idle_server(engine).await).await;
    let (_, key) = other.create_key(json!({ "read": true })).await;
    for key in [key["id"].clone(), json!("x")] {
        let body = json!({ "url": URL, "task_failed": true, "api_key_id": key });
        create(body).await.names_fields(&["api_key_id"]);
    }
    let id = create(json!({ "url": URL, "task_failed": true }))
        .await
        .ok()["id"]
        .clone();
    let set = browser.post_json(
        "/api/webhook/set_enabled",
        json!({ "id": id, "enabled": "perhaps" }),
    );
    set.await.names_fields(&["enabled"]);
    for path in ["update", "set_enabled", "delete", "rotate_secret", "test"] {
        let (path, body) = (format!("/api/webhook/{path}"), json!({ "id": "x" }));
        browser.post_json(&path, body).await.names_fields(&["id"]);
    }
}

async fn addresses_that_are_not_public_are_refused(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "http://example.org/",
        "ftp://example.org/",
        "https://user:password@example.org/",
    ] {
        let body = json!({ "url": url, "task_failed": true });
        let refused = browser.post_json("/api/webhooks/create", body).await;
        refused.names_fields(&["url"]);
    }
}

async fn only_the_owner_sees_and_changes_a_webhook(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let owner = Browser::registered(server).await;
    let id = create(&owner, URL).await["id"].clone();
    let test = owner.post_json("/api/webhook/test", json!({ "id": id }));
    let delivery = test.await.ok()["id"].clone();
    let (stranger, visitor) = (Browser::registered(server).await, Browser::new(server));
    for (path, id) in [
        ("/api/webhook/update", &id),
        ("/api/webhook/set_enabled", &id),
        ("/api/webhook/rotate_secret", &id),
        ("/api/webhook/test", &id),
        ("/api/webhook/delete", &id),
        ("/api/webhook/resend", &delivery),
    ] {
        let body = json!({ "id": id, "url": URL, "task_failed": true, "enabled": false });
        stranger.post_json(path, &body).await.problem(404);
        visitor.post_json(path, &body).await.problem(401);
    }
    for path in [
        format!("/api/webhook?id={id}"),
        format!("/api/webhook/deliveries?id={id}"),
        format!("/api/webhook/delivery?id={delivery}"),
    ] {
        stranger.get(&path).await.problem(404);
        visitor.get(&path).await.problem(401);
        owner.get(&path).await.ok();
    }
    for page in [
        format!("/account/webhooks/{id}"),
        format!("/account/deliveries/{delivery}"),
    ] {
        assert_eq!(stranger.get(&page).await.status, 404, "{page}");
    }
    visitor.get("/api/webhooks").await.problem(401);
    let one = owner.get(format!("/api/webhook?id={id}")).await.ok();
    assert_eq!(one["enabled"], true);
}

async fn a_user_has_at_most_ten_webhooks(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let body = json!({ "url": URL, "task_failed": true });
    let requests = (0..12).map(|_| browser.post_json("/api/webhooks/create", &body));
    let responses = futures::future::join_all(requests).await;
    let created = responses.iter().filter(|it| it.status == 200).count();
    assert!(created <= 10, "{created}");
    for _ in created..10 {
        browser.post_json("/api/webhooks/create", &body).await.ok();
    }
    let refused = browser.post_json("/api/webhooks/create", &body).await;
    assert!(
        refused.problem(409)["detail"]
            .as_str()
            .unwrap()
            .contains("10")
    );
    let list = browser.get("/api/webhooks").await.ok();
    assert_eq!(list["webhooks"].as_array().unwrap().len(), 10);
}

async fn a_secret_is_shown_for_ten_minutes(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let created = create(&browser, URL).await;
    let one = format!("/api/webhook?id={}", created["id"]);
    assert_eq!(browser.get(&one).await.ok()["secret"], created["secret"]);
    let earlier = match engine {
        Engine::Sqlite => "datetime('now', '-11 minutes')",
        Engine::Postgres => "now() - interval '11 minutes'",
    };
    let sql = format!("UPDATE webhook SET secret_made_at = {earlier}");
    site.database.execute(&sql).await;
    assert_eq!(browser.get(&one).await.ok()["secret"], Value::Null);
    let page = browser.get(format!("/account/webhooks/{}", created["id"]));
    assert!(!page.await.text().contains("whsec_"));
}

async fn a_rotated_secret_works_beside_the_new_one_for_a_day(engine: Engine) {
    let (site, server) = Site::serving(engine, &ALLOW_RECEIVERS).await;
    let browser = Browser::registered(&server).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    let created = create(&browser, &receiver.url).await;
    let body = json!({ "id": created["id"] });
    let rotate = browser.post_json("/api/webhook/rotate_secret", &body);
    let rotated = rotate.await.ok();
    let (old, new) = (&created["secret"], &rotated["secret"]);
    assert_ne!(old, new);
    assert!(rotated["previous_secret_until"].is_string());

    browser.post_json("/api/webhook/test", &body).await.ok();
    let request = receiver.wait_for(1).await.remove(0);
    assert!(request.is_signed_with(old) && request.is_signed_with(new));

    let sql = "UPDATE webhook SET previous_until = created_at";
    site.database.execute(sql).await;
    browser.post_json("/api/webhook/test", &body).await.ok();
    let request = receiver.wait_for(2).await.remove(1);
    assert!(!request.is_signed_with(old) && request.is_signed_with(new));
}

async fn another_key_of_the_service_needs_new_secrets(engine: Engine) {
    let (site, server) = Site::serving(engine, &ALLOW_RECEIVERS).await;
    let browser = Browser::registered(&server).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    let id = create(&browser, &receiver.url).await["id"].clone();
    server.program.stop().await;
    let key = "A".repeat(86) + "==";
    let settings = [
        ALLOW_RECEIVERS[0],
        ALLOW_RECEIVERS[1],
        ("PLEDGECAST_KEY", &key),
    ];
    let server = site.serve(&settings).await;
    let again = Browser::new(&server);
    let credentials = browser.credentials();
    again.post_json("/api/auth/login", credentials).await.ok();
    let body = json!({ "id": id });
    let test = again.post_json("/api/webhook/test", &body).await.ok();
    let log = crate::support::wait_for("an attempt", || async {
        let log = again.get(format!("/api/webhook/delivery?id={}", test["id"]));
        let log = log.await.ok();
        (log["log"] != json!([])).then_some(log)
    })
    .await;
    assert_eq!(log["log"][0]["error"], "secret_lost");
    assert!(receiver.received().is_empty());

    let rotate = again.post_json("/api/webhook/rotate_secret", &body);
    let rotated = rotate.await.ok();
    assert_eq!(rotated["previous_secret_until"], Value::Null);
    again.post_json("/api/webhook/test", &body).await.ok();
    let request = receiver.wait_for(1).await.remove(0);
    assert!(request.is_signed_with(&rotated["secret"]));
}

/// Posts a form as a browser without JavaScript.
async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> crate::support::Response {
    let request = browser.request(Method::POST, path);
    let request = request.header("accept", "text/html").form(fields);
    browser.send(request).await
}

async fn forms_work_without_javascript(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let fields = [
        ("url", URL),
        ("task_succeeded", "true"),
        ("low_balance", ""),
    ];
    let created = post(&browser, "/api/webhooks/create", &fields).await;
    let page = created.location().to_owned();
    let path = page.strip_suffix("?done=created").unwrap();
    let id = path.strip_prefix("/account/webhooks/").unwrap();
    let html = browser.get(&page).await.text();
    assert!(html.contains("whsec_") && html.contains(URL), "{html}");
    let list = browser.get("/account/webhooks").await.text();
    assert!(list.contains(path), "{list}");

    let id = ("id", id);
    for (action, value, target) in [
        ("rotate_secret", "", "?done=rotated"),
        ("set_enabled", "false", "?done=off"),
        ("set_enabled", "true", "?done=on"),
    ] {
        let fields = [id, ("enabled", value)];
        let done = post(&browser, &format!("/api/webhook/{action}"), &fields).await;
        assert_eq!(done.location(), format!("{path}{target}"));
    }
    let tested = post(&browser, "/api/webhook/test", &[id]).await;
    let delivery = tested.location().to_owned();
    assert!(delivery.starts_with("/account/deliveries/"), "{delivery}");
    let html = browser.get(&delivery).await.text();
    assert!(html.contains("webhook.test") && html.contains("msg_"));
    let log = browser.get(path).await.text();
    assert!(log.contains(&delivery), "the log has a link to it");
    let deleted = post(&browser, "/api/webhook/delete", &[id]).await;
    assert_eq!(deleted.location(), "/account/webhooks?done=deleted");
}

async fn a_failed_form_keeps_the_entered_values(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let fields = [
        ("url", "https://127.0.0.1/secret-hook"),
        ("task_failed", "true"),
        ("return_to", "/account/webhooks"),
    ];
    let refused = post(&browser, "/api/webhooks/create", &fields).await;
    assert_eq!(refused.status, 422);
    let html = refused.text();
    assert!(html.contains("value=\"https://127.0.0.1/secret-hook\""));
    assert!(html.contains("Private and local addresses"), "{html}");
    let checked = html.split("name=\"task_failed\"").nth(1).unwrap();
    let checked = checked.split('>').next().unwrap();
    assert!(checked.contains("checked"), "{checked}");
}

async fn every_page_of_webhooks_is_html(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let id = create(&browser, URL).await["id"].clone();
    for path in [
        "/account/webhooks".to_owned(),
        format!("/account/webhooks/{id}"),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.is_html() && page.text().contains("<h1"), "{path}");
    }
    for path in ["/account/webhooks/x", "/account/deliveries/0"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}
