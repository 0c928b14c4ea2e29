//! API keys: what a request with a key may do.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, EventStream, Response, Server, predict_body, shared_idle_server,
    shared_server, unique, wait_for,
};

on_both_databases!(
    a_key_works_without_a_session,
    an_invalid_key_is_refused_even_with_a_valid_session,
    a_missing_scope_is_named,
    no_scope_includes_another,
    public_endpoints_accept_any_valid_key_and_refuse_an_invalid_one,
    a_key_is_not_a_session,
    a_request_with_a_key_ignores_cookies_and_needs_no_origin,
    a_key_reads_files_and_events,
    the_last_use_is_noted_to_the_minute,
);

/// Every scope.
pub const ALL: [&str; 4] = ["read", "predict", "top_up", "manage"];

/// The fields of a new key with these scopes.
pub fn scopes(names: &[&str]) -> Value {
    let mut fields = json!({});
    for name in names {
        fields[*name] = json!(true);
    }
    fields
}

/// A program with a new key of this user.
pub async fn program(owner: &Browser, server: &Server, names: &[&str]) -> Browser {
    let (secret, _) = owner.create_key(scopes(names)).await;
    Browser::with_key(server, &secret)
}

/// Asserts that the response says that there is no valid key.
pub fn assert_challenged(response: &Response) {
    let problem = response.problem(401);
    assert_eq!(problem["type"], "/problems/invalid_key");
    assert!(response.header("www-authenticate").starts_with("Bearer"));
}

/// A well-formed key that was never created.
pub fn unknown_key() -> String {
    let body = format!("pc_{}", "0".repeat(32));
    let mut crc = u32::MAX;
    for byte in body.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    let mut rest = !crc;
    let mut digits = Vec::new();
    for _ in 0..6 {
        let digits_62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        digits.insert(0, char::from(digits_62[(rest % 62) as usize]));
        rest /= 62;
    }
    format!("{body}{}", digits.into_iter().collect::<String>())
}

async fn a_key_works_without_a_session(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let (secret, key) = owner
        .create_key(scopes(&["read", "predict", "top_up"]))
        .await;
    let program = Browser::with_key(server, &secret);
    assert_eq!(
        program.get("/api/auth/me").await.ok()["email"],
        owner.email.as_str()
    );
    program.top_up(90).await;
    let task = program.submit().await;
    assert_eq!(task["api_key_id"], key["id"]);
    let done = program.wait_until_final(&task["id"]).await;
    assert_eq!(done["status"], "succeeded");
    assert_eq!(
        owner.task(&task["id"]).await["id"],
        task["id"],
        "the owner's"
    );
    assert_eq!(owner.balance().await, [90, 0, 90]);
    let spent = &owner.get("/api/keys").await.ok()[0]["spent"];
    assert_eq!(
        spent,
        &json!({ "day": 10, "week": 10, "month": 10, "total": 10 })
    );
    let own = owner.submit().await;
    assert_eq!(own.get("api_key_id"), None);
}

async fn an_invalid_key_is_refused_even_with_a_valid_session(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let (secret, _) = owner.create_key(scopes(&ALL)).await;
    let mistyped = secret.replace(
        &secret[10..11],
        if &secret[10..11] == "a" { "b" } else { "a" },
    );
    let unknown = unknown_key();
    for value in [
        format!("Bearer {mistyped}"),
        format!("Bearer {unknown}"),
        format!("Bearer {}", &secret[..40]),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        secret.clone(),
        format!("Basic {secret}"),
        format!("Token {secret}"),
        format!("Bearer {secret}, Bearer {secret}"),
    ] {
        for path in [
            "/api/auth/me",
            "/api/balance",
            "/api/tasks.csv",
            "/events",
            "/account",
        ] {
            let request = owner.request(Method::GET, path);
            let response = owner.send(request.header("authorization", &value)).await;
            assert_challenged(&response);
        }
        let request = owner.request(Method::POST, "/api/tasks/predict");
        let request = request.json(&predict_body(&unique("bad")));
        let response = owner.send(request.header("authorization", &value)).await;
        assert_challenged(&response);
    }
    let twice = owner.request(Method::GET, "/api/auth/me");
    let twice = twice
        .header("authorization", format!("Bearer {secret}"))
        .header("authorization", format!("Bearer {secret}"));
    assert_challenged(&owner.send(twice).await);
    assert_eq!(owner.items("/api/tasks").await, Vec::<Value>::new());
    let lower = owner.request(Method::GET, "/api/auth/me");
    let lower = lower.header("authorization", format!("bearer  {secret}"));
    owner.send(lower).await.ok();
}

