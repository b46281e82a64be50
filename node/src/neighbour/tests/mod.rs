//! A school with a scripted office, and an office with a scripted school: what is shown is what is
//! sealed, each thing is taken once and from whom it may come, and nobody reads what is not theirs.

mod at_office;
mod at_school;
