//! What search engines read: which pages they may visit, and the list of public pages.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, Response};
use axum::response::IntoResponse as _;

use super::problem::Problem;
use super::public_url::{PublicUrl, origin_of};
use super::state::AppState;
use crate::client::Locale;
use crate::client::locale::LANGUAGE;
use crate::i18n::I18nLocaleTrait as _;
use crate::types::AppError;

/// The paths of both.
pub const ROBOTS_PATH: &str = "/robots.txt";
pub const SITEMAP_PATH: &str = "/sitemap.xml";

/// The pages with content that is the same for everybody.
const PUBLIC_PAGES: [&str; 4] = ["/", "/example", "/explore", "/plan"];
const AN_HOUR: (axum::http::HeaderName, &str) = (CACHE_CONTROL, "public, max-age=3600");

/// `GET /robots.txt`. It names the sitemap only if there is a public URL, because an address must be complete, and a
/// cache may pass the answer on to visitors of another host.
pub async fn robots(State(state): State<AppState>) -> Response<Body> {
    let text = robots_text(state.public_url.as_ref());
    let plain = (CONTENT_TYPE, "text/plain; charset=utf-8");
    ([plain, AN_HOUR], text).into_response()
}

fn robots_text(public_url: Option<&PublicUrl>) -> String {
    let sitemap = public_url.map(|url| format!("\nSitemap: {}{SITEMAP_PATH}\n", url.text()));
    let sitemap = sitemap.unwrap_or_default();
    format!("User-agent: *\nDisallow: /api/\nDisallow: /events\n{sitemap}")
}

/// `GET /sitemap.xml`: the public pages in each language.
pub async fn sitemap(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let origin = origin_of(&headers, state.public_url.as_ref());
    let origin = origin.ok_or_else(|| {
        AppError::Malformed("the Host header is not the name of a host".to_owned())
    })?;
    let xml = (CONTENT_TYPE, "application/xml; charset=utf-8");
    let caching = match state.public_url {
        Some(_) => AN_HOUR,
        // It depends on the host.
        None => (CACHE_CONTROL, "no-store"),
    };
    Ok(([xml, caching], sitemap_text(&origin)).into_response())
}

fn sitemap_text(origin: &str) -> String {
    let entry = |path: &&str| {
        let page = format!("{origin}{path}");
        let alternate = |language: &str, url: &str| {
            format!("<xhtml:link rel=\"alternate\" hreflang=\"{language}\" href=\"{url}\"/>\n")
        };
        let languages = Locale::get_all().iter().map(|it| it.as_str());
        let mut links: String = languages
            .map(|it| alternate(it, &format!("{page}?{LANGUAGE}={it}")))
            .collect();
        links.push_str(&alternate("x-default", &page));
        format!("<url>\n<loc>{page}</loc>\n{links}</url>\n")
    };
    let entries: String = PUBLIC_PAGES.iter().map(entry).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n\
         {entries}</urlset>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::has_page;

    #[test]
    fn the_sitemap_is_named_only_with_a_complete_address() {
        let url: PublicUrl = "https://a.example".parse().unwrap();
        assert!(robots_text(Some(&url)).contains("\nSitemap: https://a.example/sitemap.xml\n"));
        assert!(!robots_text(None).contains("Sitemap"));
    }

    #[test]
    fn the_sitemap_lists_existing_pages_in_each_language() {
        let text = sitemap_text("https://a.example");
        for page in PUBLIC_PAGES {
            assert!(has_page(page), "{page}");
            assert!(text.contains(&format!("<loc>https://a.example{page}</loc>")));
            let russian = format!("hreflang=\"ru\" href=\"https://a.example{page}?lang=ru\"");
            assert!(text.contains(&russian), "{text}");
        }
    }
}
