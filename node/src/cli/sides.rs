//! Which commands are a school's and which a receiver's: a receiver has no pupils, no sheets and
//! nothing to seal for sums, and a school takes no referrals in.

use runtime::cli::Failure;

use super::{Command, Place, context, intake};
use crate::config::NodeRole;

/// Whose node a command is for; nothing where every node has it, or where it needs none.
const fn side(command: &Command) -> Option<NodeRole> {
    match command {
        Command::Intake(_) | Command::Card(_) | Command::Desk(_) => Some(NodeRole::Receiver),
        Command::Import(_)
        | Command::Release(_)
        | Command::Sealed(_)
        | Command::Disclosure(_)
        | Command::Indicator(_)
        | Command::Ledger(_)
        | Command::Screening(_)
        | Command::Roll(_)
        | Command::Family(_)
        | Command::Inspection(_)
        | Command::Standards(_)
        | Command::Keeping(_)
        | Command::Referral(_)
        | Command::Consult(_)
        | Command::Notice(_)
        | Command::Transfer(_)
        | Command::DangerLocalReport(_) => Some(NodeRole::School),
        _ => None,
    }
}

/// Refuses a command of the other side, before the ledger is opened. Where no node is found the
/// command says so itself.
///
/// # Errors
/// The node of the data folder is of the other role.
pub(super) fn check(place: &Place, command: &Command) -> Result<(), Failure> {
    let Some(side) = side(command) else { return Ok(()) };
    let Ok(config) = context::config(place, &[]) else { return Ok(()) };
    match config.role == side {
        true => Ok(()),
        false => Err(intake::other_role(config.role == NodeRole::Receiver)),
    }
}
