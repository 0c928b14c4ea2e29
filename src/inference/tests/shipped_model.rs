//! The shipped model: tract agrees with ONNX Runtime, and the claims of the model card hold.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};

use crate::inference::insight::test_support::shipped_model;
use crate::inference::test_support::{sample, today};
use crate::inference::{CampaignReader, OnnxPredictor, Predictor, Rules};
use crate::types::{Campaign, SystemMessage, Verdict};

/// A thousand synthetic campaigns, each with the probability from ONNX Runtime.
pub(super) static MADE_UP: LazyLock<(Vec<Campaign>, Vec<f64>)> = LazyLock::new(|| {
    let file = include_bytes!("../../../tests/fixtures/made_up_campaigns.csv");
    let reader = CampaignReader::new(&file[..], today(), Rules::Plan).unwrap();
    let column = reader
        .header()
        .iter()
        .position(|name| name == "probability")
        .unwrap();
    reader
        .map(|record| {
            let record = record.unwrap();
            let probability: f64 = record.values[column].parse().unwrap();
            (record.campaign.unwrap(), probability)
        })
        .unzip()
});

fn probabilities(campaigns: &[Campaign]) -> Vec<f64> {
    let predictions = shipped_model().predict(campaigns).unwrap();
    predictions.iter().map(|it| it.probability).collect()
}

fn assert_close(left: &[f64], right: &[f64], tolerance: f64) {
    assert_eq!(left.len(), right.len());
    for (at, (left, right)) in left.iter().zip(right).enumerate() {
        assert!(
            (left - right).abs() <= tolerance,
            "row {at}: {left} and {right}"
        );
    }
}

#[test]
fn the_population_of_its_rates_has_a_translation() {
    let population = &shipped_model().manifest().data.population;
    assert_eq!(population.parse(), Ok(SystemMessage::ShippedPopulation));
}

#[test]
fn tract_agrees_with_onnx_runtime_on_a_thousand_campaigns() {
    let (campaigns, expected) = &*MADE_UP;
    assert_eq!(campaigns.len(), 1000);
    assert_close(&probabilities(campaigns), expected, 1e-5);
    let mut ordered = expected.clone();
    ordered.sort_by(f64::total_cmp);
    assert!(
        ordered[50] < 0.3 && ordered[950] > 0.9,
        "the campaigns differ"
    );
}

#[test]
fn a_batch_gives_the_scores_of_single_campaigns() {
    let campaigns = &MADE_UP.0[..300];
    let single: Vec<f64> = campaigns
        .iter()
        .flat_map(|campaign| probabilities(std::slice::from_ref(campaign)))
        .collect();
    assert_close(&probabilities(campaigns), &single, 1e-6);
    assert_eq!(shipped_model().predict(&[]), Ok(Vec::new()));
}

#[test]
fn the_order_of_campaigns_does_not_matter() {
    let mut campaigns = MADE_UP.0.clone();
    let mut expected = probabilities(&campaigns);
    campaigns.reverse();
    expected.reverse();
    assert_close(&probabilities(&campaigns), &expected, 1e-6);
}

#[test]
fn concurrent_threads_get_the_same_scores() {
    let campaigns = &MADE_UP.0[..100];
    let expected = probabilities(campaigns);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_close(&probabilities(campaigns), &expected, 0.0));
        }
    });
}

#[test]
fn a_higher_goal_is_never_more_likely_to_be_reached() {
    for campaign in &MADE_UP.0 {
        let ladder: Vec<Campaign> = (-8..=16)
            .map(|step| Campaign {
                usd_goal: campaign.usd_goal * 10_f64.powf(f64::from(step) / 4.0),
                ..campaign.clone()
            })
            .collect();
        let scores = probabilities(&ladder);
        for pair in scores.windows(2) {
            assert!(pair[1] <= pair[0] + 1e-6, "{scores:?} of {campaign:?}");
        }
    }
}

#[test]
fn words_without_a_weight_count_only_by_their_length() {
    let wording = &shipped_model().manifest().wording;
    assert!(wording.name["edition"] > 0.2 && wording.blurb["start"] < 0.0);
    let is_known = |word: &str| wording.name.contains_key(word) || wording.blurb.contains_key(word);
    let fill = |word: &str| -> String {
        let fill_letter = |it: char| if it.is_alphabetic() { 'ж' } else { it };
        if is_known(word) {
            word.to_owned()
        } else {
            word.chars().map(fill_letter).collect()
        }
    };
    let fill = |text: &str| text.split(' ').map(fill).collect::<Vec<_>>().join(" ");
    let campaigns = &MADE_UP.0;
    let filled: Vec<Campaign> = campaigns
        .iter()
        .map(|campaign| Campaign {
            name: fill(&campaign.name),
            blurb: fill(&campaign.blurb),
            ..campaign.clone()
        })
        .collect();
    assert_close(&probabilities(&filled), &probabilities(campaigns), 0.0);
}

