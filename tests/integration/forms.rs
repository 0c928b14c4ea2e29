//! Plain HTML forms, as a browser without JavaScript sends them. See `redirects` for more about their targets.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE;
use reqwest::Method;
use serde_json::json;

use crate::support::{
    Browser, Engine, Response, form_of, predict_body, shared_idle_server, shared_server, unique,
};

on_both_databases!(
    a_registration_leads_to_the_overview,
    a_login_leads_to_the_overview_and_a_logout_to_the_home_page,
    a_prediction_leads_to_its_task,
    a_top_up_leads_to_the_overview,
    a_failed_form_is_shown_again_with_its_error,
    a_form_that_fails_twice_stays_on_its_page,
    a_failed_prediction_keeps_the_entered_values,
    an_error_in_the_url_is_not_shown,
    a_password_is_in_no_response,
    a_form_without_a_session_leads_to_the_login,
    a_form_that_is_too_large_shows_its_page_again,
    other_requests_get_problem_details,
);

/// Sends a form without JavaScript, from the page at `referer`.
async fn submit_form(
    browser: &Browser,
    path: &str,
    referer: &str,
    fields: &[(String, String)],
) -> Response {
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

/// The path and query of a redirect within this site.
fn path_of<'a>(response: &'a Response, server: &str) -> &'a str {
    let location = response.location();
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
    let response = submit_form(&browser, "/api/auth/register", &page, &form).await;
    assert_eq!(path_of(&response, &server.url), "/overview");
    assert_eq!(browser.get("/api/auth/me").await.ok()["email"], email);
}

async fn a_login_leads_to_the_overview_and_a_logout_to_the_home_page(engine: Engine) {
    let server = shared_server(engine).await;
    let known = Browser::registered(server).await;
    let browser = Browser::new(server);
    let form = form_of(&known.credentials());
    let page = format!("{}/login", server.url);
    let response = submit_form(&browser, "/api/auth/login", &page, &form).await;
    assert_eq!(path_of(&response, &server.url), "/overview");
    browser.get("/api/auth/me").await.ok();
    let response = submit_form(&browser, "/api/auth/logout", &page, &[]).await;
    assert_eq!(path_of(&response, &server.url), "/");
    browser.get("/api/auth/me").await.problem(401);
}

async fn a_prediction_leads_to_its_task(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let form = form_of(&predict_body(&unique("form")));
    let page = format!("{}/predict", server.url);
    let response = submit_form(&browser, "/api/tasks/predict", &page, &form).await;
    let id = browser.items("/api/tasks").await[0]["id"].clone();
    assert_eq!(path_of(&response, &server.url), format!("/tasks/{id}"));
    let again = submit_form(&browser, "/api/tasks/predict", &page, &form).await;
    assert_eq!(again.location(), response.location());
    assert_eq!(browser.items("/api/tasks").await.len(), 1);
}

async fn a_top_up_leads_to_the_overview(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let form = fields(&[("amount", "25"), ("idempotency_key", &unique("form"))]);
    let page = format!("{}/overview", server.url);
    let response = submit_form(&browser, "/api/balance/top_up", &page, &form).await;
    assert_eq!(path_of(&response, &server.url), "/overview");
    assert_eq!(browser.balance().await, [35, 0, 35]);
}

/// The page of a failed form: HTML with this status, at the URL that the form was sent to.
fn failed_page(response: &Response, status: u16) -> String {
    assert_eq!(response.status, status, "{}", response.text());
    assert!(response.is_html(), "{}", response.text());
    assert_eq!(response.header("location"), "");
    assert_eq!(response.header("cache-control"), "no-store");
    response.text()
}

/// The value of an input in server-rendered HTML.
fn value_of<'a>(html: &'a str, name: &str) -> &'a str {
    let tags = html.split("<input").skip(1);
    let mut tags = tags.map(|rest| rest.split('>').next().unwrap());
    let tag = tags.find(|tag| tag.contains(&format!("name=\"{name}\"")));
    let tag = tag.unwrap_or_else(|| panic!("no input {name}"));
    let value = tag.split("value=\"").nth(1).unwrap_or("\"");
    value.split('"').next().unwrap()
}

