//! What the school keeps up as a whole, entered by the head and read as of a day.

use domain::ledger::words::{ActivityKind, Course, EventMode};

use super::*;
use crate::ledger::entry::{RecordId, Rules, Words};
use crate::ledger::guard_tests::{head, run, school};
use crate::ledger::testing::{School, TODAY};
use crate::ledger::write;

fn read_on(school: &School, day: Date) -> Works {
    let term = school.term();
    run(school, move |tx| Ok(of(tx, &term, day)?)).expect("read")
}

fn add<T: Rules>(school: &School, entry: T) -> RecordId {
    run(school, move |tx| write::add(tx, &head(), &entry)).expect("entered")
}

fn days(count: i64) -> jiff::Span {
    count.days()
}

fn holder(post: Post, staff: i64, from: Date, until: Option<Date>) -> PostHolder {
    let (phone, handover) = ("0532-1".to_owned(), String::new());
    PostHolder { from, post, staff: StaffId(staff), phone, handover, until }
}

/// Who holds each post, in the order of the list.
fn held(works: &Works) -> Vec<(Post, Option<i64>)> {
    works.posts.iter().map(|(post, staff)| (*post, staff.map(|staff| staff.0))).collect()
}

/// Each post is listed, held or not; a post is handed over on its day, one whose holder left
/// without a successor is vacant from that day on, and an earlier day shows who held it then.
#[test]
fn a_post_is_vacant_until_somebody_holds_it_and_is_handed_over() {
    let school = school();
    let (responsible, liaison, deputy) = (Post::Responsible, Post::Liaison, Post::Deputy);
    let nobody = [(responsible, None), (liaison, None), (deputy, None)];
    assert_eq!(held(&read_on(&school, TODAY)), nobody);
    let before = TODAY - days(30);
    let first = add(&school, holder(deputy, 3, before, None));
    let only = add(&school, holder(liaison, 4, before, None));
    let now = [(responsible, None), (liaison, Some(4)), (deputy, Some(3))];
    assert_eq!(held(&read_on(&school, TODAY)), now);
    run(&school, move |tx| {
        let ended = PostHolder {
            handover: "台账钥匙与联系名单".to_owned(),
            ..holder(deputy, 3, before, Some(TODAY))
        };
        write::update(tx, &head(), (first, 1), &ended)?;
        write::add(tx, &head(), &holder(deputy, 2, TODAY, None))?;
        write::update(tx, &head(), (only, 1), &holder(liaison, 4, before, Some(TODAY)))
    })
    .expect("handed over");
    let now = [(responsible, None), (liaison, None), (deputy, Some(2))];
    assert_eq!(held(&read_on(&school, TODAY)), now);
    let then = [(responsible, None), (liaison, Some(4)), (deputy, Some(3))];
    assert_eq!(held(&read_on(&school, TODAY - days(1))), then);
}

fn plan(version: &str, from: Date, signed: Option<Date>) -> SchoolPlan {
    SchoolPlan {
        from,
        what: SchoolPlanKind::Crisis,
        plan_version: version.to_owned(),
        title: "心理危机干预预案".to_owned(),
        signed_by_head: signed,
        reviewed: None,
        until: None,
    }
}

fn crisis(school: &School) -> PlanState {
    let plans = read_on(school, TODAY).plans;
    plans.into_iter().find(|state| state.what == SchoolPlanKind::Crisis).expect("listed")
}

/// A plan is kept once the head signed it, and for a year from its signature or review; a newer
/// version takes its place with targets of its own, and a kind without a plan is not kept.
#[test]
fn a_plan_is_kept_by_its_yearly_review() {
    let school = school();
    let untold = read_on(&school, TODAY).plans;
    assert!(untold.iter().all(|state| state.standing == Standing::Untold));
    let old = TODAY - days(400);
    let first = add(&school, plan("2024", old, None));
    assert_eq!((crisis(&school).standing, crisis(&school).seen), (Standing::Unmet, None));
    let change = |version, entry: SchoolPlan| {
        run(&school, move |tx| write::update(tx, &head(), (first, version), &entry)).expect("kept");
    };
    change(1, plan("2024", old, Some(old)));
    assert_eq!((crisis(&school).standing, crisis(&school).seen), (Standing::Unmet, Some(old)));
    let reviewed = Some(TODAY - days(364));
    change(2, SchoolPlan { reviewed, ..plan("2024", old, Some(old)) });
    assert_eq!((crisis(&school).standing, crisis(&school).seen), (Standing::Met, reviewed));
    let later = read_on(&school, TODAY + days(2)).plans;
    assert!(later.iter().all(|state| state.standing == Standing::Unmet), "a year is over");
    let target = |plan, done| SchoolTarget {
        due: TODAY + days(90),
        plan,
        goals: "两次演练".to_owned(),
        responsible: None,
        done,
        detail: String::new(),
    };
    add(&school, target(first, Some(TODAY)));
    add(&school, target(first, None));
    assert_eq!(crisis(&school).targets, (2, 1));
    let second = add(&school, plan("2025", TODAY - days(5), Some(TODAY - days(5))));
    add(&school, target(second, None));
    let now = crisis(&school);
    assert_eq!((now.version.as_str(), now.standing, now.targets), ("2025", Standing::Met, (1, 0)));
    let others = read_on(&school, TODAY).plans;
    let others = others.iter().filter(|state| state.what != SchoolPlanKind::Crisis);
    assert!(others.map(|state| state.standing).all(|standing| standing == Standing::Unmet));
}

