//! Lower ends: what was done in time is told once, with all that was due, so that it is as schools
//! had entered it when the week was sealed, and whoever reads the figure is told.

use domain::catalogue::Catalogue;
use domain::disclosure::sealed::SealedTables;
use runtime::web::{Label, Lang};

use super::indicator::Page;
use super::words;
use crate::statistics::Indicator;

/// A definition, with what is to be known where opened sums are a lower end.
pub(super) fn said(page: &Page<'_>, mut definition: Label) -> Label {
    let tables = page.packs.sealed_tables(&page.packs.in_force().digest);
    let is_lower = tables.is_some_and(|tables| is_part((&tables, page.catalogue), page.indicator));
    if is_lower && page.is_opened(&page.indicator) {
        definition.zh = format!("{}{}", definition.zh, words::LOWER_END.in_lang(Lang::Zh));
        definition.en = format!("{} {}", definition.en, words::LOWER_END.in_lang(Lang::En));
    }
    definition
}

/// Whether an indicator, or what a ratio puts over its whole, is a part of what another sealed
/// table counts.
fn is_part((tables, catalogue): (&SealedTables, &Catalogue), indicator: Indicator<'_>) -> bool {
    let counts: Vec<&str> = match indicator {
        Indicator::Count(count) => vec![count.id.as_str()],
        Indicator::Ratio(ratio) => {
            ratio.numerator.terms.iter().map(|term| term.count.as_str()).collect()
        }
    };
    let mut own = tables.all().iter().filter(|table| counts.contains(&table.indicator()));
    own.any(|part| {
        tables.all().iter().any(|whole| {
            part.counted_within(whole, catalogue) && !whole.counted_within(part, catalogue)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is a part of another count has a lower end; a whole, and counts of the very same
    /// records, have none.
    #[test]
    fn parts_have_a_lower_end() {
        let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
        let tables = SealedTables::of(&catalogue);
        for (id, expected) in [
            ("ref.sla_ok", true),
            ("ref.emergency_told", true),
            ("r.ref.answer", true),
            ("r.ref.told", true),
            ("ref.sla_due", false),
            ("ref.emergency", false),
            ("alt.opened", false),
            ("alt.sources", false),
            ("base.students", false),
        ] {
            let indicator = Indicator::find(&catalogue, id).expect("indicator");
            assert_eq!(is_part((&tables, &catalogue), indicator), expected, "{id}");
        }
    }
}
