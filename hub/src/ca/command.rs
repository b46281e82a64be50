//! The commands of `xinqiao-ca`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use certs::chain::ChainError;
use certs::document::{DocumentCertificate, DocumentUse};
use certs::key::KeyError;
use certs::keyfile::KeyfileError;
use certs::root::{Commission, RootAuthority, RootCertificate};
use certs::statement::{RequestError, SignedRequest, SignedStatement};
use certs::words::{Length, chinese, english};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use domain::digest::Digest;
use domain::unit::Zone;
use jiff::Timestamp;
use runtime::cli::{Exit, Failure, Globals, Paint, Sentence, Terminal, completions, man};
use runtime::clock::{Clock, date_of};
use serde_json::{Value, json};

use super::chinese::CHINESE;
use super::document::{DocumentKey, Role};
use super::pack::{Description, PackKey, describe};
use super::request::IssuerRequest;
use super::revoke::{self, Revoke};
use super::source::{self, Export};
use super::statement::SignStatement;
use super::unlock::{self, Locking, Opening, Relocking};
use super::{CeremonyError, root, six_words, statement, words};
use crate::cli::causes::Caused as _;

/// The offline authority of a commission: root, issuing authorities, packs, key statements
#[derive(Parser)]
#[command(name = "xinqiao-ca", after_help = AFTER)]
pub(super) struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

/// How the root's key is kept; part of the help, because it decides what the officers must do.
pub(super) const AFTER: &str = "Root keys, pack keys and statement keys are files under a \
    passphrase. Run this on a computer without a network, keep the folder on two encrypted sticks \
    in two safes, the passphrase apart from both, and erase the computer.";

#[derive(Subcommand)]
enum Command {
    /// Make a root in a folder
    Init {
        /// Commission that holds the root
        #[arg(long)]
        commission: Holder,
        /// DNS name of the city, such as qingdao.example; it can never be changed
        #[arg(long)]
        zone: Zone,
        /// Name of the city, for the record
        #[arg(long)]
        city: Option<String>,
        /// Folder of the root
        #[arg(long)]
        dir: PathBuf,
        #[command(flatten)]
        locking: Locking,
    },
    /// Show the root's fingerprint, to compare with the letter
    Fingerprint {
        /// Folder of the root
        #[arg(long)]
        dir: PathBuf,
    },
    /// Sign the issuing authority of the city, of a district or of a helper
    SignIssuer {
        /// Folder of the root
        #[arg(long)]
        dir: PathBuf,
        #[command(flatten)]
        opening: Opening,
        /// Request file of the hub
        #[arg(long)]
        request: PathBuf,
        /// File for the signed certificate
        #[arg(long)]
        out: PathBuf,
        /// Six words as the hub's operator read them out
        #[arg(long)]
        words: Option<String>,
        /// The words were compared; do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Take keys back: sign the root's next list of revocations
    Revoke(Revoke),
    /// Make a key that signs packs
    PackKey(NewKey),
    /// Make a key that signs key statements
    StatementKey(NewKey),
    /// Give a root key, a pack key or a statement key another passphrase; the key itself stays
    Passphrase {
        /// Folder of the root whose key it is
        #[arg(long, required_unless_present_any = ["key", "statement_key"])]
        #[arg(conflicts_with_all = ["key", "statement_key"])]
        dir: Option<PathBuf>,
        /// Pack key, if it is that one's
        #[arg(long, value_name = "FILE", conflicts_with = "statement_key")]
        key: Option<PathBuf>,
        /// Statement key, if it is that one's
        #[arg(long, value_name = "FILE")]
        statement_key: Option<PathBuf>,
        #[command(flatten)]
        opening: Opening,
        #[command(flatten)]
        relocking: Relocking,
    },
    /// Sign a pack, or add the second commission's signature
    SignPack(SignPack),
    /// Sign key statements for units' requests, or add the second commission's signature
    SignStatement(SignStatement),
    /// Write a pack that is built in as the text to edit, before it is signed
    ExportPack(Export),
    /// Show what a file is: certificate, request, signed pack or key statement
    Show {
        /// File to look at
        file: PathBuf,
    },
    /// Print the completions of a shell
    Completions(runtime::cli::Completions),
    /// Write the manual pages
    Man(runtime::cli::ManPages),
}

/// A new key under a root.
#[derive(Args)]
struct NewKey {
    /// Folder of the root
    #[arg(long)]
    dir: PathBuf,
    /// File for the key and its certificate
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    relocking: Relocking,
}

#[derive(clap::Args)]
struct SignPack {
    /// Pack key and certificate
    #[arg(long)]
    key: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// Kind: catalogue, scale, calendar, divisions, special, roster, plan or directory
    #[arg(long, required_unless_present = "add")]
    kind: Option<String>,
    /// Name within the kind
    #[arg(long, required_unless_present = "add")]
    name: Option<String>,
    /// Number that grows with every version
    #[arg(long, required_unless_present = "add")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    serial: Option<u64>,
    /// Version for people
    #[arg(long, required_unless_present = "add")]
    version_name: Option<String>,
    /// First day in force, YYYY-MM-DD
    #[arg(long, required_unless_present = "add")]
    effective_from: Option<jiff::civil::Date>,
    /// Add a signature to a signed pack
    #[arg(long, conflicts_with_all = ["kind", "name", "serial"])]
    add: bool,
    /// Pack, or signed pack with --add
    file: PathBuf,
    /// File for the signed pack
    #[arg(long)]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Holder {
    Education,
    Health,
}

impl From<Holder> for Commission {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Education => Self::Education,
            Holder::Health => Self::Health,
        }
    }
}

