//! Tests of whole model files: the shipped one, a second one, and invalid ones.

mod curves;
mod manifest_rules;
mod refused_models;
mod shipped_model;
