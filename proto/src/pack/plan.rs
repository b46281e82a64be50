//! Open plans: which groups of schools may be summed in a school year, over which roster.
//!
//! Made from the roster by rule, read by people, signed by both commissions. The pack's name says
//! area and year; the roster is named by the digest of its pack, so that a plan cannot be read
//! beside another list of schools. A plan that is signed also says when the roster was read and
//! to whom schools seal; a draft, which people look at before there are keys, does not.

use std::collections::BTreeSet;

use domain::catalogue::{Expected, Flaw, FlawKind, Stage};
use domain::digest::Digest;
use domain::disclosure::plan::{Access, Group, GroupId, Plan};
use domain::unit::UnitId;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

pub use super::roster::area_year;
use super::{PackError, check_schema, parse};

/// Form of plans that this version reads.
pub const SCHEMA: &str = "plan/1";

/// Longest text of a key statement; one under two roots has about 8,000 bytes.
const STATEMENT_BYTES_MAX: usize = 64 * 1024;

/// A plan and the roster that it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPlan {
    /// The groups.
    pub plan: Plan,
    /// Digest of the roster's pack.
    pub roster: Digest,
    /// What a year under seal needs besides; a draft has none.
    pub sealing: Option<Sealing>,
}

/// When the roster was read, and to whom schools seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealing {
    /// Day on which the roster's enrolment was read.
    pub census_day: Date,
    /// Key statement of education's hub, as the text of its file; nothing of it is believed here.
    pub leader_statement: String,
    /// Key statement of health's hub.
    pub helper_statement: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlan {
    schema: String,
    /// Fewest schools of a group.
    floor: u32,
    /// SHA-256 of the roster's pack in hexadecimal digits.
    roster: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    census_day: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leader_statement: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    helper_statement: Option<String>,
    #[serde(rename = "group", default)]
    groups: Vec<RawGroup>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    id: String,
    stage: String,
    since: i16,
    access: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partner: Option<String>,
    members: Vec<String>,
}

/// Reads a plan or the draft of one; whether it may be used is decided by [`Plan::check`] beside
/// its roster.
///
/// # Errors
/// A form that is not [`SCHEMA`]'s, an unknown stage or access, a school twice in a group, a
/// census day without key statements or the other way round.
pub fn read(pack: &str, bytes: &[u8]) -> Result<OpenPlan, PackError> {
    let raw: RawPlan = parse(pack, bytes)?;
    check_schema(pack, &raw.schema, SCHEMA)?;
    let (area, year) = area_year(pack)?;
    let refused = |flaw| PackError::content(pack, flaw);
    let roster = Digest::from_hex(&raw.roster).map_err(|error| {
        refused(Flaw::new(FlawKind::Form, "roster", &*raw.roster, error.to_string()))
    })?;
    let groups = raw
        .groups
        .iter()
        .map(|raw| group(raw).map_err(|flaw| refused(flaw.within(&format!("group {}", raw.id)))));
    let groups = groups.collect::<Result<Vec<_>, _>>()?;
    let sealing = sealing(&raw, year).map_err(refused)?;
    Ok(OpenPlan { plan: Plan::new(area, year, raw.floor, groups), roster, sealing })
}

/// Reads a plan as it is signed: a draft is no pack.
///
/// # Errors
/// As [`read`], and a draft.
pub fn read_signed(pack: &str, bytes: &[u8]) -> Result<OpenPlan, PackError> {
    let open = read(pack, bytes)?;
    if open.sealing.is_none() {
        let expected = Expected::NoDraft;
        return Err(PackError::content(
            pack,
            Flaw::named(FlawKind::Missing, "census_day", "a draft", expected),
        ));
    }
    Ok(open)
}

