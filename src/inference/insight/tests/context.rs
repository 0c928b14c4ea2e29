//! The context of a score: base rate, similar campaigns, warnings, and the interval that they widen.

use proptest::prelude::*;

use crate::inference::insight::neighbours::{Region, base_rate};
use crate::inference::insight::test_support::shipped_model;
use crate::inference::insight::{Assessment, assess, out_of_distribution};
use crate::inference::test_support::sample;
use crate::inference::{CategoryName, Cell, Manifest, Prediction, Predictor};
use crate::types::{Campaign, NeighboursView, OutOfDistribution};

type Parts = (usize, usize, usize, u64, u64);

fn alike(cells: &[Parts]) -> Option<NeighboursView> {
    Region::around(&manifest(cells), &sample()).alike()
}

fn unlike_of(manifest: &Manifest, campaign: &Campaign) -> Vec<OutOfDistribution> {
    out_of_distribution::find(manifest, campaign, &Region::around(manifest, campaign))
}

/// Goal bins below 1000, 2000, and so on, in dollars; duration bins below 30 days and from 30 days.
fn manifest(cells: &[Parts]) -> Manifest {
    let mut manifest = shipped_model().manifest().clone();
    let name = |parent: &str, name: &str| CategoryName {
        parent: parent.to_owned(),
        name: name.to_owned(),
    };
    let neighbours = &mut manifest.neighbours;
    neighbours.categories = vec![
        name("Dance", "Dance"),
        name("Dance", "Spaces"),
        name("Art", "Art"),
    ];
    neighbours.goal_edges_usd = vec![1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 64e3];
    neighbours.duration_edges_days = vec![30];
    neighbours.cells = cells.iter().map(|it| Cell::from(*it)).collect();
    manifest
}

fn tabletop_game() -> Campaign {
    Campaign {
        analytics_name: "Tabletop Games".to_owned(),
        parent_name: "Games".to_owned(),
        ..sample()
    }
}

fn one(campaign: &Campaign) -> Assessment {
    let assessed = assess(shipped_model(), std::slice::from_ref(campaign));
    assessed.unwrap().remove(0)
}

#[test]
fn neighbours_have_the_same_category_goal_and_duration_if_there_are_enough() {
    // The sample is in Dance, with 10,000 dollars (bin 4) and 21 days (bin 0).
    let found = alike(&[
        (0, 0, 4, 40, 30),
        (0, 0, 3, 10, 0),
        (0, 1, 4, 99, 9),
        (1, 0, 4, 99, 9),
    ]);
    let found = found.unwrap();
    assert_eq!(found.campaigns, 50);
    assert!((found.success_rate - 0.6).abs() < 1e-12);
    assert_eq!(found.category.as_deref(), Some("Dance"));
    let goals = (found.goal_from_usd, found.goal_below_usd);
    assert_eq!(goals, (Some(4e3), Some(32e3)));
    let days = (found.duration_from_days, found.duration_below_days);
    assert_eq!(days, (None, Some(30)));
    let [low, median, high] = found.goal_quartiles_usd;
    assert!(4e3 < low && low < median && median < high && high < 16e3);
}

#[test]
fn the_search_for_neighbours_is_widened_until_there_are_fifty() {
    let found = |cells: &[Parts]| {
        let found = alike(cells).unwrap();
        let circle = (found.parent.is_some(), found.category.is_some());
        (found.campaigns, circle, found.goal_from_usd)
    };
    let other_duration = [(0, 0, 4, 49, 0), (0, 1, 4, 1, 0)];
    assert_eq!(found(&other_duration), (50, (true, true), Some(4e3)));
    let wider_goal = [(0, 0, 4, 49, 0), (0, 1, 1, 1, 0)];
    assert_eq!(found(&wider_goal), (50, (true, true), Some(1e3)));
    let parent = [(0, 0, 4, 49, 0), (1, 0, 4, 1, 0)];
    assert_eq!(found(&parent), (50, (true, false), Some(4e3)));
    let parent_of_any_goal = [(0, 0, 4, 49, 0), (1, 0, 0, 1, 0)];
    assert_eq!(found(&parent_of_any_goal), (50, (true, false), None));
    let everyone = [(0, 0, 4, 49, 0), (2, 0, 4, 1, 0)];
    assert_eq!(found(&everyone), (50, (false, false), Some(4e3)));
    let all_there_are = [(2, 0, 0, 3, 0)];
    assert_eq!(found(&all_there_are), (3, (false, false), None));
    assert_eq!(alike(&[]), None);
}

#[test]
fn the_base_rate_is_that_of_the_narrowest_known_category() {
    let manifest = shipped_model().manifest();
    let of = |parent: &str, category: &str| {
        let campaign = Campaign {
            parent_name: parent.to_owned(),
            analytics_name: category.to_owned(),
            ..sample()
        };
        let rate = base_rate(manifest, &campaign);
        assert!(rate.campaigns > 0 && rate.success_rate > 0.0);
        (rate.parent, rate.category)
    };
    let games = Some("Games".to_owned());
    let tabletop = Some("Tabletop Games".to_owned());
    assert_eq!(of("Games", "Tabletop Games"), (games.clone(), tabletop));
    assert_eq!(of("Games", "Quidditch"), (games, None));
    assert_eq!(of("Sports", "Quidditch"), (None, None));
}

