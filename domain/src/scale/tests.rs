//! Tests of scoring rules on small scales that are made here.

use super::*;
use crate::catalogue::FlawKind;

fn label() -> Label {
    Label { zh: "名".to_owned(), en: "name".to_owned() }
}

fn band(min: u32, max: u32, code: &str, tier: Tier) -> Band {
    Band {
        min: Score::whole(min),
        max: Score::whole(max),
        code: code.to_owned(),
        label: label(),
        tier: Some(tier),
    }
}

fn rule(items: Vec<u16>, method: Method, missing_max: u16) -> Rule {
    Rule { items, method, multiply: 1, missing_max, cut_off: None, bands: Vec::new() }
}

/// An item from 0 to 3; the fourth is reversed.
fn item(number: u16) -> Item {
    Item {
        number,
        code: format!("q{number}"),
        reverse: number == 4,
        answer_min: 0,
        answer_max: 3,
        zh: None,
        en: None,
    }
}

/// Four items from 0 to 3, the last reversed; items 1 to 4 in the total, one blank allowed.
fn definition() -> ScaleDefinition {
    let mut total = rule(vec![1, 2, 3, 4], Method::Sum, 1);
    total.bands = vec![
        band(0, 5, "low", Tier::None),
        band(6, 9, "mid", Tier::T1),
        band(10, 12, "high", Tier::T2),
    ];
    ScaleDefinition {
        id: "four".to_owned(),
        revision: 1,
        label: label(),
        aliases: Vec::new(),
        demonstration: false,
        citation: String::new(),
        respondent: Respondent::SelfReport,
        age_min: 6,
        age_max: 18,
        age_note: String::new(),
        recall_days: 7,
        licence: Licence {
            status: LicenceStatus::Free,
            holder: String::new(),
            terms: String::new(),
            evidence: String::new(),
        },
        text: TextStatus {
            english: false,
            chinese: ChineseText::Published,
            screening_use_zh: true,
            note: String::new(),
        },
        stem: None,
        choices: Vec::new(),
        items: (1..=4).map(item).collect(),
        total: Some(Total {
            rule: total,
            min: Score::whole(0),
            max: Score::whole(12),
            direction: Direction::HigherIsWorse,
            note: String::new(),
        }),
        subscales: Vec::new(),
        criticals: vec![Critical {
            item: 3,
            trigger: Trigger::AtLeast(2),
            flag: Flag::Urgent,
            deadline_minutes: 60,
            label: label(),
        }],
        validity: None,
        vectors: Vec::new(),
        open_questions: Vec::new(),
    }
}

fn scale() -> Scale {
    Scale::new(definition()).expect("scale")
}

/// Scores a sheet of the scale; -1 is a blank.
fn check(scale: &Scale, answers: [i8; 4], total: Option<u32>, outcome_word: &str) {
    let answers: Vec<Option<u8>> =
        answers.iter().map(|answer| u8::try_from(*answer).ok()).collect();
    let Ok(scored) = score(scale, &answers) else { panic!("{answers:?}") };
    assert_eq!(scored.total, total.map(Score::whole), "{answers:?}");
    assert_eq!(outcome(&[scored]).as_str(), outcome_word, "{answers:?}");
}

/// A blank is brought up to all items, never taken as 0, and above the limit nothing is scored.
#[test]
fn blanks_are_prorated_or_leave_the_sheet_unscored() {
    let scale = scale();
    check(&scale, [0, 0, 0, 3], Some(0), "negative");
    check(&scale, [2, 2, 1, -1], Some(7), "positive");
    check(&scale, [1, 0, 0, -1], Some(1), "negative");
    check(&scale, [2, 2, -1, -1], None, "void");
    check(&scale, [-1, -1, -1, -1], None, "void");
    check(&scale, [3, 3, 1, 0], Some(10), "due");
}

/// A critical item fires on a low total and on a sheet that cannot be scored.
#[test]
fn a_critical_item_fires_whatever_the_total_is() {
    check(&scale(), [0, 0, 2, 3], Some(2), "critical");
    check(&scale(), [-1, -1, 2, -1], None, "critical");
}

/// A void sheet suggests no tier, keeps its total and still fires critical items.
#[test]
fn a_void_sheet_suggests_nothing_but_its_critical_items() {
    let mut definition = definition();
    definition.validity = Some(Validity { items: vec![1, 2], invalid_at_least: 6, label: label() });
    let scale = Scale::new(definition).expect("scale");
    check(&scale, [3, 3, 1, 0], Some(10), "void");
    check(&scale, [3, 3, 2, 0], Some(11), "critical");
    check(&scale, [2, 3, 1, 0], Some(9), "positive");
    // The blank could have brought the validity score to its limit: nobody can tell.
    check(&scale, [3, -1, 0, 0], Some(8), "void");
    check(&scale, [2, -1, 0, 0], Some(7), "positive");
}

