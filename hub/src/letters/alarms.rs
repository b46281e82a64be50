//! What a relay tells its operator: what is late, what waits for too long, and that it is full.
//!
//! None of it names a unit but this hub, nor an envelope. Each alarm is taken back once its cause
//! is gone.

use std::collections::BTreeSet;

use domain::ledger::Word as _;
use domain::referral::DeadlineClass;
use domain::referral::slot::Rank;
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};
use runtime::texts;
use runtime::web::{Lang, Text};

use super::desk::{Desk, Waiting};
use super::rules::{HOP_EMERGENCY_SECONDS, HOP_URGENT_SECONDS};
use super::status;
use crate::store::{alarm, letters};

/// Kind of the alarm that the relay takes no more letters.
const FULL: &str = "letters_full";
/// Kind of the alarm that a limit passed which nobody met.
pub(super) const LATE: &str = "letters_late";
/// Kind of the alarm that what is urgent waits here for longer than its hop may take.
pub(super) const WAITING: &str = "letters_waiting";

texts! {
    FULL_SAID = "等待的信件过多，本转递处不再接收：请查看哪些单位没有公钥声明、哪个下级发得过多",
        "so many letters wait at this relay that it takes no more; look for units without a key \
         statement, and for a member that sends too many";
    LATE_SAID = "有期限已过而无人处理：{0}；请由区级绿色通道逐一询问接收方",
        "a limit passed that nobody met: {0}; the district's desk asks the receivers one by one";
    REFUSED_SAID = "上级枢纽拒收了信件：它没有转递密钥，或没有通往拆信单位的路径",
        "the hub above refused letters: it holds no key of a relay, or knows no way to the unit \
         that opens them";
    EMERGENCY_NO_WAY = "有紧急信件在本转递处等了 5 分钟以上：接收方没有公钥声明，或没有传送路径",
        "an emergency waits at this relay for more than five minutes: its recipient has no key \
         statement or no way here";
    EMERGENCY_UNFETCHED = "有紧急信件在本转递处等了 5 分钟以上：接收方两个多小时没有来取信，或上级枢纽没有回执",
        "an emergency waits at this relay for more than five minutes: its recipient has fetched \
         nothing for more than two hours, or the hub above answers nothing";
    EMERGENCY_BEHIND = "有紧急信件在本转递处等了 5 分钟以上：发给同一接收方的紧急信件过多，正依次转递",
        "an emergency waits at this relay for more than five minutes: others for the same \
         recipient are before it, and all leave in their turn";
    URGENT_NO_WAY = "有加急信件在本转递处等了 15 分钟以上：接收方没有公钥声明，或没有传送路径",
        "an urgent letter waits at this relay for more than 15 minutes: its recipient has no key \
         statement or no way here";
    URGENT_UNFETCHED = "有加急信件在本转递处等了 15 分钟以上：接收方两个多小时没有来取信，或上级枢纽没有回执",
        "an urgent letter waits at this relay for more than 15 minutes: its recipient has fetched \
         nothing for more than two hours, or the hub above answers nothing";
    URGENT_BEHIND = "有加急信件在本转递处等了 15 分钟以上：发给同一接收方的信件过多，正依次转递",
        "an urgent letter waits at this relay for more than 15 minutes: others for the same \
         recipient are before it, and all leave in their turn";
}

/// Why something waits here for longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// Nobody stated its recipient's key, or there is no way.
    NoWay,
    /// So much lies in its recipient's list that nothing is added.
    Unfetched,
    /// Others are before it.
    Behind,
}

/// What people are told now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// What is late: each class with the hour in which it passed.
    pub(super) late: Vec<(DeadlineClass, i64)>,
    /// Letters for a unit of which there is no key statement, or no way.
    pub(super) stuck: u64,
    /// What waits here for too long: of which rank, and why.
    pub(super) held: BTreeSet<(Rank, Why)>,
    /// Whether no more letters are taken.
    pub(super) is_full: bool,
}

