//! Measures the memory of `serve` with the embedded database.

use std::time::Duration;

use crate::Size;
use crate::cost::memory_mb;
use crate::embedded::Embedded;
use crate::load::Until;
use crate::report::Report;

/// Time for memory to be freed in the background.
const REST: Duration = Duration::from_secs(5);
const AIM_MB: f64 = 80.0;
/// More growth over the second half does not count as flat.
const FLAT: f64 = 1.05;

pub async fn measure(extent: Size) -> Report {
    let service = Embedded::open().await;
    let total = extent.pick(100_000, 4_000);
    let process = service.server.program.id();
    let mut report = Report::default();
    report.line("`serve` with one worker on its embedded database, resident memory.");
    report.head(&["when", "MB"]);
    tokio::time::sleep(REST).await;
    let idle = memory_mb(process);
    report.row(&["idle, after the start", &format!("{idle:.1}")]);
    let mut found = Vec::new();
    for quarter in 1..=4 {
        service.load(Until::Sent(total / 4)).await;
        tokio::time::sleep(REST).await;
        let used = memory_mb(process);
        let when = format!("after {} predictions", total / 4 * quarter);
        report.row(&[when, format!("{used:.1}")]);
        found.push(used);
    }
    let most = found.iter().copied().fold(idle, f64::max);
    report.aim(&format!("under {AIM_MB} MB"), most < AIM_MB);
    let grown = found[3] / found[1];
    report.aim(
        &format!(
            "flat; the second half of the predictions changed it by {:+.1} %",
            100.0 * (grown - 1.0)
        ),
        grown <= FLAT,
    );
    report
}
