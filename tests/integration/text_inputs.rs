//! Characters that a database cannot store, or that are invisible, in every text input of the service.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Response, Site, sample, shared_server, unique};

on_both_databases!(
    nul_in_any_field_causes_no_server_error,
    nul_in_any_url_causes_no_server_error,
    a_title_or_summary_needs_something_visible,
    text_direction_characters_affect_only_their_own_text,
    the_operators_reason_cannot_contain_nul,
);

/// Every server function that changes something, with valid values.
fn posts(task: &Value, webhook_id: &Value, delivery: &Value) -> Vec<(&'static str, Value)> {
    let mut campaign = sample();
    campaign["idempotency_key"] = json!("key");
    campaign["model_id"] = json!("1");
    campaign["max_price"] = json!("10");
    campaign["account"] = json!("");
    let webhook = json!({
        "url": "https://receiver.invalid/events", "task_succeeded": "true", "task_failed": "false",
        "task_canceled": "false", "batch_finished": "false", "balance_topped_up": "false", "balance_adjusted": "false",
        "balance_low": "true", "low_balance": "50", "api_key_id": "", "account": "",
    });
    let with_id = |body: &Value| {
        let mut body = body.clone();
        body["id"] = webhook_id.clone();
        body
    };
    let mut posts = account_posts();
    posts.extend(email_posts());
    posts.extend([
        (
            "/api/keys/create",
            json!({
                "label": "key", "read": "true", "predict": "true", "top_up": "true", "manage": "true",
                "expires_in_days": "30", "cap_day": "1", "cap_week": "2", "cap_month": "3", "cap_total": "4",
                "account": ""
            }),
        ),
        (
            "/api/keys/rename",
            json!({ "id": "1", "label": "key", "account": "" }),
        ),
        ("/api/keys/revoke", json!({ "id": "1", "account": "" })),
        (
            "/api/balance/top_up",
            json!({ "amount": "5", "idempotency_key": "key", "account": "" }),
        ),
        ("/api/tasks/predict", campaign),
        ("/api/tasks/cancel", json!({ "id": task, "account": "" })),
        ("/api/task/share", json!({ "id": task, "account": "" })),
        ("/api/task/unshare", json!({ "id": task, "account": "" })),
        (
            "/api/task/report_outcome",
            json!({ "id": task, "reached": "true", "raised_usd": "20000", "account": "" }),
        ),
        (
            "/api/tasks/report_outcomes",
            json!({ "csv": format!("task_id,reached\n{task},true"), "account": "" }),
        ),
        (
            "/api/tasks/report_outcomes",
            json!({ "file": "dGFza19pZCxyZWFjaGVkCg==", "account": "" }),
        ),
        (
            "/api/task/what_if",
            json!({ "id": task, "usd_goal": "5000", "launched_at": "", "name": "" }),
        ),
        (
            "/api/example/what_if",
            json!({ "usd_goal": "5000", "launched_at": "", "name": "" }),
        ),
        ("/api/webhooks/create", webhook.clone()),
        ("/api/webhook/update", with_id(&webhook)),
        (
            "/api/webhook/set_enabled",
            with_id(&json!({ "enabled": "true", "account": "" })),
        ),
        (
            "/api/webhook/rotate_secret",
            with_id(&json!({ "account": "" })),
        ),
        ("/api/webhook/test", with_id(&json!({ "account": "" }))),
        (
            "/api/webhook/resend",
            json!({ "id": delivery, "account": "" }),
        ),
        ("/api/webhook/delete", with_id(&json!({ "account": "" }))),
        (
            "/api/models/create",
            json!({ "onnx": "AAAA", "price": "1", "state": "live", "description": "" }),
        ),
    ]);
    posts
}

/// Those about accounts and sessions.
fn account_posts() -> Vec<(&'static str, Value)> {
    let password = "correct horse battery";
    vec![
        // Where anybody may register, any `invitation` is ignored.
        (
            "/api/auth/register",
            json!({ "email": "new@example.org", "password": password }),
        ),
        (
            "/api/auth/login",
            json!({ "email": "new@example.org", "password": password }),
        ),
        (
            "/api/auth/change_password",
            json!({ "current_password": password, "new_password": "another long one", "account": "" }),
        ),
        // Without a second factor, any `code` is ignored.
        (
            "/api/auth/reauthenticate",
            json!({ "password": password, "account": "" }),
        ),
        ("/api/auth/login/second_factor", json!({ "code": "123456" })),
        ("/api/auth/second_factor/start", json!({ "account": "" })),
        (
            "/api/auth/second_factor/enable",
            json!({ "code": "123456", "account": "" }),
        ),
        (
            "/api/auth/second_factor/recovery_codes",
            json!({ "account": "" }),
        ),
        ("/api/auth/second_factor/disable", json!({ "account": "" })),
        ("/api/auth/end_sessions", json!({ "account": "" })),
        ("/api/auth/end_session", json!({ "id": "1", "account": "" })),
        ("/api/auth/end_other_sessions", json!({ "account": "" })),
    ]
}

