//! What every role has seen of a year, written as its own program exports it, alone and together
//! with schools that collude, and what the shipped attacker says of each file.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use domain::disclosure::attacker::View;
use runtime::seen::{read, write};
use serde::Serialize;
use serde_json::Value;

use super::colluders;
use super::recount::{Exactness, Sealed};
use crate::city::build::{BuildError, City};
use crate::city::days::SCHOOL_YEAR;
use crate::city::plan::{CITY, HEALTH};
use crate::city::process::{Ended, Program, write_private};
use crate::city::site::path_text;

/// Seconds that the attacker may take for a file.
const SECONDS_MAX: &str = "240";
/// Exit code of the attacker that found something.
const FOUND: i32 = 9;

/// What must follow from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Must {
    /// No small count of a school, and none is left undecided.
    Safe,
    /// At least one: an attacker that cannot find it proves nothing.
    Leak,
}

/// What the attacker says of a file.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// Its name in the folder.
    pub file: String,
    /// What must follow.
    pub must: Must,
    /// Hidden figures of schools.
    pub hidden: u64,
    /// Small ones that follow.
    pub leaks: usize,
    /// Those that were not decided.
    pub undecided: usize,
    /// Seconds that it took.
    pub seconds: f64,
    /// Why the attacker gave no verdict, such as a file that it could not use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<String>,
}

impl Judged {
    /// Whether the attacker says what it must; a file without a verdict never holds.
    #[must_use]
    pub const fn holds(&self) -> bool {
        if self.unjudged.is_some() {
            return false;
        }
        match self.must {
            Must::Safe => self.leaks == 0 && self.undecided == 0,
            Must::Leak => self.leaks > 0,
        }
    }
}

/// A file that is written.
struct Written {
    name: String,
    must: Must,
}

/// Writes one file for each role, recounts the sums of whoever holds some, and has the attacker
/// judge every file. What some hubs published the public has seen of each of them.
pub(super) async fn write_all(
    city: &City,
    own: &BTreeMap<String, View>,
    (export, publishers): (&Path, &[&str]),
) -> Result<(Vec<Judged>, Exactness), BuildError> {
    let (sealed, mut exactness) = (Sealed::of(own), Exactness::default());
    let mut files = Vec::new();
    for (unit, role, name) in roles(city, publishers) {
        let view = exported(city, (&unit, role), &export.join(format!("{name}.json"))).await?;
        sealed.recount(&view, &mut exactness);
        let with = match role {
            "street" => neighbour(city, &unit, own),
            "district" => colluders::of(&view, |school| own.contains_key(school)),
            _ => Vec::new(),
        };
        for colluders in with {
            let number = colluders.schools.len();
            let joined = format!("{name}+{number}-school{}", if number == 1 { "" } else { "s" });
            together(export, (&joined, &view), &colluders.schools, own).await?;
            files.push(Written { name: joined, must: colluders.must });
        }
        files.push(Written { name, must: Must::Safe });
    }
    let mut judged = Vec::new();
    for file in &files {
        judged.push(judge(city, export, file).await?);
    }
    judged.sort_by(|a, b| a.file.cmp(&b.file));
    Ok((judged, exactness))
}

/// One school below a street that puts its own figures beside what the street sees.
fn neighbour(city: &City, street: &str, own: &BTreeMap<String, View>) -> Vec<colluders::Colluders> {
    let below = city.plan.schools.iter().filter(|plan| plan.parent == street);
    let known = below.map(|plan| &plan.school.school_code).find(|unit| own.contains_key(*unit));
    let with =
        |unit: &String| colluders::Colluders { schools: vec![unit.clone()], must: Must::Safe };
    known.map(with).into_iter().collect()
}

/// Hub, role and file of every view.
fn roles(city: &City, publishers: &[&str]) -> Vec<(String, &'static str, String)> {
    let mut roles = vec![
        (CITY.0.to_owned(), "city", "city".to_owned()),
        (HEALTH.0.to_owned(), "helper", "helper".to_owned()),
    ];
    for area in &city.areas {
        for role in ["district", "leader"] {
            roles.push((area.unit.clone(), role, format!("{role}-{}", area.unit)));
        }
    }
    let streets = city.plan.hubs.iter().filter(|hub| hub.kind == "street");
    let streets = streets.filter(|hub| city.areas.iter().any(|area| area.unit == hub.district));
    roles.extend(streets.map(|hub| (hub.unit.clone(), "street", format!("street-{}", hub.unit))));
    let public = |unit: &&str| ((*unit).to_owned(), "public", format!("public-{unit}"));
    roles.extend(publishers.iter().map(public));
    roles
}

