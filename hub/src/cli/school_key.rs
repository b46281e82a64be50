//! `xinqiao-hub key school`: the list of schools' report keys, from which health telephones and
//! which both commissions sign.
//!
//! What a hub saw proves nothing: education certifies schools. The words that a school itself reads
//! out do, and only rows that a person confirmed are written into the pack.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use certs::words::{Length, chinese, english};
use clap::{Args, Subcommand};
use domain::digest::Digest;
use domain::unit::{UnitId, UnitKind};
use proto::pack::keys::{self, SchoolKeys};
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::sealing::SealingYear;
use runtime::web::time::minute;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::causes::Caused as _;
use super::context::Context;
use super::words::school_key as words;
use crate::app::{HubError, load_pins};
use crate::ca::source::create;
use crate::packs::Packs;
use crate::store::sealed::school_key::{self, Seen};

/// Keys with which schools sign their sealed reports
#[derive(Subcommand)]
pub(super) enum Command {
    /// List the keys that schools signed with, with the words to compare by telephone
    List {
        #[command(flatten)]
        of: Of,
        /// New file for the list, a table to note in who was rung
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Write the pack's text from a list with "yes" at each school that was rung
    Write {
        #[command(flatten)]
        of: Of,
        /// The list with its column "confirmed"; without it, keys that stand are carried on
        #[arg(long)]
        confirmed: Option<PathBuf>,
        /// New file for the text that both commissions sign
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Args)]
pub(super) struct Of {
    /// Area of the plan
    #[arg(long)]
    area: UnitId,
    /// School year of the plan, by the year it begins in
    #[arg(long)]
    year: i16,
}

/// Keys of one school above which the list says that somebody fills it.
const CROWD: usize = 4;

/// A row of the list that people work with.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    unit: String,
    key: String,
    words_zh: String,
    words_en: String,
    seen: String,
    /// `yes` where the school was rung and read out the same words.
    confirmed: String,
}

impl Row {
    /// A school of the roster whose key is not known yet: it is listed, so that nobody is missed.
    fn without_key(unit: &UnitId) -> Self {
        let none = String::new;
        let unit = unit.to_string();
        let (key, words_zh, words_en) = (none(), none(), none());
        Self { unit, key, words_zh, words_en, seen: none(), confirmed: none() }
    }
}

pub(super) fn run(context: &Context, command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { of, out } => list(context, of, out.as_deref()),
        Command::Write { of, confirmed, out } => write(context, of, (confirmed.as_deref(), out)),
    }
}

/// What a list is made of.
struct Known {
    /// The year under seal.
    year: SealingYear,
    /// Every key that this hub saw of its schools.
    seen: Vec<Seen>,
    /// Keys stated in the year before, of schools of which none is stated in this one. Health rang
    /// these schools; both commissions sign the rows again.
    carried: BTreeMap<UnitId, Digest>,
}

impl Known {
    fn standing(&self) -> BTreeMap<&UnitId, &Digest> {
        standing(self.year.keys(), &self.carried, &self.seen)
    }
}

/// The key that stands for a school: stated this year, or the year before where nobody signed under
/// another one since.
fn standing<'k>(
    stated: &'k SchoolKeys,
    carried: &'k BTreeMap<UnitId, Digest>,
    seen: &[Seen],
) -> BTreeMap<&'k UnitId, &'k Digest> {
    let stands = |(unit, key): &(&UnitId, &Digest)| {
        // The latest comes last.
        let latest = seen.iter().rfind(|one| one.unit == **unit);
        latest.is_none_or(|latest| latest.key == **key)
    };
    stated.iter().chain(carried.iter().filter(stands)).collect()
}

fn load(context: &Context, of: &Of) -> Result<Known, Failure> {
    let (config, database) = context.open()?;
    let (today, pins) = (context.clock.today(), load_pins(&config)?);
    let packs = database.read(move |tx| Packs::load(tx, today, &pins)).map_err(HubError::from)?;
    let year = packs.sealed_years().of_area(&of.area, of.year);
    let year = year.and_then(Result::ok).cloned().ok_or_else(|| {
        let message = Sentence::new(words::NO_YEAR, &[&of.area, &of.year]);
        Failure::new(Exit::NotFound, "NO_PLAN", message).hint(words::NO_YEAR_NEXT)
    })?;
    let mut seen = database.read(school_key::all)?;
    seen.retain(|one| year.holds(&one.unit));
    let before = |unit: &UnitId| {
        let before = packs.sealed_years().of_school(unit, of.year.saturating_sub(1))?;
        Some((unit.clone(), *before.key_of(unit)?))
    };
    let schools = year.year().roster.schools.keys();
    let unstated = schools.filter(|unit| year.key_of(unit).is_none());
    let carried = unstated.filter_map(before).collect();
    Ok(Known { year, seen, carried })
}

