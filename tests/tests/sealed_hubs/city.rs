//! A leader and a helper as real hubs over TLS, under two roots, with a signed roster and plan; and
//! schools that seal to them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use certs::aggregate::{Role, task_id};
use certs::digest::sha256;
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::seal::ShareKey;
use certs::statement::{KeyStatement, SignedStatement, StatedKey};
use domain::disclosure::plan::{GROUP_MIN, Plan, Roster};
use domain::disclosure::sealed::{SealedTable, SealedTables, TaskId};
use domain::unit::{UnitId, UnitKind};
use hub::sealed::leader::Leader;
use hub::sealed::view::{self, TaskView};
use hub::sealed::watch::{Notice, notices};
use hub::store::directive::{self, Stored};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use proto::pack::keys::SchoolKeys;
use proto::pack::plan::{self, OpenPlan, Sealing};
use proto::pack::{PackKind, embedded, roster};
use runtime::clock::{Clock, SimulatedClock};
use tests::federation::{Authority, Federation, PackName, RunningHub, signed_pack, stated_keys};

use crate::school::unit;

pub const LEADER: &str = "370202";
pub const HELPER: &str = "HC-QD";
/// The city's hub.
pub const TOP: &str = "3702";
pub const NAME: &str = "370202-2026";
pub const STOCK: &str = "sealed.alt.census";
pub const FLOW: &str = "sealed.alt.opened";
pub const WEEK: &str = "2026-W37";
pub const TERM: &str = "2026S1";
pub const SCHOOLS: u32 = 11;
const DAY_MS: i64 = 24 * 3_600_000;

/// Two hubs, their clock, and what both commissions signed.
pub struct City {
    pub federation: Federation,
    pub hand: SimulatedClock,
    pub leader: RunningHub,
    pub helper: RunningHub,
    pub driver: Leader,
    pub roster: Roster,
    pub tables: SealedTables,
    pub keys: [Arc<ShareKey>; 2],
    /// With which key each school signs its reports.
    pub report_keys: BTreeMap<UnitId, SigningKey>,
    /// Health's root.
    pub health: Authority,
}

/// A report key for each school.
fn report_keys() -> BTreeMap<UnitId, SigningKey> {
    let key = |school| (unit(school), SigningKey::generate().expect("key"));
    (1..=SCHOOLS).map(key).collect()
}

/// What health states of these keys.
pub fn stated_by(keys: &BTreeMap<UnitId, SigningKey>) -> SchoolKeys {
    keys.iter().map(|(unit, key)| (unit.clone(), sha256(key.public().spki()))).collect()
}

/// Male, female and other students in each grade of a school.
pub type Sizes<'w> = &'w [(u32, [u32; 3])];

/// The roster, with sizes of some schools and further rows of schools beyond the eleven.
fn roster_text(wished: Wished<'_>) -> String {
    let head =
        "unit,town,operator,education_since,health_since,signed,stage,grade,male,female,unstated";
    let row = |number: u32, grade: &str| {
        let town = if number <= 5 { "T1" } else { "T2" };
        let own = wished.sizes.iter().find(|(school, _)| *school == number);
        let [male, female, unstated] = own.map_or([30 + number * 3, 30 + number * 3, 0], |it| it.1);
        format!(
            "S{number:02},{town},office {number},2020,2021,yes,junior,{grade},\
             {male},{female},{unstated}"
        )
    };
    let rows = (1..=SCHOOLS).flat_map(|number| ["g7", "g8", "g9"].map(|grade| row(number, grade)));
    let further = wished.further.iter().map(|row| (*row).to_owned());
    std::iter::once(head.to_owned()).chain(rows).chain(further).collect::<Vec<_>>().join("\n")
}

