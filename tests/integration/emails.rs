//! Emails as a mail server gets them: texts, retries, refusals and crashes, and what happens without a mail server.

use serde_json::json;

use crate::support::second_factor::{FORGET_STEPS, begin_login, code, finish_login, turn_on};
use crate::support::{
    Browser, Engine, Mail, MailReply, MailServer, Server, Site, unique, wait_for,
};

on_both_databases!(
    an_email_has_headers_and_both_texts,
    an_email_is_in_the_language_of_its_reader,
    an_email_is_tried_again_after_a_temporary_refusal,
    a_permanent_refusal_is_recorded_and_not_repeated,
    an_email_whose_fate_is_unknown_is_not_sent_again,
    an_email_of_a_process_that_died_is_not_sent_twice,
    an_email_is_stored_with_its_cause_and_survives_a_crash,
    an_expired_email_is_not_sent,
    old_emails_are_deleted,
    without_a_mail_server_everything_else_works,
    an_address_that_nobody_verified_gets_no_notices,
    a_login_from_a_new_device_is_reported,
    a_login_that_waits_for_its_second_factor_is_not_reported,
    a_changed_password_is_reported,
    a_low_balance_is_reported_once_per_crossing,
);

async fn served(engine: Engine, mail: &MailServer) -> (Site, Server) {
    Site::serving(engine, &mail.settings()).await
}

/// Registers with this address and language.
async fn register(server: &Server, email: &str, language: &str) -> Browser {
    let mut browser = Browser::new(server);
    browser.email = email.to_owned();
    let credentials = browser.credentials();
    let path = format!("/api/auth/register?lang={language}");
    browser.post_json(&path, &credentials).await.ok();
    browser
}

/// Waits until the only email is in this state; returns how often it was tried.
async fn wait_for_status(site: &Site, status: &str) -> i64 {
    let count = format!("SELECT COUNT(*) FROM email WHERE status = '{status}'");
    wait_for(&format!("an email that is {status}"), || async {
        (site.database.number(&count).await == 1).then_some(())
    })
    .await;
    // A column of type integer is four bytes wide on PostgreSQL.
    let attempts = "SELECT CAST(attempts AS bigint) FROM email";
    site.database.number(attempts).await
}

async fn make_due(site: &Site) {
    let sql =
        "UPDATE email SET next_attempt_at = created_at WHERE status IN ('pending', 'sending')";
    site.database.execute(sql).await;
}

async fn an_email_has_headers_and_both_texts(engine: Engine) {
    let mail = MailServer::start(&[]).await;
    let (_site, server) = served(engine, &mail).await;
    let email = format!("{}@münchen.example", unique("jurgen"));
    register(&server, &email, "en").await;
    let to = email.replace("münchen", "xn--mnchen-3ya");
    let sent = mail.wait_for(&to, "Confirm your email").await;
    assert_eq!(sent.from, "noreply@pledgecast.example");
    assert!(sent.subject().contains(&email), "{}", sent.subject());
    assert!(sent.message_id().ends_with("@pledgecast.example"));
    for header in [
        "From: Pledgecast <noreply@pledgecast.example>",
        "Date: ",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(sent.raw().contains(header), "{}", sent.raw());
    }
    assert!(sent.raw().is_ascii(), "{}", sent.raw());
    let link = format!("http://pledgecast.example{}", sent.link("/verify-email"));
    for text in [sent.text(), sent.html()] {
        assert!(text.contains(&email), "{text}");
        assert!(text.replace("&amp;", "&").contains(&link), "{text}");
    }
}

async fn an_email_is_in_the_language_of_its_reader(engine: Engine) {
    let mail = MailServer::start(&[]).await;
    let (_site, server) = served(engine, &mail).await;
    // A local part that is not ASCII needs SMTPUTF8, which the server knows.
    let email = format!("jürgen-{}@example.org", unique("x"));
    let browser = register(&server, &email, "ru").await;
    let sent = mail.wait_for(&email, "Подтвердите адрес").await;
    assert!(sent.subject().contains(&email));
    assert!(sent.text().contains("Кто-то (надеемся, вы) создал аккаунт"));
    assert!(sent.html().contains("<html lang=\"ru\">"));
    verify_with(&browser, &sent).await;
    // A notice has no request whose language it could have, so that of the account counts.
    let change = json!({
        "current_password": browser.credentials()["password"], "new_password": "another long one",
    });
    let changed = browser.post_json("/api/auth/change_password", change).await;
    changed.ok();
    mail.wait_for(&email, "Пароль Pledgecast изменён").await;
}

