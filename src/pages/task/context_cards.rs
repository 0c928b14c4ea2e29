//! What a result is judged by: in short, how similar campaigns did, and what funded ones raise.

use leptos::prelude::*;

use super::amounts::Amounts;
use super::context::Context;
use super::summary::Summary;
use crate::types::{Campaign, Explanation, ResultContext};

/// The cards of a result.
#[component]
pub fn ContextCards(
    /// The campaign.
    campaign: Campaign,
    /// Its probability.
    probability: f64,
    /// The context of the result.
    context: ResultContext,
    /// Why the probability is what it is; without it, nothing is said in short.
    explanation: Option<Explanation>,
) -> impl IntoView {
    let amounts = context.amounts.clone();
    let amounts = amounts.map(|amounts| view! { <Amounts amounts probability /> });
    let summary = explanation.map(|explanation| {
        let context = context.clone();
        view! { <Summary campaign context explanation /> }
    });
    view! {
        {summary}
        <Context context />
        {amounts}
    }
}
