//! Model files of the maximum size, in all supported encodings.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::support::{Browser, Engine, Raw, Response, Site, shared_server};

on_both_databases!(
    a_model_of_8_mib_is_registered_in_every_encoding,
    a_larger_model_is_refused_with_the_limit,
    the_body_is_not_read_from_users_who_may_not_register_models,
);

const CREATE: &str = "/api/models/create";
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A model of that size. It is padded with a field that is unknown in the format, and that readers skip.
fn model_of(size: usize, filling: u8) -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/second_model.onnx"
    );
    let mut bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (tag, length_bytes) = (2, 4);
    let rest = size - bytes.len() - tag - length_bytes;
    // Field 1000, of type bytes; number and length are varints.
    bytes.extend([0xc2, 0x3e]);
    bytes.extend((0..4).map(|at| {
        let more = if at < 3 { 0x80 } else { 0 };
        u8::try_from((rest >> (7 * at)) & 0x7f).unwrap() | more
    }));
    bytes.resize(size, filling);
    bytes
}

async fn send_file(browser: &Browser, bytes: Vec<u8>) -> Response {
    let form = Form::new()
        .part("onnx", Part::bytes(bytes).file_name("model.onnx"))
        .text("price", "3");
    let request = browser.request(Method::POST, CREATE);
    browser.send(request.multipart(form)).await
}

async fn send_text(browser: &Browser, onnx: String) -> Response {
    let body = json!({ "onnx": onnx, "price": 3 });
    browser.post_json(CREATE, &body).await
}

fn in_lines(text: &str) -> String {
    let lines = text.as_bytes().chunks(76);
    let lines: Vec<_> = lines.map(|line| str::from_utf8(line).unwrap()).collect();
    lines.join("\r\n") + "\r\n"
}

async fn a_model_of_8_mib_is_registered_in_every_encoding(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let admin = site.admin(&server).await;
    send_file(&admin, model_of(MAX_BYTES, 1)).await.ok();
    let wrapped = in_lines(&BASE64_STANDARD.encode(model_of(MAX_BYTES, 2)));
    send_text(&admin, wrapped).await.ok();
    let url_safe = BASE64_URL_SAFE_NO_PAD.encode(model_of(MAX_BYTES, 0xff));
    send_text(&admin, url_safe).await.ok();
    // The same file in another alphabet.
    let again = BASE64_STANDARD.encode(model_of(MAX_BYTES, 1));
    let response = admin
        .post_form(CREATE, &[("onnx", again.as_str()), ("price", "3")])
        .await;
    response.problem(409);
}

async fn a_larger_model_is_refused_with_the_limit(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let admin = site.admin(&server).await;
    let larger = model_of(MAX_BYTES + 1, 1);
    for response in [
        send_text(&admin, BASE64_STANDARD.encode(&larger)).await,
        send_file(&admin, larger).await,
    ] {
        let problem = response.problem(422);
        let reason = problem["errors"]["onnx"]["detail"].as_str().unwrap();
        assert!(reason.contains("8388608"), "{reason}");
    }
    let problem = send_file(&admin, vec![1; 2 * MAX_BYTES]).await.problem(413);
    assert_eq!(problem["max_bytes"], 2 * MAX_BYTES);
}

/// Sends no byte of the body: a server that waited for it would not respond.
async fn the_body_is_not_read_from_users_who_may_not_register_models(engine: Engine) {
    let server = shared_server(engine).await;
    let user = Browser::registered(server).await;
    let cookie = user.cookie("pledgecast_session");
    for (cookie, status) in [("a=b", 401), (cookie.as_str(), 403)] {
        let head = format!(
            "POST {CREATE} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: 8000000\r\n"
        );
        for more in ["\r\n", "Expect: 100-continue\r\n\r\n"] {
            let mut client = Raw::connect(server).await;
            client.send(format!("{head}{more}")).await;
            client.read_response().await.problem(status);
        }
    }
}
