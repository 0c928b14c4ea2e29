//! Guessing is slowed down, by address and by account, and never locks the owner out.

use serde_json::json;

use crate::support::{Answer, Browser, Engine, Site, unique};

on_both_databases!(
    one_address_cannot_go_on_guessing,
    one_address_cannot_go_on_registering,
    the_owner_gets_in_while_others_guess,
);

fn assert_slowed_down(answer: &Answer) {
    let problem = answer.problem(429);
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!(seconds > 0);
    assert_eq!(problem["retry_after_s"], seconds);
}

async fn one_address_cannot_go_on_guessing(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_AUTH_PER_MINUTE", "5")]).await;
    let attacker = Browser::new(&server);
    let mut answers = Vec::new();
    for _ in 0..8 {
        let email = format!("{}@example.org", unique("guess"));
        let body = json!({ "email": email, "password": "a wrong password" });
        answers.push(attacker.post_json("/api/auth/login", &body).await);
    }
    answers[0].problem(401);
    assert_slowed_down(&answers[7]);

    let elsewhere = Browser::at_address(&server, 7);
    let body = json!({ "email": "ada@example.org", "password": "a wrong password" });
    let answer = elsewhere.post_json("/api/auth/login", &body).await;
    answer.problem(401);
}

async fn one_address_cannot_go_on_registering(engine: Engine) {
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

async fn the_owner_gets_in_while_others_guess(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_AUTH_PER_MINUTE", "5")]).await;
    let owner = Browser::registered(&server).await;
    owner.post_json("/api/auth/logout", json!({})).await.ok();

    let guess = json!({ "email": owner.email, "password": "a wrong password" });
    let mut slowed_down = None;
    for attempt in 0..40 {
        // From many addresses, so that only the limit of the account can be what answers.
        let attacker = Browser::at_address(&server, 10 + attempt);
        let answer = attacker.post_json("/api/auth/login", &guess).await;
        if answer.status == 429 {
            slowed_down = Some(answer);
            break;
        }
        answer.problem(401);
    }
    assert_slowed_down(&slowed_down.expect("40 guesses at one account were all tried"));

    // Two tries, because the passing time may just have given one more.
    let credentials = owner.credentials();
    let mut slowed_down = 0;
    for address in [200, 201] {
        let stranger = Browser::at_address(&server, address);
        let answer = stranger.post_json("/api/auth/login", &credentials).await;
        slowed_down += u32::from(answer.status == 429);
    }
    assert!(slowed_down > 0);
    owner.post_json("/api/auth/login", &credentials).await.ok();
    owner.get("/api/auth/me").await.ok();
}
