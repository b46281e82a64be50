//! What `doctor` and the page of the machine both look at: findings, and what mends them.
//!
//! Nothing is sent and nothing is changed; what could not be looked at is called unchecked.

use runtime::cli::doctor::{self, CERTIFICATE, Check, HUB, Subject};
use runtime::cli::{Failure, Sentence};
use runtime::sql::{SqlError, Tx};
use runtime::texts;
use runtime::uplink::{Parent, Probe, UplinkError, probe};
use runtime::web::time::minute;

use crate::app::{Node, Outward};
use crate::backup as backups;
use crate::cli::words;
use crate::config::Config;
use crate::egress::link::{self, EXPIRY_DAYS, Notes};
use crate::ledger::hold::Hold;
use crate::ledger::letters as store;
use crate::ledger::restore_proof::{self, Proof};
use crate::ledger::sealed_absent::{self, Absent};
use crate::ledger::{aside, hold, student};
use crate::sealing::{self, Foreign};
use crate::transfer::directive;
use crate::transfer::letters::{self, Queue};

const SENDING: Subject = ("sending", words::SENDING_TITLE);
const PACKS: Subject = ("packs", words::PACKS_TITLE);
const ROLL: Subject = ("roll", words::ROLL_TITLE);
const HOLDS: Subject = ("holds", words::HOLDS_TITLE);
const SEALED: Subject = ("sealed", words::SEALED_TITLE);
const FOREIGN: Subject = ("foreign", FOREIGN_TITLE);
const BACKUP: Subject = ("backup", words::BACKUP_TITLE);
const RESTORE: Subject = ("restore", words::RESTORE_TITLE);
const LETTERS: Subject = ("letters", LETTERS_TITLE);
const LOST: Subject = ("lost_referrals", LOST_TITLE);
const ASIDE: Subject = ("letters_put_aside", ASIDE_TITLE);

texts! {
    CONTRADICTED_FOUND = "有 {0} 个时段的密封数字互相矛盾，最早是 {1}；报告照常密封，请更正相关记录",
        "sealed figures of {0} periods contradict each other, the first is {1}; reports are sealed \
         all the same: correct the records behind them";
    LETTERS_TITLE = "转介信件", "letters of referrals";
    BACKUP_FULL = "备份位置只剩 {0} MB，下一份约需 {1} MB",
        "{0} MB are free at the place for backups; the next copy needs about {1} MB";
    BACKUP_FULL_FIX = "在备份用的盘上清出空间，或把 backup_keep 调小，再运行 xinqiao-node backup",
        "make room on the disk for backups, or set a lower backup_keep, then run xinqiao-node \
         backup";
    LOST_TITLE = "备份不知道的转介", "referrals that the backup does not know";
    LOST_FOUND = "有 {0} 份转介收到对方答复，但恢复的账本里没有",
        "answers came about {0} referrals that the restored ledger does not hold";
    LOST_FIX = "请心理教师在“转介”的“丢失和逾期的信件”页（或用 xinqiao-node referral lost）查看，\
         凭家庭的回执单重新登记并绑定，或撤回。",
        "The counsellor looks at them on the page of lost and late letters (or by xinqiao-node \
         referral lost), and by the word of the family's slip enters them again and binds them, or \
         takes them back.";
    ASIDE_TITLE = "等待对方重新确认的信件", "letters that wait to be said again";
    ASIDE_FOUND = "有 {0} 件来信的签名证书已过期，内容没有采信，节点正在请对方确认",
        "what came about {0} matters was signed by a certificate that has ended: it is not \
         believed, and the node asks whether it is its sender's own";
    ASIDE_FIX = "对方的节点会自动确认或重新发来。超过两天仍在此列时请致电对方。\
         学校在“丢失和逾期的信件”页（或用 xinqiao-node referral aside）查看和登记；\
         接收机构在“打不开和未答复的信件”页查看。",
        "The other node says so, or sends it again, by itself. Where this stays for two days, \
         telephone. A school looks at them, and enters what it is told, on the page of lost and \
         late letters (or by xinqiao-node referral aside); a receiver sees them on its page of \
         letters that need somebody.";
    LETTERS_WELL = "待发信件 {0} 封", "{0} letters wait for their moment";
    LETTERS_LATE = "{0} 封信件待发，最早的一封自 {1} 起", "{0} letters wait, the first since {1}";
    LETTERS_FIX = "节点须保持运行；请电话联系接收方，并核对枢纽的公钥声明（xinqiao-node referral keys）。",
        "Keep the node running, telephone the recipient, and look whether the hub's key statement \
         still holds (xinqiao-node referral keys).";
    FOREIGN_TITLE = "以本校名义的报告", "reports in the school's name";
    NONE_FOREIGN = "两个枢纽收下的都是本机做的", "both hubs accepted none that was not made here";
    FOREIGN_FOUND = "两个枢纽收下了 {0} 份本机没有做过的报告，最早的一份是 {1} 的",
        "both hubs accepted {0} reports that were not made here, the first of {1}";
    FOREIGN_FIX = "本机没有从备份恢复过的，请立即致电两个枢纽提出异议；摘要见“密封报告”页，或运行 xinqiao-node sealed list",
        "If this machine was not put back from a backup, ring both hubs at once and object; the \
         page of sealed reports and xinqiao-node sealed list have the digests";
}

