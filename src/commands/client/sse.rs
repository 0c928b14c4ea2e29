//! Reads server-sent events from the bytes of a stream.

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What kind it is; `message` if the server does not say.
    pub kind: String,
    /// Its content.
    pub data: String,
}

/// Collects lines into events, as the HTML standard says.
#[derive(Default)]
pub struct Parser {
    bytes: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The newest `id`, for `Last-Event-ID`.
    pub last_id: Option<String>,
    /// How long to wait before reconnecting, in milliseconds, as the server asks.
    pub retry_ms: Option<u64>,
}

/// Longer lines are no events of this service.
const LINE_MAX_BYTES: usize = 1 << 20;

impl Parser {
    /// Forgets what the last connection has begun, because the server sends it again.
    pub fn for_new_connection(self) -> Self {
        Self {
            last_id: self.last_id,
            retry_ms: self.retry_ms,
            ..Self::default()
        }
    }

    /// Adds bytes of the stream, and returns the events that they complete; `None` if this is no stream of events.
    pub fn push(&mut self, bytes: &[u8]) -> Option<Vec<Event>> {
        self.bytes.extend_from_slice(bytes);
        let mut events = Vec::new();
        let mut begin = 0;
        while let Some(length) = self.bytes[begin..].iter().position(|it| *it == b'\n') {
            let line = String::from_utf8_lossy(&self.bytes[begin..begin + length]).into_owned();
            begin += length + 1;
            events.extend(self.take_line(line.strip_suffix('\r').unwrap_or(&line)));
        }
        self.bytes.drain(..begin);
        (self.bytes.len() <= LINE_MAX_BYTES && self.event.data.len() <= LINE_MAX_BYTES)
            .then_some(events)
    }

    fn take_line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            let is_complete = std::mem::take(&mut self.has_data);
            return is_complete.then(|| Event {
                kind: if event.kind.is_empty() {
                    "message".to_owned()
                } else {
                    event.kind
                },
                ..event
            });
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.event.kind),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            "id" if !value.contains('\0') => self.last_id = Some(value.to_owned()),
            "retry" => self.retry_ms = value.parse().ok().or(self.retry_ms),
            // Comments, and fields of the future.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, data: &str) -> Event {
        Event {
            kind: kind.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn events_are_found_wherever_the_stream_is_cut() {
        let stream = "event: task\ndata: {\"name\": \"Ünder\"}\nid: 7f\nretry: 2500\n\n: comment\n\ndata: a\r\ndata:b\r\n\r\nid: 8\nevent: x\n\n";
        let expected = [
            event("task", "{\"name\": \"Ünder\"}"),
            event("message", "a\nb"),
        ];
        for size in 1..stream.len() {
            let mut parser = Parser::default();
            let parts = stream.as_bytes().chunks(size);
            let events: Vec<_> = parts.flat_map(|it| parser.push(it).unwrap()).collect();
            assert_eq!(events, expected, "{size}");
            assert_eq!(parser.last_id.as_deref(), Some("8"));
            assert_eq!(parser.retry_ms, Some(2500));
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut parser = Parser::default();
        let part = vec![b'a'; 1 << 16];
        assert!((0..64).any(|_| parser.push(&part).is_none()));
    }
}
