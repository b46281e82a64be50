//! Words of the catalogue's lists that have no labels of their own.

use domain::catalogue::{Grade, Stage};

use super::WordText;
use crate::import::value::Grade as NamedGrade;

/// A list of the catalogue as a column offers it.
pub(super) trait Codes {
    fn codes() -> Vec<WordText>;
}

impl Codes for Grade {
    fn codes() -> Vec<WordText> {
        let text = |grade: Self| {
            let word = grade.as_str();
            let named = NamedGrade::from_code(word);
            WordText { word, label: named.map_or((word, word), NamedGrade::label) }
        };
        Self::all().map(text).collect()
    }
}

impl Codes for Stage {
    fn codes() -> Vec<WordText> {
        let text = |stage: Self| WordText { word: stage.as_str(), label: stage_label(stage) };
        Self::ALL.into_iter().map(text).collect()
    }
}

/// Every word of a list, in its order.
pub(super) fn codes_of<W: Codes>() -> Vec<WordText> {
    W::codes()
}

/// What people read for a stage, Chinese and English.
#[must_use]
pub const fn stage_label(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Kindergarten => ("幼儿园", "Kindergarten"),
        Stage::PrimaryLow => ("小学低年级", "Lower primary"),
        Stage::PrimaryHigh => ("小学高年级", "Upper primary"),
        Stage::Junior => ("初中", "Junior"),
        Stage::Senior => ("高中", "Senior"),
        Stage::Vocational => ("中职", "Vocational"),
        Stage::Special => ("特殊教育", "Special"),
    }
}