/// Age of the last daily copy that is worth a word: a long weekend.
const BACKUP_MS_MAX: i64 = 4 * 24 * 3_600_000;
/// Room beyond the size of the last copy: a ledger grows.
const ROOM_MORE: u64 = 64 * doctor::MIB;
/// Age of the last proven restore that is worth a word: half a year.
const PROOF_MS_MAX: i64 = 183 * 24 * 3_600_000;
/// Age of a letter that has not left which is worth a word: the limit of a routine hop.
const LETTER_MS_MAX: i64 = 4 * 3_600_000;
/// Milliseconds after which a release that waits is worth a word.
const WAITING_MS_MAX: i64 = 24 * 3_600_000;

/// What the ledger says, where it opens.
pub(crate) struct Roll {
    students: u64,
    holds: Vec<Hold>,
    absent: Vec<Absent>,
    proof: Option<Proof>,
    lost: u64,
    aside: u64,
}

impl Roll {
    /// Reads it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) fn load(tx: &Tx<'_>) -> Result<Self, SqlError> {
        let (students, holds) = (student::count_on_roll(tx)?, hold::in_force(tx)?);
        let (absent, proof) = (sealed_absent::all(tx)?, restore_proof::last(tx)?);
        let lost = store::stray_count(tx)?;
        let aside = aside::count(tx)?;
        Ok(Self { students, holds, absent, proof, lost, aside })
    }
}

/// The checks of a node that runs, by what it knows without calling anybody.
///
/// # Errors
/// A store cannot be read.
pub(crate) fn of_running(node: &Node) -> Result<Vec<Check>, SqlError> {
    let notes = node.transfer().read(link::notes)?;
    let stored = node.transfer().read(directive::all)?;
    let unusable = stored.iter().find(|stored| stored.verdict.is_beyond_us());
    let unusable = unusable.map(|stored| format!("{}/{}", stored.kind, stored.name));
    let roll = node.ledger().read(Roll::load)?;
    let others = sealing::foreign((node.ledger(), node.transfer()))?;
    let mut checks = vec![doctor::disk(&doctor::free_bytes(&node.config().data))];
    checks.extend(certificate(node));
    checks.push(doctor::clock(notes.skew_ms));
    checks.push(sending(&notes, node.clock().now_ms()));
    checks.push(packs(stored.len(), unusable.as_deref()));
    checks.push(letters(node.transfer().read(letters::waiting)?, node.clock().now_ms()));
    checks.extend(lost(Some(&roll)));
    checks.extend(aside(Some(&roll)));
    checks.push(on_roll(Some(&roll)));
    checks.push(held(Some(&roll)));
    checks.push(unsealed(Some(&roll)));
    checks.push(foreign(Some(others.as_slice())));
    checks.push(backup(node.config(), node.clock().now_ms()));
    checks.push(restored(Some(&roll), node.clock().now_ms()));
    Ok(checks)
}

/// One call to the hub; nothing before joining.
pub(crate) async fn call(outward: &Outward) -> Option<Result<Probe, UplinkError>> {
    let member = outward.member()?;
    let parent = Parent {
        address: member.membership.parent_address.clone(),
        name: member.membership.parent_name.clone(),
    };
    let identity = member.identity.current();
    Some(probe(&parent, &identity, (&member.trust, outward.clock()), 0).await)
}

/// What one call to the hub came to.
pub(crate) async fn hub(outward: &Outward) -> Check {
    answered(outward, call(outward).await)
}

