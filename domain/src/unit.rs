//! Units of the tree and the names by which certificates identify them.
//!
//! A unit keeps its id for life: moves, splits and re-enrolments change where it sits, never what
//! it is called. Ids are DNS labels in another case, because only DNS names can be constrained
//! by a certificate authority.

use std::fmt;
use std::str::FromStr;

/// Longest id in characters; leaves room for the district and zone in a DNS name.
pub const UNIT_ID_CHARS_MAX: usize = 40;

/// Stable id of a unit: a school identification code, a division code, or one given by its hub.
///
/// Upper-case letters, digits and hyphens; compared without regard to case, kept in upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(String);

/// Why a text is not a unit id, a zone or an identity name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// Empty, too long, or with another character than letters, digits and hyphens.
    #[error("a unit id has 1 to 40 letters, digits or hyphens")]
    Id,
    /// Not a lower-case DNS name of two labels or more.
    #[error("a zone is a DNS name such as qingdao.example")]
    Zone,
    /// Not `unit.district.zone`.
    #[error("an identity name has the form unit.district.zone")]
    Name,
    /// Not a kind of unit that this version knows.
    #[error("unit kind is not one of city, district, street, school, centre, clinic, helper")]
    Kind,
}

impl UnitId {
    /// The id in lower case, as it stands in a certificate.
    #[must_use]
    pub fn label(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Length of the id where it has the form of a division code: six digits for a city or
    /// district, nine for a street or town, twelve for a village or neighbourhood.
    #[must_use]
    pub fn division_digits(&self) -> Option<usize> {
        let coded = matches!(self.0.len(), 6 | 9 | 12);
        (coded && self.0.bytes().all(|byte| byte.is_ascii_digit())).then_some(self.0.len())
    }

    /// The id as it is stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UnitId {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let bounded = !text.is_empty() && text.len() <= UNIT_ID_CHARS_MAX;
        let edged = text.starts_with('-') || text.ends_with('-');
        if !bounded || edged || !text.chars().all(plain) {
            return Err(UnitError::Id);
        }
        Ok(Self(text.to_ascii_uppercase()))
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a unit is. The kind decides what it may contribute and what it may issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// The root hub of a city.
    City,
    /// A district or county-level city; issues certificates for its subtree.
    District,
    /// A street or town; holds no certificate authority.
    Street,
    /// A school's node.
    School,
    /// A counselling centre's node, a receiver.
    Centre,
    /// A clinic's or hospital's node, a receiver.
    Clinic,
    /// The health commission's hub: holds the other half of sealed sums, and has no members.
    Helper,
}

impl UnitKind {
    /// Whether units of this kind run a hub and may therefore be called.
    #[must_use]
    pub const fn is_hub(self) -> bool {
        self.is_area() || matches!(self, Self::Helper)
    }

    /// Whether units of this kind receive referrals and have no pupils. A department's desk joins
    /// as a centre.
    #[must_use]
    pub const fn is_receiver(self) -> bool {
        matches!(self, Self::Centre | Self::Clinic)
    }

    /// Whether a unit of this kind stands for an area: it has members, and sums their figures.
    #[must_use]
    pub const fn is_area(self) -> bool {
        matches!(self, Self::City | Self::District | Self::Street)
    }

    /// Whether a unit of this kind has an issuing authority for its own name, so that the hub above
    /// registers its certificate instead of issuing one.
    #[must_use]
    pub const fn certifies_itself(self) -> bool {
        matches!(self, Self::District | Self::Helper)
    }

    /// Whether an id has the form that official lists give to this kind: division codes of six
    /// digits for a city or district and of nine for a street, anything but a division code for
    /// the others. A unit that no list has is named by its hub and need not fit.
    #[must_use]
    pub fn fits(self, id: &UnitId) -> bool {
        let digits = id.division_digits();
        match self {
            Self::City | Self::District => digits == Some(6),
            Self::Street => digits == Some(9),
            Self::School | Self::Centre | Self::Clinic | Self::Helper => digits.is_none(),
        }
    }

    /// The word that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::District => "district",
            Self::Street => "street",
            Self::School => "school",
            Self::Centre => "centre",
            Self::Clinic => "clinic",
            Self::Helper => "helper",
        }
    }
}

impl FromStr for UnitKind {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let all = [
            Self::City,
            Self::District,
            Self::Street,
            Self::School,
            Self::Centre,
            Self::Clinic,
            Self::Helper,
        ];
        all.into_iter().find(|kind| kind.as_str() == text).ok_or(UnitError::Kind)
    }
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The DNS zone of a city, such as `qingdao.example`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone(String);

impl Zone {
    /// The zone as a lower-case DNS name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Zone {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let label = |part: &str| {
            !part.is_empty()
                && part.len() <= 63
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        let parts = text.split('.').count();
        if text.len() <= 120 && parts >= 2 && text.split('.').all(label) {
            Ok(Self(text.to_owned()))
        } else {
            Err(UnitError::Zone)
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The one DNS name of a certificate: `unit.district.zone`, or `unit.city.zone` for what the city
/// runs itself.
///
/// Fields are private so that a name is always one that was built or parsed whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityName {
    unit: UnitId,
    district: String,
    zone: Zone,
}

/// The label that stands for the district in names of units that the city runs itself.
pub const CITY_LABEL: &str = "city";

impl IdentityName {
    /// Names a unit that belongs to a district.
    #[must_use]
    pub fn in_district(unit: UnitId, district: &UnitId, zone: Zone) -> Self {
        Self { unit, district: district.label(), zone }
    }

