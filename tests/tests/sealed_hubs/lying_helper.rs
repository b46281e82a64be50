//! A helper that answers wrongly, over the wire: no school is refused for it, both operators are
//! called, everything else of the task goes on, and so does the rest once it answers rightly.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use domain::digest::Digest;
use hub::sealed::adopt;
use hub::sealed::dispute::{ALARM, HUBS_DISAGREE};
use hub::sealed::helper::Helper;
use hub::sealed::leader::{Leader, LeaderError};
use hub::sealed::signed;
use hub::sealed::watch::Notice;
use hub::service::sums::SumsService;
use hub::store::alarm;
use hub::store::sealed::{report, task as tasks};
use hub::store::sealed_inbox;
use proto::frame::{VERDICT_CONTEXT, decode_item, encode_relayed};
use proto::sealed::{Verdict, decode_verdict, encode_verdict};
use proto::wire::sealed::sealed_sums_server::{SealedSums, SealedSumsServer};
use proto::wire::sealed::{
    AgreeRequest, AgreeResponse, CloseRequest, CloseResponse, OpenRequest, OpenResponse,
    PresentRequest, PresentResponse, RecallRequest, RecallResponse, RecordRequest, RecordResponse,
    Refused, RefusedVerdict, RemindRequest, RemindResponse, ReportsRequest, ReportsResponse,
    RevealRequest, RevealResponse, SettleRequest, SettleResponse, Settled, Verified, VerifyRequest,
    VerifyResponse, settled, verified,
};
use runtime::transport::Listener;
use runtime::web::Lang;
use tests::federation::RunningHub;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::city::{City, FLOW, HELPER, LEADER, SCHOOLS, STOCK};
use crate::put_back::forget_reports;
use crate::school::{all_but, both_away, code, draft, noisy, recount, task, unit, verdicts};
use crate::{THE_FLOW, THE_STOCK};

/// How a helper that lies signs what it was asked about.
type Settles = fn(&RunningIdentity, &[Verdict], &mut Vec<Settled>);

/// What the helper makes of its true answers.
#[derive(Default)]
struct Lie {
    verify: Option<fn(&mut Vec<Verified>)>,
    /// By the verdicts that were proposed.
    settle: Option<Settles>,
    /// By what was asked.
    reports: Option<fn(&ReportsRequest, &mut ReportsResponse)>,
    /// By what was asked.
    recall: Option<fn(&RecallRequest, &mut RecallResponse)>,
}

type RunningIdentity = certs::identity::LeafIdentity;

/// The helper's service before its real one.
struct Liar {
    service: SumsService,
    identity: runtime::uplink::IdentityCell,
    lie: Arc<Mutex<Lie>>,
}

macro_rules! passed_on {
    ($($call:ident, $asked:ty, $told:ty;)*) => {
        #[tonic::async_trait]
        impl SealedSums for Liar {
            $(async fn $call(&self, asked: Request<$asked>) -> Result<Response<$told>, Status> {
                self.service.$call(asked).await
            })*

            async fn verify(
                &self,
                asked: Request<VerifyRequest>,
            ) -> Result<Response<VerifyResponse>, Status> {
                let mut told = self.service.verify(asked).await?;
                if let Some(lie) = self.lie.lock().expect("lie").verify {
                    lie(&mut told.get_mut().reports);
                }
                Ok(told)
            }

            async fn settle(
                &self,
                asked: Request<SettleRequest>,
            ) -> Result<Response<SettleResponse>, Status> {
                let proposed = asked.get_ref().reports.iter();
                let proposed: Vec<Verdict> =
                    proposed.map(|one| decode_verdict(&one.verdict).expect("verdict")).collect();
                let mut told = self.service.settle(asked).await?;
                if let Some(lie) = self.lie.lock().expect("lie").settle {
                    lie(&self.identity.current(), &proposed, &mut told.get_mut().reports);
                }
                Ok(told)
            }

            async fn reports(
                &self,
                asked: Request<ReportsRequest>,
            ) -> Result<Response<ReportsResponse>, Status> {
                let what = asked.get_ref().clone();
                let mut told = self.service.reports(asked).await?;
                if let Some(lie) = self.lie.lock().expect("lie").reports {
                    lie(&what, told.get_mut());
                }
                Ok(told)
            }

            async fn recall(
                &self,
                asked: Request<RecallRequest>,
            ) -> Result<Response<RecallResponse>, Status> {
                let what = asked.get_ref().clone();
                let mut told = self.service.recall(asked).await?;
                if let Some(lie) = self.lie.lock().expect("lie").recall {
                    lie(&what, told.get_mut());
                }
                Ok(told)
            }
        }
    };
}

