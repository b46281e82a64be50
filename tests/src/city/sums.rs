//! Sealed sums of a city: statements about keys, rosters from the schools' rolls, open plans.
//!
//! A district of which no group can be made stays without a plan: what cannot be opened over five
//! schools goes rounded there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use domain::catalogue::{Grade, Stage, stage_of};
use domain::digest::Digest;
use domain::disclosure::plan::{Access, GROUP_MIN, Plan};
use hub::app::open_store;
use hub::config::Config;
use hub::store::directive;
use jiff::civil::Date;
use proto::pack::{PackKind, keys, roster};
use runtime::sql::SqlError;

use super::build::{BuildError, COMMANDS_AT_ONCE, side_by_side};
use super::commissions::{self, Unsigned};
use super::days::SCHOOL_YEAR;
use super::hubs::key_request;
use super::office::roll_of;
use super::opened::OpenedError;
use super::plan::{CityPlan, HEALTH, SchoolPlan};
use super::site::{Site, path_text};

/// First school year in which the demonstration's schools are on both departments' lists.
const LISTED_SINCE: i16 = 2021;

/// A district under seal.
#[derive(Clone, Debug)]
pub struct Area {
    /// The district.
    pub unit: String,
    /// Its roster, in CSV.
    pub roster: String,
    /// Stages in which something is opened.
    pub stages: BTreeSet<Stage>,
    /// Groups of its plan, closed ones too.
    pub groups: usize,
}

/// The districts of a city in which a group can be made.
///
/// # Errors
/// A roll cannot be read.
pub fn areas(
    plan: &CityPlan,
    roll: impl Fn(&SchoolPlan) -> std::io::Result<String>,
) -> std::io::Result<Vec<Area>> {
    let mut rosters = BTreeMap::<&str, String>::new();
    for school in &plan.schools {
        let text = rosters.entry(&school.school.district_code).or_insert_with(|| {
            let mut head = roster::COLUMNS.join(",");
            head.push('\n');
            head
        });
        text.push_str(&rows(school, &roll(school)?)?);
    }
    let mut areas = Vec::new();
    for (unit, text) in rosters {
        let listed = roster::read(&name(unit), text.as_bytes()).map_err(std::io::Error::other)?;
        let plan = Plan::build(GROUP_MIN, &listed, &[]);
        let open = plan.groups().iter().filter(|group| group.access != Access::Closed);
        let stages: BTreeSet<Stage> = open.map(|group| group.stage).collect();
        if !stages.is_empty() {
            let groups = plan.groups().len();
            areas.push(Area { unit: unit.to_owned(), roster: text, stages, groups });
        }
    }
    Ok(areas)
}

/// Name of an area's roster and plan.
fn name(unit: &str) -> String {
    format!("{unit}-{SCHOOL_YEAR}")
}

/// A school's rows: how many of each grade are on its roll.
fn rows(plan: &SchoolPlan, roll: &str) -> std::io::Result<String> {
    let school = &plan.school;
    let mut grades = BTreeMap::<u8, [u32; 3]>::new();
    for (grade, sex) in roll_of(roll)? {
        if let Some(count) = grades.entry(grade).or_default().get_mut(sex) {
            *count += 1;
        }
    }
    let mut text = String::new();
    for (number, [male, female, unstated]) in grades {
        let grade = Grade::school(number);
        let stage = grade.and_then(|grade| stage_of(school.school_type(), grade));
        let Some((grade, stage)) = grade.zip(stage) else { continue };
        let (unit, town) = (&school.school_code, &school.street_code);
        let listed = format!("{},{LISTED_SINCE},{LISTED_SINCE},yes", school.name_zh);
        let counted = format!("{},{},{male},{female},{unstated}", stage.as_str(), grade.as_str());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{unit},{town},{listed},{counted}");
    }
    Ok(text)
}

/// States the keys of the helper and of the leaders, and puts every area under seal.
/// The roster is read on the first of two days, the plans are in force from the second on.
pub(super) async fn begin(
    site: &Site,
    areas: &[Area],
    days: (Date, Date),
) -> Result<(), BuildError> {
    let leaders = areas.iter().map(|area| (area.unit.clone(), "education"));
    let hubs = leaders.chain([(HEALTH.0.to_owned(), "health")]);
    let steps = hubs.map(|(unit, under)| {
        let request = key_request(site, &unit).map(|request| (request, under));
        let site = site.clone();
        async move { commissions::sign_statement(site, unit, request?).await }
    });
    let statements = side_by_side(steps.collect(), COMMANDS_AT_ONCE).await?;
    let Some((helper, leaders)) = statements.split_last() else { return Ok(()) };
    let plans = areas.iter().zip(leaders).map(|(area, leader)| {
        let (site, area, statements) =
            (site.clone(), area.clone(), [leader.clone(), helper.clone()]);
        async move { make_plan(site, area, statements, days).await }
    });
    let unsigned = side_by_side(plans.collect(), COMMANDS_AT_ONCE).await?;
    let signed = commissions::sign_packs(site, unsigned.into_iter().flatten().collect()).await?;
    for pair in signed.chunks_exact(2) {
        let [plan, roster] = pair else { continue };
        site.hub(super::plan::CITY.0, &["plan", "publish", plan, roster]).await?;
    }
    Ok(())
}