async fn an_email_is_tried_again_after_a_temporary_refusal(engine: Engine) {
    let plan = [
        MailReply::RefuseRecipient("451 4.7.1 greylisted"),
        MailReply::RefuseText("452 4.3.1 no space"),
    ];
    let mail = MailServer::start(&plan).await;
    let (site, server) = served(engine, &mail).await;
    Browser::registered(&server).await;
    wait_for("two more attempts", || async {
        // Not while an attempt is in progress: its lease must not be broken.
        let sql = "UPDATE email SET next_attempt_at = created_at WHERE status = 'pending' AND lease_token IS NULL";
        site.database.execute(sql).await;
        (mail.mails().len() == 2).then_some(())
    })
    .await;
    assert_eq!(wait_for_status(&site, "sent").await, 3);
    let [first, second] = &mail.mails()[..] else {
        panic!("two texts")
    };
    assert_eq!(first.message_id(), second.message_id());
}

async fn a_permanent_refusal_is_recorded_and_not_repeated(engine: Engine) {
    let mail = MailServer::start(&[MailReply::RefuseRecipient("550 5.1.1 no such user")]).await;
    let (site, server) = served(engine, &mail).await;
    Browser::registered(&server).await;
    assert_eq!(wait_for_status(&site, "failed").await, 1);
    let recorded = "SELECT COUNT(*) FROM email WHERE error LIKE '%550%no such user%'";
    assert_eq!(site.database.number(recorded).await, 1);
    assert!(server.program.log().contains("an email was not sent"));
    assert_eq!(mail.announced(), 1);
}

async fn an_email_whose_fate_is_unknown_is_not_sent_again(engine: Engine) {
    let mail = MailServer::start(&[MailReply::Vanish]).await;
    let (site, server) = served(engine, &mail).await;
    Browser::registered(&server).await;
    assert_eq!(wait_for_status(&site, "uncertain").await, 1);
    let second = Browser::registered(&server).await;
    mail.wait_for(&second.email, "Confirm").await;
    assert_eq!(mail.announced(), 2);
}

async fn an_email_of_a_process_that_died_is_not_sent_twice(engine: Engine) {
    let mail = MailServer::start(&[MailReply::Hang]).await;
    let (site, server) = served(engine, &mail).await;
    Browser::registered(&server).await;
    mail.wait_for_count(1).await;
    wait_for_status(&site, "sending").await;
    server.program.kill();
    make_due(&site).await;
    let _server = site.serve(&mail.settings()).await;
    assert_eq!(wait_for_status(&site, "uncertain").await, 1);
    assert_eq!(mail.announced(), 1);
}

async fn an_email_is_stored_with_its_cause_and_survives_a_crash(engine: Engine) {
    // Nobody listens there.
    let nowhere = [
        ("PLEDGECAST_SMTP_URL", "smtp://127.0.0.1:9?tls=none"),
        ("PLEDGECAST_MAIL_FROM", "noreply@pledgecast.example"),
        ("PLEDGECAST_PUBLIC_URL", "http://pledgecast.example"),
    ];
    let (site, server) = Site::serving(engine, &nowhere).await;
    let browser = Browser::registered(&server).await;
    let other = Browser::new(&server);
    let again = browser.credentials();
    other
        .post_json("/api/auth/register", &again)
        .await
        .problem(409);
    let count = "SELECT COUNT(*) FROM email";
    assert_eq!(site.database.number(count).await, 1);
    server.program.kill();
    make_due(&site).await;
    let mail = MailServer::start(&[]).await;
    let _server = site.serve(&mail.settings()).await;
    mail.wait_for(&browser.email, "Confirm").await;
}

