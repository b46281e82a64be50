//! Facts about releases: what was previewed leaves, once, and without a trace of refused sheets.

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::cell::Cell;
use domain::disclosure::{Breach, bands_unchanged, check_clear, check_rounded, gives_new_band};
use domain::period::Period;
use domain::release::Rule;
use jiff::civil::date;
use proto::pack::{Pack, PackKind, embedded};
use proto::wire::sync::Lane;
use runtime::uplink::outbox;
use runtime::web::Lang;

use super::{
    AbsentReason, Context, Draft, Prepared, ReleaseError, Standing, copy_handover, decode_for_page,
    outrun, prepare,
};
use crate::ledger::sealed::SealYears;
use crate::ledger::testing::{
    AS_OF, NOW_MS, PERIOD, School, TestPupil, make_answered as make, sheet_cells,
};
use crate::transfer::Transfer;

fn screened(pupils: &[TestPupil]) -> School {
    let school = School::new();
    school.roster(pupils, AS_OF);
    let rows: Vec<_> =
        pupils.iter().map(|pupil| (pupil.clone(), "2025-10-20", sheet_cells(6, "0"))).collect();
    school.answers(&rows).expect("answers");
    school
}

/// A school with every sort of answer in two sexes and three grades.
fn mixed(count: u32) -> School {
    let school = School::new();
    let pupils: Vec<_> = (0..count)
        .map(|n| TestPupil {
            grade: ["七年级", "八年级", "九年级"][n as usize % 3],
            ..TestPupil::new(n)
        })
        .collect();
    school.roster(&pupils, AS_OF);
    let cells = |n: usize| match n % 7 {
        0 => sheet_cells(12, "0"),
        1 => sheet_cells(6, "0"),
        2 => sheet_cells(0, "1"),
        _ => sheet_cells(2, "0"),
    };
    let rows: Vec<_> = pupils
        .iter()
        .enumerate()
        .filter(|(n, _)| n % 11 != 0)
        .map(|(n, pupil)| (pupil.clone(), "2025-10-20", cells(n)))
        .collect();
    school.answers(&rows).expect("answers");
    school
}

fn pupils(count: u32) -> Vec<TestPupil> {
    (0..count).map(TestPupil::new).collect()
}

fn standings(prepared: &Prepared) -> Vec<(&str, Standing)> {
    let of = |draft: &'_ Draft| draft.standing;
    prepared.drafts.iter().map(|draft| (draft.release.id().table.as_str(), of(draft))).collect()
}

fn find<'p>(prepared: &'p Prepared, table: &str) -> &'p Draft {
    let found = prepared.drafts.iter().find(|draft| draft.release.id().table.as_str() == table);
    found.expect("draft")
}

/// Nothing is signed as long as nobody answers for it: the preview stands, the sentence says what
/// to do, and once somebody is named it leaves.
#[test]
fn nothing_is_signed_without_a_responsible_person() {
    let school = mixed(120);
    let context = school.context();
    let key = SigningKey::generate().expect("key");
    prepare(&school.ledger, &context, PERIOD).expect("preview");
    let refused = crate::release::make(&school.ledger, &context, PERIOD, &key);
    let fault = refused.expect_err("nobody answers for it").fault();
    assert_eq!(fault.code, "no_responsible");
    assert!(fault.reason.zh.contains("没有登记责任人") && fault.hint.zh.contains("登记责任人"));
    assert_eq!(school.rows("handover"), 0);
    let made = make(&school.ledger, &context, PERIOD, &key).expect("made");
    assert_eq!((made.new_ones(), school.rows("handover")), (2, 2));
}

/// What is previewed is what is signed, copied and decoded, and a hub accepts it.
#[test]
fn what_is_previewed_is_what_leaves() {
    let school = mixed(120);
    let (context, transfer) = (school.context(), Transfer::in_memory().expect("transfer"));
    let key = SigningKey::generate().expect("key");
    let preview = prepare(&school.ledger, &context, PERIOD).expect("preview");
    assert_eq!(
        standings(&preview),
        [("clear.term", Standing::New), ("rounded.scr.census", Standing::New)]
    );
    assert!(preview.absent.iter().all(|table| table.reason == AbsentReason::OtherPeriod));
    assert_eq!(make(&school.ledger, &context, PERIOD, &key).expect("made"), preview);
    assert_eq!(copy_handover(&school.ledger, &transfer, NOW_MS).expect("copied"), 2);
    assert_eq!(copy_handover(&school.ledger, &transfer, NOW_MS).expect("copied"), 0);
    for draft in &preview.drafts {
        let name = draft.release.id().to_string();
        let sent = transfer.release(&name).expect("read").expect("in the outbox");
        let decoded = decode_for_page(&sent.item, &context.catalogue).expect("decoded");
        assert!(decoded.is_signed_by(key.public()));
        assert_eq!(decoded.cells, draft.cells);
        assert_eq!(decoded.claimed.header.persons, 120);
        assert_eq!(decoded.body.len(), draft.bytes);
        let (spec, cells) = (&decoded.spec, &decoded.claimed.cells);
        match decoded.claimed.rule {
            Rule::Clear => check_clear(&context.catalogue, spec, cells, 120).expect("rule"),
            _ => check_rounded(spec, cells, 120).expect("rule"),
        }
    }
}

