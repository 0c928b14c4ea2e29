//! The result in two sentences: how similar campaigns did, and why this one is more or less likely to succeed.

use leptos::prelude::*;

use super::context::similar_group;
use super::insight::why::{factor, what_is_given};
use crate::client::{Locale, tr, use_locale};
use crate::components::format;
use crate::types::{Campaign, Effect, Explanation, Factor, NeighboursView, ResultContext};

/// A probability within this distance of the rate of similar campaigns is about the same.
const SAME: f64 = 0.05;
/// Effects below two percentage points are no reasons.
const REASON_MIN: f64 = 0.02;
const REASONS_MAX: usize = 3;

/// The sentences; nothing if no similar campaigns are known.
#[component]
pub fn Summary(
    /// The campaign.
    campaign: Campaign,
    /// The context of the result.
    context: ResultContext,
    /// Why the probability is what it is.
    explanation: Explanation,
) -> impl IntoView {
    let locale = use_locale();
    let text = summary_text(locale, &campaign, &context, &explanation)?;
    Some(view! {
        <section class="card" aria-labelledby="summary-title">
            <h2 id="summary-title">{tr!(locale, summary.title)}</h2>
            <p>{text}</p>
        </section>
    })
}

/// The sentences; `None` if no similar campaigns are known.
pub fn summary_text(
    locale: Locale,
    campaign: &Campaign,
    context: &ResultContext,
    explanation: &Explanation,
) -> Option<String> {
    let similar = context.neighbours.as_ref()?;
    let rate = similar_sentence(locale, similar);
    let difference = comparison(locale, campaign, similar.success_rate, explanation);
    Some(format!("{rate} {difference}"))
}

fn similar_sentence(locale: Locale, similar: &NeighboursView) -> String {
    tr!(
        locale,
        summary.similar,
        campaigns = format::count(locale, similar.campaigns),
        group = similar_group(locale, similar),
        rate = format::percent(locale, similar.success_rate)
    )
}

fn comparison(locale: Locale, campaign: &Campaign, rate: f64, explanation: &Explanation) -> String {
    let difference = explanation.probability - rate;
    if difference.abs() < SAME {
        return tr!(locale, summary.same).to_owned();
    }
    let probability = format::percent(locale, explanation.probability);
    let reasons = reasons(&explanation.effects, difference);
    let reasons: Vec<String> = reasons
        .into_iter()
        .map(|reason| described(locale, campaign, reason))
        .collect();
    let reasons = reasons.join("; ");
    match (difference > 0.0, reasons.is_empty()) {
        (true, true) => tr!(locale, summary.higher_plain, probability = probability),
        (false, true) => tr!(locale, summary.lower_plain, probability = probability),
        (true, false) => tr!(
            locale,
            summary.higher,
            probability = probability,
            reasons = reasons
        ),
        (false, false) => tr!(
            locale,
            summary.lower,
            probability = probability,
            reasons = reasons
        ),
    }
}

/// The strongest factors that explain a difference from similar campaigns, which share category, goal and duration.
fn reasons(effects: &[Effect], difference: f64) -> Vec<Factor> {
    let shared = [Factor::Category, Factor::Goal, Factor::Duration];
    let mut found: Vec<&Effect> = effects
        .iter()
        .filter(|effect| !shared.contains(&effect.factor))
        .filter(|effect| effect.value * difference.signum() >= REASON_MIN)
        .collect();
    found.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    let strongest = found.into_iter().take(REASONS_MAX);
    strongest.map(|effect| effect.factor).collect()
}

/// A factor as it is called within a sentence, with the campaign's value of it.
fn described(locale: Locale, campaign: &Campaign, reason: Factor) -> String {
    let name = match reason {
        Factor::StaffPick => tr!(locale, summary.staff_pick).to_owned(),
        reason => in_lower_case(factor(locale, reason)),
    };
    let value = what_is_given(locale, reason, campaign);
    if value.is_empty() {
        name
    } else {
        format!("{name} ({value})")
    }
}

fn in_lower_case(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_the_strongest_effects_in_the_direction_that_similar_campaigns_do_not_share() {
        let effect = |factor, value| Effect { factor, value };
        let effects = [
            effect(Factor::Goal, -0.3),
            effect(Factor::Timing, -0.15),
            effect(Factor::Preparation, -0.1),
            effect(Factor::Text, 0.08),
            effect(Factor::Creator, -0.05),
            effect(Factor::Habits, -0.04),
            effect(Factor::Place, -0.01),
        ];
        let down = [Factor::Timing, Factor::Preparation, Factor::Creator];
        assert_eq!(reasons(&effects, -0.4), down);
        assert_eq!(reasons(&effects, 0.1), [Factor::Text]);
    }
}
