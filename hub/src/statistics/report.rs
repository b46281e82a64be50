//! Figures in the form that programs read: the same words in JSON, CSV and the city's table.
//!
//! A figure without a value has no value field at all, so no reader can take a blank for a zero.

use std::collections::BTreeMap;

use domain::catalogue::{Catalogue, Label};
use domain::disclosure::GROUP_SCHOOLS_MIN;
use domain::rollup::Coverage;
use runtime::texts;
use runtime::web::{Lang, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::contradiction_out::ContradictionOut;
use super::opened_out::OpenedOut;
use super::plan::Indicator;
use super::value::{Amount, Blank, Figure, Figures, Floor, NoFeed, Reading, State, UnitFigures};
use crate::opened::{self, Closed, Sort};

/// Decimals of a ratio.
const RATIO_DIGITS: f64 = 1_000_000.0;

/// Whether there is a value, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusWord {
    /// There is a value; zero is one.
    Value,
    /// Known and not shown.
    Suppressed,
    /// Due and missing, or nobody can compute it; see `reason`.
    NotReported,
    /// Cannot exist.
    NotApplicable,
    /// Sealed, and by the plan never opened like this; see `reason`.
    Closed,
    /// Sealed, and not opened yet; see `reason`.
    Waiting,
    /// Sealed, and stopped until a person has looked.
    Stopped,
}

/// A name in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NameOut {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl NameOut {
    /// The name in one language; the Chinese one where there is no English.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        if lang == Lang::Zh || self.en.is_empty() { &self.zh } else { &self.en }
    }
}

/// How complete figures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageOut {
    /// Schools whose figures are in.
    pub schools_reported: u32,
    /// Schools that were due.
    pub schools_due: u32,
    /// Persons enrolled at the schools that reported.
    pub persons: u64,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FigureOut {
    /// Value of each dimension asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub key: BTreeMap<String, String>,
    /// Whether there is a value.
    pub status: StatusWord,
    /// Why there is none, as a stable code; absent where the status says it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// Why a figure that exists is not shown, in a sentence in both languages; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<NameOut>,
    /// The count, or the ratio as a decimal number; absent unless the status is `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub value: Option<serde_json::Number>,
    /// Above the line of a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numerator: Option<u64>,
    /// Below the line of a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denominator: Option<u64>,
    /// Lower end of the range of a count that is not exact: 95 % for rounded ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<u64>,
    /// Upper end of that range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<u64>,
    /// How far rounding can have moved the count at the very most; absent where there is noise in
    /// it, which has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding_error_max: Option<u64>,
    /// Rounded school cells in the count, or in both parts of the ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounded_cells: Option<u64>,
    /// Cells in it that two departments opened, which are exact; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_cells: Option<u64>,
    /// Persons of the roster in cells that stay closed and are not in it; absent where there are
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out_persons: Option<u64>,
}

/// Figures of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct UnitOut {
    /// Unit id.
    pub unit: String,
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: NameOut,
    /// How complete its figures are.
    pub coverage: CoverageOut,
    /// Schools, of those that reported, that can compute the indicator; at most.
    pub schools_able: u32,
    /// Number of the unit's own snapshot; absent for a school, or where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<u64>,
    /// Root digest of that snapshot, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Schools whose report of an opened stock is of this very period; of the others the last one
    /// was carried. Absent where nothing of the kind is in the figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fresh: Option<FreshOut>,
    /// Areas under seal of which nothing is in the figures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_areas: Vec<String>,
    /// Stages in which schools are too few to be opened: those schools are neither due nor in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closed_stages: Vec<ClosedStageOut>,
    /// Schools that were closed or out of session when its sums were opened: neither due nor in
    /// it. Absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schools_away: Option<u32>,
    /// Relations of the catalogue that the figures break beside others; they are shown as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<ContradictionOut>,
    /// Opened sums that the figures are made of, each exact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<OpenedOut>,
    /// The figures.
    pub figures: Vec<FigureOut>,
}

/// Schools whose report is fresh, of those that were due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FreshOut {
    /// Fresh.
    pub schools_fresh: u32,
    /// Due.
    pub schools_due: u32,
}

/// A stage that the plan opens nothing of for some schools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClosedStageOut {
    /// Stage.
    pub stage: &'static str,
    /// Schools that have it.
    pub schools: u32,
}

