//! Root certificates: pinned by two persons with paper letters, never by a message.

use std::path::PathBuf;

use certs::root::{Commission, RootCertificate};
use clap::Subcommand;
use runtime::cli::{Answer, Exit, Failure, Sentence};
use serde_json::json;

use super::context::Context;
use super::words;
use crate::app::load_roots;
use crate::ca::root;
use crate::config::Config;

/// Where roots lie in the data folder, in their order.
const NAMES: [&str; 2] = ["roots/education.pem", "roots/health.pem"];

/// Root certificates that this hub trusts
#[derive(Subcommand)]
pub(super) enum Command {
    /// Show the fingerprints, to compare with the letters
    List,
    /// Trust the second commission's root; takes effect at the next start
    Add {
        /// Root certificate
        file: PathBuf,
        /// The fingerprint was compared with the letter; do not ask
        #[arg(long, alias = "roots-compared", overrides_with = "yes")]
        yes: bool,
    },
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    let config = context.config()?;
    let mut roots = load_roots(&config)?;
    if let Command::Add { file, yes } = command {
        let new = root::read(&file).map_err(|error| crate::ca::failure_at(&file, &error))?;
        if new.zone() != config.zone() {
            let message = Sentence::new(words::roots::ROOT_OTHER_ZONE, &[&file.display()]);
            return Err(Failure::new(Exit::Authentication, "OTHER_ZONE", message));
        }
        let known = roots.iter().any(|root| root.digest() == new.digest());
        if roots.len() >= NAMES.len() && !known {
            return Err(Failure::new(Exit::Refused, "TWO_ROOTS", words::roots::TWO_ROOTS));
        }
        if known {
            context.terminal.talk(words::roots::ROOT_KNOWN, &[]);
        } else {
            let mut all = roots.clone();
            all.push(new.clone());
            in_order(&all)?;
            compare(context, std::slice::from_ref(&new), yes)?;
            roots = all;
            write(&config, &roots)?;
            context.terminal.talk(words::roots::ROOT_ADDED_NEXT, &[]);
        }
    }
    let value: Vec<_> = roots
        .iter()
        .map(|root| {
            let until = root.not_after().to_string();
            let commission = root.commission().map(|commission| match commission {
                Commission::Education => "education",
                Commission::Health => "health",
            });
            let sha256 = root.digest().to_string();
            json!({"sha256": sha256, "commission": commission, "not_after": until})
        })
        .collect();
    context.terminal.result(&value, |t| {
        let shown: Vec<String> = roots.iter().map(|root| crate::ca::root_text(t, root)).collect();
        shown.join("\n")
    })
}

/// Shows fingerprints and stops unless somebody says that they are those of the letters.
pub(super) fn compare(
    context: &Context,
    roots: &[RootCertificate],
    yes: bool,
) -> Result<(), Failure> {
    for root in roots {
        context.terminal.talk_plain(&crate::ca::root_text(&context.terminal, root));
    }
    if yes {
        return Ok(());
    }
    let question = Sentence::from(words::roots::COMPARE_ROOTS);
    match context.terminal.confirm(&question, "--yes")? {
        Answer::Yes => Ok(()),
        Answer::No => {
            let failure = Failure::new(Exit::Refused, "ROOTS_DIFFER", words::roots::ROOTS_DIFFER);
            Err(failure.hint(words::roots::ROOTS_DIFFER_NEXT))
        }
    }
}

/// Puts roots into the data folder, each under the name of its commission.
pub(super) fn write(config: &Config, roots: &[RootCertificate]) -> Result<(), Failure> {
    let folder = config.path("roots");
    std::fs::create_dir_all(&folder).map_err(|cause| Failure::unreadable_file(&folder, &cause))?;
    for (name, root) in in_order(roots)? {
        let path = config.path(name);
        root::write_certificate(&path, root.der())
            .map_err(|cause| Failure::unreadable_file(&path, &cause))?;
    }
    Ok(())
}

/// The file of each root. Two of one commission would be one office that acts for both.
pub(super) fn in_order(
    roots: &[RootCertificate],
) -> Result<Vec<(&'static str, &RootCertificate)>, Failure> {
    let mut placed: Vec<(&'static str, &RootCertificate)> = Vec::new();
    for root in roots {
        let [education, health] = NAMES;
        let name = match root.commission() {
            Some(Commission::Health) => health,
            Some(Commission::Education) => education,
            None => {
                return Err(Failure::new(
                    Exit::Invalid,
                    "FILE_INVALID",
                    words::roots::NO_COMMISSION,
                ));
            }
        };
        let taken = placed.iter().find(|(other, _)| *other == name);
        if taken.is_some_and(|(_, other)| other.digest() != root.digest()) {
            let failure =
                Failure::new(Exit::Refused, "ONE_COMMISSION", words::roots::ONE_COMMISSION);
            return Err(failure.hint(words::roots::ONE_COMMISSION_NEXT));
        }
        placed.push((name, root));
    }
    Ok(placed)
}
