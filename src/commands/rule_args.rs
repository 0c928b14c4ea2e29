//! Flags for what users may do, each with its environment variable.

use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::types::{Registration, SiteRules, TopUps, UnknownWord};

/// What users may do.
#[derive(Clone, Copy, Debug, Args)]
pub struct RuleArgs {
    /// Who may create an account: anybody, who has an invitation (`pledgecast user invite`), or only you.
    #[arg(long, env = "PLEDGECAST_REGISTRATION", default_value = "open", value_parser = one_of(Registration::ALL, Registration::as_str))]
    pub registration: Registration,
    /// How users buy credits: not at all, or by a demonstration payment, with which everybody adds any number without
    /// paying.
    #[arg(long, env = "PLEDGECAST_TOP_UPS", default_value = "off", value_parser = one_of(TopUps::ALL, TopUps::as_str))]
    pub top_ups: TopUps,
}

impl RuleArgs {
    /// The rules.
    pub const fn rules(self) -> SiteRules {
        SiteRules {
            registration: self.registration,
            top_ups: self.top_ups,
        }
    }
}

fn one_of<T>(all: &'static [T], word_of: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = UnknownWord> + Copy + Send + Sync + 'static,
{
    let words = all.iter().map(|it| word_of(*it));
    PossibleValuesParser::new(words).try_map(|word| word.parse())
}
