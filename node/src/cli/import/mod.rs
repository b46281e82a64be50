//! `import`: a file of the school office, previewed, then taken whole or not at all.
//!
//! Values of persons are shown only to an account that may write that ledger, and only where
//! standard output is a terminal; anybody else, a pipe, a log and JSON get rows, columns and
//! reasons. The file of rejected rows is a copy of the caller's own, made where it was asked for.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::digest::Digest;
use domain::ledger::{Action, Area};
use jiff::civil::Date;
use runtime::cli::{Answer, Exit, Failure, Sentence, Terminal};
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::{Place, words};
use crate::app::Node;
use crate::import::header::{Field, SavedMapping};
use crate::import::preview::{Accepted, Comparable, Preview};
use crate::import::report::{self, People, Style};
use crate::import::source::{Source, SourceError};
use crate::import::{ImportError, Language};
use crate::ledger::author::Author;
use crate::ledger::import_batch::{ImportReceipt, ImportSource, number_of};
use crate::taking::is_unusual;

mod answers;
mod entries;
mod history;
mod roster;
mod staff;

pub(super) use history::kind;

/// Largest mapping file that is read.
const MAPPING_BYTES_MAX: u64 = 64 << 10;
/// Errors that are listed where one sentence says what is wrong with all rows.
const MISFITS_LISTED: usize = 3;
/// Errors that are listed without values.
const ERRORS_LISTED_MAX: usize = 200;

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// The school's list of pupils
    Roster(roster::RosterArgs),
    /// The answers of one screening with one scale
    Answers(answers::AnswersArgs),
    /// The school's list of staff
    Staff(staff::StaffArgs),
    /// Entries of one kind, such as talks, sessions or lessons
    Entries(entries::EntriesArgs),
    /// Which files came, the latest first
    List,
    /// Take a wrong roster or table of entries back, as long as nothing was built on it
    Undo(history::UndoArgs),
}

/// What every import can be told.
#[derive(Args, Clone, Debug, Default)]
struct FileArgs {
    /// The file: .xlsx, or text with commas, tabs or semicolons; a roster also as OneRoster .zip
    file: PathBuf,

    /// Show what the file would change and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Do not ask before writing
    #[arg(long)]
    yes: bool,

    /// Sheet of a workbook, if not the first that holds something
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,

    /// File that says which column is which field
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,

    /// Write such a file from the columns that were found
    #[arg(long, value_name = "FILE")]
    save_map: Option<PathBuf>,

    /// Write the rejected rows as CSV; the file holds data about persons
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,

    /// Day on which the file was right; today if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,

    #[command(flatten)]
    acting: ActingArgs,
}

/// What was written, and what a program may be told about it: counts, never persons.
struct Written {
    batch: Option<i64>,
    found: Value,
}

/// A file on its way into the ledger.
struct Job<'a> {
    terminal: &'a Terminal,
    args: &'a FileArgs,
    node: &'a Node,
    mapping: Option<SavedMapping>,
    digest: Digest,
    confirm_left: Option<u64>,
    /// Whom the file lists.
    people: People,
    /// From which day the file counts, where that is worth a word.
    counts_from: Option<Date>,
    /// Sentences below the preview.
    notes: Vec<Sentence>,
    /// Students whose sheets of here the file replaces, where nobody has agreed to that yet.
    replaces: Option<u64>,
    /// What to say in place of one line a row, where all rows are wrong for one reason.
    misfit: Option<Failure>,
    acting: Option<Author>,
    shows_rows: bool,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &ImportCommand,
) -> Result<(), Failure> {
    match command {
        ImportCommand::Roster(args) => roster::run(terminal, place, args),
        ImportCommand::Answers(args) => answers::run(terminal, place, args),
        ImportCommand::Staff(args) => staff::run(terminal, place, args),
        ImportCommand::Entries(args) => entries::run(terminal, place, args),
        ImportCommand::List => history::list(terminal, place),
        ImportCommand::Undo(args) => history::undo(terminal, place, args),
    }
}

impl From<ImportReceipt> for Written {
    fn from(receipt: ImportReceipt) -> Self {
        Self { batch: receipt.batch, found: Value::Null }
    }
}

