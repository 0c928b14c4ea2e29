//! Compares the parser with `serde_json`.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Plain,
    #[serde(rename = "renamed")]
    Renamed,
    Held(i64),
    Pair(u8, String),
    Fields {
        on: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    flag: bool,
    whole: i64,
    count: u64,
    small: u8,
    float: f64,
    text: String,
    letter: char,
    list: Vec<Option<i32>>,
    array: [f64; 3],
    by_name: BTreeMap<String, Kind>,
    kinds: Vec<Kind>,
    #[serde(default)]
    nothing: Option<Box<Everything>>,
}

fn agree<T: DeserializeOwned + PartialEq + Debug>(json: &str) {
    let theirs = serde_json::from_str::<T>(json).map_err(|_| InvalidJson);
    assert_eq!(from_str::<T>(json), theirs, "{json}");
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Plain),
        Just(Kind::Renamed),
        any::<i64>().prop_map(Kind::Held),
        any::<(u8, String)>().prop_map(|(number, text)| Kind::Pair(number, text)),
        any::<bool>().prop_map(|on| Kind::Fields { on }),
    ]
}

prop_compose! {
    fn everything()(
        (flag, whole, count, small) in any::<(bool, i64, u64, u8)>(),
        (float, array) in (-1e12_f64..1e12, [0.0_f64..1.0, 0.0..1.0, 0.0..1.0]),
        (text, letter) in any::<(String, char)>(),
        list in any::<Vec<Option<i32>>>(),
        by_name in prop::collection::btree_map(any::<String>(), kind(), 0..4),
        kinds in prop::collection::vec(kind(), 0..4),
    ) -> Everything {
        Everything {
            flag, whole, count, small, float, text, letter, list, array, by_name, kinds, nothing: None,
        }
    }
}

proptest! {
    #[test]
    fn values_survive_a_round_trip(inner in everything(), outer in everything()) {
        let value = Everything { nothing: Some(Box::new(inner)), ..outer };
        for json in [serde_json::to_string(&value), serde_json::to_string_pretty(&value)] {
            let read: Everything = from_str(&json.unwrap()).unwrap();
            prop_assert_eq!(&read, &value);
        }
    }

    #[test]
    fn arbitrary_text_does_not_panic_and_strings_agree(text in any::<String>()) {
        let _ = from_str::<Everything>(&text);
        let _ = from_str::<Vec<String>>(&text);
        agree::<String>(&text);
    }
}

#[test]
fn escapes_agree() {
    for json in [
        r#""\" \\ \/ \b \f \n \r \t""#,
        r#""\u0041\u00e9\u20ac\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ud83d\u0041""#,
        r#""\u12""#,
        r#""\x""#,
        r#""open"#,
        r#""\"#,
        "",
    ] {
        agree::<String>(json);
    }
}

#[test]
fn numbers_agree() {
    for json in [
        "1", "-1", "255", "256", "1.0", "1e2", "null", "true", "-", " 7 ", "7 7",
    ] {
        agree::<u8>(json);
        agree::<i64>(json);
        agree::<f64>(json);
    }
}

#[test]
fn ends_of_lists_and_objects_agree() {
    for json in [
        "[]", "[1]", "[1,2]", "[1,]", "[,1]", "[1 2]", "[1", "[1}", "1", "[1]]",
    ] {
        agree::<Vec<i64>>(json);
        agree::<[i64; 2]>(json);
    }
    for json in [
        "{}",
        r#"{"a":1}"#,
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        r#"{"a":}"#,
        r#"{"a":1"#,
        "{1:1}",
    ] {
        agree::<BTreeMap<String, i64>>(json);
    }
}

#[test]
fn unknown_fields_are_skipped() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct One {
        known: i64,
    }
    for json in [
        r#"{"other":{"a":[1,-2.5e3,{"b":"}\""}],"c":null},"known":1,"last":[true,false,[]]}"#,
        r#"{"other":"x","known":1}"#,
        r#"{"other":}"#,
        r#"{"known":1,"known":2}"#,
        r#"{"other":1}"#,
    ] {
        agree::<One>(json);
    }
}

#[test]
fn enum_variants_agree() {
    for json in [
        r#""Plain""#,
        r#""renamed""#,
        r#""Renamed""#,
        r#"{"Held":7}"#,
        r#""Held""#,
        r#"{"Pair":[1,"b"]}"#,
        r#"{"Fields":{"on":true}}"#,
        r#"{"Plain":null,"Held":7}"#,
        "7",
    ] {
        agree::<Kind>(json);
    }
}

#[test]
fn fields_of_tagged_enums_keep_their_kind_of_number() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Count { value: u32 },
        Change { value: i64 },
        Share { value: f64 },
    }
    for kind in ["Count", "Change", "Share", "Other"] {
        for value in ["7", "-7", "0.5", "18446744073709551615", "\"7\"", "null"] {
            agree::<Tagged>(&format!(r#"{{"kind":"{kind}","value":{value}}}"#));
            agree::<Tagged>(&format!(r#"{{"value":{value},"kind":"{kind}"}}"#));
        }
    }
}
