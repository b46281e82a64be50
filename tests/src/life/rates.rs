//! How often what happens: every rate of the simulator in one place.
//!
//! Weekly rates are in thousandths and per thousand students: 50,000 is fifty a week in a school
//! of a thousand. `docs/simulator.md` says where each comes from.

use jiff::civil::Date;

/// Talks of mentors: each student once in a term of twenty weeks.
pub const TALKS: u64 = 50_000;
/// Of a thousand talks: with concern; of these, taken to the counsellor.
pub const CONCERN: u64 = 80;
/// Of a thousand talks with concern: raised.
pub const RAISED: u64 = 300;
/// Of a thousand talks: held at home.
pub const AT_HOME: u64 = 30;
/// Of a thousand talks: put right afterwards by their author.
pub const PUT_RIGHT: u64 = 20;
/// Of a thousand talks: entered one to three days late.
pub const ENTERED_LATE: u64 = 100;

/// Individual sessions.
pub const SESSIONS: u64 = 10_500;
/// Group sessions.
pub const GROUPS: u64 = 1_200;
/// Of a thousand individual sessions: with a student of the early-warning ledger.
pub const WITH_CASE: u64 = 600;

/// New cases of the early-warning ledger.
pub const ALERTS: u64 = 1_250;
/// Weights of tiers t1, t2, t3 on entering: a tenth is a crisis.
pub const TIERS: [u64; 3] = [60, 30, 10];
/// Weights of the sources of a warning, in the order of the list.
pub const SOURCES: [u64; 9] = [10, 24, 22, 14, 10, 8, 2, 3, 7];
/// Of a thousand students who come: with a case that the other school hands over.
pub const MOVED_IN: u64 = 250;
/// Of a thousand crises: reported under a duty.
pub const REPORTED: u64 = 450;
/// Reports under a duty for other reasons.
pub const REPORTS: u64 = 20;

/// Of a thousand reviews of t1, t2, t3: the case is closed, or the tier lowered.
pub const EASES: [u64; 3] = [340, 300, 400];
/// Of a thousand reviews of t1, t2: the tier is raised.
pub const WORSENS: [u64; 2] = [40, 50];
/// Of a thousand reviews: the student moves to another school.
pub const MOVES_OUT: u64 = 12;
/// Of a thousand moves that wait: refused by the second person.
pub const REFUSED: u64 = 30;
/// Days from one review to the next by tier: sooner than the longest that is allowed.
pub const REVIEW_DAYS: [i64; 3] = [28, 14, 7];
/// Of a hundred things that are due: done in time, done late; the others never.
pub const IN_TIME: u64 = 90;
/// See [`IN_TIME`].
pub const IN_TIME_OR_LATE: u64 = 99;
/// Of a hundred critical answers: somebody spoke with the student within 24 hours, or later.
pub const CRITICAL_IN_TIME: u64 = 88;
/// See [`CRITICAL_IN_TIME`].
pub const CRITICAL_ANSWERED: u64 = 97;

/// Second-stage interviews in the three weeks after a screening, a day.
pub const INTERVIEWS: u64 = 50_000;
/// Weights of what an interview finds: nothing, t1, t2, t3.
pub const FOUND: [u64; 4] = [60, 28, 10, 2];

/// Consultations.
pub const CONFERENCES: u64 = 350;
/// Of a thousand consultations: with somebody from outside.
pub const OUTSIDERS: u64 = 300;

/// Lessons beside those that the rule of a stage asks for.
pub const LESSONS: u64 = 1_500;
/// Of a thousand classes and days: a themed class meeting; once in a term.
pub const MEETINGS: u64 = 10;
/// Other activities.
pub const ACTIVITIES: u64 = 1_000;
/// Life-education events.
pub const LIFE_EVENTS: u64 = 120;
/// Events for parents.
pub const PARENT_EVENTS: u64 = 900;
/// Meetings of the parents' committee.
pub const COMMITTEES: u64 = 120;
/// Attendances at training.
pub const TRAININGS: u64 = 1_600;
/// Of a thousand counsellors and days: a session under supervision; one in two weeks.
pub const SUPERVISIONS: u64 = 100;
/// Visits by experts.
pub const EXPERTS: u64 = 250;
/// Drills.
pub const DRILLS: u64 = 80;
/// Findings of facility checks.
pub const FACILITIES: u64 = 150;
/// Spendings.
pub const SPENDINGS: u64 = 200;
/// Support given to students of special groups.
pub const SUPPORT: u64 = 800;
/// Changes in the ledgers of families and physiques.
pub const CHANGES: u64 = 300;

