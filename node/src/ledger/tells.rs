//! What in a text tells a person of the school: names and numbers of students, guardians' names,
//! telephones, staff, classes, and days.
//!
//! Everybody who ever stood on a roll is looked for, however it is written, as on a card
//! ([`super::card`]). It cannot know what else would tell a child to who knows it: a second person
//! reads for that.

use std::collections::BTreeSet;
use std::fmt;

use runtime::sql::{SqlError, Tx};

use super::card::{NAME_CHARS_MIN, NO_NAMES, NUMBER_CHARS_MIN, Plain, narrow, spoken};
use super::read;
use super::roll::Guardian;

/// Most places that are said at once.
const TOLD_MAX: usize = 20;
/// Fewest digits of a telephone number.
const PHONE_DIGITS_MIN: usize = 7;
const NUMERALS: &str = "0123456789〇零一二三四五六七八九十廿两";
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Words that somebody typed. Never in a log: shown to who typed them and to nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Typed(String);

impl Typed {
    /// The words, for who typed them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed")
    }
}

/// A place in a text that tells a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    /// Column of the section.
    pub section: &'static str,
    /// What stands there.
    pub what: &'static str,
    /// Place in the section, from 1.
    pub at: usize,
    /// The words.
    pub words: Typed,
}

/// Every place of some sections that tells a person, the first [`TOLD_MAX`].
pub(super) fn of(tx: &Tx<'_>, sections: &[(&'static str, &str)]) -> Result<Vec<Tell>, SqlError> {
    let tellers = tellers(tx)?;
    let mut found = Vec::new();
    for (section, text) in sections {
        let marks: Vec<char> = text.chars().collect();
        let plain = Plain::of(text);
        let named = tellers
            .iter()
            .filter_map(|(what, teller)| plain.span(&Plain::of(teller)).map(|span| (*what, span)));
        let mut places: Vec<(&'static str, (usize, usize))> = named.collect();
        places.extend(class_in(&marks).map(|span| ("class", span)));
        places.extend(day_in(&marks).map(|span| ("date", span)));
        places.extend(phone_in(&marks).map(|span| ("phone", span)));
        places.sort_by_key(|(_, span)| *span);
        found.extend(places.into_iter().map(|(what, (from, to))| {
            let words = marks.iter().skip(from).take(to + 1 - from).collect();
            Tell { section, what, at: from + 1, words: Typed(words) }
        }));
    }
    found.truncate(TOLD_MAX);
    Ok(found)
}

/// Everything that is looked for, each once.
fn tellers(tx: &Tx<'_>) -> Result<BTreeSet<(&'static str, String)>, SqlError> {
    let mut tellers = BTreeSet::new();
    let mut put = |what, text: &str, least: usize| {
        let text = text.trim();
        if text.chars().count() >= least {
            tellers.insert((what, text.to_owned()));
        }
    };
    let of_students = [
        ("student_number", "select student_number from student", NUMBER_CHARS_MIN),
        (
            "local_number",
            "select distinct local_number from student_version where local_number is not null",
            NUMBER_CHARS_MIN,
        ),
        ("student_name", "select distinct name from student_version", NAME_CHARS_MIN),
        ("staff_name", "select distinct name from staff_version", NAME_CHARS_MIN),
    ];
    for (what, statement, least) in of_students {
        for text in tx.query(statement, &[], |row| row.text(0))? {
            put(what, &text, least);
        }
    }
    let classes = "select distinct class from student_version";
    for class in tx.query(classes, &[], |row| row.text(0))? {
        put("class", &spoken(&class), NAME_CHARS_MIN);
        put("class", &class, NAME_CHARS_MIN);
    }
    for kept in read::all::<Guardian>(tx)? {
        if !NO_NAMES.contains(&kept.entry.name.trim()) {
            put("guardian", &kept.entry.name, NAME_CHARS_MIN);
        }
        put("phone", &kept.entry.phone, NUMBER_CHARS_MIN);
    }
    Ok(tellers)
}

fn is_numeral(mark: char) -> bool {
    NUMERALS.contains(narrow(mark))
}

/// A class by its number, on whatever roll: a numeral, perhaps in brackets, before 班.
fn class_in(marks: &[char]) -> Option<(usize, usize)> {
    let bare = marks.iter().copied().enumerate().filter(|(_, mark)| !mark.is_whitespace());
    let bare: Vec<(usize, char)> = bare.collect();
    bare.iter().enumerate().find_map(|(place, (to, mark))| {
        let before = |back: usize| place.checked_sub(back).and_then(|at| bare.get(at)).copied();
        let numeral = |found: Option<(usize, char)>| found.filter(|(_, mark)| is_numeral(*mark));
        let is_bracket = before(1).is_some_and(|(_, mark)| matches!(mark, ')' | '）'));
        let number = if is_bracket { numeral(before(2)) } else { numeral(before(1)) };
        number.filter(|_| *mark == '班').map(|(from, _)| (from, *to))
    })
}

/// Runs of digits or of letters, each with its ends.
fn runs(marks: &[char]) -> Vec<(usize, usize, String)> {
    let sort = |mark: char| match narrow(mark) {
        mark if is_numeral(mark) => Some(0),
        mark if mark.is_ascii_alphabetic() => Some(1),
        _ => None,
    };
    let mut runs: Vec<(usize, usize, String)> = Vec::new();
    let mut last = None;
    for (at, mark) in marks.iter().enumerate() {
        let own = sort(*mark);
        let mark = narrow(*mark).to_ascii_lowercase();
        match runs.last_mut() {
            Some((_, end, run)) if own.is_some() && own == last => {
                *end = at;
                run.push(mark);
            }
            _ if own.is_some() => runs.push((at, at, mark.to_string())),
            _ => {}
        }
        last = own;
    }
    runs
}

/// A day: month and day in Chinese or English, year, month and day in digits, or eight digits.
fn day_in(marks: &[char]) -> Option<(usize, usize)> {
    let runs = runs(marks);
    let mark_at = |place: usize| marks.get(place).copied().unwrap_or(' ');
    let between = |one: usize, two: usize| -> String {
        marks.iter().skip(one + 1).take(two.saturating_sub(one + 1)).collect()
    };
    let number = |run: &str| run.parse::<u32>().ok();
    let is_in = |run: &str, most: u32| number(run).is_some_and(|own| (1..=most).contains(&own));
    let is_month = |run: &str| run.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(run));
    let is_numerals = |run: &str| run.chars().all(is_numeral);
    let solid = runs.iter().find(|(_, _, run)| {
        let begins = run.starts_with("19") || run.starts_with("20");
        run.len() == 8 && begins && number(run).is_some()
    });
    let pair = runs.windows(2).find_map(|two| {
        let [(from, end, one), (next, to, other)] = two else { return None };
        let gap = between(*end, *next);
        let chinese = gap.trim() == "月"
            && is_numerals(one)
            && is_numerals(other)
            && matches!(mark_at(to + 1), '日' | '号');
        let english = gap.trim().is_empty()
            && ((is_month(one) && is_in(other, 31)) || (is_in(one, 31) && is_month(other)));
        (chinese || english).then_some((*from, if chinese { to + 1 } else { *to }))
    });
    let three = runs.windows(3).find_map(|three| {
        let [(from, end, year), (next, last, month), (begin, to, day)] = three else {
            return None;
        };
        let marked = [between(*end, *next), between(*last, *begin)];
        let is_marked = marked.iter().all(|gap| matches!(gap.trim(), "-" | "/" | "." | "－"));
        let fits = is_in(month, 12) && is_in(day, 31) && matches!(year.len(), 2 | 4);
        (is_marked && fits && number(year).is_some()).then_some((*from, *to))
    });
    pair.or(three).or_else(|| solid.map(|(from, to, _)| (*from, *to)))
}

/// A telephone: seven digits or more with nothing but blanks and hyphens between; two years with a
/// hyphen are a school year.
fn phone_in(marks: &[char]) -> Option<(usize, usize)> {
    let digits: Vec<(usize, usize, String)> = runs(marks)
        .into_iter()
        .filter(|(_, _, run)| run.chars().all(|mark| mark.is_ascii_digit()))
        .collect();
    let is_year = |run: &str| run.len() == 4 && (run.starts_with("19") || run.starts_with("20"));
    let mut group: Vec<(usize, usize, String)> = Vec::new();
    for run in digits {
        let joins = group.last().is_some_and(|(_, end, _)| {
            let mut gap = marks.iter().skip(end + 1).take(run.0.saturating_sub(end + 1));
            gap.all(|mark| matches!(narrow(*mark), ' ' | '-' | '\u{3000}' | '—'))
        });
        if !joins {
            group.clear();
        }
        group.push(run);
        let length: usize = group.iter().map(|(_, _, run)| run.len()).sum();
        let years = group.len() == 2 && group.iter().all(|(_, _, run)| is_year(run));
        if length >= PHONE_DIGITS_MIN && !years {
            return group.first().zip(group.last()).map(|(first, last)| (first.0, last.1));
        }
    }
    None
}