/// A small school withholds its only stage, all outcomes of it, and a hub accepts that.
#[test]
fn a_small_stage_is_withheld_as_a_whole() {
    let school = mixed(99);
    let context = school.context();
    let prepared = prepare(&school.ledger, &context, PERIOD).expect("prepared");
    let rounded = find(&prepared, "rounded.scr.census");
    assert!(rounded.cells.contains(&Cell::Suppressed));
    assert!(rounded.cells.iter().all(|cell| cell.value().is_none()));
    let spec = context.catalogue.table("rounded.scr.census").expect("table");
    check_rounded(spec, rounded.release.cells(), 99).expect("rule");
    let shown =
        crate::egress::decode::decode(&context.catalogue, spec, &rounded.cells, Rule::Rounded5);
    let rule = &shown.blocks[0].rule;
    assert!(rule.in_lang(Lang::Zh).contains("不足 100 人"));
    assert!(rule.in_lang(Lang::En).contains("fewer than 100 are enrolled in this stage"));
}

/// The band of valid sheets stays as it was first given, whatever is imported later.
#[test]
fn a_revision_repeats_the_band_of_the_release_before_it() {
    let school = screened(&pupils(29));
    let context = school.context();
    let key = SigningKey::generate().expect("key");
    let spec = context.catalogue.table("clear.term").expect("table");
    let band = spec.index("scr.completed_band", &[]).expect("cell");
    let first = make(&school.ledger, &context, PERIOD, &key).expect("made");
    let first = find(&first, "clear.term").cells.clone();
    assert_eq!(first[band], Cell::Value(20));
    let more = pupils(45);
    school.roster(&more, date(2025, 11, 1));
    let rows: Vec<_> =
        more[29..].iter().map(|pupil| (pupil.clone(), "2025-11-03", sheet_cells(6, "0"))).collect();
    school.answers(&rows).expect("answers");
    let later = Context { now_ms: NOW_MS + 1, ..context.clone() };
    let second = make(&school.ledger, &later, PERIOD, &key).expect("made");
    let second = find(&second, "clear.term");
    assert_eq!((second.standing, second.cells[band]), (Standing::New, Cell::Value(20)));
    let revised = second.cells.clone();
    assert_ne!(revised, first);
    let catalogue = &context.catalogue;
    assert!(bands_unchanged(catalogue, (spec, &first), (spec, &revised)));
    assert!(gives_new_band(catalogue, None, (spec, &first)));
    assert!(!gives_new_band(catalogue, Some((spec, &first)), (spec, &revised)), "it is known");
    let mut moved = revised;
    moved[band] = Cell::Value(40);
    assert!(!bands_unchanged(catalogue, (spec, &first), (spec, &moved)));
    assert!(gives_new_band(catalogue, Some((spec, &first)), (spec, &moved)));
    moved[band] = Cell::NotApplicable;
    assert!(!gives_new_band(catalogue, Some((spec, &first)), (spec, &moved)), "none is given");
    let unknown = Context { catalogue_digest: certs::digest::sha256(b"another"), ..later };
    school.roster(&pupils(46), date(2025, 11, 2));
    let third = prepare(&school.ledger, &unknown, PERIOD).expect("prepared");
    assert_eq!(find(&third, "clear.term").cells[band], Cell::NotApplicable);
}

