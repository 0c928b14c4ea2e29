//! Shared by the tests of insights: the shipped model, and fake models that compute a formula.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::inference::insight::variants::score_variants;
use crate::inference::{
    Encoder, Manifest, OnnxPredictor, PredictError, Predictor, Row, SHIPPED_MODEL,
};
use crate::types::Campaign;

/// The model that is part of the program.
pub fn shipped_model() -> &'static OnnxPredictor {
    static MODEL: LazyLock<OnnxPredictor> =
        LazyLock::new(|| OnnxPredictor::load(SHIPPED_MODEL).expect("the shipped model loads"));
    &MODEL
}

/// The shipped model's probability for one campaign.
pub fn probability_of(campaign: &Campaign) -> f64 {
    let predictions = shipped_model().predict(std::slice::from_ref(campaign));
    predictions.unwrap()[0].probability
}

/// The shipped model's probability for a variant of the campaign `own`, whose habits it keeps.
pub fn probability_of_variant(own: &Campaign, variant: &Campaign) -> f64 {
    score_variants_of(own, std::slice::from_ref(variant))[0]
}

/// The same for several variants.
pub fn score_variants_of(own: &Campaign, variants: &[Campaign]) -> Vec<f64> {
    score_variants(shipped_model(), own, variants).unwrap()
}

/// A model that computes a formula, with the manifest of the shipped model. It counts the rows that it scores.
pub struct FakePredictor {
    manifest: Manifest,
    encoder: Encoder,
    formula: Box<dyn Fn(&Row) -> f64 + Send + Sync>,
    rows_scored: AtomicUsize,
}

impl FakePredictor {
    /// A model whose scores are those of `formula`.
    pub fn new(formula: impl Fn(&Row) -> f64 + Send + Sync + 'static) -> Self {
        let manifest = shipped_model().manifest().clone();
        Self {
            encoder: Encoder::new(&manifest),
            manifest,
            formula: Box::new(formula),
            rows_scored: AtomicUsize::new(0),
        }
    }

    /// The same model with another background sample.
    pub fn with_background(mut self, background: Vec<Row>) -> Self {
        self.manifest.background = background;
        self
    }

    /// How many rows were scored so far.
    pub fn rows_scored(&self) -> usize {
        self.rows_scored.load(Ordering::Relaxed)
    }
}

impl Predictor for FakePredictor {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn encode(&self, campaign: &Campaign) -> Row {
        self.encoder.encode(campaign)
    }

    fn score(&self, rows: &[Row]) -> Result<Vec<f64>, PredictError> {
        self.rows_scored.fetch_add(rows.len(), Ordering::Relaxed);
        Ok(rows.iter().map(&self.formula).collect())
    }
}
