//! What people call a period and a stage, for pages, tables and files alike.

use std::collections::BTreeMap;
use std::fmt::Display;

use domain::catalogue::{Catalogue, Stage};
use domain::period::Period;
use runtime::texts;
use runtime::web::{Label, Lang, Text};

texts! {
    TERM_AUTUMN = "{0}–{1} 学年第一学期", "Autumn term {0}, school year {0}–{1}";
    TERM_SPRING = "{0}–{1} 学年第二学期", "Spring term {1}, school year {0}–{1}";
    SCHOOL_YEAR = "{0}–{1} 学年", "school year {0}–{1}";
    MONTH = "{0} 年 {1} 月", "month {1} of {0}";
    WEEK = "{0} 年第 {1} 周", "week {1} of {0}";
    STAGE_SCHOOLS = "{0} {1} 校", "{0} ({1})";
}

/// What people call a period.
pub(crate) fn period_name(period: Period) -> Label {
    match period {
        Period::Term(term) => {
            let text = if term.number == 1 { TERM_AUTUMN } else { TERM_SPRING };
            filled(text, &[&term.school_year, &(term.school_year + 1)])
        }
        Period::SchoolYear(year) => filled(SCHOOL_YEAR, &[&year, &(year + 1)]),
        Period::Month { year, month } => filled(MONTH, &[&year, &month]),
        Period::Week { year, week } => filled(WEEK, &[&year, &week]),
        Period::Half { .. } | Period::Day(_) => Label::same(period.to_string()),
    }
}

/// What people call a stage.
pub(super) fn stage_label(catalogue: &Catalogue, stage: Stage) -> Label {
    value_label(catalogue, "stage", stage.as_str())
}

/// What people read for a value of a dimension.
pub(super) fn value_label(catalogue: &Catalogue, dimension: &str, value: &str) -> Label {
    let known = catalogue.dimension(dimension).and_then(|known| known.label_of(value));
    known.map_or_else(|| Label::same(value), Label::from)
}

/// Stages with their number of schools; nothing without any.
pub(super) fn stage_schools(catalogue: &Catalogue, stages: &BTreeMap<Stage, u32>) -> Option<Label> {
    joined(stages.iter().map(|(stage, schools)| {
        let stage = stage_label(catalogue, *stage);
        filled_with(STAGE_SCHOOLS, &[&stage, &Label::same(schools.to_string())])
    }))
}

/// Names one after the other; nothing without any.
pub(super) fn joined(names: impl Iterator<Item = Label>) -> Option<Label> {
    names.reduce(|all, name| {
        Label::new(format!("{}、{}", all.zh, name.zh), format!("{}, {}", all.en, name.en))
    })
}

/// A sentence with its values, in both languages.
pub(super) fn filled(text: Text, values: &[&dyn Display]) -> Label {
    Label::new(text.fill(Lang::Zh, values), text.fill(Lang::En, values))
}

/// A sentence whose value is itself a name in both languages.
pub(super) fn filled_with(text: Text, values: &[&Label]) -> Label {
    let fill = |lang: Lang| {
        let names: Vec<&str> = values.iter().map(|label| label.in_lang(lang)).collect();
        let names: Vec<&dyn Display> = names.iter().map(|name| name as &dyn Display).collect();
        text.fill(lang, &names)
    };
    Label::new(fill(Lang::Zh), fill(Lang::En))
}
