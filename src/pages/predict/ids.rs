//! Ids of elements of the form.

/// Id of the form.
pub const FORM_ID: &str = "campaign";
/// Id of the group of fields that most users leave empty.
pub const ADVANCED_ID: &str = "advanced";