passed_on! {
    agree, AgreeRequest, AgreeResponse;
    reveal, RevealRequest, RevealResponse;
    present, PresentRequest, PresentResponse;
    open, OpenRequest, OpenResponse;
    record, RecordRequest, RecordResponse;
    remind, RemindRequest, RemindResponse;
    close, CloseRequest, CloseResponse;
}

/// A city whose leader talks to a helper that lies; what it lies can be changed.
async fn city_of(lie: Lie) -> (City, Arc<Mutex<Lie>>, CancellationToken) {
    lied_to(City::start().await, lie).await
}

/// The same of a city that runs, whose leader is started anew.
async fn lied_to(city: City, lie: Lie) -> (City, Arc<Mutex<Lie>>, CancellationToken) {
    let (hub, lie) = (&city.helper.hub, Arc::new(Mutex::new(lie)));
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = Listener::bind(any, hub.tls().clone(), hub.config().zone().clone());
    let listener = listener.await.expect("bound");
    let address = listener.address().expect("address");
    let liar = Liar {
        service: SumsService::new(Helper::new(hub.sealed().clone())),
        identity: hub.identity().clone(),
        lie: lie.clone(),
    };
    let stop = CancellationToken::new();
    let incoming = listener.incoming(stop.clone());
    let server = tonic::transport::Server::builder().add_service(SealedSumsServer::new(liar));
    tokio::spawn(server.serve_with_incoming_shutdown(incoming, stop.clone().cancelled_owned()));
    let bells = (Arc::default(), Arc::default());
    let driver = Leader::new(city.leader.hub.sealed().clone(), address.to_string(), bells);
    (City { driver, ..city }, lie, stop)
}

/// How a task is marked, at a hub.
fn stopped(city: &City, hub: &RunningHub, place: (&'static str, &'static str)) -> String {
    let id = task(city, place);
    hub.read(move |tx| tasks::find(tx, &id)).expect("task").stopped
}

/// Whether a hub's operator is called and told of the other one, in both languages.
fn is_called(city: &City, hub: &RunningHub, other: &str) -> bool {
    let notices = city.notices(hub);
    let own = Notice::Disagree(other.parse().expect("unit"));
    let said = [Lang::Zh, Lang::En].map(|lang| own.say(lang));
    assert!(said.iter().all(|text| text.contains(other)), "{said:?}");
    hub.read(|tx| alarm::of_kind(tx, ALARM)).iter().any(|raised| raised.unit == other)
        && notices.contains(&own)
}

fn shown(one: &mut Verified) -> &mut proto::wire::sealed::Shown {
    match &mut one.answer {
        Some(verified::Answer::Shown(shown)) => shown,
        other => panic!("{other:?}"),
    }
}

/// A refusal for a proof, with what the helper showed of it or without.
fn refuse(one: &mut Verified, code: &str, evidence: impl Fn(&mut Refused)) {
    let shown = shown(one).clone();
    let mut refused = Refused {
        code: code.to_owned(),
        reason: "the proof of the report does not hold".to_owned(),
        shown: shown.shown,
        sums: shown.sums,
    };
    evidence(&mut refused);
    one.answer = Some(verified::Answer::Refused(refused));
}

/// Adds one to the first stage sum that is there, in the form in which hubs send them.
fn one_more(sums: &mut [u8]) {
    const HEAD: usize = 1 + 4 + 8;
    let stages = (sums.len() - HEAD) / 17;
    let held = (0..stages).find(|stage| sums[HEAD + stages * 16 + stage] == 1).expect("a stage");
    let at = HEAD + held * 16;
    let share = u128::from_le_bytes(sums[at..at + 16].try_into().expect("a field element"));
    sums[at..at + 16].copy_from_slice(&share.wrapping_add(1).to_le_bytes());
}

