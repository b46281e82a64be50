//! Known answers of the disclosure rule and of the drafts, and everything that must be refused.

use prio::codec::{Encode as _, ParameterizedDecode as _};
use prio::vdaf::prio3::{Prio3InputShare, Prio3PublicShare, Prio3SumVec};
use prio::vdaf::{Aggregator as _, Collector as _, VerifyTransition};
use serde_json::Value;

use domain::digest::Digest;
use domain::disclosure::sealed::{Kind, lv};

use super::*;

const CELLS: usize = 72;
const CONTEXT: &[u8] = b"xinqiao/v1 of a test";

fn cap(limit: u64) -> CapClass {
    CapClass::from_max(limit).expect("cap")
}

fn instance(limit: u64) -> Instance {
    Instance::new(cap(limit), CELLS).expect("instance")
}

fn key(byte: u8) -> VerifyKey {
    VerifyKey::from_bytes(Zeroizing::new([byte; 32]))
}

/// Cells that are zero but for these.
fn cells(given: &[(usize, u64)]) -> Vec<u64> {
    let mut cells = vec![0; CELLS];
    given.iter().for_each(|(place, value)| cells[*place] = *value);
    cells
}

fn split(instance: &Instance, cells: &[u64]) -> Shares {
    instance.split_cells(cells, CONTEXT, random_bytes()).expect("shares")
}

/// Both hubs verify a report; what each is given can differ from what the school made.
fn verify(
    instance: &Instance,
    keys: [&VerifyKey; 2],
    contexts: [&[u8]; 2],
    shares: &Shares,
) -> Result<[OutputShare; 2], AggregateError> {
    let [leader, helper] =
        contexts.map(|context| Parts { context, nonce: &shares.nonce, public: &shares.public });
    let (begun, shown) = instance.begin(keys[0], leader, &shares.leader)?;
    let (answer, at_helper) = instance.answer(keys[1], helper, &shares.helper, &shown)?;
    let at_leader = instance.finish(leader, begun, &answer)?;
    Ok([at_leader, at_helper])
}

fn check(instance: &Instance, shares: &Shares) -> Result<[OutputShare; 2], AggregateError> {
    let key = key(7);
    verify(instance, [&key, &key], [CONTEXT, CONTEXT], shares)
}

fn sums(outputs: &[[OutputShare; 2]], places: &[usize]) -> [SumShare; 2] {
    [0, 1].map(|hub| {
        let mut sum = SumShare::new(CELLS);
        outputs.iter().for_each(|output| sum.add(&output[hub], places).expect("added"));
        sum
    })
}

/// Figures of cells that were all chosen.
fn opened(figures: &[u64]) -> Vec<Option<u64>> {
    figures.iter().copied().map(Some).collect()
}

fn all() -> Vec<usize> {
    (0..CELLS).collect()
}

fn hex(text: &Value) -> Vec<u8> {
    crate::testing::hex(text.as_str().expect("hex"))
}

fn array<const N: usize>(text: &Value) -> [u8; N] {
    hex(text).try_into().expect("length")
}

/// The task id of the rule's old form, which fixes the encoding of the fields.
#[test]
fn the_old_form_of_a_task_id_is_known() {
    let length = 72_u32.to_be_bytes();
    let fields: [&[u8]; 6] =
        [b"task/v1", b"qd", b"2026S1", b"tier-grade-sex", Kind::Stock.as_str().as_bytes(), &length];
    let known = "d2f71c501848f3626cfd0ea0c00c42c5b5ed1fa4127b41912fdbec5bd018f6b1";
    assert_eq!(sha256(&lv(&fields)), Digest::from_hex(known).expect("digest"));
}

/// Lengths for 72 cells are those of the rule: a report's depends on its cap and on nothing else.
#[test]
fn lengths_are_fixed_by_the_cap() {
    assert_eq!(chunk(cap(4_095), CELLS), 29);
    for (limit, leader) in [(255, 10_992), (1_023, 13_488), (4_095, 15_984)] {
        let instance = instance(limit);
        assert_eq!(instance.leader_share_bytes(), leader);
        for cells in [cells(&[]), cells(&[(0, limit)]), vec![3; CELLS]] {
            let shares = split(&instance, &cells);
            let lengths = (shares.leader.len(), shares.helper.len(), shares.public.len());
            assert_eq!(lengths, (leader, HELPER_SHARE_BYTES, PUBLIC_SHARE_BYTES), "{limit}");
        }
    }
    let instance = instance(4_095);
    assert_eq!(instance.verifier_bytes(), 992);
    let [output, _] = check(&instance, &split(&instance, &cells(&[]))).expect("verified");
    let [sum, _] = sums(&[[output.clone(), output]], &all());
    // Behind the shares stands which cells were chosen.
    assert_eq!(sum.to_bytes().expect("bytes").len(), 13 + 1_152 + CELLS);
}

