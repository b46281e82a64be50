//! Sealed reports for the page and the command line: the register, joined with the outbox.

use domain::catalogue::Catalogue;
use domain::disclosure::sealed::{Answer, SealedTables, special_of, year_of};
use domain::period::Period;
use domain::span::school_year_of;
use proto::frame::decode_item;
use runtime::sql::Tx;
use runtime::uplink::outbox::SentItem;
use runtime::web::{Label, Text};
use runtime::{texts, web::Lang};

use super::{Egress, decode, unavailable};
use crate::console::{
    SealedAbsent, SealedForeign, SealedLine, SealedPage, SealedState, SourceError, YearUnderSeal,
};
use crate::ledger::sealed::{self as register, Seal, StoredReport};
use crate::ledger::sealed_absent::{self, Absent};
use crate::packs::Packs;
use crate::sealing::{self, Foreign, KeyStanding, ReportKey};

/// Reports on one page.
const PAGE_LINES: usize = 50;
/// Reports that are looked at; twenty tables of fifty weeks and a few years.
const REPORTS_MAX: u32 = 20_000;
/// Days without a verdict after which people ask (seven by rule L2).
const SILENT_DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 3_600_000;

texts! {
    PROOF = "报告没有通过校验", "the proof of the report does not hold";
    CONTROL = "各学段的人数与在册人数不符", "the persons of a stage are not those enrolled";
    TASK = "所用的名册、方案或指标目录与汇总枢纽的不一致", "made with other documents than the hubs have";
    REPORT = "同一时段已有一份报告，先到的有效", "another report stands for this period";
    NUMBER = "编号已用过", "the number was used before";
    CAP = "上限与签发的名册不符", "the cap is not the one that follows from the signed roster";
    LISTED = "本校不在签发的名册里", "this school is not on the signed roster";
    OTHER_HUB = "不是密封给这个汇总枢纽的", "it is not sealed to this hub";
    YEAR_CLOSED = "该学年的密封汇总已经结清，不再开启，无须再报",
        "the school year was closed: nothing of it is opened any more";
    OPENED_WITHOUT = "本校所在组的合计已在没有这份报告的情况下开启；周报中的事项由之后一周的报告补报，学期数以下一学期为准，无须处理",
        "the sum of the school's group was opened without this report: events of the week are told \
         with a later week's report, and a term's figures with the next term's; nothing to do";
    KEY_LATE = "两个枢纽在本时段结束前没有商定密钥，本时段不再开启；周报中的事项由之后一周的报告补报，学期数以下一学期为准，无须处理",
        "the hubs had agreed on no key before the period ended, so that it stays closed: events of \
         the week are told with a later week's report, and a term's figures with the next term's; \
         nothing to do";
    NO_WAY = "上级中没有这份报告所寄的汇总枢纽（{0}）。学校在学年中转到其他区县的，转出前的各周请在转出前报完；\
              并请原区县的汇总枢纽和卫健方的汇总枢纽各自记下本校自转出之日起不在校，此后各周按零计",
        "no hub above has the name that it is for ({0}). A school that moved to another district \
         within the year tells the weeks before the move before it moves; have education's hub of \
         the old district and health's hub note, each for itself, that the school is away from \
         that day on: later weeks then count as nothing";
    ENROLLED = "在册人数缺失或不合理", "the persons enrolled are missing or cannot be";
}

/// Codes of verdicts that people may meet.
const CODES: [(&str, Text); 12] = [
    ("proof", PROOF),
    ("control_sum", CONTROL),
    ("other_task", TASK),
    ("other_report", REPORT),
    ("same_number", NUMBER),
    ("other_cap", CAP),
    ("not_on_roster", LISTED),
    ("not_for_this_hub", OTHER_HUB),
    ("enrolment", ENROLLED),
    ("year_closed", YEAR_CLOSED),
    ("opened_without", OPENED_WITHOUT),
    ("key_late", KEY_LATE),
];

