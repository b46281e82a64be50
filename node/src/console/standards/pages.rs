//! The page of rules kept and not kept, with what is missing.

use domain::catalogue::Stage;
use domain::ledger::{Area, Kind, SchoolRole, Word as _};
use jiff::civil::Date;
use runtime::web::{Lang, Page, Part, RenderError, Tag, Text, Tone};

use super::super::desk::class_line;
use super::super::office::{chosen, text_of};
use super::super::sheet::{self, Around, Cell, Head, Sheet};
use super::super::words::SCHOOL_WORK;
use super::{Lack, STANDARDS_HREF, TRAINING_HREF, new_links, reads, words};
use crate::ledger::showing::Names;
use crate::obligation::Standing;
use crate::obligation::teaching::{ClassWork, StageWork, Teaching};
use crate::obligation::training::Training;
use crate::obligation::works::{PlanState, Staffing, Works};

/// Classes that a line names before the rest is only hinted at.
const CLASSES_SHOWN: usize = 12;

/// What the page shows: each part for who may read it.
pub(super) struct Standards {
    pub(super) teaching: Option<Teaching>,
    /// Why classes and stages are left out, where they are.
    pub(super) lacks: Option<Lack>,
    pub(super) works: Option<Works>,
    pub(super) staff: Option<Training>,
    pub(super) names: Names,
    pub(super) today: Date,
    /// Most classes of a small school by the setting; zero where there is none.
    pub(super) small_classes: u32,
}

/// A rule as a line: what it asks, how it stands, what there is, what is missing.
struct Line {
    rule: String,
    standing: Standing,
    has: String,
    gap: Cell,
}

impl Line {
    fn new(rule: impl Into<String>, standing: Standing) -> Self {
        Self { rule: rule.into(), standing, has: String::new(), gap: Cell::plain("") }
    }

    fn with(self, has: impl Into<String>) -> Self {
        Self { has: has.into(), ..self }
    }

    /// What is missing, where the rule is not kept.
    fn lacking(self, gap: Cell) -> Self {
        if self.standing == Standing::Met { self } else { Self { gap, ..self } }
    }

    fn cells(self, lang: Lang) -> Vec<Cell> {
        let state = Cell::tagged(state(self.standing, lang), "");
        vec![Cell::plain(self.rule), state, Cell::plain(self.has), self.gap]
    }
}

pub(super) fn standards(
    view: &Standards,
    role: SchoolRole,
    lang: Lang,
) -> Result<Page, RenderError> {
    let head = Head {
        group: SCHOOL_WORK,
        title: words::STANDARDS,
        note: words::STANDARDS_NOTE,
        href: STANDARDS_HREF,
    };
    let mut notes = vec![words::HERE.fill(lang, &[&view.today])];
    if view.teaching.is_none() {
        let lacks = match view.lacks {
            Some(Lack::Hub) => words::NO_HUB,
            Some(Lack::Type) => words::NO_TYPE,
            Some(Lack::Term) | None => words::NO_TERM,
        };
        notes.push(lacks.in_lang(lang).to_owned());
    }
    let kinds = [
        (Kind::Lesson, words::NEW_LESSON),
        (Kind::Activity, words::NEW_ACTIVITY),
        (Kind::Drill, words::NEW_DRILL),
        (Kind::SchoolTarget, words::NEW_TARGET),
        (Kind::SchoolYear, words::CHECK),
    ];
    let links = new_links(role, &kinds);
    let signed = view.works.as_ref().map(|_| words::SIGNED);
    let around = Around { notes, links, signed, ..Around::default() };
    let heads = [words::RULE, words::STATE, words::HOW, words::GAP];
    let mut rules = Sheet::new(words::RULES, &heads, words::NONE, lang);
    for line in lines(view, lang) {
        rules.row(line.cells(lang));
    }
    let mut sheets = vec![rules];
    if let Some(teaching) = &view.teaching {
        sheets.push(classes(teaching, lang));
    }
    if let Some(works) = &view.works {
        sheets.extend([drills(works, lang), visits(works, lang)]);
        sheets.extend([activities(works, lang), figures(works, role, lang)]);
    }
    sheet::page(&head, around, sheets, lang)
}