/// Runs `xinqiao-ca` with its arguments, the program's name first.
#[must_use]
pub fn run(args: Vec<OsString>) -> ExitCode {
    let cli: Cli = match runtime::cli::parse(args, CHINESE) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let terminal = Terminal::new(&cli.globals);
    let outcome = execute(&terminal, cli.command);
    terminal.finish(outcome)
}

fn execute(terminal: &Terminal, command: Command) -> Result<(), Failure> {
    let now = Clock::system().now();
    match command {
        Command::Init { commission, zone, city, dir, locking } => {
            let made = init(terminal, (commission.into(), &zone), (&dir, &locking), now)?;
            if let Some(city) = city {
                terminal.talk(words::MADE_FOR, &[&city, &dir.display()]);
            }
            show_root(terminal, &made)
        }
        Command::Fingerprint { dir } => {
            let path = dir.join(root::CERTIFICATE);
            show_root(terminal, &root::read(&path).map_err(|error| at(&path, &error))?)
        }
        Command::SignIssuer { dir, opening, request, out, words, yes } => {
            let text = read_text(&request)?;
            let asked = IssuerRequest::parse(&text).map_err(|error| at(&request, &error))?;
            let opened = open_root(terminal, &dir, &opening)?;
            compare(terminal, &asked, words.as_deref(), yes)?;
            let signed = asked.sign(&opened, now).map_err(|error| at(&request, &error))?;
            root::write_certificate(&out, &signed).map_err(|error| at(&out, &error.into()))?;
            let subtree = asked.subtree.dns_name();
            let value = json!({"subtree": subtree, "file": out});
            terminal.result(&value, |t| t.text(words::SIGNED, &[&subtree, &out.display()]))
        }
        Command::Revoke(asked) => revoke::revoke(terminal, &asked, now),
        Command::PackKey(key) => document_key(terminal, Role::Pack, &key, now),
        Command::StatementKey(key) => document_key(terminal, Role::Statement, &key, now),
        Command::Passphrase { dir, key, statement_key, opening, relocking } => {
            let (file, role) = match (key, statement_key, dir) {
                (Some(key), _, _) => (key, Some(Role::Pack)),
                (None, Some(key), _) => (key, Some(Role::Statement)),
                (None, None, dir) => (dir.unwrap_or_default().join(root::KEY), None),
            };
            unlock::change(terminal, (&file, role), (&opening, &relocking))
        }
        Command::SignStatement(sign) => statement::sign(terminal, &sign, now),
        Command::SignPack(sign) => sign_pack(terminal, sign),
        Command::ExportPack(export) => export.write(terminal, &export.built_in()?),
        Command::Show { file } => show(terminal, &file),
        Command::Completions(asked) => completions(terminal, (Cli::command(), CHINESE), &asked),
        Command::Man(asked) => man(terminal, (Cli::command(), CHINESE), &asked),
    }
}