/// The committee that stands is told with its own meetings of this term and the day of the last.
#[test]
fn a_committee_is_told_with_its_meetings_of_the_term() {
    let school = school();
    assert!(read_on(&school, TODAY).committee.is_none());
    let committee = |from, until, members| Committee {
        from,
        chair: "家长代表".to_owned(),
        members,
        has_psychology_group: members > 7,
        until,
    };
    let old = add(&school, committee(TODAY - days(500), Some(TODAY - days(100)), 7));
    let now = add(&school, committee(TODAY - days(100), None, 9));
    for (committee, back) in [(now, 3), (now, 20), (now, 95), (old, 1)] {
        add(
            &school,
            CommitteeMeeting {
                day: TODAY - days(back),
                committee,
                topics: "亲子沟通".to_owned(),
                attendances: 6,
            },
        );
    }
    let told = read_on(&school, TODAY).committee.expect("a committee");
    let last = Some(TODAY - days(3));
    assert_eq!((told.members, told.has_group, told.meetings, told.last), (9, true, 2, last));
}

/// Money is told by school year, planned and spent apart; checks of facilities are open until they
/// are mended, and late after thirty days.
#[test]
fn money_and_facilities_are_told_as_they_stand() {
    let school = school();
    let budget = |school_year, planned_yuan, spent_yuan| Budget {
        day: TODAY,
        school_year,
        planned_yuan,
        spent_yuan,
        what: "沙盘".to_owned(),
    };
    for entry in [budget(2025, 8_000, 0), budget(2025, 0, 3_000), budget(2025, 0, 500)] {
        add(&school, entry);
    }
    add(&school, budget(2024, 90_000, 70_000));
    let works = read_on(&school, TODAY);
    assert_eq!((works.budget, works.facilities_told), ((8_000, 3_500), false));
    let item = |back, fixed| Facility {
        found: TODAY - days(back),
        place: "天台".to_owned(),
        item: "门锁".to_owned(),
        responsible: Some(StaffId(2)),
        fixed,
    };
    for entry in [item(1, None), item(30, None), item(31, None), item(60, Some(TODAY))] {
        add(&school, entry);
    }
    let works = read_on(&school, TODAY);
    assert_eq!((works.facilities, works.facilities_told), ((3, 1), true));
}

/// Drills, visits, activities and complaints are those of this school year, materials those that
/// are given out.
#[test]
fn what_was_done_is_told_by_school_year() {
    let school = school();
    let before = jiff::civil::date(2025, 8, 20);
    for (day, minutes) in [(before, 9), (TODAY - days(9), 25), (TODAY, 20)] {
        let drill = Drill {
            day,
            mode: EventMode::Normal,
            scenario: "学生失联".to_owned(),
            minutes,
            participants: 6,
            through_channel: false,
            findings: String::new(),
        };
        add(&school, drill);
        let visit = ExpertVisit {
            day,
            service: Service::ALL[0],
            expert: "王".to_owned(),
            topic: "讲座".to_owned(),
            hours: 2,
        };
        add(&school, visit);
        let activity = Activity {
            day,
            what: Some(ActivityKind::ClassMeeting),
            tags: Words::new([ActivityTag::ALL[0], ActivityTag::ALL[1]]),
            stage: None,
            grade: None,
            class: String::new(),
            title: "心理健康月".to_owned(),
            leader: None,
        };
        add(&school, activity);
        let confirmed = (day == TODAY).then_some(TODAY);
        add(&school, ConductComplaint { day, confirmed, until: None });
    }
    for (edition, until) in [("春", Some(TODAY)), ("秋", None)] {
        let material = ParentMaterial {
            from: before,
            title: "读懂情绪".to_owned(),
            course: Course::Identify,
            stage: None,
            edition: edition.to_owned(),
            copies: 300,
            until,
            leader: None,
        };
        add(&school, material);
    }
    let works = read_on(&school, TODAY);
    let minutes: Vec<u32> = works.drills.iter().map(|drill| drill.minutes).collect();
    assert_eq!(minutes, [20, 25], "the latest first");
    assert_eq!(works.visits.first(), Some(&(Service::ALL[0], 2, 4)));
    assert!(works.visits.iter().skip(1).all(|(_, count, hours)| (*count, *hours) == (0, 0)));
    let activities: Vec<usize> = works.activities.iter().map(|(_, count)| *count).collect();
    assert!(activities.starts_with(&[2, 2, 0]), "{activities:?}");
    assert_eq!((works.complaints, works.materials), ((2, 1), (1, 300)));
}

/// What the yearly check asks for is held against the counsellors who are on the staff roll.
#[test]
fn counsellors_are_told_once_the_yearly_check_was_made() {
    let school = school();
    let untold = read_on(&school, TODAY).staffing;
    assert_eq!((untold.standing, untold.required, untold.classes), (Standing::Untold, None, 1));
    let check =
        SchoolYear { from: TODAY, school_year: 2025, is_small: false, equal_treatment: true };
    add(&school, check);
    let post = |staff, counsellor| Qualification {
        from: TODAY,
        staff: StaffId(staff),
        counsellor,
        stage: None,
        has_degree: true,
        has_vocational: false,
        secrecy_signed: None,
        until: None,
    };
    add(&school, post(1, CounsellorPost::PartTime));
    let half = read_on(&school, TODAY).staffing;
    assert_eq!((half.standing, half.full, half.part), (Standing::Unmet, 0, 1));
    add(&school, post(3, CounsellorPost::FullTime));
    let whole = read_on(&school, TODAY).staffing;
    assert_eq!((whole.standing, whole.full, whole.part), (Standing::Met, 1, 1));
    assert_eq!((whole.required, whole.equal_treatment), (Some(1), Some(true)));
}
