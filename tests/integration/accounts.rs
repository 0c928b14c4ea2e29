//! Registration, logging in and out, passwords, and ending sessions.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, Response, Site, shared_server, unique};

on_both_databases!(
    registration_signs_in_and_me_returns_the_user,
    emails_are_unique_ignoring_case,
    concurrent_registrations_of_one_email_create_one_account,
    an_invalid_email_names_its_field,
    an_invalid_password_names_its_field,
    without_a_session_everything_private_is_401,
    a_copied_cookie_is_invalid_after_logging_out,
    logging_out_leaves_the_users_other_browsers_signed_in,
    two_browsers_that_log_out_at_once_are_both_logged_out,
    logging_out_without_a_session_succeeds,
    a_wrong_password_and_an_unknown_email_get_the_same_response,
    a_blank_login_names_its_fields,
    ending_all_sessions_ends_every_browser,
    a_new_password_ends_the_other_sessions_and_keeps_this_one,
    a_password_change_requires_the_current_password,
    a_password_change_that_cannot_end_the_sessions_changes_nothing,
    a_login_updates_an_outdated_hash,
    logging_out_does_not_wait_for_transactions_that_refer_to_the_user,
    a_session_survives_a_restart,
    an_ended_session_cannot_end_others,
);

async fn registration_signs_in_and_me_returns_the_user(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let me = browser.get("/api/auth/me").await.ok();
    assert_eq!(me["email"], browser.email);
    assert_eq!(me["role"], "user");
    assert!(me["id"].as_i64().unwrap() > 0);
    assert!(me["created_at"].as_str().unwrap().ends_with('Z'));
    assert!(me.get("password_hash").is_none());
}

async fn emails_are_unique_ignoring_case(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    for email in [
        first.email.clone(),
        first.email.to_uppercase(),
        format!("  {} ", first.email),
    ] {
        let body = json!({ "email": email, "password": "another good one" });
        let response = Browser::new(server)
            .post_json("/api/auth/register", &body)
            .await;
        response.problem(409);
        assert!(response.headers.get("set-cookie").is_none(), "{email}");
    }
    let mut shouted = first.credentials();
    shouted["email"] = json!(first.email.to_uppercase());
    let other = Browser::new(server);
    other.post_json("/api/auth/login", &shouted).await.ok();
}

async fn concurrent_registrations_of_one_email_create_one_account(engine: Engine) {
    let server = shared_server(engine).await;
    let email = format!("{}@example.org", unique("race"));
    let body = json!({ "email": email, "password": "correct horse battery" });
    let attempts = (0..20).map(|_| async {
        let browser = Browser::new(server);
        browser.post_json("/api/auth/register", &body).await.status
    });
    let mut statuses = futures::future::join_all(attempts).await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert_eq!(statuses[1..], [409; 19]);
}

async fn an_invalid_email_names_its_field(engine: Engine) {
    let server = shared_server(engine).await;
    let long = format!("{}@example.org", "x".repeat(250));
    for email in [
        "",
        "   ",
        "ada",
        "ada@",
        "@example.org",
        "ada@@example.org",
        "ada@example@example.org",
        "ada lovelace@example.org",
        "ada@exam ple.org",
        "ada\n@example.org",
        "ada\u{0}@example.org",
        &long,
    ] {
        let body = json!({ "email": email, "password": "correct horse battery" });
        let response = Browser::new(server)
            .post_json("/api/auth/register", &body)
            .await;
        response.names_fields(&["email"]);
    }
}

async fn an_invalid_password_names_its_field(engine: Engine) {
    let server = shared_server(engine).await;
    for password in [
        "",
        "short",
        "eleven char",
        "            ",
        "password1234",
        "someone@example.org",
        &"x".repeat(5000),
    ] {
        let body = json!({ "email": "someone@example.org", "password": password });
        let response = Browser::new(server)
            .post_json("/api/auth/register", &body)
            .await;
        response.names_fields(&["password"]);
    }
    let response = Browser::new(server)
        .post_json("/api/auth/register", json!({}))
        .await;
    response.names_fields(&["email", "password"]);
}

