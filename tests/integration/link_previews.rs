//! What search engines and messengers find: descriptions, pictures, addresses, the list of public pages.

use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, Engine, Response, Site, predict_body, shared_server, unique};

on_both_databases!(
    public_pages_describe_themselves_with_complete_addresses,
    a_shared_result_describes_itself_and_is_not_indexed,
    a_query_selects_the_language_of_a_page,
    addresses_begin_with_the_public_url,
    the_sitemap_lists_public_pages,
    whom_to_tell_about_a_vulnerability_is_published_if_it_is_set,
    pictures_are_png_files,
);

const PUBLIC: [&str; 4] = ["/", "/example", "/explore", "/plan"];

/// The value of an attribute in the tag that contains `mark`.
fn attribute<'a>(html: &'a str, mark: &str, name: &str) -> Option<&'a str> {
    let tags = html.split('<');
    let tag = tags
        .map(|tag| tag.split('>').next().unwrap_or_default())
        .find(|tag| tag.contains(mark))?;
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

fn property<'a>(html: &'a str, name: &str) -> &'a str {
    let mark = format!("property=\"{name}\"");
    assert_eq!(html.matches(&mark).count(), 1, "{name} once");
    attribute(html, &mark, "content").unwrap_or_else(|| panic!("{name}"))
}

fn canonical(html: &str) -> &str {
    attribute(html, "rel=\"canonical\"", "href").unwrap()
}

fn alternate<'a>(html: &'a str, language: &str) -> Option<&'a str> {
    attribute(html, &format!("hreflang=\"{language}\""), "href")
}

async fn public_pages_describe_themselves_with_complete_addresses(engine: Engine) {
    let server = shared_server(engine).await;
    for path in PUBLIC {
        let html = server.get(path).await.text();
        let page = format!("{}{path}", server.url);
        assert_eq!(property(&html, "og:url"), page);
        assert_eq!(canonical(&html), page);
        assert_eq!(alternate(&html, "x-default"), Some(page.as_str()));
        let russian = format!("{page}?lang=ru");
        assert_eq!(alternate(&html, "ru"), Some(russian.as_str()));
        assert_eq!(property(&html, "og:type"), "website");
        assert_eq!(property(&html, "og:locale"), "en_US");
        assert!(!property(&html, "og:title").is_empty());
        let described = attribute(&html, "name=\"description\"", "content").unwrap();
        assert_eq!(property(&html, "og:description"), described);
        assert_eq!(html.matches("name=\"description\"").count(), 1, "{path}");
        let card = attribute(&html, "name=\"twitter:card\"", "content");
        assert_eq!(card, Some("summary_large_image"));
        let picture = property(&html, "og:image");
        assert!(picture.starts_with(&server.url), "{picture}");
    }
    let html = server.get("/login").await.text();
    assert_eq!(html.matches("name=\"description\"").count(), 1);
}

async fn a_shared_result_describes_itself_and_is_not_indexed(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let mut body = predict_body(&unique("preview"));
    body["name"] = json!("\"Quoted\" <b>title</b>");
    let task = owner.post_json("/api/tasks/predict", &body).await.ok();
    let task = owner.wait_until_final(&task["id"]).await;
    let link = json!({ "id": task["id"] });
    let link = owner.post_json("/api/task/share", &link).await.ok();
    let path = link["path"].as_str().unwrap();
    let html = server.get(path).await.text();
    assert_eq!(property(&html, "og:url"), format!("{}{path}", server.url));
    assert!(property(&html, "og:title").contains("&quot;Quoted&quot;"));
    assert!(!html.contains("<b>title"), "{html}");
    let percent = task["result"]["probability"].as_f64().unwrap() * 100.0;
    let described = property(&html, "og:description");
    assert!(described.contains(&format!("{percent:.0}%")), "{described}");
    assert!(html.contains("noindex"));
    assert_eq!(alternate(&html, "ru"), None);
    let picture = property(&html, "og:image");
    let picture = picture.strip_prefix(server.url.as_str()).unwrap();
    assert_png(&server.get(picture).await);
}

async fn a_query_selects_the_language_of_a_page(engine: Engine) {
    let server = shared_server(engine).await;
    let html = server.get("/explore?lang=ru").await.text();
    assert!(html.contains("<html lang=\"ru\""), "{html}");
    assert_eq!(property(&html, "og:locale"), "ru_RU");
    let page = format!("{}/explore?lang=ru", server.url);
    assert_eq!(canonical(&html), page);
    let browser = Browser::new(server);
    let request = browser
        .request(Method::POST, "/preferences")
        .header("accept", "text/html")
        .form(&[("locale", "en"), ("back", "/explore?lang=ru")]);
    assert_eq!(browser.send(request).await.location(), "/explore");
    let html = server.get("/explore?lang=xx").await.text();
    assert!(html.contains("<html lang=\"en\""), "{html}");
}

async fn addresses_begin_with_the_public_url(engine: Engine) {
    let settings = [("PLEDGECAST_PUBLIC_URL", "https://pledgecast.example")];
    let (_site, server) = Site::serving(engine, &settings).await;
    let html = server.get("/").await.text();
    assert_eq!(property(&html, "og:url"), "https://pledgecast.example/");
    let robots = server.get("/robots.txt").await.text();
    let line = "Sitemap: https://pledgecast.example/sitemap.xml\n";
    assert!(robots.contains(line), "{robots}");
    let sitemap = server.get("/sitemap.xml").await.text();
    assert!(sitemap.contains("<loc>https://pledgecast.example/example</loc>"));
}

async fn whom_to_tell_about_a_vulnerability_is_published_if_it_is_set(engine: Engine) {
    let path = "/.well-known/security.txt";
    shared_server(engine).await.get(path).await.problem(404);
    let contact = "mailto:security@pledgecast.example";
    let settings = [("PLEDGECAST_SECURITY_CONTACT", contact)];
    let (_site, server) = Site::serving(engine, &settings).await;
    let file = server.get(path).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    assert!(file.text().contains(&format!("Contact: {contact}\n")));
}

async fn the_sitemap_lists_public_pages(engine: Engine) {
    let server = shared_server(engine).await;
    let robots = server.get("/robots.txt").await;
    assert_eq!(robots.status, 200);
    assert!(robots.text().contains("Disallow: /api/"));
    assert!(!robots.text().contains("Sitemap"), "there is no public URL");
    let sitemap = server.get("/sitemap.xml").await;
    assert!(
        sitemap
            .header("content-type")
            .starts_with("application/xml")
    );
    let text = sitemap.text();
    for path in PUBLIC {
        assert!(text.contains(&format!("<loc>{}{path}</loc>", server.url)));
    }
    assert_eq!(text.matches("<loc>").count(), PUBLIC.len());
}

async fn pictures_are_png_files(engine: Engine) {
    let server = shared_server(engine).await;
    let english = server.get("/card.png").await;
    assert_png(&english);
    let russian = server.get("/card.png?lang=ru").await;
    assert_png(&russian);
    assert_ne!(english.header("etag"), russian.header("etag"));
    server.get("/shared/none/card.png").await.problem(404);
}

fn assert_png(response: &Response) {
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("content-type"), "image/png");
    assert!(response.bytes().starts_with(b"\x89PNG\r\n"));
}
