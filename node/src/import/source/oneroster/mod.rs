//! OneRoster: the CSV bundle of 1EdTech, versions 1.1 and 1.2, as one table of students.
//!
//! A bundle is a zip file of tables that name each other's rows. Its students become the rows of
//! an ordinary roster, under the numbers of `users.csv`, and go the way of every roster: previewed
//! row by row, taken whole or not at all. Nothing is guessed: what a bundle does not say is blank,
//! consent is no part of it, and who is `tobedeleted` has left. A bundle that says of itself that
//! it lists changes, or does not say that it lists everybody, takes nobody off the roll by silence.

mod error;
mod manifest;
mod part;
mod pupils;

pub use error::BundleError;

use super::archive::Entry;
use super::{Flow, Form, Input, Row, RowSink, SourceError, Tally};
use manifest::{Manifest, Mode};
use part::Part;
use pupils::Tables;

/// The file by which a bundle is known.
const MANIFEST: &str = "manifest.csv";

/// Whether an archive is a bundle.
pub(super) fn is_bundle(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| part::is_named(&entry.name, MANIFEST))
}

/// Puts the tables of a bundle together; its sizes were verified before.
pub(super) fn open(
    input: &mut dyn Input,
    entries: &[Entry],
) -> Result<(Form, Vec<Row>), SourceError> {
    let found = part::find(entries, MANIFEST)?.ok_or(BundleError::Lacks(MANIFEST))?;
    let manifest = Part::read(input, found, (MANIFEST, &["propertyName", "value"]))?;
    let manifest = Manifest::of(&manifest)?;
    let mut bundle = Bundle { input, entries, manifest };
    let users = bundle.needed("users.csv", &["sourcedId", "givenName", "familyName"])?;
    // Only what says that it lists everybody does so.
    let is_delta = bundle.manifest.mode("users.csv")? != Some(Mode::Bulk);
    let encoding = users.encoding;
    let tables = Tables {
        orgs: bundle.needed("orgs.csv", &["sourcedId", "name"])?,
        roles: bundle.roles(&users)?,
        classes: bundle.of_all("classes.csv", &["sourcedId", "title"], is_delta)?,
        enrollments: bundle.of_all(
            "enrollments.csv",
            &["classSourcedId", "userSourcedId", "role"],
            is_delta,
        )?,
        sessions: bundle.maybe("academicSessions.csv", &["sourcedId", "endDate"])?,
        demographics: bundle.of_all("demographics.csv", &["sourcedId", "sex"], is_delta)?,
        users,
    };
    let version = bundle.manifest.version;
    Ok((Form::OneRoster { version, is_delta, encoding }, tables.rows(is_delta)))
}

/// Hands out the rows that were put together.
pub(super) fn for_each_row(rows: &[Row], sink: &mut RowSink<'_>) -> Result<(), SourceError> {
    let mut tally = Tally::default();
    for row in rows {
        tally.add(row)?;
        if sink(row) == Flow::Stop {
            break;
        }
    }
    Ok(())
}

/// A bundle that is being read.
struct Bundle<'b> {
    input: &'b mut dyn Input,
    entries: &'b [Entry],
    manifest: Manifest,
}

impl Bundle<'_> {
    /// A table that is there unless the manifest says that it is not.
    fn maybe(
        &mut self,
        file: &'static str,
        columns: &[&'static str],
    ) -> Result<Option<Part>, SourceError> {
        let mode = self.manifest.mode(file)?;
        let found = part::find(self.entries, file)?.filter(|_| mode != Some(Mode::Absent));
        match (found, mode) {
            (Some(entry), _) => Part::read(self.input, entry, (file, columns)).map(Some),
            (None, Some(Mode::Bulk | Mode::Delta)) => Err(BundleError::Lacks(file).into()),
            (None, _) => Ok(None),
        }
    }

    /// A table without which there is no roster.
    fn needed(
        &mut self,
        file: &'static str,
        columns: &[&'static str],
    ) -> Result<Part, SourceError> {
        Ok(self.maybe(file, columns)?.ok_or(BundleError::Lacks(file))?)
    }

    /// A table that a bundle of everybody needs, and one of changes may leave out.
    fn of_all(
        &mut self,
        file: &'static str,
        columns: &[&'static str],
        is_delta: bool,
    ) -> Result<Option<Part>, SourceError> {
        match self.maybe(file, columns)? {
            None if !is_delta => Err(BundleError::Lacks(file).into()),
            found => Ok(found),
        }
    }

    /// Who is a student, which 1.2 says in a table of its own.
    fn roles(&mut self, users: &Part) -> Result<Option<Part>, SourceError> {
        let columns = ["userSourcedId", "role", "orgSourcedId"];
        match self.maybe("roles.csv", &columns)? {
            None if !users.has("role") => Err(BundleError::Lacks("roles.csv").into()),
            found => Ok(found),
        }
    }
}