#[test]
fn dates_one_or_ten_years_later_keep_their_scores() {
    let later = |date: NaiveDate, years: i32| {
        // The same weekday, near the same day of the year.
        date + chrono::Days::new(364 * u64::try_from(years).unwrap())
    };
    for years in [1, 10] {
        let campaigns: Vec<Campaign> = MADE_UP
            .0
            .iter()
            .filter(|it| (10..=20).contains(&it.launched_at.day()))
            .cloned()
            .collect();
        let moved: Vec<Campaign> = campaigns
            .iter()
            .map(|campaign| Campaign {
                created_at: later(campaign.created_at, years),
                launched_at: later(campaign.launched_at, years),
                deadline: later(campaign.deadline, years),
                ..campaign.clone()
            })
            .collect();
        let pairs: Vec<_> = campaigns
            .iter()
            .zip(&moved)
            .filter(|(a, b)| a.launched_at.month() == b.launched_at.month())
            .collect();
        assert!(pairs.len() > 100);
        for (a, b) in pairs {
            assert_close(
                &probabilities(std::slice::from_ref(a)),
                &probabilities(std::slice::from_ref(b)),
                0.0,
            );
        }
    }
}

#[test]
fn an_interval_contains_its_probability() {
    for prediction in shipped_model().predict(&MADE_UP.0).unwrap() {
        assert!(0.0 <= prediction.interval_low);
        assert!(prediction.interval_low <= prediction.probability);
        assert!(prediction.probability <= prediction.interval_high);
        assert!(prediction.interval_low < prediction.interval_high);
        assert!(prediction.interval_high <= 1.0);
    }
}

#[test]
fn a_staff_pick_and_experience_raise_the_score() {
    let with = |change: fn(&mut Campaign)| {
        let mut campaign = sample();
        campaign.usd_goal = 20_000.0;
        campaign.staff_pick = None;
        campaign.is_not_first_project = None;
        change(&mut campaign);
        probabilities(&[campaign])[0]
    };
    let plain = with(|_| ());
    assert!(with(|it| it.staff_pick = Some(true)) > plain + 0.1);
    assert!(with(|it| it.staff_pick = Some(false)) < plain);
    assert!(with(|it| it.is_not_first_project = Some(true)) > plain);
    assert!(with(|it| it.is_not_first_project = Some(false)) < plain);
}

#[test]
fn unseen_categories_and_countries_are_scored() {
    let mut campaign = sample();
    campaign.country = "IS".to_owned();
    campaign.parent_name = "Journalism".to_owned();
    campaign.analytics_name = "Web".to_owned();
    let probability = probabilities(&[campaign])[0];
    assert!((0.01..0.99).contains(&probability));
}

#[test]
fn the_sample_is_likely_to_succeed() {
    let predictions = shipped_model().predict(&[sample()]).unwrap();
    assert_eq!(predictions[0].verdict(), Verdict::Likely);
}

#[test]
fn the_manifest_contains_plausible_metrics() {
    let manifest = shipped_model().manifest();
    let metrics = &manifest.metrics;
    assert!(metrics.staff_pick_as_given.auc > metrics.staff_pick_unknown.auc);
    assert!(metrics.staff_pick_unknown.auc > 0.89);
    assert!(manifest.data.campaigns > 10_000);
    assert!(manifest.base_rates.len() > 100);
    assert_eq!(manifest.never_rises_with, ["log_goal"]);
}

#[test]
fn a_second_model_with_another_name_loads() {
    let bytes = include_bytes!("../../../tests/fixtures/second_model.onnx");
    let second = OnnxPredictor::load(bytes).unwrap();
    assert_ne!(second.manifest().name, shipped_model().manifest().name);
    assert!(bytes.len() < 8_000);
    assert!(second.predict(&[sample()]).unwrap()[0].probability > 0.5);
}

#[test]
fn fields_listed_as_unused_in_the_model_card_change_no_score() {
    let campaigns: Vec<Campaign> = MADE_UP
        .0
        .iter()
        .filter(|it| it.region.is_none())
        .cloned()
        .collect();
    let changed: Vec<Campaign> = campaigns
        .iter()
        .map(|campaign| Campaign {
            prelaunch_activated: Some(true),
            static_usd_rate: Some(0.5),
            fx_rate: Some(7.0),
            name_city: Some("Springfield".to_owned()),
            region: Some("OR".to_owned()),
            location_type: Some("Suburb".to_owned()),
            ppohasaction: Some(true),
            position: Some(99),
            ..campaign.clone()
        })
        .collect();
    assert!(campaigns.len() > 500);
    assert_close(&probabilities(&changed), &probabilities(&campaigns), 0.0);
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
fn the_mean_score_of_the_background_is_the_success_rate() {
    let manifest = shipped_model().manifest();
    assert_eq!(manifest.background.len(), 64);
    let scores = shipped_model().score(&manifest.background).unwrap();
    let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
    // Also for the first half, because explanations may use fewer rows.
    for part in [&scores[..], &scores[..32]] {
        assert!((mean(part) - manifest.data.success_rate).abs() < 0.03);
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
fn neighbour_counts_match_the_base_rates() {
    let manifest = shipped_model().manifest();
    let neighbours = &manifest.neighbours;
    for rate in &manifest.base_rates {
        let cells = neighbours.cells.iter().filter(|cell| {
            let category = &neighbours.categories[cell.category];
            category.parent == rate.parent
                && rate.category.as_ref().is_none_or(|it| *it == category.name)
        });
        let (campaigns, successes) =
            cells.fold((0, 0), |(n, k), it| (n + it.campaigns, k + it.successes));
        assert_eq!(campaigns, rate.campaigns, "{rate:?}");
        let share = successes as f64 / campaigns as f64;
        assert!((share - rate.success_rate).abs() < 1e-3, "{rate:?}");
    }
    let by_month: u64 = neighbours.months.iter().map(|it| it.campaigns).sum();
    assert_eq!(by_month, manifest.data.campaigns);
}
