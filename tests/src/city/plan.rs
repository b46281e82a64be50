//! Which units the demonstration city has: real divisions, fictitious schools.
//!
//! The same number of schools always gives the same city. Up to twenty schools lie in six streets
//! of two districts, one of them straight under its district; more are spread over all.
//! From twelve on each of the two districts has schools enough for a group of an open plan; of a
//! large city one has from fifty-three on.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::SchoolType;
use serde::Deserialize;

/// All fictitious schools.
const SCHOOLS: &str = include_str!("../../data/schools.csv");

/// The schools for which real answers exist, in two districts.
pub const REAL_SCHOOLS: [&str; 5] =
    ["F370202004J01", "F370202012J02", "F370202012E01", "F310117002S01", "F310117002J01"];

/// A school that sits straight under its district.
const DIRECT_SCHOOL: &str = "F370202011J02";

/// Schools from which on each of the two districts of a small city has a group.
pub const YEAR_SCHOOLS_MIN: usize = 12;

/// Schools from which on some district of a large city has a group, whatever the number: below it
/// five of one stage fall into one district by chance.
pub const YEAR_SPREAD_MIN: usize = 53;

/// The first schools of a small city: those with real answers and the one straight under its
/// district, then six with which each of two districts has five with a junior stage: as many as
/// a group of an open plan needs, and below which no figure about pupils is shown.
const FIRST_SCHOOLS: [&str; 12] = [
    "F370202004J01",
    "F370202012J02",
    "F370202012E01",
    "F310117002S01",
    "F310117002J01",
    DIRECT_SCHOOL,
    "F370202010J01",
    "F310117103J01",
    "F370202004N01",
    "F310117107J01",
    "F310117107J02",
    "F310117103C01",
];

/// Streets from which a small city takes its further schools.
const SMALL_STREETS: [&str; 6] =
    ["370202004", "370202010", "370202012", "310117002", "310117107", "310117103"];

/// Largest school of a small city, so that it is up within seconds.
const SMALL_STUDENTS_MAX: u32 = 1_300;

/// Schools up to which every node is a process of its own.
pub const SMALL_CITY_MAX: usize = 20;

/// The city's division code, zone and name.
pub const CITY: (&str, &str, &str) = ("370200", "青岛市", "Qingdao City");

/// Unit id and names of the health commission's hub, which helps in sealed sums.
pub const HEALTH: (&str, &str, &str) =
    ("HC-QD", "青岛市卫生健康委员会", "Qingdao Health Commission");

/// The kind of that hub.
pub const HELPER: &str = "helper";

/// DNS zone of the demonstration.
pub const ZONE: &str = "qingdao.example";

/// A school as the file lists it.
#[derive(Clone, Debug, Deserialize)]
pub struct School {
    /// School code, which is its unit id.
    pub school_code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Type of school, such as `junior`.
    pub stage: String,
    /// Street's division code.
    pub street_code: String,
    /// District's division code.
    pub district_code: String,
    /// First grade.
    pub grade_from: u8,
    /// Last grade.
    pub grade_to: u8,
    /// Classes.
    pub classes: u32,
    /// Students.
    pub students: u32,
}

/// A hub and what lies below it.
#[derive(Clone, Debug)]
pub struct HubPlan {
    /// Division code, which is its unit id.
    pub unit: String,
    /// `city`, `district`, `street` or `helper`.
    pub kind: &'static str,
    /// District that it belongs to; empty for the city.
    pub district: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Unit id of its parent; empty for the city.
    pub parent: String,
}

/// A school and the hub that it joins.
#[derive(Clone, Debug)]
pub struct SchoolPlan {
    /// The school.
    pub school: School,
    /// Unit id of its hub.
    pub parent: String,
}

/// The whole city, parents before children.
#[derive(Clone, Debug)]
pub struct CityPlan {
    /// Hubs.
    pub hubs: Vec<HubPlan>,
    /// Schools.
    pub schools: Vec<SchoolPlan>,
}

/// The health commission's hub: a member of the city's, in no sum of its own.
#[must_use]
pub fn helper() -> HubPlan {
    let [unit, name_zh, name_en] = [HEALTH.0, HEALTH.1, HEALTH.2].map(str::to_owned);
    let parent = CITY.0.to_owned();
    HubPlan { unit, kind: HELPER, district: String::new(), name_zh, name_en, parent }
}