/// A snapshot of this hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SnapshotOut {
    /// Number.
    pub number: u64,
    /// Table.
    pub table: String,
    /// Root digest over its contributions, in hexadecimal.
    pub root: String,
    /// When it was sealed, in UTC.
    pub sealed_at: String,
    /// Digest of the catalogue that orders its cells, in hexadecimal.
    pub catalogue: String,
    /// How complete it is.
    pub coverage: CoverageOut,
}

/// Reports that have arrived and are not shown yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitingOut {
    /// Schools whose reports they are.
    pub schools: u32,
    /// Why they wait, in a sentence in both languages.
    pub reason: NameOut,
}

impl WaitingOut {
    /// What waits, where anything does.
    #[must_use]
    pub fn new(schools: u32) -> Option<Self> {
        let say = |lang| WAITING.fill(lang, &[&schools, &GROUP_SCHOOLS_MIN]);
        let reason = NameOut { zh: say(Lang::Zh), en: say(Lang::En) };
        (schools > 0).then_some(Self { schools, reason })
    }
}

/// Why reports wait. Shown wherever figures are.
pub const WAITING: Text = Text::new(
    "另有 {0} 所学校的数据已收到、暂未计入：每次公布至少同时变动 {1} 所学校，\
     以免由前后两次结果相减得出某一所学校的数据。",
    "Reports of {0} schools have arrived and wait: figures change only by at least {1} schools \
     at a time, since the difference of two states would otherwise be one school's own.",
);

texts! {
    RULE_ROUNDED = "关于人的数在各校按 5 取整后报出；合计小于 {0}、涉及的学校不足 {1} 所、或与其他数相减会推出被隐去的数的，不显示。",
        "Counts about persons were rounded to base 5 at each school; sums of them are suppressed \
         below {0}, where fewer than {1} schools stand behind them, or where they would tell a \
         suppressed one by subtraction.";
    RULE_SEALED = "两个部门共同开启的合计是整组学校的精确数；1 至 4 的和小于 {0} 的不显示。",
        "Sums that two departments opened are exact, of whole groups of schools, and not shown \
         from 1 to 4 or below {0}.";
    RULE_PLAIN = "办学类计数按目录的规定上报。", "Operational counts are reported as the catalogue says.";
    RULE_MISSING = "没有报的不是零。", "Missing is never zero.";
    HIDDEN_SMALL = "小于 {0}，不显示。", "It is below {0}, and such figures are not shown.";
    HIDDEN_FEW = "涉及的学校不足 {0} 所，不显示。",
        "Fewer than {0} schools stand behind it, and such figures are not shown.";
    HIDDEN_TELLING = "与已显示的数相减会推出被隐去的数，因此一并不显示。",
        "Subtracted from what is shown it would tell a figure that is hidden.";
    HIDDEN_INCOMPLETE = "报送尚未到齐：按学段或年级分的数，到齐或本期截止后才显示。",
        "Reports are not complete: figures by stage or grade are shown when they are, or after \
         the close of the period.";
    HIDDEN_WAITING = "数据已收到，尚未到可以公布的时候。",
        "Reports have arrived and may not be shown yet.";
    HIDDEN_LEVEL = "高度敏感，只在区市及以上显示。",
        "It is highly sensitive and shown at district level and above only.";
}

/// Figures of one indicator and period, with everything needed to cite them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DataOut {
    /// Indicator id.
    pub indicator: String,
    /// Its name.
    pub name: NameOut,
    /// `stock`, `flow`, `distinct` or `ratio`.
    pub kind: &'static str,
    /// Period.
    pub period: String,
    /// Dimensions asked for.
    pub by: Vec<String>,
    /// Digest of the catalogue whose definitions hold, in hexadecimal.
    pub catalogue: String,
    /// Revision of that catalogue.
    pub catalogue_revision: u32,
    /// Snapshots that the figures were read from.
    pub snapshots: Vec<SnapshotOut>,
    /// Reports that have arrived and are not shown yet; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingOut>,
    /// The rule by which figures were held back, in a sentence.
    pub rules: String,
    /// The same in Chinese.
    pub rules_zh: String,
    /// The figures, unit by unit.
    pub units: Vec<UnitOut>,
}

impl From<&Label> for NameOut {
    fn from(label: &Label) -> Self {
        Self { zh: label.zh.clone(), en: label.en.clone() }
    }
}

impl From<Coverage> for CoverageOut {
    fn from(coverage: Coverage) -> Self {
        let Coverage { schools_due, schools_reported, persons } = coverage;
        Self { schools_reported, schools_due, persons }
    }
}

