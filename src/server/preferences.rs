//! Language and theme, stored in cookies and read for each page. Without a choice, `Accept-Language` decides. The query
//! of a URL can select the language of one page.

use axum::body::Body;
use axum::extract::{Form, State};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, LOCATION};
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use tower_cookies::cookie::SameSite;
use tower_cookies::cookie::time::Duration;
use tower_cookies::{Cookie, Cookies};

use super::headers::{accepts_html, qualities, text_of};
use super::state::AppState;
use crate::client::Locale;
use crate::client::local_path::local_path;
use crate::client::locale::{LANGUAGE, locale_of_query};
use crate::components::preferences::{LOCALE, THEME};
use crate::services::sessions::cookie_name;
use crate::types::Theme;

const LIFETIME: Duration = Duration::days(365);

/// The chosen values. Unknown values change nothing.
#[derive(Deserialize)]
pub struct Choices {
    locale: Option<String>,
    theme: Option<String>,
    /// The page to return to.
    back: Option<String>,
}

/// `POST /preferences`: stores the choices and redirects back.
pub async fn set(
    State(state): State<AppState>,
    cookies: Cookies,
    headers: HeaderMap,
    Form(choices): Form<Choices>,
) -> Response<Body> {
    let put = |name: &'static str, value: &'static str| {
        let cookie = Cookie::build((cookie_name(state.https(), name), value))
            .path("/")
            .same_site(SameSite::Lax)
            .secure(state.https())
            .http_only(true)
            .max_age(LIFETIME);
        cookies.add(cookie.build());
    };
    let chooses_language = choices.locale.is_some();
    if let Some(locale) = choices.locale.and_then(|word| find(&word)) {
        put(LOCALE, name(locale));
    }
    if let Some(Ok(theme)) = choices.theme.map(|word| word.parse::<Theme>()) {
        put(THEME, theme.as_str());
    }
    if accepts_html(&headers) {
        let back = choices.back.and_then(|back| local_path(&back));
        let mut back = back.unwrap_or_else(|| "/".to_owned());
        if chooses_language {
            back = without_language(&back);
        }
        (StatusCode::SEE_OTHER, [(LOCATION, back)]).into_response()
    } else {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// A path whose query does not select a language, because that would override the chosen one.
fn without_language(path: &str) -> String {
    let (page, fragment) = match path.split_once('#') {
        Some((page, fragment)) => (page, format!("#{fragment}")),
        None => (path, String::new()),
    };
    let (page, query) = page.split_once('?').unwrap_or((page, ""));
    let is_other = |pair: &&str| pair.split('=').next() != Some(LANGUAGE);
    let query: Vec<_> = query.split('&').filter(is_other).collect();
    let query = query.join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{page}{mark}{query}{fragment}")
}

/// The language for a request of this URL with these headers. `https` says whether the service is reached over https.
pub fn locale(uri: &Uri, headers: &HeaderMap, https: bool) -> Locale {
    uri.query()
        .and_then(locale_of_query)
        .or_else(|| cookie(headers, &cookie_name(https, LOCALE)).and_then(find))
        .or_else(|| accepted(text_of(headers, ACCEPT_LANGUAGE)?))
        .unwrap_or_default()
}

/// The same as a word.
pub fn language(uri: &Uri, headers: &HeaderMap, https: bool) -> &'static str {
    name(locale(uri, headers, https))
}

/// The theme for a request with these headers.
pub fn theme(headers: &HeaderMap, https: bool) -> Theme {
    cookie(headers, &cookie_name(https, THEME))
        .and_then(|word| word.parse().ok())
        .unwrap_or_default()
}

fn name(locale: Locale) -> &'static str {
    use crate::i18n::I18nLocaleTrait as _;
    locale.as_str()
}

fn find(word: &str) -> Option<Locale> {
    word.parse().ok()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(it, value)| (it == name).then_some(value))
}

/// The supported language with the highest weight in `Accept-Language`.
fn accepted(header: &str) -> Option<Locale> {
    let mut ranges: Vec<_> = qualities(header)
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    // The sort is stable: languages of equal weight keep their order.
    ranges.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranges.into_iter().find_map(|(_, tag)| {
        let language = tag.split('-').next().unwrap_or_default();
        find(&language.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn without_a_choice_the_supported_language_with_the_highest_weight_is_used() {
        for (header, locale) in [
            ("ru-RU,ru;q=0.9,en;q=0.8", Some(Locale::ru)),
            ("de,en;q=0.5,ru;q=0.7", Some(Locale::ru)),
            ("RU", Some(Locale::ru)),
            ("en-GB;q=0.4, ru;q=0.4", Some(Locale::en)),
            ("ru;q=0, en", Some(Locale::en)),
            ("de-DE,fr;q=x", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(accepted(header), locale, "{header}");
        }
    }

    #[test]
    fn valid_cookies_override_the_browser_and_invalid_ones_are_ignored() {
        let chosen = headers(&[
            (ACCEPT_LANGUAGE, "en"),
            (COOKIE, "a=b; locale=ru; theme=dark"),
        ]);
        let page = Uri::from_static("/explore?lang=xx");
        assert_eq!(locale(&page, &chosen, false), Locale::ru);
        assert_eq!(theme(&chosen, false), Theme::Dark);
        let nonsense = headers(&[
            (ACCEPT_LANGUAGE, "ru"),
            (COOKIE, "locale=xx; theme=\"><script>"),
        ]);
        assert_eq!(locale(&page, &nonsense, false), Locale::ru);
        assert_eq!(theme(&nonsense, false), Theme::System);
    }

    #[test]
    fn over_https_only_cookies_of_this_very_host_count() {
        let page = Uri::from_static("/explore");
        let planted = headers(&[(COOKIE, "locale=ru; theme=dark")]);
        assert_eq!(locale(&page, &planted, true), Locale::en);
        assert_eq!(theme(&planted, true), Theme::System);
        let chosen = headers(&[(COOKIE, "__Host-locale=ru; __Host-theme=dark")]);
        assert_eq!(locale(&page, &chosen, true), Locale::ru);
        assert_eq!(theme(&chosen, true), Theme::Dark);
    }

    #[test]
    fn a_chosen_language_is_not_overridden_by_the_query_of_the_page() {
        for (path, expected) in [
            ("/explore?lang=ru", "/explore"),
            (
                "/explore?parent=Games&lang=ru#top",
                "/explore?parent=Games#top",
            ),
            (
                "/tasks?search=lang%3Dru&langs=1",
                "/tasks?search=lang%3Dru&langs=1",
            ),
            ("/", "/"),
        ] {
            assert_eq!(without_language(path), expected);
        }
    }

    #[test]
    fn the_query_selects_the_language_of_one_page() {
        let chosen = headers(&[(COOKIE, "locale=ru")]);
        let page = Uri::from_static("/?parent=Games&lang=en");
        assert_eq!(locale(&page, &chosen, false), Locale::en);
    }
}
