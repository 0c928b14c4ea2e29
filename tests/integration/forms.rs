//! Plain HTML forms, as a browser without JavaScript sends them.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    Answer, Browser, Engine, form_of, predict_body, shared_idle_server, shared_server, unique,
};

on_both_databases!(
    a_registration_leads_to_the_overview,
    a_login_leads_to_the_overview_and_a_log_out_home,
    a_prediction_leads_to_its_task,
    a_top_up_leads_to_the_overview,
    an_error_leads_back_to_the_form,
    an_error_of_a_prediction_leads_back_with_what_was_filled_in,
    a_password_is_in_no_address,
    a_failed_form_leads_to_no_other_site,
);

/// Sends a form as a page at `referer` does, without JavaScript.
async fn submit_form(
    browser: &Browser,
    path: &str,
    referer: &str,
    fields: &[(String, String)],
) -> Answer {
    let request = browser
        .request(Method::POST, path)
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .header("sec-fetch-site", "same-origin")
        .header("referer", referer)
        .form(fields);
    browser.send(request).await
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The path and the query of a redirect on this site.
fn path_of<'a>(answer: &'a Answer, server: &str) -> &'a str {
    let location = answer.location();
    let path = location.strip_prefix(server).unwrap_or(location);
    assert!(
        path.starts_with('/') && !path.starts_with("//"),
        "{location}"
    );
    path
}

async fn a_registration_leads_to_the_overview(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::new(server);
    let email = format!("{}@example.org", unique("form"));
    let form = fields(&[("email", &email), ("password", "correct horse battery")]);
    let page = format!("{}/register", server.url);
    let answer = submit_form(&browser, "/api/auth/register", &page, &form).await;
    assert_eq!(path_of(&answer, &server.url), "/overview");
    assert_eq!(browser.get("/api/auth/me").await.ok()["email"], email);
}

async fn a_login_leads_to_the_overview_and_a_log_out_home(engine: Engine) {
    let server = shared_server(engine).await;
    let known = Browser::registered(server).await;
    let browser = Browser::new(server);
    let form = form_of(&known.credentials());
    let page = format!("{}/login", server.url);
    let answer = submit_form(&browser, "/api/auth/login", &page, &form).await;
    assert_eq!(path_of(&answer, &server.url), "/overview");
    browser.get("/api/auth/me").await.ok();
    let answer = submit_form(&browser, "/api/auth/logout", &page, &[]).await;
    assert_eq!(path_of(&answer, &server.url), "/");
    browser.get("/api/auth/me").await.problem(401);
}

async fn a_prediction_leads_to_its_task(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let form = form_of(&predict_body(&unique("form")));
    let page = format!("{}/predict", server.url);
    let answer = submit_form(&browser, "/api/tasks/predict", &page, &form).await;
    let id = browser.items("/api/tasks").await[0]["id"].clone();
    assert_eq!(path_of(&answer, &server.url), format!("/tasks/{id}"));
    let again = submit_form(&browser, "/api/tasks/predict", &page, &form).await;
    assert_eq!(again.location(), answer.location());
    assert_eq!(browser.items("/api/tasks").await.len(), 1);
}

async fn a_top_up_leads_to_the_overview(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let form = fields(&[("amount", "25"), ("idempotency_key", &unique("form"))]);
    let page = format!("{}/overview", server.url);
    let answer = submit_form(&browser, "/api/balance/top_up", &page, &form).await;
    assert_eq!(path_of(&answer, &server.url), "/overview");
    assert_eq!(browser.balance().await, [35, 0, 35]);
}

async fn an_error_leads_back_to_the_form(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let unknown = fields(&[("email", "nobody@example.org"), ("password", "a wrong one")]);
    let no_amount = fields(&[("amount", "0"), ("idempotency_key", &unique("form"))]);
    for (path, page, form) in [
        ("/api/auth/login", "/login", &unknown),
        (
            "/api/auth/register",
            "/register",
            &fields(&[("email", "x")]),
        ),
        ("/api/balance/top_up", "/overview", &no_amount),
    ] {
        let referer = format!("{}{page}", server.url);
        let answer = submit_form(&browser, path, &referer, form).await;
        let location = path_of(&answer, &server.url);
        assert!(location.starts_with(&format!("{page}?")), "{location}");
        assert!(location.contains("__err="), "{location}");
        let page = browser.get(location).await;
        assert_eq!(page.status, 200);
        assert!(page.is_html());
    }
}

async fn an_error_of_a_prediction_leads_back_with_what_was_filled_in(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let mut body = predict_body(&unique("form"));
    body["usd_goal"] = json!("-5");
    body["name"] = json!("Lanterns & <kites>");
    let form = form_of(&body);
    // The page may already carry the error and the fields of a try before.
    for query in ["", "?usd_goal=1&__err=before&__path=before"] {
        let page = format!("{}/predict{query}", server.url);
        let answer = submit_form(&browser, "/api/tasks/predict", &page, &form).await;
        let location = path_of(&answer, &server.url);
        let (path, query) = location.split_once('?').unwrap();
        assert_eq!(path, "/predict");
        let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let values = |name: &str| -> Vec<String> {
            let found = query.iter().filter(|(it, _)| it == name);
            found.map(|(_, value)| value.clone()).collect()
        };
        assert_eq!(values("usd_goal"), ["-5"]);
        assert_eq!(values("name"), ["Lanterns & <kites>"]);
        assert_eq!(values("region"), ["NY"]);
        assert_eq!(values("__err").len(), 1, "{location}");
        let html = browser.get(location).await.text();
        assert!(html.contains("Lanterns &amp; &lt;kites"), "not kept");
        assert!(!html.contains("<kites>"), "not escaped");
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn a_password_is_in_no_address(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let secret = "s3cr3t-as-can-be";
    for (path, page, names) in [
        ("/api/auth/login", "/login", &["password"][..]),
        ("/api/auth/register", "/register", &["password"]),
        (
            "/api/auth/change_password",
            "/account",
            &["current_password", "new_password"],
        ),
    ] {
        let mut form = fields(&[("email", "not an address")]);
        form.extend(
            names
                .iter()
                .map(|name| ((*name).to_owned(), secret.to_owned())),
        );
        let referer = format!("{}{page}", server.url);
        let answer = submit_form(&browser, path, &referer, &form).await;
        let location = answer.location();
        assert!(!location.contains(secret), "{location}");
    }
}

async fn a_failed_form_leads_to_no_other_site(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::new(server);
    let form = fields(&[("email", "nobody@example.org"), ("password", "a wrong one")]);
    for referer in [
        "https://evil.example/login",
        "//evil.example/login",
        "nonsense",
        "javascript:alert(1)",
        "",
    ] {
        let answer = submit_form(&browser, "/api/auth/login", referer, &form).await;
        path_of(&answer, &server.url);
    }
}
