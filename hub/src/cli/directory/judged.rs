//! A directory beside the day, the pinned roots and the version before: what keeps it from being
//! published, and what it changes.

use std::collections::BTreeMap;

use certs::statement::{Purpose, SignedStatement, verify};
use domain::directory::{
    Bar, Directory, Entry, Fault, Field, KeyBeside, Pairing, Place, Problem, Wrong, counting,
};
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;
use proto::pack::{Pack, PackKind};
use runtime::cli::{Exit, Failure, Sentence};
use runtime::sealing::Pins;
use runtime::sql::Database;
use runtime::web::{Lang, Text};

use super::super::causes::Caused as _;
use super::table::{cell, columns, named};
use super::words;
use crate::ca::pack::describe;
use crate::statistics::areas_of;
use crate::store::directive::{self, Stored};

/// A directory that was published.
pub(super) struct Known {
    pub(super) stored: Stored,
    pub(super) directory: Directory,
}

/// One line of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// An entry that was not there.
    New(UnitId),
    /// An entry that is there no more.
    Gone(UnitId),
    /// A column of an entry that reads otherwise.
    Column(UnitId, Field),
    /// A statement beside the entries that was not there, or is another one.
    Key(UnitId),
    /// A statement beside the entries that is there no more.
    KeyGone(UnitId),
}

/// Every directory that was published, in order of areas and serials.
pub(super) fn published(database: &Database) -> Result<Vec<Known>, Failure> {
    let all = database.read(|tx| directive::of_kind(tx, PackKind::Directory.as_str()))?;
    let read = |stored: Stored| {
        let (_, content, _) = describe(&stored.directive).ok()?;
        match proto::pack::read(PackKind::Directory, &stored.name, &content) {
            Ok(Pack::Directory(directory)) => Some(Known { stored, directory: *directory }),
            _ => None,
        }
    };
    let mut known: Vec<Known> = all.into_iter().filter_map(read).collect();
    known.sort_by_key(|one| (one.stored.name.clone(), one.stored.serial));
    Ok(known)
}

/// The version of an area that was published last: by the commissions, or by the district itself.
pub(super) fn last<'k>(known: &'k [Known], name: &str) -> Option<&'k Known> {
    known.iter().rev().find(|one| one.stored.name == name)
}

/// What keeps a directory from being published now.
pub(super) fn problems(
    directory: &Directory,
    pins: &Pins,
    (now, today): (Timestamp, Date),
) -> Vec<Problem> {
    let mut found = directory.problems(today);
    for entry in directory.entries() {
        let is_gone = entry.bar(today) == Some(Bar::Withdrawn);
        if let Err(wrong) = believed(entry, pins, now)
            && !is_gone
        {
            let fault = Fault::new(Field::Statement, wrong);
            found.push(Problem { id: entry.id.clone(), fault });
        }
    }
    let others = directory.keys().iter().filter_map(|key| {
        let fault = Fault::new(Field::Statement, beside(key, pins, now).err()?);
        Some(Problem { id: key.unit.clone(), fault })
    });
    found.extend(others);
    found
}

/// The purpose of a statement beside the entries, where it holds: its own unit's, of a relay or for
/// referrals, under every pinned root.
pub(super) fn beside(key: &KeyBeside, pins: &Pins, now: Timestamp) -> Result<Purpose, Wrong> {
    let signed = SignedStatement::from_pem(key.statement.as_bytes());
    let signed = signed.map_err(|_| Wrong::NotBelieved)?;
    let verified = verify(&signed, &pins.roots, &pins.zone, now);
    let verified = verified.map_err(|_| Wrong::NotBelieved)?;
    let says = verified.statement();
    let is_own = says.unit == key.unit;
    match says.purpose {
        Purpose::Relay | Purpose::Referral if is_own => Ok(says.purpose),
        _ => Err(Wrong::OtherUnit),
    }
}

