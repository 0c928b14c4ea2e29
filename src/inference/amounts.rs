//! How much funded campaigns raise, and from how many backers. A model file stores three quantiles of each, as lines in
//! the logarithm of the goal with kinks, plus offsets of categories and currencies; training fits and tests them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::features::category_label;
use crate::types::{AmountRange, AmountsView, Campaign};

/// Ranges of money and backers, given that the goal is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amounts {
    /// The campaigns that the ranges were learnt from; must be shown with every range.
    pub population: String,
    /// The number of these campaigns by parent category. There is no range for other parents.
    pub campaigns: BTreeMap<String, u64>,
    /// Goals outside of this range, in US dollars, count as its nearest end.
    pub goal_range_usd: [f64; 2],
    /// Where the lines change their slope, in US dollars.
    pub kinks_usd: Vec<f64>,
    /// The goal in US dollars at which the slopes of parents have no effect.
    pub middle_goal_usd: f64,
    /// The 10th, 50th and 90th percentile of ln(money raised / goal).
    pub raised: [Quantile; 3],
    /// The same percentiles of ln(number of backers).
    pub backers: [Quantile; 3],
    /// The share of held-out campaigns between the outer percentiles, of money and of backers.
    pub coverage: Coverage,
}

/// The share of held-out campaigns between the outer percentiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Of the money raised.
    pub raised: f64,
    /// Of the number of backers.
    pub backers: f64,
}

/// The line of one quantile. Everything is on the logarithm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// The value at a goal of one dollar, before all offsets.
    pub intercept: f64,
    /// The slope in ln(goal).
    pub log_goal: f64,
    /// The changes of the slope at each of [`Amounts::kinks_usd`].
    pub kinks: Vec<f64>,
    /// Offsets of parent categories.
    pub parents: BTreeMap<String, f64>,
    /// Changes of the slope for parent categories.
    pub parent_slopes: BTreeMap<String, f64>,
    /// Offsets of currencies. Others have none.
    pub currencies: BTreeMap<String, f64>,
    /// Offsets of categories, with their parent. Others have none.
    pub categories: BTreeMap<String, f64>,
}

impl Amounts {
    /// The ranges for a campaign, given that it reaches its goal; `None` if its parent category is not known.
    pub fn of(&self, campaign: &Campaign) -> Option<AmountsView> {
        let campaigns = *self.campaigns.get(&campaign.parent_name)?;
        let [low, high] = self.goal_range_usd;
        let log_goal = campaign.usd_goal.clamp(low, high).ln();
        // The lines of two quantiles could cross; a funded campaign has its goal, and at least one backer.
        let range = |lines: &[Quantile; 3], unit: f64| {
            let mut values = lines
                .each_ref()
                .map(|line| self.value(line, campaign, log_goal).max(0.0).exp());
            values.sort_by(f64::total_cmp);
            let [low, mid, high] = values.map(|value| value * unit);
            AmountRange { low, mid, high }
        };
        Some(AmountsView {
            raised_usd: range(&self.raised, campaign.usd_goal),
            backers: range(&self.backers, 1.0),
            parent: campaign.parent_name.clone(),
            campaigns,
            population: self.population.clone(),
        })
    }

