//! Guessing passwords is slowed down per client and per account, but never locks the owner out.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, Response, Server, Site, unique};

on_both_databases!(
    one_address_cannot_keep_guessing,
    the_wait_grows_and_passes,
    one_address_cannot_keep_registering,
    the_owner_can_log_in_while_others_guess,
    a_success_clears_earlier_failures,
    failures_count_for_all_processes_and_after_a_restart,
    guessing_the_current_password_is_slowed_down_too,
    a_failure_is_one_log_line_with_the_address,
    impossible_credentials_are_neither_counted_nor_compared,
);

const LOGIN: &str = "/api/auth/login";
/// Failures without a wait.
const FREE: usize = 5;

fn assert_slowed_down(response: &Response) -> u64 {
    let problem = response.problem(429);
    let seconds: u64 = response.header("retry-after").parse().unwrap();
    assert!(seconds > 0);
    assert_eq!(problem["retry_after_s"], seconds);
    seconds
}

async fn serving(engine: Engine) -> (Site, Server) {
    Site::serving(engine, &[("PLEDGECAST_AUTH_PER_MINUTE", "20")]).await
}

fn wrong(email: &str) -> Value {
    json!({ "email": email, "password": "a wrong password" })
}

/// Uses up all free failures.
async fn use_up(browser: &Browser, email: &str) {
    for _ in 0..FREE {
        browser.post_json(LOGIN, wrong(email)).await.problem(401);
    }
}

/// Makes all failures this many seconds older.
async fn pass(site: &Site, engine: Engine, seconds: u32) {
    let earlier = match engine {
        Engine::Sqlite => {
            format!("strftime('%Y-%m-%dT%H:%M:%f+00:00', failed_at, '-{seconds} seconds')")
        }
        Engine::Postgres => format!("failed_at - interval '{seconds} seconds'"),
    };
    let sql = format!("UPDATE login_failure SET failed_at = {earlier}");
    site.database.execute(&sql).await;
}

async fn one_address_cannot_keep_guessing(engine: Engine) {
    let (_site, server) = serving(engine).await;
    let attacker = Browser::new(&server);
    for _ in 0..FREE {
        let email = format!("{}@example.org", unique("guess"));
        attacker.post_json(LOGIN, wrong(&email)).await.problem(401);
    }
    let email = format!("{}@example.org", unique("guess"));
    assert_slowed_down(&attacker.post_json(LOGIN, wrong(&email)).await);

    let elsewhere = Browser::at_address(&server, 7);
    elsewhere.post_json(LOGIN, wrong(&email)).await.problem(401);
}

async fn the_wait_grows_and_passes(engine: Engine) {
    let (site, server) = serving(engine).await;
    let browser = Browser::registered(&server).await;
    let attacker = Browser::at_address(&server, 7);
    use_up(&attacker, &browser.email).await;
    let first = assert_slowed_down(&attacker.post_json(LOGIN, browser.credentials()).await);
    assert_eq!(first, 1);
    site.database
        .execute("UPDATE login_failure SET failures = failures + 6")
        .await;
    let later = assert_slowed_down(&attacker.post_json(LOGIN, browser.credentials()).await);
    assert!((50..=64).contains(&later), "{later}");
    pass(&site, engine, 64).await;
    attacker.post_json(LOGIN, browser.credentials()).await.ok();
}

async fn one_address_cannot_keep_registering(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_AUTH_PER_MINUTE", "5")]).await;
    let mut last = None;
    for _ in 0..8 {
        let email = format!("{}@example.org", unique("mass"));
        let body = json!({ "email": email, "password": "correct horse battery" });
        let browser = Browser::new(&server);
        last = Some(browser.post_json("/api/auth/register", &body).await);
    }
    assert_slowed_down(&last.unwrap());
}

async fn the_owner_can_log_in_while_others_guess(engine: Engine) {
    let (_site, server) = serving(engine).await;
    let owner = Browser::registered(&server).await;
    owner.post_json("/api/auth/logout", json!({})).await.ok();
    for address in 10..20 {
        let attacker = Browser::at_address(&server, address);
        let refused = attacker.post_json(LOGIN, wrong(&owner.email)).await;
        refused.problem(401);
        // Together they have failed often enough.
        if address >= 15 {
            let again = attacker.post_json(LOGIN, wrong(&owner.email)).await;
            assert_slowed_down(&again);
        }
    }
    let at_home = Browser::new(&server);
    at_home
        .post_json(LOGIN, wrong(&owner.email))
        .await
        .problem(401);

    let credentials = owner.credentials();
    assert_slowed_down(&at_home.post_json(LOGIN, &credentials).await);
    // From an address without failures, and from one with failures in a known browser.
    let away = Browser::at_address(&server, 200);
    away.post_json(LOGIN, &credentials).await.ok();
    owner.post_json(LOGIN, &credentials).await.ok();
}

