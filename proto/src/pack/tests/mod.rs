//! Tests of packs: the built-in ones are read, score as known and are used only where they may.

mod directory;
mod floors;
mod mistakes;
mod plan;
mod sealed;
mod special;
mod tables;

use domain::catalogue::Language;
use domain::scale::{Flag, Score, ScreeningBar, Setting, Tier, score};

use super::*;

/// The text of a built-in pack.
fn body(kind: PackKind, name: &str) -> String {
    let pack = embedded::find(kind, name).expect("pack");
    String::from_utf8(pack.bytes.to_vec()).expect("text")
}

/// Every built-in pack is read, under the name and revision that it states.
#[test]
fn every_built_in_pack_is_read_and_states_its_version() {
    for pack in embedded::PACKS {
        read(pack.kind, pack.name, pack.bytes).unwrap_or_else(|error| panic!("{error}"));
    }
    let scales = embedded::scales().expect("scales");
    assert_eq!(scales.len(), 19);
    for scale in scales {
        let pack = embedded::find(PackKind::Scale, scale.id()).expect("named by its id");
        assert_eq!(pack.version, scale.definition().revision);
    }
    let catalogue = embedded::find(PackKind::Catalogue, "catalogue").expect("catalogue");
    assert_eq!(catalogue.version, embedded::catalogue().expect("catalogue").revision());
    let raw: calendar::RawCalendar = toml::from_str(&body(PackKind::Calendar, "calendar")).unwrap();
    let pack = embedded::find(PackKind::Calendar, "calendar").expect("calendar");
    assert_eq!(pack.version, raw.revision);
}

/// The known answers of every scale, golden, from the packs as they are sent.
///
/// Loading runs them too; here each is scored apart and counted, so that a pack that lost its
/// vectors is noticed.
#[test]
fn every_scale_gives_its_known_answers() {
    let mut vectors = 0;
    for scale in embedded::scales().expect("scales") {
        let known = &scale.definition().vectors;
        assert!(known.len() >= 4, "{} has too few known answers", scale.id());
        for vector in known {
            let place = format!("{}: {}", scale.id(), vector.name);
            let Ok(scored) = score(&scale, &vector.answers) else { panic!("{place}") };
            assert_eq!(scored.total, vector.total, "{place}");
            let band = scored.band.map(|band| band.code.clone());
            assert_eq!(band, vector.band, "{place}");
            let flags: Vec<Flag> = scored.criticals.iter().map(|rule| rule.flag).collect();
            assert_eq!(flags, vector.flags, "{place}");
            assert_eq!(vector.valid.unwrap_or(true), scored.valid, "{place}");
            for (id, known) in &vector.subscales {
                let found = scored.subscales.iter().find(|part| part.subscale.id == *id);
                assert_eq!(found.and_then(|part| part.score), *known, "{place}, {id}");
            }
            vectors += 1;
        }
    }
    assert_eq!(vectors, VECTORS, "known answers were added or lost");
}

/// Number of known answers in all built-in scales.
const VECTORS: usize = 115;

/// A pack that is written again from what was read says the same.
#[test]
fn packs_survive_being_written_again() {
    for pack in embedded::PACKS {
        let text = body(pack.kind, pack.name);
        let again = match pack.kind {
            PackKind::Scale => {
                let raw: scale::raw::RawScale = toml::from_str(&text).expect("scale");
                toml::to_string(&raw).expect("text")
            }
            PackKind::Catalogue => {
                let raw: catalogue::RawCatalogue = toml::from_str(&text).expect("catalogue");
                toml::to_string(&raw).expect("text")
            }
            PackKind::Calendar => {
                let raw: calendar::RawCalendar = toml::from_str(&text).expect("calendar");
                toml::to_string(&raw).expect("text")
            }
            PackKind::Divisions
            | PackKind::Special
            | PackKind::Roster
            | PackKind::Plan
            | PackKind::Keys
            | PackKind::Directory => continue,
        };
        let first = read(pack.kind, pack.name, text.as_bytes());
        assert_eq!(read(pack.kind, pack.name, again.as_bytes()), first, "{}", pack.name);
    }
}

