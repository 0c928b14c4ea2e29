//! The models on offer.

use leptos::server_fn::ServerFn as _;
use serde_json::json;

use super::common::{conflict, example};
use crate::api::{CreateModel, GetDrift, GetTrackRecord, ListModels};
use crate::server::openapi::fields::{Field, model_id, one_of, plain_text, whole};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Group, Operation};
use crate::services::catalog::{DESCRIPTION_MAX_CHARS, PRICES};
use crate::types::{AppError, DriftView, ModelState, ModelView, TrackRecordView, Violation};

pub(super) fn all() -> Vec<Operation> {
    let all = [models(), track_record(), drift(), create()];
    all.into_iter().map(|it| it.within(Group::Models)).collect()
}

fn models() -> Operation {
    Operation::get("list_models", ListModels::PATH)
        .about("With their prices, the default model first. Operators see all models.")
        .header(headers::IF_NONE_MATCH)
        .returns_list::<ModelView>("The models.", example!("models"))
}

/// The errors of a request about a model.
fn no_model() -> [AppError; 2] {
    [
        AppError::invalid("id", Violation::NotAnId),
        AppError::NotFound,
    ]
}

fn track_record() -> Operation {
    Operation::get("get_track_record", GetTrackRecord::PATH)
        .about("`calibration` is null while fewer than 50 outcomes are reported.")
        .takes([model_id()])
        .header(headers::IF_NONE_MATCH)
        .returns::<TrackRecordView>("The track record.", example!("track_record"))
        .fails(no_model())
}

fn drift() -> Operation {
    Operation::get("get_drift", GetDrift::PATH)
        .about("Its inputs by month of prediction, and its calibration by month of launch.")
        .for_operators()
        .takes([model_id()])
        .header(headers::IF_NONE_MATCH)
        .returns::<DriftView>("The drift.", example!("drift"))
        .fails(no_model())
}

fn create() -> Operation {
    let file = json!({ "type": "string", "contentEncoding": "base64", "minLength": 1 });
    let about = "The ONNX file with its manifest, in base64; at most 8 MiB. In a multipart form it is a file.";
    let states = [ModelState::Candidate, ModelState::Live];
    let state = "`candidate` (the default) is not offered yet; `live` is.";
    let fields = vec![
        Field::new("onnx", file, about)
            .required()
            .such_as("CAgSB3B5dG9yY2g="),
        Field::new(
            "price",
            whole(*PRICES.start(), *PRICES.end()),
            "The price of one prediction.",
        )
        .required()
        .such_as(10),
        Field::new("state", one_of(&states), state).such_as("candidate"),
        Field::new(
            "description",
            plain_text(DESCRIPTION_MAX_CHARS),
            "A description for users.",
        ),
    ];
    Operation::post("create_model", CreateModel::PATH)
        .about("The file is checked first, within limits of memory and time.")
        .for_operators()
        .body(Body::Json("CreateModelRequest", fields))
        .returns::<ModelView>("The model.", example!("model"))
        .refuses("onnx", Violation::rejected("the file is not an ONNX model"))
        .fails([
            conflict("this model is already registered"),
            AppError::TooLarge {
                max_bytes: 16_777_216,
            },
        ])
}
