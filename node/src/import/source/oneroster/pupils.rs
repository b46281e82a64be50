//! The students of a bundle as rows of a roster.
//!
//! A student's class is the homeroom in which somebody is enrolled as a student, of the term that
//! ends last; where the tables name two, both stand in the cell, which is then no class and is
//! named as an error of its row. The student number is the identifier, or the one of the user ids
//! that looks like one.

use std::collections::{BTreeSet, HashMap};

use super::super::Row;
use super::part::Part;
use crate::import::value::StudentNumber;

/// Headings of the rows: what a roster calls them, and where they come from.
const HEADINGS: [&str; 9] = [
    "学籍号(users.identifier)",
    "姓名(users.familyName, givenName)",
    "性别(demographics.sex)",
    "年级(users.grades)",
    "班级(classes.title)",
    "状态(users.status)",
    "学校代码(orgs.identifier)",
    "学校名称(orgs.name)",
    "出生日期(demographics.birthDate)",
];
/// What stands for a sex that a bundle of changes does not tell: it is none, so the row says so.
const UNTOLD: &str = "?";
/// The word for whoever was taken out.
const LEFT: &str = "离校";
const STUDENT: &str = "student";

/// The tables of a bundle that a roster is made of.
pub(super) struct Tables {
    pub(super) users: Part,
    pub(super) orgs: Part,
    pub(super) roles: Option<Part>,
    pub(super) classes: Option<Part>,
    pub(super) enrollments: Option<Part>,
    pub(super) sessions: Option<Part>,
    pub(super) demographics: Option<Part>,
}

/// A class in which somebody can be enrolled.
struct Class<'t> {
    title: &'t str,
    school: &'t str,
    is_home: bool,
    /// Last day of its last term; blank where nothing says it.
    ends: &'t str,
}

/// What the roles of 1.2 say of a user.
#[derive(Default)]
struct Roles<'t> {
    is_student: bool,
    is_active: bool,
    org: &'t str,
}

/// Everything by the ids under which users name it.
struct Index<'t> {
    orgs: HashMap<&'t str, (&'t str, &'t str)>,
    roles: Option<HashMap<&'t str, Roles<'t>>>,
    classes: HashMap<&'t str, Vec<Class<'t>>>,
    demographics: HashMap<&'t str, (&'t str, &'t str)>,
}

impl Tables {
    /// The rows, the headings first.
    pub(super) fn rows(&self, is_delta: bool) -> Vec<Row> {
        let index = Index {
            orgs: self.orgs(),
            roles: self.roles.as_ref().map(roles),
            classes: self.classes(),
            demographics: self.demographics.as_ref().map(demographics).unwrap_or_default(),
        };
        // Without their table nothing is said of birth dates, and what is known stands.
        let width = HEADINGS.len() - usize::from(self.demographics.is_none());
        let heading = HEADINGS.iter().take(width).copied().collect();
        let mut rows = vec![Row { number: 1, cells: heading }];
        let users = self.users.rows.iter();
        rows.extend(users.filter_map(|user| {
            let cells = self.cells(user, &index, is_delta)?;
            let cells = cells.iter().take(width).map(String::as_str).collect();
            Some(Row { number: user.number, cells })
        }));
        rows
    }

    /// The cells of a student; nothing for anybody else.
    fn cells(&self, user: &Row, index: &Index<'_>, is_delta: bool) -> Option<[String; 9]> {
        let users = &self.users;
        let cell = |column: &str| users.cell(user, column);
        let id = cell("sourcedId");
        let none = Roles::default();
        let roles = index.roles.as_ref().map(|all| all.get(id).unwrap_or(&none));
        let (is_student, is_active) = match roles {
            Some(roles) => (roles.is_student, roles.is_active),
            None => (cell("role").eq_ignore_ascii_case(STUDENT), true),
        };
        if !is_student {
            return None;
        }
        let has_left = users.is_deleted(user) || !is_active;
        let (class, of_class) =
            class_of(index.classes.get(id).map(Vec::as_slice).unwrap_or_default());
        let first = cell("orgSourcedIds").split(',').next().unwrap_or_default().trim();
        let by_role = roles.map_or("", |roles| roles.org);
        let mut schools = [of_class, by_role, cell("primaryOrgSourcedId"), first].into_iter();
        let school = schools.find(|id| !id.is_empty()).unwrap_or_default();
        // A school that the bundle does not have is known by its id, and is not this one.
        let (code, name) = index.orgs.get(school).copied().unwrap_or((school, ""));
        // Who has left stands as the roll has them: what the bundle still says is not looked at.
        let class = if has_left { String::new() } else { class };
        let untold = if is_delta && !has_left { UNTOLD } else { "" };
        let (sex, birth) = index.demographics.get(id).copied().unwrap_or((untold, ""));
        let sex =
            if matches!(&*sex.to_ascii_lowercase(), "other" | "unspecified") { "" } else { sex };
        Some([
            number(cell("identifier"), cell("userIds")).to_owned(),
            named(cell("familyName"), cell("middleName"), cell("givenName")),
            sex.to_owned(),
            grade(cell("grades")).to_owned(),
            class,
            if has_left { LEFT.to_owned() } else { String::new() },
            code.to_owned(),
            name.to_owned(),
            birth.to_owned(),
        ])
    }

