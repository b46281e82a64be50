//! `xinqiao-hub plan`: makes the open plan of a school year from a roster, checks one, shows one;
//! publishing is `publish_plan`'s.
//!
//! Works on files alone, so that both departments, and whoever doubts them, get the same plan from
//! the same list. A plan that could leak, alone or with the years before, is refused with its
//! group.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::{Path, PathBuf};

use certs::digest::sha256;
use certs::statement::{KeyStatement, SignedStatement};
use clap::{Args, Subcommand};
use domain::catalogue::{Language, Stage};
use domain::digest::Digest;
use domain::disclosure::plan::{Access, Flaw, GROUP_MIN, Group, Plan, Roster};
use domain::unit::UnitId;
use proto::pack::plan::{self as plan_pack, OpenPlan, Sealing};
use proto::pack::roster as roster_pack;
use proto::pack::{PackError, embedded};
use runtime::cli::{Align, Exit, Failure, Paint, Sentence, Table, Terminal};
use runtime::web::Lang;
use serde::Serialize;
use serde_json::json;

use super::causes::Caused as _;
use super::words::plan as words;
use super::{plan_keys, plan_make, plan_shut, plan_versions};

pub(super) const ROSTER_EXTENSION: &str = "csv";
pub(super) const PLAN_EXTENSION: &str = "toml";

/// Which schools may be summed: make the open plan of a year, check it, show it, publish it
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make the plan of a school year from its roster
    Make(plan_make::Make),
    /// Check a plan beside its roster, the years before and the versions that it replaces
    Check(Look),
    /// Show the groups of a plan, what is opened of each, and its flaw, for which plan check fails
    Show(Look),
    /// Publish the signed plan and roster: the school year goes under seal
    Publish(super::publish_plan::Publish),
}

#[derive(Args)]
pub(super) struct Look {
    /// Plan, named after area and school year, such as 370203-2026.toml
    plan: PathBuf,
    /// Its roster; the CSV of the same name beside it if left out
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
    /// Folder with the rosters and plans of earlier years; that of the plan if left out
    #[arg(long, value_name = "DIR")]
    past: Option<PathBuf>,
    /// Published plan of the same year that this one replaces, its roster beside it; the oldest
    /// first where there are several
    #[arg(long, value_name = "PLAN")]
    replaces: Vec<PathBuf>,
}

/// A plan with what it is judged by.
pub(super) struct Judged {
    pub(super) plan: Plan,
    pub(super) roster: Roster,
    /// Digest of the roster's file.
    pub(super) digest: Digest,
    /// To whom schools seal; a draft does not say.
    pub(super) sealing: Option<Sealing>,
    /// Plans of earlier years with their rosters, oldest first, then versions of the plan's own.
    pub(super) past: Vec<(Plan, Roster)>,
}

#[derive(Serialize)]
pub(super) struct GroupOut<'p> {
    id: &'p str,
    stage: &'static str,
    town: Option<String>,
    schools: usize,
    counting: u32,
    students: u64,
    access: &'static str,
    partner: Option<&'p str>,
    members: Vec<&'p str>,
}

pub(super) fn run(terminal: &Terminal, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Make(asked) => plan_make::run(terminal, asked),
        Command::Check(asked) => {
            let judged = load(asked)?;
            check_keys(asked, &judged)?;
            check(terminal, &judged)
        }
        Command::Show(asked) => show(terminal, &load(asked)?),
        // Needs a data folder and was run before.
        Command::Publish(_) => Ok(()),
    }
}

