//! A TCP proxy in front of the database, which freezes or cuts connections like a failing network.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::tls::acceptor;

const LISTEN: &[u8] = b"LISTEN ";
/// What a client sends that wants an encrypted connection.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Forwards connections to a server for as long as the test runs.
pub struct Proxy {
    address: SocketAddr,
    links: Arc<Mutex<Vec<Arc<Link>>>>,
}

/// A client connection and its connection to the server.
#[derive(Default)]
struct Link {
    /// Whether the client has sent a LISTEN.
    listens: AtomicBool,
    is_frozen: AtomicBool,
    cut: CancellationToken,
}

impl Proxy {
    /// Starts a proxy in front of the server at `target`, such as `127.0.0.1:5432`.
    pub async fn start(target: &str) -> Self {
        Self::start_with(target, false).await
    }

    /// The same, for encrypted connections to PostgreSQL only. The certificate is for 127.0.0.1.
    pub async fn start_encrypted(target: &str) -> Self {
        Self::start_with(target, true).await
    }

    async fn start_with(target: &str, is_encrypted: bool) -> Self {
        let target = lookup_host(target).await.unwrap().next().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let links = Arc::<Mutex<Vec<Arc<Link>>>>::default();
        let all = Arc::clone(&links);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let link = Arc::<Link>::default();
                all.lock().unwrap().push(Arc::clone(&link));
                tokio::spawn(pass(client, target, link, is_encrypted));
            }
        });
        Self { address, links }
    }

    /// The URL of a database, with this proxy instead of its server.
    pub fn url_of(&self, database: &str) -> String {
        let (head, rest) = database.split_once('@').unwrap();
        let (_, name) = rest.split_once('/').unwrap();
        format!("{head}@{}/{name}", self.address)
    }

    /// The server in the URL of a database.
    pub fn target_of(database: &str) -> &str {
        let (_, rest) = database.split_once('@').unwrap();
        rest.split_once('/').unwrap().0
    }

    /// Freezes every open connection: it stays open but forwards nothing. New connections work.
    pub fn freeze_all(&self) {
        self.each(
            |_| true,
            |link| link.is_frozen.store(true, Ordering::SeqCst),
        );
    }

    /// Freezes the connections that have sent a LISTEN; returns their number.
    pub fn freeze_listen(&self) -> usize {
        self.each(
            |link| link.listens.load(Ordering::SeqCst) && !link.is_frozen.load(Ordering::SeqCst),
            |link| link.is_frozen.store(true, Ordering::SeqCst),
        )
    }

    /// Closes every open connection.
    pub fn cut_all(&self) {
        self.each(|_| true, |link| link.cut.cancel());
    }

    fn each(&self, which: impl Fn(&Link) -> bool, act: impl Fn(&Link)) -> usize {
        let links = self.links.lock().unwrap();
        let chosen = links.iter().filter(|link| which(link));
        chosen.map(|link| act(link)).count()
    }
}

async fn pass(client: TcpStream, target: SocketAddr, link: Arc<Link>, is_encrypted: bool) {
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    if !is_encrypted {
        forward(client, server, &link).await;
    } else if let Ok(client) = upgrade(client).await {
        forward(client, server, &link).await;
    }
}

async fn upgrade(mut client: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    let mut request = [0; SSL_REQUEST.len()];
    client.read_exact(&mut request).await?;
    if request != SSL_REQUEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    client.write_all(b"S").await?;
    acceptor().accept(client).await
}

async fn forward(client: impl AsyncRead + AsyncWrite, server: TcpStream, link: &Link) {
    let (from_client, to_client) = tokio::io::split(client);
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pump(from_client, to_server, link, true) => {}
        () = pump(from_server, to_client, link, false) => {}
        () = link.cut.cancelled() => {}
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    link: &Link,
    is_client: bool,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let data = &buffer[..length];
        if is_client && data.windows(LISTEN.len()).any(|it| it == LISTEN) {
            link.listens.store(true, Ordering::SeqCst);
        }
        if link.is_frozen.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        // TLS buffers what is written.
        if to.write_all(data).await.is_err() || to.flush().await.is_err() {
            return;
        }
    }
}