fn statement(roots: [&RootAuthority; 2], key: &ShareKey, now: Timestamp) -> String {
    let day = |text: &str| -> Timestamp { text.parse().expect("instant") };
    let statement = KeyStatement {
        zone: tests::federation::ZONE.parse().expect("zone"),
        unit: key.unit().clone(),
        name: "平台".to_owned(),
        purpose: key.purpose(),
        key: StatedKey::Recipient(key.public().clone()),
        valid_from: day("2026-08-19T16:00:00Z"),
        valid_to: day("2027-08-31T16:00:00Z"),
    };
    let mut signed: Option<SignedStatement> = None;
    for root in roots {
        let key = SigningKey::generate().expect("key");
        let chain = [root.sign_statement_key(key.public(), now).expect("certificate")];
        match &mut signed {
            Some(signed) => signed.add_signature(&key, &chain).expect("add"),
            None => signed = Some(SignedStatement::sign(&statement, &key, &chain).expect("sign")),
        }
    }
    signed.expect("signed").to_pem()
}

/// The first day of all documents.
const FROM: Date = date(2026, 8, 31);

/// What a test wants of the documents.
#[derive(Clone, Copy)]
pub struct Wished<'w> {
    /// Further rows on the roster.
    pub further: &'w [&'w str],
    /// Schools that are larger than others.
    pub sizes: Sizes<'w>,
    /// The first day of roster, plan and keys.
    pub from: Date,
    /// Area and year.
    pub name: &'w str,
    /// Whether the hubs run in the first week of the year, and not only from the second on.
    pub is_early: bool,
    /// Who leads: the district's hub, or the city's.
    pub leader: (&'static str, UnitKind),
}

impl Default for Wished<'_> {
    fn default() -> Self {
        let leader = (LEADER, UnitKind::District);
        Self { further: &[], sizes: &[], from: FROM, name: NAME, is_early: false, leader }
    }
}

/// A calendar whose autumn census lies behind the Monday on which tests begin, so that its stocks
/// can be told.
fn calendar(roots: &[&RootAuthority], from: Date, now: Timestamp) -> Stored {
    let pack = embedded::find(PackKind::Calendar, "calendar").expect("calendar");
    let text = std::str::from_utf8(pack.bytes).expect("text");
    let text = text.replace("census = \"2026-11-06\"", "census = \"2026-09-11\"");
    signed_pack(
        roots,
        PackName { kind: PackKind::Calendar, name: "calendar", serial: 2, from },
        &text,
        now,
    )
}

