//! How far the audience gets at low, expected and high rates, as a table.

use leptos::prelude::*;

use super::words::Words;
use crate::client::{Locale, tr};
use crate::components::format;
use crate::types::{Assumptions, Cents, Channel, LaunchPlan, Outcome, Reach, Scenarios};

/// A row of the table: its label, and a cell for each scenario.
type Row = (&'static str, Scenarios<String>);

/// Some rows under a title.
fn part(title: &'static str, rows: Vec<Row>) -> AnyView {
    let rows = rows.into_iter().map(|(label, cells)| {
        let cells = cells.map(|text| view! { <td>{text}</td> }.into_any());
        view! {
            <tr>
                <th scope="row">{label}</th>
                {Vec::from(cells)}
            </tr>
        }
        .into_any()
    });
    view! {
        <tbody>
            <tr>
                <th scope="rowgroup" colspan="4" class="plan-part">
                    {title}
                </th>
            </tr>
            {rows.collect::<Vec<_>>()}
        </tbody>
    }
    .into_any()
}

/// What the audience brings, in three scenarios.
pub fn audience_table(words: Words, assumptions: &Assumptions, plan: &LaunchPlan) -> AnyView {
    let locale = words.locale;
    let goal = assumptions.goal;
    let of = |cell: &dyn Fn(&Outcome) -> String| plan.outcomes.each_ref().map(cell);
    let money = |sum: fn(&Outcome) -> Cents| of(&|it| words.money(sum(it)));
    let people = |count: fn(&Outcome) -> i64| of(&|it| words.people(count(it)));
    let more = |count: fn(&Outcome) -> Option<i64>| {
        let impossible = || tr!(locale, planner.impossible).to_owned();
        of(&|it| count(it).map_or_else(impossible, |it| words.people(it)))
    };
    let (in_backers, in_money) = (tr!(locale, planner.all_backers), tr!(locale, planner.money));
    let mut brought = channel_rows(words, assumptions, plan);
    brought.push((in_backers, people(|it| it.backers)));
    brought.push((in_money, money(|it| it.money)));
    let missing = vec![
        (in_backers, people(|it| it.missing_backers)),
        (in_money, money(|it| it.missing_money)),
    ];
    let subscribers = more(|it| it.more_subscribers);
    let followers = more(|it| it.more_followers);
    let closing = vec![
        (tr!(locale, planner.more_subscribers), subscribers),
        (tr!(locale, planner.more_followers), followers),
    ];
    let share = of(&|it| percent_of(locale, it.early_money, goal));
    let early = vec![
        (in_money, of(&|it| words.whole_money(it.early_money))),
        (tr!(locale, planner.of_goal), share),
    ];
    let heads = [
        tr!(locale, planner.low),
        tr!(locale, planner.expected),
        tr!(locale, planner.high),
    ];
    let heads = heads.map(|head| view! { <th scope="col">{head}</th> }.into_any());
    let has_gap = plan.reach != Reach::Low;
    view! {
        <table class="table plan-table">
            <caption>{tr!(locale, planner.audience)}</caption>
            <thead>
                <tr>
                    <td></td>
                    {Vec::from(heads)}
                </tr>
            </thead>
            {part(tr!(locale, planner.brought), brought)}
            {part(tr!(locale, planner.missing), missing)}
            {has_gap.then(|| part(tr!(locale, planner.closing), closing))}
            {part(tr!(locale, planner.early), early)}
        </table>
    }
    .into_any()
}

/// The backers from each channel that has people, with the rates.
fn channel_rows(words: Words, assumptions: &Assumptions, plan: &LaunchPlan) -> Vec<Row> {
    let locale = words.locale;
    let channels: [(&'static str, Channel); 3] = [
        (tr!(locale, planner.subscribers), assumptions.subscribers),
        (tr!(locale, planner.followers), assumptions.followers),
        (tr!(locale, planner.social), assumptions.social),
    ];
    let mut rows = Vec::new();
    for (index, (label, channel)) in channels.into_iter().enumerate() {
        if channel.people > 0 {
            let cell = |scenario: usize| {
                let backers = words.people(plan.outcomes[scenario].by_channel[index]);
                let rate = format::rate(locale, channel.rates[scenario]);
                tr!(locale, planner.at_rate, backers = backers, rate = rate)
            };
            rows.push((label, [0, 1, 2].map(cell)));
        }
    }
    rows
}

/// A sum in percent of another one, which may be more than 100. Rounded down, so that 30% means that the benchmark is
/// met.
fn percent_of(locale: Locale, sum: Cents, whole: Cents) -> String {
    let percent = sum.0 * 100 / whole.0;
    tr!(
        locale,
        number.percent,
        value = format::whole_number(locale, percent)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_of_the_goal_may_exceed_a_hundred_and_is_never_rounded_up() {
        let percent = |sum| percent_of(Locale::en, Cents(sum), Cents(1_000));
        assert_eq!(percent(299), "29%");
        assert_eq!(percent(300), "30%");
        assert_eq!(percent(12_345), "1,234%");
    }
}
