//! A school that counts, seals and signs, and what it can do wrong.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use certs::aggregate::{AGGREGATE_ALGORITHM, Instance, Role, Shares};
use certs::digest::{random_bytes, sha256};
use certs::identity::LeafIdentity;
use certs::key::SigningKey;
use domain::catalogue::{Grade, Stage};
use domain::cell::Cell;
use domain::digest::Digest;
use domain::disclosure::RawTable;
use domain::disclosure::plan::School;
use domain::disclosure::sealed::{
    Kind, ReportNumber, SealedReport, SealedTable, Stratum, TaskId, context,
};
use domain::unit::{UnitId, UnitKind};
use hub::store::sealed::say;
use hub::store::sealed_inbox;
use proto::frame::{OpenItem, REPORT_KEY_CONTEXT, SEALED_REPORT_CONTEXT, encode_relayed};
use proto::sealed::{
    Place, Report, SignedVerdict, decode_signed_verdict, encode_report, split_key_signature,
    with_key_signature,
};
use proto::wire::sync::ItemKind;
use tests::federation::RunningHub;

use crate::city::{City, LEADER};

pub fn unit(school: u32) -> UnitId {
    format!("S{school:02}").parse().expect("unit")
}

/// How many of a stratum a school has in a category: few, and none in most.
fn few(school: u32, place: usize) -> u64 {
    [0, 1, 0, 2, 0, 0, 1][(school as usize * 5 + place * 3) % 7]
}

const SEXES: [&str; 3] = ["m", "f", "u"];

/// Students of a grade and sex at a school, by the roster.
fn persons_of(listed: &School, grade: &str, sex: &str) -> u64 {
    let grades = &listed.stages[&Stage::Junior];
    let counts = Grade::from_word(grade).and_then(|grade| grades.get(&grade));
    let at = SEXES.iter().position(|known| *known == sex).expect("sex");
    counts.map_or(0, |counts| u64::from(counts[at]))
}

/// What a school counts: the cells before the complement, which this census does not have.
pub fn counted(city: &City, table: &SealedTable, school: u32) -> Vec<u64> {
    let mut cells = vec![0; table.cells()];
    if table.kind() == Kind::Flow {
        for place in table.places_of(&city.roster.schools[&unit(school)], Stage::Junior) {
            cells[place] = few(school, place);
        }
        return cells;
    }
    let listed = &city.roster.schools[&unit(school)];
    let strata = ["g7", "g8", "g9"].into_iter().flat_map(|g| SEXES.map(|sex| (g, sex)));
    for (grade, sex) in strata.filter(|(grade, sex)| persons_of(listed, grade, sex) > 0) {
        let of = |state: &str| table.block().place(&[state, grade, sex]).expect("place");
        let mut rest = persons_of(listed, grade, sex);
        for state in ["t1", "t2", "t3"] {
            let place = of(state);
            cells[place] = few(school, place);
            rest -= cells[place];
        }
        cells[of("none")] = rest;
    }
    cells
}

/// A report before it is signed, with who signs it.
pub struct Draft {
    pub report: Report,
    pub signer: LeafIdentity,
    /// The school's report key.
    pub key: SigningKey,
    /// The signed bytes, made once: a signature is another one each time.
    pub body: OnceLock<Vec<u8>>,
}

pub fn identity(city: &City, school: &UnitId) -> LeafIdentity {
    let name = city.federation.authority().name(school.as_str(), LEADER);
    city.federation.authority().identity(&name, UnitKind::School)
}

/// What an honest school makes of its figures.
pub fn draft(city: &City, (table, period): (&str, &str), school: u32, number: u32) -> Draft {
    let cells = counted(city, city.table(table), school);
    draft_of(city, (table, period), (school, number), &cells)
}

/// The same with figures of the caller's.
pub fn draft_of(
    city: &City,
    (table, period): (&str, &str),
    (school, number): (u32, u32),
    cells: &[u64],
) -> Draft {
    spoiled(city, (table, period), (school, number), cells, |_| {})
}

/// A school that sends noise for the helper's half.
pub fn noisy(city: &City, place: (&str, &str), school: u32) -> Draft {
    let cells = counted(city, city.table(place.0), school);
    spoiled(city, place, (school, 1), &cells, |shares| {
        shares.helper.copy_from_slice(&random_bytes::<64>());
    })
}

/// A school whose half for one hub is a byte short, and sealed to that hub as it should be.
pub fn short(city: &City, place: (&str, &str), school: u32, role: Role) -> Draft {
    let cells = counted(city, city.table(place.0), school);
    spoiled(city, place, (school, 1), &cells, |shares| {
        let half = match role {
            Role::Leader => &mut shares.leader,
            Role::Helper => &mut shares.helper,
        };
        let bytes = half.len() - 1;
        half.truncate(bytes);
    })
}