async fn an_expired_email_is_not_sent(engine: Engine) {
    let plan = [MailReply::RefuseRecipient("450 later")];
    let mail = MailServer::start(&plan).await;
    let (site, server) = served(engine, &mail).await;
    Browser::registered(&server).await;
    wait_for("the first attempt", || async {
        let tried = "SELECT COUNT(*) FROM email WHERE error LIKE '%450%'";
        (site.database.number(tried).await == 1).then_some(())
    })
    .await;
    site.database
        .execute("UPDATE email SET next_attempt_at = created_at, expires_at = created_at")
        .await;
    assert_eq!(wait_for_status(&site, "failed").await, 2);
    assert_eq!(mail.announced(), 1);
}

async fn old_emails_are_deleted(engine: Engine) {
    let mail = MailServer::start(&[]).await;
    let (site, server) = served(engine, &mail).await;
    Browser::registered(&server).await;
    wait_for_status(&site, "sent").await;
    let now = match engine {
        Engine::Sqlite => "'2020-01-01 00:00:00 +00:00'",
        Engine::Postgres => "now() - interval '31 days'",
    };
    let age = format!("UPDATE email SET created_at = {now}");
    site.database.execute(&age).await;
    server.program.stop().await;
    let _server = site.serve(&mail.settings()).await;
    wait_for("the old email to be deleted", || async {
        let left = site.database.number("SELECT COUNT(*) FROM email").await;
        (left == 0).then_some(())
    })
    .await;
}

async fn without_a_mail_server_everything_else_works(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    assert!(server.program.log().contains("PLEDGECAST_SMTP_URL"));
    let browser = Browser::registered(&server).await;
    let settings = browser.get("/api/account/email").await.ok();
    assert_eq!(
        settings,
        json!({ "sends_email": false, "is_verified": false })
    );
    let other = Browser::new(&server);
    other
        .post_json("/api/auth/login", browser.credentials())
        .await
        .ok();
    let email = json!({ "email": browser.email });
    for (path, body) in [
        ("/api/auth/request_password_reset", &email),
        ("/api/account/send_verification", &json!({})),
    ] {
        browser.post_json(path, body).await.problem(409);
    }
    for (path, words) in [
        ("/reset-password", "doesn’t send email"),
        ("/account", "hasn’t set up a mail server"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(words), "{path}");
    }
    let stored = site.database.number("SELECT COUNT(*) FROM email").await;
    assert_eq!(stored, 0);
}

/// Confirms the address of a browser's user.
async fn verify(browser: &Browser, mail: &MailServer) {
    let sent = mail.wait_for(&browser.email, "Confirm").await;
    verify_with(browser, &sent).await;
}

async fn verify_with(browser: &Browser, sent: &Mail) {
    let body = json!({ "token": sent.token("/verify-email") });
    let verified = browser.post_json("/api/auth/verify_email", body).await;
    verified.ok();
}

async fn an_address_that_nobody_verified_gets_no_notices(engine: Engine) {
    let mail = MailServer::start(&[]).await;
    let (site, server) = served(engine, &mail).await;
    let browser = Browser::registered(&server).await;
    let new = Browser::new(&server);
    let credentials = browser.credentials();
    new.post_json("/api/auth/login", &credentials).await.ok();
    wait_for("the notice to be dropped", || async {
        let sql = "SELECT COUNT(*) FROM email WHERE kind = 'new_device' AND status = 'canceled'";
        (site.database.number(sql).await == 1).then_some(())
    })
    .await;
    let mails = mail.mails();
    let subjects: Vec<_> = mails.iter().map(Mail::subject).collect();
    assert!(
        subjects.iter().all(|it| it.starts_with("Confirm")),
        "{subjects:?}"
    );
}