/// Slips about screening that come back: a quarter of the families each term.
pub const SLIPS: u64 = 14_000;
/// Of a thousand slips: with a no.
pub const SLIPS_NO: u64 = 60;
/// Of a thousand slips: of the notice for the next school year, once there is one.
pub const AHEAD: u64 = 400;
/// Days for which a notice asks.
pub const NOTICE_DAYS: i64 = 150;
/// A yes that was only spoken.
pub const SPOKEN: u64 = 300;
/// Withdrawals of a family that had agreed.
pub const WITHDRAWN: u64 = 500;
/// Withdrawals that were written beside another change of the same slip.
pub const DISPUTED: u64 = 200;
/// Students who leave, as a person enters it; of a thousand of them, who come back, and after how
/// many days at the soonest.
pub const LEAVINGS: u64 = 300;
/// See [`LEAVINGS`].
pub const COMES_BACK: u64 = 700;
/// See [`LEAVINGS`].
pub const AWAY_DAYS: i64 = 14;

/// Of a thousand students: in each special group, in the order of the list.
pub const GROUPS_OF: [u64; 10] = [55, 45, 30, 60, 25, 35, 5, 70, 3, 8];
/// Of a thousand students: with each special physique, in the order of the list.
pub const PHYSIQUES: [u64; 5] = [4, 14, 2, 9, 5];
/// Of a thousand special-group students: with a named helper, with a plan.
pub const HELPED: u64 = 500;
/// See [`HELPED`].
pub const PLANNED: u64 = 350;
/// Of a thousand students: without a mentor.
pub const WITHOUT_MENTOR: u64 = 15;

/// Of a hundred cases at t3, or at t2 with a decision: as an emergency, urgent, referred at all.
pub const REFER_EMERGENCY: u64 = 25;
/// See [`REFER_EMERGENCY`].
pub const REFER_URGENT: u64 = 50;
/// See [`REFER_EMERGENCY`].
pub const REFER: u64 = 90;
/// Of a hundred emergencies: the guardian is told in writing on the day.
pub const TOLD_IN_TIME: u64 = 85;
/// Of a hundred drafts: nobody comes to it until its time is over.
pub const FORGOTTEN: u64 = 6;
/// Of a hundred families that are asked: no.
pub const FAMILY_REFUSES: u64 = 14;
/// Of a hundred consented referrals: called off; taken back, there or once accepted.
pub const CALLED_OFF: u64 = 4;
/// See [`CALLED_OFF`].
pub const TAKEN_BACK: u64 = 9;
/// Of a hundred sent ones: recalled on the way.
pub const RECALLED: u64 = 5;
/// Of a hundred received ones: declined; another recipient proposed; never answered.
pub const DECLINES: u64 = 14;
/// See [`DECLINES`].
pub const PROPOSES: u64 = 22;
/// See [`DECLINES`].
pub const SILENT: u64 = 29;
/// Of a hundred that were turned away: the school gives up.
pub const GIVES_UP: u64 = 30;
/// Of a hundred appointments: missed the first time.
pub const MISSES: u64 = 18;
/// Of a hundred outcomes: interim ones; a return to school, the others need none.
pub const MORE_CARE: u64 = 15;
/// See [`MORE_CARE`].
pub const COMES_BACK_TO_SCHOOL: u64 = 85;
/// Of a hundred emergencies: no danger after all; taken over by the hospital, the others by phone.
pub const STOOD_DOWN: u64 = 20;
/// See [`STOOD_DOWN`].
pub const TAKEN_OVER: u64 = 60;
/// Of a hundred who came back: referred again a month later.
pub const RELAPSES: u64 = 10;

/// Whether school is held: autumn from September to the middle of January, spring from the last
/// week of February to the end of June.
#[must_use]
pub fn is_teaching(day: Date) -> bool {
    match day.month() {
        9..=12 | 3..=6 => true,
        1 => day.day() <= 18,
        2 => day.day() >= 22,
        _ => false,
    }
}
