//! What optional inputs add to a score: the creator's earlier projects, and the rewards. The training data lacks these
//! fields, so their effects come from other data, with an uncertainty that widens the interval.

use serde::{Deserialize, Serialize};

use super::features::{OFFSET_FEATURES, to_f32};
use crate::types::Campaign;

const LOGIT_MAX: f64 = 10.0;

/// A model's offsets, on the logit. An input that is not given adds nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offsets {
    /// The creator's first project.
    pub first_project: Offset,
    /// Not the first one, if nothing more is known.
    pub returning: Offset,
    /// By the number of earlier projects, if their success is not known.
    pub earlier_projects: Vec<Step>,
    /// By the number of earlier projects that reached their goal, if there were any projects.
    pub earlier_successes: Vec<Step>,
    /// By the number of reward tiers.
    pub reward_tiers: Vec<Step>,
    /// By the median price of the reward tiers, in US dollars.
    pub median_reward_usd: Vec<Step>,
}

/// An effect on the logit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offset {
    /// What is added.
    pub logit: f64,
    /// Its standard error.
    pub error: f64,
}

/// An effect that holds from a value on, up to the next step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The lowest value.
    pub from: f64,
    /// The effect.
    #[serde(flatten)]
    pub offset: Offset,
}

impl Offsets {
    /// The offsets of a campaign, in the order of [`OFFSET_FEATURES`].
    pub(super) fn features(&self, campaign: &Campaign) -> [f32; OFFSET_FEATURES.len()] {
        self.of(campaign).map(|offset| to_f32(offset.logit))
    }

    /// The standard error of all offsets of a campaign together, on the logit; 0 if no optional input is given.
    pub fn error(&self, campaign: &Campaign) -> f64 {
        let [creator, rewards] = self.of(campaign);
        creator.error.hypot(rewards.error)
    }

    fn of(&self, campaign: &Campaign) -> [Offset; OFFSET_FEATURES.len()] {
        let tiers = campaign.reward_tiers.map(f64::from);
        let tiers = step_at(&self.reward_tiers, tiers);
        let price = step_at(&self.median_reward_usd, campaign.median_reward_usd);
        let rewards = Offset {
            logit: tiers.logit + price.logit,
            error: tiers.error.hypot(price.error),
        };
        [self.of_creator(campaign), rewards]
    }

    fn of_creator(&self, campaign: &Campaign) -> Offset {
        let projects = campaign.earlier_projects;
        let successes = campaign.earlier_successes;
        if campaign.is_not_first_project == Some(false) || projects == Some(0) {
            self.first_project
        } else if let Some(successes) = successes.filter(|it| *it > 0 || projects.is_some()) {
            step_at(&self.earlier_successes, Some(successes.into()))
        } else if let Some(projects) = projects {
            step_at(&self.earlier_projects, Some(projects.into()))
        } else if campaign.is_not_first_project == Some(true) {
            self.returning
        } else {
            Offset::default()
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let lists = [
            ("earlier_projects", &self.earlier_projects),
            ("earlier_successes", &self.earlier_successes),
            ("reward_tiers", &self.reward_tiers),
            ("median_reward_usd", &self.median_reward_usd),
        ];
        for (name, steps) in lists {
            if !steps.windows(2).all(|pair| pair[0].from < pair[1].from) {
                return Err(format!("`offsets.{name}` must be increasing"));
            }
        }
        let steps = lists.into_iter().flat_map(|(_, steps)| steps);
        let mut offsets = steps
            .map(|step| step.offset)
            .chain([self.first_project, self.returning]);
        if offsets.all(|it| it.logit.abs() <= LOGIT_MAX && (0.0..=LOGIT_MAX).contains(&it.error)) {
            return Ok(());
        }
        Err(format!("`offsets` must be within {LOGIT_MAX} on the logit"))
    }
}

/// The effect of a value; none if the value is not given or below the first step.
fn step_at(steps: &[Step], value: Option<f64>) -> Offset {
    let Some(value) = value else {
        return Offset::default();
    };
    let after = steps.partition_point(|step| step.from <= value);
    let step = after.checked_sub(1).and_then(|at| steps.get(at));
    step.map_or_else(Offset::default, |step| step.offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::sample;

    fn offsets() -> Offsets {
        serde_json::from_str(
            r#"{
                "first_project": {"logit": -0.25, "error": 0.1},
                "returning": {"logit": 0.5, "error": 0.2},
                "earlier_projects": [{"from": 1, "logit": 0.25, "error": 0.1}, {"from": 3, "logit": 1.0, "error": 0.1}],
                "earlier_successes": [{"from": 0, "logit": -0.125, "error": 0.4}, {"from": 1, "logit": 0.75, "error": 0.3}],
                "reward_tiers": [{"from": 1, "logit": -1.0, "error": 0.3}, {"from": 7, "logit": 0.125, "error": 0.3}],
                "median_reward_usd": [{"from": 0, "logit": -0.25, "error": 0.4}, {"from": 30, "logit": 0.25, "error": 0.4}]
            }"#,
        )
        .unwrap()
    }

    #[test]
    fn the_most_precise_known_fact_about_the_creator_counts() {
        let none = None;
        for (is_not_first, projects, successes, expected) in [
            (none, None, None, 0.0),
            (Some(false), None, None, -0.25),
            (Some(true), None, None, 0.5),
            (none, Some(0), None, -0.25),
            (Some(true), Some(2), None, 0.25),
            (Some(true), Some(9), None, 1.0),
            (Some(true), Some(2), Some(0), -0.125),
            (Some(true), Some(2), Some(2), 0.75),
            (none, None, Some(1), 0.75),
            (none, None, Some(0), 0.0),
        ] {
            let mut campaign = sample();
            campaign.is_not_first_project = is_not_first;
            campaign.earlier_projects = projects;
            campaign.earlier_successes = successes;
            let [creator, rewards] = offsets().features(&campaign);
            assert_eq!(
                (creator, rewards),
                (expected, 0.0),
                "{projects:?} {successes:?}"
            );
        }
    }

    #[test]
    fn rewards_add_up_and_their_errors_do_as_independent_ones() {
        let mut campaign = sample();
        campaign.is_not_first_project = None;
        assert_eq!(offsets().error(&campaign).to_bits(), 0.0_f64.to_bits());
        campaign.reward_tiers = Some(8);
        campaign.median_reward_usd = Some(29.99);
        assert_eq!(
            offsets().features(&campaign).map(f32::to_bits),
            [0.0_f32, -0.125].map(f32::to_bits)
        );
        assert!((offsets().error(&campaign) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn steps_out_of_order_and_huge_offsets_are_refused() {
        assert_eq!(offsets().check(), Ok(()));
        let mut unordered = offsets();
        unordered.reward_tiers.reverse();
        assert!(
            unordered
                .check()
                .unwrap_err()
                .contains("`offsets.reward_tiers`")
        );
        let mut huge = offsets();
        huge.returning.logit = f64::NAN;
        assert!(huge.check().unwrap_err().contains("within 10"));
    }
}
