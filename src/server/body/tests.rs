//! Every body becomes a form or a 400.

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;

/// A JSON value of a bounded depth.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|it| json!(f64::from(it) / 8.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{0,3}", inner, 0..3)
                .prop_map(|it| it.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_form_or_malformed(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Err(error) = form_of_json(&bytes) {
            prop_assert_eq!(error.status(), 400);
        }
    }

    #[test]
    fn any_body_of_any_kind_is_a_form_or_malformed(
        kind in prop::sample::select(vec![
            "", "application/json", "application/x-www-form-urlencoded", "text/plain", "text/csv",
            "application/jsonl", "multipart/form-data", "multipart/form-data; boundary=b",
        ]),
        parts in prop::collection::vec(prop::sample::select(vec![
            "--b", "--", "\r\n", "Content-Disposition: form-data; name=\"a\"", "; filename=\"f\"", "a=b&c", "%", "\u{0}", "é",
        ]), 0..12),
    ) {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        let form = futures::executor::block_on(form_of(&headers, None, parts.concat().into()));
        if let Err(error) = form {
            prop_assert_eq!(error.status(), 400);
        }
    }

    #[test]
    fn a_flat_object_becomes_a_form_and_a_nested_value_is_reported_by_its_field(
        fields in prop::collection::btree_map(any::<String>(), value(), 0..5),
    ) {
        let object: Map<String, Value> = fields.clone().into_iter().collect();
        let is_nested = |value: &Value| value.is_array() || value.is_object();
        match form_of_json(Value::from(object).to_string().as_bytes()) {
            Ok(form) => {
                prop_assert!(!fields.values().any(is_nested));
                let read: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes())
                    .into_owned()
                    .collect();
                let expected: Vec<(String, String)> = fields
                    .into_iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| match value {
                        Value::String(text) => (name, text),
                        other => (name, other.to_string()),
                    })
                    .collect();
                prop_assert_eq!(read, expected);
            }
            Err(AppError::Malformed(reason)) => {
                let is_named = |(name, value): (&String, &Value)| is_nested(value) && reason.starts_with(name.as_str());
                prop_assert!(fields.iter().any(is_named), "{reason}");
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

#[test]
fn json_fields_become_form_fields() {
    let form = form_of_json(br#"{"a":"x y","b":1.50,"c":true,"d":null,"e":10000}"#).unwrap();
    assert_eq!(form, "a=x+y&b=1.5&c=true&e=10000");
}

#[test]
fn json_other_than_a_flat_object_is_refused() {
    for bad in ["[]", "1", "{", r#"{"a":[1]}"#, r#"{"a":{}}"#] {
        assert!(form_of_json(bad.as_bytes()).is_err(), "{bad}");
    }
}

fn form_of_body(
    kind: &'static str,
    query: Option<&str>,
    body: &'static [u8],
) -> Vec<(String, String)> {
    let kind = HeaderValue::from_static(kind);
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind)]);
    let form = form_of(&headers, query, Bytes::from_static(body));
    let form = futures::executor::block_on(form).unwrap();
    form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_file_as_the_body_is_passed_on_like_an_uploaded_one() {
    for kind in [
        "Text/CSV; charset=utf-8",
        "application/jsonl",
        "application/x-ndjson",
    ] {
        let query = Some("model_id=3&file=x&file_name=a%20b.csv");
        let sent = form_of_body(kind, query, b"\xff\xfet\0");
        let encoded = BASE64_URL_SAFE.encode(b"\xff\xfet\0");
        let expected = [
            pair("model_id", "3"),
            pair("file_name", "a b.csv"),
            pair("file", &encoded),
        ];
        assert_eq!(sent, expected);
    }
}

#[test]
fn an_uploaded_file_is_passed_on_with_its_name() {
    let kind = "multipart/form-data; boundary=b";
    let body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"plans.csv\"\r\n\r\nx\r\n--b--\r\n";
    let sent = form_of_body(kind, None, body);
    assert_eq!(sent, [pair("file", "eA=="), pair("file_name", "plans.csv")]);
    let body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"plans.csv\"\r\n\r\nx\r\n\
                 --b\r\nContent-Disposition: form-data; name=\"file_name\"\r\n\r\nmine\r\n--b--\r\n";
    let sent = form_of_body(kind, None, body);
    assert_eq!(sent, [pair("file", "eA=="), pair("file_name", "mine")]);
}
