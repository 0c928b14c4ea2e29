//! Variants of a campaign in which one thing is changed and the other fields stay consistent.

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::inference::{PredictError, Predictor, Row, keep_habits};
use crate::types::{CAMPAIGN_YEARS, Campaign};

/// The campaign with another goal, in US dollars.
pub(super) fn with_goal(campaign: &Campaign, usd_goal: f64) -> Campaign {
    Campaign {
        usd_goal,
        ..campaign.clone()
    }
}

/// The campaign with another duration: the deadline moves.
pub(super) fn with_duration(campaign: &Campaign, days: u32) -> Campaign {
    Campaign {
        deadline: campaign.launched_at + TimeDelta::days(days.into()),
        ..campaign.clone()
    }
}

/// The campaign with another preparation time: `created_at` moves, the later dates stay.
pub(super) fn with_preparation(campaign: &Campaign, days: u32) -> Campaign {
    Campaign {
        created_at: campaign.launched_at - TimeDelta::days(days.into()),
        ..campaign.clone()
    }
}

/// The campaign with another launch, as if everything had started earlier or later: all dates move together.
pub(super) fn with_all_dates_moved(campaign: &Campaign, launched_at: NaiveDate) -> Campaign {
    let moved = launched_at - campaign.launched_at;
    Campaign {
        created_at: campaign.created_at + moved,
        ..with_launch(campaign, launched_at)
    }
}

/// The campaign with another launch while it is being prepared: `created_at` and the duration stay.
pub(super) fn with_launch(campaign: &Campaign, launched_at: NaiveDate) -> Campaign {
    Campaign {
        launched_at,
        deadline: launched_at + (campaign.deadline - campaign.launched_at),
        ..campaign.clone()
    }
}

/// Whether the form would accept the dates.
pub(super) fn has_allowed_dates(campaign: &Campaign) -> bool {
    let dates = [campaign.created_at, campaign.launched_at, campaign.deadline];
    dates
        .iter()
        .all(|date| CAMPAIGN_YEARS.contains(&date.year()))
        && campaign.created_at <= campaign.launched_at
}

/// The model's input for `changed`, a variant of `own`, with the habits of `own`.
pub(super) fn encode_variant(predictor: &dyn Predictor, own: &Row, changed: &Campaign) -> Row {
    let mut row = predictor.encode(changed);
    keep_habits(&mut row, own);
    row
}

/// The scores of variants of `own`, in their order.
pub(super) fn score_variants(
    predictor: &dyn Predictor,
    own: &Campaign,
    variants: &[Campaign],
) -> Result<Vec<f64>, PredictError> {
    let own = predictor.encode(own);
    let rows = variants
        .iter()
        .map(|it| encode_variant(predictor, &own, it));
    predictor.score(&rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::{sample, today};
    use crate::types::CampaignInput;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_change_moves_only_dependent_dates() {
        let sample = sample();
        let longer = with_duration(&sample, 60);
        assert_eq!(longer.launched_at, sample.launched_at);
        assert_eq!(longer.duration_days(), 60);
        let later = with_launch(&sample, day("2024-03-30"));
        assert_eq!((later.duration_days(), later.preparation_days()), (21, 75));
        let moved = with_all_dates_moved(&sample, day("2024-03-30"));
        assert_eq!((moved.duration_days(), moved.preparation_days()), (21, 15));
        let prepared = with_preparation(&sample, 100);
        assert_eq!(
            (prepared.duration_days(), prepared.preparation_days()),
            (21, 100)
        );
    }

    #[test]
    fn dates_are_allowed_if_the_form_accepts_them() {
        for launch in [
            "2008-12-31",
            "2009-01-20",
            "2024-01-10",
            "2099-12-01",
            "2099-12-20",
        ] {
            for campaign in [
                with_launch(&sample(), day(launch)),
                with_all_dates_moved(&sample(), day(launch)),
            ] {
                let taken = CampaignInput::from(&campaign).check(today()).is_ok();
                assert_eq!(has_allowed_dates(&campaign), taken, "{launch}");
            }
        }
    }
}
