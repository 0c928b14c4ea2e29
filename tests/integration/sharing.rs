//! Private links: who may create and revoke them, and what visitors see.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, Server, Site, shared_idle_server, shared_server, unique};

on_both_databases!(
    a_link_shows_its_result_without_an_account,
    a_shared_result_reveals_nothing_about_its_owner,
    a_revoked_link_is_not_found,
    a_made_up_link_is_not_found,
    only_the_owner_creates_and_revokes_a_link,
    a_task_without_a_result_cannot_be_shared,
    a_form_creates_and_revokes_a_link_without_javascript,
    guessing_links_is_rate_limited,
    a_link_survives_a_restart_and_ends_with_the_key,
);

/// A user with a result; returns the id of its task.
async fn user_with_a_result(server: &Server) -> (Browser, Value) {
    let browser = Browser::registered(server).await;
    let id = browser.submit().await["id"].clone();
    browser.wait_until_final(&id).await;
    (browser, id)
}

async fn share(browser: &Browser, id: &Value) -> String {
    let made = browser.post_json("/api/task/share", json!({ "id": id }));
    let link = made.await.ok();
    link["path"].as_str().expect("a path").to_owned()
}

fn token_of(path: &str) -> &str {
    path.strip_prefix("/shared/").unwrap()
}

async fn a_link_shows_its_result_without_an_account(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, id) = user_with_a_result(server).await;
    let none = owner.get(format!("/api/task/link?id={id}")).await.ok();
    assert_eq!(none, json!({ "task_id": id, "path": null }));
    let path = share(&owner, &id).await;
    assert!(
        token_of(&path).len() >= 43,
        "at least 128 random bits: {path}"
    );
    assert_eq!(share(&owner, &id).await, path, "one link per result");
    let again = owner.get(format!("/api/task/link?id={id}")).await.ok();
    assert_eq!(again["path"], path.as_str());

    let page = server.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.is_html());
    assert!(page.text().contains("BIG PROJECT TODAY"));
    assert!(page.text().contains("noindex"));
    assert_eq!(page.header("x-robots-tag"), "noindex");
    let token = token_of(&path);
    let shared = server.get(&format!("/api/shared?token={token}")).await.ok();
    let task = owner.task(&id).await;
    assert_eq!(shared["result"], task["result"]);
    assert_eq!(shared["campaign"], task["campaign"]);
}

async fn a_shared_result_reveals_nothing_about_its_owner(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, id) = user_with_a_result(server).await;
    owner.top_up(7_654_321 % 1_000_000).await;
    let mut other = crate::support::predict_body(&unique("other"));
    other["name"] = json!("Another secret plan");
    owner.post_json("/api/tasks/predict", &other).await.ok();
    let path = share(&owner, &id).await;
    let token = token_of(&path);
    let page = server.get(&path).await.text();
    let response = server.get(&format!("/api/shared?token={token}")).await;
    for text in [page, response.text()] {
        for secret in [owner.email.as_str(), "654,321", "654321", "secret plan"] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(
            !text.contains(&format!("/tasks/{id}")),
            "the page of the task"
        );
    }
    let keys: Vec<String> = response.ok().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["campaign", "explanation", "model", "result"]);
}

async fn a_revoked_link_is_not_found(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, id) = user_with_a_result(server).await;
    let path = share(&owner, &id).await;
    let ended = owner
        .post_json("/api/task/unshare", json!({ "id": id }))
        .await;
    assert_eq!(ended.ok()["path"], json!(null));
    let token = token_of(&path);
    server
        .get(&format!("/api/shared?token={token}"))
        .await
        .problem(404);
    let page = server.get(&path).await;
    assert_eq!(page.status, 404);
    assert!(!page.text().contains("BIG PROJECT TODAY"));

    let new = share(&owner, &id).await;
    assert_ne!(new, path, "a revoked link never comes back");
    assert_eq!(server.get(&new).await.status, 200);
    assert_eq!(server.get(&path).await.status, 404);
}

async fn a_made_up_link_is_not_found(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, id) = user_with_a_result(server).await;
    let path = share(&owner, &id).await;
    let token = token_of(&path);
    // The right nonce with another MAC, and the other way round.
    let (nonce, mark) = token.split_at(20);
    let flipped = if nonce.starts_with('A') { "B" } else { "A" };
    let other_end = if mark.starts_with('A') { "B" } else { "A" };
    for made_up in [
        format!("{flipped}{}{mark}", &nonce[1..]),
        format!("{nonce}{}{other_end}{}", &mark[..8], &mark[9..]),
        token[..token.len() - 1].to_owned(),
        "A".repeat(43),
        "x".to_owned(),
        "%00".to_owned(),
        id.to_string(),
    ] {
        if made_up == token {
            continue;
        }
        let response = server.get(&format!("/api/shared?token={made_up}")).await;
        response.problem(404);
        let page = server.get(&format!("/shared/{made_up}")).await;
        assert_eq!(page.status, 404, "{made_up}");
    }
}

async fn only_the_owner_creates_and_revokes_a_link(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, id) = user_with_a_result(server).await;
    let path = share(&owner, &id).await;
    let stranger = Browser::registered(server).await;
    let visitor = Browser::new(server);
    for action in ["/api/task/share", "/api/task/unshare"] {
        let body = json!({ "id": id });
        stranger.post_json(action, &body).await.problem(404);
        visitor.post_json(action, &body).await.problem(401);
        let bad = owner.post_json(action, json!({ "id": "x" })).await;
        bad.names_fields(&["id"]);
    }
    let link = format!("/api/task/link?id={id}");
    stranger.get(&link).await.problem(404);
    visitor.get(&link).await.problem(401);
    assert_eq!(server.get(&path).await.status, 200, "the link still works");
}

async fn a_task_without_a_result_cannot_be_shared(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let id = browser.submit().await["id"].clone();
    let response = browser.post_json("/api/task/share", json!({ "id": id }));
    response.await.problem(409);
}

async fn a_form_creates_and_revokes_a_link_without_javascript(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, id) = user_with_a_result(server).await;
    let id = id.to_string();
    let send = async |action: &str| {
        let request = owner
            .request(reqwest::Method::POST, action)
            .header("accept", "text/html")
            .form(&[("id", &id)]);
        let response = owner.send(request).await;
        assert_eq!(response.location(), format!("/tasks/{id}#share"));
        owner.get(format!("/tasks/{id}")).await.text()
    };
    assert!(send("/api/task/share").await.contains("/shared/"));
    assert!(!send("/api/task/unshare").await.contains("/shared/"));
}

async fn guessing_links_is_rate_limited(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_SHARED_PER_MINUTE", "3")]).await;
    let mut last = None;
    for _ in 0..5 {
        last = Some(server.get("/api/shared?token=guess").await);
    }
    let response = last.unwrap();
    response.problem(429);
    assert!(!response.header("retry-after").is_empty());
    let elsewhere = Browser::at_address(&server, 9);
    elsewhere.get("/api/shared?token=guess").await.problem(404);
}

async fn a_link_survives_a_restart_and_ends_with_the_key(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let (owner, id) = user_with_a_result(&server).await;
    let path = share(&owner, &id).await;
    drop(server);
    let server = site.serve(&[]).await;
    assert_eq!(server.get(&path).await.status, 200);
    drop(server);
    let key = "A".repeat(86) + "==";
    let server = site.serve(&[("PLEDGECAST_KEY", &key)]).await;
    assert_eq!(server.get(&path).await.status, 404);
}