fn check(terminal: &Terminal, judged: &Judged) -> Result<(), Failure> {
    judged.accept()?;
    let groups = judged.plan.groups().len();
    let (years, versions) = plan_versions::counts(judged);
    let value = json!({
        "sound": true, "groups": groups, "years_before": years, "versions_before": versions,
        "never_told": plan_shut::listed(judged),
    });
    terminal.result(&value, |t| {
        let sound = t.text(words::SOUND, &[&groups, &years]);
        let beside = plan_versions::line(t, judged);
        let lines = std::iter::once(sound).chain(beside).chain(plan_shut::lines(t, judged));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// Whether the keys that a plan names are its year's own; a draft names none.
fn check_keys(asked: &Look, judged: &Judged) -> Result<(), Failure> {
    let Some(sealing) = &judged.sealing else { return Ok(()) };
    plan_keys::check(sealing, judged.plan.year(), folder(asked.past.as_deref(), &asked.plan))
}

fn show(terminal: &Terminal, judged: &Judged) -> Result<(), Failure> {
    let plan = &judged.plan;
    let [leader, helper] = judged.stated();
    let census_day = judged.sealing.as_ref().map(|sealing| sealing.census_day.to_string());
    let unit = |says: &Option<KeyStatement>| says.as_ref().map(|says| says.unit.to_string());
    // The table alone would call a group opened whose sum leaks.
    let flaw = plan.check(&judged.roster, &judged.past).err().map(|flaw| said(&flaw));
    let value = json!({
        "area": plan.area().as_str(), "year": plan.year(), "floor": plan.floor(),
        "draft": judged.sealing.is_none(), "roster_sha256": judged.digest.to_string(),
        "census_day": census_day, "leader": unit(&leader), "helper": unit(&helper),
        "groups": judged.groups(), "sound": flaw.is_none(),
        "flaw": flaw.as_ref().map(|flaw| flaw.in_lang(terminal.lang())),
    });
    terminal.result(&value, |t| {
        let mut lines = vec![t.text(words::ROSTER_DIGEST, &[&judged.digest])];
        match (&census_day, &leader, &helper) {
            (Some(day), Some(leader), Some(helper)) => {
                lines.push(t.text(words::ROSTER_READ, &[day]));
                for (text, says) in [(words::LEADER, leader), (words::HELPER, helper)] {
                    let last = plan_make::last_day(says);
                    let values: [&dyn Display; 3] = [&says.name, &says.unit, &last];
                    lines.push(t.text(text, &values));
                }
            }
            _ => lines.push(t.text(words::IS_DRAFT, &[])),
        }
        lines.push(judged.table(t));
        if let Some(flaw) = &flaw {
            let leaks = t.text(words::LEAKS, &[&flaw.in_lang(t.lang())]);
            lines.push(t.paint(Paint::Warn, &leaks));
        }
        lines.join("\n")
    })
}

impl Judged {
    /// What the statements of both hubs say, education's first; believed where they are relied on.
    fn stated(&self) -> [Option<KeyStatement>; 2] {
        let texts = self.sealing.as_ref();
        let texts = texts.map(|one| [&one.leader_statement, &one.helper_statement]);
        let read =
            |text: &String| SignedStatement::from_pem(text.as_bytes()).ok()?.unverified().ok();
        texts.map_or([None, None], |texts| texts.map(read))
    }

    /// How many groups are opened.
    pub(super) fn open(&self) -> usize {
        self.plan.groups().iter().filter(|group| group.access != Access::Closed).count()
    }

    pub(super) fn accept(&self) -> Result<(), Failure> {
        self.plan.check(&self.roster, &self.past).map_err(|flaw| {
            let failure = Failure::new(Exit::Refused, "PLAN_LEAKS", said(&flaw));
            failure.hint(words::FLAW_NEXT)
        })
    }

    pub(super) fn groups(&self) -> Vec<GroupOut<'_>> {
        let out = |group| self.group(group);
        self.plan.groups().iter().map(out).collect()
    }

    fn group<'g>(&self, group: &'g Group) -> GroupOut<'g> {
        let Group { id, stage, members, access, partner, .. } = group;
        GroupOut {
            id: id.as_str(),
            stage: stage.as_str(),
            town: self.roster.town_of_all(members).map(ToString::to_string),
            schools: members.len(),
            counting: self.roster.support(members, *stage),
            students: self.roster.persons(members, *stage),
            access: access.as_str(),
            partner: partner.as_ref().map(|partner| partner.as_str()),
            members: members.iter().map(|member| member.as_str()).collect(),
        }
    }

    /// The groups, and for each stage what the openings cover.
    pub(super) fn table(&self, terminal: &Terminal) -> String {
        let lang = terminal.lang();
        let mut table = Table::new()
            .column(words::GROUP.in_lang(lang), Align::Left)
            .column(words::STAGE.in_lang(lang), Align::Left)
            .column(words::TOWN.in_lang(lang), Align::Left)
            .column(words::SCHOOLS.in_lang(lang), Align::Right)
            .column(words::COUNTING.in_lang(lang), Align::Right)
            .column(words::STUDENTS.in_lang(lang), Align::Right)
            .column(words::OPENED.in_lang(lang), Align::Left);
        let mut below: Vec<String> = Vec::new();
        for group in self.plan.groups() {
            let out = self.group(group);
            // One sentence for all closed groups of a stage, and not a line of each.
            let line = self.uncounted(terminal, group);
            if let Some(line) = line.filter(|line| !below.contains(line)) {
                below.push(line);
            }
            table.row(vec![
                out.id.to_owned(),
                stage_name(group.stage, lang),
                out.town.unwrap_or_else(|| words::SEVERAL.in_lang(lang).to_owned()),
                out.schools.to_string(),
                out.counting.to_string(),
                out.students.to_string(),
                self.opened(terminal, group),
            ]);
        }
        let stages = Stage::ALL.into_iter().filter(|one| self.roster.with(*one).next().is_some());
        let covered = stages.map(|one| self.covered(terminal, one));
        let lines = std::iter::once(table.render()).chain(below).chain(covered);
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Where a group's sum is opened, or why it is not.
    fn opened(&self, terminal: &Terminal, group: &Group) -> String {
        match group.access {
            Access::Town => terminal.text(words::OPEN_TOWN, &[]),
            Access::District => terminal.text(words::OPEN_DISTRICT, &[]),
            Access::Closed => self.closed(terminal, group),
        }
    }

    /// All schools of a group's stage that stand in no open group.
    fn all_closed(&self, group: &Group) -> Group {
        let closed = self.plan.groups().iter();
        let closed = closed.filter(|one| one.stage == group.stage && one.access == Access::Closed);
        let members: BTreeSet<UnitId> = closed.flat_map(|one| one.members.clone()).collect();
        Group { members, ..group.clone() }
    }

    /// Of a closed group whose stage has schools enough that do not count, which these are.
    fn uncounted(&self, terminal: &Terminal, group: &Group) -> Option<String> {
        if group.access != Access::Closed {
            return None;
        }
        let all = self.all_closed(group);
        let Some(Flaw::Few { schools, .. }) = self.plan.why_closed(&all, &self.roster) else {
            return None;
        };
        if all.members.len() < self.floor() {
            return None;
        }
        let (mut unsigned, mut new) = (0_usize, 0_usize);
        for school in all.members.iter().filter_map(|id| self.roster.school(id)) {
            if !school.is_signed {
                unsigned += 1;
            } else if !school.counts(self.roster.year) {
                new += 1;
            }
        }
        let rest = all.members.len().saturating_sub(unsigned).saturating_sub(new);
        let (stage, floor) = (stage_name(group.stage, terminal.lang()), self.plan.floor());
        let values: [&dyn Display; 7] =
            [&all.members.len(), &schools, &floor, &unsigned, &new, &rest, &stage];
        Some(terminal.text(words::CLOSED_UNCOUNTED, &values))
    }

    /// Why a group is closed: what is wrong with all schools of its stage that stand in no open
    /// group, because each of these by itself has too few.
    fn closed(&self, terminal: &Terminal, group: &Group) -> String {
        let all = self.all_closed(group);
        match self.plan.why_closed(&all, &self.roster) {
            Some(Flaw::Few { .. }) if all.members.len() >= self.floor() => {
                terminal.text(words::CLOSED_BELOW, &[])
            }
            Some(Flaw::Persons { .. }) => terminal.text(words::CLOSED_PERSONS, &[]),
            Some(Flaw::Dominant(_)) => terminal.text(words::CLOSED_DOMINANT, &[]),
            Some(Flaw::Grade { grade, .. }) => {
                terminal.text(words::CLOSED_GRADE, &[&grade.as_str()])
            }
            Some(Flaw::Mixed { grade, .. }) => {
                terminal.text(words::CLOSED_MIXED, &[&grade.as_str()])
            }
            _ => terminal.text(words::CLOSED_FEW, &[]),
        }
    }

    fn floor(&self) -> usize {
        usize::try_from(self.plan.floor()).unwrap_or(usize::MAX)
    }

    fn covered(&self, terminal: &Terminal, of: Stage) -> String {
        let all = self.roster.with(of).count();
        let open = self.plan.district(of).len();
        let towns = self.plan.towns(&self.roster, of);
        let all_towns: BTreeSet<_> = self.roster.with(of).map(|(_, school)| &school.town).collect();
        let name = stage_name(of, terminal.lang());
        terminal.text(words::COVERED, &[&name, &open, &all, &towns.len(), &all_towns.len()])
    }
}

fn load(asked: &Look) -> Result<Judged, Failure> {
    if asked.plan.extension().is_some_and(|extension| extension == ROSTER_EXTENSION) {
        let message = Sentence::new(words::IS_ROSTER, &[&asked.plan.display()]);
        let failure = Failure::new(Exit::Invalid, "PLAN_FILE", message);
        return Err(failure.hint(words::IS_ROSTER_NEXT));
    }
    let roster = asked.roster.clone();
    let roster = roster.unwrap_or_else(|| asked.plan.with_extension(ROSTER_EXTENSION));
    let (open, roster) = read_pair(&asked.plan, &roster)?;
    let mut past = earlier(&roster, folder(asked.past.as_deref(), &asked.plan))?;
    let at = (asked.past.as_deref(), asked.plan.as_path());
    past.extend(plan_versions::before(&roster, &asked.replaces, at)?);
    Ok(Judged { plan: open.plan, roster, digest: open.roster, sealing: open.sealing, past })
}

/// The folder that was given, or the one in which a file lies.
pub(super) fn folder<'f>(given: Option<&'f Path>, file: &'f Path) -> &'f Path {
    let own = || file.parent().filter(|parent| !parent.as_os_str().is_empty());
    given.or_else(own).unwrap_or_else(|| Path::new("."))
}

/// The plans of the same area and earlier years that lie in a folder, oldest first. A plan without
/// its roster cannot be judged, so it stops the command instead of being passed over.
pub(super) fn earlier(roster: &Roster, folder: &Path) -> Result<Vec<(Plan, Roster)>, Failure> {
    let unreadable = |cause: &std::io::Error| Failure::unreadable_file(folder, cause);
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(|cause| unreadable(&cause))? {
        let path = entry.map_err(|cause| unreadable(&cause))?.path();
        let is_plan = path.extension().is_some_and(|extension| extension == PLAN_EXTENSION);
        let year = stem(&path).and_then(|stem| {
            let (area, year) = stem.rsplit_once('-')?;
            let (area, year): (UnitId, i16) = (area.parse().ok()?, year.parse().ok()?);
            (area == roster.area && year < roster.year).then_some(year)
        });
        if let (true, Some(year)) = (is_plan, year) {
            let (open, roster) = read_pair(&path, &path.with_extension(ROSTER_EXTENSION))?;
            found.insert(year, (open.plan, roster));
        }
    }
    Ok(found.into_values().collect())
}

pub(super) fn stem(path: &Path) -> Option<&str> {
    path.file_stem().and_then(|stem| stem.to_str())
}

/// A plan and the roster that it was made from.
pub(super) fn read_pair(plan: &Path, roster: &Path) -> Result<(OpenPlan, Roster), Failure> {
    let bytes = bytes(plan)?;
    let read = plan_pack::read(stem(plan).unwrap_or_default(), &bytes);
    let open = read.map_err(|error| unreadable(plan, &error))?;
    let (listed, digest) = read_roster(roster)?;
    if open.roster != digest {
        let message = Sentence::new(words::OTHER_ROSTER, &[&plan.display(), &roster.display()]);
        return Err(Failure::new(Exit::Refused, "ROSTER", message).hint(words::OTHER_ROSTER_NEXT));
    }
    Ok((open, listed))
}

pub(super) fn read_roster(path: &Path) -> Result<(Roster, Digest), Failure> {
    let bytes = bytes(path)?;
    let read = roster_pack::read(stem(path).unwrap_or_default(), &bytes);
    Ok((read.map_err(|error| unreadable(path, &error))?, sha256(&bytes)))
}

pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))
}

