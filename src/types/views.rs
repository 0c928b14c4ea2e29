//! What the API returns and the pages show. Times are UTC, in RFC 3339 on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::public_id::public_id;
use super::{
    ApiKeyId, BatchId, Campaign, Credits, Explanation, ModelId, ModelRef, ModelState, OutcomeView,
    ResultContext, Role, TaskId, TaskStatus, TransactionId, TransactionKind, UserId, Verdict,
};

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct UserView {
    /// The user's id.
    pub id: UserId,
    /// The e-mail address as registered.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
}

/// A user's credits; `available` is `amount - held`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BalanceView {
    /// Total credits.
    pub amount: Credits,
    /// Credits reserved by queued and running tasks.
    pub held: Credits,
    /// Credits that can be spent.
    pub available: Credits,
}

/// A ledger line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TransactionView {
    /// The line's id.
    pub id: TransactionId,
    /// Why it was written.
    pub kind: TransactionKind,
    /// Signed change of the balance.
    pub amount: Credits,
    /// The balance before.
    pub balance_before: Credits,
    /// The balance after.
    pub balance_after: Credits,
    /// The text of the operator, of the payment, or of the service.
    pub description: String,
    /// The task that a charge paid for.
    pub task_id: Option<TaskId>,
    /// The title of that task's campaign, in lists.
    #[serde(default)]
    pub task_title: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// A paid request and, if it succeeded, its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TaskView {
    /// The task's id.
    pub id: TaskId,
    /// The state of the task.
    pub status: TaskStatus,
    /// The price, fixed at submit.
    pub price: Credits,
    /// The model that predicts.
    pub model: ModelRef,
    /// The API key that submitted it; only present if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key_id: Option<ApiKeyId>,
    /// The batch that it belongs to; only present if it is part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<BatchId>,
    /// The line of the batch's file; only present if it is part of a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_line: Option<i64>,
    /// The input.
    pub campaign: Campaign,
    /// How often a worker has started the task.
    pub attempts: i32,
    /// When it was submitted.
    pub queued_at: DateTime<Utc>,
    /// When a worker last started it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it became final.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
    /// What the model returned.
    pub result: Option<ResultView>,
    /// How the campaign ended; only present once its user has reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeView>,
    /// The place in the queue; only present while the task is queued, and only in responses about a single task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueView>,
}

/// The place of a queued task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QueueView {
    /// Tasks that will be started before it, at most [`QueueView::AHEAD_MAX`].
    pub ahead: u32,
    /// The expected time until the result, in seconds, at the throughput of the latest results; absent while that is
    /// unknown.
    pub wait_s: Option<u32>,
    /// Whether the task is due but no worker can currently run its model.
    #[serde(default)]
    pub waiting_for_worker: bool,
}

impl QueueView {
    /// The maximum that is counted: this number means "at least this many".
    pub const AHEAD_MAX: u32 = 10_000;
}

/// The private link of a task's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ShareView {
    /// The task.
    pub task_id: TaskId,
    /// The path of the public page; absent if there is no link.
    pub path: Option<String>,
}

/// A shared result: the input and the output of the model, without the owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SharedView {
    /// The input.
    pub campaign: Campaign,
    /// What the model returned.
    pub result: ResultView,
    /// The model of the result.
    pub model: ModelRef,
    /// The explanation; absent if the owner has never opened the insight.
    pub explanation: Option<Explanation>,
}

/// The latest changes of a balance, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BalanceHistory {
    /// The balance after each change.
    pub points: Vec<BalancePoint>,
}

/// The balance from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BalancePoint {
    /// The start.
    pub at: DateTime<Utc>,
    /// Total credits.
    pub amount: Credits,
}

/// What a model returned for one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ResultView {
    /// Probability that the campaign reaches its goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub probability: f64,
    /// The probability in one word.
    pub verdict: Verdict,
    /// Lower end of the probability's interval, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub interval_low: f64,
    /// Upper end of the probability's interval, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub interval_high: f64,
    /// How similar campaigns did; absent in results of earlier versions of the service.
    pub context: Option<ResultContext>,
    /// How long the model took, in microseconds.
    pub inference_us: i64,
    /// When the result was written.
    pub created_at: DateTime<Utc>,
}

/// A model on offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ModelView {
    /// The model's id.
    pub id: ModelId,
    /// The model's name.
    pub name: String,
    /// The model's version.
    pub version: String,
    /// A description for users.
    pub description: String,
    /// Price of one prediction.
    pub price: Credits,
    /// Whether the model is on offer.
    pub state: ModelState,
    /// Whether requests that name no model use this one.
    pub is_default: bool,
    /// Area under the ROC curve on campaigns later than the training data, if the manifest has it.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub auc: Option<f64>,
    /// Share of correct predictions on the same campaigns, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub accuracy: Option<f64>,
    /// SHA-256 of the ONNX file, in hexadecimal.
    pub sha256: String,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// At most `limit` items.
    pub items: Vec<T>,
    /// The `cursor` for the next page; absent on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts the page to a limit. The next one then begins after its last item, whose id `id` returns.
    pub fn truncate(&mut self, limit: usize, id: impl Fn(&T) -> i64) {
        if self.items.len() > limit {
            self.items.truncate(limit);
            self.next = self
                .items
                .last()
                .map(|last| public_id(id(last)).to_string());
        }
    }

    /// The same page of other items.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(convert).collect(),
            next: self.next,
        }
    }
}

/// The current date in UTC by the clock of the service. The server provides it to each page as context.
#[derive(Clone, Copy, Debug)]
pub struct Today(pub NaiveDate);

/// Scheme, host and port at which browsers reach the service, without a trailing slash. The server provides it to each
/// page as context, unless it is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteOrigin(pub String);
