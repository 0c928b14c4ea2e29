//! Queries of URLs.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::location::Url;

/// A function that reads a parameter of this page's URL.
pub fn use_query() -> impl Fn(&str) -> Option<String> + Copy + Send + Sync {
    let search = use_location().search;
    move |name| search.with(|query| values_of(query, name).pop())
}

/// The values of a parameter in a query. The router's own map decodes them twice, so `20%25back` would not become
/// `20%back`.
pub fn values_of(query: &str, name: &str) -> Vec<String> {
    let pairs = query.split('&');
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .filter(|(it, _)| *it == name)
        .map(|(_, value)| Url::unescape(&value.replace('+', " ")))
        .collect()
}

/// A URL of a page with a query, leaving out what is empty.
pub fn query_url<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let query = query(pairs);
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// A query, or the body of a form, leaving out what is empty.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !value.is_empty() {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            query.push_str(&escape(&value));
        }
    }
    query
}

fn escape(value: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            text.push(byte.into());
        } else {
            text.push('%');
            text.push(DIGITS[usize::from(byte >> 4)].into());
            text.push(DIGITS[usize::from(byte & 15)].into());
        }
    }
    text
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_written() {
        for value in ["20%back", "a+b c", "50%25", "&=#?/", "фонарь"] {
            let query = query([("name", value.to_owned()), ("search", value.to_owned())]);
            assert_eq!(values_of(&query, "search"), [value], "{query}");
        }
    }

    #[test]
    fn a_form_writes_spaces_as_plus_signs_and_may_repeat_a_parameter() {
        let query = "task=7&search=a+b%2Bc&task=8&example";
        assert_eq!(values_of(query, "search"), ["a b+c"]);
        assert_eq!(values_of(query, "task"), ["7", "8"]);
        assert_eq!(values_of(query, "example"), [""]);
        assert!(values_of(query, "exam").is_empty());
        assert!(values_of("", "task").is_empty());
    }
}
