//! Header: finds which column of a file is which of our fields.
//!
//! A column is matched by its name as written, then by its name without notes and punctuation;
//! a saved mapping goes before both. Two columns of one name are an error, never a choice.
//! Columns that match nothing are named and dropped: what is not asked for is not read.

mod error;

use std::collections::{BTreeMap, HashSet};

use strsim::levenshtein;

use super::source::Row;
use super::value::fold;

pub use error::HeaderError;

/// Longest saved mapping in bytes.
const MAPPING_BYTES_MAX: usize = 64 << 10;

/// A field that a file of some kind has, and the names by which offices call it.
#[derive(Clone, Debug)]
pub struct Field {
    /// Our name, as it stands in a saved mapping.
    pub key: String,
    /// Accepted names; the first is the one that is shown.
    pub names: Vec<String>,
    /// Whether the file is refused without it.
    pub required: bool,
}

impl Field {
    /// A field by key and accepted names, `|` between them.
    #[must_use]
    pub fn new(key: &str, names: &str) -> Self {
        let names = names.split('|').map(str::to_owned).collect();
        Self { key: key.to_owned(), names, required: false }
    }

    /// The same field, without which a file is refused.
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// Which column holds which field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    places: Vec<Option<usize>>,
    names: Vec<String>,
    matched: usize,
    dropped: Vec<String>,
}

impl Columns {
    /// The column of a field, by the field's place in the list that was asked for.
    #[must_use]
    pub fn place(&self, field: usize) -> Option<usize> {
        self.places.get(field).copied().flatten()
    }

    /// The header of a field's column as it stands in the file.
    #[must_use]
    pub fn name(&self, field: usize) -> &str {
        self.place(field).and_then(|place| self.names.get(place)).map_or("", String::as_str)
    }

    /// Number of columns with a header.
    #[must_use]
    pub fn total(&self) -> usize {
        self.names.iter().filter(|name| !name.is_empty()).count()
    }

    /// Number of columns that hold a field.
    #[must_use]
    pub const fn matched(&self) -> usize {
        self.matched
    }

    /// Number of columns up to the last header.
    #[must_use]
    pub fn width(&self) -> usize {
        self.names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1)
    }

    /// Headers of the columns that are not read.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }
}

/// Which column each field is in, as a person has said it: `field = "column"`.
///
/// An empty column means that the field is not to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedMapping(BTreeMap<String, String>);

impl SavedMapping {
    /// Parses a mapping file.
    ///
    /// # Errors
    /// When it is not TOML, or a value is not a text.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        if text.len() > MAPPING_BYTES_MAX {
            return Err(HeaderError::Mapping);
        }
        toml::from_str(text).map(Self).map_err(|_| HeaderError::Mapping)
    }

    /// The mapping that would find the same columns again.
    #[must_use]
    pub fn of(fields: &[Field], columns: &Columns) -> Self {
        let named = fields.iter().enumerate().filter(|(at, _)| columns.place(*at).is_some());
        Self(named.map(|(at, f)| (f.key.clone(), columns.name(at).to_owned())).collect())
    }

    /// The mapping that a person gives field by field.
    #[must_use]
    pub fn said(columns: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(columns.into_iter().collect())
    }

    /// Whether each of its columns stands once among these headings.
    #[must_use]
    pub fn is_found_in(&self, headings: &[String]) -> bool {
        let named = self.0.values().filter(|column| !column.is_empty());
        named.into_iter().all(|column| find_mapped(headings, column).is_ok())
    }

    /// The column of a field, where it says so; blank where the field is not to be read.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The mapping as the text of a file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        // A map of texts has no form that TOML could refuse.
        toml::to_string(&self.0).unwrap_or_default()
    }

    fn check_keys(&self, fields: &[Field]) -> Result<(), HeaderError> {
        let known = |key: &String| fields.iter().any(|field| field.key == *key);
        let Some(key) = self.0.keys().find(|key| !known(key)) else {
            return Ok(());
        };
        let close = |field: &&Field| levenshtein(&field.key, key) <= 2;
        let nearest = fields.iter().find(close).map(|field| field.key.clone());
        Err(HeaderError::UnknownField { key: key.clone(), nearest })
    }
}

/// The names by which fields may be called; tells a header from a title above it.
pub struct KnownNames(HashSet<String>);

impl KnownNames {
    /// The names of these fields, and the columns of a mapping.
    #[must_use]
    pub fn of(fields: &[Field], mapping: Option<&SavedMapping>) -> Self {
        let names = fields.iter().flat_map(|field| &field.names);
        let mapped = mapping.into_iter().flat_map(|mapping| mapping.0.values());
        let forms = names.chain(mapped).flat_map(|name| [exact(name), loose(name)]);
        Self(forms.filter(|name| !name.is_empty()).collect())
    }

