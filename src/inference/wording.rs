//! What the words of a name and a blurb add to a score: one weight per word, from a model's manifest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::features::WORDING_FEATURES;
use crate::types::Campaign;

/// A model's weights of words, in lower case, on the logit. A word that is not listed weighs nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wording {
    /// Weights of words of the name.
    pub name: BTreeMap<String, f32>,
    /// Weights of words of the blurb.
    pub blurb: BTreeMap<String, f32>,
}

impl Wording {
    /// The sums of the weights of a campaign's words, in the order of [`WORDING_FEATURES`]. A word counts once.
    pub(super) fn features(&self, campaign: &Campaign) -> [f32; WORDING_FEATURES.len()] {
        [
            total(&self.name, &campaign.name),
            total(&self.blurb, &campaign.blurb),
        ]
    }

    /// Whether every weight is a number.
    pub(super) fn is_finite(&self) -> bool {
        let mut weights = self.name.values().chain(self.blurb.values());
        weights.all(|weight| weight.is_finite())
    }
}

fn total(weights: &BTreeMap<String, f32>, text: &str) -> f32 {
    if weights.is_empty() {
        return 0.0;
    }
    let lower = text.to_lowercase();
    let mut words: Vec<&str> = lower
        .split(|it: char| !it.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().filter_map(|word| weights.get(word)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::sample;

    #[test]
    fn each_listed_word_counts_once_in_any_case_and_only_as_a_whole() {
        let weights = |words: &[(&str, f32)]| {
            let words = words
                .iter()
                .map(|(word, weight)| ((*word).to_owned(), *weight));
            words.collect::<BTreeMap<_, _>>()
        };
        let wording = Wording {
            name: weights(&[("edition", 0.5), ("pin", 0.25), ("том", 2.0)]),
            blurb: weights(&[("pin", -1.0)]),
        };
        let mut campaign = sample();
        for (name, blurb, expected) in [
            ("Second EDITION, an edition", "pins", [0.5, 0.0]),
            ("Editions of pin-ups", "A pin. A pin!", [0.25, -1.0]),
            ("Том 2", "", [2.0, 0.0]),
        ] {
            name.clone_into(&mut campaign.name);
            blurb.clone_into(&mut campaign.blurb);
            for (sum, expected) in wording.features(&campaign).iter().zip(expected) {
                assert!((sum - expected).abs() < 1e-6, "{name}: {sum}");
            }
        }
    }
}
