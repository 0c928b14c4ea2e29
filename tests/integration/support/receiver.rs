//! A receiver of webhooks.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::net::TcpListener;

use super::wait_for;

/// Settings that let a server call receivers of tests.
pub const ALLOW_RECEIVERS: [(&str, &str); 2] = [
    ("PLEDGECAST_WEBHOOK_NETWORKS", "127.0.0.0/8"),
    ("PLEDGECAST_WEBHOOK_HTTP", "true"),
];

/// What a receiver does with requests.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Responds with this status and the text `received`.
    Respond(u16),
    /// Redirects to this URL.
    Redirect(String),
    /// Never responds.
    Hang,
}

/// A request that a receiver got.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: String,
}

/// An HTTP server that keeps what it gets, until the test ends.
pub struct Receiver {
    pub url: String,
    state: Shared,
}

#[derive(Clone)]
struct Shared {
    received: Arc<Mutex<Vec<Received>>>,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl Receiver {
    /// Starts a receiver.
    pub async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        let state = Shared {
            received: Arc::default(),
            behaviour: Arc::new(Mutex::new(behaviour)),
        };
        let app = Router::new().fallback(receive).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, state }
    }

    /// Changes what it does from now on.
    pub fn set(&self, behaviour: Behaviour) {
        *self.state.behaviour.lock().unwrap() = behaviour;
    }

    /// What it got so far.
    pub fn received(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    /// Waits until it got this many requests; returns them.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        wait_for(&format!("{count} webhook requests"), || async {
            let received = self.received();
            (received.len() >= count).then_some(received)
        })
        .await
    }

    /// Waits for an event of this type; returns its request.
    pub async fn wait_for_event(&self, event: &str) -> Received {
        wait_for(&format!("the event {event}"), || async {
            let received = self.received();
            received
                .into_iter()
                .find(|it| it.payload()["type"] == event)
        })
        .await
    }
}

impl Received {
    /// The body as JSON.
    pub fn payload(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The header `webhook-id`.
    pub fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }

    /// Whether the reference library of Standard Webhooks accepts the request with this secret.
    pub fn is_signed_with(&self, secret: &Value) -> bool {
        let webhook = standardwebhooks::Webhook::new(secret.as_str().unwrap()).unwrap();
        webhook.verify(self.body.as_bytes(), &self.headers).is_ok()
    }
}

async fn receive(State(state): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    state
        .received
        .lock()
        .unwrap()
        .push(Received { headers, body });
    let behaviour = state.behaviour.lock().unwrap().clone();
    match behaviour {
        Behaviour::Respond(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, "received").into_response()
        }
        Behaviour::Redirect(target) => {
            (StatusCode::FOUND, [(header::LOCATION, target)]).into_response()
        }
        Behaviour::Hang => std::future::pending().await,
    }
}
