//! What a report says: the results, what they are based on, and what they cannot tell.

use chrono::NaiveDate;

use super::document::{Block, Report, Tone};
use crate::client::{Locale, tr};
use crate::components::{format, labels};
use crate::i18n::I18nLocaleTrait as _;
use crate::pages::task::amounts::amounts_texts;
use crate::pages::task::context::context_texts;
use crate::pages::task::inputs::campaign_facts;
use crate::pages::task::insight::changes::change_texts;
use crate::pages::task::insight::why::steps;
use crate::pages::task::summary::summary_text;
use crate::types::{
    Advice, AppError, Campaign, Explanation, InsightView, ModelRef, ResultContext, ResultView,
    SharedView, TaskView,
};

/// The most results of one report.
pub const RESULTS_MAX: usize = 5;

/// One result in a report.
#[derive(Clone, Debug)]
pub struct Reported {
    campaign: Campaign,
    model: ModelRef,
    result: ResultView,
    explanation: Option<Explanation>,
    advice: Option<Advice>,
}

impl Reported {
    /// A task with the insight into its result, which may be missing; `None` if the task has no result.
    pub fn of_task(task: TaskView, insight: Option<InsightView>) -> Option<Self> {
        let (explanation, advice) = insight.map(|it| (it.explanation, it.advice)).unzip();
        Some(Self {
            campaign: task.campaign,
            model: task.model,
            result: task.result?,
            explanation,
            advice,
        })
    }

    /// A shared result.
    pub fn of_shared(shared: SharedView) -> Self {
        Self {
            campaign: shared.campaign,
            model: shared.model,
            result: shared.result,
            explanation: shared.explanation,
            advice: None,
        }
    }
}

/// The ids of a report's tasks, each once.
///
/// # Errors
/// [`AppError::Malformed`] if there are none or too many.
pub fn report_ids(mut ids: Vec<String>) -> Result<Vec<String>, AppError> {
    let mut before = Vec::new();
    ids.retain(|id| {
        let is_new = !before.contains(id);
        before.push(id.clone());
        is_new
    });
    if ids.is_empty() || ids.len() > RESULTS_MAX {
        let reason = format!("a report is about 1 to {RESULTS_MAX} tasks; name each as `task`");
        return Err(AppError::Malformed(reason));
    }
    Ok(ids)
}

/// The report of one result, or the comparison of several.
pub fn report(locale: Locale, made_on: NaiveDate, results: &[Reported]) -> Report {
    let is_comparison = results.len() > 1;
    let subject = match results {
        [only] => only.campaign.name.clone(),
        _ => tr!(locale, report.comparison).to_owned(),
    };
    let made = tr!(locale, report.made_on, day = labels::day(locale, made_on));
    let mut blocks = vec![Block::paragraph(Tone::Quiet, made)];
    if is_comparison {
        blocks.push(comparison(locale, results));
    }
    for reported in results {
        if is_comparison {
            blocks.push(Block::PageBreak);
        }
        let name = reported.campaign.name.clone();
        blocks.push(Block::heading(2, name));
        add_result(&mut blocks, locale, reported);
    }
    add_limits(&mut blocks, locale, results);
    Report {
        title: tr!(locale, report.title).to_owned(),
        subject,
        language: locale.as_str(),
        blocks,
    }
}

fn range(locale: Locale, result: &ResultView) -> String {
    tr!(
        locale,
        task.range,
        low = format::percent(locale, result.interval_low),
        high = format::percent(locale, result.interval_high)
    )
}

fn comparison(locale: Locale, results: &[Reported]) -> Block {
    let head = [
        tr!(locale, tasks.column_name),
        tr!(locale, tasks.column_result),
        tr!(locale, compare.interval),
        tr!(locale, compare.base_rate),
        tr!(locale, why.goal),
        tr!(locale, report.column_days),
        tr!(locale, report.column_launch),
    ];
    let row = |it: &Reported| {
        let (campaign, result) = (&it.campaign, &it.result);
        let base = result.context.as_ref();
        let base = base.map(|it| format::percent(locale, it.base_rate.success_rate));
        vec![
            campaign.name.clone(),
            format::percent(locale, result.probability),
            range(locale, result),
            base.unwrap_or_else(|| tr!(locale, choice.unknown).to_owned()),
            format::usd(locale, campaign.usd_goal),
            format::whole_number(locale, campaign.duration_days()),
            labels::day(locale, campaign.launched_at),
        ]
    };
    Block::Table {
        caption: tr!(locale, report.comparison).to_owned(),
        head: head.map(ToOwned::to_owned).into(),
        rows: results.iter().map(row).collect(),
    }
}