pub(super) fn unreadable(path: &Path, error: &PackError) -> Failure {
    let message = Sentence::new(words::UNREADABLE, &[&path.display()]);
    Failure::new(Exit::Invalid, "PLAN_FILE", message).hint(words::UNREADABLE_NEXT).caused(error)
}

/// What the catalogue calls a stage.
pub(super) fn stage_name(stage: Stage, lang: Lang) -> String {
    let catalogue = embedded::catalogue().ok();
    let stages = catalogue.as_ref().and_then(|catalogue| catalogue.dimension("stage"));
    let label = stages.and_then(|dimension| dimension.label_of(stage.as_str()));
    let language = match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    label.map_or(stage.as_str(), |label| label.text(language)).to_owned()
}

/// What is wrong with a plan, with the group or school that it is about.
pub(super) fn said(flaw: &Flaw) -> Sentence {
    match flaw {
        Flaw::Floor { floor, smallest: Some((group, schools)) } if *schools < GROUP_MIN => {
            Sentence::new(words::FLOOR_LEAKS, &[floor, &GROUP_MIN, group, schools])
        }
        Flaw::Floor { floor, .. } => Sentence::new(words::FLOOR, &[floor, &GROUP_MIN]),
        Flaw::Group(group) => Sentence::new(words::BAD_GROUP, &[group]),
        Flaw::Stranger { group, school } => Sentence::new(words::STRANGER, &[group, school]),
        Flaw::Twice { school, first, second } => {
            Sentence::new(words::TWICE, &[school, first, second])
        }
        Flaw::Missing(school) => Sentence::new(words::MISSING, &[school]),
        Flaw::Few { group, schools } => Sentence::new(words::FEW, &[group, schools]),
        Flaw::Grade { group, grade, schools } => {
            Sentence::new(words::GRADE, &[group, &grade.as_str(), schools])
        }
        Flaw::Mixed { group, grade } => Sentence::new(words::MIXED, &[group, &grade.as_str()]),
        Flaw::Dominant(group) => Sentence::new(words::DOMINANT, &[group]),
        Flaw::Persons { group, persons } => Sentence::new(words::PERSONS, &[group, persons]),
        Flaw::Rest(group) => Sentence::new(words::REST, &[group]),
        Flaw::Parted(group) => Sentence::new(words::PARTED, &[group]),
        Flaw::Partner(group) => Sentence::new(words::PARTNER, &[group]),
        Flaw::Isolates { group, schools } => Sentence::new(words::ISOLATES, &[group, schools]),
        // Mismatch, and whatever a later version of the rule names.
        _ => Sentence::new(words::MISMATCH, &[]),
    }
}
