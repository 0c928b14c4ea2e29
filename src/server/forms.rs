//! Forms without JavaScript. A success redirects to a page; a failure renders the page of the form again with its
//! errors and the entered values. So does a success whose result is shown only once. Neither results nor entered values
//! appear in a URL.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect};
use leptos::server_fn::ServerFn as _;
use leptos::server_fn::redirect::REDIRECT_HEADER;
use tower::ServiceExt as _;
use tower_cookies::Cookies;

use super::admission::takes_body;
use super::csrf::SentByAnotherSite;
use super::headers::{accepts_html, text_of};
use super::limits::in_time;
use super::problem::Problem;
use super::public_url::referring_page;
use super::state::AppState;
use crate::api::{
    CreateApiKey, CreateModel, EnableSecondFactor, Login, LoginSecondFactor, Reauthenticate,
    RenewRecoveryCodes,
};
use crate::client::form_action::{AnsweredForm, FormAnswer};
use crate::client::local_path::{NEXT, local_path, page_before_retry, page_of};
use crate::components::form::RETURN_TO;
use crate::services::UsedKey;
use crate::services::attempts::Client;
use crate::types::AppError;

const API: &str = "/api/";
/// Not a form of our pages; rendering it again would copy the model file into the page.
const NOT_REPEATED: &str = CreateModel::PATH;
/// They lead to the page that the visitor wanted before.
const LEADS_TO_NEXT: [&str; 3] = [Login::PATH, LoginSecondFactor::PATH, Reauthenticate::PATH];
/// Their results are shown only once, so a redirect would lose them; each with the page that shows it.
const SHOWN_ONCE: [(&str, &str); 3] = [
    (CreateApiKey::PATH, "/account/keys"),
    (EnableSecondFactor::PATH, "/account/second-factor"),
    (RenewRecoveryCodes::PATH, "/account/second-factor"),
];
/// Fields that are no passwords but as secret.
const SECRETS: [&str; 1] = ["code"];
const RESULT_MAX_BYTES: usize = 64 * 1024;
/// Fields with files, which would be copied into the page.
const FILES: [&str; 3] = ["file", "csv", "text"];
/// Headers that describe the request body.
const OF_THE_BODY: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::TRANSFER_ENCODING,
    header::EXPECT,
];

/// The state of [`answer_forms`].
#[derive(Clone)]
pub struct Forms {
    /// The shared state.
    pub state: AppState,
    /// The routes of the pages, without middleware.
    pub pages: Router,
}

/// The submitted form, set once the body has been read.
#[derive(Clone, Debug, Default)]
pub struct SentForm(Arc<OnceLock<Vec<(String, String)>>>);

impl SentForm {
    /// Stores the entries of a URL-encoded form, except secrets and files.
    pub fn keep(&self, form: &str) {
        self.0.get_or_init(|| {
            form_urlencoded::parse(form.as_bytes())
                .filter(|(name, _)| {
                    let is_secret = name.contains("password") || SECRETS.contains(&name.as_ref());
                    !is_secret && !FILES.contains(&name.as_ref())
                })
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect()
        });
    }

    fn entries(&self) -> &[(String, String)] {
        self.0.get().map_or(&[], Vec::as_slice)
    }

    fn value(&self, name: &str) -> Option<&str> {
        let mut entries = self.entries().iter();
        entries.find_map(|(it, value)| (it == name).then_some(value.as_str()))
    }
}

/// The parts of a request that are needed to render a page in response.
struct Visit {
    url: String,
    headers: HeaderMap,
    extensions: Extensions,
}

impl Visit {
    fn of(request: &Request) -> Self {
        let mut headers = request.headers().clone();
        for name in OF_THE_BODY {
            headers.remove(name);
        }
        let mut extensions = Extensions::new();
        if let Some(cookies) = request.extensions().get::<Cookies>() {
            extensions.insert(cookies.clone());
        }
        if let Some(client) = request.extensions().get::<Client>() {
            extensions.insert(client.clone());
        }
        Self {
            url: request.uri().path().to_owned(),
            headers,
            extensions,
        }
    }

    /// Path and query of the page that the form is on.
    fn page(&self, state: &AppState, form: &SentForm) -> String {
        let named = form.value(RETURN_TO).map(ToOwned::to_owned);
        named
            .or_else(|| referring_page(&self.headers, state.public_url.as_ref()))
            .and_then(|page| local_path(&page))
            .filter(|page| !page.starts_with(API))
            .unwrap_or_else(|| "/".to_owned())
    }
}

