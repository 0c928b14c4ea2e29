//! The listener: a bounded number of connections, none of which may stand idle for long.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{self, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

/// A connection on which nothing moves for so long is closed. Above the time limit of requests, and above the
/// pause between two signs of life of an event stream.
const IDLE: Duration = Duration::from_secs(75);
/// Open files that are not connections of visitors: the database, its journal, logs, sockets to PostgreSQL.
const OTHER_FILES: u32 = 200;
/// Refusals that are under way at the same time; beyond them connections are closed without a word.
const REFUSALS: usize = 64;
const REFUSAL_TIME: Duration = Duration::from_secs(1);
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 45\r\n\r\n\
    Too many connections. Try again in 2 seconds.";

/// Accepts connections as long as there are places for them, and tells the others to come back.
pub struct BoundedListener {
    listener: TcpListener,
    places: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    idle_limit: Duration,
}

impl BoundedListener {
    /// At most `max_connections` at the same time, fewer where the system allows fewer open files.
    pub fn new(listener: TcpListener, max_connections: u32) -> Self {
        let places = max_connections.min(allowed_by_system());
        if places < max_connections {
            tracing::warn!(
                places,
                max_connections,
                "the limit of open files allows fewer connections; raise it (ulimit -n, LimitNOFILE)"
            );
        }
        Self {
            listener,
            places: Arc::new(Semaphore::new(
                usize::try_from(places).unwrap_or(usize::MAX),
            )),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
            idle_limit: IDLE,
        }
    }

    fn refuse(&self, stream: TcpStream) {
        if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
            tokio::spawn(async move {
                // An error means that the other side has gone, or dawdles.
                let _ = tokio::time::timeout(REFUSAL_TIME, send_refusal(stream)).await;
                drop(permit);
            });
        }
    }
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

/// The request is read first: a connection that is closed with unread data takes the answer with it.
async fn send_refusal(mut stream: TcpStream) -> io::Result<()> {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request).await?;
    stream.write_all(REFUSAL).await?;
    stream.shutdown().await
}

impl Listener for BoundedListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            match Arc::clone(&self.places).try_acquire_owned() {
                Ok(place) => {
                    // Answers and events are small and whole: waiting to fill a packet only delays them.
                    let _ = stream.set_nodelay(true);
                    return (Connection::new(stream, place, self.idle_limit), address);
                }
                Err(_) => self.refuse(stream),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, BoundedListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, BoundedListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// An accepted connection, with its place.
pub struct Connection {
    stream: TcpStream,
    moved_at: Instant,
    idle_limit: Duration,
    idle: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, place: OwnedSemaphorePermit, idle_limit: Duration) -> Self {
        Self {
            stream,
            moved_at: Instant::now(),
            idle_limit,
            idle: Box::pin(tokio::time::sleep(idle_limit)),
            _place: place,
        }
    }

    /// Notes that something moved; where nothing did for too long, fails in place of waiting on.
    fn note<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.moved_at = Instant::now();
            return polled;
        }
        while self.idle.as_mut().poll(context).is_ready() {
            let until = self.moved_at + self.idle_limit;
            if until <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.idle.as_mut().reset(until);
        }
        Poll::Pending
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.note(context, polled)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note(context, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[std::io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.note(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
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

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let text = std::str::from_utf8(REFUSAL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())));
    }

    #[tokio::test]
    async fn a_connection_on_which_nothing_moves_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut listener = BoundedListener::new(listener, 1);
        listener.idle_limit = Duration::from_millis(50);
        let _client = TcpStream::connect(address).await.unwrap();
        let (mut connection, _) = listener.accept().await;
        let read = connection.read(&mut [0; 1]).await;
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
