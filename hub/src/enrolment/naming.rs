//! Which name a member's certificate has; decided by the hub's place and the register, never by
//! the member.

use certs::root::Commission;
use domain::unit::{IdentityName, UnitId, UnitKind};

use crate::config::Config;

/// The one name under which a hub knows a member of a kind; nothing where it has no such members.
///
/// A district's name is its own subtree's, which only its own authority can issue; so a district
/// cannot pose as another by putting the other's id under its own label. A helper's is too, under
/// the health commission's root; see [`stands_under`].
#[must_use]
pub fn member_name(hub: &Config, unit: &UnitId, kind: UnitKind) -> Option<IdentityName> {
    let zone = hub.zone().clone();
    match (hub.kind, kind) {
        (_, UnitKind::City) | (UnitKind::Helper, _) => None,
        (UnitKind::City, UnitKind::District | UnitKind::Helper) => {
            Some(IdentityName::in_district(unit.clone(), unit, zone))
        }
        (UnitKind::City, _) => Some(IdentityName::in_city(unit.clone(), zone)),
        (_, UnitKind::District | UnitKind::Helper) => None,
        (UnitKind::Street, UnitKind::Street) => None,
        (_, _) => {
            let district: UnitId = hub.name.district_label().parse().ok()?;
            Some(IdentityName::in_district(unit.clone(), &district, zone))
        }
    }
}

/// Whether a certificate of a unit that certifies itself comes from the right commission: health's
/// names helpers and nothing else, so that neither root can put its own hub in the other's place.
#[must_use]
pub fn stands_under(kind: UnitKind, commission: Option<Commission>) -> bool {
    (kind == UnitKind::Helper) == (commission == Some(Commission::Health))
}
