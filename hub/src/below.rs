//! What may lie below a member hub: what it is believed about, and nothing else.

use domain::unit::{IdentityName, UnitKind};
use runtime::sql::{SqlError, Tx};

use crate::config::Config;
use crate::enrolment::street_of;
use crate::store::member_key;
use crate::store::unit::{self, Unit};

/// How a unit and its key stand to a member hub that speaks of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The unit may lie below that hub.
    Below,
    /// It sat there once and is another hub's or our own now.
    Gone,
    /// It cannot lie below that hub.
    Foreign,
}

/// A unit lies below a member hub if its name is in that hub's district and it is neither in our
/// own register nor certified for another street.
///
/// # Errors
/// The store cannot be read.
pub(crate) fn standing(
    tx: &Tx<'_>,
    config: &Config,
    hub: &Unit,
    (name, key): (&IdentityName, &[u8; 32]),
) -> Result<Standing, SqlError> {
    let label = match hub.kind {
        UnitKind::District => hub.id.label(),
        _ => config.name.district_label().to_owned(),
    };
    let is_either = *name.unit() == config.unit || *name.unit() == hub.id;
    if !hub.kind.is_area() || name.district_label() != label || is_either {
        return Ok(Standing::Foreign);
    }
    let known = member_key::find(tx, key)?;
    if known.is_some_and(|known| known.unit != name.unit().as_str()) {
        return Ok(Standing::Foreign);
    }
    let elsewhere = street_of(tx, name.unit())?.is_some_and(|street| street != hub.id);
    if elsewhere || unit::find(tx, name.unit())?.is_some() {
        return Ok(Standing::Gone);
    }
    Ok(Standing::Below)
}
