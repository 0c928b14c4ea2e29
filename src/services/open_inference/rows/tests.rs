//! The rows of a request: what is accepted, and what errors name.

use serde_json::json;

use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

fn tensor(name: &str, datatype: &str, data: Value) -> Value {
    let rows = data.as_array().unwrap().len();
    json!({ "name": name, "shape": [rows], "datatype": datatype, "data": data })
}

fn tensors() -> Vec<Value> {
    vec![
        tensor("name", "BYTES", json!(["Lamp", "Cup"])),
        tensor("usd_goal", "FP64", json!([8000.5, 5])),
        tensor("country", "BYTES", json!(["US", "DE"])),
        tensor("currency", "BYTES", json!(["USD", "EUR"])),
        tensor("launched_at", "BYTES", json!(["2026-03-15", "2026-04-01"])),
        tensor("deadline", "BYTES", json!(["2026-04-15", "2026-05-01"])),
        tensor("analytics_name", "BYTES", json!(["Hardware", "Ceramics"])),
    ]
}

fn read_tensors(tensors: Vec<Value>) -> Result<Rows, AppError> {
    let inputs: Vec<InputTensor> = serde_json::from_value(tensors.into()).unwrap();
    read(&inputs, today())
}

fn fields(tensors: Vec<Value>) -> Vec<String> {
    match read_tensors(tensors) {
        Err(AppError::Invalid(errors)) => errors.into_keys().collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_row_is_a_campaign() {
    let mut tensors = tensors();
    tensors.push(tensor("staff_pick", "BYTES", json!(["true", ""])));
    tensors.push(tensor("has_video", "BOOL", json!([true, false])));
    tensors.push(
        json!({ "name": "position", "shape": [2, 1], "datatype": "INT32", "data": [[3], [4]] }),
    );
    let rows = read_tensors(tensors).unwrap();
    let found: Vec<_> = rows
        .campaigns
        .iter()
        .map(|it| {
            (
                it.name.as_str(),
                it.usd_goal,
                it.staff_pick,
                it.has_video,
                it.position,
            )
        })
        .collect();
    let expected = [
        ("Lamp", 8000.5, Some(true), true, Some(3)),
        ("Cup", 5.0, None, false, Some(4)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_order_of_tensors_does_not_make_another_request() {
    let content = |tensors| read_tensors(tensors).unwrap().content;
    let first = content(tensors());
    let mut reordered = tensors();
    reordered.reverse();
    assert_eq!(content(reordered), first);
    let mut other = tensors();
    other[1] = tensor("usd_goal", "FP64", json!([8000.5, 6]));
    assert_ne!(content(other), first);
}

#[test]
fn errors_name_the_tensor_and_the_row() {
    let replaced = |index: usize, by: Value| {
        let mut tensors = tensors();
        tensors[index] = by;
        fields(tensors)
    };
    let goal = |data: Value| replaced(1, tensor("usd_goal", "FP64", data));
    assert_eq!(goal(json!([-1, 5])), ["usd_goal[0]"]);
    assert_eq!(goal(json!([1, "5"])), ["usd_goal[1]"], "another datatype");
    assert_eq!(goal(json!([1, null])), ["usd_goal[1]"]);
    assert_eq!(goal(json!([1])), ["usd_goal"], "one row less");
    assert_eq!(goal(json!([1, 2, 3])), ["usd_goal"]);
    let shape = |shape: Value| {
        let tensor =
            json!({ "name": "usd_goal", "shape": shape, "datatype": "FP64", "data": [1, 2] });
        replaced(1, tensor)
    };
    assert_eq!(shape(json!([])), ["usd_goal"]);
    assert_eq!(shape(json!([1, 2])), ["usd_goal"]);
    assert_eq!(
        replaced(1, tensor("usd_goal", "DOUBLE", json!([1, 2]))),
        ["usd_goal"]
    );
    assert_eq!(
        replaced(1, tensor("name", "BYTES", json!(["a", "b"]))),
        ["name"],
        "twice"
    );
    assert_eq!(
        replaced(1, tensor("goal", "FP64", json!([1, 2]))),
        ["inputs"]
    );
    assert_eq!(
        replaced(1, tensor("blurb", "BYTES", json!(["a", "b"]))),
        ["usd_goal"],
        "missing"
    );
    assert_eq!(fields(Vec::new()), ["inputs"]);
}

#[test]
fn the_number_of_rows_is_bounded() {
    let many = |rows: usize| {
        let repeat = |value: &Value| {
            let first = value["data"][0].clone();
            let data = vec![first; rows];
            json!({ "name": value["name"], "shape": [rows], "datatype": value["datatype"], "data": data })
        };
        read_tensors(tensors().iter().map(repeat).collect())
    };
    assert_eq!(many(ROWS_MAX).unwrap().campaigns.len(), ROWS_MAX);
    assert!(many(ROWS_MAX + 1).is_err());
    assert!(many(0).is_err());
}

#[test]
fn every_input_of_a_model_has_a_datatype_of_the_protocol() {
    for input in inputs() {
        assert!(accepted_by(&input.datatype).is_some(), "{}", input.name);
    }
    assert!(DATATYPES.iter().all(|name| accepted_by(name).is_some()));
}
