//! Guardians of a student as they stand on a day: whom one may call, and whom nobody contacts.
//!
//! Whom nobody contacts is known however that one is written: by the name among other words, by
//! what nobody else is to the child, or by the telephone alone.

use domain::ledger::day::{age_on, holds_on};
use domain::ledger::terms::Relation;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::card::plain;
use super::super::entry::StudentId;
use super::super::refusal::LedgerRefusal;
use super::super::roll::Guardian;
use super::super::{read, write};

/// From this age on guardians are told, asked and heard only as the student wishes.
const ADULT: u8 = 18;
/// Shorter numbers than this are no telephones.
const PHONE_DIGITS_MIN: usize = 7;
/// What one person alone is to a child, as people write it.
const RELATIONS: [(Relation, &[&str]); 2] = [
    (Relation::Father, &["父亲", "爸爸", "老爸", "他爸", "她爸", "子爸", "爸", "father", "dad"]),
    (
        Relation::Mother,
        &["母亲", "妈妈", "老妈", "他妈", "她妈", "子妈", "妈", "mother", "mum", "mom"],
    ),
];

/// Guardians of a student on a day.
pub struct Kin {
    /// Who may be contacted.
    pub others: Vec<Guardian>,
    /// Who may not.
    pub suspects: Vec<Guardian>,
    /// Whether the student is of age; of unknown age is nobody.
    pub is_adult: bool,
}

/// Guardians of a student on a day.
///
/// # Errors
/// There is no such student, or the store.
pub fn kin(tx: &Tx<'_>, student: StudentId, today: Date) -> Result<Kin, LedgerRefusal> {
    let all = read::about::<Guardian>(tx, student.0)?.into_iter().map(|kept| kept.entry);
    let now = all.filter(|one| holds_on(today, one.from, one.until));
    let (suspects, others) = now.partition(|one| one.do_not_contact);
    let birth = write::birth(tx, student)?;
    let is_adult = birth.is_some_and(|birth| age_on(birth, today) >= ADULT);
    Ok(Kin { others, suspects, is_adult })
}

/// Age of a student on a day; nothing where the day of birth is not known.
///
/// # Errors
/// There is no such student, or the store.
pub fn age(tx: &Tx<'_>, student: StudentId, today: Date) -> Result<Option<u8>, LedgerRefusal> {
    Ok(write::birth(tx, student)?.map(|birth| age_on(birth, today)))
}

impl Kin {
    /// Whether there are guardians and none of them may be contacted.
    #[must_use]
    pub const fn is_all_suspect(&self) -> bool {
        self.others.is_empty() && !self.suspects.is_empty()
    }

    /// Whether a guardian may be contacted who is written so, by that telephone, which may be
    /// empty: not where none may be contacted, nor one who may not.
    #[must_use]
    pub fn may_call(&self, who: &str, phone: &str) -> bool {
        let written = plain(who);
        let means_suspect = self.names_suspect(&written)
            || self.is_suspect_relation(&written)
            || [who, phone].into_iter().any(|text| self.dials_suspect(text));
        !self.is_all_suspect() && !means_suspect
    }

