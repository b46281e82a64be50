//! Snapshots with what they are made of, and how far the reports of a period have come.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::Response;
use domain::period::Period;
use domain::rollup::Coverage;
use domain::unit::UnitKind;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::Caller;
use super::problem::{ProblemOut, Refusal};
use super::{Form, Rest, answer};
use crate::packs::Packs;
use crate::statistics::{
    CoverageOut, Holdings, Members, NameOut, StatisticsError, UnitName, instant,
};
use crate::store::reading;

/// A snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SnapshotDetailOut {
    /// Number.
    number: u64,
    /// Table.
    table: String,
    /// Period.
    period: String,
    /// Digest of the catalogue that orders its cells, in hexadecimal.
    catalogue: String,
    /// How complete it is.
    coverage: CoverageOut,
    /// Root digest over the lines of its contributions, in hexadecimal.
    root: String,
    /// When it was sealed, in UTC.
    sealed_at: String,
    /// Its contributions, in the order in which the root covers them.
    contributions: Vec<ContributionOut>,
}

/// One contribution of a snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContributionOut {
    /// Unit that signed it.
    unit: String,
    /// Revision.
    revision: u32,
    /// Digest of the signed bytes, in hexadecimal.
    digest: String,
}

/// How far the reports of a period have come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RatesOut {
    /// Period.
    period: String,
    /// Day by which reports are due; absent where the calendar does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    /// Tables of which anything has arrived.
    tables: Vec<TableRatesOut>,
}

/// How far the reports of one table have come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TableRatesOut {
    /// Table.
    table: String,
    /// The whole.
    coverage: CoverageOut,
    /// The members.
    units: Vec<UnitRateOut>,
}

/// How far one member's reports have come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitRateOut {
    /// Unit id.
    unit: String,
    /// Name.
    name: NameOut,
    /// Schools that reported of those that were due.
    coverage: CoverageOut,
    /// When its first release arrived, in UTC; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_arrived_at: Option<String>,
    /// Whether that was by the due day; absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_time: Option<bool>,
}

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RatesQuery {
    /// Period, such as `2025S1`.
    #[param(example = "2025S1")]
    period: String,
    /// Language of error sentences, `zh` or `en`.
    #[serde(default, rename = "lang")]
    _lang: String,
}

/// One snapshot with the list of its contributions.
#[utoipa::path(
    get,
    path = "/api/v1/snapshots/{number}",
    params(("number" = u64, Path, description = "Number of the snapshot")),
    responses(
        (status = 200, description = "The snapshot", body = SnapshotDetailOut),
        (status = 304, description = "The caller has it already"),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 404, description = "No such snapshot", body = ProblemOut),
        (status = 503, description = "The store cannot be read", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn show_snapshot(
    State(rest): State<Rest>,
    caller: Caller,
    number: Result<Path<u64>, PathRejection>,
) -> Response {
    let Ok(Path(number)) = number else {
        return Refusal::Snapshot.reply(caller.lang);
    };
    let read = rest.statistics.read_async(move |tx, _, _| reading::listed(tx, number));
    match read.await.map(|found| found.map(|found| detail(&found))) {
        Ok(Some(Ok(out))) => reply(&caller, &format!("s{number}"), &out),
        Ok(None) => Refusal::Snapshot.reply(caller.lang),
        Ok(Some(Err(error))) | Err(error) => Refusal::from(error).reply(caller.lang),
    }
}

fn detail(found: &reading::Described) -> Result<SnapshotDetailOut, SqlError> {
    let line = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let (unit, revision, digest) = (words.next()?, words.next()?, words.next()?);
        Some(ContributionOut { unit, revision: revision.parse().ok()?, digest })
    };
    let lines = found.contributions.lines().map(|text| line(text).ok_or(SqlError::Type));
    Ok(SnapshotDetailOut {
        number: found.number,
        table: found.table.clone(),
        period: found.period.clone(),
        catalogue: found.catalogue.to_string(),
        coverage: found.coverage.into(),
        root: found.root.to_string(),
        sealed_at: instant(found.sealed_at_ms),
        contributions: lines.collect::<Result<_, _>>()?,
    })
}

