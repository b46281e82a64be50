//! A special period from the city to its schools and back, over real TLS, until it has ended.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::sync::Arc;
use std::time::Duration;

use certs::key::SigningKey;
use certs::pack::{self, PackSignature};
use domain::catalogue::{Grade, SchoolType};
use domain::ledger::SchoolRole;
use domain::period::Period;
use domain::unit::UnitKind;
use hub::statistics::{SpecialOut, SpecialState, StatusWord, UnitName, special_report};
use jiff::civil::{Date, date};
use node::directive::{Inbox, Recipient};
use node::ledger::author::Author;
use node::ledger::governance::Drill;
use node::ledger::profile::{self, Profile};
use node::ledger::{Ledger, write};
use node::packs::Packs;
use node::release::{self, Context, Depth};
use node::transfer::Transfer;
use node::unlock::LedgerKey;
use prost::Message;
use proto::wire::directive::{Directive, Pack, PackSignature as WireSignature};
use runtime::clock::{Clock, SimulatedClock};
use tests::federation::{Federation, Member, RunningHub, admit_school, name_responsible};

const CITY: (&str, UnitKind) = ("370200", UnitKind::City);
const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
const STREET: (&str, UnitKind) = ("370202004", UnitKind::Street);
const FIRST: Date = date(2025, 11, 17);
const LAST: Date = date(2025, 11, 19);
const DAY_MS: i64 = 86_400_000;

/// A school as its node is: ledger, inbox, outbox and connection; its slot is called by hand.
struct School {
    unit: String,
    ledger: Ledger,
    transfer: Transfer,
    member: Member,
    clock: Clock,
}

impl School {
    fn join(federation: &Federation, hub: &RunningHub, unit: &str) -> Self {
        let folder = federation.path(&format!("{unit}-ledger"));
        std::fs::create_dir_all(&folder).expect("folder");
        let key = LedgerKey::generate();
        let ledger = Ledger::open(&folder.join("ledger.db"), key.data_key()).expect("ledger");
        let grade = |number| Grade::school(number).expect("grade");
        let own = Profile {
            unit: unit.parse().expect("unit"),
            name_zh: "示例初级中学".to_owned(),
            name_en: "Example Junior Middle School".to_owned(),
            school_type: SchoolType::Junior,
            grade_from: grade(7),
            grade_to: grade(9),
        };
        ledger.write("profile", move |tx| profile::set(tx, &own)).expect("profile");
        let clock = federation.clock();
        name_responsible(&ledger, clock.today(), clock.now_ms());
        let identity = admit_school(federation, hub, unit);
        let transfer = Transfer::open(&folder.join("transfer.db")).expect("transfer");
        let recipient = Recipient {
            unit: unit.parse().expect("unit"),
            zone: federation.authority().zone().clone(),
            roots: vec![federation.authority().root().clone()],
        };
        let inbox = Inbox::new(transfer.clone(), recipient, federation.clock().clone());
        let outbox = transfer.database().clone();
        let member = Member::with_hooks(federation, hub, identity, outbox, Arc::new(inbox));
        let clock = federation.clock().clone();
        Self { unit: unit.to_owned(), ledger, transfer, member, clock }
    }

    fn context(&self) -> Context {
        let packs = Packs::load(&self.transfer, self.clock.today()).expect("packs");
        Context {
            catalogue: Arc::clone(&packs.in_force().pack),
            catalogue_digest: packs.in_force().digest,
            catalogues: packs.catalogues_ever(),
            specials: packs.specials().to_vec(),
            special_versions: packs.special_versions(),
            sealed_years: node::ledger::sealed::SealYears::default(),
            calendar: Arc::clone(packs.calendar()),
            today: self.clock.today(),
            now_ms: self.clock.now_ms(),
        }
    }

    /// Enters drills of a day, at noon of it.
    fn drill(&self, day: Date, times: u32) {
        for _ in 0..times {
            let drill = Drill {
                day,
                mode: domain::ledger::words::EventMode::SpecialPeriod,
                scenario: "转移避险".to_owned(),
                minutes: 20,
                participants: 6,
                through_channel: false,
                findings: String::new(),
            };
            let head = Author::new("head", SchoolRole::MoralHead, None, self.clock.now_ms());
            let done = self.ledger.write("drill", move |tx| write::add(tx, &head, &drill));
            done.unwrap_or_else(|error| panic!("{error}"));
        }
    }

