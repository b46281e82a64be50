//! The funnel and the closing report of a run, to be read on a screen or on paper.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ledger::{Act, Action, Authority, authority};
use runtime::cli::{Exit, Failure};
use runtime::web::{Html, Lang, Problem, Visitor, time};

use super::runs::{columns, counted, may_work};
use super::{Campaign, Leaders, titled, words};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::{self, RunId};
use crate::screening::funnel::{self, Critical, Funnel};
use crate::screening::opening;
use crate::screening::shelf::Part;

#[derive(Template)]
#[template(path = "screening/report.html")]
struct ReportTemplate {
    lang: Lang,
    run: i64,
    closed: Option<String>,
    funnel: Vec<(&'static str, u64, String)>,
    critical: Vec<(&'static str, u64)>,
    heads: Vec<&'static str>,
    rows: Vec<(String, Vec<u64>)>,
    whole: Vec<u64>,
    instruments: Vec<[String; 4]>,
}

/// The report; only counts, so for those who may read them.
pub(super) async fn show(
    State(campaign): State<Campaign>,
    Path(id): Path<i64>,
    visitor: Visitor<Leaders>,
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, move |tx, author, shelf| {
        let may = authority(author.role(), Action::Do(Act::ReadCounts));
        if may != Authority::Allowed {
            return Err(LedgerRefusal::NotAllowed);
        }
        let known = run::get(tx, RunId(id))?;
        if known.is_voided {
            return Ok(None);
        }
        opening::follow_roll(tx, shelf, &known)?;
        let standings = funnel::standings(tx, &known, author.today())?;
        let funnel = funnel::funnel(tx, &known, &standings)?;
        let critical = funnel::critical(tx, &known)?;
        let about = (shelf.parts(tx, known.id)?, known, may_work(author));
        Ok(Some((standings, funnel, critical, about)))
    });
    let back = format!("/screening/{id}");
    let (standings, funnel, critical, (parts, known, works)) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => {
            let voided = Failure::new(Exit::Refused, "VOIDED", words::NO_REPORT);
            return campaign.refused(&visitor, voided.hint(words::NO_REPORT_NEXT), &back);
        }
        Err(refusal) => return campaign.refused(&visitor, refusal, &back),
    };
    let lang = visitor.frame.lang;
    let (whole, by_class) = funnel::progress(&standings);
    // The same of a class as on the page of the run: a report tells its reader no more of a child.
    let columns = columns(works);
    let row = |((grade, class), progress): &((crate::import::value::Grade, Box<str>), _)| {
        (format!("{} {class}", grade.zh()), counted(progress, &columns))
    };
    let closed = known.closed_at_ms.map(|at| words::CLOSED_AT.fill(lang, &[&time::minute(at)]));
    let body = Html::render(&ReportTemplate {
        lang,
        run: id,
        closed,
        funnel: stages(&funnel, lang),
        critical: met(&critical, lang),
        heads: columns.iter().map(|(text, _)| text.in_lang(lang)).collect(),
        rows: by_class.iter().map(row).collect(),
        whole: counted(&whole, &columns),
        instruments: parts.iter().map(|part| instrument(part, lang)).collect(),
    })?;
    let title = format!("{} · {}", known.name, words::REPORT_TITLE.in_lang(lang));
    let note = words::REPORT_NOTE.in_lang(lang).to_owned();
    campaign.reply(&visitor, &titled(title, note, body, lang))
}

/// Each stage with its number and its share of the stage before.
fn stages(funnel: &Funnel, lang: Lang) -> Vec<(&'static str, u64, String)> {
    let numbers = [
        (words::F_ROLL, funnel.roll),
        (words::F_REACHED, funnel.reached),
        (words::F_POSITIVE, funnel.positive),
        (words::F_DUE, funnel.due),
        (words::F_INTERVIEWED, funnel.interviewed),
        (words::F_TIERED, funnel.tiered),
        (words::F_FOLLOWED, funnel.followed),
        (words::F_RETURNED, funnel.returned),
    ];
    let mut before = None;
    let stage = |(text, number): (runtime::web::Text, u64)| {
        let share = match before.filter(|before| *before > 0) {
            Some(before) => format!("{} %", (number * 100 + before / 2) / before),
            None => String::new(),
        };
        before = Some(number);
        (text.in_lang(lang), number, share)
    };
    numbers.into_iter().map(stage).collect()
}

fn met(critical: &Critical, lang: Lang) -> Vec<(&'static str, u64)> {
    [
        (words::K_HOUR, critical.within_hour),
        (words::K_DAY, critical.within_day),
        (words::K_IN_TIME, critical.in_time),
        (words::K_LATE, critical.late),
        (words::K_OPEN, critical.open),
    ]
    .map(|(text, number)| (text.in_lang(lang), number))
    .into()
}

fn instrument(part: &Part, lang: Lang) -> [String; 4] {
    let definition = part.scale.definition();
    let grades: Vec<&str> = part.instrument.grades.iter().map(|grade| grade.zh()).collect();
    let name = match lang {
        Lang::Zh => definition.label.zh.clone(),
        Lang::En => definition.label.en.clone(),
    };
    let digest: String = part.instrument.pack.to_string().chars().take(23).collect();
    [name, grades.join("、"), definition.licence.holder.clone(), digest]
}
