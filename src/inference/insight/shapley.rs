//! Why: exact Shapley values of the factors, against the background sample of the model's manifest.
//!
//! The worth of a coalition of factors is the mean score of the background campaigns after they take the campaign's
//! values in these factors. All 2^10 coalitions are computed with batched inference only, so any registered model can
//! be explained.
//!
//! The cost is bounded, and the values stay exact. If the campaign and a background row agree in a factor, coalitions
//! with and without it have the same input. A row that differs in `d` factors therefore needs 2^d scores instead of
//! 2^10; many rows agree in staff pick, video, place and creator. What the campaign leaves unknown is unknown in the
//! background, too: it is no reason for anything. If the whole sample would still need more than
//! [`SCORES_MAX`] scores, only its first half is used, or the first quarter and so on: the values are exact for the
//! rows that were used, and the explanation says how many those were.

use super::groups::{Coalition, EVERYONE, differing, mix};
use crate::inference::{PredictError, Predictor, Row, leave_unknown};
use crate::types::{Effect, Explanation, Factor};

/// Maximum number of scores of one explanation: about 40 ms for a model that computes 300,000 rows per second.
const SCORES_MAX: usize = 12 * 1024;

/// One background row, and the index of its first score.
struct Opponent {
    differs: Coalition,
    first: usize,
}

/// Explains the `probability` that the model gave for the input `ours`.
///
/// # Errors
/// Those of [`Predictor::score`].
pub(super) fn explain(
    predictor: &dyn Predictor,
    ours: &Row,
    probability: f64,
) -> Result<Explanation, PredictError> {
    let mut rows = Vec::new();
    let mut opponents = Vec::new();
    let background = &predictor.manifest().background;
    let background = background.iter().map(|it| leave_unknown(it, ours));
    let background: Vec<Row> = background.collect();
    for theirs in affordable(ours, &background) {
        let differs = differing(ours, theirs);
        opponents.push(Opponent {
            differs,
            first: rows.len(),
        });
        // With all differing factors changed, the row is our campaign, whose score is known.
        let partly = subsets(differs).filter(|it| *it != differs);
        rows.extend(partly.map(|it| mix(ours, theirs, it)));
    }
    let scores = predictor.score(&rows)?;
    let worth = worth_of_coalitions(&opponents, &scores, probability);
    Ok(Explanation {
        base: worth[0],
        background: u32::try_from(opponents.len()).unwrap_or(u32::MAX),
        probability,
        effects: shapley_values(&worth),
    })
}

/// As many background rows as [`SCORES_MAX`] allows; halved until they fit, but at least one.
fn affordable<'a>(ours: &Row, background: &'a [Row]) -> &'a [Row] {
    let cost = |rows: &[Row]| -> usize {
        let costs = rows.iter().map(|it| 1 << differing(ours, it).count_ones());
        costs.sum()
    };
    let mut taken = background;
    while taken.len() > 1 && cost(taken) > SCORES_MAX {
        taken = &taken[..taken.len().div_ceil(2)];
    }
    taken
}

/// Every subset of a coalition, in increasing order.
fn subsets(of: Coalition) -> impl Iterator<Item = Coalition> {
    (0..=of).filter(move |it| it & !of == 0)
}

/// The mean score of each coalition over the background rows.
fn worth_of_coalitions(opponents: &[Opponent], scores: &[f64], probability: f64) -> Vec<f64> {
    let mut worth = vec![0.0; usize::from(EVERYONE) + 1];
    let mut index = vec![0; worth.len()];
    let share = 1.0 / f64::from(u32::try_from(opponents.len()).unwrap_or(u32::MAX));
    for opponent in opponents {
        for (at, subset) in subsets(opponent.differs).enumerate() {
            index[usize::from(subset)] = at;
        }
        for (coalition, worth) in (0..=EVERYONE).zip(&mut worth) {
            let effective = coalition & opponent.differs;
            *worth += share
                * if effective == opponent.differs {
                    probability
                } else {
                    scores[opponent.first + index[usize::from(effective)]]
                };
        }
    }
    worth
}

/// The mean of what each factor adds, over all orders in which the factors can be added; the strongest first.
fn shapley_values(worth: &[f64]) -> Vec<Effect> {
    let weights = weights_by_size();
    let value_of = |player: Coalition| -> f64 {
        (0..=EVERYONE)
            .filter(|coalition| coalition & player == 0)
            .map(|coalition| {
                let added = worth[usize::from(coalition | player)] - worth[usize::from(coalition)];
                weights[coalition.count_ones() as usize] * added
            })
            .sum()
    };
    let mut effects: Vec<Effect> = Factor::ALL
        .iter()
        .enumerate()
        .map(|(at, factor)| Effect {
            factor: *factor,
            value: value_of(1 << at),
        })
        .collect();
    effects.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    effects
}

