//! The OpenAPI document: a client can rely on it. Each of its examples is sent to a running service, and each response
//! must be as described.

mod access;
mod schema;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Response, Site, shared_server};
use schema::violations;

on_both_databases!(
    every_example_is_answered_as_the_document_says,
    errors_are_as_the_document_says,
    the_reference_shows_every_operation_in_both_languages,
);

/// Operations whose example cannot succeed here, with the status that it has.
const REFUSED: [(&str, u16); 11] = [
    // The task of the example has a result by then.
    ("cancel_task", 409),
    // The delivery of the example still waits for its receiver.
    ("resend_delivery", 409),
    // The file of the example is only the beginning of one.
    ("create_model", 422),
    // There is no session with the ID of the example.
    ("end_session", 404),
    // The code of the example is none of this moment, so no second factor comes about.
    ("enable_second_factor", 422),
    ("renew_recovery_codes", 409),
    ("login_second_factor", 401),
    // The server sends no email, so there is no link that works.
    ("send_verification", 409),
    ("request_password_reset", 409),
    ("verify_email", 409),
    ("reset_password", 409),
];
/// A stream does not end; `events.rs` tests it.
const ENDLESS: &str = "events";
/// They create what the other examples name.
const CREATING: [&str; 5] = [
    "predict",
    "create_batch",
    "create_api_key",
    "create_webhook",
    "test_webhook",
];
/// They end what others need, so they come last and in this order.
const LAST: [&str; 8] = [
    "disable_second_factor",
    "unshare",
    "revoke_api_key",
    "delete_webhook",
    "me",
    "change_password",
    "end_sessions",
    "logout",
];
const EMAIL: &str = "analyst@example.org";
const OLD_PASSWORD: &str = "a long passphrase";
const NEW_PASSWORD: &str = "another long passphrase";

/// An operation of the document.
struct Operation<'a> {
    method: Method,
    path: &'a str,
    id: &'a str,
    json: &'a Value,
}

impl Operation<'_> {
    /// Whether a request need not say who sends it.
    fn is_open(&self) -> bool {
        let security = self.json["security"].as_array().unwrap();
        security.is_empty() || security.contains(&json!({}))
    }
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, json)| Operation {
            method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
            path,
            id: json["operationId"].as_str().unwrap(),
            json,
        })
    });
    all.collect()
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// The path and the query of an operation's example.
fn example_url(document: &Value, operation: &Operation, [token, version]: [&str; 2]) -> String {
    let mut path = operation.path.to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    let parameters = operation.json["parameters"].as_array();
    for parameter in parameters.into_iter().flatten() {
        let parameter = resolve(document, parameter);
        let name = parameter["name"].as_str().unwrap();
        let example = &parameter["example"];
        let values = match example {
            Value::Null => continue,
            Value::Array(values) => values.clone(),
            value => vec![value.clone()],
        };
        for value in values {
            let text = match name {
                "token" => token.to_owned(),
                "version" => version.to_owned(),
                _ => value
                    .as_str()
                    .map_or_else(|| value.to_string(), ToOwned::to_owned),
            };
            if parameter["in"] == "path" {
                path = path.replace(&format!("{{{name}}}"), &text);
            } else {
                query.append_pair(name, &text);
            }
        }
    }
    format!("{path}?{}", query.finish())
}

/// Asserts that the document describes the status, the type and the content of a response.
fn assert_documented(document: &Value, operation: &Operation, response: &Response) {
    let name = format!(
        "{} {}: {}",
        operation.method, operation.path, response.status
    );
    let described = &operation.json["responses"][response.status.to_string()];
    assert!(!described.is_null(), "{name}: {}", response.text());
    let described = resolve(document, described);
    for header in described["headers"].as_object().into_iter().flatten() {
        let is_always_there = ["X-Request-Id", "ETag", "RateLimit", "Retry-After"];
        if is_always_there.contains(&header.0.as_str()) {
            assert_ne!(response.header(header.0), "", "{name}: no {}", header.0);
        }
    }
    let Some(contents) = described["content"].as_object() else {
        assert_eq!(response.bytes(), b"", "{name}");
        return;
    };
    let media = response.header("content-type").split(';').next().unwrap();
    let content = contents.get(media);
    let content = content.unwrap_or_else(|| panic!("{name}: {media} is not described"));
    if media.ends_with("json") {
        let value: Value = serde_json::from_slice(response.bytes()).unwrap();
        let violations = violations(document, &content["schema"], &value);
        assert!(violations.is_empty(), "{name}: {violations:#?}\n{value:#}");
    }
}

/// The users of the examples.
struct Users {
    visitor: Browser,
    admin: Browser,
    account: Browser,
}

impl Users {
    /// Who sends the example of an operation.
    async fn sender(&self, operation: &Operation<'_>) -> &Browser {
        if operation.json["tags"][0] != "accounts" {
            return if operation.is_open() {
                &self.visitor
            } else {
                &self.admin
            };
        }
        if !["register", "login"].contains(&operation.id) {
            for password in [OLD_PASSWORD, NEW_PASSWORD] {
                let credentials = [("email", EMAIL), ("password", password)];
                self.account
                    .post_form("/api/auth/login", &credentials)
                    .await;
            }
        }
        &self.account
    }
}

/// The order of the examples: what others name is created first.
fn rank(id: &str) -> usize {
    match id {
        "predict" | "register" => 0,
        "share" | "create_api_key" | "create_webhook" | "create_batch" => 1,
        "test_webhook" | "start_batch" | "start_second_factor" => 2,
        id => LAST.iter().position(|it| *it == id).map_or(3, |at| 4 + at),
    }
}