impl Desk {
    /// What waits for longer than its hop may take, and why.
    pub(super) fn held(&self, now: Timestamp) -> Result<BTreeSet<(Rank, Why)>, SqlError> {
        let held = self.waiting.values().filter(|one| is_held(one, now));
        let held: BTreeSet<(Rank, &UnitId)> = held.map(|one| (one.rank, &one.to)).collect();
        let mut told = BTreeSet::new();
        for (rank, to) in held {
            let why = match self.served.get(to).copied() {
                None => Why::NoWay,
                Some(served) if self.is_full(to, served)? => Why::Unfetched,
                Some(_) => Why::Behind,
            };
            told.insert((rank, why));
        }
        Ok(told)
    }
}

/// Whether a letter waits for longer than its hop may take.
fn is_held(one: &Waiting, now: Timestamp) -> bool {
    let seconds = match one.rank {
        Rank::Emergency => HOP_EMERGENCY_SECONDS,
        Rank::Urgent => HOP_URGENT_SECONDS,
        Rank::Withdrawal | Rank::Routine => return false,
    };
    one.arrived_at_ms < now.as_millisecond().saturating_sub(seconds * 1_000)
}

const fn said(rank: Rank, why: Why) -> Text {
    match (rank, why) {
        (Rank::Emergency, Why::NoWay) => EMERGENCY_NO_WAY,
        (Rank::Emergency, Why::Unfetched) => EMERGENCY_UNFETCHED,
        (Rank::Emergency, Why::Behind) => EMERGENCY_BEHIND,
        (_, Why::NoWay) => URGENT_NO_WAY,
        (_, Why::Unfetched) => URGENT_UNFETCHED,
        (_, Why::Behind) => URGENT_BEHIND,
    }
}

/// What an alarm says in a language, by what is stored of it; one that is not about letters says
/// what is stored.
pub(crate) fn alarm_in(detail: &str, lang: Lang) -> String {
    let fixed = [
        FULL_SAID,
        REFUSED_SAID,
        EMERGENCY_NO_WAY,
        EMERGENCY_UNFETCHED,
        EMERGENCY_BEHIND,
        URGENT_NO_WAY,
        URGENT_UNFETCHED,
        URGENT_BEHIND,
    ];
    if let Some(found) = fixed.into_iter().find(|text| text.in_lang(Lang::En) == detail) {
        return found.in_lang(lang).to_owned();
    }
    let late = DeadlineClass::ALL.iter().find(|class| late_in(**class, Lang::En) == detail);
    late.map_or_else(|| detail.to_owned(), |class| late_in(*class, lang))
}

fn late_in(class: DeadlineClass, lang: Lang) -> String {
    let (zh, en) = class.label();
    LATE_SAID.fill(lang, &[&Text::new(zh, en).in_lang(lang)])
}

/// Writes down what is told, raises alarms and takes back those whose cause is gone.
pub(super) fn write(tx: &Tx<'_>, own: &UnitId, told: &Told, now_ms: i64) -> Result<(), SqlError> {
    letters::set_late(tx, &told.late)?;
    letters::set_count(tx, status::STUCK, told.stuck)?;
    let set = |is_so: bool, kind: &str, said: &str| match is_so {
        true => alarm::raise(tx, kind, own.as_str(), said, now_ms),
        false => alarm::take_back(tx, kind, own.as_str(), said),
    };
    set(told.is_full, FULL, FULL_SAID.in_lang(Lang::En))?;
    let held = told.held.iter().map(|(rank, why)| said(*rank, *why).in_lang(Lang::En));
    let held: Vec<&str> = held.collect();
    for known in alarm::of_kind(tx, WAITING)? {
        if known.unit == own.as_str() && !held.contains(&known.detail.as_str()) {
            alarm::take_back(tx, WAITING, own.as_str(), &known.detail)?;
        }
    }
    held.iter().try_for_each(|said| set(true, WAITING, said))?;
    for class in DeadlineClass::ALL {
        let is_late = told.late.iter().any(|(known, _)| known == class);
        set(is_late, LATE, &late_in(*class, Lang::En))?;
    }
    Ok(())
}
