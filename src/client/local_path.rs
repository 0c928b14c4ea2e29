//! Paths of this site, out of what an address or a form names.

use super::browser;

/// Path, query and fragment of a page of this site; `None` for anything that a browser would take for another site's.
pub fn local_path(text: &str) -> Option<String> {
    let is_path = |text: &str| text.starts_with('/') && !text.starts_with("//");
    // Browsers drop tabs and line breaks from URLs, and read `\` as `/`.
    let is_plain = is_path(text) && !text.contains(|it: char| it == '\\' || it.is_control());
    // `/..//x` is resolved to `//x`.
    is_plain
        .then(|| browser::resolve(text))
        .flatten()
        .filter(|path| is_path(path))
}

/// The page that shows a task, from the address of the task in the API. That is what a submit names as `Location`.
pub fn page_of(location: &str) -> Option<String> {
    let id = location.strip_prefix("/api/task?id=")?;
    Some(format!("/tasks/{id}"))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_of_a_task_has_a_page() {
        assert_eq!(page_of("/api/task?id=7").as_deref(), Some("/tasks/7"));
        for other in ["/tasks/7", "/overview", "/api/tasks"] {
            assert_eq!(page_of(other), None);
        }
    }

    #[test]
    fn a_path_of_this_site_stays_as_it_is() {
        for path in ["/", "/tasks/7", "/tasks?from=a:b&to=%2F%2F#x", "/a//b"] {
            assert_eq!(local_path(path).as_deref(), Some(path));
        }
        assert_eq!(local_path("/a/../b").as_deref(), Some("/b"));
        assert_eq!(local_path("/п").as_deref(), Some("/%D0%BF"));
    }

    #[test]
    fn nothing_leads_to_another_site() {
        for text in [
            "",
            "tasks",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "/x\r\nSet-Cookie: a=b",
            "\t//evil.test",
            "/..//evil.test",
            "/./%2e//evil.test",
            "https://evil.test/",
            "https:evil.test",
            "javascript:alert(1)",
            "data:text/html,x",
            " //evil.test",
            "/\u{85}/evil.test",
        ] {
            assert_eq!(local_path(text), None, "{text:?}");
        }
    }
}
