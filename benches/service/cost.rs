//! Processor time and memory of processes, from `/proc`.

use crate::support::Site;

/// Clock ticks per second in `/proc`; fixed by Linux.
const TICKS: f64 = 100.0;

/// Processor time in seconds, by process.
#[derive(Clone, Copy, Default)]
pub struct Spent {
    pub load: f64,
    pub web: f64,
    pub worker: f64,
    pub database: f64,
}

/// The processes whose time is counted.
pub struct Parties {
    pub web: u32,
    pub worker: u32,
    pub postmaster: u32,
}

impl Parties {
    /// The time used so far.
    pub fn spent(&self) -> Spent {
        Spent {
            load: seconds_of(std::process::id()),
            web: seconds_of(self.web),
            worker: seconds_of(self.worker),
            database: family_of(self.postmaster),
        }
    }
}

impl Spent {
    /// The time used since an earlier count.
    pub fn since(self, before: Self) -> Self {
        Self {
            load: self.load - before.load,
            web: self.web - before.web,
            worker: self.worker - before.worker,
            database: self.database - before.database,
        }
    }

    pub fn all(self) -> f64 {
        self.load + self.web + self.worker + self.database
    }
}

/// The main process of the cluster that a site uses.
pub async fn postmaster_of(site: &Site) -> u32 {
    let mut link = site.database.connect().await;
    let backend = link.number("SELECT pg_backend_pid()::bigint").await;
    let backend = u32::try_from(backend).unwrap();
    stat(backend)
        .expect("the cluster is on this machine")
        .parent
}

/// Resident memory of a process, in megabytes.
pub fn memory_mb(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|it| it.split_whitespace().next()).unwrap();
    kilobytes.parse::<f64>().unwrap() / 1024.0
}

struct Stat {
    parent: u32,
    own: f64,
    of_ended_children: f64,
}

fn stat(process: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may contain any characters.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: (ticks(11)? + ticks(12)?) / TICKS,
        of_ended_children: (ticks(13)? + ticks(14)?) / TICKS,
    })
}

fn seconds_of(process: u32) -> f64 {
    stat(process).map_or(0.0, |it| it.own)
}

/// The time of a process and of its children, including those that have ended.
fn family_of(parent: u32) -> f64 {
    let own = stat(parent).map_or(0.0, |it| it.own + it.of_ended_children);
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let children = processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(stat)
        .filter(|it| it.parent == parent);
    own + children.map(|it| it.own).sum::<f64>()
}