/// Health states the report keys of every area's schools, as it compared them with each school:
/// here it asks the school's own program.
pub(super) async fn state_keys(site: &Site, areas: &[Area], from: Date) -> Result<(), BuildError> {
    let mut lists = Vec::new();
    for area in areas {
        let name = name(&area.unit);
        let listed = roster::read(&name, area.roster.as_bytes()).map_err(std::io::Error::other)?;
        let steps = listed.schools.into_keys().map(|unit| {
            let site = site.clone();
            async move {
                let key = report_key(&site, unit.as_str()).await?;
                Ok((unit, key))
            }
        });
        let stated = side_by_side(steps.collect(), COMMANDS_AT_ONCE).await?;
        lists.push(Unsigned {
            kind: PackKind::Keys.as_str().to_owned(),
            name,
            version: "1".to_owned(),
            effective_from: from.to_string(),
            bytes: keys::write(&stated.into_iter().collect()).into_bytes(),
        });
    }
    let signed = commissions::sign_packs(site, lists).await?;
    let mut args = vec!["directive", "publish"];
    args.extend(signed.iter().map(String::as_str));
    site.hub(super::plan::CITY.0, &args).await?;
    Ok(())
}

/// The key with which a school signs its sealed reports.
async fn report_key(site: &Site, unit: &str) -> Result<Digest, BuildError> {
    let said = site.node(unit, &["sealed", "list", "--json"]).await?;
    let said: Option<serde_json::Value> = serde_json::from_str(&said).ok();
    let key = said.and_then(|said| Some(said.get("report_key")?.get("key")?.as_str()?.to_owned()));
    let key = key.and_then(|key| Digest::from_hex(&key).ok());
    Ok(key.ok_or(OpenedError::Said)?)
}

/// Waits until every hub has the packs of a kind: a school that joined before it had the plans
/// would round once more, and be refused.
pub(super) async fn until_known(
    site: &Site,
    hubs: impl Iterator<Item = &str>,
    (kind, areas): (PackKind, &[Area]),
) -> Result<(), BuildError> {
    for unit in hubs {
        let config = Config::load(&site.folder(unit)).map_err(std::io::Error::other)?;
        let store = open_store(&config).map_err(std::io::Error::other)?;
        let mut is_known = false;
        for _ in 0..KNOWN_LOOKS_MAX {
            let stored: Result<_, SqlError> = store.read_async(directive::all).await;
            let stored = stored.map_err(std::io::Error::other)?;
            let known = stored.iter().filter(|one| one.kind == kind.as_str());
            is_known = known.count() >= areas.len();
            if is_known {
                break;
            }
            tokio::time::sleep(KNOWN_LOOK).await;
        }
        if !is_known {
            let waits = format!("packs of the kind {} did not come down", kind.as_str());
            return Err(OpenedError::Late { area: unit.to_owned(), waits }.into());
        }
    }
    Ok(())
}

/// How often it is looked whether a hub knows the packs, and how many times at most.
const KNOWN_LOOK: Duration = Duration::from_millis(50);
const KNOWN_LOOKS_MAX: u32 = 400;

/// Makes the plan of an area as both departments do; gives plan and roster as packs to be signed.
async fn make_plan(
    site: Site,
    area: Area,
    [leader, helper]: [String; 2],
    (census, from): (Date, Date),
) -> Result<[Unsigned; 2], BuildError> {
    let folder = site.made("plans")?;
    let name = name(&area.unit);
    let roster = folder.join(format!("{name}.csv"));
    let plan = folder.join(format!("{name}.toml"));
    std::fs::write(&roster, &area.roster)?;
    let (file, day) = (path_text(&roster), census.to_string());
    let mut args = vec!["plan", "make", &file, "--census-day", &day];
    args.extend(["--leader-statement", &leader, "--helper-statement", &helper]);
    site.hub(&area.unit, &args).await?;
    let pack = |kind: &str, bytes: Vec<u8>| Unsigned {
        kind: kind.to_owned(),
        name: name.clone(),
        version: "1".to_owned(),
        effective_from: from.to_string(),
        bytes,
    };
    Ok([pack("plan", std::fs::read(&plan)?), pack("roster", area.roster.into_bytes())])
}
