//! Every endpoint and page as somebody who must not see what they name: a visitor, a user whose login waits for its second
//! factor, and another user.

use serde_json::{Value, json};

use super::{Operation, example_url, operations, resolve};
use crate::support::second_factor::{begin_login, finish_login, turn_on};
use crate::support::{Browser, Engine, Server, Site, predict_body, unique};

on_both_databases!(
    without_a_complete_login_only_public_endpoints_answer,
    without_a_complete_login_only_public_pages_answer,
    another_user_can_do_nothing_with_the_ids_of_an_account,
);

/// They begin or end a login.
const LOGINS: [&str; 4] = ["register", "login", "logout", "login_second_factor"];

/// An account with something of everything, whose login needs a code.
struct Owner {
    browser: Browser,
    recovery_codes: Vec<String>,
    /// The title of a campaign.
    title: String,
    task: Value,
    batch: Value,
    webhook: Value,
    delivery: Value,
    /// The ids of the examples in the document, and those of this account.
    ids: Vec<[String; 2]>,
}

impl Owner {
    async fn new(server: &Server, document: &Value) -> Self {
        let browser = Browser::registered(server).await;
        browser.top_up(200).await;
        let (_, recovery_codes) = turn_on(&browser).await;
        let title = unique("A campaign");
        let mut owner = Self {
            browser,
            recovery_codes,
            title: title.clone(),
            task: Value::Null,
            batch: Value::Null,
            webhook: Value::Null,
            delivery: Value::Null,
            ids: Vec::new(),
        };
        let mut campaign = predict_body(&unique("predict"));
        campaign["name"] = json!(title);
        owner.task = owner.create(document, "predict", Some(campaign)).await;
        owner.browser.wait_until_final(&owner.task).await;
        owner.batch = owner.create(document, "create_batch", None).await;
        owner.create(document, "create_api_key", None).await;
        owner.webhook = owner.create(document, "create_webhook", None).await;
        owner.delivery = owner.create(document, "test_webhook", None).await;
        let listed = owner.browser.get("/api/auth/sessions").await.ok();
        let end = operation(document, "end_session");
        owner.add(&example(document, &end)["id"], &listed[0]["id"]);
        owner
    }

    /// Sends the example of an operation, or another body; returns the id of what was created.
    async fn create(&mut self, document: &Value, name: &str, body: Option<Value>) -> Value {
        let operation = operation(document, name);
        let body = body.unwrap_or_else(|| example(document, &operation));
        let body = self.with_ids(&body.to_string());
        let request = self
            .browser
            .request(operation.method.clone(), operation.path);
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let created = self.browser.send(request).await.ok();
        let described = &operation.json["responses"]["200"]["content"]["application/json"];
        let [example, created] = [&described["example"], &created].map(|it| match name {
            "create_api_key" => it["key"]["id"].clone(),
            _ => it["id"].clone(),
        });
        self.add(&example, &created);
        created
    }

    fn add(&mut self, example: &Value, own: &Value) {
        self.ids.push([example.to_string(), own.to_string()]);
    }

    /// A text with the ids of this account instead of those of the examples.
    fn with_ids(&self, text: &str) -> String {
        let ids = self.ids.iter();
        ids.fold(text.to_owned(), |text, [example, own]| {
            text.replace(example, own)
        })
    }

    /// What the account has.
    async fn state(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for path in [
            "/api/balance".to_owned(),
            "/api/tasks".to_owned(),
            format!("/api/task/link?id={}", self.task),
            "/api/batches".to_owned(),
            "/api/keys".to_owned(),
            "/api/webhooks".to_owned(),
            format!("/api/webhook/deliveries?id={}", self.webhook),
            format!("/api/task/outcomes?id={}", self.task),
            "/api/auth/second_factor".to_owned(),
        ] {
            let view = self.browser.get(path).await.ok();
            all.push(without_attempts(view));
        }
        all
    }

    /// Whether a text has something of this account.
    fn is_in(&self, text: &str) -> bool {
        text.contains(&self.browser.email) || text.contains(&self.title)
    }
}

/// A list without what the attempts to send a delivery change by themselves.
fn without_attempts(mut view: Value) -> Value {
    for list in ["items", "webhooks"] {
        let items = view.get_mut(list).and_then(Value::as_array_mut);
        for item in items.into_iter().flatten() {
            for field in ["attempts", "next_attempt_at", "failing_since"] {
                item.as_object_mut().unwrap().remove(field);
            }
        }
    }
    view
}

fn operation<'a>(document: &'a Value, name: &str) -> Operation<'a> {
    let mut all = operations(document).into_iter();
    all.find(|it| it.id == name).unwrap()
}

/// The example of a JSON body.
fn example(document: &Value, operation: &Operation) -> Value {
    let body = resolve(document, &operation.json["requestBody"]);
    body["content"]["application/json"]["example"].clone()
}

/// The example of an operation with the ids of an account: its URL and its body.
fn request_of(document: &Value, operation: &Operation, owner: &Owner) -> (String, String) {
    let url = example_url(document, operation, ["none", "1"]);
    let body = example(document, operation);
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    (owner.with_ids(&url), owner.with_ids(&body))
}