async fn a_success_clears_earlier_failures(engine: Engine) {
    let (site, server) = serving(engine).await;
    let owner = Browser::registered(&server).await;
    let browser = Browser::at_address(&server, 7);
    for _ in 0..3 {
        for _ in 1..FREE {
            let response = browser.post_json(LOGIN, wrong(&owner.email)).await;
            response.problem(401);
        }
        // A browser without the device cookie of the earlier success.
        let again = Browser::at_address(&server, 7);
        again.post_json(LOGIN, owner.credentials()).await.ok();
    }
    let left = "SELECT CAST(SUM(failures) AS BIGINT) FROM login_failure";
    assert_eq!(site.database.number(left).await, 0);
}

async fn failures_count_for_all_processes_and_after_a_restart(engine: Engine) {
    let (site, server) = serving(engine).await;
    let email = format!("{}@example.org", unique("nobody"));
    use_up(&Browser::new(&server), &email).await;
    site.database
        .execute("UPDATE login_failure SET failures = 20")
        .await;
    if engine == Engine::Postgres {
        let beside = site.serve(&[("PLEDGECAST_AUTH_PER_MINUTE", "20")]).await;
        let response = Browser::new(&beside).post_json(LOGIN, wrong(&email)).await;
        assert_slowed_down(&response);
    }
    server.program.stop().await;
    let server = site.serve(&[("PLEDGECAST_AUTH_PER_MINUTE", "20")]).await;
    let response = Browser::new(&server).post_json(LOGIN, wrong(&email)).await;
    assert_slowed_down(&response);
}

async fn guessing_the_current_password_is_slowed_down_too(engine: Engine) {
    let (_site, server) = serving(engine).await;
    let browser = Browser::registered(&server).await;
    let change = json!({
        "current_password": "a wrong password",
        "new_password": "a different long one",
    });
    let path = "/api/auth/change_password";
    for _ in 0..FREE {
        let response = browser.post_json(path, &change).await;
        response.names_fields(&["current_password"]);
    }
    assert_slowed_down(&browser.post_json(path, &change).await);
}

async fn a_failure_is_one_log_line_with_the_address(engine: Engine) {
    let (_site, server) = serving(engine).await;
    let attacker = Browser::at_address(&server, 77);
    let email = "a\nlogin failed address=203.0.113.1@example.org";
    attacker.post_json(LOGIN, wrong(email)).await.problem(422);
    let email = "x login failed address=203.0.113.1";
    use_up(&attacker, email).await;
    assert_slowed_down(&attacker.post_json(LOGIN, wrong(email)).await);

    let log = server.program.log();
    let lines_with = |text: &str| log.lines().filter(|it| it.ends_with(text)).count();
    let failed = "login failed address=127.0.0.77 factor=\"password\"";
    assert_eq!(lines_with(failed), FREE, "{log}");
    let refused = log.lines().filter(|it| it.contains("login refused "));
    let refused: Vec<&str> = refused.collect();
    assert_eq!(refused.len(), 1, "{log}");
    assert!(refused[0].contains(" address=127.0.0.77 "), "{log}");
    assert!(!log.contains("203.0.113.1"), "{log}");
}

async fn impossible_credentials_are_neither_counted_nor_compared(engine: Engine) {
    let (site, server) = serving(engine).await;
    let browser = Browser::new(&server);
    let long = format!("{}@example.org", "x".repeat(250));
    for _ in 0..2 * FREE {
        let response = browser.post_json(LOGIN, wrong(&long)).await;
        response.names_fields(&["email"]);
        let body = json!({ "email": "a@example.org", "password": "x".repeat(201) });
        let response = browser.post_json(LOGIN, &body).await;
        response.names_fields(&["password"]);
    }
    let counts = site.database.number("SELECT COUNT(*) FROM login_failure");
    assert_eq!(counts.await, 0);
}
