//! Names beside the ids that `xinqiao-hub sealed` lists: units as this hub's register or the list
//! of divisions has them, tables as the catalogue calls what they count.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Label, Lang};

use crate::packs::Packs;
use crate::statistics::{area_name, sealed_name};
use crate::store::unit;

/// What people call units and tables.
pub(super) struct Names {
    packs: Arc<Packs>,
    units: BTreeMap<UnitId, Label>,
}

impl Names {
    /// Reads the names of the units of this hub's register.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) fn read(tx: &Tx<'_>, packs: Arc<Packs>) -> Result<Self, SqlError> {
        let named = |unit: unit::Unit| (unit.id, Label::new(unit.name_zh, unit.name_en));
        let units = unit::all(tx)?.into_iter().map(named).collect();
        Ok(Self { packs, units })
    }

    /// A unit's id with its name beside it; the id alone where nobody here knows the name, as of
    /// schools below a street.
    pub(super) fn unit(&self, id: &str, lang: Lang) -> String {
        let Ok(unit) = id.parse::<UnitId>() else { return id.to_owned() };
        match self.units.get(&unit) {
            Some(name) => beside(id, name.in_lang(lang), lang),
            None => area(&self.packs, &unit, lang),
        }
    }

    /// What a sealed table counts.
    pub(super) fn table(&self, sheet: &str, lang: Lang) -> String {
        sealed_name(&self.packs, sheet).in_lang(lang).to_owned()
    }
}

/// An area's id with its name.
pub(super) fn area(packs: &Packs, id: &UnitId, lang: Lang) -> String {
    beside(id.as_str(), area_name(packs, id).in_lang(lang), lang)
}

fn beside(id: &str, name: &str, lang: Lang) -> String {
    match (name, lang) {
        (name, _) if name.is_empty() || name == id => id.to_owned(),
        (name, Lang::Zh) => format!("{id}（{name}）"),
        (name, Lang::En) => format!("{id} ({name})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::watch::Notice;

    /// A name stands beside the id, which alone is unambiguous; without a name the id stands alone.
    #[test]
    fn a_name_stands_beside_its_id() {
        assert_eq!(beside("S01", "一中", Lang::Zh), "S01（一中）");
        assert_eq!(beside("S01", "First School", Lang::En), "S01 (First School)");
        assert_eq!(beside("S01", "", Lang::Zh), "S01");
        assert_eq!(beside("S01", "S01", Lang::En), "S01");
        let notice = Notice::HeldThere("S01".parse().expect("unit"));
        let said = notice.say_named(Lang::Zh, |id| beside(id, "一中", Lang::Zh));
        assert!(said.starts_with("S01（一中）："), "{said}");
    }
}
