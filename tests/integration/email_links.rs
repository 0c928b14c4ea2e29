//! One-time links in emails: a new password, and the verification of an address.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::second_factor::{FORGET_STEPS, code, finish_login, turn_on};
use crate::support::{Browser, Engine, MailServer, Response, Server, Site, unique, wait_for};

on_both_databases!(
    a_forgotten_password_is_replaced_once_and_ends_all_sessions,
    an_unknown_address_gets_the_same_response_and_no_email,
    a_new_password_does_not_replace_the_second_factor,
    an_expired_link_is_refused,
    a_link_ends_with_the_next_change_of_the_password,
    a_new_password_must_keep_the_rules_and_leaves_the_link_valid,
    concurrent_uses_of_a_link_set_one_password,
    resets_are_limited_by_address_and_by_client,
    an_address_is_verified_once,
    a_link_does_only_what_it_is_for,
    links_work_without_javascript_in_both_languages,
    no_link_is_stored_readable,
    the_first_link_to_an_address_ends_what_somebody_else_has_set_up,
);

const RESET: &str = "/api/auth/reset_password";
const REQUEST: &str = "/api/auth/request_password_reset";
const NEW_PASSWORD: &str = "four words nobody guesses";

async fn served(engine: Engine) -> (Site, Server, MailServer) {
    let mail = MailServer::start(&[]).await;
    let (site, server) = Site::serving(engine, &mail.settings()).await;
    (site, server, mail)
}

/// Requests a link for this address and returns its token.
async fn request(server: &Server, mail: &MailServer, email: &str) -> String {
    let body = json!({ "email": email });
    Browser::new(server).post_json(REQUEST, body).await.ok();
    let sent = mail.wait_for(email, "Set a new Pledgecast password").await;
    sent.token("/reset-password")
}

/// The same for an address that has got one link already.
async fn request_again(server: &Server, mail: &MailServer, email: &str) -> String {
    let body = json!({ "email": email });
    Browser::new(server).post_json(REQUEST, body).await.ok();
    wait_for("a second link", || async {
        let mails = mail.mails().into_iter();
        let mut links = mails.filter(|it| it.to == email && it.subject().contains("Set a new"));
        Some(links.nth(1)?.token("/reset-password"))
    })
    .await
}

fn reset(token: &str) -> Value {
    json!({ "token": token, "new_password": NEW_PASSWORD })
}

async fn log_in(server: &Server, email: &str, password: &str) -> Response {
    let body = json!({ "email": email, "password": password });
    let browser = Browser::new(server);
    browser.post_json("/api/auth/login", body).await
}