impl Egress {
    /// A page of all sealed reports, the latest first; pages count from 1.
    ///
    /// # Errors
    /// A store cannot be read.
    pub fn sealed_page(&self, page: u32) -> Result<SealedPage, SourceError> {
        let reports = self.node.ledger().read(|tx| register::all(tx, REPORTS_MAX));
        let reports = reports.map_err(unavailable)?;
        let pages = u32::try_from(reports.len().div_ceil(PAGE_LINES).max(1)).unwrap_or(u32::MAX);
        let page = page.clamp(1, pages);
        let first = usize::try_from(page - 1).unwrap_or(0) * PAGE_LINES;
        let packs = self.node.packs().map_err(unavailable)?;
        let key = self.node.report_key().map_err(unavailable)?;
        let shown = reports.iter().enumerate().skip(first).take(PAGE_LINES);
        let lines = shown.map(|(at, report)| {
            let mut line = self.sealed_line(report, &packs, key.as_ref())?;
            let is_of =
                |one: &StoredReport| (&one.table, &one.period) == (&report.table, &report.period);
            let is_last = !reports.iter().take(at).any(is_of);
            line.may_again = is_last && sealing::is_by_hand(report);
            if is_last && matches!(line.state, SealedState::Refused { .. }) {
                let (known, asked) = (packs.clone(), report.clone());
                let told = move |tx: &Tx<'_>| sealing::told_with(tx, &known, &asked);
                let told = self.node.ledger().read(told).map_err(unavailable)?;
                line.told_with = told.map(|other| label_in(&packs, &other));
            }
            Ok(line)
        });
        let lines = lines.collect::<Result<_, SourceError>>()?;
        let absent = self.node.ledger().read(sealed_absent::all).map_err(unavailable)?;
        let absent = absent.into_iter().map(absent_line).collect();
        let foreign = sealing::foreign((self.node.ledger(), self.node.transfer()));
        let foreign = foreign.map_err(unavailable)?.into_iter();
        let foreign = foreign.map(|one| foreign_line(one, &packs)).collect();
        let (year, total) = (self.under_seal()?, reports.len() as u64);
        let closed = self.closed_year()?;
        Ok(SealedPage { year, closed, key, lines, absent, foreign, total, page, pages })
    }

    fn under_seal(&self) -> Result<Option<YearUnderSeal>, SourceError> {
        let year = school_year_of(self.node.clock().today());
        let under_seal = self.node.sealed_year(year).map_err(unavailable)?;
        Ok(under_seal.map(|under_seal| YearUnderSeal {
            year,
            leader: under_seal.leader().statement().name.clone(),
            helper: under_seal.helper().statement().name.clone(),
            from: under_seal.days().0,
        }))
    }

    /// The running school year, where it was under seal and is not any more.
    fn closed_year(&self) -> Result<Option<i16>, SourceError> {
        let year = school_year_of(self.node.clock().today());
        let years = self.node.years_under_seal().map_err(unavailable)?;
        let seal = self.node.ledger().read(move |tx| years.seal(tx, year)).map_err(unavailable)?;
        Ok((seal == Seal::Closed).then_some(year))
    }

    fn sealed_line(
        &self,
        report: &StoredReport,
        packs: &Packs,
        key: Option<&ReportKey>,
    ) -> Result<SealedLine, SourceError> {
        let sent = self.node.transfer().latest(&report.name).map_err(unavailable)?;
        let name = report.name.clone();
        let stored = self.node.ledger().read(move |tx| crate::ledger::release::find(tx, &name));
        let stored = stored.map_err(unavailable)?;
        let body = stored.and_then(|stored| decode_item(&stored.item).ok());
        let period = report.period.parse();
        Ok(SealedLine {
            table_id: report.table.clone(),
            period_id: report.period.clone(),
            table: label_in(packs, &report.table),
            period: period.map_or_else(|_| Label::same(report.period.clone()), decode::period),
            number: report.number.value(),
            digest: report.body,
            sealed_at_ms: report.made_at_ms,
            bytes_len: body.map_or(0, |item| item.body.len() as u64),
            state: state(report, sent.as_ref(), (key, self.node.clock().now_ms())),
            may_again: false,
            told_with: None,
        })
    }
}

fn absent_line(absent: Absent) -> SealedAbsent {
    let period = absent.period.parse();
    SealedAbsent {
        is_contradiction: absent.is_contradiction(),
        period: period.map_or_else(|_| Label::same(absent.period.clone()), decode::period),
        period_id: absent.period,
        tables: absent.tables,
        code: absent.code,
        why: Label::new(absent.zh, absent.en),
    }
}

fn foreign_line(foreign: Foreign, packs: &Packs) -> SealedForeign {
    SealedForeign {
        table: label_in(packs, &foreign.table),
        table_id: foreign.table,
        period: decode::period(foreign.period),
        period_id: foreign.period.to_string(),
        digest: foreign.report,
        decided_at_ms: foreign.decided_at_ms,
    }
}