/// Three reports of different caps add up, and what the sum may hold at most with them.
#[test]
fn reports_of_different_caps_add_up() {
    let reports = [(255, 0), (1_023, 1), (4_095, 2)].map(|(limit, place)| {
        let instance = instance(limit);
        let shares = split(&instance, &cells(&[(place, 3), (10, 2)]));
        check(&instance, &shares).expect("verified")
    });
    let stored = reports.map(|outputs| {
        outputs.map(|output| {
            OutputShare::from_bytes(&output.to_bytes().expect("bytes")).expect("share")
        })
    });
    let [leader, helper] = sums(&stored, &all());
    let helper = SumShare::from_bytes(&helper.to_bytes().expect("bytes")).expect("sum");
    let expected = cells(&[(0, 3), (1, 3), (2, 3), (10, 6)]);
    assert_eq!(open(&leader, &helper).expect("figures"), opened(&expected));
    assert_eq!((leader.reports(), leader.caps()), (3, 255 + 1_023 + 4_095));
    // Cells that were not chosen are not in the sum, not even as shares, and are no zeros.
    let [leader, helper] = sums(&stored, &[1, 10]);
    let helper = SumShare::from_bytes(&helper.to_bytes().expect("bytes")).expect("sum");
    let mut expected = vec![None; CELLS];
    (expected[1], expected[10]) = (Some(3), Some(6));
    assert_eq!(open(&leader, &helper).expect("figures"), expected);
    let [_, other] = sums(&stored, &[1, 11]);
    assert!(matches!(open(&leader, &other), Err(AggregateError::Apart)));
}

/// One hub's share of a report is not its figures, and says nothing that repeats.
#[test]
fn one_hub_alone_has_noise() {
    let instance = instance(255);
    let outputs: Vec<[OutputShare; 2]> = (0..2)
        .map(|_| check(&instance, &split(&instance, &cells(&[(4, 9)]))).expect("verified"))
        .collect();
    for hub in [0, 1] {
        let bytes = |report: usize| outputs[report][hub].to_bytes().expect("bytes");
        assert_ne!(bytes(0), bytes(1));
        // Beside a share of nothing, one that was the figures would open as them.
        let mut nothing = bytes(0);
        let (head, cells) = nothing.split_at_mut(13);
        assert_eq!(head[..5], [AGGREGATE_ALGORITHM, 0, 0, 0, 1]);
        cells[..CELLS * 16].fill(0);
        let nothing = SumShare::from_bytes(&nothing).expect("sum");
        let [leader, helper] = sums(&outputs[..1], &all());
        let own = if hub == 0 { leader } else { helper };
        assert!(matches!(open(&own, &nothing), Err(AggregateError::Apart)));
    }
}

/// A report is bound to its context and its hubs' key, and any altered byte is seen.
#[test]
fn what_was_altered_or_replayed_is_refused() {
    let instance = instance(255);
    let shares = split(&instance, &cells(&[(4, 9)]));
    assert!(check(&instance, &shares).is_ok());
    // The library accepts a report twice; that it counts once is decided by our intake.
    assert!(check(&instance, &shares).is_ok());
    let (own, other) = (key(7), key(8));
    let elsewhere: &[u8] = b"xinqiao/v1 of another school";
    for (keys, contexts) in [
        ([&own, &other], [CONTEXT, CONTEXT]),
        ([&own, &own], [elsewhere, elsewhere]),
        ([&own, &own], [CONTEXT, elsewhere]),
    ] {
        let refused = verify(&instance, keys, contexts, &shares);
        assert!(matches!(refused, Err(AggregateError::Proof)));
    }
    let nonce = Shares { nonce: [1; 16], ..split(&instance, &cells(&[])) };
    assert!(matches!(check(&instance, &nonce), Err(AggregateError::Proof)));
    let altered: [fn(&mut Shares); 6] = [
        |shares| shares.public[0] ^= 1,
        |shares| shares.public[63] ^= 1,
        |shares| shares.leader[4 * 16] ^= 1,
        |shares| *shares.leader.last_mut().expect("byte") ^= 1,
        |shares| shares.helper[0] ^= 1,
        |shares| shares.helper[63] ^= 1,
    ];
    for (place, alter) in altered.iter().enumerate() {
        let mut shares = split(&instance, &cells(&[(4, 9)]));
        alter(&mut shares);
        assert!(check(&instance, &shares).is_err(), "alteration {place}");
    }
}