/// Responds to form submissions of browsers with pages; a program with an API key gets none. Server functions would
/// redirect browsers to any `Referer`, so they get the request with `Accept: application/json`.
pub async fn answer_forms(
    State(forms): State<Forms>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    if !request.uri().path().starts_with(API) || !accepts_html(request.headers()) {
        return next.run(request).await;
    }
    let has_key = request.extensions().get::<UsedKey>().is_some();
    let visit = Visit::of(&request);
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::ACCEPT, json);
    let has_form = *request.method() == Method::POST && takes_body(&visit.url);
    if !has_form || has_key || visit.url == NOT_REPEATED {
        return next.run(request).await;
    }
    let form = SentForm::default();
    request.extensions_mut().insert(form.clone());
    let response = next.run(request).await;
    if response.extensions().get::<SentByAnotherSite>().is_some() {
        return response;
    }
    let mut shown_once = SHOWN_ONCE.iter();
    if response.status().is_success()
        && let Some((_, page)) = shown_once.find(|(url, _)| *url == visit.url)
    {
        return show_result(&forms, visit, page, response).await;
    }
    let page = visit.page(&forms.state, &form);
    if response.status().is_success() {
        return lead_on(&visit.url, &page, response);
    }
    let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
    let status = response.status();
    let error = match response.extensions().get::<Problem>() {
        Some(Problem::App(error)) => error.clone(),
        // Errors of HTTP itself, such as a body that is too slow, are not an `AppError`.
        _ => AppError::Malformed(status.to_string()),
    };
    if let Some(target) = page_before_retry(&error, &page) {
        return Redirect::to(&target).into_response();
    }
    let error = FormAnswer::Error(error);
    let mut answer = show_again(&forms, visit, &page, form.entries(), error).await;
    if answer.status().is_success() || answer.status() == StatusCode::NOT_FOUND {
        *answer.status_mut() = status;
    }
    if let Some(retry_after) = retry_after {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, retry_after);
    }
    answer
}

/// Redirects to the page that the server function named, or back to the page of the form.
fn lead_on(url: &str, page: &str, mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(REDIRECT_HEADER);
    let next = LEADS_TO_NEXT.contains(&url).then(|| next_of(page));
    let next = next.flatten();
    let target = next.and_then(|next| HeaderValue::from_str(&next).ok());
    let shown = text_of(headers, header::LOCATION).and_then(page_of);
    let shown = shown.and_then(|page| HeaderValue::from_str(&page).ok());
    if let Some(target) = target.or(shown) {
        headers.insert(header::LOCATION, target);
    } else if !headers.contains_key(header::LOCATION) {
        let page = HeaderValue::from_str(page);
        headers.insert(
            header::LOCATION,
            page.unwrap_or(HeaderValue::from_static("/")),
        );
    }
    *response.status_mut() = StatusCode::SEE_OTHER;
    *response.body_mut() = Body::empty();
    response
}

/// The page that the visitor wanted before being sent to a page that asks who they are.
fn next_of(page: &str) -> Option<String> {
    let (_, query) = page.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(name, value)| (name == NEXT).then(|| local_path(&value))?)
}

/// Renders the page that shows a result.
async fn show_result(
    forms: &Forms,
    visit: Visit,
    page: &str,
    response: Response<Body>,
) -> Response<Body> {
    let result = to_bytes(response.into_body(), RESULT_MAX_BYTES).await;
    let json = result.ok().and_then(|it| String::from_utf8(it.into()).ok());
    match json {
        Some(json) => show_again(forms, visit, page, &[], FormAnswer::Value(json)).await,
        None => Problem::App(AppError::Internal).into_response(),
    }
}

/// Renders the page of the form again, with the answer and the entered values.
async fn show_again(
    forms: &Forms,
    visit: Visit,
    page: &str,
    entries: &[(String, String)],
    answer: FormAnswer,
) -> Response<Body> {
    let uri = page.split('#').next().unwrap_or_default();
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri.parse().unwrap_or_else(|_| Uri::from_static("/"));
    *request.headers_mut() = visit.headers;
    *request.extensions_mut() = visit.extensions;
    request.extensions_mut().insert(AnsweredForm {
        page: uri.to_owned(),
        url: visit.url,
        answer,
        entries: entries
            .iter()
            .filter(|(name, _)| name != RETURN_TO)
            .cloned()
            .collect(),
    });
    match in_time(forms.pages.clone().oneshot(request)).await {
        Ok(Ok(page)) => page,
        Err(error) => Problem::App(error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_files_are_not_kept() {
        let form = SentForm::default();
        form.keep("email=a%40b.example&password=x&current_password=y&new_password=z&code=123456&file=QUJD");
        let entry = ("email".to_owned(), "a@b.example".to_owned());
        assert_eq!(form.entries(), [entry]);
    }

    #[test]
    fn login_redirects_to_pages_of_this_site_only() {
        assert_eq!(
            next_of("/login?next=%2Ftasks%2F7"),
            Some("/tasks/7".to_owned())
        );
        assert_eq!(next_of("/login?a=b"), None);
        for foreign in [
            "%2F%2Fevil.test",
            "%2F%09%2Fevil.test",
            "https%3A%2F%2Fevil.test",
        ] {
            assert_eq!(
                next_of(&format!("/login?next={foreign}")),
                None,
                "{foreign}"
            );
        }
    }
}