/// One row for each key: those that stand, those of the year before, and others that schools signed
/// with.
fn rows(known: &Known) -> Vec<Row> {
    let Known { seen, carried, .. } = known;
    let at: BTreeMap<_, _> =
        seen.iter().map(|one| ((&one.unit, &one.key), one.seen_at_ms)).collect();
    let standing = known.standing();
    let mut keys: Vec<_> = standing.iter().map(|(unit, key)| (*unit, *key, true)).collect();
    let fallen = carried.iter().filter(|(unit, _)| !standing.contains_key(unit));
    keys.extend(fallen.map(|(unit, key)| (unit, key, false)));
    let is_new = |one: &&Seen| {
        standing.get(&one.unit) != Some(&&one.key) && carried.get(&one.unit) != Some(&one.key)
    };
    keys.extend(seen.iter().filter(is_new).map(|one| (&one.unit, &one.key, false)));
    keys.sort_by_key(|(unit, _, is_stated)| ((*unit).clone(), !is_stated));
    let row = |(unit, key, is_stated): (&UnitId, &Digest, bool)| Row {
        unit: unit.to_string(),
        key: key.to_string(),
        words_zh: chinese(key, Length::Full),
        words_en: english(key, Length::Full),
        seen: at.get(&(unit, key)).map_or_else(String::new, |at_ms| minute(*at_ms)),
        confirmed: if is_stated { "yes".to_owned() } else { String::new() },
    };
    keys.into_iter().map(row).collect()
}

fn list(context: &Context, of: &Of, out: Option<&Path>) -> Result<(), Failure> {
    let known = load(context, of)?;
    let (rows, year) = (rows(&known), &known.year);
    let is_known = |unit: &UnitId| rows.iter().any(|row| row.unit == unit.as_str());
    let schools = year.year().roster.schools.keys();
    let unseen: Vec<&UnitId> = schools.filter(|unit| !is_known(unit)).collect();
    if let Some(out) = out {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let without = unseen.iter().map(|unit| Row::without_key(unit)).collect::<Vec<_>>();
        for row in rows.iter().chain(&without) {
            writer.serialize(row).map_err(|cause| unwritable(&cause))?;
        }
        // A mark that office programs know UTF-8 by.
        let text = writer.into_inner().map_err(|cause| unwritable(&cause))?;
        create(out, &["\u{feff}".as_bytes(), &text].concat())?;
    }
    let crowded = crowded(&known.seen);
    let value = json!({
        "keys": rows, "stated": year.keys().len(), "carried": known.carried.len(),
        "crowded": crowded.iter().map(|unit| unit.as_str()).collect::<Vec<_>>(),
        "unseen": unseen.iter().map(|unit| unit.as_str()).collect::<Vec<_>>(),
    });
    let is_healths = context.config()?.kind == UnitKind::Helper;
    context.terminal.result(&value, |t| {
        let mut table = Table::new();
        for head in [words::SCHOOL, words::WORDS, words::SEEN, words::STATE] {
            table = table.column(head.in_lang(t.lang()), Align::Left);
        }
        for row in &rows {
            let is_stated = row.confirmed == "yes";
            let state = t.text(if is_stated { words::STATED } else { words::TO_RING }, &[]);
            let said = t.text(words::BOTH_WORDS, &[&row.words_zh, &row.words_en]);
            table.row(vec![row.unit.clone(), said, row.seen.clone(), state]);
        }
        let mut lines = vec![table.render()];
        if !is_healths {
            lines.push(t.text(words::NOT_HEALTH, &[]));
        }
        if !unseen.is_empty() {
            let units = unseen.iter().map(|unit| unit.as_str()).collect::<Vec<_>>().join(" ");
            lines.push(t.text(words::UNSEEN, &[&units]));
        }
        if !crowded.is_empty() {
            let units = crowded.iter().map(|unit| unit.as_str()).collect::<Vec<_>>().join(" ");
            lines.push(t.text(words::CROWDED, &[&units]));
        }
        let listed = if rows.is_empty() { words::LISTED_NONE } else { words::LISTED };
        lines.extend(out.map(|out| t.text(listed, &[&out.display()])));
        lines.join("\n")
    })
}

/// Schools in whose name so many keys signed that somebody fills the list.
fn crowded(seen: &[Seen]) -> Vec<&UnitId> {
    let mut counts: BTreeMap<&UnitId, usize> = BTreeMap::new();
    seen.iter().for_each(|one| *counts.entry(&one.unit).or_default() += 1);
    counts.into_iter().filter(|(_, keys)| *keys > CROWD).map(|(unit, _)| unit).collect()
}