async fn a_forgotten_password_is_replaced_once_and_ends_all_sessions(engine: Engine) {
    let (_site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let token = request(&server, &mail, &owner.email).await;
    owner.get("/api/auth/me").await.ok();

    let browser = Browser::new(&server);
    let response = browser.post_json(RESET, reset(&token)).await;
    assert_eq!(response.ok()["email"], owner.email);
    browser.get("/api/auth/me").await.ok();
    owner.get("/api/auth/me").await.problem(401);
    browser.post_json(RESET, reset(&token)).await.problem(409);
    let old = owner.credentials()["password"].as_str().unwrap().to_owned();
    log_in(&server, &owner.email, &old).await.problem(401);
    log_in(&server, &owner.email, NEW_PASSWORD).await.ok();
    mail.wait_for(&owner.email, "password was changed").await;
    // Who has the link has the mailbox.
    let settings = browser.get("/api/account/email").await.ok();
    assert_eq!(settings["is_verified"], true);
}

async fn a_new_password_does_not_replace_the_second_factor(engine: Engine) {
    let (site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let (secret, _) = turn_on(&owner).await;
    site.database.execute(FORGET_STEPS).await;
    let token = request(&server, &mail, &owner.email).await;

    let browser = Browser::new(&server);
    let waits = browser.post_json(RESET, reset(&token)).await.problem(401);
    assert_eq!(waits["type"], "/problems/second_factor_required");
    browser.get("/api/auth/me").await.problem(401);
    owner.get("/api/auth/me").await.problem(401);
    finish_login(&browser, &code(&secret)).await.ok();
    let user = browser.get("/api/auth/me").await.ok();
    assert_eq!(user["email"], owner.email);
}

async fn an_unknown_address_gets_the_same_response_and_no_email(engine: Engine) {
    let (site, server, mail) = served(engine).await;
    let known = Browser::registered(&server).await;
    let ask = async |email: &str| {
        let body = json!({ "email": email });
        let response = Browser::new(&server).post_json(REQUEST, body).await;
        let mut headers = response.headers.clone();
        for each in ["date", "x-request-id"] {
            headers.remove(each);
        }
        (response.status, response.text(), headers)
    };
    let unknown = format!("{}@example.org", unique("nobody"));
    assert_eq!(ask(&known.email).await, ask(&unknown).await);
    mail.wait_for(&known.email, "Set a new").await;
    wait_for("the request to be dropped", || async {
        let sql = "SELECT COUNT(*) FROM email WHERE status = 'canceled' AND address IS NULL";
        (site.database.number(sql).await == 1).then_some(())
    })
    .await;
    assert!(mail.mails().iter().all(|it| it.to != unknown));
}

async fn an_expired_link_is_refused(engine: Engine) {
    let (site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let token = request(&server, &mail, &owner.email).await;
    let verification = mail.wait_for(&owner.email, "Confirm").await;
    let verification = verification.token("/verify-email");
    site.database
        .execute("UPDATE email SET expires_at = created_at")
        .await;
    let browser = Browser::new(&server);
    for (path, body) in [
        (RESET, reset(&token)),
        ("/api/auth/verify_email", json!({ "token": verification })),
    ] {
        browser.post_json(path, body).await.problem(409);
    }
    let page = format!("/reset-password?token={token}");
    assert!(browser.get(page).await.text().contains("has expired"));
    owner.get("/api/auth/me").await.ok();
}

async fn a_link_ends_with_the_next_change_of_the_password(engine: Engine) {
    let (_site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let token = request(&server, &mail, &owner.email).await;
    let change = json!({
        "current_password": owner.credentials()["password"], "new_password": "another long one",
    });
    let changed = owner.post_json("/api/auth/change_password", change).await;
    changed.ok();
    let browser = Browser::new(&server);
    browser.post_json(RESET, reset(&token)).await.problem(409);
}

async fn a_new_password_must_keep_the_rules_and_leaves_the_link_valid(engine: Engine) {
    let (_site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let token = request(&server, &mail, &owner.email).await;
    let browser = Browser::new(&server);
    for bad in ["", "short", "password1234", &owner.email] {
        let body = json!({ "token": token, "new_password": bad });
        let response = browser.post_json(RESET, body).await;
        response.names_fields(&["new_password"]);
    }
    browser.post_json(RESET, reset(&token)).await.ok();
}

async fn concurrent_uses_of_a_link_set_one_password(engine: Engine) {
    let (_site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let token = request(&server, &mail, &owner.email).await;
    let uses = (0..6).map(|number| {
        let server = &server;
        let body = json!({ "token": token, "new_password": format!("{NEW_PASSWORD} {number}") });
        async move { Browser::new(server).post_json(RESET, body).await.status }
    });
    let mut statuses = futures::future::join_all(uses).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
}

async fn resets_are_limited_by_address_and_by_client(engine: Engine) {
    let (site, server, _mail) = served(engine).await;
    let ask = async |client: u8, email: &str| {
        let body = json!({ "email": email });
        let browser = Browser::at_address(&server, client);
        browser.post_json(REQUEST, body).await
    };
    // Nobody has this address, which makes no difference.
    let email = format!("{}@example.org", unique("nobody"));
    for client in 10..15 {
        ask(client, &email).await.ok();
    }
    // The response does not tell that there are enough links. They work for as long as the limit lasts.
    ask(15, &email.to_uppercase()).await.ok();
    let count = "SELECT COUNT(*) FROM email WHERE kind = 'reset_password'";
    assert_eq!(site.database.number(count).await, 5);
    // Concurrent requests cannot get more.
    let other = format!("{}@example.org", unique("nobody"));
    let all = (30..42).map(|client| ask(client, &other));
    for response in futures::future::join_all(all).await {
        response.ok();
    }
    assert_eq!(site.database.number(count).await, 10);
    for _ in 0..20 {
        let other = format!("{}@example.org", unique("nobody"));
        ask(20, &other).await.ok();
    }
    let other = format!("{}@example.org", unique("nobody"));
    let refused = ask(20, &other).await;
    refused.problem(429);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 60);
    ask(21, &other).await.ok();
}

async fn an_address_is_verified_once(engine: Engine) {
    let (_site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let first = mail.wait_for(&owner.email, "Confirm").await;
    let first = first.token("/verify-email");
    assert!(
        owner
            .get("/account")
            .await
            .text()
            .contains("isn’t confirmed")
    );
    let path = "/api/account/send_verification";
    owner.post_json(path, json!({})).await.ok();
    let mails = mail.wait_for_count(2).await;
    let second = mails[1].token("/verify-email");
    assert_ne!(first, second);

    // Nobody has to be signed in. Opening the link alone changes nothing.
    let browser = Browser::new(&server);
    let page = browser.get(format!("/verify-email?token={second}")).await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (200, "no-store")
    );
    let verify = json!({ "token": second });
    let settings = owner.get("/api/account/email").await.ok();
    assert_eq!(settings["is_verified"], false);
    let path_of_link = "/api/auth/verify_email";
    browser.post_json(path_of_link, &verify).await.ok();
    browser.post_json(path_of_link, &verify).await.problem(409);
    let settings = owner.get("/api/account/email").await.ok();
    assert_eq!(settings["is_verified"], true);
    owner.post_json(path, json!({})).await.problem(409);
    assert!(
        !owner
            .get("/account")
            .await
            .text()
            .contains("isn’t confirmed")
    );
}

async fn a_link_does_only_what_it_is_for(engine: Engine) {
    let (_site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let sent = mail.wait_for(&owner.email, "Confirm").await;
    let verification = sent.token("/verify-email");
    let browser = Browser::new(&server);
    let wrong = browser.post_json(RESET, reset(&verification)).await;
    wrong.problem(409);
    let token = request(&server, &mail, &owner.email).await;
    let path = "/api/auth/verify_email";
    let wrong = browser.post_json(path, json!({ "token": token })).await;
    wrong.problem(409);
    // The right nonce with the mark of another link.
    let forged = format!("{}{}", &token[..22], &verification[22..]);
    for bad in [forged.as_str(), "x", "../../x"] {
        browser.post_json(RESET, reset(bad)).await.problem(409);
    }
    let blank = browser.post_json(RESET, reset(" ")).await;
    blank.names_fields(&["token"]);
    browser.post_json(RESET, reset(&token)).await.ok();
}

async fn links_work_without_javascript_in_both_languages(engine: Engine) {
    let (_site, server, mail) = served(engine).await;
    for (language, subject, words) in [
        ("en", "Set a new Pledgecast password", "works for an hour"),
        ("ru", "Новый пароль для Pledgecast", "работает один час"),
    ] {
        let owner = Browser::registered(&server).await;
        let browser = Browser::new(&server);
        let form = format!("/reset-password?lang={language}");
        assert!(browser.get(&form).await.text().contains(words));
        let path = format!("{REQUEST}?lang={language}");
        let fields = [("email", owner.email.as_str())];
        let sent = browser.post_html_form(&path, &fields).await;
        assert!(sent.location().starts_with("/reset-password?done="));
        let sent = mail.wait_for(&owner.email, subject).await;
        let link = sent.link("/reset-password");
        assert!(link.ends_with(&format!("&lang={language}")), "{link}");
        let page = browser.get(&link).await;
        assert!(
            page.text().contains("name=\"new_password\""),
            "{}",
            page.text()
        );
        let token = sent.token("/reset-password");
        let fields = |password| {
            [
                ("token", token.as_str()),
                ("new_password", password),
                ("return_to", link.as_str()),
            ]
        };
        let refused = browser.post_html_form(RESET, &fields("short")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("12"), "the rule");
        let done = browser.post_html_form(RESET, &fields(NEW_PASSWORD)).await;
        assert_eq!(done.location(), "/overview");
        browser.get("/api/auth/me").await.ok();
    }
}

async fn no_link_is_stored_readable(engine: Engine) {
    let (site, server, mail) = served(engine).await;
    let owner = Browser::registered(&server).await;
    let token = request(&server, &mail, &owner.email).await;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&token).unwrap();
    let hex = |bytes: &[u8]| {
        let digits = bytes.iter().map(|it| format!("{it:02x}"));
        digits.collect::<Vec<_>>().concat()
    };
    let (nonce, mac) = bytes.split_at(16);
    let count = async |column: &str, text: &str| {
        let sql = format!("SELECT COUNT(*) FROM email WHERE {column} = '{text}'");
        site.database.number(&sql).await
    };
    // The nonce is half of the link, and of no use without the other half, which is nowhere.
    assert_eq!(count("nonce", &hex(nonce)).await, 1);
    for column in [
        "nonce",
        "data",
        "address",
        "message_id",
        "lease_token",
        "error",
    ] {
        for text in [hex(mac), hex(&bytes), token.clone()] {
            assert_eq!(count(column, &text).await, 0, "{column}");
        }
    }
}

async fn the_first_link_to_an_address_ends_what_somebody_else_has_set_up(engine: Engine) {
    let (site, server, mail) = served(engine).await;
    // Somebody registers with the address of somebody else.
    let stranger = Browser::registered(&server).await;
    let (key, _) = stranger.create_key(json!({ "read": true })).await;
    let with_key = Browser::with_key(&server, &key);
    with_key.get("/api/balance").await.ok();
    let webhook = json!({ "url": "https://example.org/hook", "task_failed": true });
    stranger
        .post_json("/api/webhooks/create", webhook)
        .await
        .ok();

    let token = request(&server, &mail, &stranger.email).await;
    let owner = Browser::new(&server);
    owner.post_json(RESET, reset(&token)).await.ok();
    with_key.get("/api/balance").await.problem(401);
    let enabled = "SELECT COUNT(*) FROM webhook WHERE is_enabled";
    assert_eq!(site.database.number(enabled).await, 0);

    // From now on the address is known to be the owner's, whose keys outlive a new password.
    let (key, _) = owner.create_key(json!({ "read": true })).await;
    let token = request_again(&server, &mail, &stranger.email).await;
    let body = json!({ "token": token, "new_password": "five words that nobody guesses" });
    Browser::new(&server).post_json(RESET, body).await.ok();
    let with_key = Browser::with_key(&server, &key);
    with_key.get("/api/balance").await.ok();
}