/// Those of emails and new passwords.
fn email_posts() -> Vec<(&'static str, Value)> {
    let password = "correct horse battery";
    vec![
        (
            "/api/auth/rate_password",
            json!({ "password": password, "email": "new@example.org" }),
        ),
        ("/api/auth/verify_email", json!({ "token": "token" })),
        (
            "/api/auth/request_password_reset",
            json!({ "email": "new@example.org" }),
        ),
        (
            "/api/auth/reset_password",
            json!({ "token": "token", "new_password": "another long one" }),
        ),
        (
            "/api/account/low_balance",
            json!({ "low_balance": "50", "account": "" }),
        ),
        ("/api/account/send_verification", json!({ "account": "" })),
    ]
}

/// Those of batches.
fn batch_posts() -> Vec<(&'static str, Value)> {
    vec![
        (
            "/api/batches/create",
            json!({ "text": "{}", "file_name": "a.jsonl", "model_id": "1", "account": "" }),
        ),
        (
            "/api/batches/create",
            json!({ "file": "e30=", "file_name": "a.jsonl", "model_id": "1", "account": "" }),
        ),
        (
            "/api/batches/start",
            json!({ "id": "1", "max_total": "10", "idempotency_key": "key", "account": "" }),
        ),
        ("/api/batches/cancel", json!({ "id": "1", "account": "" })),
        ("/api/batches/delete", json!({ "id": "1", "account": "" })),
    ]
}

const GETS: [(&str, &[&str]); 28] = [
    ("/api/account/email", &["any"]),
    ("/api/auth/email_link", &["token"]),
    ("/api/keys", &["any"]),
    ("/api/keys/spend", &["id", "from", "to"]),
    ("/api/task", &["id"]),
    (
        "/api/tasks",
        &[
            "limit", "cursor", "status", "verdict", "search", "from", "to",
        ],
    ),
    (
        "/api/tasks.csv",
        &["status", "verdict", "search", "from", "to"],
    ),
    ("/api/batch", &["id"]),
    ("/api/batches", &["limit", "cursor"]),
    (
        "/api/batch/tasks",
        &[
            "id", "limit", "cursor", "status", "verdict", "search", "order",
        ],
    ),
    (
        "/api/batch/tasks.csv",
        &["id", "status", "verdict", "search", "order", "bom"],
    ),
    (
        "/api/transactions",
        &["limit", "cursor", "kind", "from", "to"],
    ),
    ("/api/transactions.csv", &["kind", "from", "to"]),
    ("/api/task/insight", &["id"]),
    (
        "/api/task/advice",
        &["id", "goal_min_usd", "launch_earliest", "launch_latest"],
    ),
    ("/api/task/link", &["id"]),
    ("/api/task/outcomes", &["id"]),
    ("/api/tasks/unreported", &["limit", "cursor"]),
    ("/api/outcomes.csv", &["any"]),
    ("/api/model/track_record", &["id"]),
    ("/api/model/drift", &["id"]),
    ("/api/shared", &["token"]),
    ("/report.pdf", &["task", "lang"]),
    ("/api/models", &["any"]),
    ("/api/webhooks", &["any"]),
    ("/api/webhook", &["id"]),
    ("/api/webhook/deliveries", &["id", "limit", "cursor"]),
    ("/api/webhook/delivery", &["id"]),
];

fn assert_no_server_error(response: &Response, what: &str) {
    // Some fields are not checked if the request is refused for another reason, or are ignored.
    assert!(response.status < 500, "{what}: {}", response.text());
}

