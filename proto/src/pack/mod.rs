//! Packs: catalogue, scales, term calendar, divisions, special periods, rosters, open plans,
//! schools' keys and directories, read strictly into domain types.
//!
//! A pack is the text that a city signs and sends down; what is signed are its bytes, so nothing
//! here rewrites one. Reading is strict: a key that this version does not know, a reference that
//! leads nowhere or a known answer that does not come out refuses the whole pack, with the key,
//! what was found and what was expected. Nothing of a refused pack is taken over.

pub mod calendar;
pub mod catalogue;
pub mod directory;
pub mod divisions;
pub mod embedded;
pub mod keys;
pub mod plan;
pub mod roster;
pub mod scale;
pub mod special;
#[cfg(test)]
mod tests;

use domain::catalogue::Flaw;
use serde::de::DeserializeOwned;

pub use divisions::{Division, DivisionLevel, Divisions};
pub use embedded::EmbeddedPack;

/// Largest pack in bytes.
pub const PACK_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What a pack is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackKind {
    /// The indicator catalogue.
    Catalogue,
    /// One scale.
    Scale,
    /// The term calendar.
    Calendar,
    /// Division codes.
    Divisions,
    /// One special period.
    Special,
    /// The schools of an area in a school year, as both departments list them.
    Roster,
    /// Which of them may be summed, and to whom they seal.
    Plan,
    /// With which key each school signs its sealed reports, as health verified it.
    Keys,
    /// To whom the schools of an area may turn with a child.
    Directory,
}

impl PackKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Catalogue,
        Self::Scale,
        Self::Calendar,
        Self::Divisions,
        Self::Special,
        Self::Roster,
        Self::Plan,
        Self::Keys,
        Self::Directory,
    ];

    /// The word that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Scale => "scale",
            Self::Calendar => "calendar",
            Self::Divisions => "divisions",
            Self::Special => "special",
            Self::Roster => "roster",
            Self::Plan => "plan",
            Self::Keys => "keys",
            Self::Directory => "directory",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl std::fmt::Display for PackKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a pack was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Larger than [`PACK_BYTES_MAX`].
    #[error("pack {pack} has {bytes} bytes, {max} at most are read")]
    Size {
        /// Which pack.
        pack: String,
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Bytes that are no UTF-8 text.
    #[error("pack {pack} is not utf-8 text")]
    Encoding {
        /// Which pack.
        pack: String,
    },
    /// Text that does not have the form of such a pack: syntax, an unknown or a missing key, a
    /// value of another type.
    #[error("pack {pack}, line {line}, {key}: {message}")]
    Form {
        /// Which pack.
        pack: String,
        /// Line, from 1.
        line: usize,
        /// The key on that line, or the line's beginning.
        key: String,
        /// What is wrong and what was expected.
        message: String,
    },
    /// A table with other columns than such a one has.
    #[error("pack {pack}, line 1, header: columns {found}; expected {expected}")]
    Columns {
        /// Which pack.
        pack: String,
        /// Its columns, at most twenty.
        found: String,
        /// What they should be.
        expected: String,
    },
    /// A word in a table where a whole number belongs.
    #[error("pack {pack}, line {line}, column {column}: {value} is no whole number")]
    Value {
        /// Which pack.
        pack: String,
        /// Line, from 1.
        line: usize,
        /// The column's name.
        column: String,
        /// What stands there.
        value: String,
    },
    /// Well-formed text that says something wrong.
    #[error("pack {pack}, {flaw}")]
    Content {
        /// Which pack.
        pack: String,
        /// Where, what, and what was expected.
        flaw: Flaw,
    },
}

impl PackError {
    pub(crate) fn content(pack: &str, flaw: Flaw) -> Self {
        Self::Content { pack: pack.to_owned(), flaw }
    }
}

/// A pack of any kind, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pack {
    /// The indicator catalogue.
    Catalogue(Box<domain::catalogue::Catalogue>),
    /// One scale.
    Scale(Box<domain::scale::Scale>),
    /// The term calendar.
    Calendar(domain::period::Calendar),
    /// Division codes.
    Divisions(Divisions),
    /// One special period.
    Special(Box<domain::special::SpecialPeriod>),
    /// The schools of an area in a school year.
    Roster(Box<domain::disclosure::plan::Roster>),
    /// Which of them may be summed; no draft.
    Plan(Box<plan::OpenPlan>),
    /// With which key each school signs its sealed reports.
    Keys(keys::SchoolKeys),
    /// To whom the schools of an area may turn with a child.
    Directory(Box<domain::directory::Directory>),
}