/// Requests that need each scope.
fn requests() -> Vec<(&'static str, Method, &'static str)> {
    let (get, post) = (Method::GET, Method::POST);
    let mut requests = Vec::new();
    for path in [
        "/api/auth/me",
        "/api/balance",
        "/api/balance/history",
        "/api/transactions",
        "/api/transactions.csv",
        "/api/task?id=1",
        "/api/tasks",
        "/api/tasks.csv",
        "/api/batch?id=1",
        "/api/batches",
        "/api/batch/tasks?id=1",
        "/api/batch/tasks.csv?id=1",
        "/api/task/insight?id=1",
        "/api/task/advice?id=1",
        "/api/task/link?id=1",
        "/api/task/outcomes?id=1",
        "/api/tasks/unreported",
        "/api/outcomes.csv",
        "/api/model/drift?id=1",
        "/report.pdf?task=1",
        "/events",
    ] {
        requests.push(("read", get.clone(), path));
    }
    requests.push(("read", post.clone(), "/api/task/what_if"));
    for path in [
        "/api/tasks/predict",
        "/api/tasks/cancel",
        "/api/batches/create",
        "/api/batches/start",
        "/api/batches/cancel",
        "/api/batches/delete",
        "/api/task/share",
        "/api/task/unshare",
        "/api/task/report_outcome",
        "/api/tasks/report_outcomes",
    ] {
        requests.push(("predict", post.clone(), path));
    }
    requests.push(("top_up", post.clone(), "/api/balance/top_up"));
    for path in [
        "/api/auth/change_password",
        "/api/auth/end_sessions",
        "/api/keys/create",
        "/api/keys/rename",
        "/api/keys/revoke",
        "/api/models/create",
    ] {
        requests.push(("manage", post.clone(), path));
    }
    for path in ["/api/keys", "/api/keys/spend"] {
        requests.push(("manage", get.clone(), path));
    }
    requests
}

async fn a_missing_scope_is_named(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    for missing in ALL {
        let others: Vec<&str> = ALL.into_iter().filter(|it| *it != missing).collect();
        let program = program(&owner, server, &others).await;
        for (scope, method, path) in requests() {
            if scope != missing {
                continue;
            }
            let response = program.send(program.request(method, path)).await;
            let problem = response.problem(403);
            assert_eq!(problem["type"], "/problems/missing_scope", "{path}");
            assert_eq!(problem["scope"], missing, "{path}");
            let challenge = response.header("www-authenticate");
            assert!(
                challenge.contains(&format!("scope=\"{missing}\"")),
                "{challenge}"
            );
        }
    }
}

async fn no_scope_includes_another(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    for only in ALL {
        let program = program(&owner, server, &[only]).await;
        for (scope, method, path) in requests() {
            // Streams do not end, and the sessions of the owner are needed.
            if path == "/events" || path.ends_with("end_sessions") {
                continue;
            }
            let response = program.send(program.request(method, path)).await;
            let is_missing = response.status == 403 && response.text().contains("missing_scope");
            assert_eq!(
                is_missing,
                scope != only,
                "{only}: {path}: {}",
                response.text()
            );
            assert_ne!(response.status, 401, "{path}");
        }
    }
}

