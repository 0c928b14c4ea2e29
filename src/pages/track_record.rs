//! How the predictions of a model compare with the outcomes that users report. Open to everybody.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::get_track_record;
use crate::client::data::Data;
use crate::client::{Locale, tr, use_locale};
use crate::components::page_title::PageTitle;
use crate::components::{Icon, Loaded, format};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, CalibrationBin, CalibrationView, TrackRecordView};

/// Width and height of the chart.
const SIZE: f64 = 100.0;
/// With a margin for the circles at the edges.
const VIEW_BOX: &str = "-6 -6 112 112";
/// Radius of the smallest circle, and what is added for the largest.
const RADIUS: (f64, f64) = (1.2, 3.8);

page_chunk!(track_record, TrackRecordPage);

/// The track record of the model in the URL.
///
/// # Errors
/// Those of [`get_track_record`]; [`AppError::NotFound`] if it is no id.
async fn record_at(id: Option<String>) -> Result<TrackRecordView, AppError> {
    get_track_record(id.unwrap_or_default())
        .await
        .map_err(AppError::of_id_in_path)
}

/// The page.
#[component]
pub fn TrackRecordPage() -> impl IntoView {
    let params = use_params_map();
    let record = Data::new(move || record_at(params.with(|params| params.get("id"))));
    view! {
        <Loaded
            resource=record
            lines=12
            show=move |record| view! { <Record record /> }.into_any()
        />
    }
}

#[component]
fn Record(
    /// The track record.
    record: TrackRecordView,
) -> impl IntoView {
    let locale = use_locale();
    let lead = tr!(
        locale,
        track_record.lead,
        name = record.model.name,
        version = record.model.version
    );
    let counts = [
        (tr!(locale, track_record.predictions), record.predictions),
        (tr!(locale, track_record.reported), record.reported),
        (tr!(locale, track_record.unreported), record.unreported),
        (tr!(locale, track_record.running), record.running),
    ];
    let counts = counts.map(|(term, number)| {
        view! {
            <dt>{term}</dt>
            <dd>{format::count(locale, number)}</dd>
        }
    });
    let body = if let Some(calibration) = record.calibration {
        view! { <Calibration calibration /> }.into_any()
    } else {
        let missing = record.needed.saturating_sub(record.reported);
        view! { <TooFew missing needed=record.needed /> }.into_any()
    };
    view! {
        <PageTitle page=tr!(locale, track_record.title) />
        <div class="page-head">
            <div>
                <h1>{tr!(locale, track_record.title)}</h1>
                <p class="lead">{lead}</p>
            </div>
        </div>
        <p class="notice">
            <Icon name="alert" />
            <span>{tr!(locale, track_record.selected)}</span>
        </p>
        <section class="card" aria-labelledby="counts-title">
            <h2 id="counts-title">{tr!(locale, track_record.counts)}</h2>
            <dl class="facts facts-wide">{counts}</dl>
        </section>
        {body}
    }
}

/// Shown instead of rates while there are not enough outcomes.
#[component]
fn TooFew(
    /// The number of outcomes that are missing.
    missing: u64,
    /// The number of outcomes that are needed.
    needed: u64,
) -> impl IntoView {
    let locale = use_locale();
    let count = i64::try_from(missing).unwrap_or(i64::MAX);
    let text = tr!(
        locale,
        track_record.few,
        count = count,
        number = format::whole_number(locale, count),
        needed = format::count(locale, needed)
    );
    view! {
        <section class="card">
            <div class="empty">
                <h2>{tr!(locale, track_record.few_title)}</h2>
                <p>{text}</p>
                <a class="button" href="/outcomes">
                    {tr!(locale, outcomes.link)}
                </a>
            </div>
        </section>
    }
}

#[component]
fn Calibration(
    /// The rates.
    calibration: CalibrationView,
) -> impl IntoView {
    let locale = use_locale();
    let bins = calibration.bins;
    view! {
        <section class="card" aria-labelledby="calibration-title">
            <h2 id="calibration-title">{tr!(locale, track_record.calibration)}</h2>
            <div class="columns">
                <Chart bins=bins.clone() />
                <Bins bins />
            </div>
        </section>
        <section class="card" aria-labelledby="brier-title">
            <h2 id="brier-title">{tr!(locale, track_record.scores)}</h2>
            <dl class="facts facts-wide">
                <dt>{tr!(locale, track_record.brier)}</dt>
                <dd>{score(locale, calibration.brier_score)}</dd>
                <dt>{tr!(locale, track_record.base_rate)}</dt>
                <dd>{format::percent(locale, calibration.base_rate)}</dd>
                <dt>{tr!(locale, track_record.base_brier)}</dt>
                <dd>{score(locale, calibration.base_rate_brier_score)}</dd>
            </dl>
            <p class="quiet">{tr!(locale, track_record.brier_text)}</p>
        </section>
    }
}