/// The worst sheet of a campaign counts, and no sheet is not a refusal.
#[test]
fn the_worst_sheet_counts() {
    let scale = scale();
    let sheet = |answers: [u8; 4]| {
        score(&scale, &answers.map(Some)).unwrap_or_else(|error| panic!("{error}"))
    };
    assert_eq!(outcome(&[]), Outcome::NotReached);
    let sheets = [sheet([0, 0, 0, 3]), sheet([3, 3, 1, 0]), sheet([2, 2, 1, 2])];
    assert_eq!(outcome(&sheets), Outcome::Due);
    assert!(Outcome::ALL.is_sorted());
}

/// An item that calls for a review makes an interview due, without being an urgent case.
#[test]
fn a_review_makes_an_interview_due() {
    let mut definition = definition();
    definition.criticals[0].flag = Flag::Review;
    check(&Scale::new(definition).expect("scale"), [0, 0, 2, 3], Some(2), "due");
}

/// Means are banded before they are rounded, so 1.995 is still below 2.
#[test]
fn means_are_banded_exactly() {
    let exact = score::Exact { numerator: 1995, denominator: 1000 };
    assert_eq!(exact.rounded(), Score::whole(2));
    assert!(!exact.reaches(Score::whole(2)) && exact.reaches(Score::from_hundredths(199)));
    assert_eq!(Score::from_hundredths(183).to_string(), "1.83");
    assert_eq!(Score::from_hundredths(205).to_string(), "2.05");
    assert_eq!(Score::whole(14).to_string(), "14");
}

/// A subscale may count the answers that equal a value; a blank leaves it unscored.
#[test]
fn a_subscale_may_count_one_answer() {
    let mut definition = definition();
    let mut equals = rule(vec![1, 2], Method::Equals(1), 0);
    equals.cut_off = Some(Score::whole(1));
    definition.subscales = vec![Subscale { id: "yes".to_owned(), label: label(), rule: equals }];
    let scale = Scale::new(definition).expect("scale");
    let part = |answers: [Option<u8>; 4]| {
        let scored = score(&scale, &answers).unwrap_or_else(|error| panic!("{error}"));
        scored.subscales.first().map(|part| (part.score, part.high))
    };
    let found = |value, high| Some((Some(Score::whole(value)), Some(high)));
    assert_eq!(part([Some(1), Some(1), Some(0), Some(0)]), found(2, true));
    assert_eq!(part([Some(2), Some(0), Some(0), Some(0)]), found(0, false));
    assert_eq!(part([Some(1), None, Some(0), Some(0)]), Some((None, None)));
}

/// A sheet of another scale is refused rather than scored by position.
#[test]
fn a_sheet_that_does_not_fit_is_refused() {
    let scale = scale();
    let error = score(&scale, &[Some(0); 3]).err();
    assert_eq!(error, Some(AnswerError::Count { expected: 4, found: 3 }));
    let error = score(&scale, &[Some(0), Some(4), None, None]).err();
    assert_eq!(error, Some(AnswerError::Range { item: 2, min: 0, max: 3 }));
    assert!(scale.fits_age(6) && !scale.fits_age(19));
}

/// A scale whose items stand in another order than their numbers cannot be made.
#[test]
fn items_stand_in_the_order_of_their_numbers() {
    let mut definition = definition();
    definition.items.swap(0, 1);
    let flaw = Scale::new(definition).expect_err("order");
    assert_eq!((flaw.kind, flaw.key.as_str()), (FlawKind::Range, "item n"));
}

/// A licensed text lifts the bar of a restricted scale; the pack's own mark still holds.
#[test]
fn a_licensed_text_lifts_the_bar() {
    let mut definition = definition();
    definition.licence.status = LicenceStatus::Restricted;
    definition.text.chinese = ChineseText::Licensed;
    let bar = |definition: &ScaleDefinition| {
        let scale = Scale::new(definition.clone()).expect("scale");
        let refused = scale.use_for_screening(crate::catalogue::Language::Zh, Setting::Service);
        refused.err().map(|refused| refused.reason)
    };
    assert_eq!(bar(&definition), None);
    definition.text.screening_use_zh = false;
    assert_eq!(bar(&definition), Some(ScreeningBar::MarkedUnfit));
    definition.text.chinese = ChineseText::Published;
    assert_eq!(bar(&definition), Some(ScreeningBar::LicenceRestricted));
}
