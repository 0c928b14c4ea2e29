//! The start page: what the service does, what it costs, and how good its model is.

use leptos::prelude::*;

use crate::api::{get_example_summary, list_models};
use crate::client::data::Data;
use crate::client::preview::{Preview, describe};
use crate::client::{browser, tr, use_locale, use_session};
use crate::components::async_view::{AsyncView, load};
use crate::components::page_title::PageTitle;
use crate::components::score::Gauge;
use crate::components::{Icon, Loaded, Money, TrackRecordLink, format};
use crate::pages::chunk::page_chunk;
use crate::types::{ExampleSummary, ModelView, Registration};

/// The path of the page with the example.
pub const EXAMPLE_PATH: &str = "/example";

page_chunk!(home, HomePage);

/// The start page.
#[component]
pub fn HomePage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let models = Data::new(move || {
        session.version();
        list_models()
    });
    let offer = |models: Vec<ModelView>| {
        let model = models.into_iter().find(|model| model.is_default);
        view! { <Offer model /> }.into_any()
    };
    let example = Data::new(get_example_summary);
    let figure = |example: Option<ExampleSummary>| {
        example
            .map(|example| view! { <ExampleFigure example /> })
            .into_any()
    };
    describe(|| {
        Preview::of_public_page(tr!(locale, home.title), tr!(locale, app.description), "/")
    });
    view! {
        <PageTitle page=tr!(locale, home.title) />
        <section class="hero">
            <div class="hero-words">
                <h1>{tr!(locale, home.title)}</h1>
                <p class="lead">{tr!(locale, home.lead)}</p>
                <CallToAction with_example=true />
            </div>
            <Loaded resource=example lines=6 show=figure />
        </section>
        <Loaded resource=models lines=6 show=offer />
        <HowItWorks />
        <PlanFirst />
    }
}

/// The result of the example, which is calculated like any other.
#[component]
fn ExampleFigure(
    /// The numbers of the example.
    example: ExampleSummary,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <figure class="hero-figure card">
            <Gauge
                probability=example.probability
                low=example.interval_low
                high=example.interval_high
            />
            <figcaption class="quiet">
                {tr!(locale, home.example_caption)} " " <bdi>{example.name}</bdi>
            </figcaption>
        </figure>
    }
}

/// The links to the first steps.
#[component]
pub fn CallToAction(
    /// Whether to link to the example.
    with_example: bool,
) -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let view = load(move || async move {
        let is_signed_in = matches!(session.user.await, Ok(Some(_)));
        let is_open = browser::site_rules().registration == Registration::Open;
        let (href, words) = if is_signed_in {
            ("/predict", tr!(locale, home.start_signed_in))
        } else if is_open {
            ("/register", tr!(locale, home.start))
        } else {
            ("/login", tr!(locale, nav.login))
        };
        let example = with_example.then(|| {
            view! {
                <a class="button button-large" href=EXAMPLE_PATH>
                    {tr!(locale, home.see_example)}
                </a>
            }
        });
        let note = (!is_signed_in && is_open).then(|| tr!(locale, home.welcome_note));
        view! {
            <p class="buttons">
                <a class="button button-main button-large" href=href>
                    {words}
                    <Icon name="arrow" />
                </a>
                {example}
            </p>
            <p class="quiet">{note}</p>
        }
        .into_any()
    });
    view! { <AsyncView view /> }
}

#[component]
fn Offer(
    /// The default model.
    model: Option<ModelView>,
) -> impl IntoView {
    let locale = use_locale();
    let Some(model) = model else {
        return view! { <p class="notice">{tr!(locale, home.price_unknown)}</p> }.into_any();
    };
    let accuracy = model.accuracy.map(|share| {
        let words = tr!(
            locale,
            home.quality_accuracy,
            accuracy = format::percent(locale, share)
        );
        view! { <p class="figure-text">{words}</p> }
    });
    let auc = model.auc.map(|share| {
        let words = tr!(
            locale,
            home.quality_auc,
            auc = format::percent(locale, share)
        );
        view! { <p>{words}</p> }
    });
    let note = if accuracy.is_some() || auc.is_some() {
        tr!(locale, home.quality_honest)
    } else {
        tr!(locale, home.quality_unknown)
    };
    let name = tr!(
        locale,
        home.model_line,
        name = model.name,
        version = model.version
    );
    view! {
        <div class="columns">
            <section class="card" aria-labelledby="price-title">
                <h2 id="price-title">{tr!(locale, home.price_title)}</h2>
                <p class="figure-text">
                    <Money credits=model.price /> " " {tr!(locale, home.price_unit)}
                </p>
                <p>{tr!(locale, home.price_text)}</p>
            </section>
            <section class="card" aria-labelledby="quality-title">
                <h2 id="quality-title">{tr!(locale, home.quality_title)}</h2>
                {accuracy}
                {auc}
                <p class="quiet">{note}</p>
                <p class="quiet">{name}</p>
                <p>
                    <TrackRecordLink model=model.id />
                </p>
            </section>
        </div>
    }
    .into_any()
}

#[component]
fn HowItWorks() -> impl IntoView {
    let locale = use_locale();
    let steps = [
        (tr!(locale, home.how_1_title), tr!(locale, home.how_1)),
        (tr!(locale, home.how_2_title), tr!(locale, home.how_2)),
        (tr!(locale, home.how_3_title), tr!(locale, home.how_3)),
    ];
    view! {
        <section aria-labelledby="how-title">
            <h2 id="how-title">{tr!(locale, home.how_title)}</h2>
            <ol class="steps">
                {steps
                    .into_iter()
                    .map(|(title, text)| {
                        view! {
                            <li class="card">
                                <h3>{title}</h3>
                                <p>{text}</p>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </section>
    }
}

/// The way to the launch planner, which is free and needs no account.
#[component]
fn PlanFirst() -> impl IntoView {
    let locale = use_locale();
    view! {
        <section class="card" aria-labelledby="planner-title">
            <h2 id="planner-title">{tr!(locale, home.planner_title)}</h2>
            <p>{tr!(locale, home.planner_text)}</p>
            <p>
                <a class="button" href="/plan">
                    {tr!(locale, home.planner_link)}
                </a>
            </p>
        </section>
    }
}
