//! Key statements: requests of units become statements that both commissions sign.
//!
//! Whose key it is was compared by telephone before anything is signed here. The second commission
//! adds its signature to the very bytes that the first signed.

use std::path::{Path, PathBuf};

use certs::root::RootCertificate;
use certs::statement::{KeyRequest, KeyStatement, Proof, SignedRequest, SignedStatement, verify};
use certs::words::{Length, chinese, english};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use runtime::cli::{Exit, Failure, Terminal};
use runtime::clock::{date_of, instant_ms};
use serde_json::{Value, json};

use super::document::{DocumentKey, Role};
use super::unlock::Opening;
use super::words::statement as words;
use super::{CeremonyError, Wanted, command, root, six_words};

/// Most files of one ceremony.
const FILES_MAX: usize = 2_000;

/// Days that a statement runs where nobody says otherwise.
const DAYS: i64 = 400;

#[derive(Args)]
pub(super) struct SignStatement {
    /// Statement key and certificate
    #[arg(long)]
    key: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// Root certificate under which the units have joined; once for each root, both with --add
    #[arg(long, value_name = "FILE", required = true, num_args = 1)]
    root: Vec<PathBuf>,
    /// First day on which the keys hold, YYYY-MM-DD; today if it is left out
    #[arg(long, value_name = "DATE", conflicts_with = "add")]
    valid_from: Option<Date>,
    /// Last day on which the keys hold, YYYY-MM-DD; 400 days if it is left out
    #[arg(long, value_name = "DATE", conflicts_with = "add")]
    valid_to: Option<Date>,
    /// Add a signature to statements that the other commission signed
    #[arg(long)]
    add: bool,
    /// Six words as the unit read them out; for one key only
    #[arg(long)]
    words: Option<String>,
    /// The words of all keys were compared; do not ask
    #[arg(long)]
    yes: bool,
    /// Requests, or with --add signed statements
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// File for the signed statements
    #[arg(long)]
    out: PathBuf,
}

/// Signs what units ask for, or adds the second signature; all of it or nothing.
pub(super) fn sign(
    terminal: &Terminal,
    asked: &SignStatement,
    now: Timestamp,
) -> Result<(), Failure> {
    if asked.out.exists() {
        return Err(command::at(&asked.out, &CeremonyError::Exists));
    }
    if asked.files.len() > FILES_MAX || (asked.words.is_some() && asked.files.len() > 1) {
        return Err(Failure::new(Exit::Usage, "TOO_MANY", words::TOO_MANY));
    }
    let passphrase = asked.opening.for_role(terminal, (&asked.key, Role::Statement))?;
    let key = DocumentKey::load(&asked.key, Role::Statement, passphrase.as_ref());
    let key = key.map_err(|error| command::at_key(&asked.key, &error))?;
    let signed = if asked.add {
        add_signatures(terminal, asked, &key, now)?
    } else {
        answer_requests(terminal, asked, &key, now)?
    };
    let text: String = signed.iter().map(SignedStatement::to_pem).collect();
    std::fs::write(&asked.out, text).map_err(|cause| command::at(&asked.out, &cause.into()))?;
    let (value, text) =
        about(terminal, &signed).map_err(|error| command::at(&asked.out, &error))?;
    terminal.result(&value, |_| text)
}

fn answer_requests(
    terminal: &Terminal,
    asked: &SignStatement,
    key: &DocumentKey,
    now: Timestamp,
) -> Result<Vec<SignedStatement>, Failure> {
    let roots = asked.roots()?;
    let (from, to) =
        asked.dates(now).ok_or_else(|| Failure::new(Exit::Usage, "DATES", words::DATES))?;
    let mut signed = Vec::with_capacity(asked.files.len());
    for path in &asked.files {
        let fail = |error: CeremonyError| command::at(path, &error);
        let (request, proof) = read_request(path, &roots, now).map_err(fail)?;
        let statement = request.statement(from, to);
        compare(terminal, (&statement, Some(&proof)), asked)?;
        signed.push(
            SignedStatement::sign(&statement, key.key(), key.chain())
                .map_err(|error| fail(error.into()))?,
        );
    }
    Ok(signed)
}

/// Countersigns; what does not hold under both roots then is not written, so that a wrong first
/// signature or another city's statement is found here and not weeks later at a school.
fn add_signatures(
    terminal: &Terminal,
    asked: &SignStatement,
    key: &DocumentKey,
    now: Timestamp,
) -> Result<Vec<SignedStatement>, Failure> {
    let roots = asked.roots()?;
    let holders: Vec<_> = roots.iter().filter_map(RootCertificate::commission).collect();
    if !matches!(holders.as_slice(), [one, other] if one != other) {
        return Err(Failure::new(Exit::Usage, "TWO_ROOTS", words::TWO_ROOTS));
    }
    let mut signed = Vec::new();
    for path in &asked.files {
        let fail = |error: CeremonyError| command::at(path, &error);
        let text = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
        let found = SignedStatement::all_from_pem(&text).map_err(|error| fail(error.into()))?;
        if found.is_empty() {
            return Err(fail(CeremonyError::Content(Wanted::Statement)));
        }
        if asked.words.is_some() && found.len() > 1 {
            return Err(Failure::new(Exit::Usage, "TOO_MANY", words::TOO_MANY));
        }
        for mut statement in found {
            let says = statement.unverified().map_err(|error| fail(error.into()))?;
            compare(terminal, (&says, None), asked)?;
            let before = statement.signatures();
            let added = statement.add_signature(key.key(), key.chain());
            added.map_err(|error| fail(error.into()))?;
            if (before, statement.signatures()) == (1, 1) {
                return Err(fail(CeremonyError::OwnStatement));
            }
            let then = now.max(says.valid_from);
            for root in &roots {
                verify(&statement, &roots, root.zone(), then)
                    .map_err(|error| fail(error.into()))?;
            }
            signed.push(statement);
        }
    }
    Ok(signed)
}

