//! What the city's pages show, as plain values.
//!
//! A page is a pure function of these: the store fills them, the templates print them, and tests
//! make them up. Rows are areas, never schools: there is no value here that could carry a
//! ranking of schools.

use std::str::FromStr;

use domain::digest::Digest;
use runtime::web::chart::Interval;
use runtime::web::{Export, Figure, Label};

use crate::letters::status::Letters;

/// Areas below this share of reporting schools are listed and not compared, in per cent.
pub const COMPARED_PERCENT_MIN: u32 = 80;

/// How a table is broken down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breakdown {
    /// Districts by stage.
    #[default]
    DistrictStage,
    /// Streets of one district by stage.
    StreetStage,
    /// Stages by sex.
    StageSex,
    /// Grades by sex.
    GradeSex,
    /// What is counted, such as tiers, by stage.
    KindStage,
    /// Grades by what is counted.
    GradeKind,
}

impl Breakdown {
    /// Every breakdown.
    pub const ALL: [Self; 6] = [
        Self::DistrictStage,
        Self::StreetStage,
        Self::StageSex,
        Self::GradeSex,
        Self::KindStage,
        Self::GradeKind,
    ];

    /// The word in the address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DistrictStage => "district-stage",
            Self::StreetStage => "street-stage",
            Self::StageSex => "stage-sex",
            Self::GradeSex => "grade-sex",
            Self::KindStage => "kind-stage",
            Self::GradeKind => "grade-kind",
        }
    }

    /// Whether the rows are areas, which can be compared on a chart.
    #[must_use]
    pub const fn has_areas(self) -> bool {
        matches!(self, Self::DistrictStage | Self::StreetStage)
    }
}

impl FromStr for Breakdown {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|breakdown| breakdown.as_str() == text).ok_or(())
    }
}

/// What a reader asked for; an empty field means the page's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Indicator id, such as `scr.positive`.
    pub indicator: String,
    /// Period, such as `2025S1` or `2026-W48`.
    pub period: String,
    /// Unit id of the area.
    pub unit: String,
    /// How the table is broken down.
    pub breakdown: Option<Breakdown>,
}

impl Filter {
    /// The period that was asked for, if any was.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        Some(self.period.as_str()).filter(|period| !period.is_empty())
    }
}

/// One option of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the address carries.
    pub value: String,
    /// What the reader sees.
    pub label: Label,
}

/// The options of all filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Indicators that can be shown.
    pub indicators: Vec<Choice>,
    /// Periods with figures.
    pub periods: Vec<Choice>,
    /// Areas that can be looked into, the whole first.
    pub units: Vec<Choice>,
    /// Breakdowns that the indicator has.
    pub breakdowns: Vec<Breakdown>,
}

/// Schools that reported of schools that were due, and the persons enrolled there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Schools whose figures are in.
    pub reported: u32,
    /// Schools that were due.
    pub due: u32,
    /// Persons enrolled at the schools that reported, where that is known.
    pub persons: Option<u64>,
}

impl Coverage {
    /// Whether all schools that were due have reported.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.reported >= self.due
    }

    /// Whether enough schools reported for the area to be compared with others.
    #[must_use]
    pub const fn is_comparable(&self) -> bool {
        self.due > 0 && self.reported as u64 * 100 >= self.due as u64 * COMPARED_PERCENT_MIN as u64
    }

    /// Share of schools that reported, as a figure.
    #[must_use]
    pub fn share(&self) -> Figure {
        Figure::share(self.reported.into(), self.due.into())
    }
}

/// The range in which the true figure lies, as far as protection widened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Of a share, in ten-thousandths.
    Share(Interval),
    /// Of a count.
    Count {
        /// Lower end.
        low: u64,
        /// Upper end.
        high: u64,
    },
}

/// A named figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFigure {
    /// What it is.
    pub name: Label,
    /// The figure.
    pub figure: Figure,
}

/// The figure of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// The figure.
    pub value: Figure,
    /// Its range, if protection gave it one.
    pub range: Option<Range>,
    /// Numerator and denominator of a ratio; empty for a count.
    pub parts: Vec<NamedFigure>,
    /// Whom the figure counts, where its name alone would mislead.
    pub note: Option<Label>,
    /// Relations of the catalogue that it breaks beside other figures.
    pub marks: Vec<Label>,
}

