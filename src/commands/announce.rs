//! Tells the operator where a listener answers.

use std::net::SocketAddr;

/// Prints an address, since port 0 becomes a free one.
#[expect(
    clippy::print_stdout,
    reason = "people and tests read the address from this line"
)]
pub fn announce(what: &str, address: SocketAddr) {
    println!("{what} http://{address}");
}
