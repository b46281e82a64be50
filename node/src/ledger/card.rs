//! The pseudonymous card of a consultation: what may not stand on it.
//!
//! Name, numbers, class, day of birth and guardians of its student are looked for however they are
//! written: with spaces between, in wide characters, a date with any marks. A card that holds one
//! is refused with the place. It cannot know what else would tell the student to a reader.

use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::entry::StudentId;
use super::read;
use super::refusal::LedgerRefusal;
use super::roll::Guardian;

/// Shorter numbers than this are too common to tell anybody.
pub(super) const NUMBER_CHARS_MIN: usize = 4;
/// Names of one character would be found in any text.
pub(super) const NAME_CHARS_MIN: usize = 2;

/// What a family is called without being told by it; some are entered as the guardian's name.
pub(super) const NO_NAMES: [&str; 12] = [
    "父亲",
    "母亲",
    "爸爸",
    "妈妈",
    "爷爷",
    "奶奶",
    "外公",
    "外婆",
    "姥姥",
    "姥爷",
    "家长",
    "监护人",
];

/// What tells a student, as the field of the ledger that holds it.
struct Teller {
    field: &'static str,
    text: String,
}

/// A text without what is only between its characters, each with its place in the original.
pub(super) struct Plain(Vec<(char, usize)>);

/// A text without what is only between its characters, in narrow characters and small letters.
pub(super) fn plain(text: &str) -> String {
    Plain::of(text).0.into_iter().map(|(mark, _)| mark).collect()
}

/// Refuses a card that tells its student.
///
/// # Errors
/// The field that stands on the card, and where; or the store.
pub(super) fn check(tx: &Tx<'_>, student: StudentId, card: &str) -> Result<(), LedgerRefusal> {
    if card.trim().is_empty() {
        return Ok(());
    }
    let plain = Plain::of(card);
    for teller in tellers(tx, student)? {
        if let Some(at) = plain.find(&Plain::of(&teller.text)) {
            return Err(LedgerRefusal::CardTells { field: teller.field, at });
        }
    }
    if let Some(at) = birth(tx, student)?.and_then(|birth| date_in(card, birth)) {
        return Err(LedgerRefusal::CardTells { field: "birth_date", at });
    }
    Ok(())
}

fn tellers(tx: &Tx<'_>, student: StudentId) -> Result<Vec<Teller>, SqlError> {
    let found = tx.query_opt(
        "select s.student_number, v.local_number, v.name, v.class from student s
         join student_version v on v.student = s.id and v.version = s.version where s.id = $1",
        params![student.0],
        |row| Ok((row.text(0)?, row.opt_text(1)?, row.text(2)?, row.text(3)?)),
    )?;
    let mut tellers = Vec::new();
    let mut put = |field, text: String, least: usize| {
        if text.chars().count() >= least {
            tellers.push(Teller { field, text });
        }
    };
    if let Some((number, local, name, class)) = found {
        put("student_number", number, NUMBER_CHARS_MIN);
        put("local_number", local.unwrap_or_default(), NUMBER_CHARS_MIN);
        put("student_name", name, NAME_CHARS_MIN);
        put("class", spoken(&class), NAME_CHARS_MIN);
        put("class", class, NAME_CHARS_MIN);
    }
    for kept in read::about::<Guardian>(tx, student.0)? {
        if !NO_NAMES.contains(&kept.entry.name.trim()) {
            put("guardian", kept.entry.name, NAME_CHARS_MIN);
        }
        put("phone", kept.entry.phone, NUMBER_CHARS_MIN);
    }
    Ok(tellers)
}

fn birth(tx: &Tx<'_>, student: StudentId) -> Result<Option<Date>, LedgerRefusal> {
    super::write::birth(tx, student)
}

/// A class with its number as it is said: 3班 is 三班 as well.
pub(super) fn spoken(class: &str) -> String {
    let said = |mark: char| match mark {
        '1'..='9' => "一二三四五六七八九".chars().nth(mark as usize - '1' as usize),
        _ => None,
    };
    class.chars().map(|mark| said(mark).unwrap_or(mark)).collect()
}

impl Plain {
    pub(super) fn of(text: &str) -> Self {
        let marks = text.chars().enumerate();
        let kept = marks.filter(|(_, mark)| narrow(*mark).is_alphanumeric());
        Self(kept.map(|(at, mark)| (narrow(mark).to_ascii_lowercase(), at)).collect())
    }

    /// Place in the original, from 1, where another text begins.
    fn find(&self, other: &Self) -> Option<usize> {
        self.span(other).map(|(at, _)| at + 1)
    }

    /// Places in the original, from 0, of the first and last character of another text.
    pub(super) fn span(&self, other: &Self) -> Option<(usize, usize)> {
        if other.0.is_empty() {
            return None;
        }
        let same = |window: &&[(char, usize)]| {
            window.iter().zip(&other.0).all(|((one, _), (two, _))| one == two)
        };
        let found = self.0.windows(other.0.len()).find(same)?;
        found.first().zip(found.last()).map(|((_, from), (_, to))| (*from, *to))
    }
}

/// Wide letters and digits as narrow ones.
pub(super) fn narrow(mark: char) -> char {
    match mark {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(mark as u32 - 0xfee0).unwrap_or(mark),
        _ => mark,
    }
}

/// Place, from 1, of a day in a text: year, month and day with any marks between, or eight digits.
fn date_in(text: &str, day: Date) -> Option<usize> {
    let mut runs: Vec<(usize, String)> = Vec::new();
    let mut last = None;
    for (at, mark) in text.chars().enumerate() {
        let digit = narrow(mark);
        if !digit.is_ascii_digit() {
            continue;
        }
        match runs.last_mut() {
            Some((_, run)) if last == Some(at) => run.push(digit),
            _ => runs.push((at + 1, digit.to_string())),
        }
        last = Some(at + 1);
    }
    let whole = format!("{:04}{:02}{:02}", day.year(), day.month(), day.day());
    let number = |run: &(usize, String)| run.1.parse::<i16>().ok();
    let parts = [day.year(), day.month().into(), day.day().into()];
    let spelt =
        runs.windows(3).find(|three| three.iter().map(number).eq(parts.into_iter().map(Some)));
    let solid = runs.iter().find(|(_, run)| run.contains(&whole));
    solid.or_else(|| spelt.and_then(<[_]>::first)).map(|(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn place(card: &str, teller: &str) -> Option<usize> {
        Plain::of(card).find(&Plain::of(teller))
    }

    /// What tells a student is found however it is written, and the place is that of the card.
    #[test]
    fn a_teller_is_found_however_it_is_written() {
        assert_eq!(place("该生张 三，初二", "张三"), Some(3));
        assert_eq!(place("学号 ２０１３-０００１", "20130001"), Some(4));
        assert_eq!(place("学籍号g999999", "G999999"), Some(4));
        assert_eq!(place("张同学，三好学生", "张三"), None);
        assert_eq!(place("", "张三"), None);
        assert_eq!(spoken("3班"), "三班");
    }

    /// A day of birth is found with any marks between, and another day is not.
    #[test]
    fn a_day_is_found_with_any_marks() {
        let day = date(2012, 3, 9);
        for card in ["生于2012-03-09", "生于2012年3月9日", "生于２０１２．３．９", "生于20120309"]
        {
            assert_eq!(date_in(card, day), Some(3), "{card}");
        }
        assert_eq!(date_in("2012 年 3 月 10 日会诊", day), None);
        assert_eq!(date_in("12-03-09", day), None);
    }
}
