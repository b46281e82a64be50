//! What a school seldom has and a demonstration shows once: a run that is open, a survey, a
//! referral that waits for its family, a hold with what was handed over under it, somebody let onto
//! a case, a complaint, a contact of a case, an order to an agency, a teaching case.
//!
//! None of it is drawn, and none of it changes a figure of the life before it: the run is of a
//! scale that a life answers by no file, and stands over the roll alone.

use std::error::Error;
use std::sync::Arc;

use domain::ledger::consent::DataClass;
use domain::ledger::terms::{AgeBand, ContactWay, LiaisonParty, Relation, Tier};
use domain::period::Term;
use domain::referral::{Actor, Concern, Event, RiskNow, Urgency};
use domain::screening::Unasked;
use domain::screening::order::{LowestTier, PER_DAY};
use jiff::ToSpan as _;
use jiff::civil::{Date, time};
use node::import::value::Grade;
use node::ledger::agency::AgencyOrder;
use node::ledger::author::Author;
use node::ledger::custody::Custody;
use node::ledger::entry::{RecordId, StaffId, StudentId, Words};
use node::ledger::governance::ConductComplaint;
use node::ledger::liaison::CaseContact;
use node::ledger::referral::{self, Told, Wish};
use node::ledger::refusal::LedgerRefusal;
use node::ledger::roll::{CaseMember, Guardian};
use node::ledger::showing::Names;
use node::ledger::survey::{self, Draft};
use node::ledger::teaching_case::TeachingCase;
use node::ledger::{Ledger, approval, case, consent, write};
use node::screening::opening::{self, Plan};
use node::screening::shelf::Shelf;
use runtime::sql::Tx;

use super::cast::Pupil;
use super::{Life, LifeError, at};

/// The scale of the run.
const SCALE: &str = "gad-7";
/// Days of the run, where its term is as long.
const RUN_DAYS: i64 = 14;
/// What a survey asks.
const QUESTIONS: &str = "你觉得作业量\n- 合适\n- 偏多\n- 偏少\n\
                         你每天睡几个小时\n- 8 小时以上\n- 7 到 8 小时\n- 不到 7 小时\n";

impl Life {
    /// Writes them at an instant, as people at the school would.
    ///
    /// # Errors
    /// The ledgers refused something, or cannot be written.
    pub fn beside(
        self,
        ledger: &Ledger,
        shelf: &Arc<Shelf>,
        now_ms: i64,
    ) -> Result<Self, LifeError> {
        let shelf = Arc::clone(shelf);
        let life = self.tiers(ledger, now_ms)?.people(ledger, now_ms)?.shown(ledger, now_ms)?;
        ledger.write("life_beside", move |tx| {
            let by = life.cast.counsellor_at(now_ms);
            let today = by.today();
            life.run(tx, &by, &shelf)?;
            let draft = Draft {
                title: "作业与睡眠",
                questions: QUESTIONS,
                least: 10,
                until: today + 30.days(),
            };
            let made = survey::make(tx, &by, &draft);
            let made = made.map_err(|source| paper("a survey", source))?;
            let answered = life.answer_survey(tx, &by, made);
            answered.map_err(|source| paper("slips of a survey", source))?;
            Ok(life)
        })
    }

    /// Guardians of those with a case, a referral of one of them, somebody let onto another's; a
    /// hold over somebody else's records.
    ///
    /// # Errors
    /// The ledgers refused something, or cannot be written.
    pub fn people(self, ledger: &Ledger, now_ms: i64) -> Result<Self, LifeError> {
        ledger.write("life_people", move |tx| {
            let day = self.cast.counsellor_at(now_ms).today();
            self.meet(tx, now_ms).map_err(at(day, "somebody on a case, or a referral"))?;
            Ok(self)
        })
    }

    fn meet(&self, tx: &Tx<'_>, now_ms: i64) -> Result<(), LedgerRefusal> {
        let (by, head) = (self.cast.counsellor_at(now_ms), self.cast.head_at(now_ms));
        let today = by.today();
        let open = case::open_now(tx)?;
        for now in &open {
            write::add(tx, &by, &guardian(now.case.entry.student, today))?;
        }
        // The gravest that has none under way: a family is asked about a crisis only.
        let is_free = |student: &StudentId| !self.waiting.referring.contains(student);
        let free = open.iter().filter(|now| is_free(&now.case.entry.student));
        if let Some(now) = free.max_by_key(|now| now.tier) {
            refer(tx, &by, (now.case.entry.student, now.tier))?;
        }
        let teacher = self.teacher(0);
        if let Some(student) = open.last().map(|now| now.case.entry.student) {
            let until = Some(today + 30.days());
            write::add(tx, &head, &CaseMember { from: today, student, staff: teacher, until })?;
            let names = Names::of(tx, [student])?;
            let number = names.student(student).map_or("", |known| &known.number);
            let asks = self.cast.mentor_at(self.teacher(1), now_ms);
            approval::ask(tx, &asks, number, today + 14.days())?;
        }
        if let Some(pupil) = self.cast.pupils.last() {
            held(tx, &head, pupil.id)?;
        }
        if let Some(now) = open.first() {
            let case = (now.case.record, now.case.entry.student);
            contacted(tx, &by, case)?;
            write::add(tx, &head, &ordered(case.1, today, head.staff().unwrap_or(StaffId(0))))?;
        }
        retold(tx, &by, &head)?;
        let complaint = ConductComplaint { day: today, confirmed: None, until: None };
        write::add(tx, &head, &complaint).map(drop)
    }

