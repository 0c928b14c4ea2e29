//! Addresses and passwords that look alike but are typed as different characters, and the rules for new passwords.

use argon2::{Argon2, PasswordHasher as _};
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Server, Site, shared_server, unique};

on_both_databases!(
    an_address_matches_in_every_form,
    a_password_matches_in_every_form,
    a_hash_of_other_bytes_still_verifies_and_is_replaced,
    a_short_password_from_before_still_logs_in,
    stored_addresses_are_folded_and_colliding_accounts_keep_working,
    a_password_is_rated_while_it_is_typed,
    a_refused_password_names_the_rule_in_both_languages,
);

const PASSWORD: &str = "correct horse battery";

async fn register(server: &Server, email: &str, password: &str) -> Value {
    let body = json!({ "email": email, "password": password });
    let browser = Browser::new(server);
    browser.post_json("/api/auth/register", body).await.ok()
}

async fn log_in(server: &Server, email: &str, password: &str) -> u16 {
    let body = json!({ "email": email, "password": password });
    let browser = Browser::new(server);
    browser.post_json("/api/auth/login", body).await.status
}

async fn an_address_matches_in_every_form(engine: Engine) {
    let server = shared_server(engine).await;
    let name = unique("jürgen");
    let user = register(
        server,
        &format!("\u{feff} {name}@München.example "),
        PASSWORD,
    )
    .await;
    assert_eq!(user["email"], format!("{name}@München.example"));
    for typed in [
        format!("{}@MÜNCHEN.EXAMPLE", name.to_uppercase()),
        format!("{}@mu\u{308}nchen.example", name.replace('ü', "u\u{308}")),
        format!("{name}@xn--mnchen-3ya.example"),
        format!("{name}＠münchen。example\u{200b}"),
    ] {
        assert_eq!(log_in(server, &typed, PASSWORD).await, 200, "{typed}");
        let body = json!({ "email": typed, "password": PASSWORD });
        let browser = Browser::new(server);
        let again = browser.post_json("/api/auth/register", body).await;
        again.problem(409);
    }
    let other = format!("{}@münchen.example", name.replace('ü', "u"));
    assert_eq!(log_in(server, &other, PASSWORD).await, 401);
}

async fn a_password_matches_in_every_form(engine: Engine) {
    let server = shared_server(engine).await;
    let email = format!("{}@example.org", unique("forms"));
    register(server, &email, "fu\u{308}nf Pferde traben").await;
    for (typed, expected) in [
        ("f\u{fc}nf Pferde traben", 200),
        ("fu\u{308}nf\u{a0}Pferde traben", 200),
        ("f\u{fc}nf Ｐｆｅｒｄｅ traben", 200),
        ("f\u{fc}nf pferde traben", 401),
        ("fünf Pferde traben ", 401),
    ] {
        assert_eq!(log_in(server, &email, typed).await, expected, "{typed:?}");
    }
}

/// Stores the hash of these bytes for the only user.
async fn store_hash(site: &Site, password: &str) {
    let hash = Argon2::default().hash_password(password.as_bytes());
    let sql = format!("UPDATE users SET password_hash = '{}'", hash.unwrap());
    site.database.execute(&sql).await;
}

async fn a_hash_of_other_bytes_still_verifies_and_is_replaced(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let user = Browser::registered(&server).await;
    let (raw, composed) = ("fu\u{308}nf Pferde traben", "f\u{fc}nf Pferde traben");
    store_hash(&site, raw).await;
    assert_eq!(log_in(&server, &user.email, composed).await, 401);
    assert_eq!(log_in(&server, &user.email, raw).await, 200);
    // From now on the form makes no difference.
    assert_eq!(log_in(&server, &user.email, composed).await, 200);
    assert_eq!(log_in(&server, &user.email, raw).await, 200);
}

async fn a_short_password_from_before_still_logs_in(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let user = Browser::registered(&server).await;
    store_hash(&site, "password").await;
    assert_eq!(log_in(&server, &user.email, "password").await, 200);
    let change = |new: &str| json!({ "current_password": "password", "new_password": new });
    let path = "/api/auth/change_password";
    for bad in ["password", "password1234"] {
        let refused = user.post_json(path, change(bad)).await;
        refused.names_fields(&["new_password"]);
    }
    user.post_json(path, change(PASSWORD)).await.ok();
}

