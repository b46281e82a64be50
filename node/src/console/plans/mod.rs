//! Individual plans and named helpers: who should have one, who has, what is late.
//!
//! Each reader sees whom the table of authority lets see; whoever is named is logged.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::ledger::Kind;
use domain::ledger::words::{Group, Word};
use jiff::civil::Date;
use runtime::texts;
use runtime::web::{Lang, NavLink, Page, Problem, RenderError, Tag, Tone, Visitor, in_address};
use serde::Deserialize;

use super::ledgers::{Pager, RECORDS, Readers};
use super::office::{Office, chosen, problem};
use super::sheet::{self, Around, Cell, Head, Sheet};
use crate::ledger::browse;
use crate::ledger::entry::StudentId;
use crate::ledger::helping::{self, HelpLine, HelpPage, LISTED};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::obligation::teaching::year_start;

pub(super) const PLANS_HREF: &str = "/plans";

texts! {
    PLANS = "一生一策与帮扶", "Plans and helpers";
    NOTE = "预警在册、特殊群体和特异体质学生：谁还没有方案或帮扶人，哪些复查已逾期",
        "students in a tier, of special groups and with a special physique: who lacks a plan or \
         helper, whose review is late";
    COUNTED = "{0} 名学生，其中 {1} 名有缺口；帮扶自 {2} 起计。", "{0} students, {1} with a gap; support since {2}.";
    GAPS = "有缺口的学生", "Students with a gap";
    DONE = "方案与帮扶齐全的学生", "Students with all they need";
    NONE = "没有。", "None.";
    STUDENT = "学生", "Student";
    WHY = "情形", "Why";
    PLAN = "一生一策", "Plan";
    HELPER = "一对一帮扶人", "Helper";
    SUPPORT = "本学年帮扶", "Support this year";
    ACT = "办理", "Act";
    NO_PLAN = "还没有方案", "no plan";
    LATE = "复查逾期：{0}", "review was due {0}";
    UNTIL = "复查期限 {0}，{1}", "review by {0}, {1}";
    NO_HELPER = "还没有帮扶人", "no helper";
    NO_NEED = "不要求", "not asked for";
    WRITE_PLAN = "建立方案", "Write a plan";
    CHANGE_PLAN = "修订方案", "Change the plan";
    WRITE_HELPER = "确定帮扶人", "Name a helper";
    ALL = "全部", "All";
    EMERGENCY = "应急提示：{0}", "In an emergency: {0}";
    PHYSIQUE = "特异体质：{0}", "physique: {0}";
    BY_GROUP = "按群体筛选", "By group";
    GROUP = "{0}（{1}）", "{0} ({1})";
}

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: PLANS, href: PLANS_HREF }
}

/// The page over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new().route(PLANS_HREF, get(show))
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Word of a special group.
    #[serde(default)]
    group: String,
    /// Which page, from 1.
    page: Option<usize>,
}

/// What the page shows.
struct View {
    read: HelpPage,
    group: Option<Group>,
    names: Names,
    today: Date,
    since: Date,
    may_plan: bool,
    may_help: bool,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let group = Group::from_word(&asked.group);
    let number = asked.page.unwrap_or(1).saturating_sub(1);
    let found = office.work(&visitor.session, move |tx, reader| {
        let (today, role) = (reader.today(), reader.role());
        let since = year_start(today);
        let read = helping::overview(tx, &reader, since, (group, number))?;
        let names = Names::of(tx, read.lines.iter().map(|(student, _)| *student))?;
        let may_plan = browse::is_writable_by(role, Kind::Plan);
        let may_help = browse::is_writable_by(role, Kind::Helper);
        Ok::<_, LedgerRefusal>(View { read, group, names, today, since, may_plan, may_help })
    });
    let view = found.await.map_err(problem)?;
    office.reply(&visitor, &page(&view, visitor.frame.lang)?)
}

fn page(view: &View, lang: Lang) -> Result<Page, RenderError> {
    let head = Head { group: RECORDS, title: PLANS, note: NOTE, href: PLANS_HREF };
    let HelpPage { lines, total, gaps, page, .. } = &view.read;
    let notes = vec![
        COUNTED.fill(lang, &[total, gaps, &view.since]),
        super::words::LOGGED.in_lang(lang).to_owned(),
    ];
    let (open, done): (Vec<_>, Vec<_>) =
        lines.iter().partition(|(_, line)| line.has_gap(view.today));
    // Gaps come first, so a later page may have none of them, and the first one nobody else.
    let mut sheets = Vec::new();
    if !open.is_empty() || *gaps == 0 {
        sheets.push(table(view, GAPS, &open, lang));
    }
    if !done.is_empty() || gaps == total {
        sheets.push(table(view, DONE, &done, lang));
    }
    sheets.push(groups(view, lang));
    let query = view.group.map_or_else(String::new, |group| format!("group={}&", group.as_str()));
    let pages =
        (*total > LISTED).then(|| Pager::new(PLANS_HREF, &query, (*page, LISTED, *total), lang));
    sheet::page(&head, Around { notes, pages, ..Around::default() }, sheets, lang)
}

fn table(
    view: &View,
    title: runtime::web::Text,
    lines: &[&(StudentId, HelpLine)],
    lang: Lang,
) -> Sheet {
    let mut table = Sheet::new(title, &[STUDENT, WHY, PLAN, HELPER, SUPPORT, ACT], NONE, lang);
    for (student, line) in lines {
        table.row(row(view, *student, line, lang));
    }
    table
}