/// One report is answered with another share of the check than the helper decided from; with what
/// belongs to another report; with a refusal that the helper's own share contradicts; with one that
/// nothing is shown of; or with bytes that are none. Its school is told nothing, both operators are
/// told of the other hub, all others are accepted. Once the helper answers rightly the report is
/// accepted too, nobody is called any more, and the week is exact.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_that_contradicts_itself_is_no_schools_fault() {
    let lies: [fn(&mut Vec<Verified>); 6] = [
        |all| shown(&mut all[0]).shown[0] ^= 1,
        |all| {
            let other = shown(&mut all[1]).shown.clone();
            shown(&mut all[0]).shown = other;
        },
        |all| refuse(&mut all[0], "proof", |_| {}),
        |all| refuse(&mut all[0], "proof", |told| told.shown.clear()),
        |all| refuse(&mut all[0], "control_sum", |_| {}),
        |all| shown(&mut all[0]).shown.truncate(9),
    ];
    for (which, verify) in lies.into_iter().enumerate() {
        let lie = Lie { verify: Some(verify), ..Lie::default() };
        let (city, lie, _stop) = city_of(lie).await;
        all_but(&city, THE_FLOW, &[]);
        city.step().await;
        let silent = (1..=SCHOOLS).filter(|school| verdicts(&city, &unit(*school)).is_empty());
        assert_eq!(silent.collect::<Vec<_>>().len(), 1, "lie {which}: nobody is refused");
        assert_eq!(stopped(&city, &city.leader, THE_FLOW), HUBS_DISAGREE, "lie {which}");
        assert!(is_called(&city, &city.leader, HELPER), "lie {which}");
        let accepted = (1..=SCHOOLS).filter(|school| {
            let all = verdicts(&city, &unit(*school));
            all.iter().all(|signed| signed.verdict.refused.is_none()) && !all.is_empty()
        });
        assert_eq!(accepted.count(), SCHOOLS as usize - 1, "lie {which}: the others are");
        *lie.lock().expect("lie") = Lie::default();
        city.step().await;
        assert_eq!(stopped(&city, &city.leader, THE_FLOW), "", "lie {which}");
        assert!(!is_called(&city, &city.leader, HELPER), "lie {which}");
        city.days(1);
        city.step().await;
        let sums = city.opened(task(&city, THE_FLOW));
        assert_eq!(sums[0].1, recount(&city, FLOW, 1..=SCHOOLS), "lie {which}");
    }
}

/// The next digest after the one that was asked from, of no report.
fn one_further(asked: &ReportsRequest, told: &mut ReportsResponse) {
    if !asked.wanted.is_empty() {
        return;
    }
    let mut next = match asked.after.as_slice() {
        [] => Digest::sha256([0; 32]).to_tagged(),
        after => after.to_vec(),
    };
    for byte in next.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    told.reports = vec![next];
}

/// Gives the items that are asked for with another signature than the school's: the digest by which
/// they are asked for is of the body alone.
fn unsigned(_: &ReportsRequest, told: &mut ReportsResponse) {
    for item in &mut told.items {
        let mut read = decode_item(item).expect("item");
        *read.signature.last_mut().expect("a signature") ^= 1;
        let chain = std::mem::take(&mut read.chain);
        *item = encode_relayed(&read, chain);
    }
}

/// A leader that was put back takes nothing from the helper that no school signed: nothing of it
/// arrives, and nobody is called about the schools. From a helper that is right it has them back.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_school_signed_does_not_come_back() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    forget_reports(&city.leader);
    let lie = Lie { reports: Some(unsigned), ..Lie::default() };
    let (city, _, _stop) = lied_to(city, lie).await;
    city.step().await;
    let arrived = city.leader.read(|tx| sealed_inbox::open_after(tx, 0, 100));
    assert!(arrived.is_empty());
    assert_eq!(stopped(&city, &city.leader, THE_FLOW), "");
    assert!(!city.leader.alarms().contains(&adopt::ALARM.to_owned()), "nothing was taken up");
    let city = city.restart_driver();
    city.step().await;
    let id = task(&city, THE_FLOW);
    let taken = city.leader.read(move |tx| report::accepted(tx, &id));
    assert_eq!(taken.len(), SCHOOLS as usize);
}