async fn a_login_from_a_new_device_is_reported(engine: Engine) {
    let mail = MailServer::start(&[]).await;
    let (site, server) = served(engine, &mail).await;
    let browser = Browser::registered(&server).await;
    verify(&browser, &mail).await;
    let log_in = async |from: &Browser| {
        let credentials = browser.credentials();
        from.post_json("/api/auth/login", &credentials).await.ok();
    };
    // The browser that registered is known.
    log_in(&browser).await;
    let new = Browser::new(&server);
    log_in(&new).await;
    let told = mail.wait_for(&browser.email, "New device").await;
    assert!(told.text().contains("127.0.0.0/24"), "{}", told.text());
    log_in(&new).await;
    let count = "SELECT COUNT(*) FROM email WHERE kind = 'new_device'";
    assert_eq!(site.database.number(count).await, 1);
}

async fn a_login_that_waits_for_its_second_factor_is_not_reported(engine: Engine) {
    let mail = MailServer::start(&[]).await;
    let (site, server) = served(engine, &mail).await;
    let owner = Browser::registered(&server).await;
    let (secret, _) = turn_on(&owner).await;
    site.database.execute(FORGET_STEPS).await;
    let count = "SELECT COUNT(*) FROM email WHERE kind = 'new_device'";
    let browser = begin_login(&server, &owner).await;
    assert_eq!(site.database.number(count).await, 0);
    finish_login(&browser, &code(&secret)).await.ok();
    assert_eq!(site.database.number(count).await, 1);
}

async fn a_changed_password_is_reported(engine: Engine) {
    let mail = MailServer::start(&[]).await;
    let (site, server) = served(engine, &mail).await;
    let browser = Browser::registered(&server).await;
    verify(&browser, &mail).await;
    let change =
        |current: &str| json!({ "current_password": current, "new_password": "another long one" });
    let wrong = browser.post_json("/api/auth/change_password", change("wrong"));
    wrong.await.names_fields(&["current_password"]);
    let count = "SELECT COUNT(*) FROM email WHERE kind = 'password_changed'";
    assert_eq!(site.database.number(count).await, 0);
    let credentials = browser.credentials();
    let current = credentials["password"].as_str().unwrap();
    let changed = browser.post_json("/api/auth/change_password", change(current));
    changed.await.ok();
    mail.wait_for(&browser.email, "password was changed").await;
}

async fn a_low_balance_is_reported_once_per_crossing(engine: Engine) {
    let mail = MailServer::start(&[]).await;
    let (site, server) = served(engine, &mail).await;
    let browser = Browser::registered(&server).await;
    verify(&browser, &mail).await;
    let path = "/api/account/low_balance";
    for wrong in ["0", "-1", "few", "1000000001"] {
        let body = json!({ "low_balance": wrong });
        browser
            .post_json(path, body)
            .await
            .names_fields(&["low_balance"]);
    }
    let settings = browser.post_json(path, json!({ "low_balance": 15 })).await;
    assert_eq!(settings.ok()["low_balance"], 15);
    let spend = async || {
        let task = browser.submit().await;
        browser.wait_until_final(&task["id"]).await;
    };
    let count = async || {
        let sql = "SELECT COUNT(*) FROM email WHERE kind = 'low_balance'";
        site.database.number(sql).await
    };
    // 10 welcome credits and 20 more: the second of three predictions crosses the limit.
    browser.top_up(20).await;
    spend().await;
    assert_eq!(count().await, 0);
    spend().await;
    let told = mail.wait_for(&browser.email, "balance is low: 10").await;
    assert!(told.text().contains("Your limit is 15"), "{}", told.text());
    spend().await;
    assert_eq!(count().await, 1);
    // The balance has risen and falls again, this time by a correction.
    browser.top_up(15).await;
    let email = browser.email.as_str();
    let grant = [
        "user",
        "grant",
        "--email",
        email,
        "--amount=-1",
        "--reason=x",
    ];
    site.run_ok(&grant, "").await;
    assert_eq!(count().await, 2);
    let off = browser.post_json(path, json!({ "low_balance": "" })).await;
    assert_eq!(off.ok().get("low_balance"), None);
    browser.top_up(1).await;
    spend().await;
    assert_eq!(count().await, 2);
    site.assert_audit_is_clean().await;
}
