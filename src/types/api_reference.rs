//! What the page `/docs` shows of the API. The server makes it from the same table as the OpenAPI document.

use std::sync::Arc;

/// The whole reference, shared by all requests.
#[derive(Clone, Debug)]
pub struct ApiReference {
    /// The operations, by group.
    pub groups: Arc<[ApiGroup]>,
    /// The types that they return, by name.
    pub types: Arc<[ApiType]>,
}

/// Operations that belong together.
#[derive(Clone, Debug)]
pub struct ApiGroup {
    /// The name of the group in the document.
    pub tag: &'static str,
    /// The operations.
    pub operations: Vec<ApiOperation>,
}

/// A path with a method.
#[derive(Clone, Debug)]
pub struct ApiOperation {
    /// The ID of the operation in the document.
    pub id: &'static str,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// More about it, in English; may be empty.
    pub about: &'static str,
    /// The scope that an API key needs for it, instead of a session; `None` if anybody may call it.
    pub scope: Option<&'static str>,
    /// Whether it is for operators only.
    pub is_for_operators: bool,
    /// What a request contains.
    pub fields: Vec<ApiField>,
    /// The names of the request headers that it understands.
    pub headers: Vec<&'static str>,
    /// The responses besides the errors that every operation can return.
    pub responses: Vec<ApiResponse>,
    /// A command that sends an example of the request.
    pub command: String,
}

/// What a value is: words, or the name of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// In English, such as `number, 0 to 1`.
    pub words: String,
    /// The type that it refers to.
    pub type_name: Option<String>,
}

/// A field of a request or of a type.
#[derive(Clone, Debug)]
pub struct ApiField {
    /// Its name on the wire.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is always there.
    pub is_required: bool,
    /// What it means, in English.
    pub about: String,
}

/// A response.
#[derive(Clone, Debug)]
pub struct ApiResponse {
    /// The HTTP status.
    pub status: u16,
    /// What it means, in English; for errors their codes.
    pub about: String,
    /// The type of its content.
    pub kind: Option<Kind>,
    /// An example of its content; may be empty.
    pub example: &'static str,
}

/// A type of a response.
#[derive(Clone, Debug)]
pub struct ApiType {
    /// Its name in the document.
    pub name: String,
    /// What it is, in English.
    pub about: String,
    /// Its fields; empty for other types than objects.
    pub fields: Vec<ApiField>,
    /// Its values or its variants, in a line each; empty for objects.
    pub variants: Vec<String>,
}
