//! From the tensors of a request to its campaigns.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::ROWS_MAX;
use super::messages::{InputTensor, TensorMetadata};
use crate::inference::{RecordError, Rules, read_object};
use crate::types::{AppError, Campaign, CampaignInput, FieldErrors, Violation};

/// Errors that one response lists.
const ERRORS_MAX: usize = 500;
/// The name of the tensors in errors.
const INPUTS: &str = "inputs";

/// The types of the protocol that elements in JSON can have.
pub const DATATYPES: [&str; 13] = [
    "BOOL", "BYTES", "FP16", "FP32", "FP64", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16",
    "UINT32", "UINT64",
];

/// The rows of a request.
#[derive(Debug)]
pub(super) struct Rows {
    /// The campaigns, in the order of the rows.
    pub(super) campaigns: Vec<Campaign>,
    /// What was sent, to recognize a repeated request: the same whatever the order of the tensors.
    pub(super) content: String,
}

/// The inputs that a model takes: the fields of a campaign.
pub(super) fn inputs() -> Vec<TensorMetadata> {
    let names = CampaignInput::FIELDS.into_iter();
    let tensors = names.map(|name| TensorMetadata {
        name: name.to_owned(),
        datatype: datatype_of(name).to_owned(),
        shape: vec![-1],
    });
    tensors.collect()
}

/// The type in which a field is usually sent. Blank text leaves any field unknown.
fn datatype_of(name: &str) -> &'static str {
    match name {
        "static_usd_rate" | "fx_rate" | "usd_goal" | "median_reward_usd" => "FP64",
        "position" | "earlier_projects" | "earlier_successes" | "reward_tiers" => "INT64",
        "prelaunch_activated"
        | "staff_pick"
        | "ppohasaction"
        | "is_not_first_project"
        | "has_video" => "BOOL",
        _ => "BYTES",
    }
}

/// Reads and checks the rows.
///
/// # Errors
/// 422 naming `inputs`, the tensor, or every row and field that is wrong, such as `usd_goal[2]`, which counts from 0.
pub(super) fn read(inputs: &[InputTensor], today: NaiveDate) -> Result<Rows, AppError> {
    let count = count_rows(inputs)?;
    let mut fields: BTreeMap<&'static str, Vec<&Value>> = BTreeMap::new();
    for tensor in inputs {
        let name = field_of(tensor)?;
        if fields.insert(name, elements(tensor, count)?).is_some() {
            return Err(refuse(name, "is there twice"));
        }
    }
    let content = serde_json::to_string(&fields).map_err(|_| AppError::Internal)?;
    let mut campaigns = Vec::with_capacity(count);
    let mut errors = FieldErrors::new();
    for row in 0..count {
        let object: Map<String, Value> = fields
            .iter()
            .filter_map(|(name, values)| Some(((*name).to_owned(), Value::clone(values.get(row)?))))
            .collect();
        match read_object(&object, today, Rules::Plan) {
            Ok((campaign, _)) => campaigns.push(campaign),
            Err(RecordError::Rules(broken)) => {
                errors.extend(broken.into_iter().map(|(field, violation)| {
                    let of_row = fields.contains_key(field.as_str());
                    // A field without a tensor is missing in all rows.
                    let name = if of_row {
                        format!("{field}[{row}]")
                    } else {
                        field
                    };
                    (name, violation)
                }));
            }
            Err(other) => {
                errors.insert(
                    format!("{INPUTS}[{row}]"),
                    Violation::rejected(other.to_string()),
                );
            }
        }
        if errors.len() >= ERRORS_MAX {
            break;
        }
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    Ok(Rows { campaigns, content })
}

/// The number of rows, which is that of the first tensor.
fn count_rows(inputs: &[InputTensor]) -> Result<usize, AppError> {
    let Some(first) = inputs.first() else {
        return Err(AppError::invalid(INPUTS, Violation::Required));
    };
    let rows = first.shape.first().copied().unwrap_or_default();
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    if (1..=ROWS_MAX).contains(&rows) {
        Ok(rows)
    } else {
        let reason = format!("must have 1 to {ROWS_MAX} rows; send more as a batch");
        Err(refuse(INPUTS, reason))
    }
}

fn field_of(tensor: &InputTensor) -> Result<&'static str, AppError> {
    let mut names = CampaignInput::FIELDS.into_iter();
    names.find(|name| *name == tensor.name).ok_or_else(|| {
        let names = CampaignInput::FIELDS.join(", ");
        let reason = format!("must be tensors with these names: {names}");
        refuse(INPUTS, reason)
    })
}

/// The elements of a tensor, one for each row.
fn elements(tensor: &InputTensor, rows: usize) -> Result<Vec<&Value>, AppError> {
    let name = &tensor.name;
    let is_column = tensor.shape.first().is_some_and(|it| *it == rows as u64)
        && tensor.shape[1..].iter().all(|it| *it == 1);
    if !is_column {
        let reason = format!("must have the shape [{rows}], like the first input");
        return Err(refuse(name, reason));
    }
    let mut found = Vec::with_capacity(rows);
    flatten(&tensor.data, &mut found);
    if found.len() != rows {
        let count = found.len();
        return Err(refuse(
            name,
            format!("has {count} elements instead of {rows}"),
        ));
    }
    let accepts = accepted_by(&tensor.datatype).ok_or_else(|| {
        refuse(
            name,
            "must have a datatype of the protocol, such as FP64 or BYTES",
        )
    })?;
    match found.iter().position(|value| !accepts(value)) {
        None => Ok(found),
        Some(row) => {
            let reason = format!("must be a value of the type {}", tensor.datatype);
            Err(refuse(&format!("{name}[{row}]"), reason))
        }
    }
}

/// Adds the elements, which may be nested in row-major order.
fn flatten<'a>(data: &'a [Value], found: &mut Vec<&'a Value>) {
    for value in data {
        match value {
            Value::Array(inner) => flatten(inner, found),
            value => found.push(value),
        }
    }
}

/// Whether a value may be an element of a type; `None` for a type that does not exist.
fn accepted_by(datatype: &str) -> Option<fn(&Value) -> bool> {
    Some(match datatype {
        "BOOL" => Value::is_boolean,
        "BYTES" => Value::is_string,
        "FP16" | "FP32" | "FP64" => Value::is_number,
        "INT8" | "INT16" | "INT32" | "INT64" | "UINT8" | "UINT16" | "UINT32" | "UINT64" => {
            |value| value.is_i64() || value.is_u64()
        }
        _ => return None,
    })
}

fn refuse(field: &str, reason: impl Into<String>) -> AppError {
    AppError::invalid(field, Violation::rejected(reason))
}

#[cfg(test)]
mod tests;
