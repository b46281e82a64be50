//! What people are told of what operators noted: numbers that were confirmed.

use runtime::texts;
use runtime::web::Lang;
use runtime::web::time::minute;

use crate::store::sealed::say::Confirmation;

texts! {
    CONFIRMED = "已记下：{0} 这份报告中 {1} 学段的人数 {2} 经核对属实；其他学段不在此列。",
        "Noted: {2} persons in {1}, as this report of {0} names them, is right; nothing was noted \
         of its other stages.";
    UNCONFIRMED = "已撤回对 {0} 这份报告中 {1} 学段人数的确认；确认和撤回的记录都保留。已开启的合计不再改动。",
        "The confirmation of the number in {1} in this report of {0} was taken back; both stay on \
         record. Sums that were opened stay as they are.";
    CONFIRMED_IN = "{0} 的人数与名册或明表相差较多，{1} 经致电确认：{2}",
        "{0}: its number, far from roster or clear sheet, was confirmed by telephone on {1}: {2}";
    TAKEN_BACK = "；{0} 撤回：{1}", "; taken back on {0}: {1}";
}

/// A confirmed number of a report that stands in a sum: who, when, and what was written down, also
/// where it was taken back since.
#[must_use]
pub fn confirmed_in(one: &Confirmation, lang: Lang) -> String {
    let at = minute(one.made_at_ms);
    let confirmed = CONFIRMED_IN.fill(lang, &[&one.school, &at, &one.note]);
    let back = one.withdrawn.as_ref().map(|(at_ms, note)| {
        let at = minute(*at_ms);
        TAKEN_BACK.fill(lang, &[&at, note])
    });
    confirmed + &back.unwrap_or_default()
}