/// The same, of a call that was made.
pub(crate) fn answered(outward: &Outward, probed: Option<Result<Probe, UplinkError>>) -> Check {
    match (probed, outward.member()) {
        (Some(probed), Some(member)) => doctor::hub(&member.membership.parent_address, probed),
        _ => Check::warning(HUB, words::NOT_JOINED, words::JOIN_FIX),
    }
}

/// How long the certificate still holds; nothing before joining.
pub(crate) fn certificate(outward: &Outward) -> Option<Check> {
    let days = link::certificate_days(outward)?;
    let advice = (words::CERTIFICATE_ENDS_FIX, words::CERTIFICATE_OVER_FIX);
    Some(doctor::certificate(CERTIFICATE, days, EXPIRY_DAYS, advice))
}

/// When the last daily copy was made. Where none is set, copies are made outside of the program,
/// which therefore cannot call them well.
pub(crate) fn backup(config: &Config, now_ms: i64) -> Check {
    let Some(plan) = &config.backup else {
        return Check::unchecked(BACKUP, words::BACKUP_UNKNOWN);
    };
    let made = backups::found(plan, config);
    let Some(last) = made.first() else {
        let found = match plan.to.is_dir() {
            true => Sentence::from(words::BACKUP_NONE),
            false => Sentence::new(words::BACKUP_AWAY, &[&plan.to.display()]),
        };
        return Check::warning(BACKUP, found, words::BACKUP_FIX);
    };
    let at = minute(last.made_ms);
    if now_ms.saturating_sub(last.made_ms) > BACKUP_MS_MAX {
        return Check::warning(BACKUP, Sentence::new(words::BACKUP_OLD, &[&at]), words::BACKUP_FIX);
    }
    let free = doctor::free_bytes(&plan.to).ok();
    no_room(free, last.bytes).unwrap_or_else(|| {
        Check::well(BACKUP, Sentence::new(words::BACKUP_WELL, &[&at, &made.len()]))
    })
}

/// Whether the place for backups lacks the room for another copy; nothing where it has it, or where
/// the system does not say.
fn no_room(free: Option<u64>, last_bytes: u64) -> Option<Check> {
    let needs = last_bytes.saturating_add(ROOM_MORE);
    let free = free.filter(|free| *free < needs)?;
    let (free, needs) = (free / doctor::MIB, needs.div_ceil(doctor::MIB));
    let found = Sentence::new(BACKUP_FULL, &[&free, &needs]);
    Some(Check::warning(BACKUP, found, BACKUP_FULL_FIX))
}

/// When a copy was last put back for a test and opened: until then nobody knows whether one does.
pub(crate) fn restored(roll: Option<&Roll>, now_ms: i64) -> Check {
    let Some(roll) = roll else {
        return Check::unchecked(RESTORE, words::LEDGER_UNCHECKED);
    };
    let Some(proof) = &roll.proof else {
        return Check::warning(RESTORE, words::RESTORE_NEVER, words::RESTORE_FIX);
    };
    let values: [&dyn std::fmt::Display; 4] =
        [&minute(proof.at_ms), &proof.copy, &proof.students, &proof.entries];
    let found = Sentence::new(words::RESTORE_PROVEN, &values);
    match now_ms.saturating_sub(proof.at_ms) > PROOF_MS_MAX {
        true => Check::warning(RESTORE, found, words::RESTORE_FIX),
        false => Check::well(RESTORE, found),
    }
}

/// What was sent, what waits, and whether the lane has stopped.
pub(crate) fn sending(notes: &Notes, now_ms: i64) -> Check {
    let backlog = notes.backlog;
    if !notes.conflict.is_empty() {
        return Check::failed(SENDING, &Failure::of_link("CONFLICT", ""));
    }
    if notes.refused_last {
        return Check::warning(SENDING, words::REFUSED_LAST, words::REFUSED_FIX);
    }
    if notes.waiting_since_ms.is_some_and(|since| now_ms.saturating_sub(since) > WAITING_MS_MAX) {
        let since = notes.waiting_since_ms.map_or_else(String::new, minute);
        let found = Sentence::new(words::WAITS_LONG, &[&backlog.waiting, &since]);
        return Check::warning(SENDING, found, words::WAITS_FIX);
    }
    let heard = notes.heard_at_ms.map_or_else(|| "—".to_owned(), minute);
    let values: [&dyn std::fmt::Display; 4] =
        [&backlog.answered, &backlog.head, &backlog.waiting, &heard];
    Check::well(SENDING, Sentence::new(words::SENDING_WELL, &values))
}