fn write(context: &Context, of: &Of, (path, out): (Option<&Path>, &Path)) -> Result<(), Failure> {
    let all = load(context, of)?;
    let (year, seen) = (&all.year, &all.seen);
    let stated = year.keys().iter().chain(&all.carried);
    let known = stated.chain(seen.iter().map(|one| (&one.unit, &one.key)));
    let known: Vec<(String, String)> =
        known.map(|(unit, key)| (unit.to_string(), key.to_string())).collect();
    let confirmed = match path {
        Some(path) => confirmed(path, &known)?,
        None => {
            let standing = all.standing().into_iter();
            standing.map(|(unit, key)| (unit.to_string(), key.to_string())).collect()
        }
    };
    let (is_given, path) = (path.is_some(), path.unwrap_or(out));
    let name = format!("{}-{}", of.area, of.year);
    let text = {
        let head = keys::COLUMNS.join(",");
        let rows = confirmed.iter().map(|(unit, key)| format!("{unit},{key}"));
        std::iter::once(head).chain(rows).map(|line| line + "\n").collect::<String>()
    };
    if is_given && confirmed.is_empty() {
        let message = Sentence::new(words::NONE_CONFIRMED, &[&path.display()]);
        let failure = Failure::new(Exit::Invalid, "KEYS", message);
        return Err(failure.hint(words::NONE_CONFIRMED_NEXT));
    }
    let stated = keys::read(&name, text.as_bytes()).map_err(|error| malformed(path, &error))?;
    if let Some(unit) = stated.keys().find(|unit| !year.holds(unit)) {
        let message = Sentence::new(words::OTHER_SCHOOL, &[unit]);
        return Err(Failure::new(Exit::Refused, "KEYS_OTHER_SCHOOL", message));
    }
    create(out, keys::write(&stated).as_bytes())?;
    let dropped = dropped(year, &stated);
    let open = year.year().roster.schools.len() - stated.len();
    let value = json!({
        "file": out, "name": name, "stated": stated.len(), "open": open,
        "dropped": dropped.iter().map(|unit| unit.as_str()).collect::<Vec<_>>(),
    });
    context.terminal.result(&value, |t| {
        let mut lines = vec![t.text(words::WRITTEN, &[&out.display(), &stated.len(), &open])];
        if !dropped.is_empty() {
            let units = dropped.iter().map(|unit| unit.as_str()).collect::<Vec<_>>().join(" ");
            lines.push(t.text(words::DROPPED, &[&units]));
        }
        lines.push(t.text(words::SIGN_NEXT, &[&name]));
        lines.join("\n")
    })
}

/// Schools whose key was stated and is not any more.
fn dropped(year: &SealingYear, stated: &SchoolKeys) -> Vec<UnitId> {
    year.keys().keys().filter(|unit| !stated.contains_key(*unit)).cloned().collect()
}

/// The rows at which a person noted "yes". The words must be those of the key, and a key that is
/// known must stand beside a school of which it is known, so that no row was mixed up in a table
/// program.
fn confirmed(path: &Path, known: &[(String, String)]) -> Result<Vec<(String, String)>, Failure> {
    let bytes = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let mut found = Vec::new();
    for (line, row) in (2_usize..).zip(csv::Reader::from_reader(bytes).deserialize::<Row>()) {
        let row = row.map_err(|cause| malformed(path, &cause))?;
        if !is_confirmed(path, (line, &row))? {
            continue;
        }
        let key = Digest::from_hex(row.key.trim()).ok();
        let agrees = |key: &Digest, said: &str| {
            said.trim().is_empty() || certs::words::agrees(key, Length::Full, said)
        };
        let (unit, said) = (row.unit.trim(), row.key.trim());
        let mut of_key = known.iter().filter(|(_, key)| key == said).peekable();
        let is_moved = of_key.peek().is_some() && !of_key.any(|(known, _)| known == unit);
        let has_words =
            key.is_some_and(|key| agrees(&key, &row.words_zh) && agrees(&key, &row.words_en));
        if is_moved || !has_words {
            let message = Sentence::new(words::OTHER_WORDS, &[&path.display(), &line, &row.unit]);
            return Err(Failure::new(Exit::Invalid, "KEY_WORDS", message));
        }
        found.push((row.unit.trim().to_owned(), row.key.trim().to_owned()));
    }
    Ok(found)
}

