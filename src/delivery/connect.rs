//! Connections to receivers. A name is resolved anew for each attempt, and the connection goes to an address that was
//! checked, so a name that resolves to another address later (DNS rebinding) gains nothing. There is no proxy, and no
//! connection is used twice.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

use super::resolve::Resolve;
use crate::services::webhooks::Targets;
use crate::types::DeliveryError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Addresses of a name that are tried.
const ADDRESSES_MAX: usize = 3;

/// An open connection.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens connections.
pub(super) struct Connector {
    targets: Targets,
    resolver: Box<dyn Resolve>,
    tls: TlsConnector,
}

impl Connector {
    /// Connects to what `targets` allow, and trusts `roots`.
    pub(super) fn new(
        targets: Targets,
        resolver: Box<dyn Resolve>,
        roots: RootCertStore,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            targets,
            resolver,
            tls: TlsConnector::from(Arc::new(tls_config(roots)?)),
        })
    }

    /// Checks a URL and opens a connection to it.
    pub(super) async fn connect(&self, url: &str) -> Result<(Url, Box<dyn Stream>), DeliveryError> {
        let url = self.targets.parse(url);
        let url = url.map_err(|_| DeliveryError::UrlNotAllowed)?;
        let port = url.port_or_known_default();
        let port = port.ok_or(DeliveryError::UrlNotAllowed)?;
        let (addresses, name) = match url.host() {
            Some(Host::Ipv4(address)) => alone(address.into(), port),
            Some(Host::Ipv6(address)) => alone(address.into(), port),
            Some(Host::Domain(name)) => {
                let addresses = self.resolver.resolve(name, port).await;
                let addresses = addresses.map_err(|_| DeliveryError::NoPublicAddress)?;
                let name = ServerName::try_from(name.to_owned());
                (addresses, name.map_err(|_| DeliveryError::UrlNotAllowed)?)
            }
            None => return Err(DeliveryError::UrlNotAllowed),
        };
        let stream = self.connect_to_any(addresses).await?;
        if url.scheme() == "http" {
            return Ok((url, Box::new(stream)));
        }
        let stream = self.tls.connect(name, stream).await;
        let stream = stream.map_err(|_| DeliveryError::TlsFailed)?;
        Ok((url, Box::new(stream)))
    }

    async fn connect_to_any(&self, addresses: Vec<SocketAddr>) -> Result<TcpStream, DeliveryError> {
        let allowed = addresses.into_iter();
        let allowed = allowed.filter(|address| self.targets.may_call(address.ip()));
        let mut error = DeliveryError::NoPublicAddress;
        for address in allowed.take(ADDRESSES_MAX) {
            error = match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(_)) => DeliveryError::ConnectionFailed,
                Err(_) => DeliveryError::TimedOut,
            };
        }
        Err(error)
    }
}

fn alone(address: IpAddr, port: u16) -> (Vec<SocketAddr>, ServerName<'static>) {
    let name = ServerName::from(address);
    (vec![SocketAddr::new(address, port)], name)
}

/// How the program makes TLS connections: with certificates of these authorities.
///
/// # Errors
/// If TLS cannot be set up.
pub fn tls_config(roots: RootCertStore) -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The certificate authorities that the system trusts.
pub fn system_roots() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "cannot read a certificate of the system");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::warn!(
            "no certificate authorities found; requests with https will fail; install ca-certificates"
        );
    }
    roots
}