async fn a_failed_form_is_shown_again_with_its_error(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let unknown = [("email", "nobody@example.org"), ("password", "a wrong one")];
    let no_amount = [("amount", "0"), ("idempotency_key", "a key of this form")];
    for (path, page, form, status, kept) in [
        ("/api/auth/login", "/login", &unknown[..], 401, "email"),
        (
            "/api/auth/register",
            "/register",
            &[("email", "x")],
            422,
            "email",
        ),
        (
            "/api/balance/top_up",
            "/overview",
            &no_amount,
            422,
            "amount",
        ),
    ] {
        let referer = format!("{}{page}", server.url);
        let response = submit_form(&browser, path, &referer, &fields(form)).await;
        let html = failed_page(&response, status);
        assert!(html.contains("role=\"alert\""), "{path}: no error");
        assert!(html.contains(&format!("action=\"{path}\"")), "{path}");
        assert_eq!(value_of(&html, kept), form[0].1, "{path}");
        assert_eq!(value_of(&html, "return_to"), page);
    }
}

async fn a_form_that_fails_twice_stays_on_its_page(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::new(server);
    // The browser is now at the URL that the form was sent to.
    let referer = format!("{}/api/auth/login", server.url);
    let form = [
        ("email", "nobody@example.org"),
        ("password", "a wrong one"),
        ("return_to", "/login?next=/tasks"),
    ];
    let response = submit_form(&browser, "/api/auth/login", &referer, &fields(&form)).await;
    let html = failed_page(&response, 401);
    assert_eq!(value_of(&html, "return_to"), "/login?next=/tasks");
}

async fn a_failed_prediction_keeps_the_entered_values(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let blurb = "Ж".repeat(1500);
    let mut body = predict_body(&unique("form"));
    body["usd_goal"] = json!("-5");
    body["name"] = json!("Lanterns & <kites> \"</script>");
    body["blurb"] = json!(blurb);
    let form = form_of(&body);
    // The URL of the page may contain the values of another campaign.
    for query in ["", "?usd_goal=1&name=other&example=1"] {
        let page = format!("{}/predict{query}", server.url);
        let response = submit_form(&browser, "/api/tasks/predict", &page, &form).await;
        let html = failed_page(&response, 422);
        assert_eq!(value_of(&html, "usd_goal"), "-5");
        assert_eq!(value_of(&html, "name_city"), "New York");
        assert!(html.contains("Lanterns &amp; &lt;kites"), "not kept");
        assert!(!html.contains("<kites>"), "not escaped");
        assert!(html.contains(&blurb), "not kept");
        // Nothing was paid, so the next attempt has a new key.
        assert_ne!(value_of(&html, "idempotency_key"), body["idempotency_key"]);
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn an_error_in_the_url_is_not_shown(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let error = json!({
        "type": "/problems/invalid", "title": "t", "status": 422, "detail": "d",
        "errors": { "amount": { "rule": "rejected", "reason": "CALL-THIS-NUMBER", "detail": "d" } },
    });
    let error = BASE64_URL_SAFE.encode(error.to_string());
    let path = "%2Fapi%2Fbalance%2Ftop_up";
    let response = browser
        .get(format!("/overview?__path={path}&__err={error}"))
        .await;
    assert_eq!(response.status, 200);
    let html = response.text();
    assert!(!html.contains("CALL-THIS-NUMBER"), "shown");
    assert!(!html.contains("form-errors"), "an error is shown");
}

async fn a_password_is_in_no_response(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let secret = "s3cr3t";
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
        let secrets = names
            .iter()
            .map(|name| ((*name).to_owned(), secret.to_owned()));
        form.extend(secrets);
        let referer = format!("{}{page}", server.url);
        let response = submit_form(&browser, path, &referer, &form).await;
        let html = failed_page(&response, response.status);
        assert!(matches!(response.status, 401 | 422), "{path}");
        assert!(!html.contains(secret), "{path}");
    }
}

async fn a_form_without_a_session_leads_to_the_login(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::new(server);
    let form = form_of(&predict_body(&unique("form")));
    let page = format!("{}/predict", server.url);
    let response = submit_form(&browser, "/api/tasks/predict", &page, &form).await;
    assert_eq!(path_of(&response, &server.url), "/login?next=/predict");
}

async fn a_form_that_is_too_large_shows_its_page_again(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let form = fields(&[("amount", &"9".repeat(70_000))]);
    let page = format!("{}/overview", server.url);
    let response = submit_form(&browser, "/api/balance/top_up", &page, &form).await;
    let html = failed_page(&response, 413);
    assert!(html.contains("role=\"alert\""), "no error");
}

async fn other_requests_get_problem_details(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::new(server);
    let form = [("email", "nobody@example.org"), ("password", "a wrong one")];
    let response = browser.post_form("/api/auth/login", &form).await;
    response.problem(401);
    let page = "text/html";
    let request = browser
        .request(Method::POST, "/api/no/such")
        .header("accept", page);
    browser.send(request).await.problem(404);
    let request = browser
        .request(Method::GET, "/api/auth/login")
        .header("accept", page);
    browser.send(request).await.problem(405);
}
