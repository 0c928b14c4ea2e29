//! Success rates of campaigns by category, goal, month and day of launch. Open to everybody.

use leptos::prelude::*;

use crate::api::{explore, launch_calendar};
use crate::client::data::Data;
use crate::client::preview::{Preview, describe};
use crate::client::{Locale, tr, use_locale};
use crate::components::calendar::Calendar;
use crate::components::page_title::PageTitle;
use crate::components::pager::{Filter, FilterChoice};
use crate::components::query::{query_url, use_query};
use crate::components::{Loaded, format, labels};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, CalendarView, CategoryRate, ExploreView, GoalRate, LaunchMonthRate};

const PATH: &str = "/explore";
const PARENT: &str = "parent";

page_chunk!(explore, ExplorePage);

/// The rates of all campaigns, or of one parent category.
#[component]
pub fn ExplorePage() -> impl IntoView {
    let locale = use_locale();
    let rates = Data::new(explore);
    let query = use_query();
    let parent = Memo::new(move |_| query(PARENT));
    let calendar = Data::new(move || calendar_of(parent.get().unwrap_or_default()));
    describe(|| {
        Preview::of_public_page(tr!(locale, explore.title), tr!(locale, explore.lead), PATH)
    });
    view! {
        <PageTitle page=tr!(locale, explore.title) />
        <div class="page-head">
            <div>
                <h1>{tr!(locale, explore.title)}</h1>
                <p class="lead">{tr!(locale, explore.lead)}</p>
            </div>
        </div>
        <Loaded
            resource=rates
            lines=12
            show=move |rates| view! { <Rates rates parent /> }.into_any()
        />
        <Loaded
            resource=calendar
            lines=12
            show=|calendar| view! { <Calendar calendar /> }.into_any()
        />
    }
}

/// The launch days of a parent category, or of all categories if there is no such parent.
async fn calendar_of(parent: String) -> Result<CalendarView, AppError> {
    match launch_calendar(parent, String::new()).await {
        Err(AppError::Invalid(_)) => launch_calendar(String::new(), String::new()).await,
        found => found,
    }
}

#[component]
fn Rates(
    /// The rates.
    rates: ExploreView,
    /// The parent category to show; all if absent or unknown.
    parent: Memo<Option<String>>,
) -> impl IntoView {
    let locale = use_locale();
    let overall = tr!(
        locale,
        explore.overall,
        rate = format::percent(locale, rates.success_rate),
        campaigns = format::count(locale, rates.campaigns),
        population = labels::stored_text(locale, &rates.population)
    );
    view! {
        <p>{overall}</p>
        {move || tables(locale, &rates, parent.get())}
    }
}

fn tables(locale: Locale, rates: &ExploreView, parent: Option<String>) -> AnyView {
    let parent = parent.filter(|parent| rates.categories.iter().any(|it| it.parent == *parent));
    let categories = rows_of_categories(locale, &rates.categories, parent.as_deref());
    let goals = rates.goals.iter().filter(|it| it.parent == parent);
    let goals = goals.map(|it| row_of_goal(locale, it)).collect();
    let months = rates.months.iter().filter(|it| it.parent == parent);
    let months = months.map(|it| row_of_month(locale, it)).collect();
    let choices = choices(locale, &rates.categories, parent.as_deref());
    view! {
        <Filter label=tr!(locale, explore.filter) choices />
        <div class="columns">
            <RateTable
                title=tr!(locale, explore.by_category)
                head=tr!(locale, field.analytics_name)
                rows=categories
            />
            <div class="stack">
                <RateTable title=tr!(locale, explore.by_goal) head=tr!(locale, field.usd_goal) rows=goals />
                <RateTable title=tr!(locale, explore.by_month) head=tr!(locale, explore.month) rows=months />
            </div>
        </div>
    }
    .into_any()
}

struct Row {
    words: String,
    campaigns: u64,
    success_rate: f64,
}

/// A table of rates with a bar for each.
#[component]
fn RateTable(
    /// The title of the table.
    title: &'static str,
    /// The heading of its first column.
    head: &'static str,
    /// The rates.
    rows: Vec<Row>,
) -> impl IntoView {
    let locale = use_locale();
    let rows = rows.into_iter().map(|row| {
        view! {
            <tr>
                <th scope="row">{row.words}</th>
                <td class="number">{format::count(locale, row.campaigns)}</td>
                <td class="rate">
                    <svg class="score-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="score-track" width="100" height="8"></rect>
                        <rect
                            class="score-value"
                            width=format::percents(row.success_rate).to_string()
                            height="8"
                        ></rect>
                    </svg>
                    {format::percent(locale, row.success_rate)}
                </td>
            </tr>
        }
    });
    view! {
        <section class="card">
            <h2>{title}</h2>
            <table class="table">
                <caption class="visually-hidden">{title}</caption>
                <thead>
                    <tr>
                        <th scope="col">{head}</th>
                        <th scope="col" class="number">
                            {tr!(locale, explore.campaigns)}
                        </th>
                        <th scope="col">{tr!(locale, explore.reached)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
}

fn choices(locale: Locale, categories: &[CategoryRate], parent: Option<&str>) -> Vec<FilterChoice> {
    let all = FilterChoice {
        label: tr!(locale, context.all_categories).to_owned(),
        url: PATH.to_owned(),
        is_current: parent.is_none(),
    };
    let parents = categories.iter().filter(|it| it.category.is_none());
    let parents = parents.map(|it| FilterChoice {
        label: labels::category(locale, &it.parent),
        url: query_url(PATH, [(PARENT, it.parent.clone())]),
        is_current: parent == Some(it.parent.as_str()),
    });
    std::iter::once(all).chain(parents).collect()
}

/// The parents, or the categories of one; the most successful first.
fn rows_of_categories(
    locale: Locale,
    categories: &[CategoryRate],
    parent: Option<&str>,
) -> Vec<Row> {
    let mut chosen: Vec<&CategoryRate> = Vec::new();
    for rate in categories {
        let is_chosen = match parent {
            Some(parent) => rate.parent == parent,
            None => rate.category.is_none(),
        };
        if is_chosen {
            let place = chosen.partition_point(|it| it.success_rate >= rate.success_rate);
            chosen.insert(place, rate);
        }
    }
    let row = |it: &CategoryRate| Row {
        words: match (&it.category, parent) {
            (Some(category), _) => labels::category(locale, category),
            (None, Some(_)) => tr!(
                locale,
                explore.whole,
                parent = labels::category(locale, &it.parent)
            ),
            (None, None) => labels::category(locale, &it.parent),
        },
        campaigns: it.campaigns,
        success_rate: it.success_rate,
    };
    chosen.into_iter().map(row).collect()
}

fn row_of_goal(locale: Locale, it: &GoalRate) -> Row {
    Row {
        words: format::usd_range(locale, it.goal_from_usd, it.goal_below_usd),
        campaigns: it.campaigns,
        success_rate: it.success_rate,
    }
}

fn row_of_month(locale: Locale, it: &LaunchMonthRate) -> Row {
    Row {
        words: labels::year_and_month(locale, &it.month),
        campaigns: it.campaigns,
        success_rate: it.success_rate,
    }
}
