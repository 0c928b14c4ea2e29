//! The event stream of a tab: opened where the tab leads, heard by way of the leader where it follows.

mod account;
mod device;
mod session_check;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{BroadcastChannel, EventSource, MessageEvent, PageTransitionEvent};

use account::{RETRY_SPREAD_MS, leave_account, look_again};
use device::{now_ms, random};

use super::tabs::{Claim, Event, Lead, Message, Role, Verdict, read, write};
use super::{Connection, Live, Payload, Session};
use crate::client::browser;
use crate::types::UserId;

const URL: &str = "/events";
/// The number changes with what is written on it.
const CHANNEL: &str = "pledgecast-live-1";
/// Whoever follows has to be heard within this time by a tab that asks.
const REPLY_MS: u64 = 400;
const TICK: Duration = Duration::from_secs(5);
/// The server sends something every 10 seconds. With the tick after it, a stream that has gone silent is
/// noticed within 35 seconds by its tab, and within 40 by the others.
const SILENT_MS: i64 = 30_000;
const LEADER_SILENT_MS: i64 = 35_000;
/// The same where somebody has just come back to the tab.
const SILENT_AT_RETURN_MS: i64 = 15_000;
const RETRY_MIN_MS: u32 = 1_000;
const RETRY_SPREAD_MAX_MS: u32 = 40_000;

/// One tab.
pub struct Hub {
    session: Session,
    live: Live,
    tab: String,
    channel: Option<BroadcastChannel>,
    /// The account of the page, 0 for nobody's; `None` until it is known.
    account: Cell<Option<i64>>,
    role: RefCell<Role>,
    source: RefCell<Option<EventSource>>,
    /// When the stream was last heard.
    heard_ms: Cell<i64>,
    /// Failures of the stream since it was last heard.
    failures: Cell<u32>,
    /// Where the data of the page stands; empty while that is not known.
    position: RefCell<String>,
    is_checking: Cell<bool>,
}

impl Hub {
    /// Follows the session from now on, for as long as the page is there.
    pub fn start(session: Session, live: Live) {
        let hub = Rc::new(Self {
            session,
            live,
            tab: browser::random_key(),
            channel: BroadcastChannel::new(CHANNEL).ok(),
            account: Cell::new(None),
            role: RefCell::new(Role::Asking),
            source: RefCell::new(None),
            heard_ms: Cell::new(0),
            failures: Cell::new(0),
            position: RefCell::default(),
            is_checking: Cell::new(false),
        });
        hub.listen();
        Effect::new(move |_| match session.user.get() {
            Some(Ok(user)) => hub.enter(user.map_or(0, |user| user.id.0)),
            // Whoever was signed in still is.
            Some(Err(error)) => look_again(session, &error),
            None => {}
        });
    }

    fn listen(self: &Rc<Self>) {
        if let Some(channel) = &self.channel {
            let hub = Rc::clone(self);
            let heard = move |message: MessageEvent| {
                let text = message.data().as_string().unwrap_or_default();
                if let Some((account, message)) = read(&text) {
                    hub.hear(account, message);
                }
            };
            let heard = Closure::<dyn Fn(MessageEvent)>::new(heard).into_js_value();
            channel.set_onmessage(Some(heard.unchecked_ref()));
        }
        let hub = Rc::clone(self);
        let ticking = move || hub.look(SILENT_MS, LEADER_SILENT_MS);
        // It fails only where there is no window.
        let _ = set_interval_with_handle(ticking, TICK);
        self.on("online", |hub, _| {
            // The connection of before may be dead without knowing it.
            hub.heard_ms.set(0);
            hub.return_to();
        });
        self.on("pagehide", |hub, _| hub.go());
        self.on("pageshow", |_, event| {
            let event = event.dyn_into::<PageTransitionEvent>();
            if event.is_ok_and(|event| event.persisted()) {
                // Kept since before somebody left it: whoever comes back to it may be another one.
                browser::reload();
            }
        });
        self.on("visibilitychange", |hub, _| hub.change_visibility());
    }

    fn on(self: &Rc<Self>, event: &str, act: fn(&Rc<Self>, web_sys::Event)) {
        let hub = Rc::clone(self);
        window_event_listener_untyped(event, move |event| act(&hub, event));
    }

