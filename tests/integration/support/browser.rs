//! An HTTP client with a cookie jar that tests can inspect and copy.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, redirect};
use serde_json::{Value, json};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{Server, TIMEOUT, wait_for};

/// The password of every user created by [`Browser::registered`].
const PASSWORD: &str = "correct horse battery";

/// One browser: keeps cookies and does not follow redirects.
pub struct Browser {
    http: Client,
    base: String,
    cookies: Mutex<BTreeMap<String, String>>,
    /// The API key of a program.
    key: Option<String>,
    pub email: String,
}

/// A complete response.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    body: Vec<u8>,
    request: String,
}

/// A text that is unique across calls and test runs.
pub fn unique(prefix: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}-{}-{number}", std::process::id())
}

/// A builder of an HTTP client. It trusts no certificates, because nothing here uses TLS: reading those of the system would
/// take longer than most requests.
pub fn http_client() -> ClientBuilder {
    let provider = Arc::new(ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Client::builder().tls_backend_preconfigured(tls)
}

impl Browser {
    /// A browser without cookies.
    pub fn new(server: &Server) -> Self {
        Self::build(&server.url, None)
    }

    /// A browser with another IP address: on Linux all of 127.0.0.0/8 is this machine.
    pub fn at_address(server: &Server, last_octet: u8) -> Self {
        Self::build(&server.url, Some(IpAddr::from([127, 0, 0, last_octet])))
    }

    fn build(base: &str, address: Option<IpAddr>) -> Self {
        let http = http_client()
            .redirect(redirect::Policy::none())
            .local_address(address)
            .timeout(TIMEOUT)
            .build()
            .unwrap();
        Self {
            http,
            base: base.to_owned(),
            cookies: Mutex::default(),
            key: None,
            email: String::new(),
        }
    }

    /// A program without cookies that uses an API key.
    pub fn with_key(server: &Server, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..Self::new(server)
        }
    }

    /// The signed-in browser of a new user, who has the welcome credits.
    pub async fn registered(server: &Server) -> Self {
        let mut browser = Self::new(server);
        browser.email = format!("{}@example.org", unique("user"));
        let credentials = browser.credentials();
        browser
            .post_json("/api/auth/register", &credentials)
            .await
            .ok();
        browser
    }

    /// The user's email and password.
    pub fn credentials(&self) -> Value {
        json!({ "email": self.email, "password": PASSWORD })
    }

    /// Another browser with a copy of the cookies, at `server`, which may be another process.
    pub fn copy_at(&self, server: &Server) -> Self {
        let copy = Self {
            email: self.email.clone(),
            ..Self::new(server)
        };
        *copy.cookies.lock().unwrap() = self.cookies.lock().unwrap().clone();
        copy
    }

    /// A cookie as it is sent, `name=value`.
    pub fn cookie(&self, name: &str) -> String {
        format!("{name}={}", self.cookies.lock().unwrap()[name])
    }

    /// A request with the cookies, for adding more to it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        let cookies: Vec<String> = {
            let jar = self.cookies.lock().unwrap();
            jar.iter()
                .map(|(name, it)| format!("{name}={it}"))
                .collect()
        };
        if cookies.is_empty() {
            request
        } else {
            request.header(COOKIE, cookies.join("; "))
        }
    }

    /// Sends a request, reads the whole response and keeps its cookies.
    pub async fn send(&self, request: RequestBuilder) -> Response {
        let request = request.build().unwrap();
        let name = format!("{} {}", request.method(), request.url());
        let response = self.http.execute(request).await;
        let response = response.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.keep(&headers);
        Response {
            status,
            headers,
            body: response.bytes().await.unwrap().to_vec(),
            request: name,
        }
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut jar = self.cookies.lock().unwrap();
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (pair, flags) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if flags.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub async fn get(&self, path: impl AsRef<str>) -> Response {
        self.send(self.request(Method::GET, path.as_ref())).await
    }

    pub async fn post_json(&self, path: &str, body: impl Borrow<Value>) -> Response {
        self.send(self.request(Method::POST, path).json(body.borrow()))
            .await
    }

    pub async fn post_form<K: AsRef<str>, V: AsRef<str>>(
        &self,
        path: &str,
        fields: &[(K, V)],
    ) -> Response {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
            .collect();
        self.send(self.request(Method::POST, path).form(&fields))
            .await
    }

    /// Sends a form as a browser without JavaScript does.
    pub async fn post_html_form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.request(Method::POST, path).form(fields);
        self.send(request.header(ACCEPT, "text/html")).await
    }

    /// Creates an API key with these scopes and limits; returns its text and its view.
    pub async fn create_key(&self, fields: Value) -> (String, Value) {
        let mut body = json!({ "label": unique("key") });
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        let new = self.post_json("/api/keys/create", body).await.ok();
        let secret = new["secret"].as_str().unwrap().to_owned();
        (secret, new["key"].clone())
    }

    /// Buys credits.
    pub async fn top_up(&self, amount: i64) -> Value {
        let body = json!({ "amount": amount, "idempotency_key": unique("top-up") });
        self.post_json("/api/balance/top_up", &body).await.ok()
    }

    /// The balance as `[amount, held, available]`.
    pub async fn balance(&self) -> [i64; 3] {
        let balance = self.get("/api/balance").await.ok();
        ["amount", "held", "available"].map(|part| balance[part].as_i64().unwrap())
    }

    /// Submits the sample; returns the task.
    pub async fn submit(&self) -> Value {
        let body = super::predict_body(&unique("predict"));
        self.post_json("/api/tasks/predict", &body).await.ok()
    }

    /// Cancels a task.
    pub async fn cancel(&self, id: &Value) -> Response {
        let body = json!({ "id": id });
        self.post_json("/api/tasks/cancel", body).await
    }

    /// The current state of a task.
    pub async fn task(&self, id: &Value) -> Value {
        self.get(format!("/api/task?id={id}")).await.ok()
    }

    /// Waits until the task is final.
    pub async fn wait_until_final(&self, id: &Value) -> Value {
        wait_for(&format!("task {id} to become final"), || async {
            let task = self.task(id).await;
            let is_open = task["status"] == "queued" || task["status"] == "running";
            (!is_open).then_some(task)
        })
        .await
    }

    /// Waits until none of the user's tasks is queued or running, so nothing is held.
    pub async fn wait_until_idle(&self) {
        wait_for("all tasks to become final", || async {
            let [_, held, _] = self.balance().await;
            (held == 0).then_some(())
        })
        .await;
    }

    /// The items of one page of a list.
    pub async fn items(&self, path: impl AsRef<str>) -> Vec<Value> {
        let page = self.get(path).await.ok();
        page["items"].as_array().unwrap().clone()
    }
}