/// A helper that tells of ever more reports, or of ever more openings, is left for this step and
/// for what hangs on it; once it is right everything goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_that_comes_to_no_end_is_left() {
    let reports = Lie { reports: Some(one_further), ..Lie::default() };
    let recall =
        Lie { recall: Some(|asked, told| told.next_open = asked.open_after + 1), ..Lie::default() };
    for lie in [reports, recall] {
        let (city, lie, _stop) = city_of(lie).await;
        all_but(&city, THE_FLOW, &[]);
        for _ in 0..2 {
            let step = Box::pin(city.driver.step()).await;
            assert!(matches!(&step, Err(LeaderError::Call(_))), "{step:?}");
        }
        city.days(1);
        *lie.lock().expect("lie") = Lie::default();
        city.step().await;
        let sums = city.opened(task(&city, THE_FLOW));
        assert_eq!(sums[0].1, recount(&city, FLOW, 1..=SCHOOLS));
    }
}

/// What the leader comes to is shown to the helper, so that its operator is called as well: one
/// whose own hub decided otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn both_operators_are_called() {
    let lie = Lie { verify: Some(|all| shown(&mut all[0]).shown[0] ^= 1), ..Lie::default() };
    let (city, _, _stop) = city_of(lie).await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    assert_eq!(stopped(&city, &city.helper, THE_FLOW), HUBS_DISAGREE);
    assert!(is_called(&city, &city.helper, LEADER) && is_called(&city, &city.leader, HELPER));
}

/// A helper that finds reports right and says over the wire that they are wrong does not sign that,
/// and nothing is final. Where its share puts off the control sums of all schools it is rather the
/// hubs: nobody is refused. All of it is undone once the helper is right.
#[tokio::test(flavor = "multi_thread")]
async fn three_schools_in_one_sum_are_rather_a_hub() {
    let all: fn(&mut Vec<Verified>) = |all| {
        for one in all {
            refuse(one, "proof", |told| told.shown[0] ^= 1);
        }
    };
    let (city, lie, _stop) = city_of(Lie { verify: Some(all), ..Lie::default() }).await;
    let two = [1, 2].map(|school| draft(&city, THE_FLOW, school, 1).send(&city));
    city.step().await;
    city.step().await;
    // What the helper holds is that they are right: it does not sign, and nothing is final.
    assert_eq!([1, 2].map(|n| code(&city, n, two[n as usize - 1])), [None, None]);
    assert_eq!(stopped(&city, &city.helper, THE_FLOW), HUBS_DISAGREE);
    *lie.lock().expect("lie") = Lie::default();
    city.step().await;
    assert_eq!(code(&city, 1, two[0]).as_deref(), Some(""));
    // Control sums that the helper's share puts off, of a stock of all schools.
    let off: fn(&mut Vec<Verified>) = |all| {
        for one in all {
            one_more(&mut shown(one).sums);
        }
    };
    *lie.lock().expect("lie") = Lie { verify: Some(off), ..Lie::default() };
    all_but(&city, THE_STOCK, &[]);
    city.step().await;
    city.step().await;
    let told = (1..=SCHOOLS).filter(|school| {
        let own = verdicts(&city, &unit(*school));
        own.iter().any(|signed| signed.verdict.place.table.as_str() == STOCK)
    });
    assert_eq!(told.count(), 0, "nobody is refused");
    assert_eq!(stopped(&city, &city.leader, THE_STOCK), HUBS_DISAGREE);
    *lie.lock().expect("lie") = Lie::default();
    city.step().await;
    assert_eq!(stopped(&city, &city.leader, THE_STOCK), "");
}