async fn stored_addresses_are_folded_and_colliding_accounts_keep_working(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    // As an older program stored them: in lower case, and nothing else.
    let before = [
        // Alone in its form.
        ("ju\u{308}rgen@example.org", "first long password"),
        // The third one has this form already, although it is younger.
        ("stra\u{df}e@example.org", "second long password"),
        ("strasse@example.org", "third long password"),
        // The older one gets the form.
        ("ａｄａ@example.org", "fourth long password"),
        ("a\u{ad}da@example.org", "fifth long password"),
    ];
    for (number, (email, password)) in before.iter().enumerate() {
        register(&server, &format!("user-{number}@example.org"), password).await;
        let sql = format!(
            "UPDATE users SET email = '{email}', email_folded = '{email}' WHERE email = 'user-{number}@example.org'"
        );
        assert_eq!(site.database.execute(&sql).await, 1);
    }
    server.program.stop().await;
    let forget = "DELETE FROM seaql_migrations WHERE version = 'm19_email_form'";
    assert_eq!(site.database.execute(forget).await, 1);
    let server = site.serve(&[]).await;
    for (email, password) in before {
        let status = log_in(&server, &email.to_uppercase(), password).await;
        let expected = if email.contains('\u{df}') { 401 } else { 200 };
        // In upper case, the second one is typed like the third one.
        assert_eq!(status, expected, "{email}");
        assert_eq!(log_in(&server, email, password).await, 200, "{email}");
    }
    for (typed, password) in [
        ("JÜRGEN@example.org", "first long password"),
        ("STRASSE@example.org", "third long password"),
        ("ada@example.org", "fourth long password"),
    ] {
        assert_eq!(log_in(&server, typed, password).await, 200, "{typed}");
        let body = json!({ "email": typed, "password": PASSWORD });
        let browser = Browser::new(&server);
        let taken = browser.post_json("/api/auth/register", body).await;
        taken.problem(409);
    }
}

async fn a_password_is_rated_while_it_is_typed(engine: Engine) {
    let server = shared_server(engine).await;
    let visitor = Browser::new(server);
    let rate = async |browser: &Browser, password: &str, email: &str| {
        let body = json!({ "password": password, "email": email });
        let response = browser.post_json("/api/auth/rate_password", body).await;
        assert!(
            response
                .header("ratelimit")
                .starts_with("\"rated-passwords\";r=")
        );
        response.ok()
    };
    let rated = rate(&visitor, "short", "").await;
    assert_eq!(rated["strength"], "weak");
    assert_eq!(rated["violation"]["code"], "too_short");
    let rated = rate(&visitor, "password1234", "").await;
    assert_eq!(rated["violation"]["code"], "easy_to_guess");
    assert_eq!(rated["violation"]["because"], "common_password");
    let rated = rate(&visitor, "four words nobody guesses", "").await;
    assert_eq!(rated, json!({ "strength": "strong" }));
    let rated = rate(&visitor, "lovelace1815", "lovelace1815@example.org").await;
    assert_eq!(rated["violation"]["because"], "personal");
    // The address of the signed-in user counts, too.
    let user = Browser::registered(server).await;
    let rated = rate(&user, &user.email, "").await;
    assert_eq!(rated["violation"]["because"], "personal");
}

async fn a_refused_password_names_the_rule_in_both_languages(engine: Engine) {
    let server = shared_server(engine).await;
    for (language, password, rule) in [
        ("en", "eleven char", "Use at least 12 characters."),
        ("en", "aaaaaaaaaaaa", "it repeats itself"),
        ("en", "qwertyuiop12", "Easy to guess"),
        (
            "ru",
            "password1234",
            "похож на пароль, который есть у многих",
        ),
    ] {
        let page = format!("/register?lang={language}");
        let email = format!("{}@example.org", unique("rules"));
        let fields = [
            ("email", email.as_str()),
            ("password", password),
            ("return_to", page.as_str()),
        ];
        let browser = Browser::new(server);
        let refused = browser.post_html_form("/api/auth/register", &fields).await;
        assert_eq!(refused.status, 422);
        let html = refused.text();
        assert!(html.contains(rule), "{password}: {html}");
        assert!(html.contains("id=\"field-password-error\""), "{html}");
    }
}
