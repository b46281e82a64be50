//! `standards`: which rules the school keeps and what is missing, and the training of its staff, at
//! a terminal, for an account that may read them.

use clap::Args;
use domain::ledger::{Action, Area, Kind, Word as _};
use runtime::cli::{Align, Failure, Table, Terminal};
use runtime::texts;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::{Place, context};
use crate::app::Node;
use crate::ledger::author::Author;
use crate::ledger::profile;
use crate::ledger::showing::Names;
use crate::obligation::teaching::{StageWork, Teaching};
use crate::obligation::training::{CertificateState, Training};
use crate::obligation::works::Works;
use crate::obligation::{self, Standing};

texts! {
    RULE = "规定事项", "rule";
    STATE = "状态", "state";
    HAS = "目前情况", "as it stands";
    MET = "已达标", "kept";
    UNMET = "未达标", "not kept";
    UNTOLD = "还没有登记过", "nothing entered yet";
    LESSONS = "{0} 心理课", "{0}: lessons";
    LESSONS_HAS = "到今天每班应满 {0} 节，不足的班 {1} 个", "{0} for each class by today, {1} classes short";
    MEETINGS = "{0} 班团队会", "{0}: class meetings";
    MEETINGS_HAS = "还没有的班 {0} 个", "{0} classes without";
    LIFE = "心理健康和生命教育专题活动", "life-education event of the term";
    PARENTS = "面向家长的课程或活动", "event for parents of the school year";
    STAFFING = "心理教师配备", "counsellors";
    STAFFING_HAS = "{0} 个班，专职 {1}、兼职 {2}", "{0} classes, {1} full-time, {2} part-time";
    FACILITY = "物防技防整改", "facilities mended";
    FACILITY_HAS = "未整改 {0} 处，其中逾期 {1} 处", "{0} open, {1} late";
    DRILLS = "本学年演练", "drills this school year";
    HEAD = "截至 {0}。只供本校查看，不出校。", "As of {0}, for this school alone; it never leaves.";
    NO_TERM = "没有本学期的校历，或还没有设置学校类型。",
        "There is no term calendar for today, or the school has not said what it is.";
    ROLE = "岗位", "role";
    STAFF = "在岗", "staff";
    TRAINED = "本学年已培训", "trained this school year";
    HOURS = "学时", "hours";
    COUNSELLOR = "心理教师", "counsellor";
    MISSING = "还差个体／团体", "missing individual / group";
    CERTIFICATE = "证书到期", "certificate ends";
    UNPLEDGED = "能查阅学生情况而未签保密承诺的账号：{0} 个",
        "accounts that read of students without an undertaking: {0}";
}

#[derive(Args, Debug)]
pub(super) struct StandardsArgs {
    /// Training, certificates and undertakings of the staff instead
    #[arg(long)]
    training: bool,

    #[command(flatten)]
    acting: ActingArgs,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &StandardsArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    let area = if args.training { Area::Training } else { Area::Governance };
    acting::allow(&author, Action::Read(area))?;
    if args.training { training(terminal, &node, &author) } else { rules(terminal, &node, &author) }
}

fn rules(terminal: &Terminal, node: &Node, author: &Author) -> Result<(), Failure> {
    let (packs, today) = (node.packs()?, author.today());
    let term = packs.calendar().current(today).copied();
    let read = node.ledger().read(move |tx| {
        let Some((profile, term)) = profile::load(tx)?.zip(term) else { return Ok(None) };
        let teaching = obligation::teaching::of(tx, &profile, &term, today)?;
        let works = obligation::works::of(tx, &term, today)?;
        Ok::<_, runtime::sql::SqlError>(Some((teaching, works)))
    })?;
    let Some((teaching, works)) = read else {
        return terminal.result(&json!({ "stages": [] }), |terminal| terminal.text(NO_TERM, &[]));
    };
    let stages: Vec<Value> = teaching.stages.iter().map(stage).collect();
    let plans = works.plans.iter().map(|plan| {
        json!({"plan": plan.what.as_str(), "state": plan.standing.as_str(),
               "seen": plan.seen.map(|day| day.to_string()),
               "targets": plan.targets.0, "reached": plan.targets.1})
    });
    let value = json!({
        "day": today.to_string(), "term": teaching.term.to_string(),
        "lessons_needed": teaching.lessons_needed, "life": teaching.life.as_str(),
        "parents": teaching.parents.as_str(), "stages": stages,
        "counsellors": {"state": works.staffing.standing.as_str(),
            "classes": works.staffing.classes, "required": works.staffing.required,
            "full_time": works.staffing.full, "part_time": works.staffing.part},
        "plans": plans.collect::<Vec<_>>(), "drills": works.drills.len(),
        "facilities_open": works.facilities.0, "facilities_late": works.facilities.1,
    });
    terminal.result(&value, |terminal| {
        let table = rules_table(terminal, &teaching, &works);
        format!("{}\n{}", terminal.text(HEAD, &[&today]), table.render())
    })
}