    /// What the daily slot does: signs every day that is due and sends it; gives the days.
    async fn slot(&self) -> Vec<Period> {
        let (context, key) = (self.context(), self.member.identity.key());
        let found = release::schedule(&self.ledger, &context, Depth::Every).expect("schedule");
        let days = found.due.iter().map(|due| due.period);
        let days: Vec<Period> = days.filter(|period| matches!(period, Period::Day(_))).collect();
        for day in &days {
            let leaves = release::leaves_on(*day, &context).expect("leaves");
            assert!(leaves <= context.today, "{day} leaves on {leaves}");
            release::make(&self.ledger, &context, *day, key).expect("made");
        }
        release::copy_handover(&self.ledger, &self.transfer, 1).expect("copied");
        self.member.flush().await.expect("sent");
        days
    }

    /// What became of everything that was sent of special periods.
    fn outcomes(&self) -> Vec<String> {
        let sent = self.transfer.releases(100).expect("outbox");
        let special = sent.iter().filter(|item| item.name.contains("/clear.special."));
        special.map(|item| self.member.outcome(&item.name)).collect()
    }
}

/// The text of a special period for these schools of the district's only street.
fn text(id: &str, (revision, last): (u32, Date), schools: &[&str]) -> String {
    let schools: String = schools
        .iter()
        .map(|unit| format!("[[school]]\nid = \"{unit}\"\nabove = [\"370202\", \"370202004\"]\n"))
        .collect();
    format!(
        "schema = \"special/1\"\nid = \"{id}\"\nrevision = {revision}\nzh = \"防汛\"\n\
         en = \"Floods\"\nfirst = \"{FIRST}\"\nlast = \"{last}\"\ncadence = \"day\"\n\
         [[count]]\nid = \"evt.drills\"\nzh = \"演练次数\"\nen = \"Drills\"\nchannel = \"clear\"\n\
         ledger = \"plan\"\nunit = \"event\"\n\
         define = {{ source = \"drill\", count = \"records\", at = \"in_period\" }}\n{schools}"
    )
}

/// Publishes a text that is in force from the Sunday before on.
fn publish(federation: &Federation, city: &RunningHub, name: &str, serial: u64, text: &str) {
    publish_from(federation, city, (name, serial, "2025-11-16"), text);
}

/// Signs a text under the city's root and publishes it, as `directive publish` does.
fn publish_from(
    federation: &Federation,
    city: &RunningHub,
    (name, serial, from): (&str, u64, &str),
    text: &str,
) {
    let key = SigningKey::generate().expect("key");
    let (now, clock) = (federation.clock().now(), federation.clock());
    let root = federation.authority().root_authority();
    let chain = vec![root.sign_pack_key(key.public(), now).expect("certificate")];
    let pack = Pack {
        kind: "special".to_owned(),
        name: name.to_owned(),
        serial,
        version: serial.to_string(),
        effective_from: from.to_owned(),
        content: text.as_bytes().to_vec(),
    };
    let pack = pack.encode_to_vec();
    let PackSignature { signature, chain } = pack::sign(&pack, &key, &chain).expect("signature");
    let signatures = vec![WireSignature { signature: signature.to_bytes(), chain }];
    let bytes = Directive { pack, signatures }.encode_to_vec();
    let verified =
        hub::directive::verify(&bytes, city.hub.roots(), city.hub.config().zone(), clock.now());
    let (verified, now_ms) = (verified.expect("verified"), clock.now_ms());
    assert!(city.write(move |tx| hub::directive::keep(tx, &verified, now_ms)));
    city.hub.reload_packs().expect("packs");
}

fn report(hub: &RunningHub, id: &'static str) -> Option<SpecialOut> {
    let (packs, today) = (hub.hub.packs().last(), hub.hub.clock().today());
    let at = UnitName::of(hub.hub.config());
    hub.read(move |tx| Ok(special_report(tx, &packs, &at, (id, today)).expect("report")))
}