    fn value(&self, line: &Quantile, campaign: &Campaign, log_goal: f64) -> f64 {
        let offset = |offsets: &BTreeMap<String, f64>, name: &str| {
            offsets.get(name).copied().unwrap_or_default()
        };
        let kinks = self.kinks_usd.iter().zip(&line.kinks);
        let kinks: f64 = kinks
            .map(|(kink, slope)| slope * (log_goal - kink.ln()).max(0.0))
            .sum();
        let parent = campaign.parent_name.as_str();
        let category = category_label(parent, &campaign.analytics_name);
        line.intercept
            + line.log_goal * log_goal
            + kinks
            + offset(&line.parents, parent)
            + offset(&line.parent_slopes, parent) * (log_goal - self.middle_goal_usd.ln())
            + offset(&line.currencies, &campaign.currency)
            + offset(&line.categories, &category)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let [low, high] = self.goal_range_usd;
        let positive = |value: &f64| value.is_finite() && *value > 0.0;
        if !(positive(&low) && positive(&high) && low <= high && positive(&self.middle_goal_usd)) {
            return Err("`amounts` must have positive, increasing goals".to_owned());
        }
        let lines = || self.raised.iter().chain(&self.backers);
        if !self.kinks_usd.iter().all(positive)
            || lines().any(|it| it.kinks.len() != self.kinks_usd.len())
        {
            return Err(
                "`amounts.kinks_usd` must be positive, with one slope in each quantile".to_owned(),
            );
        }
        if !lines().all(Quantile::is_bounded) {
            return Err(format!(
                "`amounts` must have weights of at most {WEIGHT_MAX}"
            ));
        }
        Ok(())
    }
}

/// With larger weights, an amount could become infinite.
const WEIGHT_MAX: f64 = 50.0;

impl Quantile {
    fn is_bounded(&self) -> bool {
        let maps = [
            &self.parents,
            &self.parent_slopes,
            &self.currencies,
            &self.categories,
        ];
        let offsets = maps.into_iter().flat_map(BTreeMap::values);
        let mut weights = offsets
            .chain(&self.kinks)
            .chain([&self.intercept, &self.log_goal]);
        weights.all(|weight| weight.abs() <= WEIGHT_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::insight::test_support::shipped_model;
    use crate::inference::predictor::Predictor as _;
    use crate::inference::test_support::sample;

    fn shipped() -> Amounts {
        shipped_model().manifest().amounts.clone().unwrap()
    }

    #[test]
    fn a_funded_campaign_raises_its_goal_and_ranges_are_in_order() {
        let amounts = shipped();
        let mut campaign = sample();
        for parent in amounts.campaigns.keys() {
            campaign.parent_name.clone_from(parent);
            for goal in [0.01, 500.0, 8_000.0, 60_000.0, 1e9] {
                campaign.usd_goal = goal;
                let AmountsView {
                    raised_usd,
                    backers,
                    ..
                } = amounts.of(&campaign).unwrap();
                assert!(goal <= raised_usd.low, "{parent} {goal}: {raised_usd:?}");
                assert!(raised_usd.low <= raised_usd.mid && raised_usd.mid < raised_usd.high);
                assert!(
                    1.0 <= backers.low && backers.low < backers.mid && backers.mid < backers.high
                );
                assert!(raised_usd.high.is_finite() && backers.high.is_finite());
            }
        }
    }

    #[test]
    fn technology_exceeds_its_goal_by_more_than_dance() {
        let (amounts, mut campaign) = (shipped(), sample());
        let mut mid = |parent: &str| {
            campaign.parent_name = parent.to_owned();
            amounts.of(&campaign).unwrap().raised_usd.mid
        };
        assert!(mid("Technology") > 1.3 * mid("Dance"));
    }

    #[test]
    fn four_fifths_of_held_out_campaigns_are_within_the_range() {
        let Coverage { raised, backers } = shipped().coverage;
        for share in [raised, backers] {
            assert!((0.76..=0.84).contains(&share), "{share}");
        }
    }

    #[test]
    fn an_unknown_parent_has_no_range() {
        let mut campaign = sample();
        campaign.parent_name = "Elsewhere".to_owned();
        assert_eq!(shipped().of(&campaign), None);
    }

    #[test]
    fn lines_that_cannot_be_computed_are_refused() {
        let refused = |change: fn(&mut Amounts)| {
            let mut amounts = shipped();
            change(&mut amounts);
            amounts.check().unwrap_err()
        };
        assert!(refused(|it| it.goal_range_usd = [0.0, 1.0]).contains("increasing goals"));
        assert!(refused(|it| it.kinks_usd.push(7.0)).contains("kinks_usd"));
        assert!(refused(|it| it.raised[1].intercept = f64::NAN).contains("weights"));
    }
}
