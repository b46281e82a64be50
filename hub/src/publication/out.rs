//! Releases in the form that programs and the public read: the same words in JSON, CSV, at the
//! terminal and on the page.
//!
//! A figure below twenty has no value at all, and nothing here is made of exact figures: no record
//! of an opening and no digest of one.

use std::collections::BTreeMap;

use domain::catalogue::Catalogue;
use domain::disclosure::noise::{
    EPSILON_YEAR_MAX, OPEN_SHOWN_MIN, OpenTable, Publisher, Query, ReleaseName, Scale,
};
use domain::disclosure::sealed::measure_of;
use domain::period::{Calendar, Period};
use domain::span::school_year_of;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Label, Lang, Text, grouped};
use serde::Serialize;
use utoipa::ToSchema;

use super::stages::{ReleaseStageOut, stages};
use super::{audit, cap, ledger, words};
use crate::packs::Packs;
use crate::statistics::{CoverageOut, NameOut, UnitName, area_name, instant, period_name};
use crate::store::publication::{self, Area, Drawn, Publication};

/// The dimension of a partition's own outcomes.
const OUTCOME: &str = domain::catalogue::OUTCOME_AXIS;

/// What a hub has published, and what it may.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleasesOut {
    /// The hub.
    pub unit: String,
    /// Its name.
    pub name: NameOut,
    /// Most that is spent of a student in a school year by district and city together.
    pub student_year: String,
    /// The last term that has ended, which people would publish next.
    #[serde(skip)]
    pub last_term: Option<String>,
    /// What each school year may still cost, the latest first.
    pub budgets: Vec<BudgetOut>,
    /// Releases, the last one first.
    pub releases: Vec<ReleaseLineOut>,
}

/// The budget of a school year.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetOut {
    /// By the year in which it begins.
    pub school_year: i16,
    /// What it may cost.
    pub cap: String,
    /// What was spent.
    pub spent: String,
    /// What is left.
    pub left: String,
}

/// A release in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseLineOut {
    /// Term and subject, such as `2026S1-alerts`.
    pub id: String,
    /// What it is about.
    pub subject: NameOut,
    /// The term.
    pub period: String,
    /// Its name.
    pub period_name: NameOut,
    /// `drawn`, or `paid` while its numbers are missing.
    pub state: &'static str,
    /// What it cost.
    pub epsilon: String,
    /// Scale of the discrete Laplace noise, a whole number or a fraction.
    pub scale: String,
    /// 95 of 100 figures are within this of the true one.
    pub margin95: u64,
    /// Schools in it.
    pub coverage: CoverageOut,
    /// Reports of an earlier term in its sums. In the second term the noise reaches twice as far,
    /// whether or not there are any.
    pub carried: u32,
    /// When its numbers were kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawn_at: Option<String>,
    /// Who drew it: shown at the hub, and in nothing that leaves it.
    #[serde(skip)]
    pub drawn_by: String,
}

/// A release with its figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseOut {
    /// The hub.
    pub unit: String,
    /// Its name.
    pub name: NameOut,
    /// What it is.
    #[serde(flatten)]
    pub release: ReleaseLineOut,
    /// Noisy: margins need not add up.
    pub note: NameOut,
    /// Opened sums that it is made of.
    pub sums: u32,
    /// When the last of them was opened.
    pub sums_opened_until: String,
    /// SHA-256 of the catalogue whose words these are.
    pub catalogue: String,
    /// Its areas, and by which documents they are summed.
    pub areas: Vec<ReleaseAreaOut>,
    /// Schools by stage, where its plans and rosters are here; every group that a plan opens is in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<ReleaseStageOut>,
    /// Line of the ledger with which it was paid.
    pub line: u64,
    /// Keyed digest of all that its numbers follow from.
    pub identity: String,
    /// Its tables.
    pub tables: Vec<OpenTableOut>,
}

/// An area of a release.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseAreaOut {
    /// The area.
    pub area: String,
    /// Its name.
    pub name: NameOut,
    /// Schools in it.
    pub schools_reported: u32,
    /// Schools of its roster.
    pub schools_due: u32,
    /// SHA-256 of the open plan.
    pub plan: String,
    /// SHA-256 of the roster.
    pub roster: String,
}

