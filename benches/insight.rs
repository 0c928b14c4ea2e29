//! Measures the processor time of one insight with the shipped model: `cargo xtask bench insight`. The aim is [`AIM`];
//! exits with 1 if the mean of any campaign exceeds it.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and panics if it cannot run"
)]

use std::process::ExitCode;
use std::time::Duration;

use pledgecast::inference::insight::{Insight, assess, default_bounds};
use pledgecast::inference::{OnnxPredictor, Predictor as _, SHIPPED_MODEL};
use pledgecast::types::{Campaign, campaign_example};

const AIM: Duration = Duration::from_millis(50);
const INSIGHTS: u32 = 100;
const SCORES: u32 = 10_000;

fn main() -> ExitCode {
    let model = OnnxPredictor::load(SHIPPED_MODEL).expect("the shipped model loads");
    let mut within = true;
    for (name, campaign) in campaigns() {
        let own = model
            .predict(std::slice::from_ref(&campaign))
            .expect("the model scores")[0]
            .probability;
        let bounds = default_bounds(&campaign, campaign.created_at);
        let compute =
            || Insight::compute(&model, &campaign, own, bounds).expect("the model scores");
        let background = compute().explanation.background;
        let insight = time_of_one(INSIGHTS, || drop(compute()));
        let context = time_of_one(SCORES, || {
            let assessed = assess(&model, std::slice::from_ref(&campaign));
            drop(assessed.expect("the model scores"));
        });
        println!(
            "{name}: insight {insight:.1?} against {background} campaigns; score with context {context:.1?}"
        );
        within &= insight <= AIM;
    }
    println!("aim: {AIM:?} for an insight on one core");
    ExitCode::from(u8::from(!within))
}

/// The example of the form, and a campaign that differs from nearly all others in every group of inputs.
fn campaigns() -> [(&'static str, Campaign); 2] {
    let today = chrono::NaiveDate::from_ymd_opt(2025, 3, 1).expect("a day");
    let usual = campaign_example(today);
    let mut odd = usual.clone();
    for (field, value) in [
        ("usd_goal", "123456"),
        ("deadline", "2025-04-12"),
        ("country", "NO"),
        ("currency", "NOK"),
        ("analytics_name", "Latin"),
        ("parent_name", "Music"),
        ("position", ""),
        ("has_video", "false"),
        ("staff_pick", "true"),
        ("is_not_first_project", "true"),
    ] {
        value.clone_into(odd.field_mut(field).expect("a field"));
    }
    [("usual", usual), ("unusual", odd)].map(|(name, input)| {
        let campaign = input.check(today).expect("a valid campaign");
        (name, campaign)
    })
}

/// The mean processor time of one run, which other work on the machine does not affect.
fn time_of_one(runs: u32, mut run: impl FnMut()) -> Duration {
    let before = time_on_core();
    for _ in 0..runs {
        run();
    }
    time_on_core().saturating_sub(before) / runs
}

/// The processor time of this thread, from Linux.
fn time_on_core() -> Duration {
    let counts =
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("schedstat is readable");
    let first = counts.split_whitespace().next().expect("three counts");
    Duration::from_nanos(first.parse().expect("nanoseconds"))
}
