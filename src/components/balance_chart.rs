//! The balance over time as a small chart, and in a sentence.
//!
//! Every length is an SVG attribute, because the content security policy forbids inline styles.

use std::fmt::Write as _;

use leptos::prelude::*;

use super::{format, labels};
use crate::client::{tr, use_locale};
use crate::types::{BalanceHistory, BalancePoint};

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 96.0;
/// Space above and below for the width of the line.
const MARGIN: f64 = 2.0;

/// The balance after each of the latest transactions; nothing if there is no change to draw.
#[component]
pub fn BalanceChart(
    /// The balance over time.
    history: BalanceHistory,
) -> impl IntoView {
    let locale = use_locale();
    let points = history.points;
    let [oldest, .., newest] = points[..] else {
        return None;
    };
    let amounts = || points.iter().map(|point| point.amount);
    let (least, most) = (
        amounts().min().unwrap_or_default(),
        amounts().max().unwrap_or_default(),
    );
    let words = tr!(
        locale,
        balance.words,
        from = format::credits(locale, oldest.amount),
        from_day = labels::day(locale, oldest.at.date_naive()),
        to = format::credits(locale, newest.amount),
        to_day = labels::day(locale, newest.at.date_naive()),
        least = format::whole_number(locale, least.0),
        most = format::whole_number(locale, most.0)
    );
    let line = step_line(&points, most.0);
    let area = format!("{line} V{HEIGHT} H0 Z");
    Some(view! {
        <section class="card" aria-labelledby="balance-chart-title">
            <div class="card-head">
                <h2 id="balance-chart-title">{tr!(locale, balance.title)}</h2>
                <span class="figure-label">
                    {tr!(locale, balance.now, credits = format::credits(locale, newest.amount))}
                </span>
            </div>
            <svg
                class="balance-chart"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                aria-hidden="true"
            >
                <path class="balance-area" d=area></path>
                <path class="curve-line" d=line></path>
            </svg>
            <p class="quiet">{words}</p>
        </section>
    })
}

/// The steps of a balance over time, from the left edge to the right one, with the highest at the top.
fn step_line(points: &[BalancePoint], most: i64) -> String {
    let start = points
        .first()
        .map_or(0, |point| point.at.timestamp_millis());
    let end = points.last().map_or(0, |point| point.at.timestamp_millis());
    let mut path = String::new();
    for (index, point) in points.iter().enumerate() {
        // Changes at the same moment are next to each other.
        let share = if end > start {
            ratio(point.at.timestamp_millis() - start, end - start)
        } else {
            ratio(count(index), count(points.len() - 1))
        };
        let x = share * WIDTH;
        let y = HEIGHT - MARGIN - ratio(point.amount.0, most.max(1)) * (HEIGHT - 2.0 * MARGIN);
        // Writing into a String cannot fail.
        let _ = if index == 0 {
            write!(path, "M{x:.1} {y:.1}")
        } else {
            write!(path, " H{x:.1} V{y:.1}")
        };
    }
    path
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a drawing of some hundred pixels needs no more than the precision of a float"
)]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::types::Credits;

    fn point(second: i64, amount: i64) -> BalancePoint {
        BalancePoint {
            at: DateTime::from_timestamp(second, 0).unwrap(),
            amount: Credits(amount),
        }
    }

    #[test]
    fn a_balance_stays_until_its_next_change() {
        let points = [point(0, 0), point(1, 100), point(4, 50)];
        assert_eq!(
            step_line(&points, 100),
            "M0.0 94.0 H150.0 V2.0 H600.0 V48.0"
        );
    }

    #[test]
    fn changes_at_the_same_moment_are_next_to_each_other() {
        let points = [point(7, 10), point(7, 0), point(7, 10)];
        assert_eq!(step_line(&points, 10), "M0.0 2.0 H300.0 V94.0 H600.0 V2.0");
    }
}