/// Writes a plan as the text of its pack; reading it gives the same again.
///
/// # Errors
/// None for texts that this version can read.
pub fn write(open: &OpenPlan) -> Result<String, PackError> {
    let OpenPlan { plan, roster, sealing } = open;
    let sealing = sealing.as_ref();
    let raw = RawPlan {
        schema: SCHEMA.to_owned(),
        floor: plan.floor(),
        roster: roster.to_string(),
        census_day: sealing.map(|sealing| sealing.census_day.to_string()),
        leader_statement: sealing.map(|sealing| sealing.leader_statement.clone()),
        helper_statement: sealing.map(|sealing| sealing.helper_statement.clone()),
        groups: plan.groups().iter().map(RawGroup::from).collect(),
    };
    toml::to_string(&raw).map_err(|error| PackError::Form {
        pack: name(plan.area(), plan.year()),
        line: 0,
        key: String::new(),
        message: error.to_string(),
    })
}

/// The name of the plan and of the roster of an area and school year.
#[must_use]
pub fn name(area: &UnitId, year: i16) -> String {
    format!("{area}-{year}")
}

/// All three or none.
fn sealing(raw: &RawPlan, year: i16) -> Result<Option<Sealing>, Flaw> {
    let RawPlan { census_day, leader_statement, helper_statement, .. } = raw;
    if census_day.is_none() && leader_statement.is_none() && helper_statement.is_none() {
        return Ok(None);
    }
    let day = given("census_day", census_day.as_ref())?;
    let census_day = day.parse::<Date>();
    let census_day =
        census_day.map_err(|_| Flaw::named(FlawKind::Form, "census_day", day, Expected::Day))?;
    // A list of another year is another list.
    let (from, until) = (date(year, 1, 1), date(year.saturating_add(1), 8, 31));
    if !(from..=until).contains(&census_day) {
        let expected = format!("a day from {from} to {until}, on which the list was read");
        return Err(Flaw::new(FlawKind::Range, "census_day", day, expected));
    }
    Ok(Some(Sealing {
        census_day,
        leader_statement: statement("leader_statement", leader_statement.as_ref())?,
        helper_statement: statement("helper_statement", helper_statement.as_ref())?,
    }))
}

fn given<'v>(key: &'static str, value: Option<&'v String>) -> Result<&'v str, Flaw> {
    let missing = || Flaw::named(FlawKind::Missing, key, "nothing", Expected::WholeSealing);
    value.map(String::as_str).ok_or_else(missing)
}

fn statement(key: &'static str, value: Option<&String>) -> Result<String, Flaw> {
    let text = given(key, value)?;
    if text.trim().is_empty() || text.len() > STATEMENT_BYTES_MAX {
        let found = format!("{} bytes", text.len());
        return Err(Flaw::named(FlawKind::Range, key, found, Expected::Statement));
    }
    Ok(text.to_owned())
}

fn group(raw: &RawGroup) -> Result<Group, Flaw> {
    let id = |key: &'static str, text: &str| {
        let read = text.parse::<GroupId>();
        read.map_err(|error| Flaw::new(FlawKind::Form, key, text, error.to_string()))
    };
    let unknown = |key: &'static str, wrong: &str, expected: Expected| {
        Flaw::named(FlawKind::Unknown, key, wrong, expected)
    };
    let stage = Stage::from_word(&raw.stage)
        .ok_or_else(|| unknown("stage", &raw.stage, Expected::Stage))?;
    let access = Access::from_word(&raw.access)
        .ok_or_else(|| unknown("access", &raw.access, Expected::Access))?;
    let mut members = BTreeSet::new();
    for text in &raw.members {
        let school = text.parse::<UnitId>();
        let school = school
            .map_err(|_| Flaw::named(FlawKind::Form, "members", &**text, Expected::UnitId))?;
        if !members.insert(school) {
            let expected = Expected::SchoolOnce;
            return Err(Flaw::named(FlawKind::Duplicate, "members", &**text, expected));
        }
    }
    Ok(Group {
        id: id("id", &raw.id)?,
        stage,
        since: raw.since,
        members,
        access,
        partner: raw.partner.as_deref().map(|partner| id("partner", partner)).transpose()?,
    })
}

impl From<&Group> for RawGroup {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id.to_string(),
            stage: group.stage.as_str().to_owned(),
            since: group.since,
            access: group.access.as_str().to_owned(),
            partner: group.partner.as_ref().map(ToString::to_string),
            members: group.members.iter().map(ToString::to_string).collect(),
        }
    }
}