/// What a list of everybody can be told: who is not in it has left.
#[derive(Args, Clone, Debug, Default)]
struct LeavingArgs {
    /// So many leave with this file; needed where they are unusually many, and must be right
    #[arg(long, value_name = "N")]
    confirm_left: Option<u64>,
}

impl<'a> Job<'a> {
    /// Reads the mapping and digests the file; the file itself is read by `source`.
    fn begin(
        terminal: &'a Terminal,
        args: &'a FileArgs,
        node: &'a Node,
        area: Area,
    ) -> Result<Self, Failure> {
        let acting = acting::named(terminal, node, &args.acting)?;
        let may = |author: &Author| acting::allow(author, Action::Write(area)).is_ok();
        let shows_rows = acting.as_ref().is_some_and(may);
        // The wrong rows are people, in a file as on the page: for whoever may see them.
        if args.errors.is_some() && !shows_rows {
            return Err(acting.as_ref().map_or_else(acting::unnamed, errors_unseen));
        }
        let unreadable = |cause| Failure::unreadable_file(&args.file, &cause);
        let mut hasher = certs::digest::Hasher::new();
        let mut file = File::open(&args.file).map_err(unreadable)?;
        std::io::copy(&mut file, &mut hasher).map_err(unreadable)?;
        let mapping = args.map.as_deref().map(read_mapping).transpose()?;
        let digest = hasher.finish();
        let (confirm_left, counts_from, notes, misfit) = (None, None, Vec::new(), None);
        Ok(Self {
            terminal,
            args,
            node,
            mapping,
            digest,
            confirm_left,
            people: People::default(),
            counts_from,
            notes,
            replaces: None,
            misfit,
            acting,
            shows_rows,
        })
    }

    /// Refuses whoever may not write a ledger, before anything is said of what stands in it.
    fn only(&self, area: Area) -> Result<(), Failure> {
        let author = self.acting.as_ref().ok_or_else(acting::unnamed)?;
        acting::allow(author, Action::Write(area))
    }

