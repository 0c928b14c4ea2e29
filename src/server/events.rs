//! `GET /events`: changes for the signed-in user, as server-sent events.
//!
//! `balance`, `transaction`, `task` and `batch` carry the JSON of their views, `heartbeat` shows that the stream is alive, and
//! `resync` means that changes may have been missed. An `id` is the position of the user's data (see
//! `services::positions`), read before the event was made. A client passes the last one, or the position of its page,
//! as `Last-Event-ID` or `since`; the stream then starts with `resync` only if something has changed since.
//!
//! The tasks of a batch are not sent one by one: a `batch` event counts them, at most once a second. Their ledger lines are
//! left out while the batch is running, and a `resync` follows at its end.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, Interval, interval_at, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::headers::text_of;
use super::identity::Identity;
use super::problem::Problem;
use super::state::AppState;
use crate::metrics::OpenStream;
use crate::queue::{Changes, Subscription};
use crate::services::Services;
use crate::services::in_use::KeyedPermit;
use crate::services::ledger::LINES_AT_ONCE;
use crate::services::positions::Position;
use crate::types::{AppError, BatchId, BatchState, UserId};

/// An event is sent at least this often, so that clients notice a stream that has gone silent.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Timeout for reading the changes; the read is retried after the next heartbeat.
const READ_DEADLINE: Duration = Duration::from_secs(4);
/// How long the notification of a change may take to arrive.
const NOTICE_DELAY: Duration = Duration::from_secs(1);
/// Pause between two `resync` events, so that a user with hundreds of changes per second does not reload for each.
const RESYNC_PAUSE: Duration = Duration::from_secs(1);
/// Pause between the events of batches.
const BATCH_PAUSE: Duration = Duration::from_secs(1);
/// The delay before clients reconnect, in milliseconds. It is random, to spread reconnects after a restart.
const RETRY_MS: std::ops::Range<u64> = 2_000..10_000;
const TOO_MANY_RETRY_S: u64 = 30;
const NOT_READABLE: &str = "the query string could not be read";
const LAST_EVENT_ID: &str = "last-event-id";
/// Events are data of the user.
const NO_STORING: (HeaderName, HeaderValue) = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
const KIND: (HeaderName, HeaderValue) = (
    CONTENT_TYPE,
    HeaderValue::from_static("text/event-stream; charset=utf-8"),
);
/// Proxies such as nginx would otherwise buffer events.
const NO_BUFFERING: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// The query string.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Since {
    /// The position of the client's data.
    since: String,
}

struct Stream {
    services: Services,
    identity: Identity,
    user: UserId,
    changes: Subscription,
    /// The position of the user's data, read before the last events were made.
    position: Position,
    /// The id of the newest ledger line that was sent.
    sent_line: i64,
    batches: ChangedBatches,
    heartbeat: Interval,
    is_check_due: bool,
    /// Whether changes may have been missed.
    has_gap: bool,
    quiet_until: Instant,
    stop: CancellationToken,
    pending: VecDeque<Event>,
    _permit: KeyedPermit<UserId>,
    _open: OpenStream,
}

/// What the stream knows of the user's batches.
struct ChangedBatches {
    /// Batches whose changes are not sent yet.
    unsent: BTreeSet<BatchId>,
    /// When they may be sent.
    due_at: Instant,
    /// Batches that were running when they were sent.
    running: BTreeSet<BatchId>,
    /// Whether ledger lines were left out.
    has_skipped_lines: bool,
}

impl ChangedBatches {
    fn new() -> Self {
        Self {
            unsent: BTreeSet::new(),
            due_at: Instant::now(),
            running: BTreeSet::new(),
            has_skipped_lines: false,
        }
    }
}