/// A table of a release.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenTableOut {
    /// The query.
    pub query: String,
    /// Dimensions in the order of every key.
    pub by: Vec<String>,
    /// Names of the dimensions.
    pub by_names: Vec<NameOut>,
    /// Its figures.
    pub cells: Vec<CellOut>,
}

/// A figure with noise.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellOut {
    /// Category of each dimension.
    pub key: BTreeMap<String, String>,
    /// Their names, in the order of the dimensions.
    pub names: Vec<NameOut>,
    /// `noised`, or `closed` where too few persons or schools stand behind it.
    pub status: &'static str,
    /// With noise; nothing below twenty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// As people read it.
    pub shown: String,
    /// Lower end of the 95 % range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<i64>,
    /// Upper end of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<i64>,
    /// Whether persons in cells that stay closed are not in it.
    pub left_out: bool,
}

/// What a hub has published, with the budgets of its school years and of the present one.
///
/// # Errors
/// The store cannot be read.
pub fn releases(
    tx: &Tx<'_>,
    at: &UnitName,
    (calendar, today): (&Calendar, Date),
) -> Result<ReleasesOut, SqlError> {
    let year = school_year_of(today);
    let (all, scales) = (publication::all(tx)?, audit::scales(tx)?);
    let mut years: Vec<i16> = all.iter().map(|one| one.school_year).chain([year]).collect();
    years.extend(publication::lowered(tx)?);
    years.sort_unstable_by(|one, other| other.cmp(one));
    years.dedup();
    let mut budgets = Vec::new();
    if let Some(publisher) = Publisher::of(at.kind) {
        for school_year in years {
            let (cap, ledger) =
                (cap(tx, publisher, school_year)?, ledger(tx, publisher, school_year)?);
            let spent = ledger.lines().iter().map(|line| line.epsilon.0).sum();
            budgets.push(BudgetOut {
                school_year,
                cap: cap.to_string(),
                spent: domain::disclosure::noise::Epsilon(spent).to_string(),
                left: ledger.left().to_string(),
            });
        }
    }
    Ok(ReleasesOut {
        unit: at.id.to_string(),
        name: name_of(at),
        last_term: calendar.ended(today).map(|term| term.id.to_string()),
        student_year: EPSILON_YEAR_MAX.to_string(),
        budgets,
        releases: all.iter().filter_map(|one| line(one, &scales)).collect(),
    })
}

/// A release with its figures; nothing where none of that name was paid for.
///
/// # Errors
/// The store cannot be read.
pub fn release(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    id: &str,
) -> Result<Option<ReleaseOut>, SqlError> {
    let Some(stored) = publication::find(tx, id)? else { return Ok(None) };
    let Some(release) = line(&stored, &audit::scales(tx)?) else { return Ok(None) };
    let name: ReleaseName = id.parse().map_err(|_| SqlError::Type)?;
    let catalogue = packs.catalogue(&stored.catalogue).unwrap_or(&packs.in_force().catalogue);
    let cells = publication::cells(tx, id)?;
    let margin = release.margin95;
    let table = |query: &Query| OpenTableOut {
        query: query.id.to_owned(),
        by: names_of(query),
        by_names: query.by.iter().map(|dim| dimension(catalogue, dim)).collect(),
        cells: cells
            .iter()
            .filter(|cell| cell.query == query.id)
            .map(|cell| figure(catalogue, query, (cell, margin)))
            .collect(),
    };
    let areas = publication::areas(tx, id)?;
    Ok(Some(ReleaseOut {
        unit: at.id.to_string(),
        name: name_of(at),
        note: named(words::NOISY),
        sums: stored.sums,
        sums_opened_until: instant(stored.opened_at_ms),
        catalogue: stored.catalogue.to_string(),
        stages: stages(packs, (catalogue, stored.school_year), &areas),
        areas: areas.iter().map(|one| area(packs, one)).collect(),
        line: stored.number,
        identity: stored.identity.to_string(),
        tables: name.subject.queries().iter().map(table).collect(),
        release,
    }))
}

