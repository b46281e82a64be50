//! The command line of a node: a school's, or a receiver's.
//!
//! Commands ask and tell; what they do is in the modules that they call. Nothing here prints a
//! person's data but to an account whose role may see it: the passphrase opens the file and is no
//! right to read it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use runtime::cli::{
    Failure, Globals, Terminal, Translation, block_on, completions, man, parse, start_log,
};

use crate::app::Node;

mod acting;
mod backup;
mod bundle;
mod cards;
mod chinese;
mod configuration;
mod consult;
mod context;
mod disclosure;
mod doctor;
mod family;
mod fhir;
mod hold;
mod import;
mod indicator;
mod init;
mod inspection;
mod intake;
mod joining;
mod keeping;
mod key;
mod lacks;
mod leaving;
mod ledger;
mod list;
mod local_report;
mod notice;
mod passphrase;
mod reason;
mod referral;
mod release;
mod revocations;
mod roll;
mod roots;
mod scale;
mod screening;
mod sealed;
mod send;
mod serve;
mod service;
mod sides;
mod standards;
mod statements;
mod status;
#[cfg(test)]
mod tests;
mod transfer;
mod user;
pub(crate) mod words;

pub(crate) use backup::unproven;
pub(crate) use init::type_name as school_type_name;

/// Xinqiao school node: keeps the school's records and reports only totals
#[derive(Debug, Parser)]
#[command(name = "xinqiao-node", subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the node's data is and what opens it.
#[derive(Args, Clone, Debug, Default)]
struct Place {
    /// Data folder of the node
    #[arg(long, global = true, value_name = "DIR", env = "XINQIAO_NODE_DATA")]
    data: Option<PathBuf>,

    /// Configuration file, if it is not node.toml in the data folder
    #[arg(long, global = true, value_name = "FILE", env = "XINQIAO_NODE_CONFIG")]
    config: Option<PathBuf>,

    /// File with the passphrase of the ledger; - for standard input
    #[arg(long, global = true, value_name = "FILE", env = "XINQIAO_NODE_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create the data folder with its encrypted ledger
    Init(init::InitArgs),
    /// Join the hub that sent an invite
    Join(joining::JoinArgs),
    /// Run the node: connection to the hub, directives, web page
    Serve(serve::ServeArgs),
    /// Import a file of the school office
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// What leaves this school
    #[command(subcommand)]
    Release(release::ReleaseCommand),
    /// Sealed reports: list them, seal what is due
    #[command(subcommand)]
    Sealed(sealed::SealedCommand),
    /// What this school knows of its own sealed sums, for the attack on a hub's file
    #[command(subcommand)]
    Disclosure(disclosure::DisclosureCommand),
    /// Scales, and which of them may be used here
    #[command(subcommand)]
    Scale(scale::ScaleCommand),
    /// The school's own figures, exact, and the records behind them
    #[command(subcommand)]
    Indicator(indicator::IndicatorCommand),
    /// How the node stands and who must act
    Status,
    /// Check everything that the node hangs on, with what mends it
    Doctor,
    /// Copy the data folder to another disk now
    Backup(backup::BackupArgs),
    /// Files for a unit without a network: to the hub, and back
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    /// Accounts of the web page
    #[command(subcommand)]
    User(user::UserCommand),
    /// Root certificates that this school trusts
    #[command(subcommand)]
    Root(roots::RootCommand),
    /// Keys that the roots took back
    #[command(subcommand)]
    Revocations(revocations::RevocationCommand),
    /// The school's ledgers, as an account
    Ledger(ledger::LedgerArgs),
    /// Screening runs, as an account
    Screening(screening::ScreeningArgs),
    /// Who comes and leaves, and the turn of the year, as an account
    Roll(roll::RollArgs),
    /// Notices to families and withdrawals, as an account
    Family(family::FamilyArgs),
    /// Referrals: the board, sending sealed, taking back, as an account
    Referral(referral::ReferralArgs),
    /// Cards for experts from outside, their opinions, taking back, as an account
    Consult(consult::ConsultArgs),
    /// Duty reports to an office and tips from one, as an account
    Notice(notice::NoticeArgs),
    /// Students who move to another school or come from one, as an account
    Transfer(transfer::TransferArgs),
    /// Figures of process for an inspector at the school, as an account
    Inspection(inspection::InspectionArgs),
    /// Rules kept and not kept, with what is missing, as an account
    Standards(standards::StandardsArgs),
    /// What is due to be destroyed, orders, certificates, as an account
    Keeping(keeping::KeepingArgs),
    /// Departments' lists: sealed by a department, matched and decided at the school
    List(list::ListArgs),
    /// Receiver: referrals that came, as an account
    Intake(intake::IntakeArgs),
    /// Receiver: cards of consultations for an expert, as an account
    Card(cards::CardArgs),
    /// Receiver: duty reports that came and tips to schools, as an account
    Desk(notice::desk::DeskArgs),
    /// This unit's key for what is sealed to it, and the statement about it
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Settings and where each value comes from
    #[command(subcommand)]
    Config(configuration::ConfigCommand),
    /// Passphrase of the ledger
    #[command(subcommand)]
    Passphrase(passphrase::PassphraseCommand),
    /// Have the system start it by itself
    #[command(subcommand)]
    Service(service::ServiceCommand),
    /// Print the completions of a shell
    Completions(runtime::cli::Completions),
    /// Write the manual pages
    Man(runtime::cli::ManPages),
    /// DANGER: score every sheet for the school alone; the result is about children
    DangerLocalReport(local_report::ReportArgs),
}

