//! Name resolution, replaceable in tests.

use std::io;
use std::net::SocketAddr;

/// Resolves names to addresses.
#[async_trait::async_trait]
pub trait Resolve: Send + Sync {
    /// The addresses of a name, in the order in which they should be tried.
    ///
    /// # Errors
    /// If the name has no address, or the resolver does not respond.
    async fn resolve(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The resolver of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait::async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((name, port)).await?.collect())
    }
}
