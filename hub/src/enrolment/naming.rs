//! Which name a member's certificate has; decided by the hub's place and the register, never by
//! the member.

use domain::unit::{IdentityName, UnitId, UnitKind};

use crate::config::Config;

/// The one name under which a hub knows a member of a kind; nothing where it has no such members.
///
/// A district's name is its own subtree's, which only its own authority can issue; so a district
/// cannot pose as another by putting the other's id under its own label.
#[must_use]
pub fn member_name(hub: &Config, unit: &UnitId, kind: UnitKind) -> Option<IdentityName> {
    let zone = hub.zone().clone();
    match (hub.kind, kind) {
        (_, UnitKind::City) => None,
        (UnitKind::City, UnitKind::District) => {
            Some(IdentityName::in_district(unit.clone(), unit, zone))
        }
        (UnitKind::City, _) => Some(IdentityName::in_city(unit.clone(), zone)),
        (_, UnitKind::District) => None,
        (UnitKind::Street, UnitKind::Street) => None,
        (_, _) => {
            let district: UnitId = hub.name.district_label().parse().ok()?;
            Some(IdentityName::in_district(unit.clone(), &district, zone))
        }
    }
}
