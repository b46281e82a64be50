//! The department's half: a key of its own, and one sealed file for each school.
//!
//! It needs no data folder and no network. What the table says is shown in counts only; a wrong
//! row is named by row, column and reason.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use certs::key::SigningKey;
use certs::keyfile::{self, Around, Derivation, Protection};
use certs::root::RootCertificate;
use certs::statement::{
    self, KeyRequest, Purpose, SignedStatement, Standing, StatedKey, VerifiedStatement,
};
use clap::Args;
use domain::unit::{UnitId, Zone};
use jiff::civil::Date;
use runtime::cli::{Answer, Exit, Failure, Sentence, Terminal};
use runtime::clock::Clock;
use runtime::passphrase::{Cost, Passphrase};
use serde_json::json;

use super::words;
use crate::cli::import::{language, unwritable};
use crate::cli::statements;
use crate::import::ImportError;
use crate::import::source::Source;
use crate::import::table::ParsedFile;
use crate::list::content::ListRow;
use crate::list::sending::{self, Sender, Sheet, Sorted};
use crate::list::{Topic, file};

/// What the key file is for.
const PLACE: &[u8] = b"xinqiao-node/list-sender";
/// Days in which a list may be decided, where nobody says otherwise.
const DAYS: i64 = 60;
/// Errors that are listed.
const ERRORS_MAX: usize = 50;
const TITLE_CHARS_MAX: usize = 60;

