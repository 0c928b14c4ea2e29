//! A reader of server-sent events.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Browser, TIMEOUT};

/// One event: its name, its JSON, and its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub name: String,
    pub data: Value,
    pub id: Option<String>,
}

/// An open stream of a signed-in user.
pub struct EventStream {
    response: reqwest::Response,
    buffer: String,
    seen: Vec<Event>,
}

impl Event {
    /// Whether it tells the client to reload.
    pub fn is_resync(&self) -> bool {
        self.name == "resync"
    }
}

impl EventStream {
    /// Opens `/events` and waits for the head of the response.
    pub async fn open(browser: &Browser) -> Self {
        Self::open_by(browser.request(Method::GET, "/events")).await
    }

    /// Opens the stream at a position.
    pub async fn open_since(browser: &Browser, position: &str) -> Self {
        let path = format!("/events?since={position}");
        Self::open_by(browser.request(Method::GET, &path)).await
    }

    /// Opens the stream with a prepared request.
    pub async fn open_by(request: RequestBuilder) -> Self {
        let request = request.header("accept", "text/event-stream");
        // Streams last longer than any other request.
        let response = request.timeout(Duration::from_mins(10)).send().await;
        let response = response.unwrap();
        assert_eq!(response.status(), 200);
        let headers = response.headers();
        assert_eq!(headers["content-type"], "text/event-stream; charset=utf-8");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-accel-buffering"], "no");
        Self {
            response,
            buffer: String::new(),
            seen: Vec::new(),
        }
    }

    /// Reads until an event passes `test`. Events that were read earlier count, too.
    ///
    /// # Panics
    /// With all events seen, if no event passes in time or the stream ends.
    pub async fn wait_for(&mut self, what: &str, test: impl Fn(&Event) -> bool) -> Event {
        let search = async {
            loop {
                if let Some(found) = self.seen.iter().find(|event| test(event)) {
                    return Some(found.clone());
                }
                if !self.read().await {
                    return None;
                }
            }
        };
        match tokio::time::timeout(TIMEOUT, search).await {
            Ok(Some(event)) => event,
            Ok(None) => panic!("the stream ended before {what}; seen {:?}", self.seen),
            Err(elapsed) => panic!("no event after {elapsed}: {what}; seen {:?}", self.seen),
        }
    }

    /// Tops up the user of the stream until the stream sends the change itself. A process that has connected LISTEN again
    /// reports a gap, so the first changes may arrive as requests to reload.
    ///
    /// # Panics
    /// With all events seen, if the stream sends nothing or only requests to reload.
    pub async fn assert_changes_arrive(&mut self, browser: &Browser) {
        for _ in 0..5 {
            let [amount, ..] = browser.balance().await;
            self.forget();
            browser.top_up(10).await;
            let event = self
                .wait_for("the top-up or a reload", |event| {
                    let is_top_up = event.name == "balance" && event.data["amount"] == amount + 10;
                    is_top_up || event.is_resync()
                })
                .await;
            if !event.is_resync() {
                return;
            }
        }
        panic!("the stream keeps requesting reloads: {:?}", self.seen);
    }

    /// The first event of the stream.
    pub async fn first(&mut self) -> Event {
        self.wait_for("the first event", |_| true).await
    }

    /// The latest position of the stream.
    pub fn position(&self) -> String {
        let mut ids = self.seen.iter().rev().filter_map(|it| it.id.clone());
        ids.next().expect("an event with an id")
    }

    /// Reads until the server ends the stream.
    ///
    /// # Panics
    /// With all events seen, if the stream does not end in time.
    pub async fn read_to_end(&mut self) {
        let reading = async { while self.read().await {} };
        let ended = tokio::time::timeout(TIMEOUT, reading).await.is_ok();
        assert!(ended, "the stream does not end; seen {:?}", self.seen);
    }

    /// Ignores the events that were read so far.
    pub fn forget(&mut self) {
        self.seen.clear();
    }

    /// All events that were read.
    pub fn seen(&self) -> &[Event] {
        &self.seen
    }

    async fn read(&mut self) -> bool {
        let Ok(Some(chunk)) = self.response.chunk().await else {
            return false;
        };
        self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        while let Some(end) = self.buffer.find("\n\n") {
            let block: String = self.buffer.drain(..end + 2).collect();
            self.seen.extend(parse(&block));
        }
        true
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let mut lines = block.lines().filter_map(|line| line.strip_prefix(name));
        lines.next().map(str::trim)
    };
    let data = field("data:")?;
    Some(Event {
        name: field("event:").unwrap_or("message").to_owned(),
        data: serde_json::from_str(data).unwrap_or(Value::Null),
        id: field("id:").map(ToOwned::to_owned),
    })
}