/// Why a city cannot be planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// More schools than the file lists, or too few for a tree.
    #[error("a city has 6 to {0} schools")]
    Schools(usize),
    /// The built-in list of schools is damaged.
    #[error("the list of schools cannot be read")]
    List(#[from] csv::Error),
    /// The built-in divisions are damaged.
    #[error(transparent)]
    Divisions(#[from] proto::pack::PackError),
}

impl School {
    /// The catalogue's word for the type of school.
    #[must_use]
    pub fn school_type(&self) -> SchoolType {
        SchoolType::from_word(&self.stage).unwrap_or(SchoolType::Other)
    }
}

/// Plans a city with a number of schools.
///
/// # Errors
/// The number is out of range.
pub fn plan(schools: usize) -> Result<CityPlan, PlanError> {
    let all = read_schools()?;
    if schools < REAL_SCHOOLS.len() + 1 || schools > all.len() {
        return Err(PlanError::Schools(all.len()));
    }
    let chosen = if schools <= SMALL_CITY_MAX {
        choose_small(&all, schools)
    } else {
        choose_large(&all, schools)
    };
    let schools = chosen.into_iter().map(|school| SchoolPlan { parent: parent(&school), school });
    let schools: Vec<SchoolPlan> = schools.collect();
    Ok(CityPlan { hubs: hubs(&schools)?, schools })
}

/// A small city by its schools: those of one street are below its hub, all others straight below
/// their district's.
///
/// # Errors
/// A built-in file is damaged.
pub fn plan_of(codes: &[&str], street: &str) -> Result<CityPlan, PlanError> {
    let all = read_schools()?.into_iter();
    let chosen = all.filter(|school| codes.contains(&school.school_code.as_str()));
    let schools = chosen.map(|school| SchoolPlan {
        parent: if school.street_code == street {
            school.street_code.clone()
        } else {
            school.district_code.clone()
        },
        school,
    });
    let schools: Vec<SchoolPlan> = schools.collect();
    Ok(CityPlan { hubs: hubs(&schools)?, schools })
}

fn read_schools() -> Result<Vec<School>, PlanError> {
    let mut reader = csv::Reader::from_reader(SCHOOLS.as_bytes());
    Ok(reader.deserialize().collect::<Result<Vec<School>, _>>()?)
}

fn parent(school: &School) -> String {
    if school.school_code == DIRECT_SCHOOL {
        school.district_code.clone()
    } else {
        school.street_code.clone()
    }
}

fn is_fixed(school: &School) -> bool {
    let code = school.school_code.as_str();
    REAL_SCHOOLS.contains(&code) || code == DIRECT_SCHOOL
}

/// The first schools, then the streets in turn, schools with older pupils first.
fn choose_small(all: &[School], number: usize) -> Vec<School> {
    let first = FIRST_SCHOOLS.iter().take(number);
    let of = |code: &&str| all.iter().find(|school| school.school_code == *code).cloned();
    let mut chosen: Vec<School> = first.filter_map(of).collect();
    let mut queues: Vec<Vec<&School>> = SMALL_STREETS
        .iter()
        .map(|street| {
            let fits = |school: &&School| {
                school.street_code == *street
                    && !FIRST_SCHOOLS.contains(&school.school_code.as_str())
                    && school.students <= SMALL_STUDENTS_MAX
            };
            let mut queue: Vec<&School> = all.iter().filter(fits).collect();
            queue.sort_by_key(|school| (school.grade_to >= 7, std::cmp::Reverse(school.students)));
            queue
        })
        .collect();
    // Streets without a school come first, so that every hub has members.
    queues.sort_by_key(|queue| {
        let street = queue.first().map(|school| school.street_code.as_str());
        chosen.iter().filter(|school| Some(school.street_code.as_str()) == street).count()
    });
    while chosen.len() < number {
        let before = chosen.len();
        for queue in &mut queues {
            if chosen.len() < number
                && let Some(school) = queue.pop()
            {
                chosen.push(school.clone());
            }
        }
        if chosen.len() == before {
            break;
        }
    }
    sorted(chosen)
}

/// The fixed schools, then evenly through the whole list.
fn choose_large(all: &[School], number: usize) -> Vec<School> {
    let mut chosen: Vec<School> = all.iter().filter(|school| is_fixed(school)).cloned().collect();
    let rest: Vec<&School> = all.iter().filter(|school| !is_fixed(school)).collect();
    let missing = number - chosen.len();
    let spread = (0..missing).filter_map(|place| rest.get(place * rest.len() / missing.max(1)));
    chosen.extend(spread.map(|school| (*school).clone()));
    sorted(chosen)
}

fn sorted(mut schools: Vec<School>) -> Vec<School> {
    schools.sort_by(|a, b| a.school_code.cmp(&b.school_code));
    schools
}

fn hubs(schools: &[SchoolPlan]) -> Result<Vec<HubPlan>, PlanError> {
    let names = names()?;
    let named = |code: &str| names.get(code).cloned().unwrap_or_default();
    let hub = |unit: &str, kind, district: &str, parent: &str| {
        let (name_zh, name_en) = named(unit);
        let (unit, district) = (unit.to_owned(), district.to_owned());
        HubPlan { unit, kind, district, name_zh, name_en, parent: parent.to_owned() }
    };
    let mut hubs = vec![hub(CITY.0, "city", "", "")];
    let districts: BTreeSet<&str> =
        schools.iter().map(|plan| plan.school.district_code.as_str()).collect();
    hubs.extend(districts.iter().map(|code| hub(code, "district", code, CITY.0)));
    let streets: BTreeSet<(&str, &str)> = schools
        .iter()
        .filter(|plan| plan.parent == plan.school.street_code)
        .map(|plan| (plan.school.street_code.as_str(), plan.school.district_code.as_str()))
        .collect();
    hubs.extend(streets.iter().map(|(code, district)| hub(code, "street", district, district)));
    Ok(hubs)
}

fn names() -> Result<BTreeMap<String, (String, String)>, PlanError> {
    let divisions = proto::pack::embedded::divisions()?;
    let rows = divisions.rows().iter();
    Ok(rows.map(|row| (row.code.clone(), (row.label.zh.clone(), row.label.en.clone()))).collect())
}

#[cfg(test)]
mod tests {
    use domain::catalogue::{Grade, Stage, stage_of};

    use super::*;

    /// The default city has what its description promises.
    #[test]
    fn twelve_schools_make_a_whole_tree() {
        let city = plan(12).expect("plan");
        let count = |kind: &str| city.hubs.iter().filter(|hub| hub.kind == kind).count();
        assert_eq!(city.schools.len(), 12);
        assert_eq!(count("city"), 1);
        assert!(count("district") >= 2 && count("street") >= 4);
        let direct = city.schools.iter().filter(|plan| plan.parent.len() == 6).count();
        assert_eq!(direct, 1);
        for code in REAL_SCHOOLS {
            assert!(city.schools.iter().any(|plan| plan.school.school_code == code), "{code}");
        }
        for hub in &city.hubs {
            assert!(!hub.name_zh.is_empty(), "{} has a name", hub.unit);
        }
    }

    /// No school is in a city twice, and all of them make the largest city.
    #[test]
    fn every_school_is_in_a_city_once() {
        for number in [6, 20, 21, 100, 949] {
            let city = plan(number).expect("plan");
            let codes: BTreeSet<&str> =
                city.schools.iter().map(|plan| plan.school.school_code.as_str()).collect();
            assert_eq!(codes.len(), number);
        }
        assert!(plan(950).is_err());
        assert!(plan(3).is_err());
    }

    /// Whether a district has five schools of one stage, as many as a group takes.
    fn has_group(schools: &[School]) -> bool {
        let mut found: BTreeMap<(&str, Stage), usize> = BTreeMap::new();
        for school in schools {
            let grades = (school.grade_from..=school.grade_to).filter_map(Grade::school);
            let stages = grades.filter_map(|grade| stage_of(school.school_type(), grade));
            for stage in stages.collect::<BTreeSet<Stage>>() {
                *found.entry((school.district_code.as_str(), stage)).or_default() += 1;
            }
        }
        found.into_values().any(|schools| schools >= 5)
    }

    /// The numbers that the year's hint names are those with which a year can be played.
    #[test]
    fn the_numbers_of_a_year_have_a_group() {
        let all = read_schools().expect("schools");
        for number in YEAR_SCHOOLS_MIN..=SMALL_CITY_MAX {
            assert!(has_group(&choose_small(&all, number)), "{number}");
        }
        for number in YEAR_SPREAD_MIN..=all.len() {
            assert!(has_group(&choose_large(&all, number)), "{number}");
        }
        for number in [21, 25, YEAR_SPREAD_MIN - 1] {
            assert!(!has_group(&choose_large(&all, number)), "{number}");
        }
    }
}