async fn every_example_is_answered_as_the_document_says(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let document = server.get("/api/openapi.json").await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let users = Users {
        visitor: Browser::new(&server),
        admin: site.admin(&server).await,
        account: Browser::new(&server),
    };
    users.admin.top_up(100).await;
    let mut all = operations(&document);
    all.sort_by_key(|operation| rank(operation.id));
    let refused = BTreeMap::from(REFUSED);
    let models = server.get("/api/models").await.ok();
    let version = models[0]["version"].as_str().unwrap();
    let (mut token, mut key) = (String::new(), String::new());
    // The ids of the examples, and those of what was created here.
    let mut ids: Vec<[String; 2]> = Vec::new();
    let with_ids = |text: String, ids: &[[String; 2]]| {
        ids.iter()
            .fold(text, |text, [example, id]| text.replace(example, id))
    };
    for operation in all.iter().filter(|operation| operation.id != ENDLESS) {
        let sender = users.sender(operation).await;
        let url = with_ids(example_url(&document, operation, [&token, version]), &ids);
        let contents = operation.json["requestBody"]["content"].as_object();
        let mut bodies: Vec<_> = contents.into_iter().flatten().collect();
        bodies.sort_by_key(|(media, _)| *media != "application/json");
        let mut responses = Vec::new();
        for (media, content) in bodies {
            let example = &content["example"];
            let body = example
                .as_str()
                .map_or_else(|| example.to_string(), ToOwned::to_owned);
            let request = sender.request(operation.method.clone(), &url);
            let body = with_ids(body, &ids);
            let request = request.header("content-type", media).body(body);
            responses.push(sender.send(request).await);
        }
        if responses.is_empty() {
            let mut request = sender.request(operation.method.clone(), &url);
            if operation.id == "get_current_api_key" {
                request = request.bearer_auth(&key);
            }
            responses.push(sender.send(request).await);
        }
        for response in &responses {
            let expected = refused.get(operation.id).copied();
            let is_expected = expected.map_or(matches!(response.status, 200 | 202), |it| {
                it == response.status
            });
            assert!(
                is_expected,
                "{}: {} {}",
                operation.id,
                response.status,
                response.text()
            );
            assert_documented(&document, operation, response);
        }
        if CREATING.contains(&operation.id) {
            let example = &operation.json["responses"]["200"]["content"]["application/json"];
            let [example, created] =
                [&example["example"], &responses[0].ok()].map(|it| match operation.id {
                    "create_api_key" => it["key"]["id"].to_string(),
                    _ => it["id"].to_string(),
                });
            ids.push([example, created]);
        }
        match operation.id {
            "create_batch" => {
                // The draft of another example of a file is deleted later.
                let delete = all.iter().find(|it| it.id == "delete_batch").unwrap();
                let body = &delete.json["requestBody"]["content"]["application/json"];
                let [example, created] = [&body["example"], &responses[1].ok()];
                ids.push([example["id"].to_string(), created["id"].to_string()]);
            }
            "predict" => {
                users.admin.wait_until_final(&responses[0].ok()["id"]).await;
            }
            "create_api_key" => {
                let created = responses[0].ok();
                created["secret"].as_str().unwrap().clone_into(&mut key);
            }
            "share" => {
                let path = responses[0].ok()["path"].as_str().unwrap().to_owned();
                path.rsplit('/').next().unwrap().clone_into(&mut token);
            }
            _ => {}
        }
    }
    assert!(
        !server.program.log().contains(" ERROR "),
        "{}",
        server.program.log()
    );
    site.assert_audit_is_clean().await;
}

async fn errors_are_as_the_document_says(engine: Engine) {
    let server = shared_server(engine).await;
    let document = server.get("/api/openapi.json").await.ok();
    let visitor = Browser::new(server);
    let user = Browser::registered(server).await;
    for operation in operations(&document) {
        if operation.id == ENDLESS {
            continue;
        }
        let path = operation.path.replace("{token}", "none");
        if !operation.is_open() {
            let request = visitor.request(operation.method.clone(), &path);
            let response = visitor.send(request).await;
            response.problem(401);
            assert_documented(&document, &operation, &response);
        }
        // Without any parameter, and with a body that is no object.
        if !LAST.contains(&operation.id) {
            let request = user.request(operation.method.clone(), &path);
            let response = user.send(request).await;
            assert_documented(&document, &operation, &response);
            if operation.method == Method::POST {
                let request = user.request(Method::POST, &path);
                let request = request
                    .header("content-type", "application/json")
                    .body("[1");
                let response = user.send(request).await;
                response.problem(if operation.id == "create_model" {
                    403
                } else {
                    400
                });
                assert_documented(&document, &operation, &response);
            }
        }
    }
}

async fn the_reference_shows_every_operation_in_both_languages(engine: Engine) {
    let server = shared_server(engine).await;
    let document = server.get("/api/openapi.json").await.ok();
    for (language, title) in [("en", "API reference"), ("ru", "Справочник API")] {
        let page = server.get(&format!("/docs?lang={language}")).await;
        assert_eq!(page.status, 200);
        let html = page.text();
        assert!(html.contains(title), "{language}");
        for operation in operations(&document) {
            let anchor = format!("id=\"{}\"", operation.id);
            assert_eq!(html.matches(&anchor).count(), 1, "{}", operation.id);
            assert!(html.contains(operation.path), "{}", operation.path);
        }
        for name in document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
        {
            if !name.ends_with("Request") {
                assert!(html.contains(&format!("id=\"type-{name}\"")), "{name}");
            }
        }
        // Everything that the page loads is from this site.
        for foreign in ["src=\"http", "src=\"//", "rel=\"stylesheet\" href=\"http"] {
            assert!(!html.contains(foreign), "{foreign}");
        }
    }
}