/// Where a report is: a verdict says more than a receipt, and a receipt more than a frame.
fn state(
    report: &StoredReport,
    sent: Option<&(SentItem, u32)>,
    (key, now_ms): (Option<&ReportKey>, i64),
) -> SealedState {
    if let Some(verdict) = &report.verdict {
        let at_ms = verdict.decided_at_ms;
        return match verdict.answer {
            Answer::Accepted => SealedState::Accepted { at_ms },
            Answer::Refused => {
                SealedState::Refused { at_ms, reason: reason(&verdict.code, &verdict.reason) }
            }
        };
    }
    // Since it was sealed, whatever was sent again meanwhile.
    let days = (now_ms - report.made_at_ms) / DAY_MS;
    let silent_days = (days >= SILENT_DAYS).then_some(days);
    let Some((sent, times)) = sent else { return SealedState::Waiting };
    match (sent.outcome, sent.sequence) {
        (None, None) if *times == 1 => SealedState::Waiting,
        (None, _) if *times == 1 => SealedState::Sent,
        (Some(1) | None, _) if !is_key_stated(report, key) => SealedState::Unstated,
        (Some(1) | None, _) => SealedState::Kept { silent_days },
        (Some(_), _) => {
            SealedState::OnTheWay { reason: on_the_way(&sent.code, &sent.reason), silent_days }
        }
    }
}

/// Code of a hub at whose end of the way nobody of the report's hub is known.
const NO_SUCH_HUB: &str = "no_such_hub";

/// Why a hub on the way did not pass a report on.
fn on_the_way(code: &str, said: &str) -> Label {
    if code == NO_SUCH_HUB {
        return Label::new(NO_WAY.fill(Lang::Zh, &[&code]), NO_WAY.fill(Lang::En, &[&code]));
    }
    super::refusal::label(code, said)
}

/// Whether health stated the school's key for the year of a report.
fn is_key_stated(report: &StoredReport, key: Option<&ReportKey>) -> bool {
    let period = report.period.parse::<Period>().ok();
    let year = period.and_then(year_of);
    let standing = key.zip(year).and_then(|(key, year)| key.standings.get(&year));
    // Of a year that is not under seal any more nothing is waited for.
    standing.is_none_or(|standing| *standing == KeyStanding::Stated)
}

/// A verdict's reason in both languages; in English in the hubs' own words, which may say more.
fn reason(code: &str, said: &str) -> Label {
    let known = CODES.iter().find(|(known, _)| *known == code);
    let zh = known.map_or(said, |(_, text)| text.in_lang(Lang::Zh));
    Label::new(format!("{zh}（{code}）"), format!("{said} ({code})"))
}

/// What a sealed table is about, with the name of the special period where it is of one.
fn label_in(packs: &Packs, id: &str) -> Label {
    let of = special_of(id);
    let known = packs.specials().iter().find(|known| of == Some(known.pack.id().as_str()));
    let Some(known) = known else { return table_label(&packs.in_force().pack, id) };
    let (label, period) = (table_label(known.pack.catalogue(), id), known.pack.label());
    let (zh, en) = (label.in_lang(Lang::Zh), label.in_lang(Lang::En));
    Label::new(format!("{}：{zh}", period.zh), format!("{}: {en}", period.en))
}

/// What a sealed table is about: its count or partition, and the one value that it counts.
pub(crate) fn table_label(catalogue: &Catalogue, id: &str) -> Label {
    let tables = SealedTables::of(catalogue);
    let Some(table) = tables.table(id) else { return Label::same(id.to_owned()) };
    let name = table.indicator();
    let label = catalogue.partition(name).map(|known| &known.label);
    let label = label.or_else(|| catalogue.count(name).map(|count| &count.label));
    let whole: Label = label.map_or_else(|| Label::same(id.to_owned()), Into::into);
    let Some((dimension, value)) = table.only() else { return whole };
    let values = catalogue.dimension(dimension.as_str()).map(|known| known.values.as_slice());
    let value = values.unwrap_or_default().iter().find(|known| known.id == *value);
    let Some(only) = value.map(|known| Label::from(&known.label)) else { return whole };
    let joined = |lang| format!("{}：{}", whole.in_lang(lang), only.in_lang(lang));
    Label::new(joined(Lang::Zh), joined(Lang::En).replace('：', ": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report that finds no way to its hub says what a school that moved to another district has
    /// done; other refusals stay as they are said everywhere.
    #[test]
    fn a_school_that_moved_is_told_what_to_have_noted() {
        let moved = on_the_way(NO_SUCH_HUB, "no hub of this name lies above the unit");
        assert!(
            moved.in_lang(Lang::Zh).contains("转出之日")
                && moved.in_lang(Lang::Zh).contains(NO_SUCH_HUB)
        );
        assert!(moved.in_lang(Lang::En).contains("away from that day on"));
        let other = on_the_way("too_large", "it is larger than hubs pass on");
        assert_eq!(
            other,
            super::super::refusal::label("too_large", "it is larger than hubs pass on")
        );
    }
}