/// Neither hub believes the other: a forged answer of the helper is refused by the leader.
#[test]
fn a_forged_answer_is_refused() {
    let instance = instance(255);
    let shares = split(&instance, &cells(&[(4, 9)]));
    let parts = Parts { context: CONTEXT, nonce: &shares.nonce, public: &shares.public };
    let begin = || instance.begin(&key(7), parts, &shares.leader).expect("begun");
    let (begun, shown) = begin();
    let (answer, _) = instance.answer(&key(7), parts, &shares.helper, &shown).expect("answer");
    let mut forged = answer.clone();
    forged[0] ^= 1;
    assert!(instance.finish(parts, begun, &forged).is_err());
    assert!(instance.finish(parts, begin().0, &answer[1..]).is_err());
    // A leader that was restarted shows the same and comes to the same share.
    let (begun, again) = begin();
    assert_eq!(again, shown);
    assert!(instance.finish(parts, begun, &answer).is_ok());
    let mut forged = shown;
    forged[0] ^= 1;
    assert!(instance.answer(&key(7), parts, &shares.helper, &forged).is_err());
}

/// A report in whose common share the part about one hub's half is altered is refused by both hubs,
/// each from what the other shows. By the crate alone the hub that has the half is told nothing of
/// it, and the two would decide over different things.
#[test]
fn what_is_said_of_a_half_is_held_against_it() {
    let instance = instance(255);
    for place in [3, 35] {
        let mut shares = split(&instance, &cells(&[(4, 9)]));
        shares.public[place] ^= 1;
        let parts = Parts { context: CONTEXT, nonce: &shares.nonce, public: &shares.public };
        let (begun, shown) = instance.begin(&key(7), parts, &shares.leader).expect("begun");
        assert_eq!(begun.is_as_told, place == 35);
        let looked = instance.look(&key(7), parts, &shares.helper, &shown).expect("looked");
        assert!(matches!(looked.share, Err(AggregateError::Proof)), "{place}");
        let at_leader = instance.finish(parts, begun, &looked.shown);
        assert!(matches!(at_leader, Err(AggregateError::Proof)), "{place}");
    }
}

/// What has no form is the other hub's fault, and what does not hold can be the school's.
#[test]
fn a_share_without_form_is_told_from_a_proof_that_fails() {
    let instance = instance(255);
    let shares = split(&instance, &cells(&[(4, 9)]));
    let parts = Parts { context: CONTEXT, nonce: &shares.nonce, public: &shares.public };
    let begin = || instance.begin(&key(7), parts, &shares.leader).expect("begun");
    let shown = begin().1;
    let cut = instance.look(&key(7), parts, &shares.helper, &shown[1..]);
    assert!(matches!(cut, Err(AggregateError::Shown)));
    let cut = instance.finish(parts, begin().0, &shown[1..]);
    assert!(matches!(cut, Err(AggregateError::Shown)));
    let mut forged = shown;
    forged[0] ^= 1;
    let looked = instance.look(&key(7), parts, &shares.helper, &forged).expect("looked");
    assert!(matches!(looked.share, Err(AggregateError::Proof)));
    // The leader comes to the same from what the helper shows, whoever of them is wrong.
    assert!(instance.finish(parts, begin().0, &looked.shown).is_ok());
}

/// Figures above the cap are not split, and cannot be passed off under a smaller cap.
#[test]
fn what_exceeds_the_cap_is_refused() {
    let (small, large) = (instance(255), instance(1_023));
    for over in [cells(&[(0, 256)]), cells(&[(0, 200), (1, 56)]), cells(&[(0, u64::MAX)])] {
        let made = small.split_cells(&over, CONTEXT, [0; 16]);
        assert!(matches!(made, Err(AggregateError::OverCap)));
    }
    assert!(matches!(small.split_cells(&[1], CONTEXT, [0; 16]), Err(AggregateError::Other)));
    let shares = split(&large, &cells(&[(0, 600)]));
    assert!(matches!(check(&small, &shares), Err(AggregateError::Other)));
    // A school that adds to a cell of its share after the proof was made.
    let mut shares = split(&small, &cells(&[(0, 3)]));
    shares.leader[8 * 16 + 1] ^= 0x40;
    assert!(matches!(check(&small, &shares), Err(AggregateError::Proof)));
}

