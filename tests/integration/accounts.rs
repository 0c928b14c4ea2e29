//! Registration, logging in and out, passwords, and the end of sessions.

use serde_json::{Value, json};

use crate::support::{Answer, Browser, Engine, Site, shared_server, unique};

on_both_databases!(
    registration_signs_in_and_me_tells_who_it_is,
    an_email_is_taken_whatever_its_letter_case,
    twenty_registrations_of_one_email_at_once_make_one_account,
    a_bad_email_is_named,
    a_bad_password_is_named,
    without_a_session_everything_private_is_401,
    a_copied_cookie_is_worthless_after_logging_out,
    logging_out_leaves_the_users_other_browsers_signed_in,
    two_browsers_that_log_out_at_once_are_both_out,
    logging_out_without_a_session_is_no_error,
    a_wrong_password_and_an_unknown_email_get_the_same_answer,
    a_blank_login_names_its_fields,
    ending_all_sessions_ends_every_browser,
    a_new_password_ends_the_other_sessions_and_keeps_this_one,
    a_password_changes_only_against_the_current_one,
    a_password_never_changes_without_the_end_of_the_sessions,
    a_login_brings_an_old_hash_up_to_date,
    logging_out_waits_for_nobody_who_refers_to_the_user,
    a_session_survives_a_restart,
    a_session_that_was_ended_can_end_no_other,
);

async fn registration_signs_in_and_me_tells_who_it_is(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let me = browser.get("/api/auth/me").await.ok();
    assert_eq!(me["email"], browser.email);
    assert_eq!(me["role"], "user");
    assert!(me["id"].as_i64().unwrap() > 0);
    assert!(me["created_at"].as_str().unwrap().ends_with('Z'));
    assert!(me.get("password_hash").is_none());
}

async fn an_email_is_taken_whatever_its_letter_case(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    for email in [
        first.email.clone(),
        first.email.to_uppercase(),
        format!("  {} ", first.email),
    ] {
        let body = json!({ "email": email, "password": "another good one" });
        let answer = Browser::new(server)
            .post_json("/api/auth/register", &body)
            .await;
        answer.problem(409);
        assert!(answer.headers.get("set-cookie").is_none(), "{email}");
    }
    let mut shouted = first.credentials();
    shouted["email"] = json!(first.email.to_uppercase());
    let other = Browser::new(server);
    other.post_json("/api/auth/login", &shouted).await.ok();
}

async fn twenty_registrations_of_one_email_at_once_make_one_account(engine: Engine) {
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

async fn a_bad_email_is_named(engine: Engine) {
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
        let answer = Browser::new(server)
            .post_json("/api/auth/register", &body)
            .await;
        answer.names_fields(&["email"]);
    }
}

async fn a_bad_password_is_named(engine: Engine) {
    let server = shared_server(engine).await;
    for password in ["", "short", "1234567", &"x".repeat(5000)] {
        let body = json!({ "email": "someone@example.org", "password": password });
        let answer = Browser::new(server)
            .post_json("/api/auth/register", &body)
            .await;
        answer.names_fields(&["password"]);
    }
    let answer = Browser::new(server)
        .post_json("/api/auth/register", json!({}))
        .await;
    answer.names_fields(&["email", "password"]);
}

async fn without_a_session_everything_private_is_401(engine: Engine) {
    let browser = Browser::new(shared_server(engine).await);
    for path in [
        "/api/auth/me",
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
        "/api/balance/top_up",
        "/api/tasks/predict",
        "/api/tasks/cancel",
        "/api/models/create",
    ] {
        browser.post_json(path, json!({})).await.problem(401);
    }
}

async fn a_copied_cookie_is_worthless_after_logging_out(engine: Engine) {
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

async fn two_browsers_that_log_out_at_once_are_both_out(engine: Engine) {
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

async fn logging_out_without_a_session_is_no_error(engine: Engine) {
    let browser = Browser::new(shared_server(engine).await);
    browser.post_json("/api/auth/logout", json!({})).await.ok();
}

async fn a_wrong_password_and_an_unknown_email_get_the_same_answer(engine: Engine) {
    let server = shared_server(engine).await;
    let known = Browser::registered(server).await;
    let try_in = |email: String| async move {
        let body = json!({ "email": email, "password": "not the password" });
        let answer = Browser::new(server)
            .post_json("/api/auth/login", &body)
            .await;
        without_request_id(&answer, 401)
    };
    let wrong_password = try_in(known.email.clone()).await;
    let unknown_email = try_in(format!("{}@example.org", unique("nobody"))).await;
    assert_eq!(wrong_password, unknown_email);
    assert_eq!(wrong_password["type"], "/problems/bad_credentials");
}

fn without_request_id(answer: &Answer, status: u16) -> Value {
    let mut problem = answer.problem(status);
    problem["request_id"] = Value::Null;
    problem
}

async fn a_blank_login_names_its_fields(engine: Engine) {
    let browser = Browser::new(shared_server(engine).await);
    let answer = browser.post_json("/api/auth/login", json!({})).await;
    answer.names_fields(&["email", "password"]);
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
    let answer = browser.post_json("/api/auth/change_password", &change);
    answer.await.ok();
    browser.get("/api/auth/me").await.ok();
    other.get("/api/auth/me").await.problem(401);
    other.post_json("/api/auth/login", &old).await.problem(401);
    let new = json!({ "email": old["email"], "password": "a different long one" });
    other.post_json("/api/auth/login", &new).await.ok();
}

async fn a_password_changes_only_against_the_current_one(engine: Engine) {
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
        let answer = browser.post_json("/api/auth/change_password", &change);
        answer.await.names_fields(&[field]);
    }
    let answer = browser.post_json("/api/auth/login", browser.credentials());
    answer.await.ok();
}

async fn a_password_never_changes_without_the_end_of_the_sessions(engine: Engine) {
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
    let answer = browser.post_json("/api/auth/change_password", &change);
    answer.await.problem(500);
    let arguments = ["user", "password", "--email", &browser.email];
    let output = site.run(&arguments, "a different long one\n").await;
    assert!(!output.status.success());
    Browser::new(&server)
        .post_json("/api/auth/login", &old)
        .await
        .ok();
}

async fn a_login_brings_an_old_hash_up_to_date(engine: Engine) {
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
    // Who was signed in stays so.
    browser.get("/api/auth/me").await.ok();
}

async fn logging_out_waits_for_nobody_who_refers_to_the_user(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let mut link = site.database.connect().await;
    if engine == Engine::Postgres {
        // What the insertion of a row that refers to the user takes.
        link.execute("BEGIN").await;
        link.execute("SELECT id FROM users FOR KEY SHARE").await;
    }
    let answer = browser.post_json("/api/auth/logout", json!({})).await;
    answer.ok();
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

async fn a_session_that_was_ended_can_end_no_other(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let ended = Browser::new(server);
    let credentials = browser.credentials();
    ended.post_json("/api/auth/login", &credentials).await.ok();
    // More often than a row remembers ended sessions.
    for _ in 0..202 {
        let copy = ended.copy_at(server);
        copy.post_json("/api/auth/logout", json!({})).await.ok();
    }
    browser.get("/api/auth/me").await.ok();
}
