//! HTTP written by hand, for what no HTTP client would send.

use std::io;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::{Server, TIMEOUT};

/// A connection to a server.
pub struct Raw {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// A response with its head as it came.
#[derive(Debug)]
pub struct RawAnswer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl RawAnswer {
    /// The problem details of a response that must be this error, with all that each error has.
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        for line in [
            "content-type: application/problem+json",
            "x-content-type-options: nosniff",
            "x-request-id: ",
        ] {
            assert!(self.head.contains(line), "no {line}: {self:?}");
        }
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["request_id"].is_string(), "{problem}");
        problem
    }
}

impl Raw {
    pub async fn connect(server: &Server) -> Self {
        Self::from_address(server, 1).await
    }

    /// A connection from another host: on Linux all of 127.0.0.0/8 is this machine.
    pub async fn from_address(server: &Server, last_octet: u8) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        let local = std::net::SocketAddr::from(([127, 0, 0, last_octet], 0));
        socket.bind(local).unwrap();
        Self::with(socket, server).await
    }

    /// A connection with a receive buffer of about that size.
    pub async fn with_buffer(server: &Server, bytes: u32) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(bytes).unwrap();
        Self::with(socket, server).await
    }

    async fn with(socket: TcpSocket, server: &Server) -> Self {
        let address = server.url.trim_start_matches("http://").parse().unwrap();
        Self {
            stream: socket.connect(address).await.unwrap(),
            unread: Vec::new(),
        }
    }

    /// Sends, and fails where the server has closed the connection.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let sent = tokio::time::timeout(TIMEOUT, self.stream.write_all(bytes.as_ref())).await;
        sent.expect("the server takes nothing in, and does not close the connection")
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).await.unwrap();
    }

    /// Sends one part after the other with a pause between, until the server closes the connection.
    pub async fn trickle_until_closed(&mut self, part: &[u8], pause: Duration) {
        let trickle = async {
            loop {
                let read = tokio::time::timeout(pause, self.stream.read(&mut [0; 1024])).await;
                if matches!(read, Ok(Ok(0) | Err(_))) || self.stream.write_all(part).await.is_err()
                {
                    return;
                }
            }
        };
        let closed = tokio::time::timeout(TIMEOUT, trickle).await;
        assert!(closed.is_ok(), "the server keeps the connection");
    }

    /// Sends as much as the server takes, reads nothing, and waits until the server closes the connection.
    pub async fn send_unread_until_closed(&mut self, part: &[u8]) {
        let send = async { while self.stream.write_all(part).await.is_ok() {} };
        let closed = tokio::time::timeout(TIMEOUT, send).await;
        assert!(closed.is_ok(), "the server keeps the connection");
    }

    /// Reads a response with its body.
    ///
    /// # Panics
    /// Where the connection breaks before it is whole.
    pub async fn answer(&mut self) -> RawAnswer {
        let answer = tokio::time::timeout(TIMEOUT, self.read_answer()).await;
        answer.expect("no response")
    }

    async fn read_answer(&mut self) -> RawAnswer {
        let end = loop {
            if let Some(end) = self.unread.windows(4).position(|it| it == b"\r\n\r\n") {
                break end;
            }
            self.read_more().await;
        };
        let rest = self.unread.split_off(end + 4);
        let head = String::from_utf8(std::mem::replace(&mut self.unread, rest)).unwrap();
        let head = head.to_ascii_lowercase();
        let length = head
            .split("\r\n")
            .find_map(|it| it.strip_prefix("content-length: "));
        let length: usize = length.unwrap_or("0").parse().unwrap();
        while self.unread.len() < length {
            self.read_more().await;
        }
        let rest = self.unread.split_off(length);
        let body = std::mem::replace(&mut self.unread, rest);
        RawAnswer {
            status: head[9..12].parse().unwrap(),
            head,
            body: String::from_utf8(body).unwrap(),
        }
    }

    async fn read_more(&mut self) {
        let read = self.stream.read_buf(&mut self.unread).await;
        let read = read.unwrap_or_else(|error| panic!("the connection broke: {error}"));
        assert!(read > 0, "the connection ended before its response");
    }

    /// Reads all that the server sends until it closes the connection, with a pause after each `step` bytes.
    pub async fn read_slowly(&mut self, step: u64, pause: Duration) -> Vec<u8> {
        let mut received = Vec::new();
        loop {
            let mut part = (&mut self.stream).take(step);
            let read = tokio::time::timeout(TIMEOUT, part.read_to_end(&mut received)).await;
            let read = read.expect("the server sends nothing");
            if read.unwrap_or_else(|error| panic!("the connection broke: {error}")) == 0 {
                return received;
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Waits until the server closes the connection, whatever it sends before.
    pub async fn wait_until_closed(&mut self) {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(TIMEOUT, self.stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "the server keeps the connection");
    }
}
