//! A change in words, for pages and commands alike: a figure with what it stands on, and what came
//! of it with its interval, or why that is not said.

use domain::cell::Cell;
use domain::change::{Change, TooFew, Verdict};
use runtime::texts;
use runtime::web::{Figure, Lang, Text};

use crate::indicator::{Apart, Earlier, Parts, Sort};

/// Days of a week times a hundred students, for which a rate is told.
const RATE_OF: f64 = 700.0;

texts! {
    HIGHER = "升高", "higher";
    LOWER = "降低", "lower";
    UNCLEAR = "看不出变化", "no change can be seen";
    PART = "{0}（{1}/{2}）", "{0} ({1} of {2})";
    RATE = "{0}（每百名学生每周 {1}）", "{0} ({1} for each 100 students and week)";
    POINTS = "{0} 个百分点（95% 区间 {1} 至 {2}）", "{0} percentage points (95 % interval {1} to {2})";
    TIMES = "{0} 倍（95% 区间 {1} 至 {2}）", "times {0} (95 % interval {1} to {2})";
    NO_END = "无上限", "without end";
    NO_FIGURE = "没有数值", "no figure";
    APART_BLANK = "有一个学期没有数值，不作比较", "one of the terms has no figure";
    APART_PERSONS = "不足 10 人，不给区间", "fewer than 10 persons: no interval";
    APART_EVENTS = "两期合计不足 10 次，不给区间", "fewer than 10 events in both terms: no interval";
    APART_NO_SHARE = "分子大于分母，不能作为占比比较", "more above the line than below it: no share";
    APART_INSTRUMENT = "两个学期所用量表不同，不可比", "screened with other instruments: not comparable";
    APART_COVERAGE = "两个学期筛查完成率相差超过 10 个百分点，不可比",
        "coverages differ by more than 10 percentage points: not comparable";
}

/// A figure with what it stands on, or why there is none.
#[must_use]
pub fn figure(sort: Sort, parts: Parts, lang: Lang) -> String {
    let (above, below) = match (parts.above, parts.below) {
        (Cell::Value(above), Cell::Value(below)) => (above, below),
        // A number of events is told, even where nobody knows in how many students they arose.
        (Cell::Value(above), _) if sort == Sort::Rate => return above.to_string(),
        _ => return NO_FIGURE.in_lang(lang).to_owned(),
    };
    let rate = |of: f64| {
        if below == 0 {
            "—".to_owned()
        } else {
            format!("{:.1}", above as f64 * of / below as f64)
        }
    };
    match sort {
        Sort::Share => {
            let share = Figure::share(above, below).text(lang);
            PART.fill(lang, &[&share, &above, &below])
        }
        Sort::Rate => RATE.fill(lang, &[&above, &rate(RATE_OF)]),
        Sort::Per(of) => PART.fill(lang, &[&rate(f64::from(of)), &above, &below]),
    }
}

/// What came of a figure since an earlier term: what the interval says, if there is one, and the
/// interval or why there is none.
#[must_use]
pub fn said(sort: Sort, earlier: &Earlier, lang: Lang) -> (Option<&'static str>, String) {
    match earlier.change {
        Ok(change) => {
            let verdict = match change.verdict {
                Verdict::Higher => HIGHER,
                Verdict::Lower => LOWER,
                Verdict::Unclear => UNCLEAR,
            };
            (Some(verdict.in_lang(lang)), size(sort, &change, lang))
        }
        Err(apart) => (None, why(apart).in_lang(lang).to_owned()),
    }
}

/// The size of a change with its interval.
fn size(sort: Sort, change: &Change, lang: Lang) -> String {
    let (low, high) = (change.interval.low, change.interval.high);
    match sort {
        Sort::Share => {
            let points = |share: f64| format!("{:+.1}", share * 100.0);
            POINTS.fill(lang, &[&points(change.size), &points(low), &points(high)])
        }
        Sort::Rate | Sort::Per(_) => {
            let times = |ratio: f64| match ratio.is_finite() {
                true => format!("{ratio:.2}"),
                false => NO_END.in_lang(lang).to_owned(),
            };
            TIMES.fill(lang, &[&times(change.size), &times(low), &times(high)])
        }
    }
}

const fn why(apart: Apart) -> Text {
    match apart {
        Apart::Blank => APART_BLANK,
        Apart::Few(TooFew::Persons) => APART_PERSONS,
        Apart::Few(TooFew::Events) => APART_EVENTS,
        Apart::NoShare => APART_NO_SHARE,
        Apart::Instrument => APART_INSTRUMENT,
        Apart::Coverage => APART_COVERAGE,
    }
}