fn add_result(blocks: &mut Vec<Block>, locale: Locale, reported: &Reported) {
    let Reported {
        campaign, result, ..
    } = reported;
    let (low, high) = (result.interval_low, result.interval_high);
    let probability = result.probability;
    let number = format::percent(locale, probability);
    let verdict = labels::verdict(locale, result.verdict);
    let [low_text, high_text] = [low, high].map(|share| format::percent(locale, share));
    blocks.push(Block::Gauge {
        probability,
        low,
        high,
        words: tr!(
            locale,
            task.gauge,
            probability = number.clone(),
            low = low_text.clone(),
            high = high_text.clone(),
            verdict = verdict
        ),
        number,
    });
    let count = format::percents(probability);
    let interval = tr!(locale, task.interval, low = low_text, high = high_text);
    let note = tr!(locale, task.interval_note);
    blocks.extend([
        Block::paragraph(Tone::Strong, verdict),
        Block::paragraph(Tone::Plain, tr!(locale, task.meaning, count = count)),
        Block::paragraph(Tone::Plain, format!("{interval}. {note}")),
    ]);
    if let Some(context) = &result.context {
        add_summary(blocks, locale, reported, context);
        add_context(blocks, locale, context);
        add_amounts(blocks, locale, context, probability);
    }
    add_reasons(blocks, locale, reported);
    if let Some(advice) = &reported.advice {
        blocks.push(Block::heading(3, tr!(locale, changes.title)));
        blocks.push(match change_texts(locale, campaign, probability, advice) {
            changes if changes.is_empty() => {
                Block::paragraph(Tone::Plain, tr!(locale, changes.none))
            }
            changes => Block::List(changes),
        });
        let note = tr!(locale, changes.no_proof);
        blocks.push(Block::paragraph(Tone::Quiet, note));
    }
    blocks.push(Block::heading(3, tr!(locale, task.asked)));
    let facts = campaign_facts(locale, campaign);
    let facts = facts
        .into_iter()
        .map(|(term, value)| (term.to_owned(), value));
    blocks.push(Block::Facts(facts.collect()));
    blocks.push(Block::heading(3, tr!(locale, task.facts)));
    blocks.push(Block::Facts(about(locale, reported)));
}

fn add_summary(
    blocks: &mut Vec<Block>,
    locale: Locale,
    reported: &Reported,
    context: &ResultContext,
) {
    let explanation = reported.explanation.as_ref();
    let text = explanation.and_then(|it| summary_text(locale, &reported.campaign, context, it));
    if let Some(text) = text {
        blocks.push(Block::heading(3, tr!(locale, summary.title)));
        blocks.push(Block::paragraph(Tone::Plain, text));
    }
}

fn add_amounts(blocks: &mut Vec<Block>, locale: Locale, context: &ResultContext, probability: f64) {
    let Some(amounts) = &context.amounts else {
        return;
    };
    let [text, failure, source] = amounts_texts(locale, amounts, probability);
    blocks.extend([
        Block::heading(3, tr!(locale, amounts.title)),
        Block::paragraph(Tone::Plain, text),
        Block::paragraph(Tone::Plain, failure),
        Block::paragraph(Tone::Quiet, source),
    ]);
}

fn add_context(blocks: &mut Vec<Block>, locale: Locale, context: &ResultContext) {
    let texts = context_texts(locale, context);
    if !texts.warnings.is_empty() {
        let title = tr!(locale, context.unlike_title);
        blocks.push(Block::heading(3, title));
        blocks.push(Block::List(texts.warnings));
    }
    blocks.push(Block::heading(3, tr!(locale, context.title)));
    let rates = texts.rates.into_iter();
    blocks.extend(rates.map(|text| Block::paragraph(Tone::Plain, text)));
    blocks.push(Block::paragraph(Tone::Quiet, texts.population));
}

fn add_reasons(blocks: &mut Vec<Block>, locale: Locale, reported: &Reported) {
    blocks.push(Block::heading(3, tr!(locale, why.title)));
    let Some(explanation) = &reported.explanation else {
        let text = tr!(locale, report.no_reasons);
        blocks.push(Block::paragraph(Tone::Plain, text));
        return;
    };
    let total = |label: &str, share| vec![label.to_owned(), format::percent(locale, share)];
    let mut rows = vec![total(tr!(locale, why.base), explanation.base)];
    for step in steps(locale, &reported.campaign, explanation) {
        let label = match step.given.as_str() {
            "" => step.label,
            given => format!("{} ({given})", step.label),
        };
        rows.push(vec![label, format::points(locale, step.to - step.from)]);
    }
    rows.push(total(tr!(locale, why.result), explanation.probability));
    blocks.push(Block::Table {
        caption: tr!(locale, why.title).to_owned(),
        head: vec![
            tr!(locale, why.column_factor).to_owned(),
            tr!(locale, why.column_effect).to_owned(),
        ],
        rows,
    });
}

/// When the result was made, and by which model.
fn about(locale: Locale, reported: &Reported) -> Vec<(String, String)> {
    let model = labels::model(locale, &reported.model);
    let day = labels::day(locale, reported.result.created_at.date_naive());
    vec![
        (tr!(locale, report.predicted_on).to_owned(), day),
        (tr!(locale, task.model).to_owned(), model),
    ]
}

/// What the reader must know to use the report.
fn add_limits(blocks: &mut Vec<Block>, locale: Locale, results: &[Reported]) {
    blocks.push(Block::heading(2, tr!(locale, report.limits_title)));
    let mut limits = vec![
        tr!(locale, report.limit_estimate).to_owned(),
        tr!(locale, report.limit_unseen).to_owned(),
    ];
    let mut populations: Vec<&str> = Vec::new();
    for context in results.iter().filter_map(|it| it.result.context.as_ref()) {
        let population = labels::stored_text(locale, &context.population);
        if !populations.contains(&population) {
            populations.push(population);
        }
    }
    let of = |population: &str| tr!(locale, report.limit_population, population = population);
    limits.extend(populations.into_iter().map(of));
    limits.push(tr!(locale, report.limit_cause).to_owned());
    limits.push(tr!(locale, report.limit_advice).to_owned());
    blocks.push(Block::List(limits));
    blocks.push(Block::paragraph(Tone::Quiet, tr!(locale, app.footer)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_about_one_to_five_different_tasks() {
        let ids = |ids: &[&str]| report_ids(ids.iter().map(ToString::to_string).collect());
        assert_eq!(ids(&["7", "8", "7"]).unwrap(), ["7", "8"]);
        assert!(ids(&[]).is_err());
        assert!(ids(&["1", "2", "3", "4", "5", "6"]).is_err());
        assert!(ids(&["1", "2", "3", "4", "5"]).is_ok());
    }
}