fn lines(view: &Standards, lang: Lang) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(teaching) = &view.teaching {
        for stage in &teaching.stages {
            lines.push(lessons(stage, teaching.lessons_needed, lang));
            lines.push(meetings(stage, lang));
        }
        lines.push(life(teaching, lang));
        lines.push(parents(teaching, lang));
    }
    if let Some(works) = &view.works {
        lines.push(staffing(works, view.small_classes, lang));
        lines.extend(of_works(works, &view.names, lang));
    }
    if let Some(staff) = &view.staff {
        let signed = staff.readers.iter().filter(|one| one.signed.is_some()).count();
        let all = staff.readers.len();
        let to = Cell::link(words::TO_TRAINING.in_lang(lang), TRAINING_HREF.to_owned());
        let line = Line::new(words::SECRECY.in_lang(lang), Standing::of(true, signed == all));
        lines.push(line.with(words::SECRECY_HAS.fill(lang, &[&all, &signed])).lacking(to));
    }
    lines
}

fn stage_name(stage: Stage, lang: Lang) -> &'static str {
    chosen(crate::ledger::entry::stage_label(stage), lang)
}

fn lessons(stage: &StageWork, needed: usize, lang: Lang) -> Line {
    let rule = words::LESSONS.fill(lang, &[&stage_name(stage.stage, lang)]);
    let due = words::LESSONS_DUE.fill(lang, &[&needed]);
    if stage.lessons == Standing::Met {
        let met: Vec<String> =
            stage.grades_met.iter().map(|grade| class_line(grade.as_str(), "")).collect();
        let met = words::LESSONS_MET.fill(lang, &[&met.join(chosen(("、", ", "), lang))]);
        return Line::new(rule, stage.lessons).with(met);
    }
    let mut grades: Vec<_> = stage.classes.iter().map(|class| class.grade).collect();
    grades.dedup();
    let lacking = |grade| {
        let of = stage.classes.iter().filter(move |class| class.grade == grade);
        of.filter(|class| class.lessons < needed).collect::<Vec<&ClassWork>>()
    };
    // The grade that lacks the fewest lessons is the one to finish.
    let closest = grades.into_iter().min_by_key(|grade| {
        lacking(*grade).iter().map(|class| needed - class.lessons).sum::<usize>()
    });
    let gap = closest.map_or_else(String::new, |grade| {
        let short = lacking(grade).into_iter().map(|class| {
            let lacks = needed - class.lessons;
            words::CLASS_SHORT.fill(lang, &[&class.class, &lacks])
        });
        let grade = class_line(grade.as_str(), "");
        words::LESSONS_SHORT.fill(lang, &[&grade, &shown(short.collect(), lang)])
    });
    let line = Line::new(rule, stage.lessons).with(due);
    // Where no lesson was ever noted, nothing says which class had none.
    if stage.lessons == Standing::Untold { line } else { line.lacking(Cell::plain(gap)) }
}

fn meetings(stage: &StageWork, lang: Lang) -> Line {
    let rule = words::MEETINGS.fill(lang, &[&stage_name(stage.stage, lang)]);
    let without = stage.classes.iter().filter(|class| class.meetings == 0);
    let without: Vec<String> =
        without.map(|class| class_line(class.grade.as_str(), &class.class)).collect();
    let line = Line::new(rule, stage.meetings);
    if stage.meetings == Standing::Untold {
        return line;
    }
    let had = stage.classes.len() - without.len();
    let has = words::MEETINGS_HAD.fill(lang, &[&stage.classes.len(), &had]);
    line.with(has).lacking(Cell::plain(shown(without, lang)))
}

fn life(teaching: &Teaching, lang: Lang) -> Line {
    let line = Line::new(words::LIFE.in_lang(lang), teaching.life);
    if teaching.life == Standing::Untold {
        return line;
    }
    let had = teaching
        .stages
        .iter()
        .map(|stage| words::LIFE_HAD.fill(lang, &[&stage_name(stage.stage, lang), &stage.life]));
    line.with(had.collect::<Vec<_>>().join(chosen(("；", "; "), lang)))
}

