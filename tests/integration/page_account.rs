//! A page that was made for one account, in a browser in which another account is now signed in.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, predict_body, shared_idle_server, unique};

on_both_databases!(
    a_request_from_a_page_of_another_account_changes_nothing,
    every_form_of_a_page_names_its_account,
);

async fn id_of(browser: &Browser) -> Value {
    browser.get("/api/auth/me").await.ok()["id"].clone()
}

async fn a_request_from_a_page_of_another_account_changes_nothing(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let first = Browser::registered(server).await;
    let second = Browser::registered(server).await;
    second.top_up(90).await;
    let task = second.submit().await["id"].clone();
    let password = second.credentials()["password"].clone();
    let before = second.balance().await;
    let (theirs, ours) = (id_of(&first).await, id_of(&second).await);
    let mut predict = predict_body(&unique("predict"));
    predict["idempotency_key"] = json!(unique("predict"));
    for (path, body) in [
        ("/api/tasks/predict", predict.clone()),
        (
            "/api/balance/top_up",
            json!({ "amount": 5, "idempotency_key": unique("top-up") }),
        ),
        ("/api/tasks/cancel", json!({ "id": task })),
        ("/api/task/share", json!({ "id": task })),
        ("/api/task/unshare", json!({ "id": task })),
        (
            "/api/auth/change_password",
            json!({ "current_password": password, "new_password": "a different long one" }),
        ),
        ("/api/auth/reauthenticate", json!({ "password": password })),
        ("/api/auth/end_session", json!({ "id": 1 })),
        ("/api/auth/end_other_sessions", json!({})),
        ("/api/auth/second_factor/start", json!({})),
        ("/api/auth/second_factor/enable", json!({ "code": "1" })),
        ("/api/auth/second_factor/recovery_codes", json!({})),
        ("/api/auth/second_factor/disable", json!({})),
        ("/api/auth/end_sessions", json!({})),
        ("/api/keys/create", json!({ "label": "x", "read": true })),
        ("/api/keys/rename", json!({ "id": 1, "label": "x" })),
        ("/api/keys/revoke", json!({ "id": 1 })),
    ] {
        for account in [theirs.clone(), json!("nobody"), json!("-1")] {
            let mut body = body.clone();
            body["account"] = account;
            let problem = second.post_json(path, &body).await.problem(409);
            assert_eq!(problem["type"], "/problems/other_account", "{path}");
        }
    }
    assert_eq!(second.balance().await, before);
    assert_eq!(second.items("/api/tasks").await.len(), 1);
    assert_eq!(second.task(&task).await["status"], "queued");

    predict["account"] = ours;
    second.post_json("/api/tasks/predict", &predict).await.ok();
    // Without JavaScript the page is shown again, with the reason.
    let mut form = crate::support::form_of(&predict_body(&unique("form")));
    form.push(("account".to_owned(), theirs.to_string()));
    form.push(("return_to".to_owned(), "/predict".to_owned()));
    let request = second.request(reqwest::Method::POST, "/api/tasks/predict");
    let request = request.form(&form).header("accept", "text/html");
    let response = second.send(request).await;
    assert_eq!(response.status, 409, "{}", response.text());
    assert!(response.is_html(), "{}", response.text());
    assert!(
        response
            .text()
            .contains("Another account is logged in here"),
        "{}",
        response.text()
    );
    assert_eq!(second.items("/api/tasks").await.len(), 2);
}

async fn every_form_of_a_page_names_its_account(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let id = id_of(&browser).await;
    let task = browser.submit().await["id"].clone();
    browser.create_key(json!({ "read": true })).await;
    for page in [
        "/predict",
        "/overview",
        "/account",
        "/account/keys",
        &format!("/tasks/{task}"),
    ] {
        let html = browser.get(page).await.text();
        let forms = html.matches("action=\"/api/").count();
        let field = html.split("<input").filter(|it| {
            let tag = it.split('>').next().unwrap_or_default();
            tag.contains("name=\"account\"") && tag.contains(&format!("value=\"{id}\""))
        });
        assert_eq!(field.count(), forms, "{page}: {html}");
        assert!(forms > 0, "{page}");
    }
    let html = browser.get("/predict").await.text();
    let price = html
        .split("<input")
        .find(|it| it.contains("name=\"max_price\""));
    assert!(price.unwrap().contains("value=\"10\""), "{html}");
}