/// Scales that must not be used to screen are refused, each for its own reason.
#[test]
fn scales_not_for_screening_are_refused_with_the_reason() {
    let zh = |id: &str, setting| {
        let scale = embedded::scale(id).expect(id);
        scale.use_for_screening(Language::Zh, setting).map_err(|refused| refused.reason)
    };
    for id in ["phq-9", "gad-7", "phq-4"] {
        assert_eq!(zh(id, Setting::Service), Ok(()), "{id}");
    }
    for (id, reason) in [
        ("mht", ScreeningBar::LicenceRestricted),
        ("isi", ScreeningBar::LicenceRestricted),
        ("scl-90", ScreeningBar::LicenceRestricted),
        ("sdq-self", ScreeningBar::LicenceRestricted),
        ("mssmhs", ScreeningBar::LicenceUnclear),
        ("rcads-47", ScreeningBar::LicenceUnclear),
        ("ces-d", ScreeningBar::NoText),
        ("ces-dc", ScreeningBar::NoText),
        ("dass-21", ScreeningBar::NoText),
        ("asq", ScreeningBar::TextUnvalidated),
        ("k6", ScreeningBar::TextUnvalidated),
        ("phq-a", ScreeningBar::TextUnvalidated),
        ("who-5", ScreeningBar::TextUnvalidated),
        ("demo-dass-42", ScreeningBar::Demonstration),
        ("demo-phq9-gad7", ScreeningBar::Demonstration),
        ("demo-yrbs-2019", ScreeningBar::Demonstration),
    ] {
        assert_eq!(zh(id, Setting::Service), Err(reason), "{id}");
        let shown = zh(id, Setting::Demonstration);
        assert_eq!(shown.is_ok(), id.starts_with("demo-"), "{id}");
    }
    let scale = embedded::scale("mht").expect("mht");
    let refused = scale.use_for_screening(Language::Zh, Setting::Service).expect_err("refused");
    assert!(refused.to_string().contains("licence"), "{refused}");
    let asq = embedded::scale("asq").expect("asq");
    assert_eq!(asq.use_for_screening(Language::En, Setting::Service), Ok(()));
}

/// The columns of the demonstration packs are those of the answers files, in order.
#[test]
fn demonstration_packs_name_the_columns_of_answers_files() {
    for (id, alias, first, last, items) in [
        ("demo-dass-42", "dass42", "dass1", "dass42", 42),
        ("demo-yrbs-2019", "yrbs2019", "q15", "q98", 25),
        ("demo-phq9-gad7", "phq9gad7", "phq1", "pss10", 26),
        ("phq-9", "PHQ-9", "q1", "q9", 9),
    ] {
        let scale = embedded::scale(id).expect(id);
        assert!(scale.is_called(alias) && scale.is_called(id), "{id}");
        let codes: Vec<&str> = scale.items().iter().map(|item| item.code.as_str()).collect();
        assert_eq!((codes.len(), codes[0], codes[items - 1]), (items, first, last));
        assert_eq!(scale.item_of_column(last).map(|item| usize::from(item.number)), Some(items));
    }
}

/// High scorers of the demonstration scales are those of the published cut-offs.
#[test]
fn demonstration_cut_offs_mark_high_scorers() {
    let cut_offs = |id: &str| -> Vec<(String, Option<Score>)> {
        let scale = embedded::scale(id).expect(id);
        let parts = scale.definition().subscales.iter();
        parts.map(|part| (part.id.clone(), part.rule.cut_off)).collect()
    };
    let known = |pairs: &[(&str, u32)]| -> Vec<(String, Option<Score>)> {
        pairs.iter().map(|(id, bound)| ((*id).to_owned(), Some(Score::whole(*bound)))).collect()
    };
    let dass = [("depression", 14), ("anxiety", 10), ("stress", 19)];
    assert_eq!(cut_offs("demo-dass-42"), known(&dass));
    assert_eq!(cut_offs("demo-yrbs-2019"), known(&[("q25", 1), ("q26", 1), ("q27", 1)]));
    let mut phq = known(&[("depression", 10), ("anxiety", 10), ("item9", 1)]);
    phq.push(("perceived_stress".to_owned(), None));
    assert_eq!(cut_offs("demo-phq9-gad7"), phq);
}

/// Bands of the demonstration scales suggest tiers, so that their screenings have positives.
#[test]
fn demonstration_scales_suggest_tiers() {
    let yrbs = embedded::scale("demo-yrbs-2019").expect("yrbs");
    let mut answers: Vec<Option<u8>> =
        yrbs.items().iter().map(|item| Some(item.answer_max)).collect();
    let place = usize::from(yrbs.item_of_column("q25").expect("q25").number) - 1;
    answers[place] = Some(1);
    let scored = score(&yrbs, &answers).unwrap_or_else(|error| panic!("{error}"));
    assert!(scored.tier == Some(Tier::T1) && scored.complete && scored.criticals.is_empty());
    let dass = embedded::scale("demo-dass-42").expect("dass");
    let scored = score(&dass, &[Some(3); 42]).unwrap_or_else(|error| panic!("{error}"));
    assert!(scored.tier == Some(Tier::T3) && scored.complete);
}

/// The calendar's demonstration term and the look-alike names of divisions are as they should be.
#[test]
fn calendar_and_divisions_answer_for_a_day() {
    let day = |text: &str| text.parse().expect(text);
    let calendar = embedded::calendar().expect("calendar");
    let term = calendar.term("2025S1".parse().expect("term")).expect("term");
    assert_eq!(term.census, day("2025-11-07"));
    assert_eq!(calendar.terms().len(), 8);
    let divisions = embedded::divisions().expect("divisions");
    assert_eq!(divisions.rows().len(), 174);
    let on = day("2025-11-07");
    assert_eq!(divisions.on("370202", on).map(|row| row.level), Some(DivisionLevel::District));
    assert_eq!(divisions.below("370200", on).count(), 10);
    assert_eq!(divisions.on("370202", day("2020-01-01")), None);
}