/// What the school is; asked once, changed in node.toml.
#[derive(Args, Clone, Debug, Default)]
struct SchoolArgs {
    /// Name of the school in Chinese
    #[arg(long, value_name = "NAME")]
    name_zh: Option<String>,

    /// Name of the school in English
    #[arg(long, value_name = "NAME")]
    name_en: Option<String>,

    /// Another name by which rosters call the school; may be repeated
    #[arg(long, value_name = "NAME")]
    also_called: Vec<String>,

    /// Type of the school, such as primary, junior, nine_year or senior
    #[arg(long, value_name = "TYPE")]
    school_type: Option<String>,

    /// Lowest and highest grade, such as 7-9; the usual ones of the type if not given
    #[arg(long, value_name = "FROM-TO")]
    grades: Option<String>,
}

/// Runs one command; the first argument is the program's name.
///
/// Starts the log of the process, so it is for `main` and for a process that runs itself again as
/// a node; who has many nodes in one process uses [`crate::app`].
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let cli: Cli = match parse(args.collect(), chinese::texts()) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    start_log(if matches!(cli.command, Command::Serve(_)) { "info" } else { "error" });
    let terminal = Terminal::new(&cli.globals);
    let outcome = execute(&terminal, &cli.place, cli.command);
    terminal.finish(outcome)
}

fn execute(terminal: &Terminal, place: &Place, command: Command) -> Result<(), Failure> {
    sides::check(place, &command)?;
    match command {
        Command::Init(args) => init::run(terminal, place, &args),
        Command::Join(args) => block_on(joining::run(terminal, place, &args))?,
        Command::Serve(args) => block_on(serve::run(terminal, place, &args))?,
        Command::Import(command) => import::run(terminal, place, &command),
        Command::Release(release::ReleaseCommand::Send(args)) => {
            block_on(send::run(terminal, place, &args))?
        }
        Command::Release(command) => release::run(terminal, place, &command),
        Command::Sealed(sealed::SealedCommand::List(args)) => sealed::list(terminal, place, &args),
        Command::Sealed(sealed::SealedCommand::Selftest) => sealed::selftest(terminal),
        Command::Sealed(sealed::SealedCommand::Send(args)) => {
            block_on(sealed::send(terminal, place, &args))?
        }
        Command::Indicator(command) => block_on(indicator::run(terminal, place, &command))?,
        Command::Scale(command) => scale::run(terminal, place, &command),
        Command::Status => status::run(terminal, place),
        Command::Doctor => doctor::run(terminal, place),
        Command::Backup(args) => backup::run(terminal, place, &args),
        Command::Bundle(command) => bundle::run(terminal, place, &command),
        Command::User(command) => block_on(user::run(terminal, place, &command))?,
        Command::Root(command) => roots::run(terminal, place, &command),
        Command::Revocations(command) => revocations::run(terminal, place, &command),
        Command::Ledger(args) => ledger::run(terminal, place, &args),
        Command::Screening(args) => screening::run(terminal, place, &args),
        Command::Roll(args) => roll::run(terminal, place, &args),
        Command::Family(args) => family::run(terminal, place, &args),
        Command::Referral(args) => referral::run(terminal, place, &args),
        Command::Consult(args) => consult::run(terminal, place, &args),
        Command::Notice(args) => notice::run(terminal, place, &args),
        Command::Transfer(args) => transfer::run(terminal, place, &args),
        Command::Inspection(args) => inspection::run(terminal, place, &args),
        Command::Standards(args) => standards::run(terminal, place, &args),
        Command::Keeping(args) => keeping::run(terminal, place, &args),
        Command::List(args) => list::run(terminal, place, &args),
        Command::Intake(args) => intake::run(terminal, place, &args),
        Command::Card(args) => cards::run(terminal, place, &args),
        Command::Desk(args) => notice::desk::run(terminal, place, &args),
        Command::Key(command) => key::run(terminal, place, &command),
        Command::Config(command) => configuration::run(terminal, place, &command),
        Command::Passphrase(command) => passphrase::run(terminal, place, &command),
        Command::Service(command) => service::run(terminal, place, &command),
        Command::Completions(asked) => completions(terminal, tree(), &asked),
        Command::Man(asked) => man(terminal, tree(), &asked),
        Command::Disclosure(command) => disclosure::run(terminal, place, &command),
        Command::DangerLocalReport(args) => local_report::run(terminal, place, &args),
    }
}

/// Folds what was erased out of the ledger's log; where that fails now, it is folded in later.
fn fold_erased(terminal: &Terminal, node: &Node) {
    if node.ledger().fold().is_err() {
        terminal.talk(words::NOT_FOLDED, &[]);
    }
}

/// The command tree with the Chinese of its help.
fn tree() -> (clap::Command, Translation) {
    (Cli::command(), chinese::texts())
}