/// A release as a list has it, with the scale that was paid; nothing where no line paid for it.
fn line(stored: &Publication, scales: &BTreeMap<u64, Scale>) -> Option<ReleaseLineOut> {
    let name: ReleaseName = stored.id.parse().ok()?;
    let scale = *scales.get(&stored.number)?;
    Some(ReleaseLineOut {
        id: stored.id.clone(),
        subject: named(words::subject(name.subject)),
        period: name.term.to_string(),
        period_name: label_of(&period_name(Period::Term(name.term))),
        state: if stored.drawn_at_ms.is_some() { "drawn" } else { "paid" },
        epsilon: stored.epsilon.to_string(),
        scale: scale_text(scale),
        margin95: scale.margin(),
        coverage: CoverageOut {
            schools_reported: stored.schools_reported,
            schools_due: stored.schools_due,
            persons: stored.persons,
        },
        carried: stored.carried,
        drawn_at: stored.drawn_at_ms.map(instant),
        drawn_by: stored.name.clone(),
    })
}

fn area(packs: &Packs, stored: &Area) -> ReleaseAreaOut {
    let name = stored.area.parse().map(|id| label_of(&area_name(packs, &id)));
    ReleaseAreaOut {
        area: stored.area.clone(),
        name: name.unwrap_or_else(|_| same(&stored.area)),
        schools_reported: stored.schools_reported,
        schools_due: stored.schools_due,
        plan: stored.plan.to_string(),
        roster: stored.roster.to_string(),
    }
}

fn figure(catalogue: &Catalogue, query: &Query, (cell, margin): (&Drawn, u64)) -> CellOut {
    let keyed = query.by.iter().zip(&cell.key);
    let value = cell.value.filter(|value| *value >= OPEN_SHOWN_MIN);
    let margin = i64::try_from(margin).unwrap_or(i64::MAX);
    CellOut {
        key: keyed.clone().map(|(dim, value)| ((*dim).to_owned(), value.clone())).collect(),
        names: keyed.map(|(dim, value)| category(catalogue, query, (dim, value))).collect(),
        status: if cell.value.is_some() { "noised" } else { "closed" },
        value,
        shown: cell.value.map_or_else(String::new, OpenTable::shown),
        low: value.map(|value| value.saturating_sub(margin).max(0)),
        high: value.map(|value| value.saturating_add(margin)),
        left_out: cell.left_out,
    }
}

/// A noisy figure as people read it: marked as one, never like an exact or a rounded one.
#[must_use]
pub fn text(cell: &CellOut, lang: Lang) -> String {
    let part = if cell.left_out { "*" } else { "" };
    match (cell.status, cell.value.and_then(|value| u64::try_from(value).ok())) {
        ("closed", _) => words::CLOSED.in_lang(lang).to_owned(),
        (_, Some(value)) => format!("~{}{part}", grouped(value)),
        _ => format!("{}{part}", cell.shown),
    }
}

/// What people read for a dimension.
pub(super) fn dimension(catalogue: &Catalogue, dim: &str) -> NameOut {
    match catalogue.dimension(dim) {
        Some(known) => NameOut { zh: known.label.zh.clone(), en: known.label.en.clone() },
        None => named(words::OUTCOME),
    }
}

/// What people read for a category of a query.
fn category(catalogue: &Catalogue, query: &Query, (dim, value): (&str, &str)) -> NameOut {
    let indicator = measure_of(query.table);
    match catalogue.value_label(indicator, dim, value) {
        Some(label) => NameOut { zh: label.zh.clone(), en: label.en.clone() },
        None if dim == OUTCOME => named(words::REST),
        None => same(value),
    }
}

pub(super) fn names_of(query: &Query) -> Vec<String> {
    query.by.iter().map(|dim| (*dim).to_owned()).collect()
}

fn name_of(at: &UnitName) -> NameOut {
    NameOut { zh: at.label.zh.clone(), en: at.label.en.clone() }
}

pub(super) fn same(text: &str) -> NameOut {
    NameOut { zh: text.to_owned(), en: text.to_owned() }
}

fn label_of(label: &Label) -> NameOut {
    NameOut { zh: label.zh.clone(), en: label.en.clone() }
}

pub(super) fn named(text: Text) -> NameOut {
    use runtime::web::Lang;
    NameOut { zh: text.in_lang(Lang::Zh).to_owned(), en: text.in_lang(Lang::En).to_owned() }
}

pub(super) fn scale_text(scale: Scale) -> String {
    match scale.parts() {
        (numerator, 1) => numerator.to_string(),
        (numerator, denominator) => format!("{numerator}/{denominator}"),
    }
}
