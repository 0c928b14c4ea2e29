//! What a connection is doing: shared by its bytes and by the requests that are served on it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

/// Whether a connection waits for a request or serves one. HTTP/1.1 serves one at a time.
#[derive(Debug, Default)]
pub struct Activity {
    /// Counts the beginnings and the ends of requests: odd while one is served.
    steps: AtomicU64,
    /// Set when a request body was given up before its end: the client may be sending still.
    has_unread: AtomicBool,
}

impl Activity {
    /// Begins a request; it ends when the result is dropped.
    pub fn begin(self: &Arc<Self>) -> OpenRequest {
        self.steps.fetch_add(1, Ordering::Relaxed);
        OpenRequest(Arc::clone(self))
    }

    /// Between two requests, a number that is different each time; `None` while a request is served.
    pub fn gap(&self) -> Option<u64> {
        let steps = self.steps.load(Ordering::Relaxed);
        steps.is_multiple_of(2).then_some(steps)
    }

    /// Notes that the client may be sending still when the connection is closed.
    pub fn leave_unread(&self) {
        self.has_unread.store(true, Ordering::Relaxed);
    }

    /// Whether the body of a request was given up before its end.
    pub fn has_unread(&self) -> bool {
        self.has_unread.load(Ordering::Relaxed)
    }
}

/// A request that is being served.
#[derive(Debug)]
pub struct OpenRequest(Arc<Activity>);

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.steps.fetch_add(1, Ordering::Relaxed);
    }
}

/// The body of a request; notes when it is dropped before its end.
pub struct RequestBody {
    inner: Incoming,
    is_read: bool,
    activity: Arc<Activity>,
}

impl RequestBody {
    /// The body of a request on that connection.
    pub fn new(inner: Incoming, activity: &Arc<Activity>) -> Self {
        Self {
            inner,
            is_read: false,
            activity: Arc::clone(activity),
        }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        self.is_read |= matches!(polled, Poll::Ready(None));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if !self.is_read && !self.inner.is_end_stream() {
            self.activity.leave_unread();
        }
    }
}

/// The body of a response; the request ends when it has been written.
pub struct ResponseBody {
    inner: Body,
    _open: OpenRequest,
}

impl ResponseBody {
    /// The body of the response to that request.
    pub fn new(inner: Body, open: OpenRequest) -> Self {
        Self { inner, _open: open }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gap_between_requests_is_another() {
        let activity = Arc::new(Activity::default());
        let first = activity.gap();
        let open = activity.begin();
        assert_eq!(activity.gap(), None);
        drop(open);
        assert_ne!(activity.gap(), first);
        assert!(activity.gap().is_some());
    }
}