/// Whether a row says yes. Another word is refused: it would be lost without anybody noticing.
fn is_confirmed(path: &Path, (line, row): (usize, &Row)) -> Result<bool, Failure> {
    let word = row.confirmed.trim().to_lowercase();
    match word.as_str() {
        "" | "no" | "n" | "否" => Ok(false),
        "yes" | "y" | "是" if row.key.trim().is_empty() => {
            let message = Sentence::new(words::NO_KEY_YET, &[&path.display(), &line, &row.unit]);
            Err(Failure::new(Exit::Invalid, "KEYS", message))
        }
        "yes" | "y" | "是" => Ok(true),
        _ => {
            let values: [&dyn Display; 4] = [&path.display(), &line, &row.unit, &row.confirmed];
            let message = Sentence::new(words::CONFIRMED_WORD, &values);
            Err(Failure::new(Exit::Invalid, "KEYS", message))
        }
    }
}

fn malformed(path: &Path, cause: &(dyn std::error::Error + 'static)) -> Failure {
    let message = Sentence::new(words::MALFORMED, &[&path.display()]);
    Failure::new(Exit::Invalid, "KEYS", message).caused(cause)
}

fn unwritable(cause: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Failed, "LIST", words::UNWRITABLE).because(cause)
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;

    use super::*;

    fn written(rows: &[Row]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("file");
        let mut writer = csv::Writer::from_path(file.path()).expect("writer");
        rows.iter().for_each(|row| writer.serialize(row).expect("row"));
        writer.flush().expect("written");
        file
    }

    fn row(unit: &str, confirmed: &str) -> Row {
        let key = sha256(unit.as_bytes());
        Row {
            unit: unit.to_owned(),
            key: key.to_string(),
            words_zh: chinese(&key, Length::Full),
            words_en: english(&key, Length::Full),
            seen: String::new(),
            confirmed: confirmed.to_owned(),
        }
    }

    /// The list of a new year begins with the keys of the year before; a school in whose name
    /// another key signed since is rung again.
    #[test]
    fn a_new_year_begins_with_the_keys_that_stand() {
        let unit = |id: &str| -> UnitId { id.parse().expect("unit") };
        let key = |id: &str| sha256(id.as_bytes());
        let stated = SchoolKeys::from([(unit("S1"), key("new"))]);
        let carried = ["S2", "S3", "S4"].map(|id| (unit(id), key(id))).into();
        let seen = |id: &str, by: &str, at| Seen {
            unit: unit(id),
            key: key(by),
            seen_at_ms: at,
            last_seen_at_ms: at,
        };
        let seen = [seen("S2", "S2", 1), seen("S3", "S3", 1), seen("S3", "forged", 2)];
        let standing = standing(&stated, &carried, &seen);
        let units: Vec<_> = standing.keys().map(|unit| unit.as_str()).collect();
        assert_eq!(units, ["S1", "S2", "S4"], "S3 is rung again");
        assert_eq!(crowded(&seen).len(), 0);
    }

    /// Only what a person confirmed is taken, and a row whose key is not that of its words is a
    /// table that was mixed up.
    #[test]
    fn only_confirmed_rows_are_taken() {
        let rows = [row("S1", "yes"), row("S2", ""), row("S3", "是"), row("S4", "no")];
        let more = [row("S5", "YES"), Row::without_key(&"S6".parse().expect("unit"))];
        let rows = [rows.as_slice(), &more].concat();
        let taken = confirmed(written(&rows).path(), &[]).map_err(|_| ()).expect("taken");
        let units: Vec<_> = taken.iter().map(|(unit, _)| unit.as_str()).collect();
        assert_eq!(units, ["S1", "S3", "S5"]);
        // A word that is neither is not passed over, and nothing is stated without a key.
        let keyless = Row::without_key(&"S6".parse().expect("unit"));
        for wrong in [row("S1", "done"), Row { confirmed: "yes".to_owned(), ..keyless }] {
            let refused = confirmed(written(&[wrong]).path(), &[]).map(drop);
            assert_eq!(refused.expect_err("refused").code(), "KEYS");
        }
        let mixed = Row { key: row("S2", "").key, ..row("S1", "yes") };
        assert!(confirmed(written(&[mixed]).path(), &[]).is_err());
        // A column that was sorted alone: the key is another school's.
        let moved = row("S1", "yes");
        let known = [("S2".to_owned(), moved.key.clone())];
        assert!(confirmed(written(&[moved]).path(), &known).is_err());
        let unread = Row { confirmed: String::new(), ..row("S1", "") };
        let none = confirmed(written(&[unread]).path(), &[]).map_err(|_| ()).expect("taken");
        assert!(none.is_empty());
    }
}
