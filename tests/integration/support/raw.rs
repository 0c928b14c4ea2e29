//! Hand-written HTTP, for requests that no HTTP client would send.

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

/// A response with its head as received.
#[derive(Debug)]
pub struct RawResponse {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl RawResponse {
    /// The problem details of a response, which must have this status and all headers that every error has.
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

    /// A connection from another IP address: on Linux all of 127.0.0.0/8 is this machine.
    pub async fn from_address(server: &Server, last_octet: u8) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        let local = std::net::SocketAddr::from(([127, 0, 0, last_octet], 0));
        socket.bind(local).unwrap();
        Self::with(socket, server).await
    }

    /// A connection with a receive buffer of about this size.
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

    /// Sends; fails if the server has closed the connection.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let sent = tokio::time::timeout(TIMEOUT, self.stream.write_all(bytes.as_ref())).await;
        sent.expect("the server neither reads nor closes the connection")
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).await.unwrap();
    }

    /// Sends `part` repeatedly with pauses, until the server closes the connection.
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
        assert!(closed.is_ok(), "the server does not close the connection");
    }

    /// Sends as much as the server accepts, reads nothing, and waits until the server closes the connection.
    pub async fn send_unread_until_closed(&mut self, part: &[u8]) {
        let send = async { while self.stream.write_all(part).await.is_ok() {} };
        let closed = tokio::time::timeout(TIMEOUT, send).await;
        assert!(closed.is_ok(), "the server does not close the connection");
    }

    /// Reads a response with its body.
    ///
    /// # Panics
    /// If the connection breaks before the response is complete.
    pub async fn read_response(&mut self) -> RawResponse {
        let response = tokio::time::timeout(TIMEOUT, self.receive_response()).await;
        response.expect("no response")
    }

    async fn receive_response(&mut self) -> RawResponse {
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
        RawResponse {
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

    /// Reads until the server closes the connection, with a pause after each `step` bytes.
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

    /// Waits until the server closes the connection, whatever it sends before that.
    pub async fn wait_until_closed(&mut self) {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(TIMEOUT, self.stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "the server does not close the connection");
    }
}
