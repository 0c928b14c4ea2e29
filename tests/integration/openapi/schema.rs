//! Compares JSON with a schema of the document: the keywords of JSON Schema that it uses, except patterns.

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

/// Keywords that say nothing about a value, or that are handled with others.
const NOTES: [&str; 5] = ["description", "example", "examples", "title", "pattern"];

/// What is wrong with a value, each with the place.
pub fn violations(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut check = Check {
        document,
        found: Vec::new(),
    };
    check.compare("", schema, value);
    check.found
}

struct Check<'a> {
    document: &'a Value,
    found: Vec<String>,
}

impl Check<'_> {
    fn fail(&mut self, place: &str, what: impl std::fmt::Display) {
        self.found.push(format!("{place}: {what}"));
    }

    fn matches(&self, schema: &Value, value: &Value) -> bool {
        violations(self.document, schema, value).is_empty()
    }

    fn compare(&mut self, place: &str, schema: &Value, value: &Value) {
        let Some(keywords) = schema.as_object() else {
            return;
        };
        for (keyword, rule) in keywords {
            match keyword.as_str() {
                "$ref" => {
                    let target = rule.as_str().unwrap().trim_start_matches('#');
                    let target = self.document.pointer(target).unwrap();
                    self.compare(place, target, value);
                }
                "type" => self.compare_type(place, rule, value),
                "enum" => {
                    if !rule.as_array().unwrap().contains(value) {
                        self.fail(place, format!("{value} is none of {rule}"));
                    }
                }
                "const" => {
                    if rule != value {
                        self.fail(place, format!("{value} is not {rule}"));
                    }
                }
                "oneOf" | "anyOf" => {
                    let schemas = rule.as_array().unwrap();
                    let count = schemas.iter().filter(|it| self.matches(it, value)).count();
                    if count == 0 || keyword == "oneOf" && count > 1 {
                        self.fail(place, format!("{value} matches {count} of {rule}"));
                    }
                }
                "allOf" => {
                    for schema in rule.as_array().unwrap() {
                        self.compare(place, schema, value);
                    }
                }
                "properties" => {
                    for (name, schema) in rule.as_object().unwrap() {
                        if let Some(value) = value.get(name) {
                            self.compare(&format!("{place}/{name}"), schema, value);
                        }
                    }
                }
                "additionalProperties" => self.compare_others(place, schema, rule, value),
                "propertyNames" => {}
                "required" => {
                    for name in rule.as_array().unwrap() {
                        if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                            self.fail(place, format!("{name} is missing"));
                        }
                    }
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.compare(&format!("{place}/{index}"), rule, item);
                    }
                }
                "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" => {
                    self.compare_size(place, keyword, rule, value);
                }
                "format" => self.compare_format(place, rule, value),
                note if NOTES.contains(&note) => {}
                other => self.fail(place, format!("the keyword {other} is not known")),
            }
        }
    }

    fn compare_type(&mut self, place: &str, rule: &Value, value: &Value) {
        let is_of = |name: &Value| match name.as_str().unwrap() {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            "number" => value.is_number(),
            "integer" => value.is_i64() || value.is_u64(),
            _ => false,
        };
        let is_right = match rule {
            Value::Array(names) => names.iter().any(is_of),
            name => is_of(name),
        };
        if !is_right {
            self.fail(place, format!("{value} is not of type {rule}"));
        }
    }

    fn compare_others(&mut self, place: &str, schema: &Value, rule: &Value, value: &Value) {
        for (name, member) in value.as_object().into_iter().flatten() {
            if schema["properties"].get(name).is_none() {
                if rule == false {
                    self.fail(place, format!("{name} is not described"));
                } else {
                    self.compare(&format!("{place}/{name}"), rule, member);
                }
            }
        }
    }

    fn compare_size(&mut self, place: &str, keyword: &str, rule: &Value, value: &Value) {
        #[expect(clippy::cast_precision_loss, reason = "sizes in tests are small")]
        let size = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => Some(text.chars().count() as f64),
            Value::Array(items) => Some(items.len() as f64),
            _ => None,
        };
        let limit = rule.as_f64().unwrap();
        let is_right = size.is_none_or(|size| {
            if keyword.starts_with("min") {
                size >= limit
            } else {
                size <= limit
            }
        });
        if !is_right {
            self.fail(place, format!("{value} breaks {keyword} {rule}"));
        }
    }

    fn compare_format(&mut self, place: &str, rule: &Value, value: &Value) {
        let Some(text) = value.as_str() else {
            return;
        };
        let is_right = match rule.as_str().unwrap() {
            "date" => text.parse::<NaiveDate>().is_ok(),
            "date-time" => DateTime::parse_from_rfc3339(text).is_ok(),
            _ => true,
        };
        if !is_right {
            self.fail(place, format!("{text} is not a {rule}"));
        }
    }
}