/// A root in a folder that has none; refused before anybody is asked for a passphrase.
fn init(
    terminal: &Terminal,
    (commission, zone): (Commission, &Zone),
    (dir, locking): (&Path, &Locking),
    now: Timestamp,
) -> Result<RootCertificate, Failure> {
    if root::is_made(dir) {
        return Err(at(dir, &CeremonyError::Exists));
    }
    let lock = locking.lock(terminal)?;
    let made = root::create(dir, commission, zone, now, &lock);
    Ok(made.map_err(|error| at(dir, &error))?.certificate().clone())
}

/// Makes a key for documents under a root; refused where its file exists.
fn document_key(
    terminal: &Terminal,
    role: Role,
    key: &NewKey,
    now: Timestamp,
) -> Result<(), Failure> {
    let NewKey { dir, out, opening, relocking } = key;
    opening.beside(relocking)?;
    if out.exists() {
        return Err(at(out, &CeremonyError::Exists));
    }
    let (root, lock) = (open_root(terminal, dir, opening)?, relocking.lock(terminal)?);
    let made = DocumentKey::create(&root, role, now);
    let made = made.and_then(|key| key.save(out, &lock).map(|()| key));
    let key = made.map_err(|error| at(out, &error))?.key().id();
    let value = json!({"key": key.to_string(), "file": out});
    let text = match role {
        Role::Pack => words::PACK_KEY,
        Role::Statement => words::STATEMENT_KEY,
    };
    terminal.result(&value, |t| t.text(text, &[&key.short(), &out.display()]))
}

pub(super) fn open_root(
    terminal: &Terminal,
    dir: &Path,
    opening: &Opening,
) -> Result<RootAuthority, Failure> {
    let key = dir.join(root::KEY);
    let passphrase = opening.passphrase(terminal, &key)?;
    root::open(dir, passphrase.as_ref()).map_err(|error| at(&key, &error))
}

fn sign_pack(terminal: &Terminal, sign: SignPack) -> Result<(), Failure> {
    let bytes = read_bytes(&sign.file)?;
    let passphrase = sign.opening.for_role(terminal, (&sign.key, Role::Pack))?;
    let key = PackKey::load(&sign.key, passphrase.as_ref());
    let key = key.map_err(|error| at_key(&sign.key, &error))?;
    let directive = if sign.add {
        key.add_signature(&bytes)
    } else {
        let about = Description {
            kind: sign.kind.unwrap_or_default(),
            name: sign.name.unwrap_or_default(),
            serial: sign.serial.unwrap_or_default(),
            version: sign.version_name.unwrap_or_default(),
            effective_from: sign.effective_from.map(|day| day.to_string()).unwrap_or_default(),
        };
        key.sign(&about, &bytes)
    };
    let directive = directive.map_err(|error| at(&sign.file, &error))?;
    source::create(&sign.out, &directive)?;
    let (value, text) = about_pack(terminal, &directive).map_err(|error| at(&sign.out, &error))?;
    terminal.result(&value, |_| text)
}

/// Shows what will be signed and stops unless the words agree.
fn compare(
    terminal: &Terminal,
    asked: &IssuerRequest,
    heard: Option<&str>,
    yes: bool,
) -> Result<(), Failure> {
    let digest = asked.key_digest().map_err(|error| at(Path::new("csr"), &error))?;
    let subtree = asked.subtree.dns_name();
    terminal.talk(words::WILL_SIGN, &[&asked.unit, &subtree]);
    six_words::compare(terminal, &digest, heard, yes)
}

fn show_root(terminal: &Terminal, root: &RootCertificate) -> Result<(), Failure> {
    let value = root_value(root);
    terminal.result(&value, |t| root_text(t, root))
}

fn root_value(root: &RootCertificate) -> Value {
    let digest = root.digest();
    json!({
        "zone": root.zone().to_string(),
        "sha256": hex(&digest),
        "words_zh": chinese(&digest, Length::Full),
        "words_en": english(&digest, Length::Full),
        "not_after": root.not_after().to_string(),
    })
}

