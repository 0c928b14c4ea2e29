//! URLs of the pages of a list, and links to them. The URL holds filter and cursor, so reloading, the back button and
//! browsers without JavaScript all work.

use leptos::prelude::*;

use super::query::{query_url, use_query};

/// The query parameter that says which page of a list.
pub const CURSOR: &str = "cursor";

/// The URL of one page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListUrl {
    path: &'static str,
    filter: Vec<(&'static str, String)>,
    /// The cursor at which the rows begin; empty for the newest.
    pub cursor: String,
}

impl ListUrl {
    /// The URL of this page, which is the list at `path` with these filters.
    pub fn follow(path: &'static str, filters: &'static [&'static str]) -> Memo<Self> {
        let query = use_query();
        Memo::new(move |_| {
            let read = |name: &str| query(name).unwrap_or_default();
            let filter = filters.iter().map(|name| (*name, read(name)));
            Self {
                path,
                filter: filter.collect(),
                cursor: read(CURSOR),
            }
        })
    }

    /// The URL of the newest rows of the list at `path`.
    pub fn newest(path: &'static str) -> Self {
        Self {
            path,
            filter: Vec::new(),
            cursor: String::new(),
        }
    }

    /// The value of a filter; empty if it is off.
    pub fn get(&self, name: &str) -> String {
        let found = self.filter.iter().find(|(it, _)| *it == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Whether any filter is on.
    pub fn is_filtered(&self) -> bool {
        self.filter.iter().any(|(_, value)| !value.is_empty())
    }

    /// The filters and their values.
    pub fn filter(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.filter.clone().into_iter()
    }

    /// The URL of the page that begins at a cursor, with the same filters.
    pub fn at(&self, cursor: String) -> String {
        query_url(self.path, self.filter().chain([(CURSOR, cursor)]))
    }

    /// The URL of the first page with one filter changed.
    pub fn with(&self, name: &'static str, value: &str) -> String {
        let filter = self.filter().map(|(it, before)| {
            let value = if it == name { value.to_owned() } else { before };
            (it, value)
        });
        query_url(self.path, filter)
    }
}

/// One choice of a filter.
pub struct FilterChoice {
    /// Its text.
    pub label: String,
    /// The URL of the list with this choice.
    pub url: String,
    /// Whether it is selected.
    pub is_current: bool,
}

/// The choices of a filter, as links.
#[component]
pub fn Filter(
    /// The label for screen readers.
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

    fn list_url(status: &str) -> ListUrl {
        ListUrl {
            path: "/tasks",
            filter: vec![("status", status.to_owned()), ("search", "a b".to_owned())],
            cursor: "7".to_owned(),
        }
    }

    #[test]
    fn a_list_url_contains_only_set_parameters_escaped() {
        assert_eq!(list_url("").at(String::new()), "/tasks?search=a%20b");
        assert_eq!(
            list_url("failed").at("a+b=".to_owned()),
            "/tasks?status=failed&search=a%20b&cursor=a%2Bb%3D"
        );
    }

    #[test]
    fn changing_a_filter_drops_the_cursor_and_keeps_the_others() {
        assert_eq!(
            list_url("failed").with("status", "queued"),
            "/tasks?status=queued&search=a%20b"
        );
        assert_eq!(list_url("failed").with("status", ""), "/tasks?search=a%20b");
    }
}