/// A hub's own export.
async fn exported(
    city: &City,
    (unit, role): (&str, &str),
    file: &Path,
) -> Result<View, BuildError> {
    let (year, out) = (SCHOOL_YEAR.to_string(), path_text(file));
    let args = ["disclosure", "export", "--role", role, "--year", &year, "--out", &out];
    city.site().hub(unit, &args).await?;
    read(&std::fs::read(file)?).map_err(|error| std::io::Error::other(error).into())
}

/// Writes a role's view with those of schools that collude, and their own beside it. Only the owner
/// of the files reads them: they hold what schools know and nobody else.
async fn together(
    export: &Path,
    (name, view): (&str, &View),
    with: &[String],
    own: &BTreeMap<String, View>,
) -> Result<(), BuildError> {
    let written = async |view: &View, name: &str| -> Result<(), BuildError> {
        let text = write(view).map_err(std::io::Error::other)?;
        Ok(write_private(&export.join(format!("{name}.json")), &text).await?)
    };
    let mut all = view.clone();
    for school in with {
        let Some(own) = own.get(school) else { continue };
        written(own, &format!("school-{school}")).await?;
        all.join(own.clone()).map_err(std::io::Error::other)?;
    }
    written(&all, name).await
}

/// What the shipped attacker says of a file; one that it cannot judge is a row of its own, so that
/// the others are still judged.
async fn judge(city: &City, export: &Path, file: &Written) -> Result<Judged, BuildError> {
    let started = Instant::now();
    let path = path_text(&export.join(format!("{}.json", file.name)));
    let args = ["disclosure", "audit", &path, "--seconds", SECONDS_MAX, "--json"];
    let ended = city.launcher().ended(Program::Hub, "attacker", &args).await?;
    Ok(Judged { seconds: started.elapsed().as_secs_f64(), ..said_of(file, &ended) })
}

/// The row of a file, by how the attacker ended.
fn said_of(file: &Written, ended: &Ended) -> Judged {
    let said: Value = serde_json::from_str(&ended.printed).unwrap_or_default();
    let rows = |word: &str| said.get(word).and_then(Value::as_array).map(Vec::len);
    let told = said.get("hidden").and_then(Value::as_u64);
    let verdict = match (told, rows("leaks"), rows("undecided"), ended.code) {
        (Some(hidden), Some(leaks), Some(undecided), 0 | FOUND) => Some((hidden, leaks, undecided)),
        _ => None,
    };
    let unjudged = verdict.is_none().then(|| {
        let error = said.get("error");
        let word = |name| error.and_then(|error| error.get(name)).and_then(Value::as_str);
        let words: Vec<&str> = ["code", "message"].into_iter().filter_map(word).collect();
        format!("exit code {}: {}", ended.code, words.join(", "))
    });
    let (hidden, leaks, undecided) = verdict.unwrap_or_default();
    let (name, must) = (format!("{}.json", file.name), file.must);
    Judged { file: name, must, hidden, leaks, undecided, seconds: 0.0, unjudged }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(must: Must, code: i32, printed: &str) -> Judged {
        let file = Written { name: "city".to_owned(), must };
        said_of(&file, &Ended { code, printed: printed.to_owned() })
    }

    /// A file without a verdict is a row that holds in no case and says why; one with a verdict has
    /// what the attacker found.
    #[test]
    fn a_file_without_a_verdict_is_a_row_that_fails() {
        let refused = r#"{"error": {"code": "FILE_INVALID", "message": "it does not fit"}}"#;
        for must in [Must::Safe, Must::Leak] {
            let unjudged = said(must, 7, refused);
            assert!(!unjudged.holds());
            let why = "exit code 7: FILE_INVALID, it does not fit";
            assert_eq!(unjudged.unjudged.as_deref(), Some(why));
            assert!(!said(must, -1, "").holds(), "ended by a signal");
        }
        let clean = said(Must::Safe, 0, r#"{"hidden": 9, "leaks": [], "undecided": []}"#);
        assert!(clean.holds() && clean.unjudged.is_none());
        let found = r#"{"hidden": 9, "leaks": [{}], "undecided": []}"#;
        assert!(said(Must::Leak, FOUND, found).holds());
        assert!(!said(Must::Safe, FOUND, found).holds());
        assert!(!said(Must::Leak, 7, found).holds(), "not an answer");
    }
}
