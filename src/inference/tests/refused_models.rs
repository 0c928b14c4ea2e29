//! Files that an operator might upload by mistake, and the errors that they get.

use crate::inference::test_support::sample;
use crate::inference::{
    MODEL_MAX_BYTES, ModelError, OnnxPredictor, PredictError, Predictor, SHIPPED_MODEL,
};

fn reason(bytes: &[u8]) -> String {
    match OnnxPredictor::load(bytes) {
        Ok(_) => panic!("loaded"),
        Err(error) => error.to_string(),
    }
}

macro_rules! misfit {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/misfits/", $name, ".onnx"))
    };
}

#[test]
fn every_misfit_is_refused_with_its_own_reason() {
    let cases: [(&[u8], &str); 13] = [
        (misfit!("no_manifest"), "has no manifest"),
        (
            misfit!("manifest_is_not_json"),
            "manifest in the ONNX file is not usable: key must be",
        ),
        (misfit!("two_inputs"), "2 inputs instead of one"),
        (
            misfit!("too_few_features"),
            "must have the shape [campaigns, 24]",
        ),
        (misfit!("fixed_batch"), "fixed number of campaigns"),
        (misfit!("input_of_doubles"), "`features` is not float32"),
        (misfit!("two_outputs"), "2 outputs instead of one"),
        (
            misfit!("output_not_made"),
            "nothing in the graph produces `elsewhere`",
        ),
        (misfit!("unknown_operator"), "unknown operators: Divination"),
        (
            misfit!("weights_outside"),
            "`logit_weight` is stored outside the file",
        ),
        (misfit!("no_probability"), "which is not a probability"),
        (misfit!("not_a_number"), "NaN, which is not a probability"),
        (misfit!("rows_depend"), "rows are not independent"),
    ];
    for (bytes, expected) in cases {
        let reason = reason(bytes);
        assert!(reason.contains(expected), "{expected}: {reason}");
    }
}

#[test]
fn bytes_that_are_not_a_model_are_refused() {
    assert!(reason(b"").contains("no graph"));
    for garbage in [
        &b"hello, I am a model"[..],
        &[0xff; 4096],
        b"\x89PNG\r\n\x1a\n",
    ] {
        assert!(reason(garbage).contains("not a complete ONNX model"));
    }
    let large = vec![0; MODEL_MAX_BYTES + 1];
    assert_eq!(
        OnnxPredictor::load(&large).unwrap_err(),
        ModelError::TooLarge { bytes: large.len() }
    );
}

#[test]
fn a_model_truncated_anywhere_is_refused() {
    let step = SHIPPED_MODEL.len() / 97;
    for end in (1..SHIPPED_MODEL.len()).step_by(step) {
        assert!(OnnxPredictor::load(&SHIPPED_MODEL[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_damaged_model_never_panics() {
    let whole = include_bytes!("../../../tests/fixtures/second_model.onnx");
    for at in (0..whole.len()).step_by(61) {
        let mut damaged = whole.to_vec();
        damaged[at] ^= 0x55;
        if let Ok(predictor) = OnnxPredictor::load(&damaged) {
            // What still loads may return wrong scores or an error, but must not panic.
            let _answer: Result<_, PredictError> = predictor.predict(&[sample()]);
        }
    }
}

#[test]
fn a_score_that_is_not_a_number_is_an_error() {
    let predictor = OnnxPredictor::load(misfit!("sometimes_not_a_number")).unwrap();
    let mut campaign = sample();
    assert!(predictor.predict(&[campaign.clone()]).is_ok());
    campaign.usd_goal = 1.0;
    assert_eq!(
        predictor.predict(&[sample(), campaign]),
        Err(PredictError::NotAProbability("NaN".to_owned()))
    );
}
