//! Converts labels and words to numbers, as a model's manifest defines them: the last step from a campaign to a model's
//! input.

use std::collections::HashMap;

use super::features::{
    FEATURE_COUNT, Features, LABEL_FEATURES, NUMBER_FEATURES, OFFSET_FEATURES, Row,
    WORDING_FEATURES,
};
use super::manifest::Manifest;
use super::offsets::Offsets;
use super::wording::Wording;
use crate::types::Campaign;

/// The number of a label that the model does not know.
const UNKNOWN: f32 = 0.0;

/// Converts campaigns to the input of one model.
#[derive(Debug)]
pub struct Encoder {
    numbers: [HashMap<String, f32>; LABEL_FEATURES.len()],
    wording: Wording,
    offsets: Offsets,
}

impl Encoder {
    /// The encoder of a model with a checked manifest.
    pub fn new(manifest: &Manifest) -> Self {
        let numbers = LABEL_FEATURES.map(|feature| {
            let labels = manifest.encodings.get(feature);
            let labels = labels.into_iter().flatten().cloned();
            // A checked manifest has far fewer labels than 2^16.
            (1_u16..)
                .map(f32::from)
                .zip(labels)
                .map(|(number, label)| (label, number))
                .collect()
        });
        Self {
            numbers,
            wording: manifest.wording.clone(),
            offsets: manifest.offsets.clone(),
        }
    }

    /// The input of one campaign, in the order of [`super::feature_names`].
    pub fn encode(&self, campaign: &Campaign) -> Row {
        let features = Features::of(campaign);
        let mut input = [UNKNOWN; FEATURE_COUNT];
        let (numbers, others) = input.split_at_mut(NUMBER_FEATURES.len());
        let (wording, others) = others.split_at_mut(WORDING_FEATURES.len());
        let (offsets, labels) = others.split_at_mut(OFFSET_FEATURES.len());
        numbers.copy_from_slice(&features.numbers);
        wording.copy_from_slice(&self.wording.features(campaign));
        offsets.copy_from_slice(&self.offsets.features(campaign));
        for ((target, known), label) in labels.iter_mut().zip(&self.numbers).zip(&features.labels) {
            *target = known.get(label.as_ref()).copied().unwrap_or(UNKNOWN);
        }
        input
    }
}
