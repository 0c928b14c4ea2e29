//! The start page: what the service does, what it costs, and how good its model is.

use leptos::prelude::*;

use crate::api::list_models;
use crate::client::data::Data;
use crate::client::{tr, use_locale, use_session};
use crate::components::async_view::{AsyncView, load};
use crate::components::page_title::PageTitle;
use crate::components::score::Gauge;
use crate::components::{Icon, Loaded, Money, TrackRecordLink, format};
use crate::pages::chunk::page_chunk;
use crate::types::ModelView;

const SAMPLE: (f64, f64, f64) = (0.68, 0.59, 0.76);

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
    let (probability, low, high) = SAMPLE;
    view! {
        <PageTitle page=tr!(locale, home.title) />
        <section class="hero">
            <div class="hero-words">
                <h1>{tr!(locale, home.title)}</h1>
                <p class="lead">{tr!(locale, home.lead)}</p>
                <CallToAction />
            </div>
            <figure class="hero-figure card">
                <Gauge probability low high />
                <figcaption class="quiet">{tr!(locale, home.sample_caption)}</figcaption>
            </figure>
        </section>
        <Loaded resource=models lines=6 show=offer />
        <HowItWorks />
        <PlanFirst />
    }
}

#[component]
fn CallToAction() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let view = load(move || async move {
        let is_signed_in = matches!(session.user.await, Ok(Some(_)));
        let (href, words) = if is_signed_in {
            ("/predict", tr!(locale, home.start_signed_in))
        } else {
            ("/register", tr!(locale, home.start))
        };
        let note = (!is_signed_in).then(|| tr!(locale, home.welcome_note));
        view! {
            <p class="buttons">
                <a class="button button-main button-large" href=href>
                    {words}
                    <Icon name="arrow" />
                </a>
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