#[derive(Args, Debug)]
pub(super) struct KeyArgs {
    /// Id of the department, as the hub's operators gave it
    #[arg(long)]
    unit: UnitId,
    /// Name of the department
    #[arg(long)]
    name: String,
    /// DNS name of the city, such as qingdao.example
    #[arg(long)]
    zone: Zone,
    /// New file for the key
    #[arg(long)]
    key: PathBuf,
    /// New file for the request
    #[arg(long)]
    request: PathBuf,
    /// File with the key's passphrase, or - for standard input; asked for if it is left out
    #[arg(long, value_name = "FILE")]
    key_passphrase_file: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub(super) struct SealArgs {
    /// The department's table: .xlsx, or text with commas, tabs or semicolons
    file: PathBuf,
    /// The department's key
    #[arg(long)]
    key: PathBuf,
    /// File with the key's passphrase, or - for standard input; asked for if it is left out
    #[arg(long, value_name = "FILE")]
    key_passphrase_file: Option<PathBuf>,
    /// The statement about the department's key
    #[arg(long)]
    statement: PathBuf,
    /// Root certificate of a commission; once for each root of the city
    #[arg(long, value_name = "FILE", required = true, num_args = 1)]
    root: Vec<PathBuf>,
    /// File with schools' key statements; may be repeated
    #[arg(long, value_name = "FILE", required = true, num_args = 1)]
    to: Vec<PathBuf>,
    /// What the list is called; only the school reads it
    #[arg(long)]
    title: String,
    /// Category of all rows that do not say one, such as disabled or left_behind
    #[arg(long, value_name = "WORD")]
    topic: Option<String>,
    /// Last day on which a school may decide, YYYY-MM-DD; 60 days if it is left out
    #[arg(long, value_name = "DATE")]
    valid_to: Option<Date>,
    /// Sheet of a workbook, if not the first that holds something
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Go on without the rows of schools that no statement names
    #[arg(long)]
    leave_out: bool,
    /// Show what would be sealed and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before writing
    #[arg(long)]
    yes: bool,
    /// Folder for the sealed lists, one file a school
    #[arg(long)]
    out: PathBuf,
}

/// Makes the department's key under a passphrase, and the request for the statement about it.
pub(super) fn make_key(terminal: &Terminal, args: &KeyArgs) -> Result<(), Failure> {
    for path in [&args.key, &args.request] {
        if path.exists() {
            return Err(statements::exists(path));
        }
    }
    let from = args.key_passphrase_file.as_deref();
    let text = terminal.new_secret(from, words::NEW_PASSPHRASE, "--key-passphrase-file")?;
    let passphrase = Passphrase::chosen(&text).map_err(crate::unlock::UnlockError::from)?;
    let (cost, salt) = (Cost::default(), certs::digest::random_bytes());
    let outer = passphrase.derive(&salt, cost).map_err(crate::unlock::UnlockError::from)?;
    let derivation = Derivation { memory_kib: cost.memory_kib, passes: cost.passes, salt };
    let key = SigningKey::generate().map_err(|cause| unusable(&args.key, &cause))?;
    let request = KeyRequest {
        zone: args.zone.clone(),
        unit: args.unit.clone(),
        name: args.name.trim().to_owned(),
        purpose: Purpose::ListSender,
        key: StatedKey::Signer(key.public().clone()),
    };
    let signed = request.sign(&key, Vec::new());
    let signed = signed.map_err(|cause| unusable(&args.request, &cause))?;
    keyfile::save(&args.key, &key, (&outer, &derivation), PLACE, &Around::default())
        .map_err(|cause| unusable(&args.key, &cause))?;
    std::fs::write(&args.request, signed.to_pem())
        .map_err(|cause| unwritable(&args.request, &cause))?;
    let (zh, en) = statements::six_words(&request.key);
    let value = json!({"key": args.key, "request": args.request, "words_zh": zh, "words_en": en});
    terminal.result(&value, |t| {
        t.text(words::KEY_MADE, &[&args.key.display(), &args.request.display(), &zh, &en])
    })
}

/// Reads the table, shows it in counts, and writes a sealed file for each school.
pub(super) fn seal(terminal: &Terminal, args: &SealArgs) -> Result<(), Failure> {
    let clock = Clock::system();
    let sheet = sheet(args, clock.today())?;
    let roots = read_roots(&args.root)?;
    let own = statements::read(&args.statement, || unusable_text(&args.statement))?;
    let [own] = own.as_slice() else {
        return Err(unusable_text(&args.statement));
    };
    let zone = roots.first().map(|root| root.zone().clone());
    let zone = zone.ok_or_else(|| unusable_text(&args.statement))?;
    let verify = |signed: &SignedStatement| statement::verify(signed, &roots, &zone, clock.now());
    let verified = verify(own).map_err(|cause| unusable(&args.statement, &cause))?;
    if verified.standing() != Standing::Both {
        terminal.talk(words::ONE_ROOT, &[]);
    }
    let mut schools: Vec<VerifiedStatement> = Vec::new();
    let mut unfit = 0_usize;
    for path in &args.to {
        for signed in statements::read(path, || unusable_text(path))? {
            match verify(&signed) {
                Ok(school) => schools.push(school),
                Err(_) => unfit += 1,
            }
        }
    }
    if unfit > 0 {
        terminal.talk(words::UNFIT, &[&unfit]);
    }
    let parsed = read_table(terminal, args, clock.today())?;
    let rows = parsed.rows.into_iter().map(|(_, row)| row).collect();
    let sorted = sending::sort(rows, &schools);
    preview(terminal, args, &sorted)?;
    if args.dry_run {
        return terminal.result(&told(&sorted), |t| t.text(words::DRY_RUN, &[]));
    }
    agree(terminal, args, &sorted)?;
    let key = open_key(terminal, args)?;
    let sender = Sender { key: &key, signed: own, verified: &verified };
    write(terminal, args, (&sender, &sheet), sorted)
}

/// What is the same in every school's list; a last day that is over is told before anything is
/// shown.
fn sheet(args: &SealArgs, today: Date) -> Result<Sheet, Failure> {
    let last = today.checked_add(jiff::Span::new().days(DAYS)).unwrap_or(today);
    let title: String = args.title.trim().chars().take(TITLE_CHARS_MAX).collect();
    let sheet = Sheet { title, sealed_on: today, valid_to: args.valid_to.unwrap_or(last) };
    if sheet.valid_to >= today {
        return Ok(sheet);
    }
    let message = Sentence::new(words::OVER, &[&sheet.valid_to]);
    Err(Failure::new(Exit::Invalid, "VALID_TO", message).hint(words::OVER_NEXT))
}

/// Seals everything before the first file is written: all of the files or none.
fn write(
    terminal: &Terminal,
    args: &SealArgs,
    (sender, sheet): (&Sender<'_>, &Sheet),
    sorted: Sorted<'_>,
) -> Result<(), Failure> {
    let mut sealed = Vec::new();
    let counts = told(&sorted);
    for (unit, parcel) in sorted.parcels {
        let path = args.out.join(format!("{unit}.xqlist"));
        if path.exists() {
            return Err(statements::exists(&path));
        }
        sealed.push((path, sending::seal(sender, parcel, sheet)?.to_pem()));
    }
    std::fs::create_dir_all(&args.out).map_err(|cause| unwritable(&args.out, &cause))?;
    write_all(&sealed)?;
    let files: Vec<&Path> = sealed.iter().map(|(path, _)| path.as_path()).collect();
    let value = json!({"lists": counts, "files": files, "valid_to": sheet.valid_to.to_string()});
    terminal.result(&value, |t| {
        t.text(words::SEALED, &[&files.len(), &args.out.display(), &sheet.valid_to])
    })
}

/// Writes all files or leaves none: some of them would be taken for all.
fn write_all(sealed: &[(PathBuf, String)]) -> Result<(), Failure> {
    for (at, (path, text)) in sealed.iter().enumerate() {
        if let Err(cause) = std::fs::write(path, text) {
            for (begun, _) in sealed.iter().take(at + 1) {
                drop(std::fs::remove_file(begun));
            }
            return Err(unwritable(path, &cause));
        }
    }
    Ok(())
}

fn read_table(
    terminal: &Terminal,
    args: &SealArgs,
    today: Date,
) -> Result<ParsedFile<ListRow>, Failure> {
    let topic = match &args.topic {
        Some(text) => Some(Topic::read(text).ok_or_else(|| {
            let words: Vec<String> = Topic::all().into_iter().map(Topic::word).collect();
            Failure::new(Exit::Usage, "TOPIC", Sentence::new(words::NO_TOPIC, &[text]))
                .hint(Sentence::new(words::NO_TOPIC_NEXT, &[&words.join(", ")]))
        })?),
        None => None,
    };
    let opened = File::open(&args.file);
    let opened = opened.map_err(|cause| Failure::unreadable_file(&args.file, &cause))?;
    let source = Source::open_sheet(BufReader::new(opened), args.sheet.as_deref());
    let mut source = source.map_err(ImportError::from)?;
    let parsed = file::read(&mut source, None, (topic, today))?;
    if parsed.errors.is_empty() {
        return Ok(parsed);
    }
    for error in parsed.errors.iter().take(ERRORS_MAX) {
        let sentence = error.fault.sentence(language(terminal));
        terminal.talk(words::ROW_WRONG, &[&error.row, &error.column, &sentence]);
    }
    let message = Sentence::new(words::ROWS_WRONG, &[&parsed.error_rows]);
    Err(Failure::new(Exit::Invalid, "ROWS", message).hint(words::ROWS_WRONG_NEXT))
}

fn preview(terminal: &Terminal, args: &SealArgs, sorted: &Sorted<'_>) -> Result<(), Failure> {
    for (unit, parcel) in &sorted.parcels {
        let name = &parcel.to.statement().name;
        terminal.talk(words::FOR_SCHOOL, &[name, unit, &parcel.rows.len()]);
    }
    for (school, rows) in &sorted.unknown {
        terminal.talk(words::NO_STATEMENT, &[school, rows]);
    }
    if sorted.parcels.is_empty() || (!sorted.unknown.is_empty() && !args.leave_out) {
        let message = Sentence::new(words::SCHOOLS_MISSING, &[&sorted.unknown.len()]);
        return Err(Failure::new(Exit::Refused, "SCHOOLS_MISSING", message)
            .hint(words::SCHOOLS_MISSING_NEXT));
    }
    Ok(())
}

fn agree(terminal: &Terminal, args: &SealArgs, sorted: &Sorted<'_>) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    let question = Sentence::new(words::SEAL_ASK, &[&sorted.parcels.len()]);
    match terminal.confirm(&question, "--yes")? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Exit::Refused, "NOT_AGREED", words::NOT_SEALED)),
    }
}