async fn without_a_session_everything_private_is_401(engine: Engine) {
    let browser = Browser::new(shared_server(engine).await);
    for path in [
        "/api/auth/me",
        "/api/auth/sessions",
        "/api/balance",
        "/api/transactions",
        "/api/tasks",
        "/api/task?id=1",
        "/events",
    ] {
        browser.get(path).await.problem(401);
    }
    for path in [
        "/api/auth/change_password",
        "/api/auth/end_sessions",
        "/api/auth/end_session",
        "/api/auth/end_other_sessions",
        "/api/auth/reauthenticate",
        "/api/balance/top_up",
        "/api/tasks/predict",
        "/api/tasks/cancel",
        "/api/models/create",
    ] {
        browser.post_json(path, json!({})).await.problem(401);
    }
}

async fn a_copied_cookie_is_invalid_after_logging_out(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let thief = browser.copy_at(server);
    thief.get("/api/auth/me").await.ok();
    browser.post_json("/api/auth/logout", json!({})).await.ok();
    browser.get("/api/auth/me").await.problem(401);
    thief.get("/api/auth/me").await.problem(401);
    let again = browser
        .post_json("/api/auth/login", browser.credentials())
        .await;
    again.ok();
    browser.get("/api/auth/me").await.ok();
    thief.get("/api/auth/me").await.problem(401);
}

async fn logging_out_leaves_the_users_other_browsers_signed_in(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    let second = Browser::new(server);
    let credentials = first.credentials();
    second.post_json("/api/auth/login", &credentials).await.ok();
    first.post_json("/api/auth/logout", json!({})).await.ok();
    second.get("/api/auth/me").await.ok();
}

async fn two_browsers_that_log_out_at_once_are_both_logged_out(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    let credentials = first.credentials();
    for _ in 0..5 {
        let browsers: Vec<_> = (0..6).map(|_| Browser::new(server)).collect();
        let mut copies = Vec::new();
        for browser in &browsers {
            browser
                .post_json("/api/auth/login", &credentials)
                .await
                .ok();
            copies.push(browser.copy_at(server));
        }
        let nothing = json!({});
        let leave = browsers
            .iter()
            .map(|browser| browser.post_json("/api/auth/logout", &nothing));
        futures::future::join_all(leave).await;
        for copy in copies {
            copy.get("/api/auth/me").await.problem(401);
        }
    }
}

async fn logging_out_without_a_session_succeeds(engine: Engine) {
    let browser = Browser::new(shared_server(engine).await);
    browser.post_json("/api/auth/logout", json!({})).await.ok();
}

async fn a_wrong_password_and_an_unknown_email_get_the_same_response(engine: Engine) {
    let server = shared_server(engine).await;
    let known = Browser::registered(server).await;
    let try_in = |email: String| async move {
        let body = json!({ "email": email, "password": "not the password" });
        let response = Browser::new(server)
            .post_json("/api/auth/login", &body)
            .await;
        without_request_id(&response, 401)
    };
    let wrong_password = try_in(known.email.clone()).await;
    let unknown_email = try_in(format!("{}@example.org", unique("nobody"))).await;
    assert_eq!(wrong_password, unknown_email);
    assert_eq!(wrong_password["type"], "/problems/bad_credentials");
}

fn without_request_id(response: &Response, status: u16) -> Value {
    let mut problem = response.problem(status);
    problem["request_id"] = Value::Null;
    problem
}

async fn a_blank_login_names_its_fields(engine: Engine) {
    let browser = Browser::new(shared_server(engine).await);
    let response = browser.post_json("/api/auth/login", json!({})).await;
    response.names_fields(&["email", "password"]);
}

async fn ending_all_sessions_ends_every_browser(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    let second = Browser::new(server);
    let credentials = first.credentials();
    second.post_json("/api/auth/login", &credentials).await.ok();
    let copy = first.copy_at(server);
    second
        .post_json("/api/auth/end_sessions", json!({}))
        .await
        .ok();
    for browser in [&first, &second, &copy] {
        browser.get("/api/auth/me").await.problem(401);
    }
    first.post_json("/api/auth/login", &credentials).await.ok();
    first.get("/api/auth/me").await.ok();
    copy.get("/api/auth/me").await.problem(401);
}

