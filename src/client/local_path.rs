//! Paths of this site, out of what an address or a form names.

use leptos_router::location::Url;

use super::browser;
use crate::types::AppError;

/// Name of the query parameter with the page to go to after logging in.
pub const NEXT: &str = "next";
/// The page of the second step of a login.
const LOGIN_CODE_PATH: &str = "/login/code";
/// The page that asks for the password again.
const REAUTHENTICATE_PATH: &str = "/account/confirm";

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

/// The page to go to before a request that a form on `page` has sent can succeed, if there is one. It leads back.
pub fn page_before_retry(error: &AppError, page: &str) -> Option<String> {
    match error {
        AppError::ReauthenticationRequired => Some(format!(
            "{REAUTHENTICATE_PATH}?{NEXT}={}",
            Url::escape(page)
        )),
        // The login page's query says where to go afterwards. Other pages have other queries, one of them a secret.
        AppError::SecondFactorRequired => {
            let query = page.find(&format!("?{NEXT}=")).map(|at| &page[at..]);
            Some(format!("{LOGIN_CODE_PATH}{}", query.unwrap_or_default()))
        }
        _ => None,
    }
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
    fn the_page_that_asks_for_the_password_leads_back() {
        let refused = AppError::ReauthenticationRequired;
        assert_eq!(
            page_before_retry(&refused, "/account/keys?a=b&c").as_deref(),
            Some("/account/confirm?next=%2Faccount%2Fkeys%3Fa%3Db%26c")
        );
        assert_eq!(page_before_retry(&AppError::NotFound, "/account"), None);
    }

    #[test]
    fn the_second_step_of_a_login_leads_to_the_same_page() {
        let refused = AppError::SecondFactorRequired;
        for (page, code_page) in [
            ("/login", "/login/code"),
            ("/login?next=%2Ftasks", "/login/code?next=%2Ftasks"),
            ("/reset-password?token=secret", "/login/code"),
        ] {
            assert_eq!(
                page_before_retry(&refused, page).as_deref(),
                Some(code_page)
            );
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
