//! `service`: the node as a service of the system, which opens its ledger without a person.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use runtime::cli::{
    Exit, Failure, Service, ServiceInstall, Terminal, from_anywhere, install_service, service_name,
};

use super::{Place, context, words};
use crate::config::Config;
use crate::unlock::CREDENTIAL;

#[derive(Debug, Subcommand)]
pub(super) enum ServiceCommand {
    /// Write what has the system start it, and say what turns it on
    Install(InstallArgs),
}

#[derive(Args, Debug)]
pub(super) struct InstallArgs {
    #[command(flatten)]
    install: ServiceInstall,

    /// Passphrase of the ledger as systemd-creds encrypted it
    #[arg(long, value_name = "FILE")]
    credential: Option<PathBuf>,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &ServiceCommand,
) -> Result<(), Failure> {
    let ServiceCommand::Install(args) = command;
    let config = context::config(place, &[])?;
    let data = from_anywhere(&config.data)?;
    let mut arguments = vec!["serve".to_owned(), "--no-input".to_owned()];
    let mut add = |flag: &str, path: &Path| -> Result<(), Failure> {
        arguments.extend([flag.to_owned(), from_anywhere(path)?.display().to_string()]);
        Ok(())
    };
    add("--data", &data)?;
    if let Some(file) = &place.config {
        add("--config", file)?;
    }
    if let Some(file) = opened_by(place, &config, args)? {
        add("--passphrase-file", file)?;
    }
    let credential = args.credential.as_deref().map(from_anywhere).transpose()?;
    let unit = config.unit().map(ToString::to_string);
    let service = Service {
        name: service_name("xinqiao-node", unit.as_deref()),
        about: format!("Xinqiao school node {}", unit.unwrap_or_default()).trim().to_owned(),
        data,
        arguments,
        credential: credential.map(|file| (CREDENTIAL, file)),
    };
    install_service(terminal, &service, &args.install)
}

/// The passphrase file that the service is to be started with, if that is what opens the ledger; a
/// service that nothing opens would only ever fail.
fn opened_by<'p>(
    place: &'p Place,
    config: &Config,
    args: &InstallArgs,
) -> Result<Option<&'p Path>, Failure> {
    // Nobody writes to the standard input of a service.
    let file = place.passphrase_file.as_deref().filter(|file| *file != Path::new("-"));
    if file.is_none() && args.credential.is_none() && config.danger_key_file.is_none() {
        return Err(Failure::new(Exit::Usage, "CREDENTIAL_NEEDED", words::SERVICE_LOCKED)
            .hint(words::SERVICE_LOCKED_NEXT));
    }
    Ok(file)
}
