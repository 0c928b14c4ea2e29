//! A report on the page. Only the server renders it.

use leptos::prelude::*;

use super::document::{Block, Report, Tone};
use crate::components::score::Gauge;

/// The blocks of a report, below its title.
#[component]
pub fn ReportBlocks(
    /// The report.
    report: Report,
) -> impl IntoView {
    let blocks = report.blocks.into_iter().map(block).collect::<Vec<_>>();
    view! { <article class="card report">{blocks}</article> }
}

fn block(block: Block) -> AnyView {
    match block {
        Block::PageBreak => view! { <hr class="page-break" /> }.into_any(),
        Block::Heading { level: 2, text } => view! {
            <h2>
                <bdi>{text}</bdi>
            </h2>
        }
        .into_any(),
        Block::Heading { text, .. } => view! { <h3>{text}</h3> }.into_any(),
        Block::Paragraph { text, tone } => {
            let class = match tone {
                Tone::Plain => None,
                Tone::Strong => Some("report-verdict"),
                Tone::Quiet => Some("quiet"),
            };
            view! { <p class=class>{text}</p> }.into_any()
        }
        Block::Gauge {
            probability,
            low,
            high,
            ..
        } => view! {
            <div class="report-gauge">
                <Gauge probability low high />
            </div>
        }
        .into_any(),
        Block::List(items) => {
            let items = items.into_iter().map(|item| view! { <li>{item}</li> });
            view! { <ul class="report-list">{items.collect_view()}</ul> }.into_any()
        }
        Block::Facts(facts) => {
            let facts = facts.into_iter().map(|(term, value)| {
                view! {
                    <dt>{term}</dt>
                    <dd>
                        <bdi>{value}</bdi>
                    </dd>
                }
            });
            view! { <dl class="facts facts-wide">{facts.collect_view()}</dl> }.into_any()
        }
        Block::Table {
            caption,
            head,
            rows,
        } => table(caption, head, rows),
    }
}

/// A table that scrolls sideways where it is wider than the page.
fn table(caption: String, head: Vec<String>, rows: Vec<Vec<String>>) -> AnyView {
    let is_wide = head.len() > 3;
    let heads = head.into_iter().enumerate().map(|(index, text)| {
        let class = (index > 0).then_some("number");
        view! {
            <th scope="col" class=class>
                {text}
            </th>
        }
    });
    let rows = rows.into_iter().map(|row| {
        let mut cells = row.into_iter();
        let label = cells.next();
        let cells = cells.map(|cell| view! { <td class="number">{cell}</td> });
        view! {
            <tr>
                <th scope="row">
                    <bdi>{label}</bdi>
                </th>
                {cells.collect_view()}
            </tr>
        }
    });
    let label = caption.clone();
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=label>
            <table class="table" class:table-wide=is_wide>
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>{heads.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
