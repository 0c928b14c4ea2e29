//! Which factor each feature belongs to: users think of the goal or the text, not of a logarithm.

use crate::inference::{FEATURE_COUNT, Row};
use crate::types::Factor;

/// A set of factors: bit `n` is the factor `n` of [`Factor::ALL`].
pub(super) type Coalition = u16;

/// All factors.
pub(super) const EVERYONE: Coalition = (1 << Factor::ALL.len()) - 1;

/// The factor of each feature, in the order of a model's input.
const FACTOR_OF: [(&str, Factor); FEATURE_COUNT] = [
    ("log_goal", Factor::Goal),
    ("duration_days", Factor::Duration),
    ("log_preparation", Factor::Preparation),
    ("name_chars", Factor::Text),
    ("name_words", Factor::Text),
    ("blurb_chars", Factor::Text),
    ("blurb_words", Factor::Text),
    ("name_digit", Factor::Text),
    ("has_video", Factor::Video),
    ("staff_pick", Factor::StaffPick),
    ("california", Factor::Place),
    ("launch_month", Factor::Timing),
    ("launch_weekday", Factor::Timing),
    ("default_duration", Factor::Habits),
    ("longest_duration", Factor::Habits),
    ("fresh_draft", Factor::Habits),
    ("name_wording", Factor::Text),
    ("blurb_wording", Factor::Text),
    ("creator_offset", Factor::Creator),
    ("rewards_offset", Factor::Rewards),
    ("parent", Factor::Category),
    ("category", Factor::Category),
    ("country", Factor::Place),
    ("currency", Factor::Place),
];

const fn bit(factor: Factor) -> Coalition {
    1 << factor as Coalition
}

/// The factors in which two inputs differ.
pub(super) fn differing(left: &Row, right: &Row) -> Coalition {
    let columns = left.iter().zip(right).zip(&FACTOR_OF);
    columns
        .filter(|((left, right), _)| left.to_bits() != right.to_bits())
        .fold(0, |found, (_, (_, factor))| found | bit(*factor))
}

/// `theirs` with the values of `ours` in the features of the coalition.
pub(super) fn mix(ours: &Row, theirs: &Row, coalition: Coalition) -> Row {
    let mut mixed = *theirs;
    for ((value, our), (_, factor)) in mixed.iter_mut().zip(ours).zip(&FACTOR_OF) {
        if coalition & bit(*factor) != 0 {
            *value = *our;
        }
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::feature_names;

    #[test]
    fn every_feature_belongs_to_one_factor_and_every_factor_has_features() {
        let named: Vec<&str> = FACTOR_OF.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, feature_names().collect::<Vec<_>>());
        let bits = FACTOR_OF.iter().fold(0, |all, (_, it)| all | bit(*it));
        assert_eq!(bits, EVERYONE);
    }

    #[test]
    fn the_bit_of_a_factor_is_its_index_in_the_list() {
        for (at, factor) in Factor::ALL.iter().enumerate() {
            assert_eq!(bit(*factor), 1 << at);
        }
    }

    #[test]
    fn a_mix_of_all_factors_is_ours_and_of_none_is_theirs() {
        let (ours, theirs) = ([1.0; FEATURE_COUNT], [2.0; FEATURE_COUNT]);
        assert_eq!(differing(&mix(&ours, &theirs, EVERYONE), &ours), 0);
        assert_eq!(differing(&mix(&ours, &theirs, 0), &theirs), 0);
        let goal = mix(&ours, &theirs, bit(Factor::Goal));
        assert_eq!(differing(&goal, &theirs), bit(Factor::Goal));
        assert_eq!(differing(&goal, &ours), EVERYONE & !bit(Factor::Goal));
    }
}