#[test]
fn an_ordinary_campaign_is_not_out_of_distribution() {
    let campaign = Campaign {
        is_not_first_project: None,
        ..tabletop_game()
    };
    let assessed = one(&campaign);
    assert_eq!(assessed.context.unlike, Vec::new());
    let plain = shipped_model().predict(&[campaign]).unwrap()[0];
    assert_eq!(assessed.prediction, plain);
    let alike = assessed.context.neighbours.unwrap();
    assert!(alike.campaigns >= 50 && alike.category.is_some());
}

#[test]
fn an_optional_input_widens_the_interval_by_its_uncertainty() {
    let ambitious = Campaign {
        usd_goal: 90_000.0,
        has_video: false,
        is_not_first_project: None,
        staff_pick: None,
        ..tabletop_game()
    };
    let plain = one(&ambitious);
    let known = one(&Campaign {
        reward_tiers: Some(20),
        median_reward_usd: Some(45.0),
        ..ambitious
    });
    let (plain, known) = (plain.prediction, known.prediction);
    assert!(known.probability > plain.probability);
    let logit = |share: f64| (share / (1.0 - share)).ln();
    let below = |it: Prediction| logit(it.probability) - logit(it.interval_low);
    assert!(below(known) > below(plain), "{known:?} and {plain:?}");
}

#[test]
fn out_of_distribution_fields_are_named_and_widen_the_interval() {
    type Change = fn(&mut Campaign);
    let cases: [(Change, &str); 6] = [
        (|it| it.usd_goal = 5e7, "usd_goal"),
        (
            |it| it.deadline = it.launched_at.succ_opt().unwrap(),
            "deadline",
        ),
        (
            |it| it.created_at = "2012-01-01".parse().unwrap(),
            "created_at",
        ),
        (|it| it.name = "x".repeat(90), "name"),
        (|it| it.blurb = "word ".repeat(40), "blurb"),
        (|it| it.country = "IS".to_owned(), "country"),
    ];
    for (change, field) in cases {
        let mut campaign = tabletop_game();
        change(&mut campaign);
        let assessed = one(&campaign);
        let unlike = &assessed.context.unlike;
        let fields: Vec<&str> = unlike.iter().map(OutOfDistribution::field).collect();
        assert_eq!(fields, [field]);
        let plain = shipped_model().predict(&[campaign]).unwrap()[0];
        let widened = assessed.prediction;
        assert!((widened.probability - plain.probability).abs() < 1e-12);
        assert!(widened.interval_low < plain.interval_low);
        assert!(widened.interval_high > plain.interval_high);
    }
}

#[test]
fn measures_have_readable_units() {
    let campaign = Campaign {
        usd_goal: 5e7,
        ..tabletop_game()
    };
    let found = unlike_of(shipped_model().manifest(), &campaign);
    let Some(OutOfDistribution::OutOfRange {
        measure,
        value,
        max,
        ..
    }) = found.first()
    else {
        panic!("{found:?}")
    };
    assert_eq!(measure, "goal_usd");
    assert!((value / 5e7 - 1.0).abs() < 1e-3, "{found:?}");
    assert!((1e5..5e6).contains(max), "{found:?}");
}

#[test]
fn sparse_data_is_reported_with_its_count() {
    let mut manifest = manifest(&[(0, 0, 4, 19, 0), (2, 1, 0, 500, 0)]);
    let label = "Dance / Dance".to_owned();
    manifest
        .encodings
        .insert("category".to_owned(), vec![label]);
    let found = unlike_of(&manifest, &sample());
    let thin = |field: &str| OutOfDistribution::SparseData {
        field: field.to_owned(),
        campaigns: 19,
    };
    assert_eq!(found, ["analytics_name", "usd_goal", "deadline"].map(thin));
}

proptest! {
    #[test]
    fn a_widened_interval_contains_the_original_and_stays_within_zero_and_one(
        ends in (0.0_f64..=1.0, 0.0_f64..=1.0),
        ways in 0_usize..6,
    ) {
        let tested = (ends.0.min(ends.1), ends.0.max(ends.1));
        let way = OutOfDistribution::Unknown { field: "country".to_owned(), value: "IS".to_owned() };
        let (low, high) = out_of_distribution::widen(tested, &vec![way; ways]);
        prop_assert!(0.0 <= low && low <= tested.0 + 1e-12);
        prop_assert!(tested.1 - 1e-12 <= high && high <= 1.0);
        if ways > 0 {
            prop_assert!(low < tested.0 || tested.0 < 1e-9);
            prop_assert!(high > tested.1 || tested.1 > 1.0 - 1e-9);
        }
    }
}