    fn source(&self) -> Result<Source, Failure> {
        let path = &self.args.file;
        let file = File::open(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
        Ok(self.source_of(file)?)
    }

    /// The file once more.
    fn opened(&self) -> Result<Source, ImportError> {
        let file = File::open(&self.args.file).map_err(SourceError::from)?;
        self.source_of(file)
    }

    fn source_of(&self, file: File) -> Result<Source, ImportError> {
        Ok(Source::open_sheet(BufReader::new(file), self.args.sheet.as_deref())?)
    }

    fn as_of(&self) -> Date {
        self.args.as_of.unwrap_or_else(|| self.node.clock().today())
    }

    fn file_name(&self) -> String {
        let name = self.args.file.file_name().unwrap_or_default();
        name.to_string_lossy().chars().take(200).collect()
    }

    fn language(&self) -> Language {
        language(self.terminal)
    }

    /// Shows the preview, asks, writes, and tells; `write` gets the batch only where no row is
    /// wrong and somebody agreed.
    fn conclude<R: Comparable>(
        &self,
        preview: Preview<R>,
        fields: &[Field],
        source: &mut Source,
        write: impl FnOnce(Accepted<R>, ImportSource) -> Result<Written, Failure>,
    ) -> Result<(), Failure> {
        if let Some(path) = &self.args.save_map {
            save(path, report::mapping_to_save(fields, &preview.facts).as_bytes())?;
        }
        let mut summary = report::summary(&preview);
        if let (Some(day), Some(told)) = (self.counts_from, summary.as_object_mut()) {
            told.insert("counts_from".to_owned(), json!(day.to_string()));
        }
        let mut lines = self.lines(&preview);
        let lang = self.terminal.lang();
        lines.extend(self.notes.iter().map(|note| format!("  {}", note.in_lang(lang))));
        let remain = preview.unchanged.len() + preview.changed.len();
        let accepted = match preview.accept() {
            Ok(accepted) => accepted,
            Err(preview) => {
                self.show(&lines);
                return Err(self.refuse(&preview, source)?.details(summary));
            }
        };
        let counts = accepted.counts();
        if accepted.is_empty() || self.args.dry_run {
            let end = if accepted.is_empty() { words::NO_CHANGE } else { words::DRY_RUN };
            let value = json!({"written": false, "preview": summary});
            self.terminal.result(&value, |terminal| {
                let mut lines = lines;
                if is_unusual(counts.left, remain as u64) && self.confirm_left.is_none() {
                    // What the real run will ask for.
                    lines.push(terminal.text(words::LEFT_UNCONFIRMED_NEXT, &[&counts.left]));
                }
                lines.push(terminal.text(end, &[]));
                lines.join("\n")
            })?;
            return Ok(());
        }
        self.show(&lines);
        self.agree_to_replace()?;
        self.agree(counts.left, remain as u64)?;
        let Written { batch, found } = write(accepted, self.import_source())?;
        let number = match batch {
            Some(batch) => Some(self.node.ledger().read(move |tx| number_of(tx, batch))?),
            None => None,
        };
        let value = json!({"written": true, "number": number, "found": found, "preview": summary});
        self.terminal.result(&value, |terminal| {
            let left = self.people.left(language(terminal));
            terminal.text(words::WRITTEN, &[&counts.new, &counts.changed, &left, &counts.left])
        })
    }

    fn import_source(&self) -> ImportSource {
        ImportSource {
            file_name: self.file_name(),
            digest: self.digest,
            author: self.acting.as_ref().map_or_else(author, |a| a.account().to_owned()),
            as_of: self.as_of(),
            now_ms: self.node.clock().now_ms(),
        }
    }

    fn lines<R: Comparable>(&self, preview: &Preview<R>) -> Vec<String> {
        let style = Style { people: self.people, ..Style::screen(self.language()) };
        let name = self.file_name();
        if self.shows_rows && std::io::stdout().is_terminal() {
            return report::lines(preview, &name, style);
        }
        // School IT sees no student; and whoever reads a pipe later need not be who holds the file.
        let bare = Style { errors_max: 0, changes_max: 0, ..style };
        let mut lines = report::lines(preview, &name, bare);
        if !self.shows_rows {
            lines.push(self.terminal.text(words::ROWS_UNSEEN, &[]));
        }
        let most = if self.misfit.is_some() { MISFITS_LISTED } else { ERRORS_LISTED_MAX };
        lines.extend(preview.errors.iter().take(most).map(|error| {
            let reason = error.fault.sentence(self.language());
            self.terminal.text(words::ROW, &[&error.row, &error.column, &reason])
        }));
        let unlisted = preview.errors.len().saturating_sub(most);
        if unlisted > 0 {
            lines.push(self.terminal.text(words::ROWS_UNLISTED, &[&unlisted]));
        }
        lines
    }

    /// The preview before a question or an error is talk; the result comes after it.
    fn show(&self, lines: &[String]) {
        if !self.terminal.json() {
            lines.iter().for_each(|line| self.terminal.print(line));
        }
    }

    fn refuse<R: Comparable>(
        &self,
        preview: &Preview<R>,
        source: &mut Source,
    ) -> Result<Failure, Failure> {
        if let Some(path) = &self.args.errors {
            let file = create_private(path).map_err(|cause| unwritable(path, &cause))?;
            let mut out = BufWriter::new(file);
            let language = self.language();
            report::write_errors(source, &preview.facts, &preview.errors, language, &mut out)?;
            out.flush().map_err(|cause| unwritable(path, &cause))?;
        }
        if let Some(misfit) = &self.misfit {
            return Ok(misfit.clone());
        }
        let shown = self.args.errors.as_ref().map(|path| path.display().to_string());
        let failure = match &shown {
            Some(path) => Sentence::new(words::ROWS_WRONG_IN, &[&preview.error_rows, path]),
            None => Sentence::new(words::ROWS_WRONG, &[&preview.error_rows]),
        };
        Ok(Failure::new(Exit::Invalid, "ROWS_INVALID", failure).hint(words::ROWS_WRONG_NEXT))
    }

    /// Sheets that students answered here make place for a file only where somebody says so.
    fn agree_to_replace(&self) -> Result<(), Failure> {
        let Some(students) = self.replaces else { return Ok(()) };
        if self.args.yes || !self.terminal.asks() {
            let message = Sentence::new(words::REPLACES_UNCONFIRMED, &[&students]);
            return Err(Failure::new(Exit::Refused, "REPLACES_ANSWERED", message)
                .hint(words::REPLACES_NEXT));
        }
        let question = Sentence::new(words::REPLACES_NOW, &[&students]);
        match self.terminal.confirm(&question, "--replace-answered")? {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure::new(Exit::Interrupted, "DECLINED", words::DECLINED)),
        }
    }