/// Sums over other reports, or with a share that was lost, doubled or spoiled, do not open.
#[test]
fn sums_that_do_not_belong_together_stay_closed() {
    let instance = instance(255);
    let reports: Vec<[OutputShare; 2]> = (0..3)
        .map(|place| check(&instance, &split(&instance, &cells(&[(place, 1)]))).expect("verified"))
        .collect();
    let [leader, helper] = sums(&reports, &all());
    let expected = cells(&[(0, 1), (1, 1), (2, 1)]);
    assert_eq!(open(&leader, &helper).expect("figures"), opened(&expected));
    let [_, fewer] = sums(&reports[..2], &all());
    assert!(matches!(open(&leader, &fewer), Err(AggregateError::Apart)));
    let doubled = [&reports[0], &reports[0], &reports[1]].map(Clone::clone);
    let [_, doubled] = sums(&doubled, &all());
    assert!(matches!(open(&leader, &doubled), Err(AggregateError::Apart)));
    let mut bytes = helper.to_bytes().expect("bytes");
    bytes[20] ^= 1;
    let spoiled = SumShare::from_bytes(&bytes).expect("sum");
    assert!(matches!(open(&leader, &spoiled), Err(AggregateError::Apart)));
    for broken in [&bytes[..10], &bytes[..bytes.len() - 1], &bytes[..13], &[2; 29][..]] {
        assert!(matches!(SumShare::from_bytes(broken), Err(AggregateError::Encoding)));
    }
    assert!(OutputShare::from_bytes(&bytes).is_err());
    let mut other = SumShare::new(CELLS);
    assert!(matches!(other.add(&reports[0][0], &[CELLS]), Err(AggregateError::Other)));
    assert!(matches!(SumShare::new(3).add(&reports[0][0], &[0]), Err(AggregateError::Other)));
    // A place twice would be twice in the sum of one report.
    for places in [[1, 1], [2, 1]] {
        let added = SumShare::new(CELLS).add(&reports[0][0], &places);
        assert!(matches!(added, Err(AggregateError::Other)));
    }
}

/// A hub that spoils its share of every cell by what a cap allows adds up to more than all reports
/// can: the total stays closed as a single cell would.
#[test]
fn a_total_above_the_sum_of_caps_stays_closed() {
    let instance = instance(255);
    let shares = split(&instance, &cells(&[(0, 200)]));
    let reports = [check(&instance, &shares).expect("verified")];
    let [leader, helper] = sums(&reports, &all());
    // A share of a cell is a number of 16 bytes, the lowest byte first.
    let with = |added: [(usize, u8); 2]| {
        let bytes = helper.to_bytes().expect("bytes");
        let mut spoiled = bytes.clone();
        for (cell, more) in added {
            let at = 13 + cell * 16;
            let share = u128::from_le_bytes(bytes[at..at + 16].try_into().expect("a share"));
            let share = share.wrapping_add(u128::from(more)).to_le_bytes();
            spoiled[at..at + 16].copy_from_slice(&share);
        }
        open(&leader, &SumShare::from_bytes(&spoiled).expect("sum"))
    };
    // Within the sum of caps nobody sees it; a byte more, in whatever cells, and it is seen.
    let mut expected = cells(&[(0, 200)]);
    (expected[1], expected[2]) = (50, 5);
    assert_eq!(with([(1, 50), (2, 5)]).expect("figures"), opened(&expected));
    for added in [[(1, 50), (2, 6)], [(1, 255), (2, 255)]] {
        assert!(matches!(with(added), Err(AggregateError::Apart)), "{added:?}");
    }
}

/// The sums by stage of one report are opened at intake and nothing else of it.
#[test]
fn a_report_opens_its_control_sums_alone() {
    let instance = instance(255);
    let shares = split(&instance, &cells(&[(0, 5), (1, 7), (2, 40), (3, 1)]));
    let outputs = check(&instance, &shares).expect("verified");
    let runs = [vec![0, 2], vec![1, 3], vec![]];
    let [leader, helper] = outputs.each_ref().map(|output| output.sums(&runs).expect("sums"));
    assert_eq!(open(&leader, &helper).expect("figures"), opened(&[45, 8, 0]));
    assert!(outputs[0].sums(&[vec![CELLS]]).is_err());
    // The control sums of several reports add up to those of their group.
    let mut group = leader.clone();
    group.merge(&leader).expect("merged");
    let mut other = helper.clone();
    other.merge(&helper).expect("merged");
    assert_eq!(open(&group, &other).expect("figures"), opened(&[90, 16, 0]));
    assert!(matches!(group.merge(&SumShare::new(2)), Err(AggregateError::Other)));
    assert!(matches!(open(&group, &helper), Err(AggregateError::Apart)));
}

