//! `service`: the hub as a service of the system.

use clap::Subcommand;
use runtime::cli::{
    Failure, Service, ServiceInstall, from_anywhere, install_service, service_name,
};

use super::context::Context;

/// Have the system start it by itself
#[derive(Subcommand)]
pub(super) enum Command {
    /// Write what has the system start it, and say what turns it on
    Install(ServiceInstall),
}

/// Sets the service up for the hub of the folder.
pub(super) fn run(context: &Context, command: &Command) -> Result<(), Failure> {
    let Command::Install(asked) = command;
    let config = context.config()?;
    let data = from_anywhere(context.data())?;
    let file = from_anywhere(context.config_file())?;
    let mut arguments = vec!["serve".to_owned(), "--no-input".to_owned()];
    arguments.extend(["--data".to_owned(), data.display().to_string()]);
    if file != data.join("hub.toml") {
        arguments.extend(["--config".to_owned(), file.display().to_string()]);
    }
    let service = Service {
        name: service_name("xinqiao-hub", Some(config.unit.as_str())),
        about: format!("Xinqiao hub {}", config.unit),
        data,
        arguments,
        credential: None,
    };
    install_service(&context.terminal, &service, asked)
}