async fn send(
    browser: &Browser,
    operation: &Operation<'_>,
    (url, body): &(String, String),
) -> crate::support::Response {
    let mut request = browser.request(operation.method.clone(), url);
    if !body.is_empty() {
        let content_type = "application/json";
        request = request
            .header("content-type", content_type)
            .body(body.clone());
    }
    browser.send(request).await
}

async fn without_a_complete_login_only_public_endpoints_answer(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[]).await;
    let document = server.get("/api/openapi.json").await.ok();
    let owner = Owner::new(&server, &document).await;
    let before = owner.state().await;
    let visitor = Browser::new(&server);
    let begun = begin_login(&server, &owner.browser).await;
    let (mut private, mut public) = (0, 0);
    for operation in operations(&document) {
        let request = request_of(&document, &operation, &owner);
        if !operation.is_open() {
            private += 1;
            for browser in [&visitor, &begun] {
                send(browser, &operation, &request).await.problem(401);
            }
        } else if !LOGINS.contains(&operation.id) {
            public += 1;
            let [as_visitor, as_begun] = [
                send(&visitor, &operation, &request).await,
                send(&begun, &operation, &request).await,
            ];
            assert_eq!(as_begun.status, as_visitor.status, "{}", operation.id);
            assert!(!owner.is_in(&as_begun.text()), "{}", operation.id);
        }
    }
    assert!(private > 50 && public > 10, "{private} {public}");
    assert_eq!(owner.state().await, before);
    // The login could have been finished all the time.
    finish_login(&begun, &owner.recovery_codes[0]).await.ok();
    begun.get("/api/auth/me").await.ok();
}

/// The paths of all pages, with the ids of an account.
fn pages(owner: &Owner) -> Vec<String> {
    let routes = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/app.rs"));
    let routes = routes.unwrap();
    let (_, routes) = routes.split_once("routes! {\n").unwrap();
    let (routes, _) = routes.split_once("\n}").unwrap();
    let paths = routes.lines().map(|line| line.split('"').nth(1).unwrap());
    let paths = paths.map(|path| {
        let own = match path {
            "/batches/:id" => &owner.batch,
            "/account/webhooks/:id" => &owner.webhook,
            "/account/deliveries/:id" => &owner.delivery,
            _ => &owner.task,
        };
        path.replace(":id", &own.to_string())
            .replace(":token", "none")
    });
    let mut paths: Vec<_> = paths.collect();
    paths.push(format!("/report?tasks={}", owner.task));
    paths.push(format!("/compare?tasks={}", owner.task));
    paths
}

async fn without_a_complete_login_only_public_pages_answer(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[]).await;
    let document = server.get("/api/openapi.json").await.ok();
    let owner = Owner::new(&server, &document).await;
    let visitor = Browser::new(&server);
    let begun = begin_login(&server, &owner.browser).await;
    let stranger = Browser::registered(&server).await;
    let get = async |browser: &Browser, path: &str| {
        let request = browser.request(reqwest::Method::GET, path);
        browser.send(request.header("accept", "text/html")).await
    };
    let mut private = 0;
    for path in pages(&owner) {
        let [as_visitor, as_begun] = [get(&visitor, &path).await, get(&begun, &path).await];
        let location = as_visitor.header("location");
        assert_eq!(as_begun.status, as_visitor.status, "{path}");
        assert_eq!(as_begun.header("location"), location, "{path}");
        private += u32::from(location.starts_with("/login?next="));
        for response in [as_visitor, as_begun, get(&stranger, &path).await] {
            assert!(!owner.is_in(&response.text()), "{path}");
        }
    }
    assert!(private > 15, "{private}");
    let own = get(&owner.browser, &format!("/tasks/{}", owner.task)).await;
    assert!(owner.is_in(&own.text()));
}

async fn another_user_can_do_nothing_with_the_ids_of_an_account(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let document = server.get("/api/openapi.json").await.ok();
    let owner = Owner::new(&server, &document).await;
    let before = owner.state().await;
    let stranger = Browser::registered(&server).await;
    stranger.top_up(200).await;
    let mut with_ids = 0;
    for operation in operations(&document) {
        let url = example_url(&document, &operation, ["none", "1"]);
        let example = example(&document, &operation).to_string();
        let names_own = |text: &str| owner.with_ids(text) != text;
        if operation.is_open() || !(names_own(&url) || names_own(&example)) {
            continue;
        }
        with_ids += 1;
        let request = request_of(&document, &operation, &owner);
        let response = send(&stranger, &operation, &request).await;
        let text = response.text();
        // Errors of a file name its lines.
        let is_refused =
            response.status == 404 || operation.id == "report_outcomes" && response.status == 422;
        assert!(is_refused, "{}: {} {text}", operation.id, response.status);
        assert!(!owner.is_in(&text), "{}", operation.id);
    }
    assert!(with_ids > 20, "{with_ids}");
    assert_eq!(owner.state().await, before);
    site.assert_audit_is_clean().await;
}