fn told(sorted: &Sorted<'_>) -> serde_json::Value {
    let lists: Vec<_> = sorted
        .parcels
        .iter()
        .map(|(unit, parcel)| json!({"to": unit, "rows": parcel.rows.len()}))
        .collect();
    json!({"schools": lists, "without_statement": sorted.unknown.len()})
}

fn open_key(terminal: &Terminal, args: &SealArgs) -> Result<SigningKey, Failure> {
    let fail = |cause: &dyn std::error::Error| unusable(&args.key, cause);
    let Protection::Passphrase(how) =
        keyfile::protection_of(&args.key).map_err(|cause| fail(&cause))?
    else {
        return Err(unusable_text(&args.key));
    };
    let from = args.key_passphrase_file.as_deref();
    let text = terminal.secret(from, words::PASSPHRASE, "--key-passphrase-file")?;
    let passphrase = Passphrase::typed(&text).map_err(crate::unlock::UnlockError::from)?;
    let cost = Cost { memory_kib: how.memory_kib, passes: how.passes };
    let outer = passphrase.derive(&how.salt, cost).map_err(crate::unlock::UnlockError::from)?;
    keyfile::open(&args.key, Some(&outer), PLACE).map_err(|cause| fail(&cause))
}

fn read_roots(paths: &[PathBuf]) -> Result<Vec<RootCertificate>, Failure> {
    let read = |path: &PathBuf| {
        let text = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
        RootCertificate::from_pem(&text).map_err(|cause| unusable(path, &cause))
    };
    paths.iter().map(read).collect()
}

fn unusable_text(path: &Path) -> Failure {
    let message = Sentence::new(words::UNUSABLE, &[&path.display()]);
    Failure::new(Exit::Invalid, "FILE_INVALID", message).hint(words::UNUSABLE_NEXT)
}

fn unusable(path: &Path, cause: &dyn std::error::Error) -> Failure {
    unusable_text(path).because(cause)
}

#[cfg(test)]
mod tests;