/// A school that adds to its first cell, in the leader's half, the highest power of two below its
/// cap, and has no proof of it.
pub fn overstated(city: &City, place: (&str, &str), school: u32) -> Draft {
    const FIELD_BYTES: usize = 16;
    let cells = counted(city, city.table(place.0), school);
    let cap = draft(city, place, school, 1).report.cap;
    let top = usize::try_from(cap.bits()).expect("small") - 1;
    spoiled(city, place, (school, 1), &cells, |shares| {
        let bit = &mut shares.leader[top * FIELD_BYTES..(top + 1) * FIELD_BYTES];
        let one = u128::from_le_bytes((&*bit).try_into().expect("field")).wrapping_add(1);
        bit.copy_from_slice(&one.to_le_bytes());
    })
}

fn spoiled(
    city: &City,
    (table, period): (&str, &str),
    (school, number): (u32, u32),
    cells: &[u64],
    spoil: impl FnOnce(&mut Shares),
) -> Draft {
    let (task, table) = (city.task(table, period), city.table(table));
    let raw = cells.iter().copied().map(Cell::Value).collect();
    let raw = RawTable::new(table.id().clone(), raw);
    let listed = &city.roster.schools[&unit(school)];
    // What a school says of a stratum is what its cells add up to, whatever the roster has.
    let strata = table.strata();
    let persons = |stratum: &Stratum| {
        let column = strata.iter().position(|one| one == stratum).expect("a stratum");
        cells.iter().skip(column).step_by(strata.len()).sum()
    };
    let enrolled = listed.persons(Stage::Junior);
    let measured = SealedReport::measure(raw, table, enrolled, persons).expect("measured");
    let number = ReportNumber::new(number).expect("number");
    let bound = context(&task, &unit(school), number);
    let instance = Instance::new(measured.cap(), table.cells()).expect("instance");
    let mut shares = instance.split(&measured, &bound).expect("split");
    spoil(&mut shares);
    let packs = city.leader.hub.packs().last();
    let year = packs.sealed_years().of_school(&unit(school), 2026).expect("under seal");
    let sealed = shares.seal(&year.hubs().expect("hubs"), &bound).expect("sealed");
    let stock = BTreeMap::from([(Stage::Junior, cells.iter().sum())]);
    let report = Report {
        place: Place {
            unit: unit(school),
            table: table.id().clone(),
            period: period.parse().expect("period"),
            number,
        },
        task,
        algorithm: AGGREGATE_ALGORITHM,
        cap: measured.cap(),
        nonce: sealed.nonce,
        public: sealed.public,
        leader_half: sealed.leader.bytes().to_vec(),
        helper_half: sealed.helper.bytes().to_vec(),
        to: city.leader.hub.config().unit.clone(),
        enrolled: if table.kind() == Kind::Stock { stock } else { BTreeMap::new() },
        made_at_ms: city.federation.clock().now_ms(),
        key: Vec::new(),
    };
    let key = city.report_keys[&unit(school)].clone();
    Draft { report, signer: identity(city, &unit(school)), key, body: OnceLock::new() }
}

impl Draft {
    /// The signed item with its school's certificates.
    pub fn item(&self) -> (Vec<u8>, Digest) {
        let body = self.body.get_or_init(|| self.signed_by_key()).clone();
        let digest = sha256(&body);
        let signature = self.signer.key().sign(SEALED_REPORT_CONTEXT, &body).expect("signed");
        let item = OpenItem {
            kind: ItemKind::SealedReport,
            body,
            signature: signature.to_bytes(),
            chain: Vec::new(),
            from: String::new(),
        };
        let chain = self.signer.chain().iter().map(|der| der.to_vec()).collect();
        (encode_relayed(&item, chain), digest)
    }

    fn signed_by_key(&self) -> Vec<u8> {
        let key = self.key.public().spki().to_vec();
        let report = encode_report(&Report { key, ..self.report.clone() });
        let signed = self.key.sign(REPORT_KEY_CONTEXT, &report).expect("signed");
        with_key_signature(report, &signed.to_bytes())
    }

    /// The same report with the twin of its key's signature, which anybody can write who saw it.
    pub fn twin(&self) -> Self {
        let body = self.body.get_or_init(|| self.signed_by_key());
        let (signed, signature) = split_key_signature(body).expect("signed");
        let twin = with_key_signature(signed.to_vec(), &twin_of(&signature));
        let again = Self {
            report: self.report.clone(),
            signer: self.signer.clone(),
            key: self.key.clone(),
            body: OnceLock::new(),
        };
        again.body.set(twin).expect("unset");
        again
    }

