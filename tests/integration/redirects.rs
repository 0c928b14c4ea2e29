//! Where the service leads browsers: never to another site.

use reqwest::Method;

use crate::support::{Answer, Browser, Engine, Server, Site, shared_server};

/// What browsers would take for another site's address, written in ways that look like a path.
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

async fn post_form(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = browser.request(Method::POST, path).header("accept", PAGE);
    browser.send(request.form(fields)).await
}

#[tokio::test]
async fn a_choice_leads_back_to_a_page_of_this_site_only() {
    let (_site, _server, browser) = visitor().await;
    for back in FOREIGN {
        let answer = post_form(
            &browser,
            "/preferences",
            &[("theme", "dark"), ("back", back)],
        )
        .await;
        assert_eq!(answer.location(), "/", "{back:?}");
    }
    let own = "/explore?parent=Games&from=a:b";
    let answer = post_form(
        &browser,
        "/preferences",
        &[("theme", "dark"), ("back", own)],
    )
    .await;
    assert_eq!(answer.location(), own);
}

#[tokio::test]
async fn a_log_in_leads_to_a_page_of_this_site_only() {
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
        let answer = post_form(&browser, "/api/auth/login", &fields).await;
        assert_eq!(answer.status, 422, "{page:?}");
        assert!(answer.is_html(), "{page:?}");
        assert_eq!(answer.header("location"), "");
        assert!(!answer.text().contains("evil.test"), "{page:?}");
    }
}

#[tokio::test]
async fn a_get_of_the_api_does_not_lead_to_the_referer() {
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
            let answer = browser.send(request.header("referer", referer)).await;
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.header("location"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn a_slash_at_the_end_of_a_page_leads_to_the_page() {
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
        let answer = server.get(path).await;
        assert_eq!(answer.status, 308, "{path}");
        assert_eq!(answer.header("location"), target);
    }
    for path in ["//explore/", "//evil.test/", "/explore//", "/no-such-page/"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("location"), "");
    }
}

#[tokio::test]
async fn with_a_public_url_forms_are_taken_from_there_only() {
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
