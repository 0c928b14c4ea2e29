//! A client's connection as bytes: clients that are too slow lose it, and closing it cuts off no response.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::activity::Activity;
use super::bare_errors;

/// How long a client may take. Rates are in bytes a second.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// For the head of a request, from its first byte on.
    pub head: Duration,
    /// How much longer than at the lowest rate the body of a request may take.
    pub body_grace: Duration,
    /// How much longer than at the lowest rate a client may take to read what is sent to it.
    pub write_grace: Duration,
    /// The lowest rate at which bytes must move.
    pub min_rate: u32,
}

impl Pace {
    /// The time that so many bytes take at the lowest rate.
    pub fn time_of(&self, bytes: u64) -> Duration {
        Duration::from_micros(bytes.saturating_mul(1_000_000) / u64::from(self.min_rate.max(1)))
    }
}

/// After the last response, what a client still sends is read and thrown away: if it was left unread, the
/// system would reset the connection, and the client could lose the response. This long after the end...
const LINGER_GRACE: Duration = Duration::from_secs(5);
/// ... as long as bytes arrive at the lowest rate, but no longer than this ...
const LINGER_MAX: Duration = Duration::from_mins(5);
/// ... and no more than this.
const LINGER_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The head of a request that has begun to arrive.
struct Head {
    gap: u64,
    since: Instant,
    /// Whether the request line has arrived.
    has_line: bool,
}

/// How far behind the lowest rate the reader of responses is.
#[derive(Default)]
struct WriteDelay {
    spent: Duration,
    since: Option<Instant>,
}

struct Linger {
    since: Instant,
    received: u64,
}

/// A connection with a client.
pub struct ClientStream {
    stream: TcpStream,
    pace: Pace,
    activity: Arc<Activity>,
    head: Option<Head>,
    delay: WriteDelay,
    /// Our error response in place of the bare one of the HTTP library, and how much of it is written.
    replacement: Option<(Vec<u8>, usize)>,
    linger: Option<Linger>,
    read_timer: Pin<Box<Sleep>>,
    write_timer: Pin<Box<Sleep>>,
}

impl ClientStream {
    /// Takes an accepted connection over.
    pub fn new(stream: TcpStream, pace: Pace, activity: Arc<Activity>) -> Self {
        let now = Instant::now();
        Self {
            stream,
            pace,
            activity,
            head: None,
            delay: WriteDelay::default(),
            replacement: None,
            linger: None,
            read_timer: Box::pin(tokio::time::sleep_until(now)),
            write_timer: Box::pin(tokio::time::sleep_until(now)),
        }
    }

    /// Notes what arrived of a request's head.
    fn note_read(&mut self, new: &[u8]) {
        let Some(gap) = self.activity.gap() else {
            self.head = None;
            return;
        };
        if self.head.as_ref().is_some_and(|head| head.gap != gap) {
            self.head = None;
        }
        if new.is_empty() {
            return;
        }
        let head = self.head.get_or_insert_with(|| Head {
            gap,
            since: Instant::now(),
            has_line: false,
        });
        head.has_line = head.has_line || new.contains(&b'\n');
    }

    /// Whether the head that is arriving has taken too long.
    fn is_head_late(&mut self, context: &mut Context<'_>) -> bool {
        self.head.as_ref().is_some_and(|head| {
            let until = head.since + self.pace.head;
            is_over(&mut self.read_timer, until, context)
        })
    }

    /// Gives up where a write waits for longer than the reader may take.
    fn note_write<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
        written: impl Fn(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match &polled {
            Poll::Pending => {
                let since = *self.delay.since.get_or_insert_with(Instant::now);
                let until = since + self.pace.write_grace.saturating_sub(self.delay.spent);
                if is_over(&mut self.write_timer, until, context) {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
            Poll::Ready(Ok(done)) => {
                if let Some(since) = self.delay.since.take() {
                    self.delay.spent += since.elapsed();
                }
                if !self.delay.spent.is_zero() {
                    let bytes = u64::try_from(written(done)).unwrap_or(u64::MAX);
                    self.delay.spent = self.delay.spent.saturating_sub(self.pace.time_of(bytes));
                }
            }
            Poll::Ready(Err(_)) => {}
        }
        polled
    }

    /// Writes the rest of the replacement; then `bytes` count as written.
    fn poll_replacement(
        &mut self,
        context: &mut Context<'_>,
        bytes: usize,
    ) -> Poll<io::Result<usize>> {
        while let Some((response, done)) = &mut self.replacement {
            let rest = response.get(*done..).unwrap_or_default();
            if rest.is_empty() {
                self.replacement = None;
                break;
            }
            *done += ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
        }
        Poll::Ready(Ok(bytes))
    }

    /// Reads what the client still sends until it stops; a failure is as good as an end.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut thrown_away = [0; 16 * 1024];
        loop {
            let Some(linger) = &mut self.linger else {
                return Poll::Ready(());
            };
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    linger.received += u64::try_from(buffer.filled().len()).unwrap_or(u64::MAX);
                    if linger.received > LINGER_MAX_BYTES {
                        return Poll::Ready(());
                    }
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    let (since, received) = (linger.since, linger.received);
                    let allowed = (LINGER_GRACE + self.pace.time_of(received)).min(LINGER_MAX);
                    return if is_over(&mut self.read_timer, since + allowed, context) {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    };
                }
            }
        }
    }
}

/// Whether it is `until`; wakes the task then where it is not.
fn is_over(timer: &mut Pin<Box<Sleep>>, until: Instant, context: &mut Context<'_>) -> bool {
    if timer.deadline() != until {
        timer.as_mut().reset(until);
    }
    timer.as_mut().poll(context).is_ready()
}

impl AsyncRead for ClientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.note_read(buffer.filled().get(before..).unwrap_or_default());
        if polled.is_pending() && self.is_head_late(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.replacement.is_none() && this.activity.gap().is_some() {
            let has_line = this.head.as_ref().is_none_or(|head| head.has_line);
            this.replacement = bare_errors::replacement(bytes, has_line).map(|it| (it, 0));
            if this.replacement.is_some() {
                this.activity.leave_unread();
            }
        }
        let polled = if this.replacement.is_some() {
            this.poll_replacement(context, bytes.len())
        } else {
            Pin::new(&mut this.stream).poll_write(context, bytes)
        };
        this.note_write(context, polled, |written| *written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            if !this.activity.has_unread() {
                return Poll::Ready(Ok(()));
            }
            this.linger = Some(Linger {
                since: Instant::now(),
                received: 0,
            });
        }
        this.poll_linger(context).map(Ok)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A bare error response is written by itself.
        if let [only] = parts {
            return self.poll_write(context, only);
        }
        let this = &mut *self;
        let polled = Pin::new(&mut this.stream).poll_write_vectored(context, parts);
        this.note_write(context, polled, |written| *written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
