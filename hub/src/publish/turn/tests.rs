//! When a push has its sums sealed in its own commit, and when it leaves that to the publisher.

use domain::catalogue::SchoolType;
use domain::release::Release;
use proto::wire::sync::Lane;
use runtime::sql::Database;
use runtime::uplink::{Applied, Hooks, Parent, outbox};

use super::*;
use crate::authority::own_identity;
use crate::enrolment::tests::City;
use crate::statistics::fixture::{CLEAR, Fixture, NOW_MS, school};
use crate::store::{snapshot, testing};

struct NoHooks;

impl Hooks for NoHooks {
    fn directive(&self, _: &[u8]) -> Result<(), SqlError> {
        Ok(())
    }

    fn applied(&self) -> Result<Vec<Applied>, SqlError> {
        Ok(Vec::new())
    }

    fn addressed(&self, _: &Tx<'_>, _: &UnitId, _: &[u8]) -> Result<(), SqlError> {
        Ok(())
    }

    fn schools_below(&self) -> u32 {
        0
    }
}

/// A district whose parent does not answer.
struct District {
    /// Its folders.
    _city: City,
    fixture: Fixture,
    sealer: Arc<Sealer>,
}

impl District {
    fn new() -> Self {
        let (city, fixture) = (City::new(), Fixture::new("370202", UnitKind::District));
        let config = city.config(UnitKind::District, "370202", "370202");
        std::fs::create_dir_all(&config.data).expect("folder");
        let own = own_identity(&config, &city.authority(&config), city.clock.now());
        own.expect("identity").save(&config.path("identity.pem")).expect("saved");
        let identity = IdentityCell::load(&config.path("identity.pem")).expect("loaded");
        let parent = Parent { address: "127.0.0.1:1".to_owned(), name: config.name.clone() };
        let with = (city.trust(), city.clock.clone());
        let database = fixture.database.clone();
        let uplink = Uplink::new(database, identity.clone(), parent, with, Arc::new(NoHooks));
        let sealer = Sealer::new(Parts {
            clock: city.clock.clone(),
            packs: fixture.packs.clone(),
            registry: Arc::default(),
            identity,
            unit: config.unit.clone(),
            kind: config.kind,
            uplink: Some(uplink),
        });
        Self { _city: city, fixture, sealer }
    }

    fn database(&self) -> &Database {
        &self.fixture.database
    }

    /// Takes a school's table; nothing seals it yet.
    fn fold(&self, id: &'static str) {
        self.fixture.member(id, UnitKind::School, 0);
        let release = school(id, SchoolType::Primary, 1).release(&self.fixture.packs.last(), CLEAR);
        self.fixture.fold(&release, 1, NOW_MS);
    }

    /// What a commit with so many pushes does about sealing.
    fn share(&self, pushes: usize, stands: bool) -> Option<Turn> {
        let sealer = self.sealer.clone();
        let shared = self.database().write("push", move |tx| {
            let registry = sealer.parts().registry.within(tx)?;
            let turn = sealer.share(tx, &registry, pushes)?;
            if stands { Ok(turn) } else { Err(SqlError::Full) }
        });
        shared.ok().flatten()
    }

    /// The publisher's turn, in a commit of its own; quick, however slow the machine is.
    fn publish(&self) {
        let mut turn = self.sealer.turn().expect("the turn is free");
        let cache = self.sealer.parts().registry.clone();
        let sealed = self.database().write("publish", move |tx| {
            turn.seal(tx, cache.within(tx)?)?;
            Ok::<_, SqlError>(turn)
        });
        sealed.expect("sealed").keep();
        self.later();
    }

    /// Time goes by in which nothing is folded, and sealing was quick.
    fn later(&self) {
        let mut state = self.sealer.state();
        (state.folded, state.took) = (None, state.took.and(Some(Duration::ZERO)));
    }

    /// Numbers of the snapshots that were queued, each the same as it is stored.
    fn sent(&self) -> Vec<u64> {
        let packs = self.fixture.packs.last();
        let cells = packs.in_force().catalogue.table(CLEAR).expect("table").cells();
        let sent = self.database().read(|tx| outbox::sent(tx, Lane::Statistics, 10));
        let number = |item: outbox::SentItem| {
            let body = proto::frame::decode_item(&item.item).expect("item").body;
            let told = proto::release::decode(&body).expect("release");
            let number = u64::from(told.header.id.revision.get());
            let stored = self.database().read(move |tx| snapshot::find(tx, number, cells));
            let stored = stored.expect("store").expect("snapshot");
            let again = Release::of_snapshot(told.header, stored.rule, &stored.snapshot);
            assert_eq!(proto::release::encode(&again), body, "snapshot {number}");
            number
        };
        let mut numbers: Vec<u64> = sent.expect("outbox").into_iter().map(number).collect();
        numbers.sort_unstable();
        numbers
    }

    fn queued(&self) -> u64 {
        let backlog = self.database().read(|tx| outbox::backlog(tx, Lane::Statistics));
        backlog.expect("outbox").waiting
    }
}

/// A push that comes alone has its sums sealed and queued by its own commit; the answer to them is
/// waited for, and the turn is free again.
#[test]
fn a_push_that_comes_alone_seals_in_its_own_commit() {
    let district = District::new();
    district.publish();
    district.fold("P01");
    let turn = district.share(1, true).expect("shared");
    assert_eq!(district.queued(), 1);
    assert!(district.sealer.turn().is_none(), "one turn at a time");
    turn.keep_shared();
    assert!(district.sealer.has_waiting());
    drop(district.sealer.turn().expect("free"));
}

/// What goes up is what was stored, although it is signed before anybody reads that again: by the
/// commit that sealed it and, once a release before it was answered, by one that did not.
#[test]
fn what_is_queued_is_what_was_stored() {
    let district = District::new();
    district.publish();
    district.fold("P01");
    district.share(1, true).expect("shared").keep_shared();
    assert_eq!(district.sent(), [1]);
    district.fold("P02");
    district.publish();
    assert_eq!(district.sent(), [1], "the first is on its way");
    testing::answer_all(district.database());
    district.publish();
    assert_eq!(district.sent(), [1, 2]);
}

/// Pushes that come together, or soon after one another, leave sealing to the publisher, and so
/// does one that comes before the publisher has shown how long it takes.
#[test]
fn pushes_that_come_together_are_sealed_by_the_publisher() {
    let district = District::new();
    district.fold("P01");
    assert!(district.share(1, true).is_none(), "nobody has sealed yet");
    district.publish();
    assert_eq!(district.queued(), 1);
    assert!(district.share(2, true).is_none());
    assert!(district.share(1, true).is_none(), "a moment after others");
}

/// A commit that is undone takes its sealing with it: nothing is queued, the turn is free, and
/// until the publisher has sealed no other push is burdened with it.
#[test]
fn a_commit_that_is_undone_seals_nothing() {
    let district = District::new();
    district.publish();
    district.fold("P01");
    assert!(district.share(1, false).is_none());
    assert_eq!(district.queued(), 0);
    district.later();
    assert!(district.share(1, true).is_none());
    district.publish();
    assert_eq!(district.queued(), 1);
    district.fold("P02");
    assert!(district.share(1, true).is_some());
}