fn parents(teaching: &Teaching, lang: Lang) -> Line {
    let line = Line::new(words::PARENTS.in_lang(lang), teaching.parents);
    if teaching.parents == Standing::Untold {
        return line;
    }
    let had = teaching
        .stages
        .iter()
        .map(|stage| words::LIFE_HAD.fill(lang, &[&stage_name(stage.stage, lang), &stage.parents]));
    let has = had.collect::<Vec<_>>().join(chosen(("；", "; "), lang));
    let without = teaching.stages.iter().filter(|stage| stage.parents == 0);
    let without: Vec<&str> = without.map(|stage| stage_name(stage.stage, lang)).collect();
    let gap = match without.is_empty() {
        true => String::new(),
        false => words::STAGES_WITHOUT.fill(lang, &[&without.join(chosen(("、", ", "), lang))]),
    };
    Line { gap: Cell::plain(gap), ..line.with(has) }
}

fn of_works(works: &Works, names: &Names, lang: Lang) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(equal) = works.staffing.equal_treatment {
        let said = if equal { words::YES } else { words::NO };
        let line = Line::new(words::EQUAL.in_lang(lang), Standing::of(true, equal));
        lines.push(line.with(said.in_lang(lang)));
    }
    for (post, holder) in &works.posts {
        let rule = words::POST.fill(lang, &[&chosen(post.label(), lang)]);
        let line = Line::new(rule, Standing::of(true, holder.is_some()));
        let has = holder.map_or_else(String::new, |staff| names.staff(staff).to_owned());
        lines.push(line.with(has).lacking(Cell::plain(words::NOBODY.in_lang(lang))));
    }
    lines.extend(works.plans.iter().map(|plan| of_plan(plan, lang)));
    lines.push(committee(works, lang));
    let standing = Standing::of(works.is_kept(Kind::Drill), !works.drills.is_empty());
    let drill = Line::new(words::DRILL.in_lang(lang), standing);
    lines.push(match works.drills.first() {
        Some(last) => {
            let had = [&works.drills.len() as &dyn std::fmt::Display, &last.day, &last.minutes];
            drill.with(words::DRILL_HAD.fill(lang, &had))
        }
        None => drill,
    });
    let (open, late) = works.facilities;
    let kept = Standing::of(works.facilities_told, late == 0);
    let line = Line::new(words::FACILITY.in_lang(lang), kept);
    lines.push(match works.facilities_told {
        true => {
            let gap = Cell::plain(words::FACILITY_LATE.fill(lang, &[&late]));
            line.with(words::FACILITY_OPEN.fill(lang, &[&open])).lacking(gap)
        }
        false => line.lacking(Cell::plain(words::FACILITY_NONE.in_lang(lang))),
    });
    lines
}

fn staffing(works: &Works, small_classes: u32, lang: Lang) -> Line {
    let (staffing, line) = (&works.staffing, counsellors(works, lang));
    if small_classes == 0 {
        return line;
    }
    // The yearly check decides what is counted; what it contradicts is told beside it.
    let is_small = staffing.classes <= small_classes;
    let said = if is_small { words::SMALL_BY_RULE } else { words::LARGE_BY_RULE };
    let mut has = line.has.clone();
    has.push_str(&said.fill(lang, &[&small_classes]));
    if staffing.small.is_some_and(|small| small != is_small) {
        has.push_str(words::SMALL_DIFFERS.in_lang(lang));
    }
    line.with(has)
}