/// How the figures were protected before they left a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Operational counts, given exactly.
    Clear,
    /// Each school gave the range in which its count lies.
    Band {
        /// Width of the range.
        width: u64,
    },
    /// Each school's inner cells were rounded, up or down by chance without bias.
    Rounded {
        /// Multiples to which they were rounded.
        base: u64,
        /// School cells in the sum of the whole.
        cells: u64,
    },
    /// Each school's count left with noise and rounded, because it bounds a sealed one.
    Rough {
        /// School cells in the sum of the whole.
        cells: u64,
    },
    /// Two departments opened sums over whole groups of schools, which are exact.
    Opened {
        /// Persons in cells that stay closed and are not in it.
        left_out: u64,
    },
    /// Opened sums of some areas and rounded ones of others.
    Mixed {
        /// Multiples to which the latter were rounded.
        base: u64,
        /// School cells that were rounded.
        cells: u64,
    },
}

/// Which state of the data a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Number of the snapshot.
    pub snapshot: u64,
    /// Root digest over its contributions.
    pub root: Digest,
    /// When it was closed, in milliseconds since 1970.
    pub cut_off_ms: i64,
    /// Reports that came later and go into the next one.
    pub late: u32,
    /// Revision of the catalogue whose definitions hold.
    pub catalogue_revision: u32,
    /// Digest of that catalogue.
    pub catalogue: Digest,
}

/// One row of a breakdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Area, stage or grade.
    pub label: Label,
    /// One figure for each column.
    pub figures: Vec<Figure>,
    /// Schools behind the row.
    pub coverage: Coverage,
    /// Why nothing of the row is opened, where nobody is due for that.
    pub closed: Option<Label>,
}

/// A breakdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakdownTable {
    /// What the rows are, such as 区市.
    pub row_kind: Label,
    /// Headings of the columns, the total among them.
    pub columns: Vec<Label>,
    /// The rows, in the order of division codes.
    pub rows: Vec<TableRow>,
    /// The whole.
    pub whole: TableRow,
}

/// One area of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaFigure {
    /// The area.
    pub label: Label,
    /// Its figure.
    pub figure: Figure,
    /// The range that protection gave it.
    pub interval: Option<Interval>,
    /// Schools behind it.
    pub coverage: Coverage,
    /// Column and row on the tile map.
    pub tile: Option<(u8, u8)>,
}

/// One contribution to the figures shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// Unit that signed it.
    pub unit: Label,
    /// Its id.
    pub unit_id: String,
    /// Table that it is a version of.
    pub table: String,
    /// Revision that counts.
    pub revision: u32,
    /// Digest of the signed bytes.
    pub digest: Digest,
    /// When it arrived, in milliseconds since 1970.
    pub received_at_ms: i64,
    /// Schools in it.
    pub coverage: Coverage,
}

/// An opened sum in the figures shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedLine {
    /// What is counted.
    pub name: Label,
    /// Area of the plan.
    pub area: Label,
    /// Period.
    pub period: Label,
    /// Stage.
    pub stage: Label,
    /// Groups of schools in it.
    pub groups: usize,
    /// Schools whose report is of this period, of those that were due.
    pub schools: (u32, u32),
    /// Education's hub and health's.
    pub hubs: (String, String),
    /// Digest of the record that both signed.
    pub record: Digest,
    /// When it was opened.
    pub opened_at_ms: i64,
    /// Digests of plan and roster.
    pub documents: (Digest, Digest),
    /// Of a flow the most that its figures can come to by the caps of its schools.
    pub cap_sum: Option<u64>,
}

/// What the public reads of the indicator: a release's figures, with noise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedLine {
    /// The release.
    pub id: String,
    /// How far 95 of 100 of its figures may be off.
    pub margin: u64,
    /// Names and figures, marked as noisy.
    pub figures: Vec<(Label, Label)>,
}

/// One period of a trend: the figure as it is when the period alone is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendLine {
    /// Period, as addresses write it.
    pub period: String,
    /// What people call it.
    pub label: Label,
    /// The figure of the hub's own.
    pub figure: Figure,
    /// Its range, where it has one.
    pub range: Option<Range>,
    /// Schools behind it.
    pub coverage: Coverage,
    /// Snapshots that it was read from.
    pub snapshots: Vec<(u64, Digest)>,
    /// Opened sums that it is made of.
    pub opened: usize,
    /// What changed, so that it must not be read with the period before it.
    pub breaks: Vec<Label>,
    /// Why it is blank.
    pub blank: Option<Label>,
}

/// Something that is not shown, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What is not shown.
    pub what: Label,
    /// The reason, one sentence.
    pub why: Label,
}

