//! API keys: who creates, renames and revokes them.

use serde_json::{Value, json};

use crate::api_keys::{ALL, assert_challenged, program, scopes, unknown_key};
use crate::support::{Browser, Engine, EventStream, Site, predict_body, shared_server};

on_both_databases!(
    a_key_is_shown_only_when_it_is_created,
    a_key_needs_a_label_a_scope_and_valid_limits,
    an_expired_key_is_refused,
    a_revoked_key_ends_at_once_with_the_keys_that_it_made,
    keys_survive_a_password_change_and_the_end_of_sessions,
    a_key_makes_keys_with_no_more_than_it_has,
    only_the_owner_manages_a_key,
    keys_are_limited_and_never_logged,
    the_operator_revokes_all_keys_of_a_user,
);

async fn a_key_is_shown_only_when_it_is_created(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let fields = json!({ "read": true, "label": "  Nightly report ", "cap_week": 500, "expires_in_days": 30 });
    let (secret, key) = owner.create_key(fields).await;
    assert!(secret.starts_with("pc_") && secret.len() == 41, "{secret}");
    assert!(secret[3..].bytes().all(|it| it.is_ascii_alphanumeric()));
    assert_eq!(key["label"], "Nightly report");
    assert_eq!(key["scopes"], json!(["read"]));
    let caps = json!({ "day": null, "week": 500, "month": null, "total": null });
    assert_eq!(key["caps"], caps);
    assert!(key["expires_at"].is_string());
    let hint = format!("{}…{}", &secret[..7], &secret[37..]);
    assert_eq!(key["hint"], hint.as_str());
    let list = owner.get("/api/keys").await;
    assert_eq!(list.ok(), json!([key]));
    assert!(!list.text().contains(&secret));
    let (other, _) = owner.create_key(scopes(&["read"])).await;
    assert_ne!(other, secret);
    let labels: Vec<Value> = owner
        .get("/api/keys")
        .await
        .ok()
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["hint"].clone())
        .collect();
    assert_eq!(labels[1], hint.as_str(), "the newest first");
}

async fn a_key_needs_a_label_a_scope_and_valid_limits(engine: Engine) {
    let owner = Browser::registered(shared_server(engine).await).await;
    let create = async |body: Value| owner.post_json("/api/keys/create", body).await;
    create(json!({})).await.names_fields(&["label", "scopes"]);
    let none = json!({ "label": "x", "read": false });
    create(none).await.names_fields(&["scopes"]);
    let long = json!({ "label": "x".repeat(61), "read": true });
    create(long).await.names_fields(&["label"]);
    let limits = json!({
        "label": "x", "read": "maybe", "predict": true, "expires_in_days": 3651,
        "cap_day": 0, "cap_week": "-1", "cap_month": 1.5, "cap_total": 1e10
    });
    let fields = [
        "cap_day",
        "cap_month",
        "cap_total",
        "cap_week",
        "expires_in_days",
        "read",
    ];
    create(limits).await.names_fields(&fields);
    assert_eq!(owner.get("/api/keys").await.ok(), json!([]));
}

async fn an_expired_key_is_refused(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let owner = Browser::registered(&server).await;
    let expiring = json!({ "read": true, "expires_in_days": 1 });
    let (secret, key) = owner.create_key(expiring).await;
    let program = Browser::with_key(&server, &secret);
    program.get("/api/balance").await.ok();
    // The database refuses to change a key, so its guard is removed first.
    let guard = match engine {
        Engine::Sqlite => "DROP TRIGGER api_key_fixed",
        Engine::Postgres => "DROP TRIGGER api_key_fixed ON api_key",
    };
    site.database.execute(guard).await;
    let expire = "UPDATE api_key SET expires_at = created_at";
    site.database.execute(expire).await;
    let response = program.get("/api/balance").await;
    assert_challenged(&response);
    assert!(response.text().contains("expired"));
    let listed = owner.get("/api/keys").await.ok();
    assert_eq!(listed[0]["id"], key["id"]);
    assert_eq!(listed[0]["is_expired"], true);
}

async fn a_revoked_key_ends_at_once_with_the_keys_that_it_made(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let owner = Browser::registered(&server).await;
    let (secret, key) = owner.create_key(scopes(&ALL)).await;
    let maker = Browser::with_key(&server, &secret);
    let (child, child_key) = maker.create_key(scopes(&["read", "predict"])).await;
    assert_eq!(child_key["made_by"], key["id"]);
    let (other, _) = owner.create_key(scopes(&["read"])).await;
    // On PostgreSQL another process has used the keys, too.
    let second = match engine {
        Engine::Postgres => Some(site.serve(&[("PLEDGECAST_WORKERS", "0")]).await),
        Engine::Sqlite => None,
    };
    let server_2 = second.as_ref().unwrap_or(&server);
    for secret in [&secret, &child, &other] {
        let program = Browser::with_key(server_2, secret);
        program.get("/api/balance").await.ok();
    }
    let task = Browser::with_key(&server, &child).submit().await;
    let mut stream = EventStream::open(&Browser::with_key(server_2, &child)).await;
    let revoke = json!({ "id": key["id"] });
    let revoked = owner.post_json("/api/keys/revoke", &revoke).await.ok();
    assert!(revoked["revoked_at"].is_string());
    for secret in [&secret, &child] {
        let program = Browser::with_key(server_2, secret);
        let response = program.get("/api/balance").await;
        assert_challenged(&response);
        assert!(response.text().contains("revoked"));
        let body = predict_body(&crate::support::unique("revoked"));
        let response = program.post_json("/api/tasks/predict", body).await;
        assert_challenged(&response);
    }
    Browser::with_key(server_2, &other)
        .get("/api/balance")
        .await
        .ok();
    stream.read_to_end().await;
    let again = owner.post_json("/api/keys/revoke", &revoke).await.ok();
    assert_eq!(again["revoked_at"], revoked["revoked_at"]);
    let rename = json!({ "id": key["id"], "label": "x" });
    let rename = owner.post_json("/api/keys/rename", rename).await;
    rename.problem(404);
    assert_eq!(
        owner.get("/api/keys").await.ok().as_array().unwrap().len(),
        1
    );
    assert_eq!(owner.task(&task["id"]).await["status"], "queued", "goes on");
    site.assert_audit_is_clean().await;
}