fn stage(work: &StageWork) -> Value {
    let classes = work.classes.iter().map(|one| {
        json!({"grade": one.grade.as_str(), "class": one.class, "lessons": one.lessons,
               "meetings": one.meetings})
    });
    let met: Vec<&str> = work.grades_met.iter().map(|grade| grade.as_str()).collect();
    json!({"stage": work.stage.as_str(), "lessons": work.lessons.as_str(), "grades_met": met,
           "meetings": work.meetings.as_str(), "life": work.life, "parents": work.parents,
           "classes": classes.collect::<Vec<_>>()})
}

fn rules_table(terminal: &Terminal, teaching: &Teaching, works: &Works) -> Table {
    let mut table = Table::new()
        .column(&terminal.text(RULE, &[]), Align::Left)
        .column(&terminal.text(STATE, &[]), Align::Left)
        .column(&terminal.text(HAS, &[]), Align::Left);
    let mut row = |rule: String, (standing, has): (Standing, String)| {
        table.row(vec![rule, terminal.text(word(standing), &[]), has]);
    };
    // Of a ledger that was never used the state says so, and no figure.
    let told = |standing: Standing, has: String| match standing {
        Standing::Untold => (standing, String::new()),
        _ => (standing, has),
    };
    let needed = teaching.lessons_needed;
    for work in &teaching.stages {
        let label = crate::ledger::entry::stage_label(work.stage);
        let name = terminal.text(runtime::web::Text::new(label.0, label.1), &[]);
        let short = work.classes.iter().filter(|class| class.lessons < needed).count();
        let without = work.classes.iter().filter(|class| class.meetings == 0).count();
        let has = terminal.text(LESSONS_HAS, &[&needed, &short]);
        row(terminal.text(LESSONS, &[&name]), told(work.lessons, has));
        let has = terminal.text(MEETINGS_HAS, &[&without]);
        row(terminal.text(MEETINGS, &[&name]), told(work.meetings, has));
    }
    row(terminal.text(LIFE, &[]), (teaching.life, String::new()));
    row(terminal.text(PARENTS, &[]), (teaching.parents, String::new()));
    let staffing = &works.staffing;
    let has = match works.is_kept(Kind::Qualification) {
        true => terminal.text(STAFFING_HAS, &[&staffing.classes, &staffing.full, &staffing.part]),
        false => String::new(),
    };
    row(terminal.text(STAFFING, &[]), (staffing.standing, has));
    for plan in &works.plans {
        let label = plan.what.label();
        let name = terminal.text(runtime::web::Text::new(label.0, label.1), &[]);
        let seen = plan.seen.map_or_else(String::new, |day| day.to_string());
        row(name, (plan.standing, seen));
    }
    let drills = works.drills.len();
    let standing = Standing::of(works.is_kept(Kind::Drill), drills > 0);
    row(terminal.text(DRILLS, &[]), told(standing, drills.to_string()));
    let (open, late) = works.facilities;
    let has = terminal.text(FACILITY_HAS, &[&open, &late]);
    row(terminal.text(FACILITY, &[]), told(Standing::of(works.facilities_told, late == 0), has));
    table
}

