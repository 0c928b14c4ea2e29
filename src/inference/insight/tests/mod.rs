//! Insights of the shipped model and of formulas, compared with values computed by hand.

mod advice;
mod context;
mod explored;