async fn public_endpoints_accept_any_valid_key_and_refuse_an_invalid_one(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let valid = program(&owner, server, &["top_up"]).await;
    let invalid = Browser::with_key(server, &unknown_key());
    for path in [
        "/api/models",
        "/api/explore",
        "/api/calendar",
        "/api/example",
        "/api/model/track_record?id=1",
        "/api/keys/current",
    ] {
        valid.get(path).await.ok();
        assert_challenged(&invalid.get(path).await);
    }
    valid.get("/api/nothing").await.problem(404);
    assert_challenged(&invalid.get("/api/nothing").await);
    // Nothing there depends on who sends the request.
    for path in ["/health/live", "/robots.txt", "/favicon.svg"] {
        assert_eq!(invalid.get(path).await.status, 200, "{path}");
    }
}

async fn a_key_is_not_a_session(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let program = program(&owner, server, &ALL).await;
    for path in ["/", "/overview", "/account/keys", "/tasks/1"] {
        program.get(path).await.problem(403);
    }
    for path in ["/api/auth/login", "/api/auth/register", "/api/auth/logout"] {
        let response = program.post_json(path, owner.credentials()).await;
        response.problem(403);
        assert_eq!(response.header("set-cookie"), "", "{path}");
    }
    let change = json!({
        "current_password": owner.credentials()["password"], "new_password": "another long one"
    });
    let response = program.post_json("/api/auth/change_password", change).await;
    response.ok();
    assert_eq!(
        response.header("set-cookie"),
        "",
        "no session for a program"
    );
    let current = owner.get("/api/keys/current").await;
    current.problem(401);
}

async fn a_request_with_a_key_ignores_cookies_and_needs_no_origin(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let owner = Browser::registered(server).await;
    let other = Browser::registered(server).await;
    let (secret, _) = other.create_key(scopes(&["read", "predict"])).await;
    // The cookies of one user and the key of another, from a page of another site.
    let send = async |request: reqwest::RequestBuilder| {
        let request = request
            .header("authorization", format!("Bearer {secret}"))
            .header("origin", "https://elsewhere.example")
            .header("sec-fetch-site", "cross-site")
            .header("accept", "text/html,application/json");
        owner.send(request).await
    };
    let me = send(owner.request(Method::GET, "/api/auth/me")).await.ok();
    assert_eq!(me["email"], other.email.as_str());
    let submit = owner.request(Method::POST, "/api/tasks/predict");
    let submit = submit.json(&predict_body(&unique("cross")));
    let response = send(submit).await;
    response.ok();
    assert_eq!(response.header("set-cookie"), "");
    assert_eq!(other.balance().await, [10, 10, 0]);
    assert_eq!(owner.balance().await, [10, 0, 10]);
    // The same without the key is refused.
    let submit = owner.request(Method::POST, "/api/tasks/predict");
    let submit = submit
        .header("origin", "https://elsewhere.example")
        .header("sec-fetch-site", "cross-site")
        .json(&predict_body(&unique("cross")));
    owner.send(submit).await.problem(403);
}

async fn a_key_reads_files_and_events(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let program = program(&owner, server, &["read"]).await;
    let mut stream = EventStream::open(&program).await;
    let task = owner.submit().await;
    owner.wait_until_final(&task["id"]).await;
    let id = task["id"].clone();
    let event = stream.wait_for("the task", |event| {
        event.name == "task" && event.data["id"] == id && event.data["status"] == "succeeded"
    });
    event.await;
    let file = program.get("/api/tasks.csv").await;
    assert!(file.text().contains("BIG PROJECT TODAY"));
    let report = program.get(format!("/report.pdf?task={id}")).await;
    assert_eq!(report.status, 200);
    assert!(report.bytes().starts_with(b"%PDF"));
}

async fn the_last_use_is_noted_to_the_minute(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let (secret, key) = owner.create_key(scopes(&["read"])).await;
    assert_eq!(key["last_used_at"], json!(null));
    let program = Browser::with_key(server, &secret);
    program.get("/api/balance").await.ok();
    let noted = wait_for("the last use", || async {
        let listed = owner.get("/api/keys").await.ok();
        listed[0]["last_used_at"].as_str().map(ToOwned::to_owned)
    });
    let noted = noted.await;
    assert!(noted.ends_with(":00Z"), "{noted}");
}
