//! Live changes: one stream of server-sent events for all tabs of a browser, open while somebody is signed in.
//!
//! One tab holds the stream and passes its events on to the others by a `BroadcastChannel`: over HTTP/1.1 a
//! browser opens six connections to a host, so that a stream for each tab would keep the seventh from loading.
//! Which tab that is, the tabs settle among themselves (`tabs`). Not by Web Locks, because those are missing
//! where a service is reached over plain HTTP. A browser without `BroadcastChannel` has a stream in each tab
//! that is visible.

#[cfg(feature = "hydrate")]
mod hub;
#[cfg(any(feature = "hydrate", test))]
mod tabs;

use leptos::prelude::*;

use super::Session;
use super::data::{Payload, Wire};
use crate::types::{BatchView, TaskView, TransactionView};

/// Where the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Nobody is signed in, or the page has no JavaScript yet.
    Closed,
    /// Changes arrive.
    Open,
    /// It was lost and is tried again.
    Lost,
}

/// The newest change of each kind, unread: what every page needs must not carry how a task is read.
#[derive(Clone, Copy)]
pub struct Live {
    /// Where the stream stands.
    pub connection: RwSignal<Connection>,
    /// A task that was made or changed.
    pub task: RwSignal<Option<Payload>>,
    /// A batch whose tasks have changed.
    pub batch: RwSignal<Option<Payload>>,
    /// A line that was written to the ledger.
    pub transaction: RwSignal<Option<Payload>>,
}

impl Live {
    /// Provides it to the whole application, and opens the stream once somebody is signed in.
    pub fn provide(session: Session) {
        let live = Self {
            connection: RwSignal::new(Connection::Closed),
            task: RwSignal::new(None),
            batch: RwSignal::new(None),
            transaction: RwSignal::new(None),
        };
        provide_context(live);
        #[cfg(feature = "hydrate")]
        hub::Hub::start(session, live);
        #[cfg(not(feature = "hydrate"))]
        let _ = session;
    }
}

/// Calls `apply` with each task that changes from now on.
pub fn on_task(apply: impl Fn(TaskView) + 'static) {
    on_change(|live| live.task, apply);
}

/// Calls `apply` with each batch whose tasks change from now on, about once a second.
pub fn on_batch(apply: impl Fn(BatchView) + 'static) {
    on_change(|live| live.batch, apply);
}

/// Calls `apply` with each line that is written to the ledger from now on.
pub fn on_transaction(apply: impl Fn(TransactionView) + 'static) {
    on_change(|live| live.transaction, apply);
}

fn on_change<T: Wire>(kind: fn(Live) -> RwSignal<Option<Payload>>, apply: impl Fn(T) + 'static) {
    let Some(newest) = use_context().map(kind) else {
        return;
    };
    Effect::new(move |_| match newest.get().map(|change| change.get()) {
        Some(Ok(change)) => untrack(|| apply(change)),
        // Without the error's own words, which nothing else in the browser needs.
        Some(Err(_)) => leptos::logging::error!("a change that cannot be read"),
        None => {}
    });
}