    /// Lets it arrive at the leader.
    pub fn send(&self, city: &City) -> Digest {
        let (item, digest) = self.item();
        let now_ms = city.federation.clock().now_ms();
        let key = self.key.public().spki().to_vec();
        let report = Report { key, ..self.report.clone() };
        city.leader.write(move |tx| {
            sealed_inbox::insert(tx, (&report, &digest), &item, now_ms)?;
            // The same bytes again are looked at again.
            tx.execute(
                "update sealed_inbox set settled_at_ms = null where digest = $1",
                runtime::params![&digest.to_tagged()],
            )
        });
        digest
    }
}

/// The tagged signature `(r, n - s)` beside `(r, s)`.
fn twin_of(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let (mut twin, mut borrow) = (signature.to_vec(), 0_i16);
    for place in (0..32).rev() {
        let digit = &mut twin[65 + place];
        let rest = i16::from(ORDER[place]) - i16::from(*digit) - borrow;
        borrow = i16::from(rest < 0);
        *digit = u8::try_from(rest.rem_euclid(256)).expect("a byte");
    }
    twin
}

/// Verdicts that went down to a school, the latest last.
pub fn verdicts(city: &City, school: &UnitId) -> Vec<SignedVerdict> {
    let school = school.clone();
    let items = city.leader.read(move |tx| {
        tx.query(
            "select item from relay_down where to_unit = $1 order by cursor",
            runtime::params![school.as_str()],
            |row| row.blob(0),
        )
    });
    let read = |item: Vec<u8>| {
        let item = proto::frame::decode_item(&item).expect("item");
        decode_signed_verdict(&item.body).expect("verdict")
    };
    items.into_iter().map(read).collect()
}

/// The code of the last verdict about a report; empty for an acceptance, nothing for no verdict.
pub fn code(city: &City, school: u32, digest: Digest) -> Option<String> {
    let all = verdicts(city, &unit(school));
    let own = all.into_iter().rfind(|signed| signed.verdict.report == digest)?;
    Some(own.verdict.refused.map_or_else(String::new, |(code, _)| code))
}

/// Everybody but some schools reports honestly.
pub fn all_but(city: &City, place: (&str, &str), missing: &[u32]) {
    for school in (1..=crate::city::SCHOOLS).filter(|school| !missing.contains(school)) {
        draft(city, place, school, 1).send(city);
    }
}

/// A week that one school owes: after its days of grace it is opened without that school's group.
pub async fn owed(city: &City, place: (&str, &str), school: u32) {
    opened_after(city, place, &[school], 4).await;
}

/// Everybody but some schools reports, both hubs check that, and what is whole after so many days
/// is opened.
pub async fn opened_after(city: &City, place: (&str, &str), missing: &[u32], days: i64) {
    all_but(city, place, missing);
    city.step().await;
    city.step().await;
    city.days(days);
    city.step().await;
}

/// A hub's operator notes from when to when a school is away.
pub fn away(hub: &RunningHub, school: u32, (from, to): (&str, Option<&str>)) {
    let absence = say::Absence {
        school: unit(school),
        from: from.to_owned(),
        to: to.map(str::to_owned),
        note: "by telephone".to_owned(),
    };
    hub.write(move |tx| say::note_absence(tx, &absence, 1));
}

/// Both hubs note from when to when a school is away.
pub fn both_away(city: &City, school: u32, days: (&str, Option<&str>)) {
    [&city.leader, &city.helper].into_iter().for_each(|hub| away(hub, school, days));
}

/// The independent sum of some schools, cell by cell.
pub fn recount(
    city: &City,
    table: &str,
    schools: impl IntoIterator<Item = u32>,
) -> BTreeMap<usize, u64> {
    let table = city.table(table);
    let (mut sums, mut persons) = (vec![0; table.cells()], vec![0_u64; table.cells()]);
    for school in schools {
        let (cells, listed) = (counted(city, table, school), &city.roster.schools[&unit(school)]);
        for place in table.places_of(listed, Stage::Junior) {
            sums[place] += cells[place];
            let stratum = table.stratum(place).expect("stratum");
            persons[place] += match (stratum.grade, stratum.sex.as_deref()) {
                (Some(_), Some("m" | "f")) => u64::from(30 + school * 3),
                (Some(_), Some(_)) => 0,
                (Some(_), None) => u64::from(30 + school * 3) * 2,
                _ => listed.persons(Stage::Junior),
            };
        }
    }
    let open = sums.into_iter().zip(persons).enumerate();
    open.filter(|(_, (_, persons))| *persons >= 100).map(|(place, (sum, _))| (place, sum)).collect()
}

/// What the task of a table and period is called.
pub type Named = (&'static str, &'static str);

/// A task of the fixture.
pub fn task(city: &City, place: Named) -> TaskId {
    city.task(place.0, place.1)
}
