//! Whether figures of a special period may be taken: of its schools, of its days, and of nothing
//! that could not be protected.

use domain::disclosure::{Unprotected, may_run};
use domain::period::Period;
use domain::special::SpecialPeriod;
use domain::unit::{UnitId, UnitKind};

use super::Own;

/// Why figures of a special period are refused for good.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutOfPlace {
    /// What it asks for could not be protected.
    #[error(transparent)]
    Unprotected(#[from] Unprotected),
    /// A day or week outside of it.
    #[error("the special period does not hold {0}")]
    Time(Period),
    /// A school that is not of the area, or that the area has under another hub than this one.
    #[error("the special period does not name this school under this hub")]
    School,
    /// More schools than the area has below the sender.
    #[error("the special period names fewer schools below the sender")]
    Sum,
}

impl OutOfPlace {
    /// The stable code of the refusal.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Unprotected(_) => "unprotected",
            Self::Time(_) => "outside_time",
            Self::School | Self::Sum => "outside_area",
        }
    }
}

/// What sums of a hub say of their schools.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// Schools that reported.
    pub schools: u32,
    /// Schools that any version of the special period ever had below the hub.
    pub below: u32,
}

/// Versions besides the one that is named.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Since<'p> {
    /// The one in force on the first day that is told.
    pub then: Option<&'p SpecialPeriod>,
    /// The latest one.
    pub latest: Option<&'p SpecialPeriod>,
}

/// Judges a sheet of a school, or sums of a hub.
///
/// Days are judged by the version that is named and by the latest one, which may have ended it. A
/// school must be of both, and this hub must be above it: a school that the list has in a wrong
/// place is refused by name here, instead of spoiling the sums that go up with it. And the version
/// that was in force then must name it, in whatever place: who was not asked yet makes up for
/// nothing, since coverage counts by that version at every level. Sums hold sheets under several
/// versions: they may hold as many schools as these had together.
pub(super) fn check(
    own: &Own,
    (unit, period, schools): (&UnitId, Period, Option<Told>),
    named: &SpecialPeriod,
    Since { then, latest }: Since<'_>,
) -> Result<(), OutOfPlace> {
    may_run(named)?;
    let versions = || std::iter::once(named).chain(latest);
    if !versions().all(|special| special.holds(period)) {
        return Err(OutOfPlace::Time(period));
    }
    match schools {
        None if then.is_some_and(|then| !then.area().holds(unit)) => Err(OutOfPlace::School),
        None if versions().all(|special| is_placed(own, unit, special)) => Ok(()),
        None => Err(OutOfPlace::School),
        Some(told) if told.schools <= told.below => Ok(()),
        Some(_) => Err(OutOfPlace::Sum),
    }
}

/// Whether the area has a school below this hub.
fn is_placed(own: &Own, school: &UnitId, special: &SpecialPeriod) -> bool {
    let mut listed = special.area().iter();
    let above = listed.find(|(unit, _)| *unit == school).map(|(_, above)| above);
    above.is_some_and(|above| own.kind == UnitKind::City || above.contains(&own.unit))
}

#[cfg(test)]
mod tests {
    use domain::catalogue::{Channel, Label};
    use domain::special::{AreaSchool, Cadence, SpecialDefinition};
    use jiff::civil::{Date, date};
    use proto::pack::embedded;

    use super::*;

    fn unit(id: &str) -> UnitId {
        id.parse().expect("unit")
    }

    /// A version for some schools, each with the hubs above it, until a day.
    fn version(schools: &[(&str, &str)], last: Date) -> SpecialPeriod {
        let catalogue = embedded::catalogue().expect("catalogue");
        let lessons = catalogue.count("evt.drills").expect("count").clone();
        let dimensions = catalogue.dimensions().iter();
        let used = dimensions.filter(|dimension| lessons.dims.contains(&dimension.id));
        let period = domain::catalogue::NativePeriod::from(Cadence::Day);
        let assess = lessons.assess && lessons.channel == Channel::Clear;
        let area = schools.iter().map(|(school, above)| AreaSchool {
            unit: unit(school),
            above: above.split_whitespace().map(unit).collect(),
        });
        SpecialPeriod::new(SpecialDefinition {
            id: "flood-2026".parse().expect("id"),
            revision: 1,
            label: Label { zh: "防汛".to_owned(), en: "Flood".to_owned() },
            first: date(2026, 11, 30),
            last,
            cadence: Cadence::Day,
            schools: area.collect(),
            pulse: None,
            dimensions: used.cloned().collect(),
            counts: vec![domain::catalogue::Count { period, assess, ..lessons }],
        })
        .expect("special period")
    }

