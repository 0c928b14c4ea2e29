//! Links between the pages of a list, and between its filters. The URL holds both, so reload, the back
//! button and a browser without JavaScript all work.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Icon, tr, use_locale};

/// The URL of a list: its path with a filter and a cursor, leaving out what is empty.
pub fn list_url(path: &str, filter: (&str, &str), cursor: &str) -> String {
    let query = [filter, ("cursor", cursor)];
    query_url(path, query.map(|(name, value)| (name, value.to_owned())))
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
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(byte.into());
        } else {
            text.push('%');
            text.push(DIGITS[usize::from(byte >> 4)].into());
            text.push(DIGITS[usize::from(byte & 15)].into());
        }
    }
    text
}

/// Where in a list the URL points to: the value of its filter, and the cursor; each empty where there is none.
pub fn list_place(filter: &'static str) -> Memo<(String, String)> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| {
            let read = |name: &str| query.get(name).unwrap_or_default();
            (read(filter), read("cursor"))
        })
    })
}

/// Links to the first page of a list and to the one after this, where there are any.
#[component]
pub fn Pager(
    /// The path of the list.
    path: &'static str,
    /// The name of its filter, and its value.
    filter: (&'static str, String),
    /// Where this page begins; empty for the first.
    cursor: String,
    /// Where the next page begins, where there is one.
    next: Option<String>,
) -> impl IntoView {
    let l = use_locale();
    let url = |cursor: &str| list_url(path, (filter.0, &filter.1), cursor);
    let newest = (!cursor.is_empty()).then(|| url(""));
    let older = next.map(|next| url(&next));
    (newest.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=tr!(l, pager.label)>
                {newest.map(|url| view! { <a class="button" href=url>{tr!(l, pager.newest)}</a> })}
                {older
                    .map(|url| {
                        view! {
                            <a class="button" href=url rel="next">
                                {tr!(l, pager.older)}
                                <Icon name="arrow" />
                            </a>
                        }
                    })}
            </nav>
        }
    })
}

/// One choice of a filter.
pub struct FilterChoice {
    /// What it is called.
    pub label: String,
    /// The URL of the list with it.
    pub url: String,
    /// Whether it is the one that is on.
    pub is_current: bool,
}

/// The choices of a list's filter: all, then each of the closed set by its label and value.
pub fn list_choices(
    path: &str,
    (filter, current): (&str, &str),
    all: &'static str,
    words: impl Iterator<Item = (&'static str, &'static str)>,
) -> Vec<FilterChoice> {
    std::iter::once((all, ""))
        .chain(words)
        .map(|(label, value)| FilterChoice {
            label: label.to_owned(),
            url: list_url(path, (filter, value), ""),
            is_current: current == value,
        })
        .collect()
}

/// The choices of a filter, as links.
#[component]
pub fn Filter(
    /// What the filter is about.
    label: &'static str,
    /// The choices.
    choices: Vec<FilterChoice>,
) -> impl IntoView {
    view! {
        <nav class="filter" aria-label=label>
            <ul>
                {choices
                    .into_iter()
                    .map(|choice| {
                        let current = choice.is_current.then_some("true");
                        view! {
                            <li>
                                <a class="chip" href=choice.url aria-current=current>
                                    {choice.label}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_url_holds_only_what_is_set_and_escapes_it() {
        assert_eq!(list_url("/tasks", ("status", ""), ""), "/tasks");
        assert_eq!(
            list_url("/tasks", ("status", "queued"), ""),
            "/tasks?status=queued"
        );
        assert_eq!(
            list_url("/tasks", ("status", ""), "a+b="),
            "/tasks?cursor=a%2Bb%3D"
        );
        assert_eq!(
            list_url("/tasks", ("status", "failed"), "7"),
            "/tasks?status=failed&cursor=7"
        );
    }
}
