//! The columns and rows of the files.

use crate::types::{CampaignInput, TaskView, TransactionView, UnreportedView};

pub(super) const TASK_COLUMNS: [&str; 15] = [
    "id",
    "status",
    "queued_at",
    "started_at",
    "finished_at",
    "price",
    "model",
    "model_version",
    "probability",
    "verdict",
    "interval_low",
    "interval_high",
    "error",
    "reached",
    "raised_usd",
];
pub(super) const TRANSACTION_COLUMNS: [&str; 8] = [
    "id",
    "kind",
    "amount",
    "balance_before",
    "balance_after",
    "description",
    "task_id",
    "created_at",
];

/// After them come the fields of the campaigns, so that the file can be uploaded again.
pub(super) const BATCH_COLUMNS: [&str; 8] = [
    "line",
    "task_id",
    "status",
    "probability",
    "verdict",
    "interval_low",
    "interval_high",
    "error",
];

/// The last two are blank.
pub(super) const OUTCOME_COLUMNS: [&str; 7] = [
    "task_id",
    "name",
    "launched_at",
    "deadline",
    "usd_goal",
    "reached",
    "raised_usd",
];

/// Encodes rows as in RFC 4180.
pub(super) fn lines(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        // Writing to memory fails only if rows differ in length, and all rows of a file have the same columns.
        if let Err(error) = writer.write_record(row) {
            tracing::error!(%error, "failed to write a CSV row");
        }
    }
    writer.into_inner().unwrap_or_default()
}

/// Marks a text that a spreadsheet would run as a formula with a leading apostrophe.
fn text(text: impl Into<String>) -> String {
    let text = text.into();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    }
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// A row of [`TASK_COLUMNS`] and the campaign.
pub(super) fn task_row(task: &TaskView) -> Vec<String> {
    let result = task.result.as_ref();
    let mut row = vec![
        task.id.to_string(),
        task.status.to_string(),
        time(task.queued_at),
        optional(task.started_at.map(time)),
        optional(task.finished_at.map(time)),
        task.price.to_string(),
        text(task.model.name.as_str()),
        text(task.model.version.as_str()),
        optional(result.map(|it| it.probability)),
        optional(result.map(|it| it.verdict)),
        optional(result.map(|it| it.interval_low)),
        optional(result.map(|it| it.interval_high)),
        text(task.error.as_deref().unwrap_or_default()),
        optional(task.outcome.map(|it| it.reached)),
        optional(task.outcome.and_then(|it| it.raised_usd)),
    ];
    row.extend(campaign_cells(task));
    row
}

fn campaign_cells(task: &TaskView) -> Vec<String> {
    let mut campaign = CampaignInput::from(&task.campaign);
    let fields = CampaignInput::FIELDS
        .iter()
        .map(|field| campaign.field_mut(field).map(std::mem::take));
    fields
        .map(|field| text(field.unwrap_or_default()))
        .collect()
}

/// A row of [`BATCH_COLUMNS`] and the campaign.
pub(super) fn batch_row(task: &TaskView) -> Vec<String> {
    let result = task.result.as_ref();
    let mut row = vec![
        optional(task.batch_line),
        task.id.to_string(),
        task.status.to_string(),
        optional(result.map(|it| it.probability)),
        optional(result.map(|it| it.verdict)),
        optional(result.map(|it| it.interval_low)),
        optional(result.map(|it| it.interval_high)),
    ];
    row.push(text(task.error.as_deref().unwrap_or_default()));
    row.extend(campaign_cells(task));
    row
}

/// A row of [`TRANSACTION_COLUMNS`].
pub(super) fn transaction_row(line: TransactionView) -> Vec<String> {
    vec![
        line.id.to_string(),
        line.kind.to_string(),
        line.amount.to_string(),
        line.balance_before.to_string(),
        line.balance_after.to_string(),
        text(line.description),
        optional(line.task_id),
        time(line.created_at),
    ]
}

/// A row of [`OUTCOME_COLUMNS`].
pub(super) fn unreported_row(task: UnreportedView) -> Vec<String> {
    vec![
        task.task_id.to_string(),
        text(task.name),
        task.launched_at.to_string(),
        task.deadline.to_string(),
        task.usd_goal.to_string(),
        String::new(),
        String::new(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_quoted_and_terminated_as_in_rfc_4180() {
        let rows = [vec!["a".to_owned(), "b \"c\", d\ne".to_owned()]];
        let written = String::from_utf8(lines(&rows)).unwrap();
        assert_eq!(written, "a,\"b \"\"c\"\", d\ne\"\r\n");
    }

    #[test]
    fn a_formula_is_marked_as_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        assert_eq!(text("1=1"), "1=1");
    }
}
