//! The commands of `xinqiao-hub`.
//!
//! Every command works on the data folder and may run while `serve` runs: the register is shared
//! through the store, and its version tells the running hub that it changed.

mod api_key;
mod backup;
mod bundle;
pub(crate) mod causes;
mod chinese;
mod context;
mod directive;
mod directory;
mod disclosure;
mod doctor;
mod doctor_backup;
mod doctor_letters;
mod doctor_sealed;
mod init;
mod invite;
mod join;
mod key;
mod letters;
mod plan;
mod plan_keys;
mod plan_make;
mod plan_shut;
mod plan_versions;
mod private;
mod publication;
mod publication_doctor;
mod publish_plan;
mod reason;
mod relay_key;
mod restore;
mod roots;
mod school_key;
mod sealed;
mod sealed_close;
mod sealed_confirm;
mod sealed_list;
mod sealed_names;
mod sealed_renoted;
mod sealed_reports;
mod sealed_told;
mod sealed_value;
mod serve;
mod service;
mod settings;
mod special;
mod stats;
mod status;
mod unit;
mod unit_place;
mod user;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use runtime::cli::{Failure, Globals, Terminal, completions, man};
use runtime::clock::Clock;

use chinese::CHINESE;
use context::Context;

/// A street's, district's or city's hub: members, figures, directives
#[derive(Parser)]
#[command(name = "xinqiao-hub")]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args)]
struct Place {
    /// Data folder of the hub
    #[arg(long, global = true, env = "XINQIAO_HUB_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Configuration file, if it is not hub.toml in the data folder
    #[arg(long, global = true, env = "XINQIAO_HUB_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Set the hub up; a city or a district a second time, with what the ceremony signed
    Init(Box<init::Init>),
    /// Join the hub above with its invite
    Join(join::Join),
    /// Serve members until it is stopped
    Serve(serve::Serve),
    /// Show how the hub and its members are
    Status,
    /// Check everything that the hub hangs on, with what mends it
    Doctor,
    /// Show figures
    Stats(stats::Stats),
    /// Register units and change what they may do
    #[command(subcommand)]
    Unit(unit::Command),
    /// Invite units
    #[command(subcommand)]
    Invite(invite::Command),
    /// Publish signed packs and see who applied them
    #[command(subcommand)]
    Directive(directive::Command),
    /// Directories: to whom schools may turn; make one from a table, check it, show it
    #[command(subcommand)]
    Directory(directory::Command),
    /// Special periods: make one, check it, see who follows
    #[command(subcommand)]
    Special(special::Command),
    /// Look at what needs a person
    #[command(subcommand)]
    Alarm(status::AlarmCommand),
    /// Accounts of the console
    #[command(subcommand)]
    User(user::Command),
    /// Keys of programs that read the statistics
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// Which schools may be summed: make the open plan of a year, check it, show it, publish it
    #[command(subcommand)]
    Plan(plan::Command),
    /// Sealed sums: what is in, what is opened, what waits
    #[command(subcommand)]
    Sealed(sealed::Command),
    /// What is made public with noise: plan a release, draw it once, show it
    #[command(subcommand)]
    Publish(publication::Command),
    /// Keys with which this hub opens its halves of sealed sums, and letters as a relay
    #[command(subcommand)]
    Key(key::Command),
    /// Letters of referrals that this hub passes on
    #[command(subcommand)]
    Letters(letters::Command),
    /// What one role can work out from everything that it has seen
    #[command(subcommand)]
    Disclosure(disclosure::Command),
    /// Copies of the data folder, sealed under a passphrase
    #[command(subcommand)]
    Backup(backup::Command),
    /// Put a copy back into a data folder that is empty or new
    Restore(restore::Restore),
    /// Files of members without a network
    #[command(subcommand)]
    Bundle(bundle::Command),
    /// Root certificates that this hub trusts
    #[command(subcommand)]
    Root(roots::Command),
    /// Look at the configuration
    #[command(subcommand)]
    Config(settings::Command),
    /// Have the system start it by itself
    #[command(subcommand)]
    Service(service::Command),
    /// Print the completions of a shell
    Completions(runtime::cli::Completions),
    /// Write the manual pages
    Man(runtime::cli::ManPages),
}

/// Runs `xinqiao-hub` with its arguments, the program's name first.
#[must_use]
pub fn run(args: Vec<OsString>) -> ExitCode {
    let cli: Cli = match runtime::cli::parse(args, CHINESE) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let terminal = Terminal::new(&cli.globals);
    terminal.finish(perform(&terminal, cli))
}

/// Runs what needs no data folder, then what does.
fn perform(terminal: &Terminal, cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Completions(asked) => completions(terminal, (Cli::command(), CHINESE), &asked),
        Command::Man(asked) => man(terminal, (Cli::command(), CHINESE), &asked),
        Command::Disclosure(disclosure::Command::Export(asked)) => {
            let context = Context::new(terminal.clone(), Clock::system(), cli.place)?;
            disclosure::export(&context, &asked)
        }
        Command::Disclosure(disclosure::Command::Audit(asked)) => {
            disclosure::audit(terminal, &asked)
        }
        Command::Plan(plan::Command::Publish(asked)) => {
            let context = Context::new(terminal.clone(), Clock::system(), cli.place)?;
            publish_plan::run(&context, &asked)
        }
        Command::Plan(command) => plan::run(terminal, &command),
        command => execute(&Context::new(terminal.clone(), Clock::system(), cli.place)?, command),
    }
}

fn execute(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::Init(init) => init::run(context, *init),
        Command::Join(join) => join::run(context, &join),
        Command::Serve(serve) => serve::run(context, &serve),
        Command::Status => status::run(context),
        Command::Doctor => doctor::run(context),
        Command::Stats(stats) => stats::run(context, stats),
        Command::Unit(command) => unit::run(context, command),
        Command::Invite(command) => invite::run(context, command),
        Command::Directive(command) => directive::run(context, command),
        Command::Directory(command) => directory::run(context, command),
        Command::Special(command) => special::run(context, command),
        Command::Alarm(status::AlarmCommand::List) => status::alarms(context),
        Command::User(command) => user::run(context, command),
        Command::ApiKey(command) => api_key::run(context, command),
        Command::Sealed(command) => sealed::run(context, command),
        Command::Publish(command) => publication::run(context, &command),
        Command::Key(command) => key::run(context, &command),
        Command::Letters(command) => letters::run(context, &command),
        Command::Backup(command) => backup::run(context, &command),
        Command::Restore(asked) => restore::run(context, &asked),
        Command::Bundle(command) => bundle::run(context, &command),
        Command::Root(command) => roots::run(context, command),
        Command::Config(command) => settings::run(context, &command),
        Command::Service(command) => service::run(context, &command),
        // These need no data folder and were run before.
        Command::Completions(_) | Command::Man(_) | Command::Plan(_) | Command::Disclosure(_) => {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
