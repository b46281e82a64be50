//! Where a line over periods must not be drawn: what changed between two points, in a sentence.
//!
//! Names and remarks of an indicator may change without a break; what is counted, of which records,
//! and how it leaves a school may not.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Catalogue, Channel, Definition, Kind, NativePeriod, Origin, Sum};
use domain::digest::Digest;
use runtime::texts;
use runtime::web::{Label, Lang};

use super::super::naming::filled;
use super::super::plan::Indicator;
use super::super::value::{Blank, Figures};
use crate::packs::Packs;

texts! {
    DEFINITION = "口径自本期起有变，与前一期不可比。",
        "The definition changed with this period: it cannot be compared with the one before.";
    SCHOOLS = "应报学校由 {0} 所变为 {1} 所，与前一期不可比。",
        "Schools due changed from {0} to {1}: it cannot be compared with the period before.";
    SUPPRESSED = "本期有数，按规定不显示，曲线在此断开。",
        "There is a figure and by rule it is not shown; the line is broken here.";
    NOT_REPORTED = "本期没有数据上报，曲线在此断开。",
        "Nothing was reported for this period; the line is broken here.";
    NOT_APPLICABLE = "本期没有应报学校或不适用，曲线在此断开。",
        "No school is due in this period, or there can be no such figure; the line is broken here.";
    NOT_COMPUTED = "本期的台账算不出这项指标，曲线在此断开。",
        "The ledgers of this period do not give the indicator; the line is broken here.";
    DIFFERENT = "本期的分子和分母来自不同的学校，不能相除，曲线在此断开。",
        "Numerator and denominator of this period are of different schools; the line is broken \
         here.";
    NO_FEED = "这项指标不上报到本枢纽。", "The indicator is not reported to this hub.";
}

/// Why a point must not be read together with the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The indicator was defined otherwise.
    Definition,
    /// Other schools were due, as after a reorganisation.
    Schools {
        /// Before.
        before: u32,
        /// Now.
        now: u32,
    },
    /// The period has no value.
    NoValue(Blank),
}

impl Break {
    /// A stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Definition => "definition",
            Self::Schools { .. } => "schools_due",
            Self::NoValue(_) => "no_value",
        }
    }

    /// What changed, or what is missing, in a sentence.
    #[must_use]
    pub fn why(self) -> Label {
        match self {
            Self::Definition => DEFINITION.into(),
            Self::Schools { before, now } => filled(SCHOOLS, &[&before, &now]),
            Self::NoValue(blank) => missing(blank),
        }
    }
}

fn missing(blank: Blank) -> Label {
    let text = match blank {
        Blank::Sealed(closed) => {
            let say = |lang| crate::opened::why(closed, lang);
            return Label::new(say(Lang::Zh), say(Lang::En));
        }
        Blank::Suppressed(_) => SUPPRESSED,
        Blank::NotReported => NOT_REPORTED,
        Blank::NotApplicable => NOT_APPLICABLE,
        Blank::Unsupported => NOT_COMPUTED,
        Blank::DifferentSchools => DIFFERENT,
        Blank::NoFeed(_) => NO_FEED,
    };
    text.into()
}

/// Looks at one point after the other and knows what went before.
pub(super) struct Seam<'p> {
    packs: &'p Packs,
    indicator: &'p str,
    /// Catalogues under which the last point that had any was written.
    written: BTreeSet<Digest>,
    /// Schools due at the last point at which any were.
    due: u32,
    meanings: BTreeMap<Digest, Option<Meaning<'p>>>,
}

impl<'p> Seam<'p> {
    /// Before the first point.
    pub(super) fn new(packs: &'p Packs, indicator: &'p str) -> Self {
        let (written, meanings) = (BTreeSet::new(), BTreeMap::new());
        Self { packs, indicator, written, due: 0, meanings }
    }

    /// Why the next point must not be read together with those before it.
    pub(super) fn before(&mut self, figures: &Figures) -> Vec<Break> {
        let mut breaks = Vec::new();
        let written = written(figures);
        if !written.is_empty() {
            if !self.written.is_empty() && self.is_other(&written) {
                breaks.push(Break::Definition);
            }
            self.written = written;
        }
        let now = figures.whole.coverage.schools_due;
        if now > 0 {
            if self.due > 0 && self.due != now {
                breaks.push(Break::Schools { before: self.due, now });
            }
            self.due = now;
        }
        let blank = figures.whole.figures.first().and_then(|figure| figure.reading.blank());
        breaks.extend(blank.map(Break::NoValue));
        breaks
    }

    /// Whether what was written under some catalogues means something else than before.
    fn is_other(&mut self, written: &BTreeSet<Digest>) -> bool {
        if self.written == *written {
            return false;
        }
        let (packs, indicator) = (self.packs, self.indicator);
        for digest in self.written.iter().chain(written) {
            let meaning =
                || packs.catalogue(digest).and_then(|known| Meaning::of(known, indicator));
            self.meanings.entry(*digest).or_insert_with(meaning);
        }
        let mut all = self.written.iter().chain(written).map(|digest| self.meanings.get(digest));
        let first = all.next();
        all.any(|other| Some(other) != first)
    }
}

/// Catalogues under which the reports behind figures were written.
fn written(figures: &Figures) -> BTreeSet<Digest> {
    let sheets = figures.states.iter().map(|state| state.catalogue);
    sheets.chain(figures.whole.opened.iter().map(|from| from.sum.pack)).collect()
}

/// What an indicator counts, apart from what it is called.
#[derive(Debug, PartialEq, Eq)]
struct Meaning<'c> {
    sums: Vec<&'c Sum>,
    counts: Vec<Counted<'c>>,
}

/// What a count counts.
#[derive(Debug, PartialEq, Eq)]
struct Counted<'c> {
    id: &'c str,
    kind: Kind,
    channel: Channel,
    origin: Origin,
    unit: &'c str,
    period: NativePeriod,
    definition: Option<&'c Definition>,
    /// The partition and outcomes that it is a sum of.
    derived: Option<(&'c str, &'c [String])>,
}

impl<'c> Meaning<'c> {
    /// What it is in a catalogue; nothing where that does not have it.
    fn of(catalogue: &'c Catalogue, indicator: &str) -> Option<Self> {
        let (sums, ids): (Vec<&Sum>, Vec<&str>) = match Indicator::find(catalogue, indicator)? {
            Indicator::Count(count) => (Vec::new(), vec![count.id.as_str()]),
            Indicator::Ratio(ratio) => {
                let sums = vec![&ratio.numerator, &ratio.denominator];
                let terms = sums.iter().copied().flat_map(|sum| &sum.terms);
                let ids = terms.map(|term| term.count.as_str()).collect();
                (sums, ids)
            }
        };
        let counts: Option<Vec<Counted<'c>>> =
            ids.into_iter().map(|id| Counted::of(catalogue, id)).collect();
        Some(Self { sums, counts: counts? })
    }
}

impl<'c> Counted<'c> {
    fn of(catalogue: &'c Catalogue, id: &str) -> Option<Self> {
        let count = catalogue.count(id)?;
        let derived = catalogue.partitions().iter().find_map(|partition| {
            let rule = partition.derives.iter().find(|rule| rule.count == count.id)?;
            Some((partition.id.as_str(), rule.outcomes.as_slice()))
        });
        Some(Self {
            id: count.id.as_str(),
            kind: count.kind,
            channel: count.channel,
            origin: count.origin,
            unit: &count.unit,
            period: count.period,
            definition: count.definition.as_ref(),
            derived,
        })
    }
}