const fn word(standing: Standing) -> runtime::web::Text {
    match standing {
        Standing::Met => MET,
        Standing::Unmet => UNMET,
        Standing::Untold => UNTOLD,
    }
}

fn training(terminal: &Terminal, node: &Node, author: &Author) -> Result<(), Failure> {
    let today = author.today();
    let read = node.ledger().read(move |tx| {
        let read = obligation::training::of(tx, today)?;
        Ok::<_, runtime::sql::SqlError>((read, Names::of(tx, [])?))
    });
    let (read, names) = read?;
    terminal.result(&training_value(&read, &names), |terminal| {
        let tables = [roles_table(terminal, &read), counsellors_table(terminal, &read, &names)];
        let without = read.readers.iter().filter(|one| one.signed.is_none()).count();
        let [roles, counsellors] = tables.map(|table| table.render());
        let pledges = terminal.text(UNPLEDGED, &[&without]);
        format!("{}\n{roles}\n{counsellors}\n{pledges}", terminal.text(HEAD, &[&today]))
    })
}

fn training_value(read: &Training, names: &Names) -> Value {
    let roles = read.roles.iter().flatten().map(|one| {
        json!({"role": one.role.as_str(), "staff": one.staff, "trained": one.trained,
               "hours": one.hours})
    });
    let counsellors = read.counsellors.iter().map(|one| {
        let (individual, group) = one.missing();
        json!({"staff": names.staff_line(one.staff), "needs": one.needs, "open": one.is_open(),
               "missing_individual": individual, "missing_group": group,
               "certificate_ends": one.certificate.as_ref().map(|c| c.expires.to_string())})
    });
    let certificates = read.certificates.iter().map(|one| {
        let state = match one.state {
            CertificateState::Valid => "valid",
            CertificateState::EndsSoon => "ends_soon",
            CertificateState::Expired => "expired",
            CertificateState::Revoked => "revoked",
        };
        json!({"number": one.number, "staff": names.staff_line(one.staff), "state": state,
               "ends": one.expires.to_string()})
    });
    let untrained = read
        .untrained
        .iter()
        .map(|(role, staff)| json!({"role": role.as_str(), "staff": names.staff_line(*staff)}));
    let readers = read.readers.iter().map(|one| {
        json!({"account": one.login, "role": one.role.as_str(),
               "signed": one.signed.map(|day| day.to_string())})
    });
    json!({"since": read.since.to_string(), "roles": roles.collect::<Vec<_>>(),
           "untrained": untrained.collect::<Vec<_>>(),
           "counsellors": counsellors.collect::<Vec<_>>(),
           "certificates": certificates.collect::<Vec<_>>(),
           "undertakings": readers.collect::<Vec<_>>()})
}

fn roles_table(terminal: &Terminal, read: &Training) -> Table {
    let mut table = Table::new()
        .column(&terminal.text(ROLE, &[]), Align::Left)
        .column(&terminal.text(STAFF, &[]), Align::Right)
        .column(&terminal.text(TRAINED, &[]), Align::Right)
        .column(&terminal.text(HOURS, &[]), Align::Right);
    for one in read.roles.iter().flatten() {
        let label = one.role.label();
        let name = terminal.text(runtime::web::Text::new(label.0, label.1), &[]);
        let figures = [one.staff.to_string(), one.trained.to_string(), one.hours.to_string()];
        table.row([vec![name], figures.to_vec()].concat());
    }
    table
}

fn counsellors_table(terminal: &Terminal, read: &Training, names: &Names) -> Table {
    let mut table = Table::new()
        .column(&terminal.text(COUNSELLOR, &[]), Align::Left)
        .column(&terminal.text(MISSING, &[]), Align::Left)
        .column(&terminal.text(CERTIFICATE, &[]), Align::Left);
    for one in &read.counsellors {
        let (individual, group) = one.missing();
        let missing = if one.is_open() { format!("{individual} / {group}") } else { String::new() };
        let ends = one.certificate.as_ref().map_or_else(String::new, |c| c.expires.to_string());
        table.row(vec![names.staff_line(one.staff), missing, ends]);
    }
    table
}