/// How far the reports of a period have come: reported, due and on time, table by table.
#[utoipa::path(
    get,
    path = "/api/v1/reporting-rates",
    params(RatesQuery),
    responses(
        (status = 200, description = "The rates", body = RatesOut),
        (status = 304, description = "The caller has this state already"),
        (status = 400, description = "A parameter cannot be understood", body = ProblemOut),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 503, description = "The store cannot be read", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn read_rates(
    State(rest): State<Rest>,
    caller: Caller,
    asked: Result<UrlQuery<RatesQuery>, QueryRejection>,
) -> Response {
    let period = match asked {
        Ok(UrlQuery(query)) => query.period.parse::<Period>().ok(),
        Err(rejection) => return Refusal::from(rejection).reply(caller.lang),
    };
    let Some(period) = period else {
        return Refusal::Parameter("period".to_owned()).reply(caller.lang);
    };
    let read = rest.statistics.read_async(move |tx, packs, at| rates(tx, packs, at, period));
    match read.await {
        Ok((tag, out)) => reply(&caller, &tag, &out),
        Err(error) => Refusal::from(error).reply(caller.lang),
    }
}

fn reply(caller: &Caller, tag: &str, out: &impl Serialize) -> Response {
    match serde_json::to_vec(out) {
        Ok(body) => answer(&caller.headers, tag, Form::Json, body),
        Err(_) => Refusal::Unavailable.reply(caller.lang),
    }
}

fn rates(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    period: Period,
) -> Result<(String, RatesOut), StatisticsError> {
    let catalogue = packs.in_force().catalogue.clone();
    let due = match period {
        Period::Term(term) => packs.calendar().term(term).ok().map(|term| term.due),
        _ => None,
    };
    let mut tables = Vec::new();
    let mut tag = format!("r{}", crate::store::setting::registry_version(tx)?);
    for spec in catalogue.tables() {
        let table = spec.id().as_str();
        let holdings = Holdings::open(tx, packs, at, (period, Members::Listed), &[table])?;
        let Some(sheet) = holdings.whole.sheets.first() else {
            continue;
        };
        tag.push_str(&format!("-s{}-w{}", sheet.snapshot, sheet.waiting));
        let arrivals = reading::first_arrivals(tx, table, &period.to_string())?;
        let members = holdings.members.iter().filter(|member| member.unit.kind != UnitKind::Clinic);
        let units = members.map(|member| {
            let reader = member.reader(packs.in_force());
            let arrived = arrivals.iter().find(|(unit, _)| unit == member.unit.id.as_str());
            let arrived = arrived.map(|(_, at_ms)| *at_ms);
            UnitRateOut {
                unit: member.unit.id.to_string(),
                name: (&member.unit.label).into(),
                coverage: reported(reader.reported(table), member.unit.kind, arrived).into(),
                first_arrived_at: arrived.map(instant),
                on_time: due.zip(arrived).map(|(due, at_ms)| is_on_time(due, at_ms)),
            }
        });
        let units = units.collect();
        tables.push(TableRatesOut {
            table: table.to_owned(),
            // What waits has reported; it is only not shown yet.
            coverage: CoverageOut {
                schools_reported: sheet.coverage.schools_reported.saturating_add(sheet.waiting),
                ..sheet.coverage.into()
            },
            units,
        });
    }
    let (period, due) = (period.to_string(), due.map(|day| day.to_string()));
    Ok((tag, RatesOut { period, due, tables }))
}

/// A school whose report waits has reported all the same.
fn reported(coverage: Coverage, kind: UnitKind, arrived_at_ms: Option<i64>) -> Coverage {
    let waits = coverage.schools_reported == 0 && arrived_at_ms.is_some();
    if waits && kind == UnitKind::School {
        Coverage { schools_reported: 1, ..coverage }
    } else {
        coverage
    }
}

fn is_on_time(due: Date, arrived_at_ms: i64) -> bool {
    Timestamp::from_millisecond(arrived_at_ms).is_ok_and(|instant| date_of(instant) <= due)
}