async fn keys_survive_a_password_change_and_the_end_of_sessions(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let program = program(&owner, server, &["read", "manage"]).await;
    let change = json!({
        "current_password": owner.credentials()["password"], "new_password": "another long one"
    });
    let changed = owner.post_json("/api/auth/change_password", change).await;
    changed.ok();
    program.get("/api/balance").await.ok();
    let ended = program.post_json("/api/auth/end_sessions", json!({})).await;
    ended.ok();
    owner.get("/api/balance").await.problem(401);
    program.get("/api/balance").await.ok();
}

async fn a_key_makes_keys_with_no_more_than_it_has(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let (secret, _) = owner
        .create_key(json!({
            "read": true, "manage": true, "cap_day": 100, "cap_total": 500, "expires_in_days": 10
        }))
        .await;
    let maker = Browser::with_key(server, &secret);
    let more = json!({
        "label": "more", "read": true, "predict": true, "manage": true,
        "cap_day": 101, "cap_total": 501, "expires_in_days": 11
    });
    let more = maker.post_json("/api/keys/create", more).await;
    let fields = [
        "cap_day",
        "cap_total",
        "expires_in_days",
        "manage",
        "predict",
    ];
    more.names_fields(&fields);
    let less = json!({ "read": true, "cap_day": 50, "cap_week": 9000 });
    let (_, less) = maker.create_key(less).await;
    let caps = json!({ "day": 50, "week": 9000, "month": null, "total": 500 });
    assert_eq!(less["caps"], caps, "blank caps are those of the maker");
    assert!(less["expires_at"].is_string());
    let session = json!({ "read": true, "manage": true });
    let (_, own) = owner.create_key(session).await;
    assert_eq!(own["made_by"], json!(null));
}

async fn only_the_owner_manages_a_key(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let stranger = Browser::registered(server).await;
    let program = program(&stranger, server, &ALL).await;
    let (_, key) = owner.create_key(scopes(&["read"])).await;
    let visitor = Browser::new(server);
    for (path, body) in [
        ("/api/keys/rename", json!({ "id": key["id"], "label": "x" })),
        ("/api/keys/revoke", json!({ "id": key["id"] })),
    ] {
        stranger.post_json(path, &body).await.problem(404);
        program.post_json(path, &body).await.problem(404);
        visitor.post_json(path, &body).await.problem(401);
        let bad = json!({ "id": "x", "label": "x" });
        owner.post_json(path, bad).await.names_fields(&["id"]);
    }
    for path in ["/api/keys", "/api/keys/spend"] {
        visitor.get(path).await.problem(401);
    }
    let spend = format!("/api/keys/spend?id={}", key["id"]);
    assert_eq!(stranger.get(spend).await.ok(), json!([]));
    let blank = json!({ "id": key["id"], "label": " " });
    let blank = owner.post_json("/api/keys/rename", blank).await;
    blank.names_fields(&["label"]);
    let rename = json!({ "id": key["id"], "label": " Better " });
    let renamed = owner.post_json("/api/keys/rename", rename).await.ok();
    assert_eq!(renamed["label"], "Better");
    assert_eq!(owner.get("/api/keys").await.ok(), json!([renamed]));
}

async fn keys_are_limited_and_never_logged(engine: Engine) {
    let settings = [
        ("PLEDGECAST_WORKERS", "0"),
        ("PLEDGECAST_LOG", "debug,sqlx=warn,hyper=info"),
    ];
    let (_site, server) = Site::serving(engine, &settings).await;
    let owner = Browser::registered(&server).await;
    let mut last = String::new();
    for _ in 0..100 {
        let (secret, _) = owner.create_key(scopes(&["read"])).await;
        last = secret;
    }
    let body = json!({ "label": "one too many", "read": true });
    let response = owner.post_json("/api/keys/create", &body).await;
    response.problem(409);
    let program = Browser::with_key(&server, &last);
    program.get("/api/balance").await.ok();
    Browser::with_key(&server, &unknown_key())
        .get("/api/balance")
        .await
        .problem(401);
    let log = server.program.log();
    assert!(
        log.contains("api_key="),
        "the key's id is in the log of the request"
    );
    for secret in [&last[3..], &unknown_key()[3..]] {
        assert!(!log.contains(secret));
    }
    let keys = owner.get("/api/keys").await.ok();
    let revoke = json!({ "id": keys[0]["id"] });
    owner.post_json("/api/keys/revoke", revoke).await.ok();
    owner.post_json("/api/keys/create", &body).await.ok();
}

async fn the_operator_revokes_all_keys_of_a_user(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let owner = Browser::registered(&server).await;
    let other = Browser::registered(&server).await;
    let first = program(&owner, &server, &["read"]).await;
    let second = program(&owner, &server, &ALL).await;
    let others = program(&other, &server, &["read"]).await;
    let revoke = ["user", "revoke-keys", "--email", &owner.email];
    let output = site.run_ok(&revoke, "").await;
    assert!(output.contains("revoked 2 API keys"), "{output}");
    for program in [first, second] {
        assert_challenged(&program.get("/api/balance").await);
    }
    others.get("/api/balance").await.ok();
}
