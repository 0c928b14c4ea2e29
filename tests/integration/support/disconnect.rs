//! A client that disconnects in the middle of a request.

use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// Sends a POST to `path` of the server at `url` and resets the connection after `pause`, without reading the
/// response. `cookie` is `name=value`.
pub async fn send_and_disconnect(
    url: &str,
    cookie: &str,
    path: &str,
    body: &Value,
    pause: Duration,
) {
    let address = url.strip_prefix("http://").unwrap();
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\nCookie: {cookie}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // If the server has just been killed, there is nothing to disconnect from.
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return;
    };
    if stream.write_all(request.as_bytes()).await.is_ok() {
        tokio::time::sleep(pause).await;
    }
    let _ = stream.set_zero_linger();
}