/// A Brier score with three decimals.
fn score(locale: Locale, score: f64) -> String {
    format!("{score:.3}").replace('.', tr!(locale, number.decimal))
}

/// The bins as circles around the line of perfect predictions. The table next to it has the same numbers.
#[component]
fn Chart(
    /// The bins.
    bins: Vec<CalibrationBin>,
) -> impl IntoView {
    let locale = use_locale();
    let most = bins
        .iter()
        .map(|bin| bin.outcomes)
        .max()
        .unwrap_or_default();
    let circles = bins.iter().filter_map(|bin| circle(bin, most));
    let circles = circles.map(|[x, y, radius]| {
        view! { <circle class="calibration-bin" cx=x cy=y r=radius></circle> }
    });
    view! {
        <figure class="calibration">
            <svg viewBox=VIEW_BOX aria-hidden="true">
                <rect class="calibration-frame" width=SIZE.to_string() height=SIZE.to_string()></rect>
                <path class="curve-mark" d=format!("M0 {SIZE} L{SIZE} 0")></path>
                {circles.collect_view()}
            </svg>
            <figcaption class="quiet">{tr!(locale, track_record.chart)}</figcaption>
        </figure>
    }
}

/// Centre and radius of a bin's circle, whose area grows with the number of outcomes; `None` if there are none.
fn circle(bin: &CalibrationBin, most: u64) -> Option<[String; 3]> {
    let rate = bin.success_rate?;
    let middle = f64::midpoint(bin.from, bin.to);
    let x = bin.mean_probability.unwrap_or(middle) * SIZE;
    let y = (1.0 - rate) * SIZE;
    let (least, range) = RADIUS;
    let radius = least + range * share(bin.outcomes, most).sqrt();
    Some([x, y, radius].map(|length| format!("{length:.1}")))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a drawing needs no more than the precision of a float"
)]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[component]
fn Bins(
    /// The bins.
    bins: Vec<CalibrationBin>,
) -> impl IntoView {
    let locale = use_locale();
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "–".to_owned(), |share| format::percent(locale, share))
    };
    let rows = bins.into_iter().map(|bin| {
        let range = tr!(
            locale,
            task.range,
            low = format::percent(locale, bin.from),
            high = format::percent(locale, bin.to)
        );
        view! {
            <tr>
                <th scope="row">{range}</th>
                <td class="number">{format::count(locale, bin.outcomes)}</td>
                <td class="number wide-only">{percent(bin.mean_probability)}</td>
                <td class="number">{percent(bin.success_rate)}</td>
            </tr>
        }
    });
    view! {
        <table class="table calibration-table">
            <caption class="visually-hidden">{tr!(locale, track_record.calibration)}</caption>
            <thead>
                <tr>
                    <th scope="col">{tr!(locale, track_record.column_bin)}</th>
                    <th scope="col" class="number">
                        {tr!(locale, track_record.column_outcomes)}
                    </th>
                    <th scope="col" class="number wide-only">
                        {tr!(locale, track_record.column_mean)}
                    </th>
                    <th scope="col" class="number">
                        {tr!(locale, track_record.column_reached)}
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(
        outcomes: u64,
        mean_probability: Option<f64>,
        success_rate: Option<f64>,
    ) -> CalibrationBin {
        CalibrationBin {
            from: 0.2,
            to: 0.3,
            outcomes,
            mean_probability,
            success_rate,
        }
    }

    #[test]
    fn a_circle_is_at_its_mean_or_in_the_middle_of_its_bin() {
        let of = |bin| circle(&bin, 100).map(|it| it.join(" "));
        assert_eq!(of(bin(0, None, None)), None);
        let small = of(bin(4, None, Some(0.5)));
        assert_eq!(small.as_deref(), Some("25.0 50.0 2.0"));
        let large = of(bin(100, Some(0.21), Some(0.25)));
        assert_eq!(large.as_deref(), Some("21.0 75.0 5.0"));
    }

    #[test]
    fn a_score_has_three_decimals() {
        assert_eq!(score(Locale::en, 0.183_49), "0.183");
        assert_eq!(score(Locale::ru, 0.25), "0,250");
    }
}