    /// It is known now who is signed in.
    fn enter(self: &Rc<Self>, account: i64) {
        let before = self.account.replace(Some(account));
        if before == Some(account) {
            return;
        }
        if before.is_some_and(|before| before != 0) {
            leave_account();
            return;
        }
        if let Some(Ok(Some(position))) = untrack(|| self.session.position.get()) {
            self.position.replace(position);
        }
        self.session
            .enter((account != 0).then_some(UserId(account)));
        self.ask(REPLY_MS);
    }

    /// Leads unless somebody else turns out to.
    fn ask(self: &Rc<Self>, reply_ms: u64) {
        self.role.replace(Role::Asking);
        self.post(&Message::Hello);
        if self.account.get() == Some(0) {
            return;
        }
        if self.channel.is_none() {
            self.lead();
            return;
        }
        let hub = Rc::clone(self);
        let lead = move || {
            if *hub.role.borrow() == Role::Asking {
                hub.lead();
            }
        };
        let reply_ms = reply_ms + u64::from(random(300));
        set_timeout(lead, Duration::from_millis(reply_ms));
    }

    fn lead(self: &Rc<Self>) {
        self.role.replace(Role::Leading(Claim {
            at_ms: now_ms(),
            tab: self.tab.clone(),
        }));
        self.announce();
        self.open();
    }

    fn announce(&self) {
        if let Role::Leading(claim) = &*self.role.borrow() {
            self.post(&Message::Lead(Lead {
                claim: claim.clone(),
                position: self.position.borrow().clone(),
                is_open: self.live.connection.get_untracked() != Connection::Lost,
            }));
        }
    }

    fn post(&self, message: &Message) {
        if let (Some(channel), Some(account)) = (&self.channel, self.account.get()) {
            // It fails only where the channel is closed.
            let _ = channel.post_message(&write(account, message).into());
        }
    }

    /// Another tab says something.
    fn hear(self: &Rc<Self>, account: i64, message: Message) {
        let own = self.account.get();
        if own != Some(account) {
            if own.is_some() {
                self.check_session();
            }
            return;
        }
        match message {
            Message::Hello => {
                // Whoever asks may have missed the stream, and timers of hidden tabs run only once a minute.
                self.reopen_if_silent(SILENT_AT_RETURN_MS);
                self.announce();
            }
            Message::Bye => self.ask(0),
            Message::Lead(lead) => self.hear_lead(lead),
            Message::Event(event) => {
                self.role.borrow_mut().hear_event(now_ms());
                self.apply(event);
            }
        }
    }

    fn hear_lead(self: &Rc<Self>, lead: Lead) {
        let verdict = self.role.borrow_mut().hear(&lead.claim, now_ms());
        match verdict {
            Verdict::Insist => return self.announce(),
            Verdict::StepDown => self.close(),
            Verdict::Follow => {}
        }
        let connection = if lead.is_open {
            Connection::Open
        } else {
            Connection::Lost
        };
        self.live.connection.set(connection);
        let is_known = lead.position.is_empty() || lead.position == *self.position.borrow();
        if !is_known {
            // What has changed before this tab began to follow was told to others only.
            self.position.replace(lead.position);
            self.session.refresh();
        }
    }

    /// Takes an event over.
    fn apply(&self, event: Event) {
        if !event.position.is_empty() {
            self.position.replace(event.position);
        }
        let data = Payload::of_json(&event.data);
        match event.name.as_str() {
            "resync" => self.session.refresh(),
            "balance" => match data.get() {
                Ok(balance) => self.session.set_balance(balance),
                Err(_) => leptos::logging::error!("a balance that cannot be read"),
            },
            "task" => self.live.task.set(Some(data)),
            "batch" => self.live.batch.set(Some(data)),
            "transaction" => self.live.transaction.set(Some(data)),
            _ => {}
        }
    }