/// Waits until a hub's report on a special period is as wanted, and gives it.
async fn until(
    hub: &RunningHub,
    (id, what): (&'static str, &str),
    wanted: impl Fn(&SpecialOut) -> bool,
) -> SpecialOut {
    let mut last = None;
    for _ in 0..400 {
        last = report(hub, id);
        if let Some(found) = last.as_ref().filter(|found| wanted(found)) {
            return found.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: {last:#?}")
}

/// Total of the first count on a day, with the schools that told it and those that were due.
fn told(report: &SpecialOut, day: Date) -> Option<(u64, u32, u32)> {
    let found = report.periods.iter().find(|one| one.period == day.to_string())?;
    let figure = found.figures.first().filter(|figure| figure.status == StatusWord::Value)?;
    let coverage = found.coverage;
    Some((figure.value.as_ref()?.as_u64()?, coverage.schools_reported, coverage.schools_due))
}

fn clock() -> (Clock, SimulatedClock) {
    // Monday morning of the first day, in China.
    Clock::simulated("2025-11-17T00:00:00Z".parse().expect("instant"))
}

/// The city reads who follows, and of what was refused the reason.
async fn six_follow_and_four_refuse(city: &RunningHub) {
    let following = |found: &SpecialOut| found.followers.following == 6;
    let found = until(city, ("flood", "six follow"), following).await;
    assert_eq!((found.special.state, found.special.schools), (SpecialState::Running, 6));
    let refusing = |found: &SpecialOut| found.followers.refused.len() == 4;
    let found = until(city, ("few", "four refuse"), refusing).await;
    assert_eq!(found.special.state, SpecialState::Refused);
    let reason = &found.followers.refused[0].reason;
    assert_eq!(reason, "refused: the area has 4 schools, and 5 at least must be able to report");
}

/// A school that is not of the area cannot send in another's place: the pack says who is meant.
async fn an_outsider_is_refused(outsider: &School, insider: &School) {
    let Context { specials, special_versions, .. } = insider.context();
    let context = Context { specials, special_versions, ..outsider.context() };
    let key = outsider.member.identity.key();
    release::make(&outsider.ledger, &context, Period::Day(FIRST), key).expect("made");
    release::copy_handover(&outsider.ledger, &outsider.transfer, 1).expect("copied");
    outsider.member.flush().await.expect("answered");
    assert_eq!(outsider.outcomes(), ["outside_area"]);
}

/// The city asks six schools of a street for the drills of three days. Each day leaves on the next
/// morning and stands at street, district and city with its coverage; a seventh school of the same
/// street sends nothing and is refused where it tries; another special period, for four schools, is
/// refused by their nodes, and the city reads why; after the last sheet nothing more goes.
///
/// Method: real hubs, nodes' own ledgers and inboxes, real TLS; the clock is moved day by day.
#[tokio::test(flavor = "multi_thread")]
async fn a_special_period_runs_and_ends_by_itself() {
    let (clock, hand) = clock();
    let federation = Federation::with_clock(clock);
    let city = RunningHub::start(&federation, CITY, "", None).await;
    let district = RunningHub::start(&federation, DISTRICT, "370202", Some(&city)).await;
    let street = RunningHub::start(&federation, STREET, "370202", Some(&district)).await;
    district.admit(&street.hub.identity().current(), federation.clock());
    let units = ["J1", "J2", "J3", "J4", "J5", "J6", "J7"];
    let schools: Vec<School> =
        units.iter().map(|unit| School::join(&federation, &street, unit)).collect();
    publish(&federation, &city, "flood", 1, &text("flood", (1, LAST), &units[..6]));
    publish(&federation, &city, "few", 1, &text("few", (1, LAST), &units[..4]));
    for hub in [&district, &street] {
        until(hub, ("few", "packs go down"), |_| true).await;
    }

    for (n, school) in schools.iter().enumerate() {
        school.member.flush().await.expect("directives");
        let followed = school.context().specials.len();
        assert_eq!(followed, usize::from(n < 6), "{} follows", school.unit);
        school.drill(FIRST, 1 + u32::try_from(n).expect("few"));
    }
    six_follow_and_four_refuse(&city).await;

    // The first day runs: nothing leaves before it is over.
    for school in &schools {
        assert!(school.slot().await.is_empty(), "{}", school.unit);
    }
    hand.advance_ms(DAY_MS);
    for (n, school) in schools.iter().enumerate() {
        let days = school.slot().await;
        assert_eq!(days, if n < 6 { vec![Period::Day(FIRST)] } else { Vec::new() });
    }
    // 1 + 2 + ... + 6; the seventh school's seven drills are its own.
    for hub in [&street, &district, &city] {
        let wanted = |found: &SpecialOut| told(found, FIRST) == Some((21, 6, 6));
        until(hub, ("flood", "the first day"), wanted).await;
    }
    assert!(schools.iter().take(6).all(|school| school.outcomes() == ["accepted"]));

    an_outsider_is_refused(&schools[6], &schools[0]).await;

    // The second and the third day, of which one school tells nothing, being off.
    for (day, times) in [(date(2025, 11, 18), 1), (LAST, 2)] {
        schools.iter().take(5).for_each(|school| school.drill(day, times));
        hand.advance_ms(DAY_MS);
        for school in schools.iter().take(5) {
            assert_eq!(school.slot().await, [Period::Day(day)]);
        }
    }
    let wanted = |found: &SpecialOut| told(found, LAST) == Some((10, 5, 6));
    let found = until(&city, ("flood", "the last day"), wanted).await;
    assert_eq!(found.special.state, SpecialState::Ended, "on the day after the last");

    // It is over: what is entered now, about its days or later ones, does not leave.
    schools[0].drill(LAST, 4);
    schools[0].drill(date(2025, 11, 20), 4);
    hand.advance_ms(DAY_MS);
    assert!(schools[0].slot().await.is_empty());
    assert_eq!(schools[0].outcomes().len(), 3);
    // The school that was off makes up for its two days within a week, and then no more.
    hand.advance_ms(3 * DAY_MS);
    assert_eq!(schools[5].slot().await, [Period::Day(date(2025, 11, 18)), Period::Day(LAST)]);
    until(&city, ("flood", "made up for"), |found| told(found, LAST) == Some((10, 6, 6))).await;
    hand.advance_ms(30 * DAY_MS);
    for school in &schools {
        assert!(school.slot().await.is_empty());
    }
}

/// A version that ends a special period earlier is what counts: a school that has not heard of it
/// yet sends a later day, and its hub refuses it.
#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_end_is_kept_by_the_hubs() {
    let (clock, hand) = clock();
    let federation = Federation::with_clock(clock);
    let city = RunningHub::start(&federation, CITY, "", None).await;
    let units = ["J1", "J2", "J3", "J4", "J5"];
    let area = |last, revision| {
        text("flood", (revision, last), &units).replace("above = [\"370202\", \"370202004\"]\n", "")
    };
    publish(&federation, &city, "flood", 1, &area(LAST, 1));
    let late = School::join(&federation, &city, units[0]);
    late.member.flush().await.expect("directives");
    let known = late.context().specials;
    assert_eq!(known.len(), 1);
    publish(&federation, &city, "flood", 2, &area(FIRST, 2));
    late.drill(FIRST, 1);
    hand.advance_ms(DAY_MS);
    late.drill(date(2025, 11, 18), 1);
    hand.advance_ms(DAY_MS);
    let key = late.member.identity.key();
    let context = Context { specials: known, ..late.context() };
    for day in [FIRST, date(2025, 11, 18)] {
        release::make(&late.ledger, &context, Period::Day(day), key).expect("made");
    }
    release::copy_handover(&late.ledger, &late.transfer, 1).expect("copied");
    late.member.flush().await.expect("answered");
    let mut outcomes = late.outcomes();
    outcomes.sort();
    assert_eq!(outcomes, ["accepted", "outside_time"]);
    assert_eq!(late.context().specials[0].pack.last(), FIRST, "the later version came down");
}

/// A school that a later version adds begins with it: it makes up for no day before, and coverage
/// of each day counts against who was asked then, at street, district and city alike.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_is_added_begins_with_its_version() {
    let (clock, hand) = clock();
    let federation = Federation::with_clock(clock);
    let city = RunningHub::start(&federation, CITY, "", None).await;
    let district = RunningHub::start(&federation, DISTRICT, "370202", Some(&city)).await;
    let street = RunningHub::start(&federation, STREET, "370202", Some(&district)).await;
    district.admit(&street.hub.identity().current(), federation.clock());
    let units = ["J1", "J2", "J3", "J4", "J5", "J6"];
    let schools: Vec<School> =
        units.iter().map(|unit| School::join(&federation, &street, unit)).collect();
    publish(&federation, &city, "flood", 1, &text("flood", (1, LAST), &units[..5]));
    for hub in [&district, &street] {
        until(hub, ("flood", "the first version"), |_| true).await;
    }
    for school in &schools {
        school.member.flush().await.expect("directives");
        school.drill(FIRST, 1);
    }
    hand.advance_ms(DAY_MS);
    for school in schools.iter().take(5) {
        assert_eq!(school.slot().await, [Period::Day(FIRST)], "{}", school.unit);
    }

    let second = date(2025, 11, 18);
    let version = ("flood", 2, "2025-11-18");
    publish_from(&federation, &city, version, &text("flood", (2, LAST), &units));
    for hub in [&district, &street] {
        let six = |found: &SpecialOut| found.special.schools == 6;
        until(hub, ("flood", "the second version"), six).await;
    }
    for school in &schools {
        school.member.flush().await.expect("directives");
        school.drill(second, 1);
    }
    assert!(schools[5].slot().await.is_empty(), "nobody asked for the first day");
    hand.advance_ms(DAY_MS);
    for school in &schools {
        assert_eq!(school.slot().await, [Period::Day(second)], "{}", school.unit);
    }
    for hub in [&street, &district, &city] {
        let wanted = |found: &SpecialOut| {
            let days = [FIRST, second].map(|day| told(found, day));
            days == [Some((5, 5, 5)), Some((6, 6, 6))]
        };
        until(hub, ("flood", "both days"), wanted).await;
    }
}