fn counsellors(works: &Works, lang: Lang) -> Line {
    let Staffing { classes, required, full, part, .. } = &works.staffing;
    let is_told = works.is_kept(Kind::Qualification);
    let now = match is_told {
        true => words::STAFFING_HAS.fill(lang, &[full, part]),
        false => words::STAFFING_UNTOLD.in_lang(lang).to_owned(),
    };
    let line = Line::new(words::STAFFING.in_lang(lang), works.staffing.standing);
    match required {
        None => {
            let has = words::STAFFING_UNSAID.fill(lang, &[classes]);
            line.with(has + &now).lacking(Cell::plain(words::CHECK_FIRST.in_lang(lang)))
        }
        Some(0) => line.with(words::STAFFING_SMALL.in_lang(lang).to_owned() + &now),
        Some(needed) => {
            let line = line.with(words::STAFFING_NEEDED.fill(lang, &[classes, needed]) + &now);
            if !is_told {
                return line;
            }
            let mut gaps = Vec::new();
            if *full == 0 {
                gaps.push(words::FULL_TIME.in_lang(lang).to_owned());
            }
            let lacks = usize::try_from(*needed).unwrap_or(0).saturating_sub(full + part);
            if lacks > 0 {
                gaps.push(words::SO_MANY.fill(lang, &[&lacks]));
            }
            line.lacking(Cell::plain(gaps.join(chosen(("；", "; "), lang))))
        }
    }
}

fn of_plan(plan: &PlanState, lang: Lang) -> Line {
    let rule = words::PLAN.fill(lang, &[&chosen(plan.what.label(), lang)]);
    let seen = plan.seen.map(|seen| words::PLAN_SEEN.fill(lang, &[&plan.version, &seen]));
    let (targets, reached) = plan.targets;
    let told = (targets > 0).then(|| words::PLAN_TARGETS.fill(lang, &[&targets, &reached]));
    let has: Vec<String> = seen.into_iter().chain(told).collect();
    let has = has.join(chosen(("；", "; "), lang));
    let none = if plan.seen.is_none() { words::PLAN_NONE.in_lang(lang) } else { "" };
    Line::new(rule, plan.standing).with(has).lacking(Cell::plain(none))
}

fn committee(works: &Works, lang: Lang) -> Line {
    let rule = words::COMMITTEE.in_lang(lang);
    let Some(now) = works.committee else {
        let line = Line::new(rule, Standing::Untold);
        return line.lacking(Cell::plain(words::COMMITTEE_NONE.in_lang(lang)));
    };
    let is_met = now.has_group && now.meetings > 0;
    let mut gaps = Vec::new();
    if !now.has_group {
        gaps.push(words::COMMITTEE_GROUP.in_lang(lang));
    }
    if now.meetings == 0 {
        gaps.push(words::COMMITTEE_MEET.in_lang(lang));
    }
    let has = words::COMMITTEE_IS.fill(lang, &[&now.members, &now.meetings]);
    let gap = Cell::plain(gaps.join(chosen(("；", "; "), lang)));
    Line::new(rule, Standing::of(true, is_met)).with(has).lacking(gap)
}

fn classes(teaching: &Teaching, lang: Lang) -> Sheet {
    let heads = [words::CLASS, words::LESSONS_COL, words::MEETINGS_COL];
    let mut sheet = Sheet::new(words::CLASSES, &heads, words::NONE, lang);
    let figure = |standing: Standing, had: usize, needed: usize| match standing {
        Standing::Untold => Cell::plain(words::UNTOLD.in_lang(lang)),
        _ if had >= needed => Cell::plain(had.to_string()),
        _ => Cell::tagged(Tag::new(Tone::Notice, format!("{had}/{needed}")), ""),
    };
    for stage in &teaching.stages {
        for class in &stage.classes {
            sheet.row(vec![
                Cell::plain(class_line(class.grade.as_str(), &class.class)),
                figure(stage.lessons, class.lessons, teaching.lessons_needed),
                figure(stage.meetings, class.meetings, 1),
            ]);
        }
    }
    sheet
}

/// What a table without a row says: that there is none, or that its ledger was never used.
fn empty(works: &Works, kind: Kind) -> Text {
    if works.is_kept(kind) { words::NONE } else { words::UNTOLD }
}