fn row(view: &View, student: StudentId, line: &HelpLine, lang: Lang) -> Vec<Cell> {
    let plan = match &line.plan {
        None => Cell::tagged(Tag::of(Tone::Bad, NO_PLAN, lang), ""),
        Some((_, by, who)) if *by < view.today => {
            Cell::tagged(Tag::new(Tone::Bad, LATE.fill(lang, &[by])), view.names.staff(*who))
        }
        Some((_, by, who)) => Cell::plain(UNTIL.fill(lang, &[by, &view.names.staff(*who)])),
    };
    let helper = match line.helper {
        Some(staff) => Cell::plain(view.names.staff(staff)),
        None if line.needs_helper() => Cell::tagged(Tag::of(Tone::Bad, NO_HELPER, lang), ""),
        None => Cell::plain(NO_NEED.in_lang(lang)),
    };
    vec![
        Cell::link(view.names.student_line(student), format!("/students/{}", student.0)),
        Cell::plain(why(line, lang)),
        plan,
        helper,
        Cell::plain(line.support.to_string()),
        act(view, student, line, lang),
    ]
}

/// Tier, groups and physique, as far as the reader may know them.
fn why(line: &HelpLine, lang: Lang) -> String {
    let between = chosen(("、", ", "), lang);
    let mut said = Vec::new();
    said.extend(line.tier.map(|tier| chosen(tier.label(), lang).to_owned()));
    said.extend(line.groups.iter().map(|group| chosen(group.label(), lang).to_owned()));
    if let Some((kinds, emergency)) = &line.physique {
        let kinds: Vec<_> = kinds.iter().map(|kind| chosen(kind.label(), lang)).collect();
        said.push(PHYSIQUE.fill(lang, &[&kinds.join(between)]));
        if !emergency.is_empty() {
            said.push(EMERGENCY.fill(lang, &[emergency]));
        }
    }
    said.join(chosen(("；", "; "), lang))
}

/// The next thing to write, where the role may.
fn act(view: &View, student: StudentId, line: &HelpLine, lang: Lang) -> Cell {
    let number = view.names.student(student).map_or("", |known| &known.number);
    let asked = in_address(number);
    match &line.plan {
        None if view.may_plan => {
            Cell::link(WRITE_PLAN.in_lang(lang), format!("/ledgers/plan/new?student={asked}"))
        }
        _ if view.may_help && line.needs_helper() && line.helper.is_none() => {
            Cell::link(WRITE_HELPER.in_lang(lang), format!("/ledgers/helper/new?student={asked}"))
        }
        Some((record, _, _)) if view.may_plan => {
            Cell::link(CHANGE_PLAN.in_lang(lang), format!("/ledgers/plan/{}/edit", record.0))
        }
        _ => Cell::plain(""),
    }
}

/// How many of each special group, each a way to narrow the page.
fn groups(view: &View, lang: Lang) -> Sheet {
    let mut table = Sheet::new(BY_GROUP, &[WHY], NONE, lang);
    for (group, count) in &view.read.groups {
        if *count > 0 {
            let text = GROUP.fill(lang, &[&chosen(group.label(), lang), count]);
            let href = format!("{PLANS_HREF}?group={}", group.as_str());
            table.row(vec![Cell::link(text, href)]);
        }
    }
    table.row(vec![Cell::link(ALL.in_lang(lang), PLANS_HREF.to_owned())]);
    table
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use domain::ledger::words::Physique;
    use runtime::web::Role;

    use super::super::trial::{Person, browser};
    use crate::ledger::entry::{StudentId, Words};
    use crate::ledger::guard_tests::{head, run, school};
    use crate::ledger::physique::PhysiqueCase;
    use crate::ledger::special_group::FamilyCase;
    use crate::ledger::testing::{NOW_MS, TODAY};
    use crate::ledger::write;

    use super::Group;

    /// The head sees who lacks a plan or a helper, by group, with what to write next; a mentor of
    /// nobody sees nobody.
    #[tokio::test]
    async fn gaps_are_shown_with_what_to_do() {
        let school = school();
        run(&school, |tx| {
            let family = FamilyCase {
                from: TODAY,
                student: StudentId(1),
                groups: Words::new([Group::LeftBehind, Group::Poverty]),
                situation: String::new(),
                until: None,
            };
            write::add(tx, &head(), &family)?;
            let physique = PhysiqueCase {
                from: TODAY,
                student: StudentId(2),
                kinds: Words::new([Physique::Asthma]),
                emergency_line: "随身带喷雾".to_owned(),
                until: None,
            };
            write::add(tx, &head(), &physique)
        })
        .expect("cases");
        let who = Person { login: "de", role: Role::MoralHead, staff: "T002" };
        let mut de = browser(&school, who, NOW_MS).await;
        for (path, words) in [
            ("/plans?lang=zh", ["还没有方案", "随身带喷雾", "建立方案"]),
            ("/plans?lang=en", ["no plan", "no helper", "Write a plan"]),
        ] {
            let page = de.get(path).await.expect("page");
            assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
            for word in words {
                assert!(page.text.contains(word), "{path}: {word}");
            }
            page.keep(&format!("plans_{}.html", &path[path.len() - 2..])).expect("keep");
        }
        let page = de.get("/plans?group=poverty&lang=zh").await.expect("page");
        assert!(page.text.contains("1 名学生") && !page.text.contains("随身带喷雾"));
        let who = Person { login: "dao", role: Role::Mentor, staff: "T003" };
        let mut mentor = browser(&school, who, NOW_MS).await;
        let page = mentor.get("/plans?lang=zh").await.expect("page");
        assert!(page.text.contains("0 名学生") && !page.text.contains("张某某"));
    }
}