/// In a school year of which anything goes under seal a sheet gives no band, in its first revision
/// or later; one that left before the plan came may be said again, and never moves.
#[test]
fn a_year_under_seal_gives_no_band() {
    let band_of = |prepared: &Prepared| {
        let spec = School::new().catalogue.table("clear.term").expect("table").clone();
        let band = spec.index("scr.completed_band", &[]).expect("cell");
        find(prepared, "clear.term").cells[band]
    };
    let key = SigningKey::generate().expect("key");
    let year = std::collections::BTreeSet::from([2025]);
    let planned = SealYears { planned: year.clone(), ever: year.clone() };
    for sealed in [planned, SealYears { ever: year, ..SealYears::default() }] {
        let school = screened(&pupils(29));
        let open = school.context();
        let under_seal = Context { sealed_years: sealed.clone(), ..open.clone() };
        for _ in 0..2 {
            let made = make(&school.ledger, &under_seal, PERIOD, &key).expect("made");
            assert_eq!(band_of(&made), Cell::NotApplicable);
            school.roster(&pupils(31), date(2025, 11, 1));
        }

        let school = screened(&pupils(29));
        let made = make(&school.ledger, &open, PERIOD, &key).expect("made");
        assert_eq!(band_of(&made), Cell::Value(20));
        school.roster(&pupils(45), date(2025, 11, 1));
        let later = Context { now_ms: NOW_MS + 1, sealed_years: sealed, ..open };
        let made = make(&school.ledger, &later, PERIOD, &key).expect("made");
        assert_eq!(band_of(&made), Cell::Value(20), "it left before the plan");
    }
}

/// A hub refuses a clear sheet that breaks any part of its rule.
#[test]
fn a_clear_sheet_is_checked_whole() {
    let school = screened(&pupils(29));
    let context = school.context();
    let prepared = prepare(&school.ledger, &context, PERIOD).expect("prepared");
    let cells = &find(&prepared, "clear.term").cells;
    let spec = context.catalogue.table("clear.term").expect("table");
    let at = |id: &str, values: &[&str]| spec.index(id, values).expect("cell");
    let check = |place: usize, figure: u64, persons: u64| {
        let mut cells = cells.clone();
        cells[place] = Cell::Value(figure);
        check_clear(&context.catalogue, spec, &domain::cell::pack(&cells), persons)
    };
    let band = at("scr.completed_band", &[]);
    assert_eq!(check(band, 20, 29), Ok(()));
    assert_eq!(check(band, 23, 29), Err(Breach::Band(band)));
    assert_eq!(check(band, 20, 30), Err(Breach::Enrolled { claimed: 30, counted: 29 }));
    let students = at("base.students", &["junior"]);
    let attention = at("alt.attention_band", &["junior"]);
    assert_eq!(check(attention, 10, 29), Err(Breach::SmallStage(attention)));
    let mut large = cells.clone();
    (large[students], large[attention]) = (Cell::Value(100), Cell::Value(10));
    let packed = domain::cell::pack(&large);
    assert_eq!(check_clear(&context.catalogue, spec, &packed, 100), Ok(()));
    let mut typed = spec.blocks().iter().filter(|block| {
        context.catalogue.count(&block.indicator).is_some_and(|count| count.definition.is_none())
    });
    let typed = typed.next().map(|block| block.offset);
    if let Some(place) = typed {
        assert_eq!(check(place, 1, 29), Err(Breach::Undefined(place)));
    }
    let mut hidden = cells.clone();
    hidden[band] = Cell::Suppressed;
    let packed = domain::cell::pack(&hidden);
    assert_eq!(check_clear(&context.catalogue, spec, &packed, 29), Err(Breach::Blank(band)));
}

/// A hub refuses a clear sheet whose counts cannot all be right, by the name of the rule and the
/// place; where nothing is known of one side, nothing follows.
#[test]
fn a_sheet_whose_counts_cannot_all_be_right_is_refused() {
    let school = screened(&pupils(29));
    let context = school.context();
    let prepared = prepare(&school.ledger, &context, PERIOD).expect("prepared");
    let cells = &find(&prepared, "clear.term").cells;
    let spec = context.catalogue.table("clear.term").expect("table");
    let at = |id: &str| spec.index(id, &["junior"]).expect("cell");
    let check = |assigned: Cell, students: Cell| {
        let mut cells = cells.clone();
        (cells[at("mtr.assigned")], cells[at("base.students")]) = (assigned, students);
        let persons = students.value().unwrap_or(0);
        check_clear(&context.catalogue, spec, &domain::cell::pack(&cells), persons)
    };
    let value = Cell::Value;
    assert_eq!(check(value(29), value(29)), Ok(()));
    let broken = check(value(30), value(29)).expect_err("more have a mentor than there are");
    let Breach::Identity(broken) = broken else { panic!("another breach") };
    assert_eq!((broken.identity.as_str(), broken.stratum.as_str()), ("mentors", "stage=junior"));
    assert_eq!(broken.relation, "mtr.assigned <= base.students");
    assert!(!broken.to_string().contains("30"), "no figure is told: {broken}");
    assert_eq!(check(Cell::Unsupported, value(29)), Ok(()));
}

