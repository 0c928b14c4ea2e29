//! Redirects never lead to another site.

use reqwest::Method;

use crate::support::{Browser, Engine, Response, Server, Site, shared_server};

/// Texts that browsers take for the address of another site, in notations that look like a path.
const FOREIGN: [&str; 12] = [
    "//evil.test",
    "///evil.test/x",
    "/\t/evil.test",
    "/\n/evil.test",
    "\t//evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/..//evil.test",
    "https://evil.test/",
    "https:evil.test",
    "javascript:alert(1)",
    "",
];
const PAGE: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

async fn visitor() -> (Site, Server, Browser) {
    let (site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let browser = Browser::new(&server);
    (site, server, browser)
}

async fn post_form(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = browser.request(Method::POST, path).header("accept", PAGE);
    browser.send(request.form(fields)).await
}

#[tokio::test]
async fn a_choice_leads_back_to_a_page_of_this_site_only() {
    let (_site, _server, browser) = visitor().await;
    for back in FOREIGN {
        let response = post_form(
            &browser,
            "/preferences",
            &[("theme", "dark"), ("back", back)],
        )
        .await;
        assert_eq!(response.location(), "/", "{back:?}");
    }
    let own = "/explore?parent=Games&from=a:b";
    let response = post_form(
        &browser,
        "/preferences",
        &[("theme", "dark"), ("back", own)],
    )
    .await;
    assert_eq!(response.location(), own);
}

#[tokio::test]
async fn a_login_leads_to_a_page_of_this_site_only() {
    let (_site, server, _) = visitor().await;
    let known = Browser::registered(&server).await;
    let credentials = known.credentials();
    let text = |name: &str| credentials[name].as_str().unwrap();
    let log_in = async |next: &str| {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        let page = format!("/login?{query}");
        let fields = [
            ("email", text("email")),
            ("password", text("password")),
            ("return_to", page.as_str()),
        ];
        post_form(&Browser::new(&server), "/api/auth/login", &fields).await
    };
    for next in FOREIGN {
        assert_eq!(log_in(next).await.location(), "/overview", "{next:?}");
    }
    assert_eq!(
        log_in("/tasks?status=failed").await.location(),
        "/tasks?status=failed"
    );
}

#[tokio::test]
async fn a_form_leads_back_to_a_page_of_this_site_only() {
    let (_site, _server, browser) = visitor().await;
    for page in FOREIGN {
        let fields = [("email", "x"), ("return_to", page)];
        let response = post_form(&browser, "/api/auth/login", &fields).await;
        assert_eq!(response.status, 422, "{page:?}");
        assert!(response.is_html(), "{page:?}");
        assert_eq!(response.header("location"), "");
        assert!(!response.text().contains("evil.test"), "{page:?}");
    }
}

#[tokio::test]
async fn an_api_get_does_not_redirect_to_the_referer() {
    let (_site, server, _) = visitor().await;
    let browser = Browser::registered(&server).await;
    for (path, status) in [
        ("/api/auth/me", 200),
        ("/api/models", 200),
        ("/api/task?id=x", 422),
        ("/api/shared?token=x", 404),
    ] {
        for referer in ["https://evil.test/login", "/tasks", ""] {
            let request = browser.request(Method::GET, path).header("accept", PAGE);
            let response = browser.send(request.header("referer", referer)).await;
            assert_eq!(response.status, status, "{path}");
            assert_eq!(response.header("location"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn a_trailing_slash_redirects_to_the_page() {
    let server = shared_server(Engine::Sqlite).await;
    for (path, target) in [
        ("/explore/", "/explore"),
        ("/login/", "/login"),
        (
            "/tasks/?status=failed&search=a%2Fb",
            "/tasks?status=failed&search=a%2Fb",
        ),
        ("/tasks/7/", "/tasks/7"),
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status, 308, "{path}");
        assert_eq!(response.header("location"), target);
    }
    for path in ["//explore/", "//evil.test/", "/explore//", "/no-such-page/"] {
        let response = server.get(path).await;
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(response.header("location"), "");
    }
}

#[tokio::test]
async fn with_a_public_url_forms_are_accepted_only_from_there() {
    let settings = [("PLEDGECAST_PUBLIC_URL", "https://pledgecast.example")];
    let (_site, server) = Site::serving(Engine::Sqlite, &settings).await;
    let browser = Browser::new(&server);
    let post = async |origin: &str| {
        let request = browser.request(Method::POST, "/api/auth/login");
        let request = request.header("accept", PAGE).header("origin", origin);
        let page = format!("{}/login", server.url);
        let fields = [("email", "a@example.org"), ("password", "a wrong one")];
        browser
            .send(request.header("referer", page).form(&fields))
            .await
    };
    assert_eq!(post("https://pledgecast.example").await.status, 401);
    let elsewhere = post(&server.url).await;
    assert_eq!(elsewhere.status, 403);
    assert!(elsewhere.is_html());
    let html = elsewhere.text();
    assert!(
        html.contains("https://pledgecast.example"),
        "no explanation: {html}"
    );
    assert!(
        html.contains("action=\"/api/auth/login\""),
        "not the page of the form"
    );
    post("https://evil.test").await.problem(403);
    let request = browser
        .request(Method::POST, "/api/auth/login")
        .header("origin", &server.url)
        .json(&serde_json::json!({}));
    let problem = browser.send(request).await.problem(403);
    assert_eq!(problem["type"], "/problems/wrong_address");
    assert_eq!(problem["public_url"], "https://pledgecast.example");
}
