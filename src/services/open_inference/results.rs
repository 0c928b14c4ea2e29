//! From the results of a request to its output tensors.

use super::messages::{OutputTensor, RequestedOutput, TensorMetadata, TensorValue};
use crate::types::{AppError, ResultView, TaskView, Violation};

/// An output of every model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    Probability,
    IntervalLow,
    IntervalHigh,
    Verdict,
    TaskId,
}

impl Output {
    const ALL: [Self; 5] = [
        Self::Probability,
        Self::IntervalLow,
        Self::IntervalHigh,
        Self::Verdict,
        Self::TaskId,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Probability => "probability",
            Self::IntervalLow => "interval_low",
            Self::IntervalHigh => "interval_high",
            Self::Verdict => "verdict",
            Self::TaskId => "task_id",
        }
    }

    const fn datatype(self) -> &'static str {
        match self {
            Self::Probability | Self::IntervalLow | Self::IntervalHigh => "FP64",
            Self::Verdict => "BYTES",
            Self::TaskId => "INT64",
        }
    }

    fn value(self, task: &TaskView, result: &ResultView) -> TensorValue {
        match self {
            Self::Probability => TensorValue::Number(result.probability),
            Self::IntervalLow => TensorValue::Number(result.interval_low),
            Self::IntervalHigh => TensorValue::Number(result.interval_high),
            Self::Verdict => TensorValue::Text(result.verdict.to_string()),
            Self::TaskId => TensorValue::Whole(task.id.into()),
        }
    }
}

/// The outputs of a model.
pub(super) fn outputs() -> Vec<TensorMetadata> {
    let tensors = Output::ALL.map(|output| TensorMetadata {
        name: output.name().to_owned(),
        datatype: output.datatype().to_owned(),
        shape: vec![-1],
    });
    tensors.into()
}

/// The outputs that a request names; all if it names none.
///
/// # Errors
/// 422 naming `outputs`.
pub(super) fn requested(named: Option<&[RequestedOutput]>) -> Result<Vec<Output>, AppError> {
    let named = named.unwrap_or_default();
    if named.is_empty() {
        return Ok(Output::ALL.into());
    }
    let find = |wanted: &RequestedOutput| {
        let mut all = Output::ALL.into_iter();
        all.find(|output| output.name() == wanted.name)
    };
    let found: Option<Vec<Output>> = named.iter().map(find).collect();
    found.ok_or_else(|| {
        let allowed = Output::ALL.map(Output::name);
        AppError::invalid("outputs", Violation::not_one_of(allowed))
    })
}

/// The outputs of tasks in the order of their rows.
///
/// # Errors
/// The number of tasks without a result: a tensor has no place for a missing value.
pub(super) fn tensors(tasks: &[TaskView], outputs: &[Output]) -> Result<Vec<OutputTensor>, usize> {
    let with_result = tasks
        .iter()
        .filter_map(|task| Some((task, task.result.as_ref()?)));
    let rows: Vec<(&TaskView, &ResultView)> = with_result.collect();
    if rows.len() < tasks.len() {
        return Err(tasks.len() - rows.len());
    }
    let tensor = |output: &Output| OutputTensor {
        name: output.name().to_owned(),
        datatype: output.datatype().to_owned(),
        shape: vec![rows.len() as u64],
        data: rows
            .iter()
            .map(|(task, result)| output.value(task, result))
            .collect(),
    };
    Ok(outputs.iter().map(tensor).collect())
}
