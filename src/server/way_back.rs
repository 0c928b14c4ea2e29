//! Where the answer to a form without JavaScript leads: to a page of this site, with the error of this try
//! only, and with what was entered.

use axum::body::Body;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, Response};
use form_urlencoded::Serializer;

/// What Leptos adds to the page's query: which function failed, and how.
const CARRIED: [&str; 2] = ["__path", "__err"];
const NOT_REFILLED: &[&str] = &["idempotency_key"];

/// Corrects a redirect; `entered` is the form whose entries are to come back with an error.
///
/// Leptos takes the page from the `Referer`, which names any site that the sender likes, and which after a
/// second failure carries the error of the first.
pub fn correct(response: &mut Response<Body>, entered: Option<&str>) {
    let location = response.headers().get(LOCATION);
    let Some(location) = location.and_then(|it| it.to_str().ok()) else {
        return;
    };
    if let Ok(back) = HeaderValue::from_str(&way_back(location, entered)) {
        response.headers_mut().insert(LOCATION, back);
    }
}

fn way_back(location: &str, entered: Option<&str>) -> String {
    let local = local_part(location);
    let (rest, fragment) = match local.split_once('#') {
        Some((rest, fragment)) => (rest, format!("#{fragment}")),
        None => (local.as_str(), String::new()),
    };
    let Some((page, query)) = rest.split_once('?') else {
        return local;
    };
    let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let last = |name: &str| query.iter().rfind(|(it, _)| it == name);
    if last("__err").is_none() {
        return local;
    }
    let mut back = Serializer::new(String::new());
    back.extend_pairs(CARRIED.iter().filter_map(|name| last(name)));
    match entered {
        Some(form) => back.extend_pairs(
            form_urlencoded::parse(form.as_bytes())
                .filter(|(name, _)| !NOT_REFILLED.contains(&name.as_ref()))
                .filter(|(name, _)| !name.starts_with("__")),
        ),
        None => back.extend_pairs(query.iter().filter(|(name, _)| !name.starts_with("__"))),
    };
    format!("{page}?{}{fragment}", back.finish())
}

/// Path, query and fragment; the home page where there is no path.
fn local_part(location: &str) -> String {
    let after_scheme = ["http://", "https://"]
        .iter()
        .find_map(|scheme| location.strip_prefix(scheme));
    let path = match after_scheme {
        Some(rest) => rest.find('/').map_or("", |at| &rest[at..]),
        None => location,
    };
    if !path.starts_with('/') {
        return "/".to_owned();
    }
    // Two slashes, or their like, would begin the name of a host again.
    format!("/{}", path.trim_start_matches(['/', '\\']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_brings_the_entries_back_but_no_key() {
        let location = "http://a.example/predict?example=1&__path=p&__err=e#form";
        assert_eq!(
            way_back(location, Some("name=A+b&idempotency_key=k&__err=x")),
            "/predict?__path=p&__err=e&name=A+b#form"
        );
        assert_eq!(
            way_back(location, None),
            "/predict?__path=p&__err=e&example=1#form"
        );
    }

    #[test]
    fn the_error_of_the_try_before_is_gone() {
        let location = "http://a.example/login?__path=p&__err=old&__path=p&__err=new";
        assert_eq!(way_back(location, None), "/login?__path=p&__err=new");
    }

    #[test]
    fn the_way_back_stays_on_this_site() {
        for (location, local) in [
            ("/tasks/1", "/tasks/1"),
            ("https://evil.example/login?next=1", "/login?next=1"),
            ("https://evil.example", "/"),
            ("https://evil.example//other.example/x", "/other.example/x"),
            ("//evil.example", "/evil.example"),
            ("/\\evil.example", "/evil.example"),
            ("javascript:alert(1)", "/"),
            ("", "/"),
        ] {
            assert_eq!(way_back(location, None), local, "{location}");
        }
    }
}
