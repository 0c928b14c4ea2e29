//! Keeps what was recorded, and writes it in the text format of Prometheus.

use std::time::Duration;

use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::names::{self, Kind};

/// How often values are moved from per-thread buffers into histograms, so that these stay small without scrapes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Everything that was recorded in this process.
#[derive(Clone)]
pub struct Exporter(PrometheusHandle);

impl Exporter {
    /// Begins to record.
    ///
    /// # Errors
    /// If something else in this process records already.
    pub fn install() -> Result<Self, BuildError> {
        let mut builder = PrometheusBuilder::new();
        for (name, kind, _) in names::ALL {
            let buckets: &[f64] = match kind {
                Kind::Duration => &names::DURATION_BUCKETS,
                Kind::Size => &names::SIZE_BUCKETS,
                Kind::Counter | Kind::Gauge => continue,
            };
            builder = builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), buckets)?;
        }
        let handle = builder.install_recorder()?;
        for (name, kind, about) in names::ALL {
            match kind {
                Kind::Counter => describe_counter!(name, about),
                Kind::Gauge => describe_gauge!(name, about),
                Kind::Duration | Kind::Size => describe_histogram!(name, about),
            }
        }
        gauge!(names::BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(Self(handle))
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        self.0.render()
    }

    /// Keeps histograms small until `stop` is cancelled.
    pub async fn keep_up(self, stop: CancellationToken) {
        while stop
            .run_until_cancelled(tokio::time::sleep(UPKEEP_EVERY))
            .await
            .is_some()
        {
            self.0.run_upkeep();
        }
    }
}
