//! The sheet as it is printed.

use askama::Template;
use domain::catalogue::Label;
use domain::ledger::Word as _;
use domain::ledger::terms::Relation;
use runtime::web::{Html, Lang, Page, RenderError, Text, time};

use super::super::ledgers::RECORDS;
use super::super::office::chosen;
use super::super::results;
use super::{REFERRALS_HREF, words};
use crate::import::value::Sex;
use crate::ledger::entry::RecordId;
use crate::ledger::profile::Profile;
use crate::ledger::referral::{HandOver, Part, Score};
use crate::packs::Packs;

#[derive(Template)]
#[template(path = "console/referral_sheet.html")]
struct SheetTemplate {
    lang: Lang,
    id: i64,
    school: String,
    rows: Vec<(&'static str, String)>,
    suspect: bool,
}

pub(super) fn page(
    sheet: &HandOver,
    (school, record): (Option<Profile>, RecordId),
    packs: &Packs,
    lang: Lang,
) -> Result<Page, RenderError> {
    let ground = match &sheet.consent {
        Some((until, digest)) => words::BY_CONSENT.fill(lang, &[until, digest]),
        None => words::BY_EMERGENCY.in_lang(lang).to_owned(),
    };
    let mut rows = vec![
        (words::TO, format!("{} {}", sheet.recipient.0, sheet.recipient.1)),
        (words::URGENCY, chosen(sheet.urgency.label(), lang).to_owned()),
        (words::GROUND, ground),
        (words::SCHOOL_CALL, words::BY_HAND.in_lang(lang).to_owned()),
        (words::PRINTED, time::minute(sheet.at.0)),
    ];
    for part in &sheet.parts {
        rows.extend(lines(part, packs, lang));
    }
    rows.retain(|(_, text)| !text.trim().is_empty());
    let suspect = |part: &Part| {
        matches!(
            part,
            Part::Identity { has_suspect: true, .. } | Part::Emergency { has_suspect: true, .. }
        )
    };
    let body = Html::render(&SheetTemplate {
        lang,
        id: record.0,
        school: school.map(|known| known.name_zh).unwrap_or_default(),
        rows: rows.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect(),
        suspect: sheet.parts.iter().any(suspect),
    })?;
    let title = words::SHEET_TITLE.in_lang(lang).to_owned();
    let crumbs = [RECORDS, words::REFERRALS].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let (note, exports) = (String::new(), Vec::new());
    Ok(Page { title, note, crumbs, current: REFERRALS_HREF, exports, body })
}

/// The lines of one part, as whoever it is for reads it: on paper, or opened at its recipient.
pub(in crate::console) fn lines(part: &Part, packs: &Packs, lang: Lang) -> Vec<(Text, String)> {
    let unknown = || words::UNKNOWN.in_lang(lang).to_owned();
    match part {
        Part::Identity { name, sex, birth, guardians, .. } => {
            let sex = match sex {
                Sex::Male => words::MALE,
                Sex::Female => words::FEMALE,
                Sex::Unknown => words::UNKNOWN,
            };
            let mut lines = vec![
                (words::NAME, name.clone()),
                (words::SEX, sex.in_lang(lang).to_owned()),
                (words::BIRTH, birth.map_or_else(unknown, |day| day.to_string())),
            ];
            lines.extend(of_guardians(guardians, lang));
            lines
        }
        Part::Reason { concerns, tier, since, work } => {
            let joined = |all: Vec<String>| all.join(chosen(("、", ", "), lang));
            let named = concerns.iter().map(|one| chosen(one.label(), lang).to_owned());
            let work = work.iter().map(|(kind, count, first, last)| {
                let kind = chosen(kind.label(), lang);
                words::WORK_LINE.fill(lang, &[&kind, count, first, last])
            });
            let tier = tier.map_or("", |tier| chosen(tier.label(), lang));
            vec![
                (words::CONCERNS, joined(named.collect())),
                (words::TIER, tier.to_owned()),
                (words::SINCE, since.map_or_else(String::new, |day| day.to_string())),
                (words::WORK, joined(work.collect())),
            ]
        }
        Part::Scores(scores) if scores.is_empty() => {
            vec![(words::SCORES, words::NO_SCORES.in_lang(lang).to_owned())]
        }
        Part::Scores(scores) => {
            scores.iter().map(|one| (words::SCORES, score(one, packs, lang))).collect()
        }
        Part::Risk { risk, known: [means, protection, medication] } => vec![
            (words::RISK, chosen(risk.label(), lang).to_owned()),
            (words::MEANS, means.clone()),
            (words::PROTECTION, protection.clone()),
            (words::MEDICATION, medication.clone()),
        ],
        Part::Emergency {
            name, age, guardians, told: [danger, place, escort], physique, ..
        } => {
            let mut lines = vec![
                (words::NAME, name.clone()),
                (words::AGE, age.map_or_else(unknown, |age| age.to_string())),
                (words::DANGER_NOW, danger.clone()),
                (words::PLACE_NOW, place.clone()),
                (words::ESCORT, escort.clone()),
            ];
            lines.extend(of_guardians(guardians, lang));
            lines.extend(physique.iter().map(|line| (words::PHYSIQUE, line.clone())));
            lines
        }
    }
}

fn of_guardians(guardians: &[(String, Relation, String)], lang: Lang) -> Vec<(Text, String)> {
    let line = |(name, relation, phone): &(String, Relation, String)| {
        let relation = chosen(relation.label(), lang);
        (words::GUARDIAN, format!("{name}（{relation}）{phone}"))
    };
    guardians.iter().map(line).collect()
}

fn score(score: &Score, packs: &Packs, lang: Lang) -> String {
    let named = |label: &Label| chosen((&label.zh, &label.en), lang).to_owned();
    let alone = |code: &str| words::CODE_ALONE.fill(lang, &[&code]);
    let known = packs.scale(&score.scale).map(|known| known.pack.definition());
    let name = known.map_or_else(|| score.scale.clone(), |scale| named(&scale.label));
    // Totals are kept in hundredths; a whole one is written without them.
    let total = score.total.map_or_else(
        || words::NO_LIMIT.in_lang(lang).to_owned(),
        |total| match total % 100 {
            0 => (total / 100).to_string(),
            rest => format!("{}.{:02}", total / 100, rest.abs()),
        },
    );
    let dash = || words::NO_LIMIT.in_lang(lang).to_owned();
    let band = score.band.as_deref().map(|code| {
        let bands = known.and_then(|scale| scale.total.as_ref()).map(|total| &total.rule.bands);
        let known = bands.and_then(|bands| bands.iter().find(|band| band.code == code));
        known.map_or_else(|| alone(code), |band| named(&band.label))
    });
    let band = band.unwrap_or_else(dash);
    let flags = score.flags.split(',').filter(|code| !code.is_empty());
    let flags = flags.map(|code| {
        let known = code.parse().map(results::flag);
        known.map_or_else(|_| alone(code), |text| text.in_lang(lang).to_owned())
    });
    let flags: Vec<String> = flags.collect();
    let flags = if flags.is_empty() { dash() } else { flags.join(chosen(("、", ", "), lang)) };
    words::SCORE.fill(lang, &[&name, &score.day, &total, &band, &flags])
}