/// The roster, and the packs of a year under seal in which these keys are stated. Schools of
/// another area have other ids.
pub fn packs(
    roots: [&RootAuthority; 2],
    keys: &[Arc<ShareKey>; 2],
    (stated, wished): (&SchoolKeys, Wished<'_>),
    now: Timestamp,
) -> (Roster, [Stored; 4]) {
    let mut text = roster_text(wished);
    if wished.name != NAME {
        text = text.replace("\nS", "\nZ");
    }
    let listed = roster::read(wished.name, text.as_bytes()).expect("roster");
    let [leader_statement, helper_statement] =
        keys.each_ref().map(|key| statement(roots, key, now));
    let (census_day, plan) = (date(2026, 9, 20), Plan::build(GROUP_MIN, &listed, &[]));
    let open = OpenPlan {
        plan,
        roster: sha256(text.as_bytes()),
        sealing: Some(Sealing { census_day, leader_statement, helper_statement }),
    };
    let plan_text = plan::write(&open).expect("plan");
    let pack = |kind, text: &str| {
        let from = wished.from;
        signed_pack(&roots, PackName { kind, name: wished.name, serial: 1, from }, text, now)
    };
    let packs = [
        pack(PackKind::Roster, &text),
        pack(PackKind::Plan, &plan_text),
        stated_keys(&roots, (wished.name, 1, wished.from), stated, now),
        calendar(&roots, wished.from, now),
    ];
    (listed, packs)
}

fn save_health(root: &RootAuthority, data: &Path) {
    let folder = data.join("roots");
    std::fs::create_dir_all(&folder).expect("folder");
    let text = pem::encode(&pem::Pem::new("CERTIFICATE", root.certificate().der().to_vec()));
    std::fs::write(folder.join("health.pem"), text).expect("root file");
}

impl City {
    /// Both hubs on a Monday in September, one week into the year.
    pub async fn start() -> Self {
        Self::start_with(Wished::default()).await
    }

    /// The same with other documents.
    pub async fn start_with(wished: Wished<'_>) -> Self {
        Box::pin(Self::start_below(None, wished)).await.0
    }

    /// The same with the city's hub above the leader.
    pub async fn start_with_top() -> (Self, RunningHub) {
        Self::start_below_top(Wished::default()).await
    }

    /// The same with other documents.
    pub async fn start_below_top(wished: Wished<'_>) -> (Self, RunningHub) {
        let (city, top) = Box::pin(Self::start_below(Some(TOP), wished)).await;
        (city, top.expect("the city's hub"))
    }

    /// The hub of a town below the leader, with the documents that the leader has.
    pub async fn town(&self, unit: &'static str) -> RunningHub {
        save_health(self.health.root_authority(), &self.federation.path(unit));
        let of = (unit, UnitKind::Street);
        let town = RunningHub::start(&self.federation, of, LEADER, Some(&self.leader)).await;
        self.leader.admit(&town.hub.identity().current(), self.federation.clock());
        let packs = self.leader.read(directive::all);
        town.write(move |tx| {
            packs.iter().try_for_each(|pack| directive::insert(tx, pack, 1).map(drop))
        });
        town.hub.reload_packs().expect("packs");
        town
    }

    async fn start_below(
        top: Option<&'static str>,
        wished: Wished<'_>,
    ) -> (Self, Option<RunningHub>) {
        let (clock, hand) = Clock::simulated("2026-08-12T00:00:00Z".parse().expect("instant"));
        let federation = Federation::with_clock(clock.clone());
        let now = clock.now();
        let health = Authority::under(Commission::Health, now);
        let roots = [federation.authority().root_authority(), health.root_authority()];
        let share_key = |unit: &str, role: Role| {
            let unit = unit.parse().expect("unit");
            Arc::new(ShareKey::generate(unit, role.purpose()).expect("key"))
        };
        let (leads, kind) = wished.leader;
        let keys = [share_key(leads, Role::Leader), share_key(HELPER, Role::Helper)];
        let report_keys = report_keys();
        let (roster, packs) = packs(roots, &keys, (&stated_by(&report_keys), wished), now);
        let first = if wished.is_early { 3 } else { 0 };
        hand.advance_ms((26 - first) * DAY_MS);
        for unit in [LEADER, HELPER, TOP] {
            save_health(health.root_authority(), &federation.path(unit));
        }
        // The helper's certificate is health's, and not what the federation would make for it.
        let name = health.name(HELPER, HELPER);
        let identity = federation.path(HELPER).join("identity.pem");
        health.identity(&name, UnitKind::Helper).save(&identity).expect("identity");
        federation.authority().save_root(&federation.path(HELPER));
        let top = start_top(&federation, top).await;
        let start = |(unit, kind): (&'static str, UnitKind), parent| {
            let district = if kind == UnitKind::City { "city" } else { unit };
            RunningHub::start(&federation, (unit, kind), district, parent)
        };
        let leader = start((leads, kind), top.as_ref()).await;
        let helper = start((HELPER, UnitKind::Helper), None).await;
        if let Some(top) = &top {
            top.admit(&leader.hub.identity().current(), federation.clock());
        }
        let hubs = [&leader, &helper].into_iter().chain(&top);
        hubs.for_each(|hub| take_packs(hub, &packs, clock.now_ms()));
        for (hub, key) in [&leader, &helper].into_iter().zip(&keys) {
            hub.hub.sealed().add_key(key.clone());
        }
        agree_ahead(&hand, (&leader, &helper), [4 + first, 3]).await;
        let driver = driver(&leader, &helper);
        let tables = SealedTables::of(&embedded::catalogue().expect("catalogue"));
        let city = Self {
            federation,
            hand,
            leader,
            helper,
            driver,
            roster,
            tables,
            keys,
            report_keys,
            health,
        };
        (city, top)
    }

    /// Gives each hub its key, as its folder does.
    pub fn give_keys(&self) {
        for (hub, key) in [&self.leader, &self.helper].into_iter().zip(&self.keys) {
            hub.hub.sealed().add_key(key.clone());
        }
    }

    /// Stops the helper as a kill does, and starts it again on its folder.
    pub async fn restart_helper(self) -> Self {
        self.without_helper(async || {}).await
    }

    /// Stops the helper, lets things happen without it, and starts it on its folder again.
    pub async fn without_helper(self, meanwhile: impl AsyncFnOnce()) -> Self {
        let Self { federation, leader, helper, .. } = self;
        helper.stop().await;
        meanwhile().await;
        let start = RunningHub::start(&federation, (HELPER, UnitKind::Helper), HELPER, None);
        let helper = start.await;
        let driver = driver(&leader, &helper);
        let city = Self { federation, leader, helper, driver, ..self };
        city.give_keys();
        city
    }

    /// Stops the leader, lets things happen without it, and starts it on its folder and port again.
    pub async fn without_leader(self, meanwhile: impl AsyncFnOnce(&SimulatedClock)) -> Self {
        let Self { federation, hand, leader, helper, driver: before, .. } = self;
        let port = leader.address.port();
        drop(before);
        leader.stop().await;
        meanwhile(&hand).await;
        let of = (LEADER, UnitKind::District);
        let leader = RunningHub::start_at(&federation, of, LEADER, None, port).await;
        let driver = driver(&leader, &helper);
        let city = Self { federation, hand, leader, helper, driver, ..self };
        city.give_keys();
        city
    }

    /// New certificates for both hubs, as renewal brings them.
    pub fn renew(&self) {
        let now = self.federation.clock().now();
        let own = self.federation.authority();
        let leader = own.identity_at(&own.name(LEADER, LEADER), UnitKind::District, now);
        self.leader.hub.identity().replace(leader).expect("renewed");
        let helper = self.health.name(HELPER, HELPER);
        let helper = self.health.identity_at(&helper, UnitKind::Helper, now);
        self.helper.hub.identity().replace(helper).expect("renewed");
    }

    /// The leader's part as a process that was started anew has it.
    pub fn restart_driver(self) -> Self {
        let driver = driver(&self.leader, &self.helper);
        Self { driver, ..self }
    }

    /// Publishes another list of keys at both hubs.
    pub fn state(&self, serial: u64, stated: &SchoolKeys) {
        for hub in [&self.leader, &self.helper] {
            self.state_at(hub, serial, stated);
        }
    }

    /// The same at one of them.
    pub fn state_at(&self, hub: &RunningHub, serial: u64, stated: &SchoolKeys) {
        let roots = [self.federation.authority().root_authority(), self.health.root_authority()];
        let now = self.federation.clock().now();
        let from = self.federation.clock().today().tomorrow().expect("day");
        let pack = stated_keys(&roots, (NAME, serial, from), stated, now);
        hub.write(move |tx| directive::insert(tx, &pack, 1).map(drop));
        hub.hub.reload_packs().expect("packs");
    }

    /// Publishes another version of the catalogue at both hubs, which counts as the one before.
    pub fn new_catalogue(&self, from: Date) {
        let roots = [self.federation.authority().root_authority(), self.health.root_authority()];
        let built_in = embedded::find(PackKind::Catalogue, "catalogue").expect("catalogue").bytes;
        let text = format!("{}\n# 1\n", std::str::from_utf8(built_in).expect("text"));
        let about = PackName { kind: PackKind::Catalogue, name: "catalogue", serial: 1, from };
        let pack = signed_pack(&roots, about, &text, self.federation.clock().now());
        for hub in [&self.leader, &self.helper] {
            let pack = pack.clone();
            hub.write(move |tx| directive::insert(tx, &pack, 1).map(drop));
            hub.hub.reload_packs().expect("packs");
        }
    }

    /// What a person has to look at, at a hub, now.
    pub fn notices(&self, hub: &RunningHub) -> Vec<Notice> {
        let (documents, own) = (hub.hub.sealed().documents(), hub.hub.config().unit.clone());
        let now = (self.federation.clock().today(), self.federation.clock().now_ms());
        hub.read(move |tx| notices(tx, &documents, &own, now))
    }

    /// The tasks of a hub as people see them there, now.
    pub fn tasks(&self, hub: &RunningHub) -> Vec<TaskView> {
        let (documents, own) = (hub.hub.sealed().documents(), hub.hub.config().unit.clone());
        let today = self.federation.clock().today();
        hub.read(move |tx| view::tasks(tx, (&documents, &own), today))
    }

    /// Lets time pass to the summer; in its first weeks the spring term has its keys.
    pub async fn to_summer(&self) {
        self.days(150);
        self.renew();
        self.step().await;
        self.days(180);
        self.renew();
    }

    /// Lets days pass.
    pub fn days(&self, days: i64) {
        self.hand.advance_ms(days * DAY_MS);
    }

    pub async fn step(&self) {
        Box::pin(self.driver.step()).await.expect("step");
    }

    pub fn table(&self, id: &str) -> &SealedTable {
        self.tables.table(id).expect("table")
    }

    /// The task of a table and period, as a school makes it.
    pub fn task(&self, table: &str, period: &str) -> TaskId {
        let area = LEADER.parse().expect("unit");
        let (table, period) = (table.parse().expect("table"), period.parse().expect("period"));
        let documents = self.leader.hub.sealed().documents();
        let made = documents.task((&area, 2026), &table, period).expect("task");
        assert_eq!(made.id, task_id(&made.terms));
        made.id
    }

    pub fn persons(&self, school: u32) -> u64 {
        let school = &self.roster.schools[&format!("S{school:02}").parse().expect("unit")];
        school.persons(domain::catalogue::Stage::Junior)
    }

    /// The verify key of a task as the leader holds it.
    pub fn verify_key(&self, task: TaskId) -> certs::aggregate::VerifyKey {
        let stored = self.leader.read(move |tx| hub::store::sealed::task::find(tx, &task));
        stored.expect("task").key.expect("agreed")
    }

    /// The share key of a hub.
    pub fn share_key(&self, role: Role) -> &ShareKey {
        &self.keys[usize::from(role == Role::Helper)]
    }

    /// What the cells of an opened table are, by their detail; each set adds up.
    pub fn opened(&self, task: TaskId) -> Vec<(String, BTreeMap<usize, u64>)> {
        self.leader.read(move |tx| {
            let all = hub::store::sealed::opening::of_task(tx, &task)?;
            let cells = all.into_iter().map(|opening| {
                let cells = hub::store::sealed::opening::cells(tx, opening.id)?;
                Ok((opening.set.detail.as_str().to_owned(), cells.into_iter().collect()))
            });
            cells.collect()
        })
    }
}

/// Both hubs agree on keys before the first week is over, as those that run do each day, and stand
/// on the Monday on which tests begin. Nothing else is there yet.
async fn agree_ahead(
    hand: &SimulatedClock,
    (leader, helper): (&RunningHub, &RunningHub),
    days: [i64; 2],
) {
    for days in days {
        Box::pin(driver(leader, helper).step()).await.expect("step");
        hand.advance_ms(days * DAY_MS);
        for hub in [leader, helper] {
            hub.hub.reload_packs().expect("packs");
        }
    }
}

async fn start_top(federation: &Federation, top: Option<&str>) -> Option<RunningHub> {
    let unit = top?;
    Some(RunningHub::start(federation, (unit, UnitKind::City), "city", None).await)
}

fn driver(leader: &RunningHub, helper: &RunningHub) -> Leader {
    let bells = (Arc::default(), Arc::default());
    Leader::new(leader.hub.sealed().clone(), helper.address.to_string(), bells)
}

/// Has a hub hold packs.
fn take_packs(hub: &RunningHub, packs: &[Stored], now_ms: i64) {
    let packs = packs.to_vec();
    hub.write(move |tx| {
        packs.iter().try_for_each(|pack| directive::insert(tx, pack, now_ms).map(drop))
    });
    hub.hub.reload_packs().expect("packs");
}
