//! Success by month and weekday of launch, as a table whose cells are coloured by rate.

use leptos::prelude::*;

use super::{format, labels};
use crate::client::{Locale, tr, use_locale};
use crate::types::{CalendarDay, CalendarView};

/// With fewer campaigns in a cell, its rate may be chance and is shown without colour.
const ENOUGH: u64 = 10;
const MONTHS: u32 = 12;
const WEEKDAYS: u32 = 7;

/// The table, with the best weekday and month in a sentence.
#[component]
pub fn Calendar(
    /// The rates.
    calendar: CalendarView,
) -> impl IntoView {
    let locale = use_locale();
    let group = match (&calendar.category, &calendar.parent) {
        (Some(category), _) => labels::category(locale, category),
        (None, Some(parent)) => labels::category(locale, parent),
        (None, None) => tr!(locale, context.all_categories).to_owned(),
    };
    let heads = (0..WEEKDAYS).map(|weekday| {
        let name = labels::nth(tr!(locale, list.weekdays), weekday);
        let short = labels::nth(tr!(locale, list.weekdays_short), weekday);
        view! {
            <th scope="col" class="number">
                <abbr title=name>{short}</abbr>
            </th>
        }
    });
    let rows = (1..=MONTHS).map(|month| {
        let cells = (0..WEEKDAYS).map(|weekday| cell(locale, find(&calendar, month, weekday)));
        view! {
            <tr>
                <th scope="row">{labels::nth(tr!(locale, list.months), month - 1)}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    let best = best(locale, &calendar);
    let population = labels::stored_text(locale, &calendar.population).to_owned();
    view! {
        <section class="card calendar-card" aria-labelledby="calendar-title">
            <h2 id="calendar-title">{tr!(locale, calendar.title, group = group)}</h2>
            {best.map(|best| view! { <p>{best}</p> })}
            <table class="table calendar">
                <caption class="visually-hidden">{tr!(locale, calendar.caption)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{tr!(locale, calendar.month)}</th>
                        {heads.collect_view()}
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
            <p class="quiet">
                {tr!(locale, calendar.note)} " "
                {tr!(locale, context.population, population = population)}
            </p>
        </section>
    }
}

fn find(calendar: &CalendarView, month: u32, weekday: u32) -> Option<CalendarDay> {
    let mut days = calendar.days.iter();
    let found = days.find(|it| (it.month, it.weekday) == (month, weekday));
    found.copied()
}

fn cell(locale: Locale, day: Option<CalendarDay>) -> AnyView {
    let Some(day) = day else {
        return view! { <td class="number quiet">"–"</td> }.into_any();
    };
    let class = if day.campaigns < ENOUGH {
        "number quiet".to_owned()
    } else {
        format!("number calendar-{}", level(day.success_rate))
    };
    view! {
        <td class=class>
            {format::percents(day.success_rate)}
            <small>{format::count(locale, day.campaigns)}</small>
        </td>
    }
    .into_any()
}

/// Five levels of success, 1 to 5.
fn level(rate: f64) -> u8 {
    let edges = [0.4, 0.55, 0.7, 0.85];
    let above = edges.iter().filter(|edge| rate >= **edge).count();
    u8::try_from(above + 1).unwrap_or(5)
}

/// The best weekday and the best month, each over all of the other; nothing without campaigns.
fn best(locale: Locale, calendar: &CalendarView) -> Option<String> {
    let (weekday, weekday_rate) = best_by(calendar, |day| day.weekday)?;
    let (month, month_rate) = best_by(calendar, |day| day.month)?;
    Some(tr!(
        locale,
        calendar.best,
        weekday = labels::nth(tr!(locale, list.weekdays), weekday),
        weekday_rate = format::percent(locale, weekday_rate),
        month = labels::nth(tr!(locale, list.months), month - 1),
        month_rate = format::percent(locale, month_rate)
    ))
}

/// The group of days with the highest rate, among those with at least a twentieth of all campaigns.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of campaigns are far below 2^52"
)]
fn best_by(calendar: &CalendarView, group: fn(&CalendarDay) -> u32) -> Option<(u32, f64)> {
    let all: u64 = calendar.days.iter().map(|day| day.campaigns).sum();
    let rates = (0..=MONTHS).filter_map(|value| {
        let days = calendar.days.iter().filter(|day| group(day) == value);
        let (campaigns, successes) = days.fold((0, 0.0), |(campaigns, successes), day| {
            let weight = day.campaigns as f64;
            (
                campaigns + day.campaigns,
                successes + weight * day.success_rate,
            )
        });
        let is_enough = campaigns >= ENOUGH && campaigns * 20 >= all;
        is_enough.then(|| (value, successes / campaigns as f64))
    });
    rates.max_by(|(_, a), (_, b)| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, weekday: u32, campaigns: u64, success_rate: f64) -> CalendarDay {
        CalendarDay {
            month,
            weekday,
            campaigns,
            success_rate,
        }
    }

    #[test]
    fn the_best_weekday_and_month_have_enough_campaigns() {
        let calendar = CalendarView {
            population: String::new(),
            parent: None,
            category: None,
            days: vec![
                day(3, 1, 100, 0.8),
                day(12, 6, 100, 0.4),
                day(7, 1, 100, 0.7),
                day(5, 4, 9, 1.0),
            ],
        };
        let by = |group| best_by(&calendar, group);
        assert_eq!(by(|day| day.weekday).unwrap().0, 1);
        assert_eq!(by(|day| day.month).unwrap().0, 3);
    }

    #[test]
    fn rates_have_five_levels() {
        assert_eq!([0.0, 0.4, 0.6, 0.7, 1.0].map(level), [1, 2, 3, 4, 5]);
    }
}
