//! What the document says about one operation: a path with a method.

use axum::http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema as _, ToSchema};

use super::fields::{Field, object};
use crate::server::access::{self, Access};
use crate::types::{AppError, Page, Violation};

/// The groups of operations, in the order of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Predictions,
    Batches,
    Inference,
    Insights,
    Credits,
    Outcomes,
    Sharing,
    Models,
    Public,
    Accounts,
    Keys,
    Webhooks,
    Service,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 13] = [
        Self::Predictions,
        Self::Batches,
        Self::Inference,
        Self::Insights,
        Self::Credits,
        Self::Outcomes,
        Self::Sharing,
        Self::Models,
        Self::Public,
        Self::Accounts,
        Self::Keys,
        Self::Webhooks,
        Self::Service,
    ];

    /// The tag of the group in the document.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Predictions => "predictions",
            Self::Batches => "batches",
            Self::Inference => "inference",
            Self::Insights => "insights",
            Self::Credits => "credits",
            Self::Outcomes => "outcomes",
            Self::Sharing => "sharing",
            Self::Models => "models",
            Self::Public => "public",
            Self::Accounts => "accounts",
            Self::Keys => "keys",
            Self::Webhooks => "webhooks",
            Self::Service => "service",
        }
    }
}

/// What a request sends in its body.
pub enum Body {
    /// A JSON object with these fields, as a schema of this name.
    Json(&'static str, Vec<Field>),
    /// A JSON object with these fields, in which others may be anything.
    Nested(&'static str, Vec<Field>),
    /// A JSON object, or instead of it a file of one of these media types, each with an example of the file.
    JsonOrFile(
        &'static str,
        Vec<Field>,
        &'static [(&'static str, &'static str)],
    ),
}

impl Body {
    /// The name of the schema of the JSON object.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Json(name, _) | Self::Nested(name, _) | Self::JsonOrFile(name, ..) => name,
        }
    }

    /// The fields of the JSON object.
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Json(_, fields) | Self::Nested(_, fields) | Self::JsonOrFile(_, fields, ..) => {
                fields
            }
        }
    }

    /// The schema of the JSON object.
    pub fn schema(&self) -> Value {
        let mut schema = object(self.fields());
        if !matches!(self, Self::Nested(..)) {
            // The server refuses objects and arrays, and ignores other values that it does not know.
            schema["additionalProperties"] =
                json!({ "type": ["string", "number", "boolean", "null"] });
        }
        schema
    }
}

/// The schema of a type, with those that it refers to.
pub struct Type {
    pub name: String,
    pub collect: fn(&mut Vec<(String, RefOr<Schema>)>),
    /// Whether an example is a value of the type: it is read, written again, and compared.
    pub accepts: fn(&str) -> Result<(), String>,
}

impl Type {
    fn of<T: ToSchema + Serialize + DeserializeOwned>() -> Self {
        Self {
            name: T::name().into_owned(),
            collect: |all| {
                all.push((T::name().into_owned(), T::schema()));
                T::schemas(all);
            },
            accepts: round_trip::<T>,
        }
    }
}

fn page_name<T: ToSchema>() -> String {
    format!("PageOf{}", T::name())
}

fn round_trip<T: Serialize + DeserializeOwned>(json: &str) -> Result<(), String> {
    let value: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&value).map_err(|error| error.to_string())?;
    let given: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    if written == given {
        Ok(())
    } else {
        Err(format!("{given} is written as {written}"))
    }
}