/// Whether an entry's statement holds: its own, for referrals, under every pinned root. Says
/// whether there is one.
pub(super) fn believed(entry: &Entry, pins: &Pins, now: Timestamp) -> Result<bool, Wrong> {
    if entry.statement.is_empty() {
        return Ok(false);
    }
    let signed = SignedStatement::from_pem(entry.statement.as_bytes());
    let signed = signed.map_err(|_| Wrong::NotBelieved)?;
    let verified = verify(&signed, &pins.roots, &pins.zone, now);
    let verified = verified.map_err(|_| Wrong::NotBelieved)?;
    let says = verified.statement();
    if says.unit == entry.id && says.purpose == Purpose::Referral {
        Ok(true)
    } else {
        Err(Wrong::OtherUnit)
    }
}

/// The version of each directory that is in force on a day.
pub(super) fn in_force(known: &[Known], day: Date) -> Vec<&Directory> {
    let has_begun =
        |one: &&Known| one.stored.effective_from.parse::<Date>().is_ok_and(|from| from <= day);
    let begun = known.iter().filter(has_begun);
    let latest: BTreeMap<&str, &Directory> =
        begun.map(|one| (one.stored.name.as_str(), &one.directory)).collect();
    latest.into_values().collect()
}

/// Members of a hub with which no expert is paired that may be chosen on a day: schools by their
/// name or their area, areas as a whole.
pub(super) fn unpaired<'s>(
    directories: &[&Directory],
    (hub, members): (&UnitId, &'s [UnitId]),
    today: Date,
) -> Vec<&'s UnitId> {
    let counted = counting(directories.iter().copied()).into_iter();
    let experts: Vec<_> =
        counted.filter(|(_, one)| one.expert.is_some() && one.bar(today).is_none()).collect();
    let is_paired = |member: &UnitId| {
        let mut areas = areas_of(hub);
        areas.extend(areas_of(member).into_iter().filter(|area| area.division_digits().is_some()));
        let place = Place { school: member.clone(), areas };
        experts.iter().any(|(of, one)| {
            matches!(of.pairing(one, &place), Some(Pairing::School | Pairing::Area))
        })
    };
    members.iter().filter(|member| !is_paired(member)).collect()
}

