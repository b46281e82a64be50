//! Which years are under seal: with everything in place, and with each thing missing.

use certs::aggregate::Role;
use certs::digest::sha256;
use certs::key::SigningKey;
use certs::root::RootAuthority;
use certs::seal::ShareKey;
use certs::statement::{KeyStatement, Purpose, SignedStatement, StatedKey};
use domain::disclosure::plan::{Flaw, GROUP_MIN, Plan, Roster};
use domain::disclosure::sealed::{SealedTables, lv};
use domain::period::Calendar;
use jiff::civil::date;
use prost::Message;
use proto::pack::plan::{OpenPlan, Sealing};
use proto::pack::{embedded, keys, roster};
use proto::wire::directive::{Directive, Pack, PackSignature as WireSignature};

use super::found::begin_of;
use super::*;

const HEAD: &str =
    "unit,town,operator,education_since,health_since,signed,stage,grade,male,female,unstated";
const NAME: &str = "370203-2026";

fn zone() -> Zone {
    "qd.example".parse().expect("zone")
}

fn unit(text: &str) -> UnitId {
    text.parse().expect("unit")
}

/// Both commissions, and the keys of both hubs.
struct City {
    roots: [RootAuthority; 2],
    keys: [ShareKey; 2],
}

/// What is varied of a plan.
#[derive(Clone)]
struct Say {
    schools: u32,
    /// Last day of the helper's statement.
    until: Date,
    /// First day of both.
    since: Date,
    is_swapped: bool,
    /// Text of which the plan names the digest.
    beside: String,
}

impl Say {
    fn usual() -> Self {
        let (since, until) = (date(2026, 8, 20), date(2027, 8, 31));
        Self { schools: 6, until, since, is_swapped: false, beside: roster_text(6) }
    }
}

