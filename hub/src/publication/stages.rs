//! Schools of a release by stage, so that the coverage of a row is that of its stage.
//!
//! A release has every group that a plan opens, so plan and roster say which schools are in. They
//! are read when it is shown; where a later plan took their place nothing is said.

use domain::catalogue::{Catalogue, Stage};
use serde::Serialize;
use utoipa::ToSchema;

use super::out::same;
use crate::packs::Packs;
use crate::statistics::NameOut;
use crate::store::publication::Area;

/// The schools of a stage in a release.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseStageOut {
    /// The stage.
    pub stage: &'static str,
    /// Its name.
    pub name: NameOut,
    /// Schools in it.
    pub schools: u32,
    /// Schools that have it and are too few to be opened.
    pub closed_schools: u32,
}

/// The schools of each stage by the plans of a release; nothing where one of them is not here.
pub(super) fn stages(
    packs: &Packs,
    (catalogue, school_year): (&Catalogue, i16),
    areas: &[Area],
) -> Vec<ReleaseStageOut> {
    let year_of = |stored: &Area| {
        let area = stored.area.parse().ok()?;
        let year = packs.sealed_years().of_area(&area, school_year)?.ok()?.year();
        let is_same = (year.plan_digest, year.roster_digest) == (stored.plan, stored.roster);
        is_same.then_some(year)
    };
    let years: Option<Vec<_>> = areas.iter().map(year_of).collect();
    let of_stage = |stage: Stage| {
        let all = years.iter().flatten();
        let both = all.map(|year| {
            let open = year.plan.district(stage);
            let (open, closed): (Vec<_>, Vec<_>) =
                year.roster.with(stage).partition(|(id, _)| open.contains(*id));
            (count(open.len()), count(closed.len()))
        });
        let (schools, closed_schools) =
            both.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let label = catalogue.dimension("stage").and_then(|known| known.label_of(stage.as_str()));
        let name = label.map_or_else(|| same(stage.as_str()), NameOut::from);
        let one = ReleaseStageOut { stage: stage.as_str(), name, schools, closed_schools };
        (schools + closed_schools > 0).then_some(one)
    };
    Stage::ALL.into_iter().filter_map(of_stage).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
