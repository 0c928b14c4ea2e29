//! The basis of all tests: databases, processes, an HTTP client, and waiting.

pub mod batches;
mod browser;
mod campaign;
mod cluster;
mod database;
mod disconnect;
mod event_stream;
mod program;
mod proxy;
mod raw;
mod receiver;
pub mod second_factor;
mod site;
mod smtp;
mod tls;

use std::future::Future;
use std::time::{Duration, Instant};

pub use browser::{Browser, Response, http_client, unique};
pub use campaign::{form_of, predict_body, sample};
pub use cluster::Cluster;
pub use database::{Database, Engine, Link};
pub use disconnect::send_and_disconnect;
pub use event_stream::{Event, EventStream};
pub use program::Program;
pub use proxy::Proxy;
pub use raw::Raw;
pub use receiver::{ALLOW_RECEIVERS, Behaviour, Received, Receiver};
pub use site::{Server, Site, shared_idle_server, shared_server};
pub use smtp::{Encryption, Mail, MailReply, MailServer};
pub use tls::AUTHORITY;

/// The price of one prediction with the shipped model, and the default welcome credits.
pub const PRICE: i64 = 10;

/// The time limit of every wait, far above the expected time.
pub const TIMEOUT: Duration = Duration::from_secs(90);

/// Polls `probe` until it returns a value.
///
/// # Panics
/// Naming `what`, after [`TIMEOUT`].
pub async fn wait_for<T, F>(what: &str, mut probe: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let start = Instant::now();
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(start.elapsed() < TIMEOUT, "timed out waiting for {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