/// Three schools that really send noise wait together and are refused to nobody, at both hubs; the
/// fourth, which is honest, is accepted. Two are refused by name, as one is.
#[tokio::test(flavor = "multi_thread")]
async fn bad_reports_of_three_schools_wait() {
    for bad in [2_u32, 3] {
        let city = City::start().await;
        let noise: Vec<_> = (1..=bad).map(|n| noisy(&city, THE_FLOW, n).send(&city)).collect();
        let honest = draft(&city, THE_FLOW, 9, 1).send(&city);
        city.step().await;
        city.step().await;
        assert_eq!(code(&city, 9, honest).as_deref(), Some(""));
        for (school, digest) in (1..).zip(noise) {
            let expected = (bad == 2).then(|| "proof".to_owned());
            assert_eq!(code(&city, school, digest), expected, "{bad}");
            for signed in verdicts(&city, &unit(school)) {
                assert!(signed.leader.is_some() && signed.helper.is_some(), "both say so");
            }
        }
        let expected = if bad == 2 { "" } else { HUBS_DISAGREE };
        for (hub, other) in [(&city.leader, HELPER), (&city.helper, LEADER)] {
            assert_eq!(stopped(&city, hub, THE_FLOW), expected);
            assert_eq!(is_called(&city, hub, other), bad == 3);
        }
    }
}

/// A helper that has shown that a report holds and refuses it when it should sign: in a verdict of
/// its own, or with a signature over something else. Neither goes to the school as a refusal.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_that_takes_back_its_word_refuses_nobody() {
    let lie: fn(&RunningIdentity, &[Verdict], &mut Vec<Settled>) = |identity, proposed, told| {
        let refused = Some(("control_sum".to_owned(), "off".to_owned()));
        let verdict = encode_verdict(&Verdict { refused, ..proposed[0].clone() });
        let signature = signed::sign(identity, VERDICT_CONTEXT, &verdict).expect("signed");
        let signature = Some(signature);
        told[0].answer = Some(settled::Answer::Refused(RefusedVerdict { verdict, signature }));
    };
    let (city, lie, _stop) = city_of(Lie { settle: Some(lie), ..Lie::default() }).await;
    let digest = draft(&city, THE_STOCK, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, digest), None);
    assert_eq!(stopped(&city, &city.leader, THE_STOCK), HUBS_DISAGREE);
    assert!(is_called(&city, &city.leader, HELPER));
    *lie.lock().expect("lie") = Lie::default();
    city.step().await;
    assert_eq!(code(&city, 1, digest).as_deref(), Some(""));
    assert_eq!(stopped(&city, &city.leader, THE_STOCK), "");
}

/// A report about which the hubs did not agree, and whose school is noted as away by both then, is
/// refused for that by both: the mark goes at the helper as it does at the leader.
#[tokio::test(flavor = "multi_thread")]
async fn a_mark_goes_with_its_report_at_both_hubs() {
    let lie = Lie { verify: Some(|all| shown(&mut all[0]).shown[0] ^= 1), ..Lie::default() };
    let (city, _, _stop) = city_of(lie).await;
    let digest = draft(&city, THE_FLOW, 3, 1).send(&city);
    city.step().await;
    city.step().await;
    for hub in [&city.leader, &city.helper] {
        assert_eq!(stopped(&city, hub, THE_FLOW), HUBS_DISAGREE);
    }
    both_away(&city, 3, ("2026-09-07", Some("2026-09-13")));
    city.step().await;
    assert_eq!(code(&city, 3, digest).as_deref(), Some("school_away"));
    for hub in [&city.leader, &city.helper] {
        assert_eq!(stopped(&city, hub, THE_FLOW), "");
    }
}

/// A helper that signs a verdict with something else stops the task while the report waits, and
/// not once it was answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_signature_is_over_with_a_right_one() {
    let lie: Settles = |identity, _, told| {
        let signature = signed::sign(identity, VERDICT_CONTEXT, b"something else").expect("signed");
        told[0].answer = Some(settled::Answer::Signed(signature));
    };
    let (city, lie, _stop) = city_of(Lie { settle: Some(lie), ..Lie::default() }).await;
    let digest = draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 1, digest), None);
    assert_eq!(stopped(&city, &city.leader, THE_FLOW), "HELPER_SIGNATURE");
    *lie.lock().expect("lie") = Lie::default();
    city.step().await;
    assert_eq!(code(&city, 1, digest).as_deref(), Some(""));
    assert_eq!(stopped(&city, &city.leader, THE_FLOW), "");
}