    /// Identifier and name of each organisation.
    fn orgs(&self) -> HashMap<&str, (&str, &str)> {
        let orgs = &self.orgs;
        let org = |row| {
            let (code, name) = (orgs.cell(row, "identifier"), orgs.cell(row, "name"));
            (orgs.cell(row, "sourcedId"), (code, name))
        };
        orgs.rows.iter().map(org).collect()
    }

    /// The classes in which each user is a student.
    fn classes(&self) -> HashMap<&str, Vec<Class<'_>>> {
        let mut found: HashMap<&str, Vec<Class<'_>>> = HashMap::new();
        let (Some(classes), Some(enrollments)) = (&self.classes, &self.enrollments) else {
            return found;
        };
        let ends = self.sessions.as_ref().map(sessions).unwrap_or_default();
        let there = classes.rows.iter().filter(|row| !classes.is_deleted(row));
        let by_id: HashMap<&str, &Row> =
            there.map(|row| (classes.cell(row, "sourcedId"), row)).collect();
        for row in enrollments.rows.iter().filter(|row| !enrollments.is_deleted(row)) {
            let class = by_id.get(enrollments.cell(row, "classSourcedId"));
            let is_student = enrollments.cell(row, "role").eq_ignore_ascii_case(STUDENT);
            let Some(class) = class.copied().filter(|_| is_student) else { continue };
            let terms = classes.cell(class, "termSourcedIds").split(',');
            let last = terms.filter_map(|term| ends.get(term.trim()).copied()).max();
            found.entry(enrollments.cell(row, "userSourcedId")).or_default().push(Class {
                title: classes.cell(class, "title"),
                school: classes.cell(class, "schoolSourcedId"),
                is_home: classes.cell(class, "classType").eq_ignore_ascii_case("homeroom"),
                ends: last.unwrap_or_default(),
            });
        }
        found
    }
}

/// Who is a student, by the table of roles: one that is taken out everywhere has left.
fn roles(part: &Part) -> HashMap<&str, Roles<'_>> {
    let mut found: HashMap<&str, Roles<'_>> = HashMap::new();
    for row in &part.rows {
        if !part.cell(row, "role").eq_ignore_ascii_case(STUDENT) {
            continue;
        }
        let is_active = !part.is_deleted(row);
        let roles = found.entry(part.cell(row, "userSourcedId")).or_default();
        roles.is_student = true;
        // The school at which somebody still is, rather than one that was left.
        if roles.org.is_empty() || (is_active && !roles.is_active) {
            roles.org = part.cell(row, "orgSourcedId");
        }
        roles.is_active |= is_active;
    }
    found
}

/// Sex and birth date of each user.
fn demographics(part: &Part) -> HashMap<&str, (&str, &str)> {
    let there = part.rows.iter().filter(|row| !part.is_deleted(row));
    let of = |row| (part.cell(row, "sex"), part.cell(row, "birthDate"));
    there.map(|row| (part.cell(row, "sourcedId"), of(row))).collect()
}

/// Last day of each term.
fn sessions(part: &Part) -> HashMap<&str, &str> {
    let there = part.rows.iter().filter(|row| !part.is_deleted(row));
    there.map(|row| (part.cell(row, "sourcedId"), part.cell(row, "endDate"))).collect()
}

/// The class of a student and its school, of those in which somebody is enrolled.
fn class_of<'t>(classes: &[Class<'t>]) -> (String, &'t str) {
    let has_home = classes.iter().any(|class| class.is_home);
    let mut chosen: Vec<&Class<'t>> =
        classes.iter().filter(|class| class.is_home || !has_home).collect();
    let last = chosen.iter().map(|class| class.ends).max().unwrap_or_default();
    chosen.retain(|class| class.ends == last);
    let titles: BTreeSet<&str> = chosen.iter().map(|class| class.title).collect();
    let school = chosen.first().map_or("", |class| class.school);
    (titles.into_iter().collect::<Vec<_>>().join(" / "), school)
}

/// The student number, or else what stands in its place, so that the row says what is wrong.
fn number<'t>(identifier: &'t str, user_ids: &'t str) -> &'t str {
    let is_one = |text: &&str| StudentNumber::parse(text).is_ok();
    if is_one(&identifier) {
        return identifier;
    }
    // Written `{type:id},{type:id}`.
    let mut ids = user_ids.split(['{', '}', ',']).map(|one| {
        let id = one.split_once(':').map_or(one, |(_, id)| id);
        id.trim()
    });
    ids.find(is_one).unwrap_or(identifier)
}

/// A Chinese name without spaces, the family's first; another one as it is spoken.
fn named(family: &str, middle: &str, given: &str) -> String {
    if [family, middle, given].iter().all(|part| part.is_ascii()) {
        let parts = [given, middle, family].into_iter().filter(|part| !part.is_empty());
        return parts.collect::<Vec<_>>().join(" ");
    }
    format!("{family}{middle}{given}")
}

/// A grade as rosters write it: `07` is the seventh.
fn grade(code: &str) -> &str {
    let is_number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { code.trim_start_matches('0') } else { code }
}