/// The city's indicator page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorPage {
    /// What is shown, defaults filled in.
    pub selected: Filter,
    /// What can be chosen.
    pub choices: Choices,
    /// Name of the indicator.
    pub name: Label,
    /// Its definition in one sentence; for a ratio, numerator and denominator.
    pub definition: Label,
    /// Name of the whole, such as 全市.
    pub whole: Label,
    /// The figure of the whole.
    pub headline: Headline,
    /// Schools behind the whole.
    pub coverage: Coverage,
    /// The hub's own figure over the periods of this length, the earliest first; empty where there
    /// is one only.
    pub trend: Vec<TrendLine>,
    /// State of the data.
    pub version: Version,
    /// The breakdown.
    pub table: BreakdownTable,
    /// Areas for the charts; empty where the breakdown has none.
    pub areas: Vec<AreaFigure>,
    /// Where the figures came from.
    pub sources: Vec<SourceLine>,
    /// How they were protected.
    pub protection: Protection,
    /// Opened sums that the figures are made of.
    pub opened: Vec<OpenedLine>,
    /// What was published of it in this period.
    pub published: Vec<PublishedLine>,
    /// Whether anything of the area is under seal.
    pub is_sealed: bool,
    /// Schools whose report of an opened stock is fresh, of those that were due.
    pub fresh: Option<(u32, u32)>,
    /// Stages whose schools are too few to be opened: neither due nor in the figure.
    pub outside: Option<Label>,
    /// What is not shown.
    pub closed: Vec<Closed>,
    /// The same figures for programs.
    pub exports: Vec<Export>,
}

/// Whether an indicator can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Support {
    /// It is reported.
    Reported,
    /// Some of the schools that reported cannot compute it.
    Partial {
        /// Schools that can.
        able: u32,
        /// Schools that reported.
        of: u32,
    },
    /// Some of the schools that reported give no band of it, by rule.
    Banded {
        /// Schools that gave one.
        given: u32,
        /// Schools that reported.
        of: u32,
        /// By which rules.
        why: Label,
    },
    /// No school's ledgers give it yet; never shown as zero.
    Unsupported,
    /// It is told for periods of another length, which are named.
    OtherPeriod(Label),
    /// No school sends it to this hub, for the reason given.
    Elsewhere(Label),
    /// It has no total, for the reason given: its kinds are told one by one.
    ByKind(Label),
    /// It is reported and not opened, for the reason given.
    Closed(Label),
    /// It is sealed and not opened yet, for the reason given.
    Waiting(Label),
    /// It is sealed and stopped, for the reason given.
    Stopped(Label),
    /// It never leaves the school.
    Local,
}

/// One indicator of the overview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Label,
    /// Whether it can be shown.
    pub support: Support,
    /// The figure of the whole.
    pub figure: Figure,
    /// Numerator and denominator of a ratio; empty for a count, and where there is no value.
    pub parts: Vec<Figure>,
    /// Schools behind it.
    pub coverage: Coverage,
    /// Stages whose schools are too few to be opened: neither due nor in it.
    pub outside: Option<Label>,
}

/// Indicators that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorGroup {
    /// What they are about.
    pub title: Label,
    /// The indicators, in the order of the catalogue.
    pub lines: Vec<IndicatorLine>,
}

/// How far an area's reports have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaCoverage {
    /// The area.
    pub label: Label,
    /// Schools behind it.
    pub coverage: Coverage,
    /// When its latest report arrived; `None` for never.
    pub received_at_ms: Option<i64>,
}

/// A member whose certificate ends soon or has ended: it renews by itself, so that one which did
/// not needs somebody to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndingCertificate {
    /// Unit id.
    pub unit: String,
    /// Its name.
    pub label: Label,
    /// Whole days that are left; below zero where it has ended.
    pub days: i64,
}

/// The start page: all indicators, and how complete the reports are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverviewPage {
    /// Periods with figures.
    pub periods: Vec<Choice>,
    /// The period that is shown.
    pub period: String,
    /// Name of the whole.
    pub whole: Label,
    /// Schools behind the whole.
    pub coverage: Coverage,
    /// Areas, in the order of division codes.
    pub areas: Vec<AreaCoverage>,
    /// The indicators.
    pub groups: Vec<IndicatorGroup>,
    /// State of the data; `None` before the first snapshot.
    pub version: Option<Version>,
    /// Whether anything of the area is under seal.
    pub is_sealed: bool,
    /// Whether it is health's hub, to which no school and no area reports.
    pub is_helper: bool,
    /// Members whose certificates end soon, those first that end first.
    pub endings: Vec<EndingCertificate>,
    /// Letters of referrals, where this hub is a relay of them.
    pub letters: Option<Letters>,
}