    /// Names a unit that the city runs itself, the city hub among them.
    #[must_use]
    pub fn in_city(unit: UnitId, zone: Zone) -> Self {
        Self { unit, district: CITY_LABEL.to_owned(), zone }
    }

    /// The unit that is named.
    #[must_use]
    pub const fn unit(&self) -> &UnitId {
        &self.unit
    }

    /// Whether it names this hub: under its own label, or one that the city runs. A district can
    /// put any unit under its own label, and so pose as any hub where the label is not looked at.
    #[must_use]
    pub fn names_hub(&self, unit: &UnitId) -> bool {
        self.unit == *unit && (self.district == unit.label() || self.district == CITY_LABEL)
    }

    /// The district's label, `city` for what the city runs itself.
    #[must_use]
    pub fn district_label(&self) -> &str {
        &self.district
    }

    /// The city's zone.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The SPIFFE URI that must agree with this name in every certificate.
    #[must_use]
    pub fn spiffe_uri(&self) -> String {
        format!("spiffe://{}/unit/{}", self.zone, self.unit.label())
    }

    /// Reads `unit.district.zone` under a known zone.
    ///
    /// # Errors
    /// Another zone, more or fewer labels, or a unit that is no id.
    pub fn parse(text: &str, zone: &Zone) -> Result<Self, UnitError> {
        let lower = text.to_ascii_lowercase();
        let front = lower
            .strip_suffix(zone.as_str())
            .and_then(|rest| rest.strip_suffix('.'))
            .ok_or(UnitError::Name)?;
        let (unit, district) = front.split_once('.').ok_or(UnitError::Name)?;
        let district_id: UnitId = district.parse().map_err(|_| UnitError::Name)?;
        Ok(Self { unit: unit.parse()?, district: district_id.label(), zone: zone.clone() })
    }
}

impl fmt::Display for IdentityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.unit.label(), self.district, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        "qingdao.example".parse().expect("zone")
    }

    /// One unit has one id, however it was typed.
    #[test]
    fn unit_ids_do_not_depend_on_case() {
        let lower: UnitId = "f370202004j01".parse().expect("id");
        let upper: UnitId = "F370202004J01".parse().expect("id");
        assert_eq!(lower, upper);
        assert_eq!(upper.label(), "f370202004j01");
    }

    /// What cannot stand in a DNS label cannot be an id.
    #[test]
    fn unit_ids_refuse_what_dns_refuses() {
        for text in ["", "-a", "a-", "a.b", "学校", "a b", &"x".repeat(41)] {
            assert_eq!(text.parse::<UnitId>(), Err(UnitError::Id), "{text}");
        }
    }

    /// A code tells what its unit is; the ten digits of a school's national code are no division.
    #[test]
    fn ids_fit_the_kind_whose_lists_give_them() {
        use UnitKind::{Centre, City, Clinic, District, Helper, School, Street};
        let fitting = |text: &str| {
            let id: UnitId = text.parse().expect("id");
            [City, District, Street, School, Centre, Clinic, Helper]
                .into_iter()
                .filter(move |k| k.fits(&id))
        };
        assert!(fitting("370202").eq([City, District]));
        assert!(fitting("370202004").eq([Street]));
        assert!(fitting("370202004001").eq([]));
        for text in ["F370202004J01", "3137012345", "S01", "37020"] {
            assert!(fitting(text).eq([School, Centre, Clinic, Helper]), "{text}");
        }
    }

    /// A helper can be called and has nobody below it.
    #[test]
    fn a_helper_is_a_hub_without_an_area() {
        let helper: UnitKind = "helper".parse().expect("kind");
        assert!(helper.is_hub() && helper.certifies_itself() && !helper.is_area());
        assert!(UnitKind::District.is_area() && UnitKind::District.certifies_itself());
        assert!(!UnitKind::Street.certifies_itself() && !UnitKind::School.is_hub());
        assert!(UnitKind::Centre.is_receiver() && UnitKind::Clinic.is_receiver());
        assert!(!UnitKind::School.is_receiver() && !UnitKind::Helper.is_receiver());
    }

    /// A name is read back as it was written, and only below its own zone.
    #[test]
    fn identity_names_belong_to_one_zone() {
        let district: UnitId = "370202".parse().expect("id");
        let unit: UnitId = "F370202004J01".parse().expect("id");
        let name = IdentityName::in_district(unit, &district, zone());
        assert_eq!(name.to_string(), "f370202004j01.370202.qingdao.example");
        assert_eq!(IdentityName::parse(&name.to_string(), &zone()), Ok(name));
        for text in [
            "x.370202.evilqingdao.example",
            "x.370202.other.example",
            "x.y.370202.qingdao.example",
            "370202.qingdao.example",
        ] {
            assert!(IdentityName::parse(text, &zone()).is_err(), "{text}");
        }
    }
}
