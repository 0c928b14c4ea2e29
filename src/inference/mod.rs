//! From a campaign to a probability and its context: features, model files with their manifest, the ONNX runtime and
//! the inference threads.
//!
//! Nothing here depends on users, credits, tasks or the database. `docs/model-card.md` describes the shipped model,
//! `training/` how it is made.

mod campaign_csv;
mod csv_cells;
mod csv_dialect;
mod csv_errors;
mod csv_output;
mod csv_records;
mod csv_table;
mod encoder;
mod features;
pub mod features_csv;
pub mod insight;
mod intervals;
mod manifest;
pub mod model_check;
mod model_file;
mod neighbours;
mod onnx;
mod pool;
mod predictor;
pub mod score_csv;

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;

pub use campaign_csv::{CampaignReader, CampaignRecord, Rules};
pub use csv_cells::read_cell;
pub use csv_dialect::Dialect;
pub use csv_errors::{CsvError, CsvReport, Observer, RecordError, RecordWarning};
pub use csv_table::{CsvTable, TableRecord};
pub use encoder::Encoder;
pub use features::{
    FEATURE_COUNT, FEATURE_SET, Features, LABEL_FEATURES, NUMBER_FEATURES, Row, category_label,
    feature_names,
};
pub use intervals::{IntervalPoint, IntervalTable};
pub use manifest::{Bounds, MANIFEST_KEY, Manifest, Metrics, Scores, TrainingData};
pub use model_check::{CHECK_COMMAND, CHECK_MAX_BYTES, REPORT_MAX_BYTES, Report};
pub use model_file::{MODEL_MAX_BYTES, ModelError};
pub use neighbours::{CategoryName, Cell, MonthRate, Neighbours, bin_ends};
pub use onnx::OnnxPredictor;
pub use pool::{InferenceError, InferencePool, Output, Priority};
pub use predictor::{PredictError, Prediction, Predictor};

/// The model file that is part of the program.
pub const SHIPPED_MODEL: &[u8] = include_bytes!("../../models/campaign-outlook.onnx");
