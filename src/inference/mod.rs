//! From a campaign to a probability and its context: features, model files with their manifest, the ONNX runtime and
//! the inference threads.
//!
//! Nothing here depends on users, credits, tasks or the database. `docs/model-card.md` describes the shipped model,
//! `training/` how it is made.

mod amounts;
mod campaign_csv;
mod campaign_file;
mod campaign_jsonl;
mod csv_cells;
mod csv_dialect;
mod csv_errors;
mod csv_output;
mod csv_records;
mod csv_table;
mod encoder;
mod evidence;
mod features;
pub mod features_csv;
pub mod insight;
mod intervals;
mod manifest;
pub mod model_check;
mod model_file;
mod neighbours;
mod offsets;
mod onnx;
mod pool;
mod predictor;
pub mod score_csv;
mod wording;

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;

pub use amounts::{Amounts, Quantile};
pub use campaign_csv::{CampaignReader, CampaignRecord, Rules};
pub use campaign_file::CampaignFile;
pub use campaign_jsonl::read_object;
pub use csv_cells::read_cell;
pub use csv_dialect::Dialect;
pub use csv_errors::{CsvError, CsvReport, Observer, RecordError, RecordWarning};
pub use csv_table::{CsvTable, TableRecord};
pub use encoder::Encoder;
pub use evidence::{CalendarCounts, Counts, Evidence, GainError, Lever};
pub use features::{
    FEATURE_COUNT, FEATURE_SET, Features, LABEL_FEATURES, NUMBER_FEATURES, OFFSET_FEATURES, Row,
    WORDING_FEATURES, category_label, feature_names, keep_habits, leave_unknown,
};
pub use intervals::{IntervalPoint, IntervalTable};
pub use manifest::{Bounds, MANIFEST_KEY, Manifest, Metrics, Scores, TrainingData};
pub use model_check::{CHECK_COMMAND, CHECK_MAX_BYTES, REPORT_MAX_BYTES, Report};
pub use model_file::{MODEL_MAX_BYTES, ModelError};
pub use neighbours::{CategoryName, Cell, MonthRate, Neighbours, bin_ends};
pub use offsets::{Offsets, Step};
pub use onnx::OnnxPredictor;
pub use pool::{InferenceError, InferencePool, Output, Priority};
pub use predictor::{PredictError, Prediction, Predictor};
pub use wording::Wording;

/// The model file that is part of the program.
pub const SHIPPED_MODEL: &[u8] = include_bytes!("../../models/campaign-outlook.onnx");