/// Stages are withheld as a whole: a hub refuses one that is shown in part, or is too small.
#[test]
fn a_stage_shown_in_part_is_refused() {
    let school = mixed(150);
    let context = school.context();
    let prepared = prepare(&school.ledger, &context, PERIOD).expect("prepared");
    let cells = &find(&prepared, "rounded.scr.census").cells;
    let spec = context.catalogue.table("rounded.scr.census").expect("table");
    let place = spec.index("scr.census", &["critical", "junior", "g7", "f"]).expect("cell");
    let check = |cells: &[Cell], persons| check_rounded(spec, &domain::cell::pack(cells), persons);
    assert_eq!(check(cells, 150), Ok(()));
    assert!(matches!(check(cells, 99), Err(Breach::Withheld(_))));
    let mut holed = cells.clone();
    holed[place] = Cell::Suppressed;
    assert!(matches!(check(&holed, 150), Err(Breach::Withheld(_))));
}

/// Asking again releases nothing; a changed roll makes a clear revision and no second rounding.
#[test]
fn a_rounded_table_is_released_once_a_term() {
    let school = screened(&pupils(12));
    let context = school.context();
    let key = SigningKey::generate().expect("key");
    make(&school.ledger, &context, PERIOD, &key).expect("made");
    let later = Context { now_ms: NOW_MS + 1, ..context };
    let again = make(&school.ledger, &later, PERIOD, &key).expect("made");
    assert!(again.drafts.iter().all(|draft| draft.standing == Standing::Unchanged));
    assert_eq!(school.rows("handover"), 2);
    school.roster(&pupils(13), date(2025, 11, 1));
    let third = make(&school.ledger, &later, PERIOD, &key).expect("made");
    assert_eq!(
        standings(&third),
        [("clear.term", Standing::New), ("rounded.scr.census", Standing::OnceATerm)]
    );
    assert_eq!(find(&third, "clear.term").release.id().revision.get(), 2);
    assert_eq!((school.rows("handover"), school.rows("release")), (3, 3));
}

/// Sheets without consent change no byte of a release but those of the count of nobody.
#[test]
fn sheets_without_consent_leave_no_trace() {
    let cells_of = |item9: &str| {
        let mut roll = pupils(6);
        roll[0].consent = "否";
        roll[1].consent = "";
        let school = School::new();
        school.roster(&roll, AS_OF);
        let rows: Vec<_> = roll
            .iter()
            .map(|pupil| {
                let item9 = if pupil.consent == "是" { "0" } else { item9 };
                (pupil.clone(), "2025-10-20", sheet_cells(6, item9))
            })
            .collect();
        school.answers(&rows).expect("answers");
        let fixed = zeroize::Zeroizing::new([3_u8; 32]);
        school.danger_fix_rounding_key(&fixed);
        let prepared = prepare(&school.ledger, &school.context(), PERIOD).expect("prepared");
        prepared.drafts.into_iter().map(|draft| draft.cells).collect::<Vec<_>>()
    };
    assert_eq!(cells_of("0"), cells_of("3"));
}

/// Without a screening there is no rounded table, and the clear sheet says "unsupported".
#[test]
fn a_term_without_screening_has_no_rounded_table() {
    let school = School::new();
    school.roster(&pupils(5), AS_OF);
    let prepared = prepare(&school.ledger, &school.context(), PERIOD).expect("prepared");
    assert_eq!(standings(&prepared), [("clear.term", Standing::New)]);
    let census = prepared.absent.iter().find(|table| table.table.as_str() == "rounded.scr.census");
    assert_eq!(census.expect("absent").reason, AbsentReason::NoScreening);
    let draft = find(&prepared, "clear.term");
    let spec = school.catalogue.table("clear.term").expect("table");
    let place = spec.index("scr.completed_band", &[]).expect("cell");
    assert_eq!(draft.cells[place], Cell::Unsupported);
}

/// Too early, nobody on the roll, and an unknown term are refused, and nothing is written.
#[test]
fn releases_wait_for_the_census_day_and_a_roster() {
    let school = School::new();
    let context = school.context();
    let key = SigningKey::generate().expect("key");
    let made = |context: &Context, term| make(&school.ledger, context, term, &key).map(|_| ());
    assert!(matches!(made(&context, PERIOD), Err(ReleaseError::NoRoster(_))));
    school.roster(&pupils(3), AS_OF);
    let early = Context { today: date(2025, 11, 6), ..context.clone() };
    assert!(matches!(made(&early, PERIOD), Err(ReleaseError::BeforeCensus { .. })));
    let unknown = domain::period::TermId { school_year: 1999, number: 1 };
    assert!(matches!(made(&context, Period::Term(unknown)), Err(ReleaseError::Period(_))));
    assert_eq!(school.rows("handover"), 0);
}

