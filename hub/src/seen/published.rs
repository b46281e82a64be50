//! What was published with noise, as tables: a noisy value bounds nothing and is there all the
//! same, so that outsiders can attack it with other tools than ours.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Stage;
use domain::disclosure::attacker::{MARGIN, Printed, SeenCell, SeenTable};
use domain::disclosure::noise::{OPEN_SHOWN_MIN, Query, ReleaseName};
use domain::disclosure::plan::Access;
use domain::disclosure::sealed::measure_of;
use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use super::Place;
use super::tree::{GRADE, STAGE, Tree};
use crate::store::publication::{self, Drawn};

/// A release as it is seen.
struct Released<'r> {
    /// Its name.
    name: ReleaseName,
    /// Its areas.
    areas: Vec<UnitId>,
    /// The cells of each query.
    cells: Vec<(&'r Query, Vec<SeenCell>)>,
}

/// Every release of the year that was drawn here.
pub(super) fn tables(
    tx: &Tx<'_>,
    place: Place<'_>,
    tree: &Tree,
) -> Result<Vec<SeenTable>, SqlError> {
    let mut found = Vec::new();
    for stored in publication::all(tx)? {
        if stored.school_year != place.year || stored.drawn_at_ms.is_none() {
            continue;
        }
        let name: ReleaseName = stored.id.parse().map_err(|_| SqlError::Type)?;
        let areas = publication::areas(tx, &stored.id)?;
        let areas = areas.iter().filter_map(|area| area.area.parse().ok()).collect();
        let cells = publication::cells(tx, &stored.id)?;
        let of_query = |query: &'static Query| {
            let own = cells.iter().filter(|cell| cell.query == query.id);
            (query, own.map(seen).collect())
        };
        let cells = name.subject.queries().iter().map(of_query).collect();
        found.extend(tables_of(place, tree, &Released { name, areas, cells }));
    }
    Ok(found)
}

/// What people read of a cell: below twenty only that it is.
fn seen(cell: &Drawn) -> SeenCell {
    let value = cell.value.filter(|value| *value >= OPEN_SHOWN_MIN);
    SeenCell { key: cell.key.clone(), printed: Printed::Noised(value) }
}

/// The tables of a release: one for each query, or for each stage of one by stage.
fn tables_of(place: Place<'_>, tree: &Tree, released: &Released<'_>) -> Vec<SeenTable> {
    let mut found = Vec::new();
    for (query, cells) in &released.cells {
        let by_stage = query.by.iter().position(|dim| *dim == STAGE);
        let Some(at) = by_stage else {
            let dims = query.by.iter().map(|dim| (*dim).to_owned()).collect();
            let members = members(place, released, None);
            found.push(table(tree, (released, query, None), (dims, members), cells.clone()));
            continue;
        };
        for stage in Stage::ALL {
            let is_of =
                |cell: &&SeenCell| cell.key.get(at).is_some_and(|value| value == stage.as_str());
            let mut of_stage: Vec<SeenCell> = cells.iter().filter(is_of).cloned().collect();
            if of_stage.is_empty() {
                continue;
            }
            // A stage is named by the grades that its schools have in it, as elsewhere in a view.
            let grades = tree.stage(tree.root(), stage).map(|(_, grades)| grades);
            let dim = if grades.is_some() { GRADE } else { STAGE };
            let name = grades.unwrap_or_else(|| stage.as_str().to_owned());
            for cell in &mut of_stage {
                if let Some(entry) = cell.key.get_mut(at) {
                    entry.clone_from(&name);
                }
            }
            let dims = query.by.iter().map(|own| if *own == STAGE { dim } else { own });
            let dims = dims.map(str::to_owned).collect();
            let members = members(place, released, Some(stage));
            found.push(table(tree, (released, query, Some(stage)), (dims, members), of_stage));
        }
    }
    found
}

fn table(
    tree: &Tree,
    (released, query, stage): (&Released<'_>, &Query, Option<Stage>),
    (dims, members): (Vec<String>, Vec<String>),
    cells: Vec<SeenCell>,
) -> SeenTable {
    let stage = stage.map_or(MARGIN, Stage::as_str);
    SeenTable {
        id: format!("published/{}/{}/{stage}", released.name, query.id),
        unit: tree.root().to_owned(),
        period: released.name.term.to_string(),
        measure: measure_of(query.table).to_owned(),
        dims,
        members: Some(members),
        carried: BTreeMap::new(),
        cells,
    }
}

/// The schools of the groups that are opened, of one stage or of all.
fn members(place: Place<'_>, released: &Released<'_>, stage: Option<Stage>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for area in &released.areas {
        let Some(year) = place.documents.year(area, released.name.term.school_year) else {
            continue;
        };
        let open = year.sealed().plan.groups().iter().filter(|group| {
            group.access != Access::Closed && stage.is_none_or(|stage| group.stage == stage)
        });
        found.extend(open.flat_map(|group| group.members.iter().map(ToString::to_string)));
    }
    found.into_iter().collect()
}