    /// Asks where a person sits; a file that sends many away needs their very number everywhere,
    /// because half a roster looks to a script like any other.
    fn agree(&self, left: u64, remain: u64) -> Result<(), Failure> {
        let unusual = is_unusual(left, remain);
        if let Some(said) = self.confirm_left {
            return counted(said, left);
        }
        if unusual && (self.args.yes || !self.terminal.asks()) {
            let message = Sentence::new(words::LEFT_UNCONFIRMED, &[&left, &(left + remain)]);
            return Err(Failure::new(Exit::Refused, "LEFT_UNCONFIRMED", message)
                .hint(Sentence::new(words::LEFT_UNCONFIRMED_NEXT, &[&left])));
        }
        if unusual {
            let question = Sentence::new(words::LEFT_TYPE, &[&left, &(left + remain)]);
            let typed = self.terminal.ask(&question, words::COLON, "--confirm-left")?;
            // Anything but the number is a no.
            return counted(typed.parse().unwrap_or(u64::MAX), left);
        }
        if self.args.yes || !self.terminal.asks() {
            return Ok(());
        }
        let question = match left {
            0 => Sentence::from(words::WRITE_NOW),
            _ => match self.people {
                People::Pupils => Sentence::new(words::WRITE_NOW_LEFT, &[&left]),
                People::Staff => Sentence::new(words::WRITE_NOW_LEFT_STAFF, &[&left]),
            },
        };
        match self.terminal.confirm(&question, "--yes")? {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure::new(Exit::Interrupted, "DECLINED", words::DECLINED)),
        }
    }
}

/// School IT is told which rows are wrong and why, and is given none of them.
fn errors_unseen(author: &Author) -> Failure {
    Failure::new(Exit::Refused, "ROLE_REFUSED", acting::role_refused(author))
        .hint(words::ERRORS_UNSEEN_NEXT)
}

/// The number that was confirmed must be the number that leaves.
fn counted(said: u64, left: u64) -> Result<(), Failure> {
    if said == left {
        return Ok(());
    }
    let message = Sentence::new(words::LEFT_DIFFERS, &[&left]);
    Err(Failure::new(Exit::Refused, "LEFT_DIFFERS", message).hint(words::LEFT_DIFFERS_NEXT))
}

/// A new file that only this user can read: it names pupils.
fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Who imports, as the system knows it.
pub(super) fn author() -> String {
    let named = ["USER", "USERNAME", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
    named.unwrap_or_else(|| "console".to_owned()).chars().take(80).collect()
}

pub(super) fn language(terminal: &Terminal) -> Language {
    match terminal.lang() {
        runtime::web::Lang::Zh => Language::Zh,
        runtime::web::Lang::En => Language::En,
    }
}

fn read_mapping(path: &Path) -> Result<SavedMapping, Failure> {
    let unreadable = |cause| Failure::unreadable_file(path, &cause);
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > MAPPING_BYTES_MAX {
        let message = Sentence::new(words::MAPPING_LARGE, &[&path.display()]);
        return Err(Failure::new(Exit::Invalid, "MAPPING", message));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    SavedMapping::parse(&text).map_err(|error| ImportError::from(error).into())
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|cause| unwritable(path, &cause))
}

pub(super) fn unwritable(path: &Path, cause: &std::io::Error) -> Failure {
    let message = Sentence::new(words::FILE_UNWRITABLE, &[&path.display()]);
    Failure::new(Exit::Failed, "FILE_UNWRITABLE", message).because(cause)
}
