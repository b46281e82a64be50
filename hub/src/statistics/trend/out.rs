//! A trend in the form that programs read: each period as single figures are, and its breaks.

use domain::catalogue::{Catalogue, Label};
use runtime::web::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::plan::Indicator;
use super::super::report::{NameOut, SnapshotOut, UnitOut, WaitingOut, rules};
use super::super::value::UnitFigures;
use super::{Break, Trend, TrendPoint};

/// Figures of one indicator of the hub over a run of periods, with everything needed to cite them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TrendOut {
    /// Indicator id.
    pub indicator: String,
    /// Its name.
    pub name: NameOut,
    /// `stock`, `flow`, `distinct` or `ratio`.
    pub kind: &'static str,
    /// First period.
    pub from: String,
    /// Last period.
    pub to: String,
    /// Digest of the catalogue whose definitions hold, in hexadecimal.
    pub catalogue: String,
    /// Revision of that catalogue.
    pub catalogue_revision: u32,
    /// The rule by which figures were held back, in a sentence.
    pub rules: String,
    /// The same in Chinese.
    pub rules_zh: String,
    /// The periods from the earliest to the latest, none left out.
    pub points: Vec<TrendPointOut>,
}

/// One period of a trend.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TrendPointOut {
    /// Period.
    pub period: String,
    /// Why it must not be read together with the period before it; empty where it may.
    pub breaks: Vec<TrendBreakOut>,
    /// Snapshots that the figure was read from.
    pub snapshots: Vec<SnapshotOut>,
    /// Reports that have arrived and are not shown yet; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingOut>,
    /// The hub's own figure, as it is when the period alone is asked for.
    pub unit: UnitOut,
}

/// Why a line over periods is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrendBreakOut {
    /// `definition`, `schools_due` or `no_value`.
    pub code: &'static str,
    /// The same in a sentence in both languages.
    pub why: NameOut,
}

impl From<&Break> for TrendBreakOut {
    fn from(one: &Break) -> Self {
        let why = one.why();
        let say = |lang| why.in_lang(lang).to_owned();
        Self { code: one.code(), why: NameOut { zh: say(Lang::Zh), en: say(Lang::En) } }
    }
}

impl From<&TrendPoint> for TrendPointOut {
    fn from(point: &TrendPoint) -> Self {
        let TrendPoint { figures, breaks } = point;
        Self {
            period: figures.period.to_string(),
            breaks: breaks.iter().map(TrendBreakOut::from).collect(),
            snapshots: figures.states.iter().map(SnapshotOut::from).collect(),
            waiting: WaitingOut::new(figures.waiting),
            unit: UnitOut::new(&figures.whole, &[]),
        }
    }
}

impl TrendOut {
    /// A trend with its names.
    #[must_use]
    pub fn new(catalogue: &Catalogue, trend: &Trend) -> Self {
        let indicator = Indicator::find(catalogue, &trend.indicator);
        let empty = Label { zh: String::new(), en: String::new() };
        let units: Vec<&UnitFigures> = trend.points.iter().map(|one| &one.figures.whole).collect();
        let end = |point: Option<&TrendPoint>| {
            point.map_or_else(String::new, |point| point.figures.period.to_string())
        };
        Self {
            indicator: trend.indicator.clone(),
            name: indicator.map_or(&empty, |known| known.label()).into(),
            kind: indicator.map_or("", |known| known.kind()),
            from: end(trend.points.first()),
            to: end(trend.points.last()),
            catalogue: trend.catalogue.to_string(),
            catalogue_revision: trend.revision,
            rules: rules(catalogue, &units, Lang::En),
            rules_zh: rules(catalogue, &units, Lang::Zh),
            points: trend.points.iter().map(TrendPointOut::from).collect(),
        }
    }
}