impl From<&State> for SnapshotOut {
    fn from(state: &State) -> Self {
        Self {
            number: state.number,
            table: state.table.clone(),
            root: state.root.to_string(),
            sealed_at: instant(state.sealed_at_ms),
            catalogue: state.catalogue.to_string(),
            coverage: state.coverage.into(),
        }
    }
}

impl FigureOut {
    /// A figure with the names of its dimensions.
    #[must_use]
    pub fn new(figure: &Figure, by: &[String]) -> Self {
        let key = by.iter().cloned().zip(figure.key.iter().cloned()).collect();
        let mut out = Self::bare(&figure.reading);
        out.key = key;
        out
    }

    fn bare(reading: &Reading) -> Self {
        let mut out = Self {
            key: BTreeMap::new(),
            status: word(reading),
            reason: None,
            why: None,
            value: None,
            numerator: None,
            denominator: None,
            low: None,
            high: None,
            rounding_error_max: None,
            rounded_cells: None,
            opened_cells: None,
            left_out_persons: None,
        };
        match *reading {
            Reading::Count(amount) => {
                out.value = Some(amount.value.into());
                if !amount.is_exact() {
                    (out.low, out.high) = (Some(amount.low()), Some(amount.high()));
                }
                out.note_rounding(amount);
                out.note_opened(&[amount]);
            }
            Reading::Ratio { numerator, denominator } => {
                out.value = decimal(numerator.value, denominator.value);
                out.numerator = Some(numerator.value);
                out.denominator = Some(denominator.value);
                let both = numerator.rounded_cells.saturating_add(denominator.rounded_cells);
                out.rounded_cells = (both > 0).then_some(both);
                out.note_opened(&[numerator, denominator]);
            }
            Reading::Blank(blank) => {
                out.reason = blank.reason();
                out.why = match blank {
                    Blank::Suppressed(floor) => Some(why(floor)),
                    Blank::Sealed(closed) => Some(sealed_why(closed)),
                    _ => None,
                };
            }
        }
        out
    }

    fn note_opened(&mut self, amounts: &[Amount]) {
        let all = |of: fn(&Amount) -> u64| Some(amounts.iter().map(of).sum()).filter(|n| *n > 0);
        self.opened_cells = all(|amount| amount.opened_cells);
        self.left_out_persons = all(|amount| amount.left_out);
    }

    fn note_rounding(&mut self, amount: Amount) {
        if amount.rounded_cells > 0 {
            self.rounding_error_max = amount.rounding_error_max;
            self.rounded_cells = Some(amount.rounded_cells);
        }
    }
}

/// Why a figure is hidden, in a sentence.
fn why(floor: Floor) -> NameOut {
    let (text, value) = match floor {
        Floor::Small { shown_from } => (HIDDEN_SMALL, shown_from),
        Floor::FewSchools => (HIDDEN_FEW, GROUP_SCHOOLS_MIN.into()),
        Floor::Telling => (HIDDEN_TELLING, 0),
        Floor::Incomplete => (HIDDEN_INCOMPLETE, 0),
        Floor::Waiting => (HIDDEN_WAITING, 0),
        Floor::Level => (HIDDEN_LEVEL, 0),
    };
    NameOut { zh: text.fill(Lang::Zh, &[&value]), en: text.fill(Lang::En, &[&value]) }
}

fn sealed_why(closed: Closed) -> NameOut {
    NameOut { zh: opened::why(closed, Lang::Zh), en: opened::why(closed, Lang::En) }
}

fn word(reading: &Reading) -> StatusWord {
    match reading {
        Reading::Count(_) | Reading::Ratio { .. } => StatusWord::Value,
        Reading::Blank(Blank::Suppressed(_)) => StatusWord::Suppressed,
        Reading::Blank(Blank::NotApplicable) => StatusWord::NotApplicable,
        Reading::Blank(Blank::NoFeed(NoFeed::NotOpened)) => StatusWord::Closed,
        Reading::Blank(Blank::Sealed(closed)) => match closed.sort() {
            Sort::Never => StatusWord::NotApplicable,
            Sort::Closed => StatusWord::Closed,
            Sort::Waits => StatusWord::Waiting,
            Sort::Stopped => StatusWord::Stopped,
        },
        Reading::Blank(_) => StatusWord::NotReported,
    }
}

