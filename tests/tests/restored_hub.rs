//! A hub that was put back from a backup: its members reached cursors that it gives out again.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by stopping")]

use std::sync::Arc;

use domain::unit::UnitKind;
use hub::backup::{self, BackupError, Plan};
use hub::store::invite::{self, InviteState};
use runtime::passphrase::Passphrase;
use runtime::sql::{Database, Migration};
use runtime::uplink::{OUTBOX_FRAMED_ONCE, OUTBOX_SCHEMA};
use tests::federation::{Federation, Member, Memory, RunningHub, publish};

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
const OUTBOX: &[Migration] = &[
    Migration { number: 1, name: "outbox", sql: OUTBOX_SCHEMA },
    Migration { number: 2, name: "framed once", sql: OUTBOX_FRAMED_ONCE },
];

/// Members pull again from a hub whose list is not the one that they pulled from, whether it is
/// shorter or was filled anew; from one whose list went on they pull what is new.
///
/// Method: the hub forgets its directives, as it does when a backup is put back, and gives the
/// same cursors to others.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_hub_is_pulled_from_again() {
    let federation = Federation::new();
    let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
    let name = federation.authority().name("S1", "370202");
    let identity = federation.authority().identity(&name, UnitKind::School);
    hub.add(name.unit(), UnitKind::School, federation.clock());
    hub.admit(&identity, federation.clock());
    let memory = Arc::new(Memory::default());
    let outbox = Database::in_memory(OUTBOX).expect("outbox");
    let member = Member::with_hooks(&federation, &hub, identity, outbox, memory.clone());
    publish(&hub, &["a", "b", "c"]);
    member.flush().await.expect("first");
    assert_eq!(memory.take(), ["a", "b", "c"]);
    publish(&hub, &["d"]);
    member.flush().await.expect("goes on");
    assert_eq!(memory.take(), ["d"]);
    hub.write(|tx| tx.execute("delete from directive where cursor > 2", &[]));
    member.flush().await.expect("shorter");
    assert_eq!(memory.take(), ["a", "b"]);
    publish(&hub, &["c"]);
    member.flush().await.expect("filled again");
    assert_eq!(memory.take(), ["c"]);
    hub.write(|tx| tx.execute("delete from directive where cursor > 1", &[]));
    publish(&hub, &["x", "y"]);
    member.flush().await.expect("other ones under the same cursors");
    assert_eq!(memory.take(), ["a", "x", "y"]);
    member.flush().await.expect("nothing new");
    assert!(memory.take().is_empty());
}

/// A hub that is put back by its backup gives out the cursors of then, and its members pull again;
/// what was open for anybody to join is taken back, and the lanes upward have new epochs.
///
/// Method: a copy while the hub serves, then directives that the copy lacks; the folder is lost,
/// put back, and served at the same address.
#[tokio::test(flavor = "multi_thread")]
async fn a_hub_is_put_back_by_its_backup() {
    let federation = Federation::new();
    let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
    let name = federation.authority().name("S1", "370202");
    let identity = federation.authority().identity(&name, UnitKind::School);
    hub.add(name.unit(), UnitKind::School, federation.clock());
    hub.admit(&identity, federation.clock());
    let memory = Arc::new(Memory::default());
    let outbox = Database::in_memory(OUTBOX).expect("outbox");
    let member = Member::with_hooks(&federation, &hub, identity, outbox, memory.clone());
    publish(&hub, &["a", "b"]);
    hub.write(|tx| invite::insert(tx, &open_invite(), 1));
    let usb = tempfile::tempdir().expect("place");
    let passphrase = Passphrase::chosen("long enough a passphrase").expect("passphrase");
    let config = hub.hub.config().clone();
    backup::choose(&config, &passphrase).expect("passphrase");
    let plan = Plan { to: usb.path().to_owned(), hour: 0, keep: 3 };
    let now_ms = federation.clock().now_ms();
    let made = backup::make(&config, hub.hub.database(), &plan, now_ms).expect("copy");
    publish(&hub, &["c", "d"]);
    member.flush().await.expect("first");
    assert_eq!(memory.take(), ["a", "b", "c", "d"]);
    let port = hub.address.port();
    hub.stop().await;
    let lost = federation.path("lost");
    std::fs::rename(&config.data, &lost).expect("lost");
    let copy = usb.path().join(made.name);
    let key = backup::open_copy(&copy, &passphrase).expect("key");
    let restored = backup::restore(&copy, &config.data, &key, &[], now_ms).expect("put back");
    assert_eq!((restored.invites, restored.waits_for_notes), (1, false));
    let hub = RunningHub::start_at(&federation, DISTRICT, "370202", None, port).await;
    let states = hub.read(invite::all).into_iter().map(|one| one.state);
    assert_eq!(states.collect::<Vec<_>>(), [InviteState::Revoked]);
    member.flush().await.expect("again");
    assert_eq!(memory.take(), ["a", "b"], "the list of the copy, from its beginning");
    publish(&hub, &["x"]);
    member.flush().await.expect("goes on");
    assert_eq!(memory.take(), ["x"]);
    let again = backup::restore(&copy, &config.data, &key, &[], now_ms);
    assert!(matches!(again, Err(BackupError::NotEmpty)), "never over a hub that is there");
}

fn open_invite() -> invite::Stored {
    invite::Stored {
        id: [7; 10],
        unit: "S1".to_owned(),
        public_key: vec![1; 32],
        expires_at_ms: i64::MAX,
        used_key: None,
        csr: None,
        chain: None,
        state: InviteState::Open,
    }
}
