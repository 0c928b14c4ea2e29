//! Live changes: one stream of server-sent events for the application, open while somebody is signed in.
//!
//! It says what changed; how a list takes a change over is the list's business.

use leptos::prelude::*;

use super::data::{Payload, Wire};
use super::{Session, tr, use_locale};
use crate::types::{TaskView, TransactionView};

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
    /// A line that was written to the ledger.
    pub transaction: RwSignal<Option<Payload>>,
}

impl Live {
    /// Makes it, gives it to everything below, and opens the stream once somebody is signed in.
    pub fn provide(session: Session) -> Self {
        let live = Self {
            connection: RwSignal::new(Connection::Closed),
            task: RwSignal::new(None),
            transaction: RwSignal::new(None),
        };
        provide_context(live);
        #[cfg(feature = "hydrate")]
        stream::follow(session, live);
        #[cfg(not(feature = "hydrate"))]
        let _ = session;
        live
    }
}

/// Calls `apply` with each task that changes from now on.
pub fn on_task(apply: impl Fn(TaskView) + 'static) {
    on_change(|live| live.task, apply);
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

/// Says so while the stream is lost.
#[component]
pub fn ConnectionNotice() -> impl IntoView {
    let l = use_locale();
    let lost = use_context::<Live>().map(|live| live.connection);
    view! {
        <div class="connection" role="status">
            {move || {
                (lost.map(|it| it.get()) == Some(Connection::Lost))
                    .then(|| view! { <p>{tr!(l, app.reconnecting)}</p> })
            }}
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod stream {
    use std::time::Duration;

    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::prelude::Closure;
    use web_sys::{EventSource, MessageEvent};

    use super::{Connection, Live, Payload, Session};
    use crate::types::{AppError, UserId};

    const URL: &str = "/events";
    const RETRY_MIN_MS: u32 = 2_000;
    const RETRY_MAX_MS: u32 = 30_000;
    const RETRY_UNKNOWN_S: u64 = 5;

    #[derive(Clone, Copy)]
    struct Stream {
        session: Session,
        live: Live,
        source: StoredValue<Option<EventSource>, LocalStorage>,
        retry_ms: StoredValue<u32>,
    }

    /// Opens and closes the stream as people sign in and out.
    pub fn follow(session: Session, live: Live) {
        let stream = Stream {
            session,
            live,
            source: StoredValue::new_local(None),
            retry_ms: StoredValue::new(RETRY_MIN_MS),
        };
        Effect::new(move |before: Option<Option<UserId>>| {
            let before = before.flatten();
            let user = match session.user.get() {
                Some(Ok(user)) => user.map(|user| user.id),
                // Whoever was signed in still is.
                Some(Err(error)) => {
                    stream.look_again(&error);
                    return before;
                }
                None => return before,
            };
            if user != before {
                stream.close();
                if user.is_some() {
                    stream.open();
                }
            }
            user
        });
    }

    impl Stream {
        /// Loads everything anew once the server may be back.
        fn look_again(self, error: &AppError) {
            let wait_s = error.retry_after_s().unwrap_or(RETRY_UNKNOWN_S);
            set_timeout(move || self.session.refresh(), Duration::from_secs(wait_s));
        }

        fn close(self) {
            if let Some(source) = self.source.try_update_value(Option::take).flatten() {
                source.close();
            }
            self.live.connection.set(Connection::Closed);
        }

        fn open(self) {
            let Ok(source) = EventSource::new(URL) else {
                return;
            };
            on(&source, "open", move |_| {
                self.retry_ms.set_value(RETRY_MIN_MS);
                self.live.connection.set(Connection::Open);
            });
            on(&source, "error", move |_| self.lost());
            // The first event of every stream too: changes since the page's HTML, or since the loss.
            on(&source, "resync", move |_| self.session.refresh());
            on_data(&source, "balance", move |balance| match balance.get() {
                Ok(balance) => self.session.set_balance(balance),
                Err(_) => leptos::logging::error!("a balance that cannot be read"),
            });
            let live = self.live;
            on_data(&source, "task", move |task| live.task.set(Some(task)));
            on_data(&source, "transaction", move |transaction| {
                live.transaction.set(Some(transaction));
            });
            self.source.set_value(Some(source));
        }

        fn lost(self) {
            self.live.connection.set(Connection::Lost);
            let given_up = self.source.with_value(|source| {
                source
                    .as_ref()
                    .is_some_and(|source| source.ready_state() == EventSource::CLOSED)
            });
            if !given_up {
                return;
            }
            // The browser itself tries again after a broken connection, but not after an error status.
            self.source.set_value(None);
            let wait_ms = self.retry_ms.get_value();
            self.retry_ms
                .set_value(wait_ms.saturating_mul(2).min(RETRY_MAX_MS));
            set_timeout(
                move || {
                    let still_lost = self.live.connection.get_untracked() == Connection::Lost;
                    if still_lost && self.source.with_value(Option::is_none) {
                        // The session may have ended meanwhile.
                        self.session.refresh();
                        self.open();
                    }
                },
                Duration::from_millis(wait_ms.into()),
            );
        }
    }

    fn on(source: &EventSource, event: &str, act: impl Fn(MessageEvent) + 'static) {
        let listener = Closure::<dyn Fn(MessageEvent)>::new(act).into_js_value();
        // It fails only where the listener is no function.
        let _ = source.add_event_listener_with_callback(event, listener.unchecked_ref());
    }

    fn on_data(source: &EventSource, event: &str, act: impl Fn(Payload) + 'static) {
        on(source, event, move |message| {
            let data = message.data().as_string().unwrap_or_default();
            act(Payload::of_json(&data));
        });
    }
}
