//! Batches: files of campaigns that are predicted together. A batch is a draft with a price until it is started; then
//! each of its campaigns is a task.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::field_checker::Checker;
use super::filters::words as parse_words;
use super::words::words;
use super::{ApiKeyId, AppError, BatchId, Credits, ModelRef, QueueView, TaskStatus, Verdict};

/// Most campaigns of one batch.
pub const BATCH_LINES_MAX: u32 = 10_000;

words!(
    /// The state of a batch.
    BatchState {
        /// Its file is checked, and nothing is bought yet.
        Draft = "draft",
        /// Its credits are held, and some of its tasks are queued or running.
        Running = "running",
        /// All its tasks are final.
        Finished = "finished",
    }
);

words!(
    /// The order of the tasks of a batch.
    BatchOrder {
        /// The highest probability first, then those without a result.
        Probability = "probability",
        /// As in the file.
        Line = "line",
    }
);

/// The number of a batch's tasks in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BatchCounts {
    /// Tasks that wait for a worker.
    pub queued: u32,
    /// Tasks that a worker has started.
    pub running: u32,
    /// Tasks with a result, which are paid for.
    pub succeeded: u32,
    /// Tasks that have failed; their price is released.
    pub failed: u32,
    /// Tasks that were canceled; their price is released.
    pub canceled: u32,
}

impl BatchCounts {
    /// The tasks that are not final.
    pub const fn open(self) -> u32 {
        self.queued + self.running
    }

    /// The tasks that are final.
    pub const fn ended(self) -> u32 {
        self.succeeded + self.failed + self.canceled
    }
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BatchView {
    /// The batch's id.
    pub id: BatchId,
    /// The state of the batch.
    pub state: BatchState,
    /// The name of the file; absent if the request did not name it.
    pub file_name: Option<String>,
    /// The model that predicts.
    pub model: ModelRef,
    /// The API key that started it; only present if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key_id: Option<ApiKeyId>,
    /// The number of campaigns.
    pub lines: u32,
    /// The price of one prediction: of a draft the current one, then the one at the start.
    pub price: Credits,
    /// The price of all predictions.
    pub total: Credits,
    /// Credits of the account that can be spent now.
    pub available: Credits,
    /// The tasks by state; all 0 in a draft.
    pub counts: BatchCounts,
    /// Credits paid for results.
    pub charged: Credits,
    /// Credits reserved by queued and running tasks.
    pub held: Credits,
    /// Credits that were reserved and given back.
    pub released: Credits,
    /// The place of the last queued task; only present while there is one, and only in responses about a single batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueView>,
    /// When the file was uploaded.
    pub created_at: DateTime<Utc>,
    /// When a draft is deleted; absent once it was started.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was started.
    pub started_at: Option<DateTime<Utc>>,
    /// When its last task became final.
    pub finished_at: Option<DateTime<Utc>>,
}

/// The filter and the order of a batch's tasks as they arrive. Blank fields match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchTaskFilterInput {
    /// A [`TaskStatus`].
    pub status: String,
    /// A [`Verdict`].
    pub verdict: String,
    /// Words that the title must contain, in any case and order: at most 8.
    pub search: String,
    /// A [`BatchOrder`]; by probability if blank.
    pub order: String,
}

/// A checked filter of a batch's tasks, and their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchTaskFilter {
    /// Only tasks with this status.
    pub status: Option<TaskStatus>,
    /// Only tasks whose result has this verdict.
    pub verdict: Option<Verdict>,
    /// Only tasks whose title contains all of these words.
    pub words: Vec<String>,
    /// The order.
    pub order: BatchOrder,
}

impl BatchTaskFilterInput {
    /// Checks every field.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming every invalid field.
    pub fn check(&self) -> Result<BatchTaskFilter, AppError> {
        let mut checker = Checker::default();
        let order = checker.choice("order", &self.order, BatchOrder::ALL);
        let filter = BatchTaskFilter {
            status: checker.choice("status", &self.status, TaskStatus::ALL),
            verdict: checker.choice("verdict", &self.verdict, Verdict::ALL),
            words: parse_words(&mut checker, &self.search),
            order: order.unwrap_or(BatchOrder::Probability),
        };
        checker.finish(Some(filter)).map_err(AppError::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_filter_ranks_all_tasks() {
        let all = BatchTaskFilter {
            status: None,
            verdict: None,
            words: Vec::new(),
            order: BatchOrder::Probability,
        };
        assert_eq!(BatchTaskFilterInput::default().check(), Ok(all));
    }

    #[test]
    fn every_field_that_breaks_a_rule_is_named() {
        let filter = BatchTaskFilterInput {
            status: "done".to_owned(),
            verdict: "maybe".to_owned(),
            search: "x".repeat(101),
            order: "price".to_owned(),
        };
        let Err(AppError::Invalid(errors)) = filter.check() else {
            panic!("accepted")
        };
        let fields: Vec<_> = errors.keys().map(String::as_str).collect();
        assert_eq!(fields, ["order", "search", "status", "verdict"]);
    }

    #[test]
    fn tasks_are_either_open_or_final() {
        let counts = BatchCounts {
            queued: 1,
            running: 2,
            succeeded: 4,
            failed: 8,
            canceled: 16,
        };
        assert_eq!((counts.open(), counts.ended()), (3, 28));
    }
}