/// Whether letters leave in time.
pub(crate) fn letters(queue: Queue, now_ms: i64) -> Check {
    match queue.since_ms {
        Some(since) if now_ms.saturating_sub(since) > LETTER_MS_MAX => {
            let found = Sentence::new(LETTERS_LATE, &[&queue.waiting, &minute(since)]);
            Check::warning(LETTERS, found, LETTERS_FIX)
        }
        _ => Check::well(LETTERS, Sentence::new(LETTERS_WELL, &[&queue.waiting])),
    }
}

/// Referrals that recipients hold and that a restored ledger does not know; nothing where there are
/// none.
pub(crate) fn lost(roll: Option<&Roll>) -> Option<Check> {
    let count = roll.map(|roll| roll.lost).filter(|count| *count > 0)?;
    Some(Check::warning(LOST, Sentence::new(LOST_FOUND, &[&count]), LOST_FIX))
}

/// Letters that wait to be said again by their senders; nothing where there are none.
pub(crate) fn aside(roll: Option<&Roll>) -> Option<Check> {
    let count = roll.map(|roll| roll.aside).filter(|count| *count > 0)?;
    Some(Check::warning(ASIDE, Sentence::new(ASIDE_FOUND, &[&count]), ASIDE_FIX))
}

/// Whether every pack that came down can be used.
pub(crate) fn packs(received: usize, unusable: Option<&str>) -> Check {
    match (unusable, received) {
        (Some(name), _) => {
            let found = Sentence::new(words::PACK_UNUSABLE_ONE, &[&name]);
            Check::warning(PACKS, found, words::PACK_FIX)
        }
        (None, 0) => Check::well(PACKS, words::PACKS_BUILT_IN),
        (None, count) => Check::well(PACKS, Sentence::new(words::PACKS_WELL, &[&count])),
    }
}

/// Whether there is anybody on the roll.
pub(crate) fn on_roll(roll: Option<&Roll>) -> Check {
    match roll.map(|roll| roll.students) {
        None => Check::unchecked(ROLL, words::LEDGER_UNCHECKED),
        Some(0) => Check::warning(ROLL, words::NO_ROLL, words::NO_ROLL_FIX),
        Some(students) => Check::well(ROLL, Sentence::new(words::ROLL_WELL, &[&students])),
    }
}

/// Whether releases are held.
pub(crate) fn held(roll: Option<&Roll>) -> Check {
    let Some(roll) = roll else {
        return Check::unchecked(HOLDS, words::LEDGER_UNCHECKED);
    };
    let Some(hold) = roll.holds.first() else {
        return Check::well(HOLDS, words::NO_HOLDS);
    };
    let values: [&dyn std::fmt::Display; 3] = [&hold.period, &minute(hold.since_ms), &hold.author];
    let found = Sentence::new(words::HELD_FOUND, &values);
    Check::warning(HOLDS, found, Sentence::new(words::IS_HELD_NEXT, &[&hold.period]))
}

/// Whether every sealed report that was due could be made: without one, a week of the whole group
/// stays closed.
pub(crate) fn unsealed(roll: Option<&Roll>) -> Check {
    let Some(roll) = roll else {
        return Check::unchecked(SEALED, words::LEDGER_UNCHECKED);
    };
    let (is_missing, all) = sealed_absent::first_told(&roll.absent);
    let Some(first) = all.first() else {
        return Check::well(SEALED, words::ALL_SEALED);
    };
    let found = if is_missing { words::UNSEALED_FOUND } else { CONTRADICTED_FOUND };
    Check::warning(SEALED, Sentence::new(found, &[&all.len(), first]), words::UNSEALED_FIX)
}

