//! What the API answers and the pages show. Times are UTC, RFC 3339 on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::wire_time::{read_moment, read_moment_if_any};
use super::{
    Campaign, Credits, Explanation, ModelId, ModelState, ResultContext, Role, TaskId, TaskStatus,
    TransactionId, TransactionKind, UserId, Verdict,
};

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// The user's id.
    pub id: UserId,
    /// The e-mail address as it was registered.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// When the account was made.
    #[serde(deserialize_with = "read_moment")]
    pub created_at: DateTime<Utc>,
}

/// A user's credits; `available` is `amount - held`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceView {
    /// All credits.
    pub amount: Credits,
    /// Reserved by queued and running tasks.
    pub held: Credits,
    /// What can be spent.
    pub available: Credits,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What the operator or the payment said of it.
    pub description: String,
    /// The task that a charge paid for.
    pub task_id: Option<TaskId>,
    /// When it was written.
    #[serde(deserialize_with = "read_moment")]
    pub created_at: DateTime<Utc>,
}

/// Which model a task asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRef {
    /// The model's id.
    pub id: ModelId,
    /// The model's name.
    pub name: String,
    /// The model's version.
    pub version: String,
}

/// One paid request and, when it succeeded, its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskView {
    /// The task's id.
    pub id: TaskId,
    /// Where it is in its life.
    pub status: TaskStatus,
    /// The price, frozen at submit.
    pub price: Credits,
    /// The model it asks.
    pub model: ModelRef,
    /// What was asked.
    pub campaign: Campaign,
    /// How often a worker has started it.
    pub attempts: i32,
    /// When it was submitted.
    #[serde(deserialize_with = "read_moment")]
    pub queued_at: DateTime<Utc>,
    /// When a worker last started it.
    #[serde(default, deserialize_with = "read_moment_if_any")]
    pub started_at: Option<DateTime<Utc>>,
    /// When it became final.
    #[serde(default, deserialize_with = "read_moment_if_any")]
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
    /// What the model said.
    pub result: Option<ResultView>,
    /// Where it stands in the queue; told while it is queued, of a single task only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueView>,
}

/// Where a queued task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// Tasks that will be started before it, at most [`QueueView::AHEAD_MAX`].
    pub ahead: u32,
    /// How long until its result, in seconds, at the pace of the latest results; absent while there is no
    /// pace to go by.
    pub wait_s: Option<u32>,
    /// Whether it is due, but no worker can run its model at present.
    #[serde(default)]
    pub waiting_for_worker: bool,
}

impl QueueView {
    /// Tasks ahead are counted up to here: so many mean so many or more.
    pub const AHEAD_MAX: u32 = 10_000;
}

/// The private link of a task's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareView {
    /// The task.
    pub task_id: TaskId,
    /// The path of the page that whoever knows it may see; absent where there is no link.
    pub path: Option<String>,
}

/// A shared result: what was asked and what the model said, and nothing of whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedView {
    /// What was asked.
    pub campaign: Campaign,
    /// What the model said.
    pub result: ResultView,
    /// Which model.
    pub model: ModelRef,
    /// Why it said so; absent where its owner has never looked into it.
    pub explanation: Option<Explanation>,
}

/// How a balance came to be what it is: its latest changes, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceHistory {
    /// The balance after each change.
    pub points: Vec<BalancePoint>,
}

/// A balance from one moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancePoint {
    /// Since when.
    #[serde(deserialize_with = "read_moment")]
    pub at: DateTime<Utc>,
    /// All credits.
    pub amount: Credits,
}

/// What a model said of one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultView {
    /// Probability that the campaign reaches its goal, 0 to 1.
    pub probability: f64,
    /// The probability in one word.
    pub verdict: Verdict,
    /// Lower end of the probability's interval, 0 to 1.
    pub interval_low: f64,
    /// Upper end of the probability's interval, 0 to 1.
    pub interval_high: f64,
    /// How campaigns alike did; absent in results of earlier versions of the service.
    pub context: Option<ResultContext>,
    /// How long the model took, in microseconds.
    pub inference_us: i64,
    /// When the result was written.
    #[serde(deserialize_with = "read_moment")]
    pub created_at: DateTime<Utc>,
}

/// A model on offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelView {
    /// The model's id.
    pub id: ModelId,
    /// The model's name.
    pub name: String,
    /// The model's version.
    pub version: String,
    /// What it is, for people.
    pub description: String,
    /// Price of one prediction.
    pub price: Credits,
    /// Whether it may be asked.
    pub state: ModelState,
    /// True for the one that is asked when none is named.
    pub is_default: bool,
    /// Area under the ROC curve on campaigns later than its training data, where the manifest tells.
    pub auc: Option<f64>,
    /// Share of right answers on the same campaigns, 0 to 1.
    pub accuracy: Option<f64>,
    /// SHA-256 of the ONNX file, in hexadecimal.
    pub sha256: String,
    /// When it was registered.
    #[serde(deserialize_with = "read_moment")]
    pub created_at: DateTime<Utc>,
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// At most `limit` items.
    pub items: Vec<T>,
    /// Pass it as `cursor` for the next page; absent on the last one.
    pub next: Option<String>,
}

/// Today in UTC by the clock of the service; the server provides it to each page as a context.
#[derive(Clone, Copy, Debug)]
pub struct Today(pub NaiveDate);
