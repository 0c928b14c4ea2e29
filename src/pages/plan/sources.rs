//! Where the planner's defaults and ranges come from, and how far each source can be trusted.

use leptos::prelude::*;

use crate::client::{tr, use_locale};
use crate::components::format;
use crate::types::TypicalPledge;

/// The name of a source and its URL.
type Link = (&'static str, &'static str);

const KICKSTARTER_FEES: Link = (
    "Kickstarter Help",
    "https://help.kickstarter.com/hc/en-us/articles/115005028634-What-are-the-fees",
);
const FEE_DETAILS: Link = (
    "Best Crowdfunding Campaigns",
    "https://bestcrowdfundingcampaigns.com/blog/kickstarter-fees-understanding-the-costs-of-your-campaign",
);
const KICKSTARTER_DROPPED: Link = (
    "Kickstarter Help",
    "https://help.kickstarter.com/hc/en-us/articles/360034693434-What-happens-if-the-final-funding-amount-is-lower-than-the-goal-after-a-campaign-has-ended",
);
const CRUSH_DROPPED: Link = (
    "Crush Crowdfunding",
    "https://crushcrowdfunding.com/two-strategies-to-recover-pledges-and-failed-credit-cards-on-kickstarter/",
);
const PLEDGEBOX_DROPPED: Link = (
    "PledgeBox",
    "https://www.pledgebox.com/post/dropped-backers-how-to-recover-them-to-avoid-funding-loss",
);
const BACKERKIT_DROPPED: Link = (
    "BackerKit Help",
    "https://help.backerkit.com/article/243-how-are-failed-payments-handled-from-kickstarter",
);
const BACKERKIT_LIST: Link = (
    "BackerKit Help",
    "https://help.backerkit.com/article/738-do-the-math-know-when-youre-ready-to-launch",
);
const LAUNCHARM: Link = (
    "Launcharm",
    "https://launcharm.com/events/how-many-email-addresses-do-you-need-before-you-launch",
);
const INDIEVELOPMENT: Link = (
    "Indievelopment",
    "https://www.indievelopment.uk/post/hard-hitting-facts-to-think-about-for-your-kickstarter",
);
const EN_WORLD: Link = (
    "EN World",
    "https://www.enworld.org/threads/kickstarters-u-shaped-curve-is-a-reverse-j-and-more-pronounced-than-you-thought.707995/post-9513168",
);
const ROAST: Link = (
    "Roast My Kickstarter",
    "https://roastmykickstarter.com/sunday-roast-blog/raising-100k-how-it-went-part-1",
);
const PINE_ISLAND: Link = (
    "Pine Island Games",
    "https://pineislandgames.com/blog/kickstarter-in-review-part-v-traffic-sources",
);
const CREATION_AND_PLAY: Link = (
    "Creation and Play",
    "http://creationandplay.blogspot.com/2018/12/kickstarter-data-deep-dive.html",
);

/// One assumption with its sources.
struct Source {
    assumption: &'static str,
    /// How far it can be trusted, in a few words.
    trust: &'static str,
    text: String,
    links: &'static [Link],
}

/// The sources.
#[component]
pub fn Sources() -> impl IntoView {
    let locale = use_locale();
    let campaigns = format::whole_number(locale, TypicalPledge::of("").campaigns);
    let advice = tr!(locale, planner.trust_advice);
    let reports = tr!(locale, planner.trust_reports);
    let source = |assumption, trust, text: &str, links| Source {
        assumption,
        trust,
        text: text.to_owned(),
        links,
    };
    let sources = [
        source(
            tr!(locale, field.average_pledge),
            tr!(locale, planner.trust_counted),
            &tr!(locale, planner.source_pledge, campaigns = campaigns),
            &[],
        ),
        source(
            tr!(locale, planner.subscribers),
            advice,
            tr!(locale, planner.source_subscribers),
            &[BACKERKIT_LIST, LAUNCHARM],
        ),
        source(
            tr!(locale, planner.followers),
            advice,
            tr!(locale, planner.source_followers),
            &[INDIEVELOPMENT],
        ),
        source(
            tr!(locale, planner.social),
            tr!(locale, planner.trust_rule),
            tr!(locale, planner.source_social),
            &[],
        ),
        source(
            tr!(locale, planner.early),
            reports,
            tr!(locale, planner.source_early),
            &[LAUNCHARM, EN_WORLD],
        ),
        source(
            tr!(locale, planner.source_fees_title),
            tr!(locale, planner.trust_official),
            tr!(locale, planner.source_fees),
            &[KICKSTARTER_FEES, FEE_DETAILS],
        ),
        source(
            tr!(locale, planner.uncollected),
            reports,
            tr!(locale, planner.source_uncollected),
            &[
                KICKSTARTER_DROPPED,
                CRUSH_DROPPED,
                PLEDGEBOX_DROPPED,
                BACKERKIT_DROPPED,
            ],
        ),
        source(
            tr!(locale, planner.source_discovery_title),
            reports,
            tr!(locale, planner.source_discovery),
            &[PINE_ISLAND, CREATION_AND_PLAY, ROAST],
        ),
    ];
    let sources: Vec<_> = sources.into_iter().map(entry).collect();
    view! {
        <section class="card plan-sources" aria-labelledby="sources-title">
            <h2 id="sources-title">{tr!(locale, planner.sources)}</h2>
            <p>{tr!(locale, planner.sources_lead)}</p>
            <dl>{sources}</dl>
        </section>
    }
}

fn entry(source: Source) -> AnyView {
    let links = source.links.iter().map(|(name, url)| {
        view! {
            <li>
                <a href=*url rel="external noopener" hreflang="en">
                    {*name}
                </a>
            </li>
        }
    });
    let has_links = !source.links.is_empty();
    let links = has_links.then(|| view! { <ul>{links.collect_view()}</ul> });
    view! {
        <dt>{source.assumption} <span class="field-optional">{source.trust}</span></dt>
        <dd>
            <p>{source.text}</p>
            {links}
        </dd>
    }
    .into_any()
}