    const SIX: [(&str, &str); 6] =
        [("S1", "D1"), ("S2", "D1"), ("S3", "D1"), ("S4", "D2"), ("S5", "D2"), ("S6", "D1")];

    fn at(id: &str, kind: UnitKind) -> Own {
        Own { unit: unit(id), kind }
    }

    /// S6 is listed under a district under which it does not sit: its own district refuses its
    /// sheet, so that the sums of the others are not above what the area has below it.
    #[test]
    fn a_school_in_a_wrong_place_spoils_no_sum() {
        let special = version(&SIX, date(2026, 12, 13));
        let day = Period::Day(date(2026, 12, 1));
        let told = |own: &Own, sender: &str, schools: Option<u32>| {
            let below = special.area().below(&unit(sender));
            let schools = schools.map(|schools| Told { schools, below });
            let all = Since { then: Some(&special), latest: Some(&special) };
            check(own, (&unit(sender), day, schools), &special, all)
        };
        let second = at("D2", UnitKind::District);
        assert!(told(&second, "S4", None).is_ok());
        assert!(matches!(told(&second, "S6", None), Err(OutOfPlace::School)));
        assert!(matches!(told(&second, "S9", None), Err(OutOfPlace::School)));
        let city = at("C", UnitKind::City);
        assert!(told(&city, "D2", Some(2)).is_ok());
        assert!(matches!(told(&city, "D2", Some(3)), Err(OutOfPlace::Sum)));
        assert!(told(&city, "S6", None).is_ok(), "straight under the city");
    }

    /// A version that leaves schools out keeps theirs back from now on and unmakes no sum that was
    /// told under the version before; one that ends earlier ends it for all.
    #[test]
    fn a_smaller_area_unmakes_no_sum() {
        let before = version(&SIX, date(2026, 12, 13));
        let after = version(&SIX[..5], date(2026, 12, 5));
        let city = at("C", UnitKind::City);
        let told = |sender: &str, day, schools: Option<u32>| {
            let below = before.area().below(&unit(sender));
            let schools = schools.map(|schools| Told { schools, below });
            let about = (&unit(sender), Period::Day(date(2026, 12, day)), schools);
            let all = Since { then: Some(&before), latest: Some(&after) };
            check(&city, about, &before, all)
        };
        assert!(told("D1", 1, Some(4)).is_ok());
        assert!(matches!(told("S6", 1, None), Err(OutOfPlace::School)));
        assert!(matches!(told("D1", 6, Some(3)), Err(OutOfPlace::Time(_))));
    }

    /// A school that a later version adds tells no day that began before that version: nobody
    /// waited for it then. One that the version before had in a wrong place was asked.
    #[test]
    fn who_was_not_asked_yet_makes_up_for_nothing() {
        let (before, after) =
            (version(&SIX[..5], date(2026, 12, 13)), version(&SIX, date(2026, 12, 13)));
        let own = at("D1", UnitKind::District);
        let told = |then: &SpecialPeriod, named: &SpecialPeriod| {
            let about = (&unit("S6"), Period::Day(date(2026, 12, 1)), None);
            check(&own, about, named, Since { then: Some(then), latest: Some(&after) })
        };
        assert!(matches!(told(&before, &after), Err(OutOfPlace::School)));
        assert!(told(&after, &after).is_ok());
        let mut misplaced = SIX;
        misplaced[5] = ("S6", "D2");
        assert!(told(&version(&misplaced, date(2026, 12, 13)), &after).is_ok());
    }
}