/// A root's fingerprint as two persons compare it.
pub(crate) fn root_text(terminal: &Terminal, root: &RootCertificate) -> String {
    let digest = root.digest();
    let of = match root.commission() {
        Some(Commission::Education) => words::ROOT_OF_EDUCATION,
        Some(Commission::Health) => words::ROOT_OF_HEALTH,
        None => words::ROOT_OF,
    };
    let head = terminal.text(of, &[root.zone()]);
    let compared = terminal.text(
        words::FINGERPRINT,
        &[&hex(&digest), &chinese(&digest, Length::Full), &english(&digest, Length::Full)],
    );
    format!("{}\n{compared}", terminal.paint(Paint::Strong, &head))
}

fn hex(digest: &Digest) -> String {
    digest.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn show(terminal: &Terminal, file: &Path) -> Result<(), Failure> {
    let bytes = read_bytes(file)?;
    if let Ok(found) = root::read(file) {
        return show_root(terminal, &found);
    }
    let request = std::str::from_utf8(&bytes).ok().and_then(|t| IssuerRequest::parse(t).ok());
    if let Some(asked) = request {
        let digest = asked.key_digest().map_err(|error| at(file, &error))?;
        let (zh, en) = (chinese(&digest, Length::Short), english(&digest, Length::Short));
        let subtree = asked.subtree.dns_name();
        let value = json!({"request_for": subtree, "words_zh": zh, "words_en": en});
        return terminal.result(&value, |t| {
            let head = t.text(words::REQUEST_FOR, &[&subtree]);
            format!("{head}\n{}", t.text(words::SIX_WORDS, &[&zh, &en]))
        });
    }
    if let Ok(asked) = SignedRequest::from_pem(&bytes) {
        let about = statement::about_request(terminal, &asked);
        let (value, text) = about.map_err(|error| at(file, &error))?;
        return terminal.result(&value, |_| text);
    }
    if let Some(signed) = SignedStatement::all_from_pem(&bytes).ok().filter(|all| !all.is_empty()) {
        let about = statement::about(terminal, &signed);
        let (value, text) = about.map_err(|error| at(file, &error))?;
        return terminal.result(&value, |_| text);
    }
    if let Ok(der) = root::read_certificate(file) {
        let digest = certs::digest::sha256(&der);
        if let Some(found) = DocumentCertificate::from_der(&der) {
            return show_document_key(terminal, (&found, &digest));
        }
        let value = json!({"certificate": hex(&digest)});
        return terminal.result(&value, |t| t.text(words::CERTIFICATE, &[&hex(&digest)]));
    }
    let (value, text) = about_pack(terminal, &bytes).map_err(|error| at(file, &error))?;
    terminal.result(&value, |_| text)
}

/// What a key's certificate says: the one thing that tells two key files apart.
fn show_document_key(
    terminal: &Terminal,
    (found, digest): (&DocumentCertificate, &Digest),
) -> Result<(), Failure> {
    let until = date_of(found.not_after);
    let value = json!({
        "key_for": found.signs.as_str(), "zone": found.zone.to_string(),
        "commission": found.commission.map(Commission::as_str),
        "not_after": until.to_string(), "certificate": hex(digest),
    });
    terminal.result(&value, |t| {
        let text = match found.signs {
            DocumentUse::Packs => words::KEY_OF_PACKS,
            DocumentUse::Statements => words::KEY_OF_STATEMENTS,
        };
        let holder = match found.commission {
            Some(Commission::Education) => words::EDUCATION,
            Some(Commission::Health) => words::HEALTH,
            None => words::UNKNOWN_HOLDER,
        };
        t.text(text, &[&found.zone, &t.text(holder, &[]), &until, &hex(digest)])
    })
}

fn about_pack(terminal: &Terminal, bytes: &[u8]) -> Result<(Value, String), CeremonyError> {
    let (about, content, signatures) = describe(bytes)?;
    let digest = certs::digest::sha256(&content);
    let value = json!({
        "kind": about.kind, "name": about.name, "serial": about.serial,
        "version": about.version, "effective_from": about.effective_from,
        "content_sha256": hex(&digest), "signatures": signatures,
    });
    let line = terminal.text(
        words::PACK,
        &[&about.kind, &about.name, &about.version, &about.serial, &about.effective_from],
    );
    let signed = terminal.text(words::SIGNATURES, &[&signatures, &hex(&digest)]);
    Ok((value, format!("{line}\n{signed}")))
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|cause| Failure::unreadable_file(path, &cause))
}