    /// A run over everybody who answers for oneself, in the last term that has begun.
    fn run(&self, tx: &Tx<'_>, by: &Author, shelf: &Shelf) -> Result<(), LifeError> {
        let packs = shelf.packs().map_err(|source| paper("the packs", source))?;
        let begun = |term: &&Term| term.start <= by.today();
        let term = packs.calendar().terms().iter().filter(begun).max_by_key(|term| term.start);
        let term = term.copied().ok_or(LifeError::Missing("term"))?;
        let grades: Vec<Grade> = (7..=12)
            .filter_map(|number: u8| Grade::from_code(&format!("g{number}")))
            .filter(|grade| {
                let has = |pupil: &Pupil| pupil.grade.as_str() == grade.code();
                self.cast.pupils.iter().any(has)
            })
            .collect();
        let first = by.today().min(term.end - RUN_DAYS.days());
        let plan = Plan {
            name: "学期心理筛查".to_owned(),
            contact: "心理辅导室 204".to_owned(),
            term,
            scales: packs.scale(SCALE).map(|scale| (scale.clone(), grades)).into_iter().collect(),
            first,
            last: first + RUN_DAYS.days(),
            hours: (time(7, 30, 0, 0), time(18, 0, 0, 0)),
            classes_per_day: 0,
            lowest: LowestTier::Left,
            unasked: Unasked::Wait,
            per_day: PER_DAY,
            special: None,
        };
        let opened = opening::open(tx, by, &plan, shelf);
        opened.map(drop).map_err(|source| paper("a run", source))
    }
}

fn paper(what: &'static str, source: impl Error + Send + Sync + 'static) -> LifeError {
    LifeError::Paper { what, source: Box::new(source) }
}

pub(super) fn guardian(student: StudentId, from: Date) -> Guardian {
    Guardian {
        from,
        student,
        name: "家长".to_owned(),
        relation: Relation::Mother,
        phone: "00000000000".to_owned(),
        do_not_contact: false,
        objects: false,
        until: None,
    }
}

/// A referral; in a crisis its family was asked.
fn refer(
    tx: &Tx<'_>,
    by: &Author,
    (student, tier): (StudentId, Tier),
) -> Result<(), LedgerRefusal> {
    let wish = Wish {
        student,
        urgency: Urgency::Routine,
        concerns: vec![Concern::Mood],
        recipient: ("CLINIC1".to_owned(), "示例医院".to_owned(), String::new()),
        risk: RiskNow::Unknown,
        known: (String::new(), String::new(), String::new()),
    };
    let record = referral::open(tx, by, &wish)?;
    if tier < Tier::T3 {
        return Ok(());
    }
    let asked = (Event::AskConsent, Actor::School);
    referral::act(tx, by, record, asked, &Told::on(by.today())).map(drop)
}

/// A contact of a case that was made.
fn contacted(
    tx: &Tx<'_>,
    by: &Author,
    (case, student): (RecordId, StudentId),
) -> Result<(), LedgerRefusal> {
    let made = CaseContact {
        due: by.today(),
        student,
        case,
        party: LiaisonParty::Community,
        who: "社区工作站".to_owned(),
        phone: String::new(),
        staff: by.staff().unwrap_or(StaffId(0)),
        done: Some(by.today()),
        way: Some(ContactWay::Phone),
        detail: "约定假期走访".to_owned(),
        cancelled: false,
    };
    write::add(tx, by, &made).map(drop)
}

/// An order to an agency for which no data are handed over yet.
fn ordered(student: StudentId, from: Date, staff: StaffId) -> AgencyOrder {
    AgencyOrder {
        from,
        student,
        recipient: "DEMO-A1".to_owned(),
        recipient_name: "演示社会工作服务中心".to_owned(),
        contract: "示例-01".to_owned(),
        contract_to: from + 300.days(),
        service: "家庭教育指导".to_owned(),
        classes: Words::new([DataClass::Identity]),
        staff,
        handed: None,
        return_by: from + 60.days(),
        returned: None,
        how: None,
        reply: String::new(),
        cancelled: false,
    }
}

/// Two teaching cases of the counsellor: one that the head has released, and one that waits.
fn retold(tx: &Tx<'_>, by: &Author, head: &Author) -> Result<(), LedgerRefusal> {
    // A school without a counsellor has nobody but the head, who releases no text of one's own.
    let Some(staff) = by.staff().filter(|staff| head.staff() != Some(*staff)) else {
        return Ok(());
    };
    let text = |background: &str| TeachingCase {
        day: by.today(),
        staff,
        age_band: AgeBand::Early,
        background: background.to_owned(),
        assessment: "情绪低落两个月，睡眠差，没有自伤".to_owned(),
        intervention: "每周辅导一次，并与家长约谈".to_owned(),
        aftermath: "八周后情绪平稳，按时到校".to_owned(),
        reflection: "家长应更早参与".to_owned(),
        released: None,
    };
    let record = write::add(tx, by, &text("升学后成绩下降，不愿到校"))?;
    let released = Some(head.today());
    let read = TeachingCase { released, ..text("升学后成绩下降，不愿到校") };
    write::update(tx, &head.because("审定"), (record, 1), &read)?;
    write::add(tx, by, &text("与同伴发生冲突后独处")).map(drop)
}

/// A hold, and what was handed over under it.
fn held(tx: &Tx<'_>, head: &Author, student: StudentId) -> Result<(), LedgerRefusal> {
    let hold = consent::place_hold(tx, head, student, "区教育局", None)?;
    let given = Custody {
        day: head.today(),
        student,
        hold,
        item: "心理辅导记录复印件".to_owned(),
        receiver: "区教育局".to_owned(),
        staff: head.staff().unwrap_or(StaffId(0)),
        detail: "收据一份".to_owned(),
        returned: None,
    };
    write::add(tx, head, &given).map(drop)
}