    fn open(self: &Rc<Self>) {
        self.close();
        let position = self.position.borrow().clone();
        let Ok(source) = EventSource::new(&format!("{URL}?since={position}")) else {
            return;
        };
        self.heard_ms.set(now_ms());
        let hub = Rc::clone(self);
        on(&source, "error", move |_| hub.lose());
        for name in [
            "heartbeat",
            "resync",
            "balance",
            "task",
            "batch",
            "transaction",
        ] {
            let hub = Rc::clone(self);
            on(&source, name, move |message| {
                hub.receive(Event {
                    position: message.last_event_id(),
                    name: name.to_owned(),
                    data: message.data().as_string().unwrap_or_default(),
                });
            });
        }
        self.source.replace(Some(source));
    }

    fn close(&self) {
        if let Some(source) = self.source.take() {
            source.close();
        }
    }

    /// Something came by the stream.
    fn receive(&self, event: Event) {
        self.heard_ms.set(now_ms());
        self.failures.set(0);
        let is_heartbeat = event.name == "heartbeat";
        if !is_heartbeat {
            self.post(&Message::Event(event.clone()));
        }
        self.apply(event);
        let was_open = self.live.connection.get_untracked() == Connection::Open;
        if !was_open {
            self.live.connection.set(Connection::Open);
        }
        // Other tabs learn at once that the stream is back.
        if is_heartbeat || !was_open {
            self.announce();
        }
    }

    /// The stream broke, was refused, or has gone silent.
    fn lose(self: &Rc<Self>) {
        let source = self.source.borrow();
        let is_refused = source
            .as_ref()
            .is_some_and(|source| source.ready_state() == EventSource::CLOSED);
        drop(source);
        self.close();
        self.live.connection.set(Connection::Lost);
        self.announce();
        if is_refused {
            self.check_session();
        }
        let failures = self.failures.get();
        self.failures.set(failures + 1);
        // Spread, because all browsers lose their streams at once when the server stops.
        let spread = RETRY_SPREAD_MS << failures.min(3);
        let wait_ms = RETRY_MIN_MS + random(spread.min(RETRY_SPREAD_MAX_MS));
        let hub = Rc::clone(self);
        set_timeout(move || hub.reopen(), Duration::from_millis(wait_ms.into()));
    }

    /// Opens the stream again where this tab still leads and has none.
    fn reopen(self: &Rc<Self>) {
        let is_leading = matches!(*self.role.borrow(), Role::Leading(_));
        if is_leading && self.source.borrow().is_none() {
            self.open();
        }
    }

    /// Looks whether the stream, or the leader, has been silent for too long.
    fn look(self: &Rc<Self>, silent_ms: i64, leader_silent_ms: i64) {
        let now = now_ms();
        if self.role.borrow().misses_leader(now, leader_silent_ms) {
            self.ask(REPLY_MS);
        } else if self.source.borrow().is_some() && now - self.heard_ms.get() > silent_ms {
            self.lose();
        }
    }

    /// Somebody has come back to the tab, or the network has.
    fn return_to(self: &Rc<Self>) {
        self.reopen_if_silent(SILENT_AT_RETURN_MS);
        self.look(SILENT_AT_RETURN_MS, SILENT_AT_RETURN_MS);
        self.reopen();
    }

    /// Opens the stream again at once where it has been silent.
    fn reopen_if_silent(self: &Rc<Self>, silent_ms: i64) {
        if self.source.borrow().is_some() && now_ms() - self.heard_ms.get() > silent_ms {
            self.close();
            self.reopen();
        }
    }

    fn change_visibility(self: &Rc<Self>) {
        if self.channel.is_some() {
            if !browser::is_hidden() {
                self.return_to();
            }
            return;
        }
        // With a stream for each tab, only those that are seen may have one.
        if browser::is_hidden() {
            self.role.replace(Role::Asking);
            self.close();
        } else if self.account.get().is_some_and(|account| account != 0) {
            self.check_session();
            self.lead();
        }
    }

    /// The page is left.
    fn go(&self) {
        if matches!(*self.role.borrow(), Role::Leading(_)) {
            self.post(&Message::Bye);
        }
        self.role.replace(Role::Asking);
        self.close();
    }
}

fn on(source: &EventSource, event: &str, act: impl Fn(MessageEvent) + 'static) {
    let listener = Closure::<dyn Fn(MessageEvent)>::new(act).into_js_value();
    // It fails only where the listener is no function.
    let _ = source.add_event_listener_with_callback(event, listener.unchecked_ref());
}