    /// Whether somebody has to be told what became of the child.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        !self.is_adult && !self.others.is_empty()
    }

    /// Whether somebody has to be called, and can be.
    #[must_use]
    pub fn is_called(&self) -> bool {
        !self.is_adult && self.has_phone()
    }

    /// Whether a guardian who may be contacted has a telephone.
    #[must_use]
    pub fn has_phone(&self) -> bool {
        self.others.iter().any(|one| !one.phone.trim().is_empty())
    }

    /// Whether the name of a guardian whom nobody contacts stands in a text.
    fn names_suspect(&self, written: &str) -> bool {
        let (suspects, others) = (names_of(&self.suspects), names_of(&self.others));
        let mut rest = written.to_owned();
        // Another guardian's longer name may hold a suspect's, and is no suspect's for that.
        for other in &others {
            if suspects.iter().any(|name| name != other && other.contains(name.as_str())) {
                rest = rest.replace(other.as_str(), " ");
            }
        }
        suspects
            .iter()
            .any(|name| rest == *name || (name.chars().count() > 1 && rest.contains(name.as_str())))
    }

    /// Whether a text is the word for what only guardians whom nobody contacts are to the child.
    fn is_suspect_relation(&self, written: &str) -> bool {
        let is =
            |all: &[Guardian], relation: Relation| all.iter().any(|one| one.relation == relation);
        RELATIONS.iter().any(|(relation, words)| {
            let ends = |word: &str| word.chars().count() == 2 && written.ends_with(word);
            let is_said = words.iter().any(|word| written == *word || ends(word));
            is_said && is(&self.suspects, *relation) && !is(&self.others, *relation)
        })
    }

    /// Whether a text holds the telephone of a guardian whom nobody contacts, and of nobody else.
    fn dials_suspect(&self, text: &str) -> bool {
        let (suspects, others) = (phones_of(&self.suspects), phones_of(&self.others));
        let dialled = digits(text);
        // One of the two may be written with a country's or a town's number before it.
        let is_same = |phone: &String| {
            let is_short = dialled.len() >= PHONE_DIGITS_MIN && phone.ends_with(dialled.as_str());
            is_short || dialled.contains(phone.as_str())
        };
        suspects.iter().any(|phone| is_same(phone) && !others.contains(phone))
    }
}

fn names_of(guardians: &[Guardian]) -> Vec<String> {
    let names = guardians.iter().map(|one| plain(&one.name));
    names.filter(|name| !name.is_empty()).collect()
}

/// Telephones of guardians, in digits; one field may hold several.
fn phones_of(guardians: &[Guardian]) -> Vec<String> {
    let between = ['/', '、', ',', '，', ';', '；'];
    let phones = guardians.iter().flat_map(|one| one.phone.split(between)).map(digits);
    phones.filter(|phone| phone.len() >= PHONE_DIGITS_MIN).collect()
}

fn digits(text: &str) -> String {
    plain(text).chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn guardian(name: &str, relation: Relation, phone: &str) -> Guardian {
        Guardian {
            from: date(2025, 9, 1),
            student: StudentId(1),
            name: name.to_owned(),
            relation,
            phone: phone.to_owned(),
            do_not_contact: false,
            objects: false,
            until: None,
        }
    }

    fn kin() -> Kin {
        let father = guardian("张强", Relation::Father, "139-1111-2222 / 010-62001234");
        let others = vec![
            guardian("李梅", Relation::Mother, "138 0000 0000"),
            guardian("张强生", Relation::Grandparent, ""),
        ];
        Kin { others, suspects: vec![father], is_adult: false }
    }

    /// Whom nobody may contact is refused with spaces or other words beside the name, by the
    /// relation alone, and by the telephone alone, in either field.
    #[test]
    fn a_suspect_is_known_however_it_is_written() {
        for (who, phone) in [
            ("张强", ""),
            ("张 强", ""),
            ("张强（父亲）", ""),
            ("李梅和张强", ""),
            ("父亲", ""),
            ("孩子爸爸", ""),
            ("邻居", "13911112222"),
            ("家长 １３９ １１１１ ２２２２", ""),
            ("家长", "+86 139-1111-2222"),
            ("家长", "010 62001234"),
        ] {
            assert!(!kin().may_call(who, phone), "{who} {phone}");
        }
    }

    /// Everybody else is called: another name that holds the suspect's, the other parent, and a
    /// number that another guardian has too.
    #[test]
    fn who_is_no_suspect_is_called() {
        let calls = [
            ("李梅", "13800000000"),
            ("母亲", ""),
            ("张强生", ""),
            ("爷爷张强生", ""),
            ("姑妈", ""),
        ];
        for (who, phone) in calls {
            assert!(kin().may_call(who, phone), "{who} {phone}");
        }
        let mut shared = kin();
        shared.others.push(guardian("周芳", Relation::Other, "13911112222"));
        assert!(shared.may_call("周芳", "13911112222"));
        shared.others.push(guardian("赵大", Relation::Father, ""));
        assert!(shared.may_call("父亲", ""), "there is another one");
    }
}
