//! Typical average pledges by parent category: reference figures for the launch planner.
//!
//! Written by `training/typical_pledges.py` from 6,678 successful campaigns of a public scrape, launched from 2017 to
//! 2024. The average pledge of a campaign is what was pledged divided by its backers, in US dollars of that time. Whole
//! dollars.

use super::launch_plan::Cents;

/// The average pledges of successful campaigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypicalPledge {
    /// The parent category; empty for all categories.
    pub parent: &'static str,
    /// The number of campaigns.
    pub campaigns: i64,
    /// The average pledge that a quarter of the campaigns stayed below.
    pub low: Cents,
    /// The median: half of the campaigns had a higher average pledge.
    pub median: Cents,
    /// The average pledge that a quarter of the campaigns exceeded.
    pub high: Cents,
}

impl TypicalPledge {
    /// The figures of a parent category. Those of all categories if it has fewer than 50 campaigns or is unknown.
    pub fn of(parent: &str) -> Self {
        let mut own = TYPICAL_PLEDGES.iter();
        *own.find(|it| it.parent == parent).unwrap_or(&ALL)
    }
}

const ALL: TypicalPledge = typical("", 6678, [42, 66, 109]);

/// Parents with at least 50 successful campaigns.
const TYPICAL_PLEDGES: [TypicalPledge; 14] = [
    typical("Art", 640, [36, 55, 85]),
    typical("Comics", 171, [28, 35, 49]),
    typical("Crafts", 401, [31, 48, 78]),
    typical("Dance", 91, [61, 89, 121]),
    typical("Design", 170, [36, 57, 87]),
    typical("Fashion", 717, [38, 68, 130]),
    typical("Film & Video", 1030, [53, 86, 138]),
    typical("Food", 348, [56, 97, 155]),
    typical("Games", 415, [41, 61, 88]),
    typical("Journalism", 88, [37, 63, 100]),
    typical("Music", 869, [49, 68, 99]),
    typical("Photography", 371, [44, 73, 117]),
    typical("Publishing", 942, [38, 56, 81]),
    typical("Technology", 367, [62, 116, 226]),
];

const fn typical(parent: &'static str, campaigns: i64, dollars: [i64; 3]) -> TypicalPledge {
    let [low, median, high] = dollars;
    TypicalPledge {
        parent,
        campaigns,
        low: Cents(low * 100),
        median: Cents(median * 100),
        high: Cents(high * 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::categories_by_parent;

    #[test]
    fn a_category_with_few_campaigns_gets_the_figures_of_all() {
        assert_eq!(TypicalPledge::of("Games").median, Cents(6100));
        for parent in ["Theater", "", "Nonsense"] {
            assert_eq!(TypicalPledge::of(parent), ALL, "{parent}");
        }
    }

    #[test]
    fn each_row_is_of_a_known_parent_and_in_order() {
        let parents = categories_by_parent();
        for it in TYPICAL_PLEDGES {
            assert!(parents.iter().any(|(parent, _)| *parent == it.parent));
            assert!(it.campaigns >= 50, "{it:?}");
            assert!(Cents(0) < it.low && it.low < it.median && it.median < it.high);
        }
        let campaigns: i64 = TYPICAL_PLEDGES.iter().map(|it| it.campaigns).sum();
        assert!(campaigns <= ALL.campaigns);
    }
}
