//! Language and theme: the browser's language by default, then the user's choice.

use crate::support::{Browser, Engine, Server, Site};

async fn visitor() -> (Site, Server, Browser) {
    let (site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let browser = Browser::new(&server);
    (site, server, browser)
}

async fn page_with(browser: &Browser, headers: &[(&str, &str)]) -> String {
    let mut request = browser.request(reqwest::Method::GET, "/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = browser.send(request).await;
    assert_eq!(response.status, 200);
    assert!(response.header("vary").to_lowercase().contains("cookie"));
    response.text()
}

#[tokio::test]
async fn without_a_choice_the_browsers_language_is_used() {
    let (_site, _server, browser) = visitor().await;
    for (languages, lang, word) in [
        ("ru-RU,ru;q=0.9,en;q=0.5", "ru", "Соберёт ли ваша кампания"),
        ("en-GB,ru;q=0.5", "en", "Will your campaign reach its goal?"),
        ("fr", "en", "Will your campaign reach its goal?"),
    ] {
        let html = page_with(&browser, &[("accept-language", languages)]).await;
        assert!(html.contains(&format!("<html lang=\"{lang}\"")), "{html}");
        assert!(html.contains(word), "{languages}");
    }
}

#[tokio::test]
async fn a_choice_is_remembered_and_leads_back_to_its_page() {
    let (_site, _server, browser) = visitor().await;
    let choose = async |fields: &[(&str, &str)]| {
        let request = browser
            .request(reqwest::Method::POST, "/preferences")
            .header("accept", "text/html")
            .form(fields);
        browser.send(request).await
    };
    let response = choose(&[("locale", "ru"), ("back", "/explore?parent=Games")]).await;
    assert_eq!(response.status, 303);
    assert_eq!(response.location(), "/explore?parent=Games");
    let response = choose(&[("theme", "dark"), ("back", "//evil.example")]).await;
    assert_eq!(response.location(), "/");

    let html = page_with(&browser, &[("accept-language", "en")]).await;
    assert!(
        html.contains("<html lang=\"ru\" data-theme=\"dark\""),
        "{html}"
    );

    let response = choose(&[("locale", "xx"), ("theme", "pink")]).await;
    assert_eq!(response.status, 303);
    let html = page_with(&browser, &[]).await;
    assert!(
        html.contains("<html lang=\"ru\" data-theme=\"dark\""),
        "{html}"
    );
}