/// A request whose sender was proved as far as it can be, for the city of the roots.
fn read_request(
    path: &Path,
    roots: &[RootCertificate],
    now: Timestamp,
) -> Result<(KeyRequest, Proof), CeremonyError> {
    let signed = SignedRequest::from_pem(&std::fs::read(path)?);
    let signed = signed.map_err(|_| CeremonyError::Content(Wanted::KeyRequest))?;
    let (request, proof) = signed.prove(roots, now)?;
    if roots.iter().any(|root| *root.zone() != request.zone) {
        return Err(CeremonyError::OtherZone);
    }
    Ok((request, proof))
}

impl SignStatement {
    fn roots(&self) -> Result<Vec<RootCertificate>, Failure> {
        let read = |path: &PathBuf| root::read(path).map_err(|error| command::at(path, &error));
        self.root.iter().map(read).collect()
    }

    /// From the first day's beginning to the last day's end in Shanghai.
    fn dates(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let first = self.valid_from.unwrap_or_else(|| date_of(now));
        let last = match self.valid_to {
            Some(last) => last,
            None => first.checked_add(jiff::Span::new().days(DAYS - 1)).ok()?,
        };
        let midnight = |day: Date| {
            Timestamp::from_millisecond(instant_ms(day.to_datetime(Time::midnight()))).ok()
        };
        (first <= last).then_some(())?;
        Some((midnight(first)?, midnight(last.tomorrow().ok()?)?))
    }
}

/// Shows what will be signed and stops unless the words agree.
fn compare(
    terminal: &Terminal,
    (statement, proof): (&KeyStatement, Option<&Proof>),
    asked: &SignStatement,
) -> Result<(), Failure> {
    let digest = statement.key.digest();
    terminal.talk(words::WILL_STATE, &[&line(terminal, statement)]);
    match proof {
        Some(Proof::Certificate(_)) => terminal.talk(words::BY_CERTIFICATE, &[]),
        Some(Proof::OwnKey) => terminal.talk(words::BY_OWN_KEY, &[]),
        None => {}
    }
    six_words::compare(terminal, &digest, asked.words.as_deref(), asked.yes)
}

/// Unit, name, purpose and days in one line.
fn line(terminal: &Terminal, statement: &KeyStatement) -> String {
    let last = last_day(statement);
    terminal.text(
        words::STATEMENT,
        &[
            &statement.unit,
            &statement.name,
            &terminal.text(words::purpose(statement.purpose), &[]),
            &date_of(statement.valid_from),
            &last,
        ],
    )
}

/// The last civil day on which a statement holds.
fn last_day(statement: &KeyStatement) -> Date {
    date_of(statement.valid_to - jiff::SignedDuration::from_millis(1))
}

/// What statements say, as data and as lines; nothing is verified.
pub(super) fn about(
    terminal: &Terminal,
    signed: &[SignedStatement],
) -> Result<(Value, String), CeremonyError> {
    let mut values = Vec::with_capacity(signed.len());
    let mut lines = Vec::with_capacity(signed.len());
    for one in signed {
        let says = one.unverified()?;
        let digest = says.key.digest();
        let (zh, en) = (chinese(&digest, Length::Short), english(&digest, Length::Short));
        values.push(json!({
            "unit": says.unit.to_string(), "name": says.name, "purpose": says.purpose.as_str(),
            "zone": says.zone.to_string(), "valid_from": date_of(says.valid_from).to_string(),
            "valid_to": last_day(&says).to_string(), "words_zh": zh, "words_en": en,
            "signatures": one.signatures(),
        }));
        let head = line(terminal, &says);
        let foot = terminal.text(words::SIGNED_BY, &[&one.signatures(), &zh, &en]);
        lines.push(format!("{head}\n{foot}"));
    }
    Ok((json!({ "statements": values }), lines.join("\n")))
}

/// What a request asks for; nothing is verified.
pub(super) fn about_request(
    terminal: &Terminal,
    request: &SignedRequest,
) -> Result<(Value, String), CeremonyError> {
    let asked = request.unverified()?;
    let digest = asked.key.digest();
    let (zh, en) = (chinese(&digest, Length::Short), english(&digest, Length::Short));
    let value = json!({
        "request_of": asked.unit.to_string(), "name": asked.name,
        "purpose": asked.purpose.as_str(), "words_zh": zh, "words_en": en,
    });
    let purpose = terminal.text(words::purpose(asked.purpose), &[]);
    let head = terminal.text(words::REQUEST, &[&asked.unit, &asked.name, &purpose]);
    let compared = terminal.text(super::words::SIX_WORDS, &[&zh, &en]);
    Ok((value, format!("{head}\n{compared}")))
}