impl Response {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    pub fn is_html(&self) -> bool {
        self.header(CONTENT_TYPE.as_str()).starts_with("text/html")
    }

    /// The JSON of a response, which must be a success: 200, or 202 while a task has no result.
    pub fn ok(&self) -> Value {
        let is_ok = matches!(self.status, 200 | 202);
        assert!(is_ok, "{}: {} {}", self.request, self.status, self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem details of a response, which must have this status.
    pub fn problem(&self, status: u16) -> Value {
        let text = self.text();
        assert_eq!(self.status, status, "{}: {text}", self.request);
        let content_type = self.header(CONTENT_TYPE.as_str());
        assert_eq!(content_type, "application/problem+json", "{text}");
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], status, "{problem}");
        for part in ["type", "title", "detail", "request_id"] {
            let is_present = problem[part].as_str().is_some_and(|text| !text.is_empty());
            assert!(is_present, "no {part}: {problem}");
        }
        problem
    }

    /// Asserts that the response is a 422 that names exactly these fields.
    pub fn names_fields(&self, fields: &[&str]) {
        let problem = self.problem(422);
        let errors = problem["errors"].as_object();
        let errors = errors.unwrap_or_else(|| panic!("{}: no field: {problem}", self.request));
        let names: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(names, fields, "{}: {problem}", self.request);
        for (field, error) in errors {
            let detail = error["detail"].as_str().unwrap();
            assert!(detail.starts_with(field.as_str()), "{problem}");
        }
    }

    /// The target of a redirect.
    pub fn location(&self) -> &str {
        assert!(
            matches!(self.status, 302 | 303),
            "{}: {} {}",
            self.request,
            self.status,
            self.text()
        );
        self.header("location")
    }
}