fn roster_text(schools: u32) -> String {
    let row = |school| format!("S{school},T1,office {school},2020,2021,yes,junior,g7,40,41,0");
    let rows = (1..=schools).map(row);
    std::iter::once(HEAD.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn listed(text: &str) -> Roster {
    roster::read(NAME, text.as_bytes()).expect("roster")
}

/// What the first version of a year's plan says, with its roster.
fn first_version(text: &str) -> Vec<(Plan, Roster)> {
    let listed = listed(text);
    vec![(Plan::build(GROUP_MIN, &listed, &[]), listed)]
}

impl City {
    fn new() -> Self {
        let made = begin_of(date(2026, 8, 1)).expect("instant");
        let root = |commission| {
            let key = SigningKey::generate().expect("key");
            RootAuthority::create(commission, &zone(), key, made).expect("root")
        };
        let key = |of, purpose| ShareKey::generate(unit(of), purpose).expect("key");
        Self {
            roots: [root(Commission::Education), root(Commission::Health)],
            keys: [key("370203", Purpose::AggregateLeader), key("HC-QD", Purpose::AggregateHelper)],
        }
    }

    fn pins(&self) -> Pins {
        let roots = self.roots.iter().map(|root| root.certificate().clone()).collect();
        Pins { roots, zone: zone() }
    }

    fn statement(&self, key: &ShareKey, (since, until): (Date, Date)) -> String {
        let statement = KeyStatement {
            zone: zone(),
            unit: key.unit().clone(),
            name: "平台".to_owned(),
            purpose: key.purpose(),
            key: StatedKey::Recipient(key.public().clone()),
            valid_from: begin_of(since).expect("instant"),
            valid_to: begin_of(until.tomorrow().expect("day")).expect("instant"),
        };
        let now = begin_of(date(2026, 8, 10)).expect("instant");
        let mut signed: Option<SignedStatement> = None;
        for root in &self.roots {
            let key = SigningKey::generate().expect("key");
            let chain = [root.sign_statement_key(key.public(), now).expect("certificate")];
            match &mut signed {
                Some(signed) => signed.add_signature(&key, &chain).expect("add"),
                None => {
                    signed = Some(SignedStatement::sign(&statement, &key, &chain).expect("sign"));
                }
            }
        }
        signed.expect("signed").to_pem()
    }

    fn plan(&self, say: &Say) -> String {
        self.plan_of(say, Plan::build(GROUP_MIN, &listed(&roster_text(say.schools)), &[]))
    }

    /// A pack with these groups.
    fn plan_of(&self, say: &Say, plan: Plan) -> String {
        let [leader, helper] = &self.keys;
        let mut texts = [
            self.statement(leader, (say.since, date(2027, 9, 30))),
            self.statement(helper, (say.since, say.until)),
        ];
        if say.is_swapped {
            texts.reverse();
        }
        let [leader_statement, helper_statement] = texts;
        plan::write(&OpenPlan {
            plan,
            roster: sha256(say.beside.as_bytes()),
            sealing: Some(Sealing {
                census_day: date(2026, 9, 20),
                leader_statement,
                helper_statement,
            }),
        })
        .expect("text")
    }

    /// A directive in force from 1 September, signed by these commissions.
    fn sign(
        &self,
        (kind, name): (PackKind, &str),
        serial: u64,
        by: &[usize],
        text: &str,
    ) -> Vec<u8> {
        let from = format!("{}-09-01", name.rsplit('-').next().expect("year"));
        self.sign_from((kind, name), (serial, &from), by, text)
    }

    /// The same in force from another day.
    fn sign_from(
        &self,
        (kind, name): (PackKind, &str),
        (serial, from): (u64, &str),
        by: &[usize],
        text: &str,
    ) -> Vec<u8> {
        let pack = Pack {
            kind: kind.as_str().to_owned(),
            name: name.to_owned(),
            version: serial.to_string(),
            serial,
            effective_from: from.to_owned(),
            content: text.as_bytes().to_vec(),
        }
        .encode_to_vec();
        let now = begin_of(date(2026, 8, 12)).expect("instant");
        let signature = |root: &RootAuthority| {
            let key = SigningKey::generate().expect("key");
            let chain = [root.sign_pack_key(key.public(), now).expect("certificate")];
            let signed = certs::pack::sign(&pack, &key, &chain).expect("signature");
            WireSignature { signature: signed.signature.to_bytes(), chain: signed.chain }
        };
        let signatures = by.iter().map(|place| signature(&self.roots[*place])).collect();
        Directive { signatures, pack }.encode_to_vec()
    }

    fn both(&self, say: &Say) -> [Vec<u8>; 2] {
        [
            self.sign((PackKind::Roster, NAME), 1, &[0, 1], &roster_text(say.schools)),
            self.sign((PackKind::Plan, NAME), 1, &[0, 1], &self.plan(say)),
        ]
    }

    fn read(&self, directives: &[Vec<u8>]) -> SealedYears {
        SealedYears::read(directives.iter().map(Vec::as_slice), &self.pins())
    }

    fn refused(&self, directives: &[Vec<u8>]) -> Unsealed {
        let years = self.read(directives);
        assert_eq!(years.sealing().count(), 0, "nothing is sealed");
        assert!(years.of_school(&unit("S1"), 2026).is_none());
        years.refusal("plan", NAME).expect("refused").clone()
    }
}

fn table() -> SealedTable {
    let tables = SealedTables::of(&embedded::catalogue().expect("catalogue"));
    tables.all().iter().find(|table| table.kind() == Kind::Flow).expect("a flow").clone()
}

fn terms(year: &SealingYear, week: &str) -> Option<TaskTerms> {
    let calendar = Calendar::new(Vec::new()).expect("calendar");
    let period: Period = week.parse().expect("period");
    let span = Span::of(period, &calendar).expect("span");
    year.terms(&table(), (period, &span), sha256(b"catalogue"))
}

/// A school sees that a plan was held back, or is not published yet, by what came of the same year:
/// a roster or a list of keys under both roots that names it. One root's word is no sign of it.
#[test]
fn a_year_whose_plan_did_not_come_is_seen() {
    let city = City::new();
    let [roster, plan] = city.both(&Say::usual());
    let one_root = city.sign((PackKind::Roster, NAME), 1, &[0], &roster_text(6));
    let keys = keys::write(&[(unit("S2"), sha256(b"key"))].into());
    let keys = city.sign((PackKind::Keys, NAME), 1, &[0, 1], &keys);
    let lacks = |directives: &[Vec<u8>], school| {
        city.read(directives).lacks_plan(&unit(school), 2026).cloned()
    };
    let area = Some(unit("370203"));
    assert_eq!(lacks(std::slice::from_ref(&roster), "S3"), area);
    assert_eq!(
        (lacks(std::slice::from_ref(&keys), "S2"), lacks(std::slice::from_ref(&keys), "S3")),
        (area, None)
    );
    assert_eq!(lacks(&[roster.clone(), plan], "S3"), None, "it is here");
    assert_eq!(
        (lacks(&[one_root], "S3"), lacks(std::slice::from_ref(&roster), "S7")),
        (None, None)
    );
    assert_eq!(city.read(&[roster]).lacks_plan(&unit("S3"), 2027), None);
}

/// With everything in place each unit makes the same year, whatever came first, and the terms of
/// its tasks name plan, roster, hubs and key statements.
#[test]
fn a_year_is_under_seal_where_everything_holds() {
    let city = City::new();
    let [roster, plan] = city.both(&Say::usual());
    let noise = city.sign((PackKind::Scale, "phq-9"), 1, &[0], "no scale");
    let years = city.read(&[noise, plan.clone(), roster.clone(), vec![0xff; 9]]);
    let year = years.of_school(&unit("S3"), 2026).expect("under seal");
    assert!(years.of_school(&unit("S7"), 2026).is_none(), "not on the roster");
    assert!(years.of_school(&unit("S3"), 2027).is_none(), "another year");
    assert!(years.of_school(&unit("S3"), 2026).is_some());
    let again = city.read(&[roster.clone(), plan]);
    let other = again.of_area(&unit("370203"), 2026).expect("plan").expect("sealed");
    assert_eq!(year.year(), other.year());
    assert!(year.hubs().is_ok());
    let made = terms(year, "2026-W40").expect("terms");
    assert_eq!((made.leader, made.helper), (unit("370203"), unit("HC-QD")));
    assert_eq!(made.roster, sha256(roster_text(6).as_bytes()));
    let [leader, helper] = [year.leader().digest(), year.helper().digest()];
    let digest = sha256(&lv(&[leader.bytes(), helper.bytes()]));
    assert_eq!(made.key_statements, digest);
    assert_eq!(year.days(), (date(2026, 9, 1), date(2027, 8, 31)));
}

/// Nothing is sealed under one root, under one signature, or beside another roster.
#[test]
fn one_commission_alone_seals_nothing() {
    let city = City::new();
    let say = Say::usual();
    let [roster, plan] = city.both(&say);
    let mut pins = city.pins();
    pins.roots.pop();
    let alone = SealedYears::read([roster.as_slice(), plan.as_slice()], &pins);
    assert_eq!(alone.refusal("plan", NAME), Some(&Unsealed::OneRoot));
    let half = city.sign((PackKind::Plan, NAME), 1, &[0], &city.plan(&say));
    let refused = city.refused(&[roster.clone(), half]);
    assert!(matches!(refused, Unsealed::Signature(PackKind::Plan, _)), "{refused}");
    let half = city.sign((PackKind::Roster, NAME), 1, &[1], &roster_text(6));
    let refused = city.refused(&[half, plan.clone()]);
    assert!(matches!(refused, Unsealed::Signature(PackKind::Roster, _)), "{refused}");
    let other = city.sign((PackKind::Roster, NAME), 2, &[0, 1], &roster_text(7));
    assert_eq!(city.refused(&[other.clone(), plan.clone()]), Unsealed::Roster);
    // A later version of the roster takes no plan away: the plan names the one that it means.
    assert!(city.read(&[other, plan, roster]).of_school(&unit("S1"), 2026).is_some());
}

/// A later version of a plan that leaves a school out takes the year away from it, and not that the
/// school may have sealed in it; a version that never held lists nobody.
#[test]
fn a_school_that_a_plan_left_out_was_under_seal() {
    let city = City::new();
    let first = Say { schools: 7, beside: roster_text(7), ..Say::usual() };
    let [roster, plan] = city.both(&first);
    let later = city.sign((PackKind::Roster, NAME), 2, &[0, 1], &roster_text(6));
    let before = first_version(&roster_text(7));
    let left_out = Plan::build(GROUP_MIN, &listed(&roster_text(6)), &before);
    let left_out = city.plan_of(&Say::usual(), left_out);
    let left_out = city.sign((PackKind::Plan, NAME), 2, &[0, 1], &left_out);
    let years = city.read(&[roster.clone(), plan, later, left_out]);
    assert!(years.of_school(&unit("S7"), 2026).is_none(), "not any more");
    for school in ["S7", "S1"] {
        assert_eq!(years.ever_of_school(&unit(school)), BTreeSet::from([2026]), "{school}");
    }
    assert_eq!(years.ever_of_school(&unit("S8")), BTreeSet::new());
    let half = city.sign((PackKind::Plan, NAME), 1, &[0], &city.plan(&first));
    assert_eq!(city.read(&[roster, half]).ever_of_school(&unit("S7")), BTreeSet::new());
}

/// A plan that could tell of single schools is refused, alone and beside a year that cannot be
/// judged.
#[test]
fn a_plan_that_leaks_seals_nothing() {
    let city = City::new();
    let few = Say { schools: 4, beside: roster_text(4), ..Say::usual() };
    let sound = city.both(&Say::usual());
    assert!(city.read(&sound).of_school(&unit("S1"), 2026).is_some());
    let leaky = city.plan(&few).replace("\"closed\"", "\"district\"");
    let leaky = city.sign((PackKind::Plan, NAME), 2, &[0, 1], &leaky);
    let listed = city.sign((PackKind::Roster, NAME), 2, &[0, 1], &roster_text(4));
    let refused = city.refused(&[listed.clone(), leaky.clone()]);
    assert!(matches!(refused, Unsealed::Leaks(_)), "{refused}");
    // A later version that does not hold unmakes no task of the year.
    let beside = city.read(&[sound[0].clone(), sound[1].clone(), listed, leaky]);
    let year = beside.of_school(&unit("S6"), 2026).expect("the version before stands");
    assert_eq!(year.year().roster_digest, sha256(roster_text(6).as_bytes()));
    assert!(matches!(beside.refusal("plan", NAME), Some(Unsealed::Leaks(_))), "and is told");
    let before = city.sign((PackKind::Plan, "370203-2025"), 1, &[0, 1], "schema = \"plan/1\"");
    let [roster, plan] = sound;
    assert_eq!(city.refused(&[before, roster, plan]), Unsealed::Past(2025));
}

/// A version in which another school stands in one's place is sound by itself and leaks beside the
/// one before: whoever has both refuses it with its group and goes on with the one before,
/// whichever came first. One that is made beside it is taken, and so is one that changes no school.
#[test]
fn a_version_is_judged_beside_those_before_it() {
    let city = City::new();
    let [roster, plan] = city.both(&Say::usual());
    let exchanged = roster_text(6).replace("S6,T1,office 6,", "S9,T1,office 9,");
    let version = |serial, text: &str, before: &[(Plan, Roster)]| {
        let say = Say { beside: text.to_owned(), ..Say::usual() };
        let groups = Plan::build(GROUP_MIN, &listed(text), before);
        let written = city.plan_of(&say, groups);
        [
            city.sign((PackKind::Roster, NAME), serial, &[0, 1], text),
            city.sign((PackKind::Plan, NAME), serial, &[0, 1], &written),
        ]
    };
    let [other, leaky] = version(2, &exchanged, &[]);
    let alone = city.read(&[other.clone(), leaky.clone()]);
    assert!(alone.of_school(&unit("S9"), 2026).is_some(), "sound by itself");
    for packs in [
        [roster.clone(), plan.clone(), other.clone(), leaky.clone()],
        [leaky.clone(), other.clone(), plan.clone(), roster.clone()],
    ] {
        let years = city.read(&packs);
        let year = years.of_school(&unit("S6"), 2026).expect("the version before stands");
        assert!(!year.holds(&unit("S9")));
        let group = "2026-junior-1".parse().expect("name");
        let refused = Unsealed::Leaks(Flaw::Rest(group));
        assert_eq!(years.refusal("plan", NAME), Some(&refused));
        assert_eq!(years.ever_of_school(&unit("S9")), BTreeSet::new(), "it never held");
    }
    let first = [roster, plan, other, leaky];
    let sized = roster_text(6).replace("g7,40,41,0", "g7,41,42,0");
    for (text, school) in [(exchanged, "S9"), (sized, "S6")] {
        let [listed, plan] = version(3, &text, &first_version(&roster_text(6)));
        let years = city.read(&[first.to_vec(), vec![listed, plan]].concat());
        assert!(years.of_school(&unit(school), 2026).is_some(), "{school} is in it");
        assert_eq!(years.refusal("plan", NAME), None);
    }
}

/// A key statement must hold when the plan begins, and be the right hub's; where it ends within
/// the year, later weeks have no task.
#[test]
fn key_statements_hold_when_the_plan_begins() {
    let city = City::new();
    let late = Say { since: date(2026, 9, 2), ..Say::usual() };
    let refused = city.refused(&city.both(&late));
    assert!(matches!(refused, Unsealed::Statement(Role::Leader, _)), "{refused}");
    let swapped = Say { is_swapped: true, ..Say::usual() };
    let refused = city.refused(&city.both(&swapped));
    assert_eq!(refused, Unsealed::Hubs(HubsError::Purpose(Role::Leader)));
    let short = Say { until: date(2026, 11, 15), ..Say::usual() };
    let years = city.read(&city.both(&short));
    let year = years.of_school(&unit("S1"), 2026).expect("under seal");
    // Weeks from Monday 2026-11-09 and 2026-11-16; and the one before the plan holds.
    assert!(terms(year, "2026-W46").is_some());
    assert!(terms(year, "2026-W47").is_none());
    assert!(terms(year, "2026-W36").is_none(), "began on 31 August");
    assert!(terms(year, "2026-W37").is_some());
    assert_eq!(year.days().1, date(2026, 11, 15));
}

/// A list of keys with some rows.
fn stated(rows: &[(&str, u8)]) -> String {
    let rows = rows.iter().map(|(unit, key)| format!("{unit},{}", sha256(&[*key])));
    std::iter::once("unit,key".to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

/// A key is a school's once both commissions signed it; of several lists the latest that holds
/// counts, and one that does not says why and takes nothing away.
#[test]
fn a_key_is_a_schools_once_both_commissions_signed_it() {
    let city = City::new();
    let mut packs = city.both(&Say::usual()).to_vec();
    let key_of = |packs: &[Vec<u8>], school: &str| {
        let years = city.read(packs);
        let year = years.of_school(&unit("S1"), 2026).expect("under seal");
        year.key_of(&unit(school)).copied()
    };
    let refusal = |packs: &[Vec<u8>]| city.read(packs).refusal("keys", NAME).cloned();
    let list =
        |serial, by: &[usize], text: &str| city.sign((PackKind::Keys, NAME), serial, by, text);
    assert_eq!(key_of(&packs, "S1"), None, "nobody stated it");
    packs.push(list(1, &[0], &stated(&[("S1", 1)])));
    assert_eq!(key_of(&packs, "S1"), None, "education alone states nothing");
    assert!(matches!(refusal(&packs), Some(Unsealed::Signature(PackKind::Keys, _))));
    packs.push(list(2, &[0, 1], &stated(&[("S1", 1), ("S2", 2)])));
    assert_eq!(key_of(&packs, "S1"), Some(sha256(&[1])));
    assert_eq!(refusal(&packs), None);
    // A school with a new ledger: the later list counts, whole.
    packs.insert(0, list(3, &[0, 1], &stated(&[("S1", 9)])));
    assert_eq!((key_of(&packs, "S1"), key_of(&packs, "S2")), (Some(sha256(&[9])), None));
    packs.push(list(4, &[0, 1], &stated(&[("S1", 5), ("S7", 7)])));
    assert_eq!(refusal(&packs), Some(Unsealed::OtherSchool(unit("S7"))));
    assert_eq!(key_of(&packs, "S1"), Some(sha256(&[9])), "the list before stands");
    packs.push(list(5, &[0, 1], &stated(&[("S1", 5), ("S2", 5)])));
    assert!(matches!(refusal(&packs), Some(Unsealed::Keys(_))), "one key for two schools");
    packs.push(list(6, &[0, 1], "unit,key\nS1,none"));
    assert!(matches!(refusal(&packs), Some(Unsealed::Keys(_))), "no key");
    assert_eq!(key_of(&packs, "S1"), Some(sha256(&[9])));
}

/// A key is destroyed with its school year: a plan of the next year that names one of this year's
/// is not under seal, at whichever hub it is, and says whose it is. With keys of its own it is.
#[test]
fn a_key_is_one_school_years() {
    let city = City::new();
    let first = city.both(&Say::usual());
    let fresh = City::new().keys;
    let year = |keys: [&ShareKey; 2]| {
        let name = "370203-2027";
        let text = roster_text(6);
        let listed = |name| roster::read(name, text.as_bytes()).expect("roster");
        let before = (Plan::build(GROUP_MIN, &listed(NAME), &[]), listed(NAME));
        let days = (date(2027, 8, 20), date(2028, 8, 31));
        let [leader_statement, helper_statement] = keys.map(|key| city.statement(key, days));
        let census_day = date(2027, 9, 20);
        let written = plan::write(&OpenPlan {
            plan: Plan::build(GROUP_MIN, &listed(name), &[before]),
            roster: sha256(text.as_bytes()),
            sealing: Some(Sealing { census_day, leader_statement, helper_statement }),
        });
        let written = written.expect("text");
        let next = [
            city.sign((PackKind::Roster, name), 1, &[0, 1], &text),
            city.sign((PackKind::Plan, name), 1, &[0, 1], &written),
        ];
        let years = city.read(&[first.to_vec(), next.to_vec()].concat());
        assert!(years.of_school(&unit("S1"), 2026).is_some(), "the first year stands");
        let refused = years.refusal("plan", name).cloned();
        assert_eq!(years.of_school(&unit("S1"), 2027).is_some(), refused.is_none());
        refused
    };
    let [leader, helper] = &city.keys;
    let [own_leader, own_helper] = &fresh;
    assert_eq!(year([own_leader, own_helper]), None);
    let of = |hub: &str| Some(Unsealed::KeyOfYear(unit(hub), 2026));
    assert_eq!(year([leader, own_helper]), of("370203"));
    assert_eq!(year([own_leader, helper]), of("HC-QD"));
}

/// A school that moved between areas can stand on the rosters of both. It counts in one of them,
/// where the plan was in force first: sealed for both, nothing of a period could be kept at all.
#[test]
fn a_school_of_two_areas_counts_in_one() {
    let city = City::new();
    let first = city.both(&Say::usual());
    let (name, text) = ("370202-2026", roster_text(6));
    let listed = roster::read(name, text.as_bytes()).expect("roster");
    let days = (date(2026, 8, 20), date(2027, 9, 30));
    let [leader_statement, helper_statement] =
        city.keys.each_ref().map(|key| city.statement(key, days));
    let census_day = date(2026, 10, 20);
    let written = plan::write(&OpenPlan {
        plan: Plan::build(GROUP_MIN, &listed, &[]),
        roster: sha256(text.as_bytes()),
        sealing: Some(Sealing { census_day, leader_statement, helper_statement }),
    });
    let later = [(PackKind::Roster, text), (PackKind::Plan, written.expect("text"))];
    let later =
        later.map(|(kind, text)| city.sign_from((kind, name), (1, "2026-10-12"), &[0, 1], &text));
    let years = city.read(&[first.to_vec(), later.to_vec()].concat());
    assert_eq!(years.sealing().count(), 2, "both are under seal");
    let area = |year: &SealingYear| year.year().plan.area().clone();
    assert_eq!(years.of_school(&unit("S3"), 2026).map(area), Some(unit("370203")));
    let all: Vec<UnitId> = years.all_of_school(&unit("S3")).into_iter().map(area).collect();
    assert_eq!(all, [unit("370203")]);
}