/// Opens the stream.
pub async fn events(
    State(state): State<AppState>,
    query: Result<Query<Since>, QueryRejection>,
    identity: Identity,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let query = query.map_err(|_| AppError::Malformed(NOT_READABLE.to_owned()));
    let Query(Since { since }) = query?;
    // A browser that reconnects by itself repeats the original URL, but its `Last-Event-ID` is newer.
    let last = text_of(&headers, LAST_EVENT_ID).unwrap_or(&since);
    let stream = Stream::open(&state, identity, last).await?;
    let events = stream::unfold(stream, |mut stream| async {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let mut response = Sse::new(events).into_response();
    for (name, value) in [NO_BUFFERING, NO_STORING, KIND] {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

impl Stream {
    async fn open(state: &AppState, identity: Identity, since: &str) -> Result<Self, AppError> {
        let services = state.services.clone();
        let user = identity.user(&services).await?.id;
        let permit = state
            .streams
            .try_acquire(user)
            .ok_or(AppError::TooManyRequests {
                retry_after_s: TOO_MANY_RETRY_S,
            })?;
        // Subscribes before reading the position, so that no change is missed in between.
        let changes = state.notifier.subscribe(user);
        let position = services.positions.of(user).await?;
        let token = position.token();
        let first = if since == token {
            "heartbeat"
        } else {
            "resync"
        };
        let retry = Duration::from_millis(rand::random_range(RETRY_MS));
        let first = Event::default().event(first).data("{}").id(token);
        Ok(Self {
            services,
            identity,
            user,
            changes,
            sent_line: position.newest_line(),
            position,
            batches: ChangedBatches::new(),
            heartbeat: interval_at(Instant::now() + HEARTBEAT, HEARTBEAT),
            is_check_due: false,
            has_gap: false,
            quiet_until: Instant::now(),
            stop: state.stop.clone(),
            pending: VecDeque::from([first.retry(retry)]),
            _permit: permit,
            _open: OpenStream::count(),
        })
    }

    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(event);
            }
            if std::mem::take(&mut self.is_check_due) {
                self.check().await?;
                continue;
            }
            let changes = async {
                sleep_until(self.quiet_until).await;
                self.changes.next().await
            };
            let batches_due = async {
                if self.batches.unsent.is_empty() {
                    std::future::pending::<()>().await;
                }
                sleep_until(self.batches.due_at.max(self.quiet_until)).await;
            };
            let changes = tokio::select! {
                changes = changes => Some(changes),
                () = batches_due => None,
                _ = self.heartbeat.tick() => {
                    self.pending.push_back(Event::default().event("heartbeat").data("{}"));
                    self.is_check_due = true;
                    continue;
                }
                () = self.stop.cancelled() => return None,
            };
            // Changes of batches are frequent and only noted, so that they cost nothing here.
            let changes = match changes {
                Some(changes) if !self.has_gap && self.note_batches(&changes) => continue,
                changes => changes,
            };
            if self.has_session_ended().await {
                return None;
            }
            match changes {
                Some(changes) => self.take(changes).await,
                None => self.send_in_time(Changes::default()).await,
            }
        }
    }

    /// Notes the batches that have changed. Returns whether nothing else has.
    fn note_batches(&mut self, changes: &Changes) -> bool {
        self.batches.unsent.extend(&changes.batches);
        !changes.batches.is_empty() && changes.tasks.is_empty() && !changes.is_incomplete
    }

    /// After each heartbeat: checks the session, and whether a notification was lost. `None` ends the stream.
    async fn check(&mut self) -> Option<()> {
        if self.has_session_ended().await {
            return None;
        }
        if self.has_gap {
            self.close_gap().await;
            return Some(());
        }
        if !self.batches.unsent.is_empty() {
            // What has changed is known, and will be sent.
            return Some(());
        }
        let position = in_time(self.services.positions.of(self.user)).await;
        if position.is_some_and(|it| it.differs_notably(&self.position)) {
            match timeout(NOTICE_DELAY, self.changes.next()).await {
                Ok(changes) => self.take(changes).await,
                Err(_) => self.close_gap().await,
            }
        }
        Some(())
    }

    /// Sends the changes.
    async fn take(&mut self, changes: Changes) {
        self.has_gap |= changes.is_incomplete;
        if self.has_gap {
            self.close_gap().await;
        } else if !self.note_batches(&changes) {
            self.send_in_time(changes).await;
        }
    }

    async fn send_in_time(&mut self, changes: Changes) {
        if in_time(self.send(changes)).await.is_none() {
            self.has_gap = true;
        }
    }

    async fn has_session_ended(&self) -> bool {
        let checked = timeout(READ_DEADLINE, self.identity.check(&self.services)).await;
        matches!(
            checked,
            Ok(Err(AppError::Unauthorized | AppError::InvalidKey(_)))
        )
    }

    /// Sends `resync` if the client has not received all changes.
    async fn close_gap(&mut self) {
        let Some(position) = in_time(self.services.positions.of(self.user)).await else {
            self.has_gap = true;
            return;
        };
        self.has_gap = false;
        if position != self.position {
            self.sent_line = position.newest_line();
            self.batches.has_skipped_lines = false;
            self.push_all(vec![("resync", "{}".to_owned())], &position);
            self.position = position;
            self.quiet_until = Instant::now() + RESYNC_PAUSE;
        }
    }

    /// Sends each changed task and batch, the balance and the new ledger lines.
    async fn send(&mut self, changes: Changes) -> Result<(), AppError> {
        // Read before the data, so that the position is never ahead of what is sent.
        let position = self.services.positions.of(self.user).await?;
        let are_batches_due = Instant::now() >= self.batches.due_at;
        let batches = if are_batches_due {
            std::mem::take(&mut self.batches.unsent)
        } else {
            BTreeSet::new()
        };
        if changes.tasks.is_empty() && batches.is_empty() && position == self.position {
            return Ok(());
        }
        let mut events = Vec::new();
        for task in changes.tasks {
            let task = self.services.predictions.find(self.user, task).await?;
            events.push(("task", json(&task)?));
        }
        for id in batches {
            self.batches.due_at = Instant::now() + BATCH_PAUSE;
            let batch = self.services.batches.find(self.user, id).await?;
            if batch.state == BatchState::Running {
                self.batches.running.insert(id);
            } else {
                self.batches.running.remove(&id);
            }
            events.push(("batch", json(&batch)?));
        }
        events.push(("balance", json(&position.balance())?));
        let sent_line = self.add_lines(&position, &mut events).await?;
        self.push_all(events, &position);
        self.sent_line = sent_line;
        self.position = position;
        Ok(())
    }

    /// Adds the new ledger lines; returns the id of the newest. Too many for a page are left out while a batch is running,
    /// because each of its settlements writes many.
    async fn add_lines(
        &mut self,
        position: &Position,
        events: &mut Vec<(&'static str, String)>,
    ) -> Result<i64, AppError> {
        let mut sent_line = self.sent_line;
        let is_running = !self.batches.running.is_empty();
        let mut needs_resync = self.batches.has_skipped_lines && !is_running;
        if position.newest_line() > sent_line {
            let ledger = &self.services.ledger;
            let lines = ledger.transactions_after(self.user, sent_line).await?;
            if lines.len() == LINES_AT_ONCE {
                // Only the newest lines were read; older ones may be missing.
                if is_running {
                    self.batches.has_skipped_lines = true;
                    return Ok(position.newest_line());
                }
                needs_resync = true;
            }
            if needs_resync {
                events.push(("resync", "{}".to_owned()));
            }
            for line in lines {
                sent_line = line.id.0;
                events.push(("transaction", json(&line)?));
            }
        } else if needs_resync {
            events.push(("resync", "{}".to_owned()));
        }
        if needs_resync {
            self.batches.has_skipped_lines = false;
        }
        Ok(sent_line)
    }

    /// Only the last event carries the position: a client that misses some of them still has the previous position.
    fn push_all(&mut self, events: Vec<(&'static str, String)>, position: &Position) {
        let events = events
            .into_iter()
            .map(|(name, data)| Event::default().event(name).data(data));
        self.pending.extend(events);
        if let Some(last) = self.pending.pop_back() {
            self.pending.push_back(last.id(position.token()));
        }
    }
}

fn json(view: &impl Serialize) -> Result<String, AppError> {
    serde_json::to_string(view).map_err(|error| {
        tracing::error!(%error, "failed to serialize an event");
        AppError::Internal
    })
}

/// `None` if the database fails or does not respond in time.
async fn in_time<T>(work: impl Future<Output = Result<T, AppError>>) -> Option<T> {
    timeout(READ_DEADLINE, work).await.ok()?.ok()
}
