//! Flags for client connections, each with its environment variable.

use std::time::Duration;

use clap::Args;

use crate::server::connections::ConnectionLimits;
use crate::server::min_rate::MinRate;
use crate::server::trusted_proxies::TrustedProxies;

/// Limits on the number of connections and on slow clients.
#[derive(Clone, Debug, Args)]
pub struct ConnectionArgs {
    /// Networks of trusted proxies in front, whose `X-Forwarded-For` is believed: `10.0.0.0/8,192.0.2.7`.
    #[arg(
        long,
        env = "PLEDGECAST_TRUSTED_PROXIES",
        default_value = "",
        hide_default_value = true
    )]
    pub trusted_proxies: TrustedProxies,
    /// Maximum number of open connections; lower if the system allows fewer open files.
    #[arg(long, env = "PLEDGECAST_MAX_CONNECTIONS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// Maximum number of open connections from one address (IPv6: one /64), at most a quarter of all. Trusted proxies
    /// are exempt.
    #[arg(long, env = "PLEDGECAST_MAX_CONNECTIONS_PER_ADDRESS", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections_per_address: u32,
    /// Longest time from one request on a connection until the head of the next has arrived, in seconds. Must exceed
    /// the idle timeout of a proxy in front.
    #[arg(long, env = "PLEDGECAST_KEEP_ALIVE_SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub keep_alive_seconds: u64,
    /// Time that a request body may take, in seconds, in addition to the time it takes at the minimum rate.
    #[arg(long, env = "PLEDGECAST_BODY_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub body_seconds: u64,
    /// Longest time in which a client reads nothing of a pending response, in seconds.
    #[arg(long, env = "PLEDGECAST_RESPONSE_SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub response_seconds: u64,
    /// Minimum rate at which request bodies must arrive, in bytes per second.
    #[arg(long, env = "PLEDGECAST_MIN_BYTES_PER_SECOND", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    pub min_bytes_per_second: u32,
}

impl ConnectionArgs {
    /// The limits for the listener.
    pub fn limits(&self) -> ConnectionLimits {
        ConnectionLimits {
            max: self.max_connections,
            max_per_address: self.max_connections_per_address,
            keep_alive: Duration::from_secs(self.keep_alive_seconds),
            write_timeout: Duration::from_secs(self.response_seconds),
            body_rate: MinRate {
                grace: Duration::from_secs(self.body_seconds),
                bytes_per_second: self.min_bytes_per_second,
            },
            trusted_proxies: self.trusted_proxies.clone(),
        }
    }
}

/// The limits of a process that only serves health checks.
pub fn health_limits() -> ConnectionLimits {
    const SECONDS: Duration = Duration::from_secs(15);
    const CONNECTIONS: u32 = 100;
    ConnectionLimits {
        max: CONNECTIONS,
        max_per_address: CONNECTIONS,
        keep_alive: SECONDS,
        write_timeout: SECONDS,
        body_rate: MinRate {
            grace: SECONDS,
            bytes_per_second: 1024,
        },
        trusted_proxies: TrustedProxies::default(),
    }
}