async fn a_new_password_ends_the_other_sessions_and_keeps_this_one(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let other = Browser::new(server);
    let old = browser.credentials();
    other.post_json("/api/auth/login", &old).await.ok();
    let change = json!({
        "current_password": old["password"],
        "new_password": "a different long one",
    });
    let response = browser.post_json("/api/auth/change_password", &change);
    response.await.ok();
    browser.get("/api/auth/me").await.ok();
    other.get("/api/auth/me").await.problem(401);
    other.post_json("/api/auth/login", &old).await.problem(401);
    let new = json!({ "email": old["email"], "password": "a different long one" });
    other.post_json("/api/auth/login", &new).await.ok();
}

async fn a_password_change_requires_the_current_password(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let current = browser.credentials()["password"].clone();
    for (current, new, field) in [
        (
            json!("not the password"),
            "a different long one",
            "current_password",
        ),
        (json!(""), "a different long one", "current_password"),
        (current.clone(), "short", "new_password"),
        (current.clone(), "", "new_password"),
    ] {
        let change = json!({ "current_password": current, "new_password": new });
        let response = browser.post_json("/api/auth/change_password", &change);
        response.await.names_fields(&[field]);
    }
    let response = browser.post_json("/api/auth/login", browser.credentials());
    response.await.ok();
}

async fn a_password_change_that_cannot_end_the_sessions_changes_nothing(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    // As if the process had died between two statements.
    let sql = match engine {
        Engine::Sqlite => {
            "CREATE TRIGGER epoch_stays BEFORE UPDATE OF session_epoch ON users \
             BEGIN SELECT RAISE(ABORT, 'the epoch stays'); END"
        }
        Engine::Postgres => {
            "ALTER TABLE users ADD CONSTRAINT epoch_stays CHECK (session_epoch = 0)"
        }
    };
    site.database.execute(sql).await;
    let old = browser.credentials();
    let change = json!({
        "current_password": old["password"],
        "new_password": "a different long one",
    });
    let response = browser.post_json("/api/auth/change_password", &change);
    response.await.problem(500);
    let arguments = ["user", "password", "--email", &browser.email];
    let output = site.run(&arguments, "a different long one\n").await;
    assert!(!output.status.success());
    Browser::new(&server)
        .post_json("/api/auth/login", &old)
        .await
        .ok();
}

async fn a_login_updates_an_outdated_hash(engine: Engine) {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};

    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let credentials = browser.credentials();
    let params = Params::new(64, 1, 1, None).unwrap();
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let password = credentials["password"].as_str().unwrap();
    let hash = weak.hash_password(password.as_bytes()).unwrap();
    let sql = format!("UPDATE users SET password_hash = '{hash}'");
    site.database.execute(&sql).await;
    for _ in 0..2 {
        let again = Browser::new(&server);
        again.post_json("/api/auth/login", &credentials).await.ok();
        let sql = "SELECT COUNT(*) FROM users WHERE password_hash LIKE '%m=19456,t=2,p=1%'";
        assert_eq!(site.database.number(sql).await, 1);
    }
    // Existing sessions stay valid.
    browser.get("/api/auth/me").await.ok();
}

async fn logging_out_does_not_wait_for_transactions_that_refer_to_the_user(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let mut link = site.database.connect().await;
    if engine == Engine::Postgres {
        // The same lock as the insertion of a row that refers to the user.
        link.execute("BEGIN").await;
        link.execute("SELECT id FROM users FOR KEY SHARE").await;
    }
    let response = browser.post_json("/api/auth/logout", json!({})).await;
    response.ok();
    link.execute("SELECT 1").await;
}

async fn a_session_survives_a_restart(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    server.program.stop().await;
    let server = site.serve(&[]).await;
    let me = browser.copy_at(&server).get("/api/auth/me").await.ok();
    assert_eq!(me["email"], browser.email);
}

async fn an_ended_session_cannot_end_others(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let ended = Browser::new(server);
    let credentials = browser.credentials();
    ended.post_json("/api/auth/login", &credentials).await.ok();
    // More often than a row can store ended sessions.
    for _ in 0..202 {
        let copy = ended.copy_at(server);
        copy.post_json("/api/auth/logout", json!({})).await.ok();
    }
    browser.get("/api/auth/me").await.ok();
}