/// The draft's own reports are verified as the draft says, share by share, and add up to its sum.
#[test]
fn the_vector_of_l1_bound_sum_holds() {
    let vector: Value =
        serde_json::from_str(include_str!("vectors/Prio3L1BoundSum_0.json")).expect("vector");
    let number = |name: &str| vector[name].as_u64().expect("number");
    let length = usize::try_from(number("length")).expect("length");
    let chunk = usize::try_from(number("chunk_length")).expect("chunk");
    let instance = Instance::with(cap(255), length, number("max_value"), chunk).expect("instance");
    let key = VerifyKey::from_bytes(Zeroizing::new(array(&vector["verify_key"])));
    let context = hex(&vector["ctx"]);
    let places: Vec<usize> = (0..length).collect();
    let mut sums = [SumShare::new(length), SumShare::new(length)];
    for report in vector["reports"].as_array().expect("reports") {
        let (nonce, public) = (array(&report["nonce"]), hex(&report["public_share"]));
        let parts = Parts { context: &context, nonce: &nonce, public: &public };
        let half = |hub: usize| hex(&report["input_shares"][hub]);
        let (begun, shown) = instance.begin(&key, parts, &half(0)).expect("begun");
        let (answer, at_helper) = instance.answer(&key, parts, &half(1), &shown).expect("answer");
        assert_eq!(
            [&shown, &answer],
            [0, 1].map(|hub| hex(&report["verifier_shares"][0][hub])).each_ref()
        );
        let at_leader = instance.finish(parts, begun, &answer).expect("finished");
        for (hub, output) in [at_leader, at_helper].iter().enumerate() {
            let known = hex(&report["out_shares"][hub]);
            assert_eq!(output.to_bytes().expect("bytes")[13..][..known.len()], known);
            sums[hub].add(output, &places).expect("added");
        }
    }
    for (hub, sum) in sums.iter().enumerate() {
        let known = hex(&vector["agg_shares"][hub]);
        assert_eq!(sum.to_bytes().expect("bytes")[13..][..known.len()], known);
    }
    let known: Vec<u64> = serde_json::from_value(vector["agg_result"].clone()).expect("result");
    assert_eq!(open(&sums[0], &sums[1]).expect("figures"), opened(&known));
}

/// The library is the one of draft 18: its SumVec gives the draft's answers.
#[test]
fn the_library_is_the_one_of_the_draft() {
    let vector: Value =
        serde_json::from_str(include_str!("vectors/Prio3SumVec_0.json")).expect("vector");
    let vdaf = Prio3SumVec::new_sum_vec(2, 255, 10, 9).expect("instance");
    let (key, context) = (array(&vector["verify_key"]), hex(&vector["ctx"]));
    let mut outputs = [Vec::new(), Vec::new()];
    for report in vector["reports"].as_array().expect("reports") {
        let nonce = array(&report["nonce"]);
        let public = hex(&report["public_share"]);
        let public = Prio3PublicShare::get_decoded_with_param(&vdaf, &public).expect("public");
        let [leader, helper] = [0, 1].map(|hub| {
            let half = hex(&report["input_shares"][hub]);
            let half = Prio3InputShare::get_decoded_with_param(&(&vdaf, hub), &half).expect("half");
            let begun = vdaf.verify_init(&key, &context, hub, &(), &nonce, &public, &half);
            let (state, shown) = begun.expect("begun");
            assert_eq!(
                shown.get_encoded().expect("bytes"),
                hex(&report["verifier_shares"][0][hub])
            );
            (state, shown)
        });
        let message = vdaf.verifier_shares_to_message(&context, &(), [leader.1, helper.1]);
        let message = message.expect("message");
        assert_eq!(message.get_encoded().expect("bytes"), hex(&report["verifier_messages"][0]));
        for (outputs, state) in outputs.iter_mut().zip([leader.0, helper.0]) {
            match vdaf.verify_next(&context, state, message.clone()) {
                Ok(VerifyTransition::Finish(output)) => outputs.push(output),
                _ => panic!("not verified"),
            }
        }
    }
    let sums = outputs.map(|outputs| vdaf.aggregate(&(), outputs).expect("sum"));
    let opened: Vec<u128> = vdaf.unshard(&(), sums, 10).expect("opened");
    assert_eq!(opened, (256..=265).collect::<Vec<u128>>());
}
