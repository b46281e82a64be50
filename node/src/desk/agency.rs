//! What it means to a person that nothing may be ordered from an agency.

use domain::ledger::Word as _;
use runtime::cli::{Exit, Sentence};
use runtime::texts;
use runtime::web::{Lang, Text};

use super::said::Told;
use crate::ledger::agency_listed::AgencyBar;

texts! {
    AGENCY = "不能委托这家机构：{0}；台账没有改动。",
        "nothing may be ordered from this agency: {0}; the ledger was not changed.";
    NEXT = "请在“转介名录”中另选机构；若名录有误，请告诉区级或市级名录管理员。",
        "Choose another agency from the directory; if the directory is wrong, tell the office of \
         the district or the city that keeps it.";
    UNLISTED = "本校的名录里没有它", "no directory of this school lists it";
}

/// Code, exit, what happened, what to do next.
pub(super) fn told(bar: AgencyBar) -> Told {
    let why = match bar {
        AgencyBar::Unlisted => UNLISTED,
        AgencyBar::Barred(bar) => {
            let (zh, en) = bar.label();
            Text::new(zh, en)
        }
    };
    let fill = |lang: Lang| AGENCY.with(lang, why.in_lang(lang));
    ("AGENCY", Exit::Refused, Sentence::pair(fill(Lang::Zh), fill(Lang::En)), NEXT)
}