    /// How many of a row's cells are such names.
    #[must_use]
    pub fn count(&self, row: &Row) -> usize {
        let known = |cell: &&str| self.0.contains(&exact(cell)) || self.0.contains(&loose(cell));
        row.cells.iter().filter(known).count()
    }
}

/// Matches the cells of a header row with fields.
///
/// # Errors
/// When a required field has no column, a field has two, or the mapping does not fit.
pub fn match_columns(
    row: &Row,
    fields: &[Field],
    mapping: Option<&SavedMapping>,
) -> Result<Columns, HeaderError> {
    let names: Vec<String> = row.cells.iter().map(|cell| fold(cell).into_owned()).collect();
    let mut places = vec![None; fields.len()];
    let mut taken = vec![false; names.len()];
    let mut settled = vec![false; fields.len()];
    if let Some(mapping) = mapping {
        mapping.check_keys(fields)?;
        for (at, field) in fields.iter().enumerate() {
            let Some(column) = mapping.0.get(&field.key) else {
                continue;
            };
            mark(&mut settled, at);
            if !column.is_empty() {
                let place = find_mapped(&names, column)?;
                mark(&mut taken, place);
                set(&mut places, at, place);
            }
        }
    }
    for rule in [exact as fn(&str) -> String, loose] {
        match_by(
            rule,
            &names,
            fields,
            &mut Progress { places: &mut places, taken: &mut taken, settled: &settled },
        )?;
    }
    let missing: Vec<Vec<String>> = fields
        .iter()
        .zip(&places)
        .filter(|(field, place)| field.required && place.is_none())
        .map(|(field, _)| field.names.clone())
        .collect();
    if !missing.is_empty() {
        return Err(HeaderError::Missing { fields: missing });
    }
    let unread = names.iter().zip(&taken).filter(|(name, taken)| !**taken && !name.is_empty());
    let dropped = unread.map(|(name, _)| name.clone()).collect();
    let matched = places.iter().flatten().count();
    Ok(Columns { places, names, matched, dropped })
}

/// What one pass over the header adds to.
struct Progress<'a> {
    places: &'a mut [Option<usize>],
    taken: &'a mut [bool],
    settled: &'a [bool],
}

/// Matches what is left by one way of comparing names.
fn match_by(
    rule: fn(&str) -> String,
    names: &[String],
    fields: &[Field],
    progress: &mut Progress<'_>,
) -> Result<(), HeaderError> {
    let headers: Vec<String> = names.iter().map(|name| rule(name)).collect();
    for (at, field) in fields.iter().enumerate() {
        let open = progress.places.get(at).is_some_and(Option::is_none);
        if !open || progress.settled.get(at) == Some(&true) {
            continue;
        }
        let accepted: Vec<String> = field.names.iter().map(|name| rule(name)).collect();
        let free = |place: usize| progress.taken.get(place) == Some(&false);
        let mut hits = headers
            .iter()
            .enumerate()
            .filter(|(place, name)| free(*place) && !name.is_empty() && accepted.contains(name))
            .map(|(place, _)| place);
        let (first, second) = (hits.next(), hits.next());
        if let (Some(first), Some(second)) = (first, second) {
            let named = |place: usize| names.get(place).cloned().unwrap_or_default();
            return Err(HeaderError::Twice { first: named(first), second: named(second) });
        }
        if let Some(place) = first {
            mark(progress.taken, place);
            set(progress.places, at, place);
        }
    }
    Ok(())
}

fn mark(flags: &mut [bool], at: usize) {
    if let Some(flag) = flags.get_mut(at) {
        *flag = true;
    }
}

fn set(places: &mut [Option<usize>], at: usize, place: usize) {
    if let Some(slot) = places.get_mut(at) {
        *slot = Some(place);
    }
}

fn find_mapped(names: &[String], column: &str) -> Result<usize, HeaderError> {
    let wanted = exact(column);
    let mut hits = names.iter().enumerate().filter(|(_, name)| exact(name) == wanted);
    match (hits.next(), hits.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some((_, first)), Some((_, second))) => {
            Err(HeaderError::Twice { first: first.clone(), second: second.clone() })
        }
        _ => Err(HeaderError::NoSuchColumn { column: column.to_owned() }),
    }
}

/// A name without case, width, spaces and line breaks.
fn exact(name: &str) -> String {
    let folded = fold(name);
    folded.chars().filter(|c| *c != ' ').flat_map(char::to_lowercase).collect()
}

/// A name without notes in brackets and without punctuation, such as the star of a required one.
fn loose(name: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for c in exact(name).chars() {
        match c {
            '(' | '[' | '【' | '{' | '<' | '《' => depth += 1,
            ')' | ']' | '】' | '}' | '>' | '》' => depth = depth.saturating_sub(1),
            _ if depth == 0 && c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}
