//! Accepts connections: a bounded number in all and from each address, none held by a client that is too slow.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use super::activity::{Activity, RequestBody, ResponseBody};
use super::address_limit::{AddressLimit, AddressPermit};
use super::bare_errors;
use super::client_stream::{ClientStream, Pace};
use super::problem::EdgeProblem;
use super::trusted_proxies::TrustedProxies;

/// How long open requests may take once the process is to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// Open files that are not connections of clients: the database, its journal, logs, sockets to PostgreSQL.
const OTHER_FILES: u32 = 200;
/// Refusals that are under way at the same time; beyond them connections are closed without a response.
const REFUSALS: usize = 64;
const REFUSAL_TIME: Duration = Duration::from_secs(1);
/// After an accept that failed for want of files or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// The longest head of a request, and the most that is buffered of a body or a response.
const BUFFER_MAX_BYTES: usize = 128 * 1024;

/// What connections may take.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// Most connections in all.
    pub max: u32,
    /// Most connections from one address.
    pub max_per_address: u32,
    /// How long a connection may be open without a request.
    pub keep_alive: Duration,
    /// How slow a client may be.
    pub pace: Pace,
    /// Their addresses stand for many clients and have no limit of their own.
    pub trusted_proxies: TrustedProxies,
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves until `stop`; then open requests have ten seconds to end.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) {
    let server = Server::new(app, limits);
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, address)) => server.take(stream, address, graceful.watcher()),
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still open when the time to drain ran out");
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
    permits: Arc<Semaphore>,
    addresses: Arc<AddressLimit>,
    refusals: Arc<Semaphore>,
}

impl Server {
    fn new(app: Router, limits: ConnectionLimits) -> Self {
        let max = limits.max.min(allowed_by_system());
        if max < limits.max {
            tracing::warn!(
                max,
                configured = limits.max,
                "the limit of open files allows fewer connections; raise it (ulimit -n, LimitNOFILE)"
            );
        }
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            // It runs from the end of a request to the head of the next; `Pace` bounds the head itself.
            .header_read_timeout(limits.keep_alive + limits.pace.head)
            .max_buf_size(BUFFER_MAX_BYTES);
        Self {
            app,
            http,
            permits: Arc::new(Semaphore::new(usize::try_from(max).unwrap_or(usize::MAX))),
            addresses: Arc::new(AddressLimit::new(limits.max_per_address)),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
            limits,
        }
    }

    /// Serves a connection in a task of its own, or refuses it.
    fn take(&self, stream: TcpStream, address: SocketAddr, watcher: Watcher) {
        let is_proxy = self.limits.trusted_proxies.contains(address.ip());
        let of_address = if is_proxy {
            None
        } else {
            match self.addresses.take(address.ip()) {
                Some(place) => Some(place),
                None => return self.refuse(stream),
            }
        };
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            return self.refuse(stream);
        };
        self.open(stream, address, watcher, (permit, of_address));
    }

    fn open(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        watcher: Watcher,
        places: (OwnedSemaphorePermit, Option<AddressPermit>),
    ) {
        // Responses and events are small and whole: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let activity = Arc::new(Activity::default());
        let stream = ClientStream::new(stream, self.limits.pace, Arc::clone(&activity));
        let app = self.app.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            call(app.clone(), request, Peer(address), &activity)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let connection = watcher.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(places);
        });
    }

    fn refuse(&self, stream: TcpStream) {
        if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
            tokio::spawn(async move {
                // An error means that the client has gone, or is too slow.
                let _ = tokio::time::timeout(REFUSAL_TIME, send_refusal(stream)).await;
                drop(permit);
            });
        }
    }
}

/// Hands a request on to the router.
fn call(
    mut app: Router,
    request: Request<Incoming>,
    peer: Peer,
    activity: &Arc<Activity>,
) -> impl Future<Output = Result<Response<ResponseBody>, Infallible>> + use<> {
    let open = activity.begin();
    let mut request = request.map(|body| Body::new(RequestBody::new(body, activity)));
    request.extensions_mut().insert(ConnectInfo(peer));
    async move {
        let response = app.call(request).await?;
        Ok(response.map(|body| ResponseBody::new(body, open)))
    }
}

/// The request is read first: a connection that is closed with unread data takes the response with it.
async fn send_refusal(mut stream: TcpStream) -> io::Result<()> {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request).await?;
    let refusal = bare_errors::raw(&EdgeProblem::TOO_MANY_CONNECTIONS);
    stream.write_all(&refusal).await?;
    stream.shutdown().await
}

/// Connections that the limit of open files leaves room for; without end where it cannot be read.
fn allowed_by_system() -> u32 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    match soft_limit_of_files(&limits) {
        Some(files) => files.saturating_sub(OTHER_FILES).max(files / 2),
        None => u32::MAX,
    }
}

fn soft_limit_of_files(limits: &str) -> Option<u32> {
    let line = limits
        .lines()
        .find_map(|it| it.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_of_open_files_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
            Max processes             63706                63706                processes \n\
            Max open files            1024                 524288               files     \n";
        assert_eq!(soft_limit_of_files(limits), Some(1024));
        let unlimited = "Max open files            unlimited            unlimited            files";
        assert_eq!(soft_limit_of_files(unlimited), None);
    }
}
