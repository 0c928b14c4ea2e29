//! The campaign of `predict`: a JSON object, and flags for its fields.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Map, Value};

use super::error::{Error, file_error};
use crate::server::about_field;
use crate::types::CampaignInput;

const HEADING: &str = "Campaign";
/// Larger inputs are no campaign.
const MAX_BYTES: u64 = 64 * 1024;

/// The fields with their flags.
static FLAGS: LazyLock<Vec<(&'static str, String)>> = LazyLock::new(|| {
    let names = CampaignInput::FIELDS.into_iter();
    names.map(|name| (name, name.replace('_', "-"))).collect()
});

/// A flag for each field of a campaign, such as `--usd-goal`.
#[derive(Clone, Debug, Default)]
pub struct CampaignFlags(BTreeMap<&'static str, String>);

impl Args for CampaignFlags {
    fn augment_args(command: Command) -> Command {
        let flags = FLAGS.iter().map(|(name, flag)| {
            Arg::new(*name)
                .long(flag.as_str())
                .value_name("VALUE")
                .help(about_field(name))
                .help_heading(HEADING)
        });
        command.args(flags)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for CampaignFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for name in CampaignInput::FIELDS {
            if let Some(value) = matches.get_one::<String>(name) {
                self.0.insert(name, value.clone());
            }
        }
        Ok(())
    }
}

/// The campaign of a file, with the fields that flags replace. The server checks it.
///
/// # Errors
/// If there is neither a file nor a flag, or the file is not a JSON object.
pub fn read(file: Option<&Path>, flags: &CampaignFlags) -> Result<Map<String, Value>, Error> {
    let mut campaign = match file {
        None if flags.0.is_empty() => {
            let hint = "there is no campaign; name a JSON file, `-` for standard input, or its fields as flags";
            return Err(Error::Usage(hint.to_owned()));
        }
        None => Map::new(),
        Some(file) => parse(&read_text(file)?)?,
    };
    for (name, value) in &flags.0 {
        campaign.insert((*name).to_owned(), Value::from(value.clone()));
    }
    Ok(campaign)
}

fn read_text(file: &Path) -> Result<String, Error> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().take(MAX_BYTES).read_to_string(&mut text)
    } else {
        let opened = std::fs::File::open(file);
        opened.and_then(|it| it.take(MAX_BYTES).read_to_string(&mut text))
    };
    read.map_err(|error| file_error("reading", file, error))?;
    Ok(text)
}

fn parse(text: &str) -> Result<Map<String, Value>, Error> {
    // Editors on Windows write a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str(text) {
        Ok(Value::Object(campaign)) => Ok(campaign),
        Ok(_) => Err(Error::Usage(
            "the campaign must be a JSON object".to_owned(),
        )),
        Err(error) => Err(Error::Usage(format!(
            "the campaign is not valid JSON: {error}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flags(given: &[(&'static str, &str)]) -> CampaignFlags {
        let given = given.iter().map(|(name, value)| (*name, (*value).into()));
        CampaignFlags(given.collect())
    }

    #[test]
    fn flags_replace_the_fields_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("campaign.json");
        std::fs::write(&file, "\u{feff}{\"usd_goal\": 1, \"name\": \"Lanterns\"}").unwrap();
        let campaign = read(Some(&file), &flags(&[("usd_goal", "8000")])).unwrap();
        let expected = json!({ "usd_goal": "8000", "name": "Lanterns" });
        assert_eq!(Value::Object(campaign), expected);
    }

    #[test]
    fn what_is_no_campaign_is_an_error_of_usage() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("campaign.json");
        for text in ["[]", "{", "", "\"text\""] {
            std::fs::write(&file, text).unwrap();
            let result = read(Some(&file), &flags(&[]));
            assert!(matches!(result, Err(Error::Usage(_))), "{text}");
        }
        assert!(matches!(read(None, &flags(&[])), Err(Error::Usage(_))));
        let missing = read(Some(&folder.path().join("missing")), &flags(&[]));
        assert!(matches!(missing, Err(Error::Failed(_))));
    }
}
