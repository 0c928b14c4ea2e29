//! `GET /events`: what changes for the signed-in user, as server-sent events.
//!
//! `balance`, `transaction` and `task` carry the JSON of their views; `resync` says that something may have
//! been missed, and is sent first of all.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Interval, interval};
use tokio_util::sync::CancellationToken;
use tower_cookies::Cookies;

use super::problem;
use super::router::AppState;
use super::streams::Place;
use crate::queue::{Change, Notice};
use crate::services::Services;
use crate::services::ledger::LINES_AT_ONCE;
use crate::types::{AppError, TaskId, TransactionFilterInput, UserId};

const SESSION_CHECK: Duration = Duration::from_secs(15);
const TOO_MANY_RETRY_S: u64 = 30;

struct Subscription {
    services: Services,
    cookies: Cookies,
    user: UserId,
    notices: Receiver<Notice>,
    session_check: Interval,
    stop: CancellationToken,
    seen_transaction: i64,
    pending: VecDeque<Event>,
    _place: Place,
}

/// Opens the stream.
pub async fn events(
    State(state): State<AppState>,
    cookies: Cookies,
    headers: HeaderMap,
) -> Response<Body> {
    match subscribe(state, cookies).await {
        Ok(subscription) => {
            let events = stream::unfold(subscription, |mut subscription| async {
                let event = subscription.next().await?;
                Some((Ok::<_, Infallible>(event), subscription))
            });
            let events = Sse::new(events).keep_alive(KeepAlive::default());
            // nginx would hold the events back until its buffer is full.
            ([("x-accel-buffering", "no")], events).into_response()
        }
        Err(error) => problem::respond(&error, problem::request_id(&headers).as_deref()),
    }
}

async fn subscribe(state: AppState, cookies: Cookies) -> Result<Subscription, AppError> {
    // Subscribed before anything is read, so that nothing falls between.
    let notices = state.signals.notices();
    let user = state.services.sessions.user(&cookies).await?.id();
    let place = state.streams.take(user).ok_or(AppError::TooManyRequests {
        retry_after_s: TOO_MANY_RETRY_S,
    })?;
    let newest = state
        .services
        .ledger
        .transactions(user, "1", "", &TransactionFilterInput::default())
        .await?;
    let mut session_check = interval(SESSION_CHECK);
    session_check.reset();
    Ok(Subscription {
        services: state.services.clone(),
        cookies,
        user,
        notices,
        session_check,
        stop: state.stop.clone(),
        seen_transaction: newest.items.first().map_or(0, |line| line.id.0),
        pending: VecDeque::from([resync()]),
        _place: place,
    })
}

fn resync() -> Event {
    Event::default().event("resync").data("{}")
}

impl Subscription {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(event);
            }
            tokio::select! {
                notice = self.notices.recv() => match notice {
                    Ok(Notice::Changed(change)) if change.user != self.user => {}
                    Ok(Notice::Changed(change)) => {
                        if self.has_session_ended().await {
                            return None;
                        }
                        let tasks = self.take_what_waits(change);
                        if self.gather(tasks).await.is_err() {
                            self.pending.push_back(resync());
                        }
                    }
                    Ok(Notice::Resync) | Err(RecvError::Lagged(_)) => self.pending.push_back(resync()),
                    Err(RecvError::Closed) => return None,
                },
                _ = self.session_check.tick() => {
                    if self.has_session_ended().await {
                        return None;
                    }
                }
                () = self.stop.cancelled() => return None,
            }
        }
    }

    async fn has_session_ended(&self) -> bool {
        self.services.sessions.user(&self.cookies).await == Err(AppError::Unauthorized)
    }

    /// The tasks of a change and of those that have come since, so that whoever lags behind catches up at once:
    /// each task, the balance and the new lines are read once for all of them.
    fn take_what_waits(&mut self, first: Change) -> BTreeSet<TaskId> {
        let mut tasks: BTreeSet<TaskId> = first.task.into_iter().collect();
        loop {
            match self.notices.try_recv() {
                Ok(Notice::Changed(change)) if change.user == self.user => {
                    tasks.extend(change.task);
                }
                Ok(Notice::Changed(_)) => {}
                Ok(Notice::Resync) | Err(TryRecvError::Lagged(_)) => {
                    self.pending.push_back(resync());
                }
                // A closed channel is met again by the next receive.
                Err(TryRecvError::Empty | TryRecvError::Closed) => return tasks,
            }
        }
    }

    async fn gather(&mut self, tasks: BTreeSet<TaskId>) -> Result<(), AppError> {
        for task in tasks {
            let task = self.services.predictions.find(self.user, task).await?;
            self.push("task", &task);
        }
        let balance = self.services.ledger.balance(self.user).await?;
        self.push("balance", &balance);
        let lines = self
            .services
            .ledger
            .transactions_after(self.user, self.seen_transaction)
            .await?;
        if lines.len() == LINES_AT_ONCE {
            // There may be older ones that nobody has seen.
            self.pending.push_back(resync());
        }
        for line in lines {
            self.seen_transaction = line.id.0;
            self.push("transaction", &line);
        }
        Ok(())
    }

    fn push(&mut self, name: &str, data: &impl serde::Serialize) {
        match Event::default().event(name).json_data(data) {
            Ok(event) => self.pending.push_back(event),
            Err(error) => tracing::error!(%error, name, "an event could not be written"),
        }
    }
}
