//! Insights of the shipped model and of formulas, against what one computes by hand.

mod advice;
mod context;
mod explored;