/// Reads a pack of a kind; `name` is how errors call it.
///
/// # Errors
/// The first mistake in it.
pub fn read(kind: PackKind, name: &str, bytes: &[u8]) -> Result<Pack, PackError> {
    Ok(match kind {
        PackKind::Catalogue => Pack::Catalogue(Box::new(catalogue::read(name, bytes)?)),
        PackKind::Scale => Pack::Scale(Box::new(scale::read(name, bytes)?)),
        PackKind::Calendar => Pack::Calendar(calendar::read(name, bytes)?),
        PackKind::Divisions => Pack::Divisions(divisions::read(name, bytes)?),
        PackKind::Special => Pack::Special(Box::new(special::read(name, bytes)?)),
        PackKind::Roster => Pack::Roster(Box::new(roster::read(name, bytes)?)),
        PackKind::Plan => Pack::Plan(Box::new(plan::read_signed(name, bytes)?)),
        PackKind::Keys => Pack::Keys(keys::read(name, bytes)?),
        PackKind::Directory => Pack::Directory(Box::new(directory::read(name, bytes)?)),
    })
}

/// The text of a pack within its limits; a byte order mark is passed over.
pub(crate) fn text<'b>(pack: &str, bytes: &'b [u8]) -> Result<&'b str, PackError> {
    if bytes.len() > PACK_BYTES_MAX {
        let pack = pack.to_owned();
        return Err(PackError::Size { pack, bytes: bytes.len(), max: PACK_BYTES_MAX });
    }
    let text =
        std::str::from_utf8(bytes).map_err(|_| PackError::Encoding { pack: pack.to_owned() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads TOML into its raw form, naming line and key of what does not fit.
pub(crate) fn parse<T: DeserializeOwned>(pack: &str, bytes: &[u8]) -> Result<T, PackError> {
    let text = text(pack, bytes)?;
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let content = text.lines().nth(line - 1).unwrap_or_default().trim();
        let key = content.split('=').next().unwrap_or_default().trim();
        PackError::Form {
            pack: pack.to_owned(),
            line,
            key: key.chars().take(60).collect(),
            message: error.message().replace('\n', "; "),
        }
    })
}

/// Reads the rows of a CSV pack with their lines, at most so many, under fixed columns.
pub(crate) fn rows<T: DeserializeOwned>(
    pack: &str,
    bytes: &[u8],
    (columns, max): (&[&str], usize),
) -> Result<Vec<(usize, T)>, PackError> {
    let mut reader = csv::Reader::from_reader(text(pack, bytes)?.as_bytes());
    let form = |line: usize, key: &str, message: String| {
        let (pack, key) = (pack.to_owned(), key.to_owned());
        PackError::Form { pack, line, key, message }
    };
    let header = reader.headers().map_err(|error| form(1, "header", error.to_string()))?.clone();
    if header.iter().ne(columns.iter().copied()) {
        let found: Vec<&str> = header.iter().take(20).collect();
        let (found, expected) = (found.join(","), columns.join(","));
        return Err(PackError::Columns { pack: pack.to_owned(), found, expected });
    }
    let mut rows = Vec::new();
    for (place, raw) in reader.records().enumerate() {
        let line = place + 2;
        if place >= max {
            return Err(form(line, "row", format!("more than {max} rows")));
        }
        let raw = raw.map_err(|error| form(line, "row", error.to_string()))?;
        let row = raw.deserialize::<T>(Some(&header)).map_err(|error| {
            match no_number(&error).and_then(|at| Some((header.get(at)?, raw.get(at)?))) {
                Some((column, value)) => PackError::Value {
                    pack: pack.to_owned(),
                    line,
                    column: column.to_owned(),
                    value: value.chars().take(60).collect(),
                },
                None => form(line, "row", error.to_string()),
            }
        })?;
        rows.push((line, row));
    }
    Ok(rows)
}

/// The column in which a row has a word where a whole number belongs.
fn no_number(error: &csv::Error) -> Option<usize> {
    let csv::ErrorKind::Deserialize { err, .. } = error.kind() else { return None };
    match err.kind() {
        csv::DeserializeErrorKind::ParseInt(_) => usize::try_from(err.field()?).ok(),
        _ => None,
    }
}

/// The first line of every TOML pack: which form it has.
pub(crate) fn check_schema(pack: &str, found: &str, known: &str) -> Result<(), PackError> {
    if found == known {
        return Ok(());
    }
    let kind = domain::catalogue::FlawKind::Unknown;
    Err(PackError::content(pack, Flaw::new(kind, "schema", found, known)))
}
