//! Probabilities as drawings: a half-circle gauge with the interval around the value, and a bar.
//!
//! Every length is an SVG attribute, because the content security policy forbids inline styles.

use leptos::prelude::*;

use super::{format, labels};
use crate::client::{tr, use_locale};
use crate::types::Verdict;

/// The half circle from left to right; `pathLength` makes its length 100, so shares are percents.
const ARC: &str = "M20 110 A90 90 0 0 1 200 110";

/// The gauge of a probability; all are shares between 0 and 1.
#[component]
pub fn Gauge(
    /// The probability.
    probability: f64,
    /// Lower end of its interval.
    low: f64,
    /// Upper end of its interval.
    high: f64,
    /// The success rate of similar campaigns, if known.
    #[prop(optional_no_strip)]
    base: Option<f64>,
) -> impl IntoView {
    let locale = use_locale();
    let verdict = Verdict::of(probability, low, high);
    let value = format::percents(probability);
    let (from, to) = (format::percents(low), format::percents(high));
    let words = tr!(
        locale,
        task.gauge,
        probability = format::percent(locale, probability),
        low = format::percent(locale, low),
        high = format::percent(locale, high),
        verdict = labels::verdict(locale, verdict)
    );
    view! {
        <svg
            class=format!("gauge gauge-{verdict}")
            viewBox="0 0 220 128"
            role="img"
            aria-label=words
        >
            <path class="gauge-track" d=ARC pathLength="100"></path>
            <path
                class="gauge-interval"
                d=ARC
                pathLength="100"
                stroke-dasharray=band(from, to)
            ></path>
            <path
                class="gauge-value"
                d=ARC
                pathLength="100"
                stroke-dasharray=band(0, value)
            ></path>
            {base
                .map(|base| {
                    let at = format::percents(base).min(99);
                    view! {
                        <path
                            class="gauge-base"
                            d=ARC
                            pathLength="100"
                            stroke-dasharray=band(at, at + 1)
                        ></path>
                    }
                })}
            <text class="gauge-number" x="110" y="96">
                {format::percent(locale, probability)}
            </text>
            <text class="gauge-range" x="110" y="120">
                {tr!(
                    locale, task.range, low = format::percent(locale, low), high = format::percent(locale, high)
                )}
            </text>
        </svg>
    }
}

/// A dash pattern that draws only the part between two percentages.
fn band(from: u8, to: u8) -> String {
    let length = to.saturating_sub(from);
    format!("0 {from} {length} 200")
}

/// A probability as a short bar with its number, for tables.
#[component]
pub fn ScoreBar(
    /// The probability, a share between 0 and 1.
    probability: f64,
    /// The verdict.
    verdict: Verdict,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <span class=format!("score score-{verdict}")>
            <svg class="score-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect class="score-track" width="100" height="8" rx="4"></rect>
                <rect
                    class="score-value"
                    width=format::percents(probability).to_string()
                    height="8"
                    rx="4"
                ></rect>
            </svg>
            <span class="score-number">{format::percent(locale, probability)}</span>
            <span class="score-word">{labels::verdict_short(locale, verdict)}</span>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_never_has_a_negative_length() {
        assert_eq!(band(0, 63), "0 0 63 200");
        assert_eq!(band(55, 70), "0 55 15 200");
        assert_eq!(band(70, 55), "0 70 0 200");
    }
}