/// What a response contains.
pub enum Content {
    /// The JSON of a type, with an example.
    Json(Type, &'static str),
    /// A JSON array of values of a type, with an example.
    JsonList(Type, &'static str),
    /// The JSON of a type or null, with an example.
    JsonOrNull(Type, &'static str),
    /// JSON that has no type, with an example.
    Untyped(&'static str),
    /// The JSON value null.
    Null,
    /// Text of a media type, with an example.
    Text(&'static str, &'static str),
    /// Bytes of a media type.
    Bytes(&'static str),
}

/// A response.
pub struct Answer {
    pub status: StatusCode,
    pub about: &'static str,
    pub content: Content,
    /// The names of its headers; see [`super::headers`].
    pub headers: Vec<&'static str>,
}

/// An operation.
pub struct Operation {
    pub id: &'static str,
    pub group: Group,
    pub is_post: bool,
    pub path: &'static str,
    pub about: &'static str,
    /// Whether only operators may call it.
    pub is_for_operators: bool,
    /// Values in the path and the query.
    pub parameters: Vec<Field>,
    /// The names of request headers; see [`super::headers`].
    pub headers: Vec<&'static str>,
    pub body: Option<Body>,
    pub answers: Vec<Answer>,
    /// The errors besides those that every operation can return.
    pub errors: Vec<AppError>,
}

impl Operation {
    /// A read.
    pub fn get(id: &'static str, path: &'static str) -> Self {
        Self {
            id,
            group: Group::Service,
            is_post: false,
            path,
            about: "",
            is_for_operators: false,
            parameters: Vec::new(),
            headers: Vec::new(),
            body: None,
            answers: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A change.
    pub fn post(id: &'static str, path: &'static str) -> Self {
        Self {
            is_post: true,
            ..Self::get(id, path)
        }
    }

    /// Puts it into a group.
    pub fn within(self, group: Group) -> Self {
        Self { group, ..self }
    }

    /// Says more than its summary, which is in `locales/`.
    pub fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// Who may call it.
    pub fn access(&self) -> Access {
        access::of(Some(self.path))
    }

    /// Allows it to operators only.
    pub fn for_operators(self) -> Self {
        let refusal = AppError::Forbidden("only an admin may do this".to_owned());
        let this = Self {
            is_for_operators: true,
            ..self
        };
        this.fails([refusal])
    }

    /// Adds values in the path or the query.
    pub fn takes(mut self, parameters: impl IntoIterator<Item = Field>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Adds a request header.
    pub fn header(mut self, name: &'static str) -> Self {
        self.headers.push(name);
        self
    }

    /// Sets the body.
    pub fn body(self, body: Body) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// Adds errors.
    pub fn fails(mut self, errors: impl IntoIterator<Item = AppError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// Adds the error of an invalid field.
    pub fn refuses(self, field: &str, violation: Violation) -> Self {
        self.fails([AppError::invalid(field, violation)])
    }

    /// Limits it, so that its responses say what is left of the limit.
    pub fn limited(mut self) -> Self {
        for answer in &mut self.answers {
            answer
                .headers
                .extend([super::headers::POLICY, super::headers::LEFT]);
        }
        self.fails([AppError::TooManyRequests { retry_after_s: 1 }])
    }

    /// Whether its responses say what is left of a limit.
    pub fn is_limited(&self) -> bool {
        let mut answers = self.answers.iter();
        answers.any(|answer| answer.headers.contains(&super::headers::LEFT))
    }

    /// Adds a response.
    pub fn answers(mut self, status: StatusCode, about: &'static str, content: Content) -> Self {
        let is_json = matches!(
            content,
            Content::Json(..) | Content::JsonList(..) | Content::JsonOrNull(..) | Content::Null
        );
        let mut headers = vec![super::headers::REQUEST_ID];
        if is_json && !self.is_post && self.path.starts_with("/api/") {
            headers.push(super::headers::ETAG);
        }
        self.answers.push(Answer {
            status,
            about,
            content,
            headers,
        });
        self
    }

    /// Responds with the JSON of a type.
    pub fn returns<T: ToSchema + Serialize + DeserializeOwned>(
        self,
        about: &'static str,
        example: &'static str,
    ) -> Self {
        self.answers(
            StatusCode::OK,
            about,
            Content::Json(Type::of::<T>(), example),
        )
    }

    /// Responds with a page of a list.
    pub fn returns_page<T: ToSchema + Serialize + DeserializeOwned>(
        self,
        example: &'static str,
    ) -> Self {
        // `ToSchema` gives all pages the same name, and does not list the schema of the items.
        let page = Type {
            name: page_name::<T>(),
            collect: |all| {
                all.push((page_name::<T>(), Page::<T>::schema()));
                (Type::of::<T>().collect)(all);
            },
            accepts: round_trip::<Page<T>>,
        };
        let content = Content::Json(page, example);
        self.answers(StatusCode::OK, "A page of the list.", content)
    }

    /// Responds with a JSON array.
    pub fn returns_list<T: ToSchema + Serialize + DeserializeOwned>(
        self,
        about: &'static str,
        example: &'static str,
    ) -> Self {
        let mut of = Type::of::<T>();
        of.accepts = round_trip::<Vec<T>>;
        self.answers(StatusCode::OK, about, Content::JsonList(of, example))
    }

    /// Responds with the JSON of a type, or null.
    pub fn returns_or_null<T: ToSchema + Serialize + DeserializeOwned>(
        self,
        about: &'static str,
        example: &'static str,
    ) -> Self {
        let content = Content::JsonOrNull(Type::of::<T>(), example);
        self.answers(StatusCode::OK, about, content)
    }

    /// The same response with another status.
    pub fn or_returns<T: ToSchema + Serialize + DeserializeOwned>(
        self,
        status: StatusCode,
        about: &'static str,
        example: &'static str,
    ) -> Self {
        self.answers(status, about, Content::Json(Type::of::<T>(), example))
    }

    /// Adds a header to all responses so far.
    pub fn sends(mut self, name: &'static str) -> Self {
        for answer in &mut self.answers {
            answer.headers.push(name);
        }
        self
    }
}