/// Whether both hubs accepted a report in the school's name that its ledger does not have.
pub(crate) fn foreign(found: Option<&[Foreign]>) -> Check {
    let Some(found) = found else {
        return Check::unchecked(FOREIGN, words::LEDGER_UNCHECKED);
    };
    let Some(first) = found.first() else {
        return Check::well(FOREIGN, NONE_FOREIGN);
    };
    let said = Sentence::new(FOREIGN_FOUND, &[&found.len(), &first.period]);
    Check::warning(FOREIGN, said, FOREIGN_FIX)
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;
    use runtime::cli::doctor::Verdict as Found;
    use runtime::uplink::outbox::Backlog;

    use super::*;

    fn notes() -> Notes {
        Notes {
            backlog: Backlog::default(),
            waiting_since_ms: None,
            refused_last: false,
            heard_at_ms: None,
            skew_ms: None,
            last_error: String::new(),
            last_code: String::new(),
            conflict: String::new(),
        }
    }

    /// A stopped lane is a problem; a refusal and a day of waiting are worth a word.
    #[test]
    fn the_sending_check_fires_on_a_stopped_lane() {
        let now_ms = 2 * WAITING_MS_MAX;
        assert_eq!(sending(&notes(), now_ms).verdict(), Found::Well);
        let fresh = Notes { waiting_since_ms: Some(now_ms - 1_000), ..notes() };
        assert_eq!(sending(&fresh, now_ms).verdict(), Found::Well);
        let stopped = Notes { conflict: "sequence 3".to_owned(), ..notes() };
        assert_eq!(sending(&stopped, now_ms).verdict(), Found::Problem);
        let refused = Notes { refused_last: true, ..notes() };
        assert_eq!(sending(&refused, now_ms).verdict(), Found::Warning);
        let stuck = Notes { waiting_since_ms: Some(1), ..notes() };
        assert_eq!(sending(&stuck, now_ms).verdict(), Found::Warning);
    }

    /// A place without room for the next copy is worth a word; one with room, or of which nobody
    /// knows, is not.
    #[test]
    fn the_room_for_the_next_copy_is_looked_at() {
        let verdict = |free| no_room(free, 10 * doctor::MIB).map(|check| check.verdict());
        assert_eq!(verdict(Some(70 * doctor::MIB)), Some(Found::Warning));
        assert_eq!(verdict(Some(80 * doctor::MIB)), None);
        assert_eq!(verdict(None), None);
    }

    /// A pack that this version cannot use is named.
    #[test]
    fn the_packs_check_fires_on_an_unusable_pack() {
        assert_eq!(packs(0, None).verdict(), Found::Well);
        assert_eq!(packs(19, None).verdict(), Found::Well);
        assert_eq!(packs(19, Some("scale/phq-9")).verdict(), Found::Warning);
    }

    /// A report that somebody else may have made is worth a word; a ledger that does not open is
    /// not called well.
    #[test]
    fn a_report_in_the_schools_name_is_worth_a_word() {
        let one = Foreign {
            table: "sealed.alt.opened".to_owned(),
            period: "2025-W45".parse().expect("week"),
            report: sha256(b"somebody else's"),
            decided_at_ms: 5,
        };
        assert_eq!(foreign(Some(&[])).verdict(), Found::Well);
        assert_eq!(foreign(Some(&[one])).verdict(), Found::Warning);
        assert_eq!(foreign(None).verdict(), Found::Unchecked);
    }

    /// An empty roll, a held release and a report that was not made are worth a word; a locked
    /// ledger is not called well.
    #[test]
    fn the_roll_and_hold_checks_fire() {
        let hold = Hold {
            period: "2025S1".to_owned(),
            since_ms: 0,
            author: "校长".to_owned(),
            reason: "核对".to_owned(),
        };
        let well = Roll {
            students: 40,
            holds: Vec::new(),
            absent: Vec::new(),
            proof: None,
            lost: 0,
            aside: 0,
        };
        let absent = Absent {
            period: "2025-W45".to_owned(),
            code: "destroyed".to_owned(),
            tables: Some(12),
            zh: "已销毁".to_owned(),
            en: "destroyed".to_owned(),
        };
        let odd = Roll {
            students: 0,
            holds: vec![hold],
            absent: vec![absent],
            proof: None,
            lost: 0,
            aside: 0,
        };
        let check = |roll| [on_roll(roll), held(roll), unsealed(roll)].map(|one| one.verdict());
        assert_eq!(check(Some(&well)), [Found::Well; 3]);
        assert_eq!(check(Some(&odd)), [Found::Warning; 3]);
        assert_eq!(check(None), [Found::Unchecked; 3]);
        let code = sealed_absent::CONTRADICTION.to_owned();
        let contradicted =
            odd.absent.iter().map(|one| Absent { code: code.clone(), ..one.clone() });
        let contradicted = Roll { absent: contradicted.collect(), ..odd };
        let found = unsealed(Some(&contradicted));
        assert_eq!(found.verdict(), Found::Warning, "sealed all the same, and yet told");
    }
}