/// For each size, the share of all orders in which exactly a given coalition of that size comes before a given factor:
/// 1 / (n C(n - 1, size)).
fn weights_by_size() -> [f64; Factor::ALL.len()] {
    let factors = EVERYONE.count_ones();
    let mut weights = [0.0; Factor::ALL.len()];
    let mut coalitions = 1;
    for (size, weight) in (0..).zip(&mut weights) {
        *weight = 1.0 / f64::from(factors * coalitions);
        coalitions = coalitions * (factors - 1 - size) / (size + 1);
    }
    weights
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::FEATURE_COUNT;
    use crate::inference::insight::test_support::{FakePredictor, shipped_model};
    use crate::inference::test_support::sample;

    fn effect(explanation: &Explanation, factor: Factor) -> f64 {
        let found = explanation.effects.iter().find(|it| it.factor == factor);
        found.unwrap().value
    }

    fn sum(explanation: &Explanation) -> f64 {
        explanation.base + explanation.effects.iter().map(|it| it.value).sum::<f64>()
    }

    #[test]
    fn the_weights_of_all_coalitions_without_a_factor_add_up_to_one() {
        let weights = weights_by_size();
        let others = EVERYONE >> 1;
        let total: f64 = (0..=others)
            .map(|it| weights[it.count_ones() as usize])
            .sum();
        assert!((total - 1.0).abs() < 1e-12);
        let first = 1.0 / f64::from(EVERYONE.count_ones());
        let last = weights[Factor::ALL.len() - 1];
        assert!((weights[0] - first).abs() < 1e-15 && (last - first).abs() < 1e-15);
    }

    #[test]
    fn the_effects_of_a_sum_are_its_terms() {
        // The goal lowers the score and the video raises it, independently of everything else.
        let predictor =
            FakePredictor::new(|row| 0.5 - 0.02 * f64::from(row[0]) + 0.1 * f64::from(row[8]));
        let mut theirs = [0.0; FEATURE_COUNT];
        theirs[0] = 4.0;
        let predictor = predictor.with_background(vec![theirs]);
        let mut ours = [0.0; FEATURE_COUNT];
        (ours[0], ours[8]) = (10.0, 1.0);
        let explanation = explain(&predictor, &ours, 0.4).unwrap();
        assert!((explanation.base - 0.42).abs() < 1e-9);
        assert!((effect(&explanation, Factor::Goal) + 0.12).abs() < 1e-9);
        assert!((effect(&explanation, Factor::Video) - 0.1).abs() < 1e-9);
        assert!(effect(&explanation, Factor::Text).abs() < 1e-9);
        assert_eq!(explanation.effects[0].factor, Factor::Goal);
    }

    #[test]
    fn a_joint_effect_of_two_factors_is_shared_equally() {
        let predictor = FakePredictor::new(|row| 0.2 + 0.6 * f64::from(row[8] * row[9]));
        let predictor = predictor.with_background(vec![[0.0; FEATURE_COUNT]]);
        let mut ours = [0.0; FEATURE_COUNT];
        (ours[8], ours[9]) = (1.0, 1.0);
        let explanation = explain(&predictor, &ours, 0.8).unwrap();
        assert!((effect(&explanation, Factor::Video) - 0.3).abs() < 1e-9);
        assert!((effect(&explanation, Factor::StaffPick) - 0.3).abs() < 1e-9);
    }

    #[test]
    fn what_is_unknown_has_no_effect() {
        let predictor = FakePredictor::new(|row| 0.5 + 0.2 * f64::from(row[9]));
        let mut theirs = [0.0; FEATURE_COUNT];
        theirs[9] = -1.0;
        let predictor = predictor.with_background(vec![theirs]);
        let explanation = explain(&predictor, &[0.0; FEATURE_COUNT], 0.5).unwrap();
        assert!((explanation.base - 0.5).abs() < 1e-9);
        assert!(effect(&explanation, Factor::StaffPick).abs() < 1e-9);
    }

    #[test]
    fn a_campaign_equal_to_its_background_has_nothing_to_explain() {
        let predictor = FakePredictor::new(|_| 0.7).with_background(vec![[1.0; FEATURE_COUNT]]);
        let explanation = explain(&predictor, &[1.0; FEATURE_COUNT], 0.7).unwrap();
        assert!((explanation.base - 0.7).abs() < 1e-12);
        assert!(explanation.effects.iter().all(|it| it.value == 0.0));
    }

    #[test]
    fn the_cost_is_bounded_for_any_background() {
        let row_of = |at: u8| [f32::from(at) + 2.0; FEATURE_COUNT];
        let predictor = FakePredictor::new(|row| f64::from(row[0]) / 200.0)
            .with_background((0..128).map(row_of).collect());
        let explanation = explain(&predictor, &[1.0; FEATURE_COUNT], 0.005).unwrap();
        assert_eq!(explanation.background, 2);
        assert!(predictor.rows_scored() <= SCORES_MAX);
        assert!((sum(&explanation) - 0.005).abs() < 1e-9);
    }

    #[test]
    fn the_base_is_the_mean_score_of_the_background() {
        let model = shipped_model();
        let ours = model.encode(&sample());
        let probability = model.score(&[ours]).unwrap()[0];
        let explanation = explain(model, &ours, probability).unwrap();
        let taken = &model.manifest().background[..explanation.background as usize];
        let scores = model.score(taken).unwrap();
        let mean = scores.iter().sum::<f64>() / f64::from(explanation.background);
        assert!((explanation.base - mean).abs() < 1e-6);
        assert!((sum(&explanation) - probability).abs() < 1e-9);
        assert_eq!(explanation.effects.len(), Factor::ALL.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn base_and_effects_add_up_to_the_probability(
            weights in prop::array::uniform24(-1.0_f32..1.0),
            ours in prop::array::uniform24(0_u8..3),
            background in prop::collection::vec(prop::array::uniform24(0_u8..3), 1..8),
        ) {
            let predictor = FakePredictor::new(move |row| {
                let bent: f32 = row.iter().zip(weights).map(|(value, weight)| (value * weight).tanh()).product();
                let straight: f32 = row.iter().zip(weights).map(|(value, weight)| value * weight).sum();
                1.0 / (1.0 + f64::from(straight + bent).exp())
            });
            let background = background.into_iter().map(|row| row.map(f32::from));
            let predictor = predictor.with_background(background.collect());
            let ours = ours.map(f32::from);
            let probability = predictor.score(&[ours]).unwrap()[0];
            let explanation = explain(&predictor, &ours, probability).unwrap();
            prop_assert!((sum(&explanation) - probability).abs() < 1e-9);
        }
    }
}