/// Refuses a directory with problems, all of them at once.
pub(super) fn refuse(problems: &[Problem]) -> Result<(), Failure> {
    if problems.is_empty() {
        return Ok(());
    }
    let lines = |lang: Lang| {
        let line = |one: &Problem| {
            let (field, wrong) = (named(one.fault.field, lang), named(one.fault.wrong, lang));
            words::PROBLEM.fill(lang, &[&one.id, &field, &wrong])
        };
        problems.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let said = |lang: Lang| words::PROBLEMS.fill(lang, &[&problems.len(), &lines(lang)]);
    let message = Sentence::pair(said(Lang::Zh), said(Lang::En));
    Err(Failure::new(Exit::Refused, "DIRECTORY", message).hint(words::PROBLEMS_NEXT))
}

/// Refuses to publish what no school should take; packs of other kinds pass.
pub(in super::super) fn refuse_unfit(
    database: &Database,
    new: &Stored,
    pins: &Pins,
    (now, today): (Timestamp, Date),
) -> Result<(), Failure> {
    if new.kind != PackKind::Directory.as_str() {
        return Ok(());
    }
    let wrong = |cause: &(dyn std::error::Error + 'static)| {
        Failure::new(Exit::Refused, "DIRECTORY_TEXT", words::TEXT).caused(cause)
    };
    let (about, content, _) = describe(&new.directive).map_err(|cause| wrong(&cause))?;
    let directory = proto::pack::directory::read(&about.name, &content);
    let directory = directory.map_err(|cause| wrong(&cause))?;
    refuse(&problems(&directory, pins, (now, today)))?;
    let known = published(database)?;
    let last = last(&known, &new.name).map(|last| &last.stored);
    let is_same =
        |last: &Stored| last.serial == new.serial && last.content_digest == new.content_digest;
    match last.filter(|last| new.serial <= last.serial && !is_same(last)) {
        None => Ok(()),
        Some(last) => {
            let values: [&dyn std::fmt::Display; 3] = [&new.name, &last.serial, &new.serial];
            let next = last.serial.saturating_add(1);
            let message = Sentence::new(words::OLD, &values);
            let failure = Failure::new(Exit::Refused, "DIRECTORY_OLD", message);
            Err(failure.hint(Sentence::new(words::OLD_NEXT, &[&next])))
        }
    }
}

/// What a directory changes in the one before.
pub(super) fn changes(before: &Directory, after: &Directory) -> Vec<Change> {
    let mut found = Vec::new();
    for entry in after.entries() {
        let Some(old) = before.find(&entry.id) else {
            found.push(Change::New(entry.id.clone()));
            continue;
        };
        let differs = |field: &Field| cell(old, *field, Lang::Zh) != cell(entry, *field, Lang::Zh);
        let columns = columns().chain([Field::Statement]).filter(differs);
        found.extend(columns.map(|field| Change::Column(entry.id.clone(), field)));
    }
    let gone = before.entries().iter().filter(|old| after.find(&old.id).is_none());
    found.extend(gone.map(|old| Change::Gone(old.id.clone())));
    let is_new = |key: &&KeyBeside| !before.keys().contains(key);
    found.extend(after.keys().iter().filter(is_new).map(|key| Change::Key(key.unit.clone())));
    let is_gone = |old: &&KeyBeside| !after.keys().iter().any(|key| key.unit == old.unit);
    found.extend(before.keys().iter().filter(is_gone).map(|old| Change::KeyGone(old.unit.clone())));
    found
}

/// The changes in words.
pub(super) fn told(known: Option<&Known>, after: &Directory, lang: Lang) -> String {
    let Some(Known { stored, directory: before }) = known else {
        return words::FIRST.in_lang(lang).to_owned();
    };
    let changes = changes(before, after);
    if changes.is_empty() {
        return words::SAME.fill(lang, &[&stored.serial]);
    }
    let name = |directory: &Directory, id: &UnitId| {
        let label = directory.find(id).map(|entry| &entry.label);
        label.map_or_else(String::new, |label| match lang {
            Lang::Zh => label.zh.clone(),
            Lang::En => label.en.clone(),
        })
    };
    let lines = changes.iter().map(|change| match change {
        Change::New(id) => words::NEW.fill(lang, &[id, &name(after, id)]),
        Change::Gone(id) => words::GONE.fill(lang, &[id, &name(before, id)]),
        Change::Key(id) => words::KEY_NEW.fill(lang, &[id]),
        Change::KeyGone(id) => words::KEY_GONE.fill(lang, &[id]),
        Change::Column(id, field) => {
            let old = said(before.find(id), (*field, words::STATEMENT_OLD), lang);
            let new = said(after.find(id), (*field, words::STATEMENT_NEW), lang);
            words::CHANGED.fill(lang, &[id, &named(*field, lang), &old, &new])
        }
    });
    let head = words::CHANGES.fill(lang, &[&stored.serial]);
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}

/// What a column says; of a key statement only that there is one.
fn said(entry: Option<&Entry>, (field, statement): (Field, Text), lang: Lang) -> String {
    let text = entry.map(|entry| cell(entry, field, lang)).unwrap_or_default();
    match (text.is_empty(), field) {
        (true, _) => words::EMPTY_CELL.in_lang(lang).to_owned(),
        (false, Field::Statement) => statement.in_lang(lang).to_owned(),
        (false, _) => text,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use certs::key::SigningKey;
    use certs::root::{Commission, RootAuthority};
    use certs::seal::ShareKey;
    use certs::statement::{KeyStatement, StatedKey};
    use domain::unit::Zone;
    use jiff::SignedDuration;
    use jiff::civil::date;

    use super::*;

    pub(in super::super) fn unit(id: &str) -> UnitId {
        id.parse().expect("unit")
    }

    pub(in super::super) fn zone() -> Zone {
        "qd.example".parse().expect("zone")
    }

    pub(in super::super) fn now() -> Timestamp {
        "2026-11-30T01:00:00Z".parse().expect("instant")
    }

    pub(in super::super) fn root(commission: Commission) -> RootAuthority {
        let key = SigningKey::generate().expect("key");
        RootAuthority::create(commission, &zone(), key, now()).expect("root")
    }

    /// A statement of some key for referrals, signed under these roots, for so many days.
    fn statement(roots: &[&RootAuthority], id: &str, days: i64) -> String {
        stated(roots, (id, Purpose::Referral), (-10, days)).to_pem()
    }

    /// A statement of some key that holds from and to so many days after today.
    pub(in super::super) fn stated(
        roots: &[&RootAuthority],
        (id, purpose): (&str, Purpose),
        (from, to): (i64, i64),
    ) -> SignedStatement {
        let key = ShareKey::generate(unit(id), Purpose::AggregateLeader).expect("key");
        let says = KeyStatement {
            zone: zone(),
            unit: unit(id),
            name: "示例医院".to_owned(),
            purpose,
            key: StatedKey::Recipient(key.public().clone()),
            valid_from: now() + SignedDuration::from_hours(24 * from),
            valid_to: now() + SignedDuration::from_hours(24 * to),
        };
        let mut signed: Option<SignedStatement> = None;
        for root in roots {
            let key = SigningKey::generate().expect("key");
            let chain = [root.sign_statement_key(key.public(), now()).expect("certificate")];
            match &mut signed {
                Some(signed) => signed.add_signature(&key, &chain).expect("add"),
                None => signed = Some(SignedStatement::sign(&says, &key, &chain).expect("sign")),
            }
        }
        signed.expect("a root")
    }

    pub(in super::super) fn directory(ids: &[&str], change: impl Fn(&mut Entry)) -> Directory {
        let entry = |id: &str| {
            format!(
                "[[entry]]\nid = \"{id}\"\nkind = \"clinic\"\nzh = \"示例医院\"\nen = \"Hospital\"\n\
                 services = [\"outpatient\"]\nphone = \"0532-1\"\nvalid_from = \"2026-09-01\"\n\
                 valid_to = \"2027-08-31\"\nverified = \"2026-11-01\"\n"
            )
        };
        let head = "schema = \"directory/1\"\narea = \"370202\"\nlevel = \"district\"\n".to_owned();
        let text: String = std::iter::once(head).chain(ids.iter().map(|id| entry(id))).collect();
        let read = proto::pack::directory::read_unnamed(text.as_bytes()).expect("directory");
        let mut entries = read.entries().to_vec();
        entries.iter_mut().for_each(change);
        Directory::new(unit("370202"), read.level(), entries).expect("directory")
    }

    /// A statement keeps a directory from being published that is another unit's, that has ended or
    /// that one commission alone signed; one of an entry that is withdrawn keeps nothing.
    #[test]
    fn a_statement_that_does_not_hold_is_not_published() {
        let (education, health) = (root(Commission::Education), root(Commission::Health));
        let (both, today) = ([&education, &health], date(2026, 11, 30));
        let roots = both.iter().map(|root| root.certificate().clone()).collect();
        let pins = Pins { roots, zone: zone() };
        let found = |text: String| {
            let with = directory(&["CLINIC1"], |entry| entry.statement.clone_from(&text));
            let found = problems(&with, &pins, (now(), today)).into_iter();
            found.map(|one| (one.fault.field, one.fault.wrong)).collect::<Vec<_>>()
        };
        assert!(found(statement(&both, "CLINIC1", 300)).is_empty());
        let wrong = |wrong| vec![(Field::Statement, wrong)];
        assert_eq!(found(statement(&both, "CLINIC2", 300)), wrong(Wrong::OtherUnit));
        assert_eq!(found(statement(&both, "CLINIC1", -5)), wrong(Wrong::NotBelieved));
        assert_eq!(found(statement(&both[..1], "CLINIC1", 300)), wrong(Wrong::NotBelieved));
        assert_eq!(found("a text".to_owned()), wrong(Wrong::NotBelieved));
        let gone = directory(&["CLINIC1"], |entry| {
            entry.statement = "a text".to_owned();
            let reason = "停业".to_owned();
            entry.withdrawn = Some(domain::directory::Withdrawal { day: today, reason });
        });
        assert!(problems(&gone, &pins, (now(), today)).is_empty());
    }

    /// A statement beside the entries is of the unit that it is told of, a relay's or for letters,
    /// and holds; what becomes another or goes is told.
    #[test]
    fn statements_beside_the_entries_are_judged() {
        let (education, health) = (root(Commission::Education), root(Commission::Health));
        let (both, today) = ([&education, &health], date(2026, 11, 30));
        let roots = both.iter().map(|root| root.certificate().clone()).collect();
        let pins = Pins { roots, zone: zone() };
        let with = |unit_id: &str, statement: String| {
            let key = KeyBeside { unit: unit(unit_id), relay: None, statement };
            directory(&["CLINIC1"], |_| {}).with_keys(vec![key]).expect("directory")
        };
        let found = |made: &Directory| {
            let found = problems(made, &pins, (now(), today)).into_iter();
            found.map(|one| (one.id.to_string(), one.fault.wrong)).collect::<Vec<_>>()
        };
        let held = with("S1", statement(&both, "S1", 300));
        assert!(found(&held).is_empty());
        assert_eq!(beside(&held.keys()[0], &pins, now()), Ok(Purpose::Referral));
        let wrong = |wrong| vec![("S1".to_owned(), wrong)];
        assert_eq!(found(&with("S1", statement(&both, "S2", 300))), wrong(Wrong::OtherUnit));
        assert_eq!(found(&with("S1", statement(&both[..1], "S1", 300))), wrong(Wrong::NotBelieved));
        assert_eq!(found(&with("S1", statement(&both, "S1", -5))), wrong(Wrong::NotBelieved));
        let next = with("S1", statement(&both, "S1", 200));
        assert_eq!(changes(&held, &next), [Change::Key(unit("S1"))]);
        let none = directory(&["CLINIC1"], |_| {});
        assert_eq!(changes(&held, &none), [Change::KeyGone(unit("S1"))]);
        assert!(changes(&held, &held).is_empty());
    }

    /// A school is paired by its own name or by its area's, and not by an expert who is for all or
    /// whose registration has ended.
    #[test]
    fn schools_without_an_expert_are_listed() {
        let expert = |until| domain::directory::Expert {
            speciality: "精神医学".to_owned(),
            registration: "X-1".to_owned(),
            until,
            load: 0,
        };
        let made = directory(&["BY-AREA", "BY-NAME", "ENDED", "FOR-ALL"], |entry| {
            entry.kind = domain::directory::EntryKind::Expert;
            entry.care.clear();
            entry.expertise = vec![domain::ledger::words::Service::Lecture];
            let until = if entry.id.as_str() == "ENDED" { 2025 } else { 2028 };
            entry.expert = Some(expert(date(until, 1, 1)));
            match entry.id.as_str() {
                "BY-AREA" => entry.areas.insert(unit("370203")),
                "BY-NAME" => entry.schools.insert(unit("S1")),
                "ENDED" => entry.schools.insert(unit("S2")),
                _ => false,
            };
        });
        let (schools, today) = ([unit("S1"), unit("S2")], date(2026, 11, 30));
        let of = |hub: &str| {
            let found = unpaired(&[&made], (&unit(hub), &schools), today);
            found.into_iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of("370202"), ["S2"]);
        assert!(of("370203").is_empty() && of("370203001").is_empty());
        let areas = [unit("370202"), unit("370203")];
        let found = unpaired(&[&made], (&unit("370200"), &areas), today);
        assert_eq!(found, [&unit("370202")], "a district of the city");
    }

    /// What a directory changes is told by entry and column.
    #[test]
    fn changes_are_told_by_entry_and_column() {
        let before = directory(&["CLINIC1", "CLINIC2"], |_| {});
        let after = directory(&["CLINIC2", "CLINIC3"], |entry| {
            if entry.id.as_str() == "CLINIC2" {
                entry.reach.phone = "0532-2".to_owned();
            }
        });
        let wanted = [
            Change::Column(unit("CLINIC2"), Field::Phone),
            Change::New(unit("CLINIC3")),
            Change::Gone(unit("CLINIC1")),
        ];
        assert_eq!(changes(&before, &after), wanted);
        assert!(changes(&after, &after).is_empty());
    }
}
