//! Why a group or a town is not opened, in sentences that say what to do.

use domain::disclosure::plan::Refusal;
use domain::unit::UnitId;
use runtime::texts;
use runtime::web::{Lang, Text};

use super::super::leader::{Untold, Wait};

texts! {
    WAITS_FOR_OTHERS = "本学段其他组", "the other groups of its stage";
    UNTIL = "{0}（最迟等到 {1}）", "{0} (until {1} at the latest)";
    GROUP_CLOSED = "学校太少，按方案不开启", "too few schools: closed by the plan";
    GROUP_AWAY = "停课或停办的学校太多，余下的不足以合计，也没有可合并的组。登记有误的，请两个枢纽用 sealed away \
                  更正，之后自动开启；属实的，本时段不开，下一学年的方案会重新编组",
        "too many of its schools are away, and no other group can be opened with it. If that was \
         noted wrongly, correct it at both hubs with sealed away, and it is opened by itself; if \
         not, it stays closed for the period, and next year's plan puts its schools elsewhere";
    GROUP_MERGED = "本学年有学校停办，只能与组 {0} 一起开启", "opened only together with group {0} this year";
    GROUP_WAITS = "等 {0} 的报告", "waits for the report of {0}";
    GROUP_STALE = "本学期只有 {0} 所报了新数，不足以沿用其余学校的旧数",
        "only {0} {0:school|schools} reported this term, too few to carry the others";
    GROUP_LOPSIDED = "停课、停办或沿用旧数的学校不计后，余下的学校过于集中（一个举办者的学生超过六成，或不足\
                      一百人），现在开启什么也看不到。请两个枢纽核对停课登记（sealed away）；学校补报后自动开启，\
                      否则本时段不开。同学段其余组照常开启；学校停办的，下一学年的方案会把这组并入别的组",
        "without the schools that are away or carried the rest do not hide one another: one \
         operator has more than 60 % of the students, or they are fewer than 100. Opened now it \
         would show nothing. Let both hubs check who is noted as away (sealed away); it is opened \
         by itself once a school reports after all, or else not for this period. The other groups \
         of the stage go on, and next year's plan merges a group whose schools have closed";
    TOWN_UNTOLD = "{0}：街道（镇）{1} 的合计不开启：与已开启的全区合计相减，剩下的学校或学生太少，会露出个别学校。\
                   全区合计不受影响，无须处理。",
        "{0}: the figure of town {1} stays closed: less what is opened for the area it would tell \
         of too few schools or students. The area's sum is not affected: nothing to do.";
    TOWN_WAITS = "{0}：街道（镇）{1} 的合计暂不开启：与已开启的全区合计相减，剩下的学校或学生太少。其余各组开启后会再\
                  判断一次。",
        "{0}: the figure of town {1} is not opened now: less what is opened for the area it would \
         tell of too few schools or students. It is looked at again when more groups are opened.";
    GROUP_AGAIN = "已经开启过，不会再开", "opened before, and never again";
    GROUP_ISOLATES = "与已开启的合起来会露出少数学校，不开启",
        "with what is opened it would single out a few schools";
    GROUP_NOT_YET = "按方案现在不能开启", "the plan does not open it now";
    GROUP_UNKNOWN = "方案中没有这样的组合", "the plan has no such set";
}

/// What a group waits for, and until when at the latest; `missing` are its schools whose report is
/// not in.
#[must_use]
pub fn wait(wait: &Wait, missing: &[UnitId], lang: Lang) -> String {
    let why = match &wait.reason {
        // The refusal names the first school; all of them are waited for.
        Some(Refusal::Waits { .. }) if !missing.is_empty() => {
            let names: Vec<&str> = missing.iter().map(UnitId::as_str).collect();
            let between = if lang == Lang::Zh { "、" } else { ", " };
            GROUP_WAITS.fill(lang, &[&names.join(between)])
        }
        Some(Refusal::Closed(_)) if wait.until.is_some() => GROUP_AWAY.in_lang(lang).to_owned(),
        other => reason(other.as_ref(), lang),
    };
    match wait.until {
        Some(until) => UNTIL.fill(lang, &[&why, &until]),
        None => why,
    }
}

/// Why a town has no figure of its own beside the area's.
#[must_use]
pub fn untold(stage: &str, untold: &Untold, lang: Lang) -> String {
    let text = if untold.may_come { TOWN_WAITS } else { TOWN_UNTOLD };
    text.fill(lang, &[&stage, &untold.town])
}

/// Why a group is not opened, in a sentence.
#[must_use]
pub fn reason(refusal: Option<&Refusal>, lang: Lang) -> String {
    let say = |text: Text| text.in_lang(lang).to_owned();
    match refusal {
        None => say(WAITS_FOR_OTHERS),
        Some(Refusal::Closed(_)) => say(GROUP_CLOSED),
        Some(Refusal::Merged { partner, .. }) => GROUP_MERGED.fill(lang, &[partner]),
        Some(Refusal::Waits { school, .. }) => GROUP_WAITS.fill(lang, &[school]),
        Some(Refusal::Stale { fresh, .. }) => GROUP_STALE.fill(lang, &[fresh]),
        Some(Refusal::Lopsided(_)) => say(GROUP_LOPSIDED),
        Some(Refusal::Again(_)) => say(GROUP_AGAIN),
        Some(Refusal::Isolates(_)) => say(GROUP_ISOLATES),
        Some(Refusal::Unknown | Refusal::Stages) => say(GROUP_UNKNOWN),
        Some(_) => say(GROUP_NOT_YET),
    }
}