/// The same for the key of packs or of statements: one that is lost costs a new key, no new root.
pub(super) fn at_key(path: &Path, error: &CeremonyError) -> Failure {
    match error {
        CeremonyError::Keyfile(KeyfileError::Refused) => {
            at(path, error).hint(words::DOCUMENT_PASSPHRASE_NEXT)
        }
        other => at(path, other),
    }
}

/// What a ceremony's error means, and for which file.
pub(crate) fn at(path: &Path, error: &CeremonyError) -> Failure {
    let shown = path.display();
    match error {
        CeremonyError::File(cause) => Failure::unreadable_file(path, cause),
        CeremonyError::Exists => {
            let message = Sentence::new(words::EXISTS, &[&shown]);
            Failure::new(Exit::Refused, "EXISTS", message).hint(words::EXISTS_NEXT)
        }
        CeremonyError::Keyfile(KeyfileError::Key(KeyError::File(cause))) => {
            Failure::unreadable_file(path, cause)
        }
        CeremonyError::Keyfile(KeyfileError::Refused) => {
            let message = Sentence::new(words::PASSPHRASE_WRONG, &[&shown]);
            Failure::new(Exit::Authentication, "PASSPHRASE", message)
                .hint(words::PASSPHRASE_WRONG_NEXT)
        }
        CeremonyError::Keyfile(cause) => {
            let message = Sentence::new(words::NO_KEY, &[&shown]);
            Failure::new(Exit::Authentication, "KEY_FILE", message).because(cause)
        }
        CeremonyError::Key(cause) => {
            let message = Sentence::new(words::NO_KEY, &[&shown]);
            Failure::new(Exit::Authentication, "KEY_FILE", message).because(cause)
        }
        other => refused(path, other),
    }
}

/// What is in the file is not to be signed, or not by this key.
fn refused(path: &Path, error: &CeremonyError) -> Failure {
    let shown = path.display();
    match error {
        CeremonyError::OtherZone => {
            let message = Sentence::new(words::OTHER_ZONE, &[&shown]);
            Failure::new(Exit::Refused, "OTHER_ZONE", message)
        }
        CeremonyError::Altered => {
            let message = Sentence::new(words::ALTERED, &[&shown]);
            Failure::new(Exit::Authentication, "PACK_ALTERED", message).hint(words::ALTERED_NEXT)
        }
        CeremonyError::OwnPack => {
            let message = Sentence::new(words::OWN_PACK, &[&shown]);
            Failure::new(Exit::Refused, "OWN_PACK", message).hint(words::OWN_PACK_NEXT)
        }
        CeremonyError::OwnStatement => {
            let message = Sentence::new(words::OWN_PACK, &[&shown]);
            Failure::new(Exit::Refused, "OWN_STATEMENT", message).hint(words::OWN_PACK_NEXT)
        }
        CeremonyError::OtherRole(found) => {
            let (text, next) = match found {
                Role::Pack => (words::IS_PACK_KEY, words::IS_PACK_KEY_NEXT),
                Role::Statement => (words::IS_STATEMENT_KEY, words::IS_STATEMENT_KEY_NEXT),
            };
            let message = Sentence::new(text, &[&shown]);
            Failure::new(Exit::Refused, "OTHER_KEY", message).hint(next)
        }
        CeremonyError::OtherCommission => {
            let message = Sentence::new(words::OTHER_COMMISSION, &[&shown]);
            let failure = Failure::new(Exit::Refused, "OTHER_COMMISSION", message);
            failure.hint(words::OTHER_COMMISSION_NEXT)
        }
        CeremonyError::KeyRequest(RequestError::Chain(ChainError::UnknownRoot)) => {
            let message = Sentence::new(words::REQUEST_ROOT, &[&shown]);
            let failure = Failure::new(Exit::Invalid, "FILE_INVALID", message);
            failure.hint(words::REQUEST_ROOT_NEXT)
        }
        other => {
            let message = Sentence::new(words::NOT_USABLE, &[&shown]);
            Failure::new(Exit::Invalid, "FILE_INVALID", message).caused(other)
        }
    }
}