fn decimal(numerator: u64, denominator: u64) -> Option<serde_json::Number> {
    #[expect(clippy::cast_precision_loss, reason = "counts of persons are far below 2^52")]
    let ratio = numerator as f64 / denominator as f64;
    serde_json::Number::from_f64((ratio * RATIO_DIGITS).round() / RATIO_DIGITS)
}

impl UnitOut {
    /// Figures of one unit.
    #[must_use]
    pub fn new(unit: &UnitFigures, by: &[String]) -> Self {
        Self {
            unit: unit.unit.id.to_string(),
            kind: unit.unit.kind.as_str(),
            name: (&unit.unit.label).into(),
            coverage: unit.coverage.into(),
            schools_able: unit.able,
            snapshot: Some(unit.snapshot).filter(|number| *number > 0),
            root: unit.root.map(|root| root.to_string()),
            fresh: unit
                .fresh
                .map(|(fresh, due)| FreshOut { schools_fresh: fresh, schools_due: due }),
            missing_areas: unit.missing.iter().map(ToString::to_string).collect(),
            closed_stages: unit
                .closed
                .iter()
                .map(|(stage, schools)| ClosedStageOut { stage: stage.as_str(), schools: *schools })
                .collect(),
            schools_away: Some(unit.away).filter(|schools| *schools > 0),
            contradictions: unit.contradictions.iter().map(ContradictionOut::from).collect(),
            opened: unit.opened.iter().map(OpenedOut::from).collect(),
            figures: unit.figures.iter().map(|figure| FigureOut::new(figure, by)).collect(),
        }
    }
}

impl DataOut {
    /// Figures with their names; `units` are those that were asked for.
    #[must_use]
    pub fn new(catalogue: &Catalogue, figures: &Figures, units: &[&UnitFigures]) -> Self {
        let indicator = Indicator::find(catalogue, &figures.indicator);
        let empty = Label { zh: String::new(), en: String::new() };
        Self {
            indicator: figures.indicator.clone(),
            name: indicator.map_or(&empty, |known| known.label()).into(),
            kind: indicator.map_or("", |known| known.kind()),
            period: figures.period.to_string(),
            by: figures.by.clone(),
            catalogue: figures.catalogue.to_string(),
            catalogue_revision: figures.revision,
            snapshots: figures.states.iter().map(SnapshotOut::from).collect(),
            waiting: WaitingOut::new(figures.waiting),
            rules: rules(catalogue, units, Lang::En),
            rules_zh: rules(catalogue, units, Lang::Zh),
            units: units.iter().map(|unit| UnitOut::new(unit, &figures.by)).collect(),
        }
    }
}

/// How these figures were protected, in sentences for exports: what holds of some of them, and
/// nothing that holds of none.
pub(super) fn rules(catalogue: &Catalogue, units: &[&UnitFigures], lang: Lang) -> String {
    let least = catalogue.definition().default_min_cell;
    let readings = || units.iter().flat_map(|unit| &unit.figures).map(|figure| &figure.reading);
    let amounts: Vec<Amount> = readings().flat_map(Reading::amounts).collect();
    let blanks: Vec<Blank> = readings().filter_map(Reading::blank).collect();
    let is_sealed = blanks.iter().any(|blank| matches!(blank, Blank::Sealed(_)))
        || amounts.iter().any(|amount| amount.opened_cells > 0);
    let is_hidden = blanks.iter().any(|blank| matches!(blank, Blank::Suppressed(_)));
    // What is rough as well is no multiple of five.
    let is_fives =
        |amount: &Amount| amount.rounded_cells > 0 && amount.rounding_error_max.is_some();
    let is_rounded = amounts.iter().any(is_fives) || (is_hidden && !is_sealed);
    let rounded = is_rounded.then(|| RULE_ROUNDED.fill(lang, &[&least, &GROUP_SCHOOLS_MIN]));
    let sealed = is_sealed.then(|| RULE_SEALED.fill(lang, &[&least]));
    let is_plain = !is_rounded && !is_sealed;
    let plain = is_plain.then(|| RULE_PLAIN.in_lang(lang).to_owned());
    let missing = Some(RULE_MISSING.in_lang(lang).to_owned());
    let between = if lang == Lang::Zh { "" } else { " " };
    [rounded, sealed, plain, missing].into_iter().flatten().collect::<Vec<_>>().join(between)
}

/// An instant in UTC as programs read it.
#[must_use]
pub fn instant(unix_ms: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(unix_ms);
    instant.map_or_else(|_| String::new(), |instant| instant.to_string())
}