async fn nul_in_any_field_causes_no_server_error(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = site.admin(&server).await;
    browser.top_up(1000).await;
    let task = browser.submit().await["id"].clone();
    browser.wait_until_final(&task).await;
    let webhook = json!({ "url": "https://receiver.invalid/events", "task_failed": true });
    let created = browser.post_json("/api/webhooks/create", webhook).await;
    let webhook = created.ok()["id"].clone();
    let test = json!({ "id": webhook });
    let test = browser.post_json("/api/webhook/test", test).await.ok();
    for (path, body) in posts(&task, &webhook, &test["id"])
        .into_iter()
        .chain(batch_posts())
    {
        for field in body.as_object().unwrap().keys() {
            let value = body[field].as_str().map(ToOwned::to_owned);
            let value = value.unwrap_or_else(|| body[field].to_string());
            for bad in ["\0".to_owned(), format!("{value}\0"), format!("a\0{value}")] {
                let mut body = body.clone();
                body[field] = json!(bad);
                let response = browser.post_json(path, &body).await;
                assert_no_server_error(&response, &format!("{path} {field}={bad:?}"));
                // A success would end the session, and the later requests would be refused for that.
                assert!(response.status >= 400, "{path} {field}={bad:?} was taken");
            }
        }
    }
    assert!(
        !server.program.log().contains(" ERROR "),
        "{}",
        server.program.log()
    );
    site.assert_audit_is_clean().await;
}

async fn nul_in_any_url_causes_no_server_error(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = site.admin(&server).await;
    for (path, fields) in GETS {
        for field in fields {
            for bad in ["%00", "a%00b", "1%00"] {
                let url = format!("{path}?{field}={bad}");
                assert_no_server_error(&browser.get(&url).await, &url);
            }
        }
    }
    for page in [
        "/tasks?search=%00",
        "/tasks/%00",
        "/tasks/1%00",
        "/shared/%00",
        "/models/%00/track-record",
        "/outcomes?reported=%00",
        "/shared/%00/badge.svg?lang=%00&theme=%00",
        "/shared/%00/card.png",
        "/report?task=%00",
        "/card.png?lang=%00",
        "/compare?a=%00&b=1",
        "/tasks/%00/again",
        "/predict?name=%00&model_id=%00",
        "/login?next=%00",
        "/plan?goal=%00&currency=%00&category=%00&subscribers=%00&number_format=%00",
        "/transactions?kind=%00",
        "/account/keys?x=%00",
        "/account/webhooks?done=%00",
        "/account/webhooks/1%00?done=%00&cursor=%00",
        "/account/deliveries/%00",
        "/%00",
    ] {
        let request = browser.request(Method::GET, page);
        let response = browser.send(request.header("accept", "text/html")).await;
        assert_no_server_error(&response, page);
    }
    assert!(
        !server.program.log().contains(" ERROR "),
        "{}",
        server.program.log()
    );
}

async fn a_title_or_summary_needs_something_visible(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for field in ["name", "blurb"] {
        for blank in [
            "\u{3164}",
            "\u{200b}\u{200b}",
            "\u{2800}",
            "\u{202e}\u{2066}",
            "\u{feff}",
        ] {
            let mut body = sample();
            body["idempotency_key"] = json!(unique("blank"));
            body[field] = json!(blank);
            let response = browser.post_json("/api/tasks/predict", &body).await;
            response.names_fields(&[field]);
        }
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn text_direction_characters_affect_only_their_own_text(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let name = "\u{202e}evil \u{627}";
    let mut body = sample();
    body["idempotency_key"] = json!(unique("bidi"));
    body["name"] = json!(name);
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    browser.wait_until_final(&task["id"]).await;
    let link = json!({ "id": task["id"] });
    let link = browser.post_json("/api/task/share", &link).await.ok();
    let pages = [
        format!("/tasks/{}", task["id"]),
        "/tasks".to_owned(),
        link["path"].as_str().unwrap().to_owned(),
    ];
    for page in pages {
        let html = browser.get(&page).await.text();
        let body = html.split_once("<body").unwrap().1;
        let isolated = body.matches(&format!("<bdi>{name}</bdi>")).count();
        assert!(isolated > 0, "{page}: {body}");
    }
}

async fn the_operators_reason_cannot_contain_nul(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    for reason in ["\u{1}", "two\u{7f}", "\u{200b}", &"x".repeat(501)] {
        let arguments = [
            "user",
            "grant",
            "--email",
            &browser.email,
            "--amount=5",
            "--reason",
            reason,
        ];
        let output = site.run(&arguments, "").await;
        assert!(!output.status.success(), "{reason:?}");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains("reason"), "{message}");
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}
