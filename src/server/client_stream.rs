//! A client's connection as a byte stream. Writes time out, and closing the stream does not lose the response.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_io_timeout::TimeoutStream;

use super::bare_errors;
use super::min_rate::MinRate;
use super::problem::EdgeProblem;

/// How long a client may be silent after the response, in addition to the time its bytes take at the minimum rate.
const LINGER_GRACE: Duration = Duration::from_secs(5);
/// How long a client may keep sending after the response.
const LINGER_MAX: Duration = Duration::from_mins(30);
const LINGER_BUFFER_BYTES: usize = 16 * 1024;

/// The stream that hyper serves. It stays open when hyper is done; then call [`ClientStream::close`].
pub struct ClientStream {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    /// The error response that hyper tried to write; [`ClientStream::close`] sends ours instead.
    error: Option<&'static EdgeProblem>,
}

impl ClientStream {
    /// Writes fail if the client reads nothing for `write_timeout`.
    ///
    /// Writes have no minimum rate, because it cannot be measured: Linux reports a full send buffer as writable only
    /// after about a third of it is free, so progress comes in steps of up to about 2 MB.
    pub fn new(stream: TcpStream, write_timeout: Duration) -> Self {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(write_timeout));
        Self {
            stream: Box::pin(stream),
            error: None,
        }
    }

    /// Whether the request could not be parsed. [`ClientStream::close`] sends the response.
    pub fn has_error(&self) -> bool {
        self.error.is_some()
    }

    /// Ends the response, then reads and discards what the client still sends until it closes the connection or is
    /// slower than `rate`. If a socket is closed with unread data, the kernel resets the connection, and a client that
    /// is still sending can lose the response.
    pub async fn close(mut self, rate: MinRate) -> io::Result<()> {
        if let Some(error) = self.error {
            self.stream.write_all(&bare_errors::raw(error)).await?;
        }
        self.stream.shutdown().await?;
        let rate = MinRate {
            grace: LINGER_GRACE,
            ..rate
        };
        let begun = Instant::now();
        let mut received = 0;
        // On the heap, to keep the future of each connection small.
        let mut discarded = vec![0; LINGER_BUFFER_BYTES];
        loop {
            let deadline = rate.deadline(begun, received).min(begun + LINGER_MAX);
            let bytes = timeout_at(deadline, self.stream.read(&mut discarded)).await??;
            if bytes == 0 {
                return Ok(());
            }
            received += u64::try_from(bytes).unwrap_or(u64::MAX);
        }
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(context, buffer)
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.error = self.error.or_else(|| bare_errors::problem_of(bytes));
        if self.error.is_some() {
            return Poll::Ready(Ok(bytes.len()));
        }
        self.stream.as_mut().poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match parts {
            // Hyper writes its own errors in one part.
            [only] => self.poll_write(context, only),
            _ => self.stream.as_mut().poll_write_vectored(context, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    /// Hyper calls this once everything is written. [`ClientStream::close`] does the rest.
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}
