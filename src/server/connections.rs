//! Accepts connections, bounded overall and per address, and closes those of slow clients.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;

use super::bare_errors;
use super::client_stream::ClientStream;
use super::min_rate::MinRate;
use super::problem::EdgeProblem;
use super::trusted_proxies::TrustedProxies;
use crate::services::attempts::network_of;
use crate::services::in_use::{KeyedLimit, KeyedPermit};

/// How long open requests may take after the stop signal.
const DRAIN: Duration = Duration::from_secs(10);
/// How long clients may then take to close connections without a request. Browsers often leave them open.
const DRAIN_CLOSED: Duration = Duration::from_secs(1);
/// Open files that are not client connections: the database, its journal, logs, sockets to PostgreSQL.
const OTHER_FILES: u32 = 200;
/// One address gets at most one in this many connections, so that it cannot lock out other clients.
const ADDRESS_FRACTION: u32 = 4;
/// Refusals sent at the same time; beyond this, connections are closed without a response.
const REFUSALS: usize = 64;
const REFUSAL_TIME: Duration = Duration::from_secs(1);
/// The pause after a failed accept, for example because the process has run out of open files or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// The longest head of a request, and the most that is buffered of a body or a response.
const BUFFER_MAX_BYTES: usize = 128 * 1024;

/// Limits on connections.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// Maximum number of connections.
    pub max: u32,
    /// Maximum number of connections from one address.
    pub max_per_address: u32,
    /// The longest time from the end of a request, or the start of the connection, until the next request's head is
    /// complete.
    pub keep_alive: Duration,
    /// The longest time in which a client reads nothing of a response.
    pub write_timeout: Duration,
    /// The minimum rate of request bodies.
    pub body_rate: MinRate,
    /// Proxies serve many clients, so they have no limit per address.
    pub trusted_proxies: TrustedProxies,
}

/// The address at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves until `stop` is cancelled; open requests then have ten seconds to finish.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) {
    let server = Server::new(app, limits, stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = server.stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, address)) => match server.admit(address.ip()) {
                Some(permits) => server.open(stream, address, permits),
                None => server.refuse(stream),
            },
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    server.connections.close();
    let drained = tokio::time::timeout(DRAIN, server.connections.wait()).await;
    if drained.is_err() {
        tracing::warn!("requests were still open when the drain timeout expired");
    }
}

fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

struct Server {
    app: Router,
    http: http1::Builder,
    limits: ConnectionLimits,
    all: Arc<Semaphore>,
    addresses: KeyedLimit<IpAddr>,
    refusals: Arc<Semaphore>,
    connections: TaskTracker,
    stop: CancellationToken,
}

type Permits = (OwnedSemaphorePermit, Option<KeyedPermit<IpAddr>>);

impl Server {
    fn new(app: Router, limits: ConnectionLimits, stop: CancellationToken) -> Self {
        let max = limits.max.min(connections_for(open_files()));
        if max < limits.max {
            tracing::warn!(
                max,
                configured = limits.max,
                "the limit of open files allows fewer connections; raise it (ulimit -Hn, LimitNOFILE)"
            );
        }
        let max_per_address = limits.max_per_address.min(max / ADDRESS_FRACTION).max(1);
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            // Hyper starts this timer when a connection is ready for a request, and stops it at the end of the head.
            .header_read_timeout(limits.keep_alive)
            .max_buf_size(BUFFER_MAX_BYTES);
        Self {
            app,
            http,
            limits,
            all: Arc::new(Semaphore::new(usize_of(max))),
            addresses: KeyedLimit::new(usize_of(max_per_address)),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
            connections: TaskTracker::new(),
            stop,
        }
    }

    /// The permits for one more connection; `None` if a limit is reached.
    fn admit(&self, address: IpAddr) -> Option<Permits> {
        let of_address = if self.limits.trusted_proxies.contains(address) {
            None
        } else {
            Some(self.addresses.try_acquire(network_of(address))?)
        };
        let of_all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some((of_all, of_address))
    }

    /// Serves a connection in its own task.
    fn open(&self, stream: TcpStream, address: SocketAddr, permits: Permits) {
        // Responses and events are small and complete, so Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let app = self.app.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(Peer(address)));
            app.clone().call(request)
        });
        let stream = ClientStream::new(stream, self.limits.write_timeout);
        let mut connection = self.http.serve_connection(TokioIo::new(stream), service);
        let rate = self.limits.body_rate;
        let stop = self.stop.clone();
        self.connections.spawn(async move {
            let served = tokio::select! {
                served = &mut connection => Some(served),
                () = stop.cancelled() => None,
            };
            let served = if let Some(served) = served {
                served
            } else {
                Pin::new(&mut connection).graceful_shutdown();
                (&mut connection).await
            };
            if let Err(error) = &served {
                tracing::debug!(%error, "a connection broke");
            }
            let stream = connection.into_parts().io.into_inner();
            if served.is_ok() || stream.has_error() {
                tokio::select! {
                    // An error means that the client is gone or too slow.
                    _ = stream.close(rate) => {}
                    () = async { stop.cancelled().await; tokio::time::sleep(DRAIN_CLOSED).await } => {}
                }
            }
            drop(permits);
        });
    }

    fn refuse(&self, stream: TcpStream) {
        if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
            tokio::spawn(async move {
                // An error means that the client is gone or too slow.
                let _ = tokio::time::timeout(REFUSAL_TIME, send_refusal(stream)).await;
                drop(permit);
            });
        }
    }
}

/// Reads the request first: if a connection is closed with unread data, the client can lose the response.
async fn send_refusal(mut stream: TcpStream) -> io::Result<()> {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request).await?;
    let refusal = bare_errors::raw(&EdgeProblem::TOO_MANY_CONNECTIONS);
    stream.write_all(&refusal).await?;
    stream.shutdown().await?;
    while stream.read(&mut request).await? > 0 {}
    Ok(())
}

/// Raises the limit on open files as far as the system allows and returns it; `None` if there is no limit.
fn open_files() -> Option<u32> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    files.map(|files| u32::try_from(files).unwrap_or(u32::MAX))
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// How many connections a limit on open files leaves room for.
fn connections_for(files: Option<u32>) -> u32 {
    files.map_or(u32::MAX, |files| {
        files.saturating_sub(OTHER_FILES).max(files / 2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        assert_eq!(connections_for(Some(1024)), 824);
        assert_eq!(connections_for(Some(256)), 128);
        assert_eq!(connections_for(None), u32::MAX);
    }

    #[test]
    fn the_limit_on_open_files_is_raised() {
        let files = open_files();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
        assert_eq!(
            files.map(u64::from),
            limit.current.map(|it| it.min(u64::from(u32::MAX)))
        );
    }
}
