//! Where an opened figure came from: who opened it, under which record, plan and roster.

use domain::catalogue::Catalogue;
use runtime::web::{Label, Lang, time};
use serde::Serialize;
use utoipa::ToSchema;

use super::report::instant;
use super::value::{Blank, OpenedFrom, Reading};
use crate::opened;

/// A sum that two departments opened and recorded: exact, and over whole groups of schools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenedOut {
    /// Area of the plan.
    pub area: String,
    /// Sealed table.
    pub table: String,
    /// Term or week.
    pub period: String,
    /// Stage.
    pub stage: String,
    /// `cells` of an area, `categories` of a town.
    pub detail: &'static str,
    /// Groups of the plan.
    pub groups: Vec<String>,
    /// Schools whose report is of this very period.
    pub schools_fresh: u32,
    /// Schools of the groups that were due.
    pub schools_due: u32,
    /// Of a flow opened here: the most that it can come to by the caps of its schools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap_sum: Option<u64>,
    /// Education's hub, which opened it.
    pub leader: String,
    /// Health's hub, which opened it too.
    pub helper: String,
    /// Number of the record at the hub that told it.
    pub record: u64,
    /// Digest of the record that both signed, in hexadecimal.
    pub record_digest: String,
    /// When it was opened, in UTC, by the leader's clock.
    pub opened_at: String,
    /// Digest of the plan, in hexadecimal.
    pub plan: String,
    /// Digest of its roster, in hexadecimal.
    pub roster: String,
    #[serde(skip)]
    opened_at_ms: i64,
}

impl OpenedOut {
    /// By what sums are listed.
    pub(super) fn place(&self) -> (&str, &str, &str, &str, &[String]) {
        let Self { table, period, area, stage, groups, .. } = self;
        (table.as_str(), period.as_str(), area.as_str(), stage.as_str(), groups.as_slice())
    }
}

impl From<&OpenedFrom> for OpenedOut {
    fn from(from: &OpenedFrom) -> Self {
        let sum = &from.sum;
        Self {
            area: sum.area.to_string(),
            table: sum.table.to_string(),
            period: sum.period.to_string(),
            stage: sum.stage.as_str().to_owned(),
            detail: sum.detail.as_str(),
            groups: sum.groups.iter().map(ToString::to_string).collect(),
            schools_fresh: sum.fresh,
            schools_due: sum.due,
            cap_sum: sum.cap_sum,
            leader: from.leader.to_string(),
            helper: from.helper.to_string(),
            record: sum.number,
            record_digest: sum.record.to_string(),
            opened_at: instant(sum.opened_at_ms),
            plan: from.plan.to_string(),
            roster: from.roster.to_string(),
            opened_at_ms: sum.opened_at_ms,
        }
    }
}

/// Why a sealed figure has no value, in a sentence; nothing for any other reading.
#[must_use]
pub fn opened_why(reading: &Reading, lang: Lang) -> Option<String> {
    match reading.blank()? {
        Blank::Sealed(closed) => Some(opened::why(closed, lang)),
        _ => None,
    }
}

/// Opened sums as lines of a terminal.
#[must_use]
pub fn opened_lines(catalogue: &Catalogue, sums: &[OpenedOut], lang: Lang) -> Vec<String> {
    let (exact, schools, record, caps) = match lang {
        Lang::Zh => ("密封汇总，精确", "校", "记录", "各校上限合计"),
        Lang::En => ("opened, exact", "schools", "record", "caps add up to"),
    };
    let stage = |stage: &str| {
        let known = catalogue.dimension("stage").and_then(|known| known.label_of(stage));
        known.map_or_else(|| Label::same(stage), Label::from).in_lang(lang).to_owned()
    };
    let line = |sum: &OpenedOut| {
        let short = |text: &str| text.chars().take(16).collect::<String>();
        let most = sum.cap_sum.map(|most| format!("  {caps} {most}")).unwrap_or_default();
        format!(
            "{}  {}  {}  {}  {exact}{most}  {}/{} {schools}  {} + {}  {record} {}  {}  {}",
            sum.table,
            sum.period,
            sum.area,
            stage(&sum.stage),
            sum.schools_fresh,
            sum.schools_due,
            sum.leader,
            sum.helper,
            sum.record,
            short(&sum.record_digest),
            time::minute(sum.opened_at_ms)
        )
    };
    sums.iter().map(line).collect()
}
