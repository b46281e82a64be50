//! `sealed reports`: the reports that this hub holds under a school's name, by their digests. A
//! school that is on the telephone compares them with those on its own page and objects to one
//! that it did not make.

use clap::Args;
use domain::disclosure::sealed::State;
use domain::unit::UnitId;
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::web::Text;
use serde_json::{Value, json};

use super::context::Context;
use super::sealed;
use super::sealed_names::Names;
use super::words::sealed as words;
use crate::store::sealed::report::{self, Listed};

/// Most reports that are listed: every table of some weeks.
const REPORTS_MAX: u32 = 200;

#[derive(Args)]
pub(super) struct Asked {
    /// Id of the school
    school: UnitId,
}

pub(super) fn run(context: &Context, asked: &Asked) -> Result<(), Failure> {
    let school = asked.school.clone();
    let (_, (all, names, is_known)) = sealed::read(context, move |tx, documents, unit| {
        let names = Names::read(tx, documents.packs().clone())?;
        let is_known = sealed::is_listed(documents, unit, &school);
        Ok((report::listed(tx, &school, REPORTS_MAX)?, names, is_known))
    })?;
    if all.is_empty() && !is_known {
        let message = Sentence::new(words::NOT_LISTED, &[&asked.school]);
        let failure = Failure::new(Exit::NotFound, "SCHOOL_UNKNOWN", message);
        return Err(failure.hint(words::NOT_LISTED_NEXT));
    }
    let value: Vec<Value> = all.iter().map(of).collect();
    context.terminal.result(&value, |t| {
        let unit = names.unit(asked.school.as_str(), t.lang());
        if all.is_empty() {
            return t.text(words::NO_REPORTS, &[&unit]);
        }
        let mut table = Table::new();
        let heads = [words::PERIOD, words::COUNTED, words::NUMBER, words::STATE, words::DIGEST];
        for head in heads {
            table = table.column(head.in_lang(t.lang()), Align::Left);
        }
        for one in &all {
            table.row(vec![
                one.period.clone(),
                names.table(&one.sheet, t.lang()),
                one.number.to_string(),
                said(one, |text| t.text(text, &[])),
                one.report.to_string(),
            ]);
        }
        format!("{}\n{}", t.text(words::REPORTS_OF, &[&unit]), table.render())
    })
}

/// The same for programs.
fn of(one: &Listed) -> Value {
    json!({
        "table": one.sheet, "period": one.period, "number": one.number,
        "report": one.report.to_string(), "state": word(one.state), "code": one.code,
    })
}

const fn word(state: State) -> &'static str {
    match state {
        State::Pending => "pending",
        State::Accepted => "accepted",
        State::Refused => "refused",
    }
}

fn said(one: &Listed, text: impl Fn(Text) -> String) -> String {
    match one.state {
        State::Pending => text(words::REPORT_PENDING),
        State::Accepted => text(words::REPORT_ACCEPTED),
        State::Refused => format!("{} {}", text(words::REPORT_REFUSED), one.code),
    }
}