/// Foreign bytes are refused with a reason, never shown.
#[test]
fn foreign_bytes_are_not_shown() {
    let school = School::new();
    for bytes in [&[][..], &[0xff; 20], b"PK\x03\x04"] {
        assert!(decode_for_page(bytes, &school.catalogue).is_err());
    }
}

/// Has the hub refuse everything that waits, with a code.
fn refuse(transfer: &Transfer, code: &'static str) {
    let refused = transfer.write("refuse", move |tx| {
        let lane = Lane::Statistics;
        let head = outbox::lane_head(tx, lane, NOW_MS)?;
        for frame in outbox::frames_from(tx, lane, head.head + 1, 10, NOW_MS)? {
            let answer = outbox::ProvenAnswer {
                epoch: head.epoch,
                lane,
                sequence: frame.sequence,
                frame: sha256(&frame.bytes).to_tagged(),
                outcome: 2,
                code: code.to_owned(),
                reason: String::new(),
                answered_at_ms: NOW_MS,
                body: Vec::new(),
                path: Vec::new(),
                root: Vec::new(),
                signature: Vec::new(),
            };
            assert!(outbox::record_answer(tx, &answer)?);
        }
        Ok::<_, runtime::sql::SqlError>(())
    });
    refused.expect("refused");
}

/// A band that a hub says would move is taken out and never moved, and so is one that would tell a
/// small count beside opened sums; a rounded table that was refused for its number is not signed
/// again.
#[test]
fn bands_give_way_when_a_revision_is_raised() {
    for code in ["band_once_a_term", "band_tells"] {
        let school = screened(&pupils(29));
        let (context, transfer) = (school.context(), Transfer::in_memory().expect("transfer"));
        let key = SigningKey::generate().expect("key");
        let spec = context.catalogue.table("clear.term").expect("table");
        let band = spec.index("scr.completed_band", &[]).expect("cell");
        let made = make(&school.ledger, &context, PERIOD, &key).expect("made");
        let cells = find(&made, "clear.term").cells.clone();
        let sent = |revision: u32| {
            let name = format!("F370202004J01/clear.term/2025S1/{revision}");
            let item = transfer.release(&name).expect("read").expect("in the outbox").item;
            decode_for_page(&item, &context.catalogue).expect("decoded").cells
        };
        let round = |code: &'static str| {
            copy_handover(&school.ledger, &transfer, NOW_MS).expect("copied");
            refuse(&transfer, code);
            let raised = outrun(&school.ledger, &transfer, &context, &key).expect("outrun");
            copy_handover(&school.ledger, &transfer, NOW_MS).expect("copied");
            raised
        };
        assert_eq!(round("revision_conflict"), 1, "the clear sheet alone");
        assert_eq!(sent(2), cells);
        assert_eq!(round(code), 1);
        let mut without = cells;
        without[band] = Cell::NotApplicable;
        assert_eq!(sent(3), without);
        assert_eq!(round(code), 0, "there is no band left to take out");
    }
}

/// A catalogue that renames the rounded partition in mid-term has nothing rounded a second time;
/// from the next one on, the table is released under its new name.
#[test]
fn a_renamed_partition_waits_for_the_next_term() {
    let school = mixed(120);
    let (mut context, key) = (school.context(), SigningKey::generate().expect("key"));
    make(&school.ledger, &context, PERIOD, &key).expect("made");
    let pack = embedded::find(PackKind::Catalogue, "catalogue").expect("pack");
    let text = String::from_utf8_lossy(pack.bytes).replace("scr.census", "scr.tally");
    let read = proto::pack::read(PackKind::Catalogue, "catalogue", text.as_bytes());
    let Ok(Pack::Catalogue(renamed)) = read else { panic!("catalogue") };
    context.catalogues = vec![(context.catalogue_digest, context.catalogue.clone())];
    (context.catalogue, context.catalogue_digest) = (renamed.into(), sha256(b"renamed"));
    let prepared = prepare(&school.ledger, &context, PERIOD).expect("prepared");
    assert_eq!(find(&prepared, "rounded.scr.tally").standing, Standing::OnceATerm);
    let fresh = prepare(&mixed(120).ledger, &context, PERIOD).expect("prepared");
    assert_eq!(find(&fresh, "rounded.scr.tally").standing, Standing::New);
}