/// Each drill, with its time against the one before under the same circumstances.
fn drills(works: &Works, lang: Lang) -> Sheet {
    let heads = [
        words::DAY,
        words::MODE,
        words::SCENARIO,
        words::MINUTES,
        words::FASTER,
        words::PEOPLE,
        words::CHANNEL,
        words::FINDINGS,
    ];
    let mut sheet = Sheet::new(words::DRILLS, &heads, empty(works, Kind::Drill), lang);
    for (place, drill) in works.drills.iter().enumerate() {
        let before = works
            .drills
            .iter()
            .skip(place + 1)
            .find(|one| one.mode == drill.mode && one.scenario == drill.scenario);
        let against = before.map_or_else(String::new, |before| {
            format!("{:+}", i64::from(drill.minutes) - i64::from(before.minutes))
        });
        let through =
            chosen(if drill.through_channel { ("是", "yes") } else { ("否", "no") }, lang);
        sheet.row(vec![
            Cell::plain(drill.day.to_string()),
            Cell::plain(chosen(drill.mode.label(), lang)),
            Cell::plain(drill.scenario.clone()),
            Cell::plain(drill.minutes.to_string()),
            Cell::plain(against),
            Cell::plain(drill.participants.to_string()),
            Cell::plain(through),
            Cell::plain(drill.findings.clone()),
        ]);
    }
    sheet
}

fn visits(works: &Works, lang: Lang) -> Sheet {
    let heads = [words::SERVICE, words::TIMES, words::HOURS];
    let mut sheet = Sheet::new(words::VISITS, &heads, empty(works, Kind::ExpertVisit), lang);
    let visits = works.visits.iter().filter(|_| works.is_kept(Kind::ExpertVisit));
    for (service, times, hours) in visits {
        let label = text_of(service.label()).in_lang(lang);
        sheet.row(vec![
            Cell::plain(label),
            Cell::plain(times.to_string()),
            Cell::plain(hours.to_string()),
        ]);
    }
    sheet
}

fn activities(works: &Works, lang: Lang) -> Sheet {
    let heads = [words::TAG, words::TIMES];
    let mut sheet = Sheet::new(words::ACTIVITIES, &heads, empty(works, Kind::Activity), lang);
    let activities = works.activities.iter().filter(|_| works.is_kept(Kind::Activity));
    for (tag, times) in activities {
        let label = Cell::plain(chosen(tag.label(), lang));
        sheet.row(vec![label, Cell::plain(times.to_string())]);
    }
    sheet
}

fn figures(works: &Works, role: SchoolRole, lang: Lang) -> Sheet {
    let mut sheet = Sheet::new(words::FIGURES, &[words::FIGURE], words::NONE, lang);
    let (planned, spent) = works.budget;
    let (materials, copies) = works.materials;
    let (received, right) = works.complaints;
    let told = |kind: Kind, of: Text, said: String| match works.is_kept(kind) {
        true => said,
        false => words::FIGURE_UNTOLD.fill(lang, &[&of.in_lang(lang)]),
    };
    let budget = words::BUDGET.fill(lang, &[&planned, &spent]);
    let given = words::MATERIALS.fill(lang, &[&materials, &copies]);
    let mut lines = vec![
        told(Kind::Budget, words::OF_BUDGET, budget),
        told(Kind::ParentMaterial, words::OF_MATERIALS, given),
    ];
    // Even their number is for those whom they are entered by.
    if reads(role, Area::Conduct) {
        let complaints = words::COMPLAINTS.fill(lang, &[&received, &right]);
        lines.push(told(Kind::ConductComplaint, words::OF_COMPLAINTS, complaints));
    }
    for line in lines {
        sheet.row(vec![Cell::plain(line)]);
    }
    sheet
}

/// A list of classes, cut where it would fill the page.
fn shown(mut classes: Vec<String>, lang: Lang) -> String {
    let is_cut = classes.len() > CLASSES_SHOWN;
    classes.truncate(CLASSES_SHOWN);
    let mut text = classes.join(chosen(("、", ", "), lang));
    if is_cut {
        text.push('…');
    }
    text
}

fn state(standing: Standing, lang: Lang) -> Part<Tag> {
    let (tone, text): (Tone, Text) = match standing {
        Standing::Met => (Tone::Good, words::MET),
        Standing::Unmet => (Tone::Bad, words::UNMET),
        Standing::Untold => (Tone::Notice, words::UNTOLD),
    };
    Tag::of(tone, text, lang)
}
