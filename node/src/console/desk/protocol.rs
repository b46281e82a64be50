//! The contact protocol on the page of a case: guardian, police, hospital and community, each with
//! whom, by when and what came of it, and calls about the case's referrals beside them.

use askama::Template;
use domain::ledger::terms::LiaisonParty;
use domain::ledger::{Kind, Word as _};
use runtime::sql::Tx;
use runtime::texts;
use runtime::web::{Html, Lang, RenderError, in_address, time};

use super::super::ledgers::LEDGERS_HREF;
use super::super::office::chosen;
use super::super::referrals::REFERRALS_HREF;
use crate::ledger::author::Author;
use crate::ledger::browse;
use crate::ledger::entry::{Kept, RecordId};
use crate::ledger::liaison::{self, CaseContact, Protocol};
use crate::ledger::referral::ReferralCall;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;

texts! {
    TITLE = "个案联络（监护人、公安、医疗机构、社区）",
        "Contacts of the case: guardian, police, hospital, community";
    NOTE = "转介过程中的电话登记在该次转介里，这里一并列出；监护人涉嫌伤害学生的，不得联系其本人。",
        "A call about a referral is entered with that referral and shown here too. A guardian who \
         is suspected of harm is not contacted.";
    NEW = "登记联络", "Enter a contact";
    WITH = "联络对象", "Whom";
    STATE = "进展", "Stands";
    WHO = "姓名或岗位、电话", "Name or post, telephone";
    BY = "联络人", "By";
    WAY = "方式", "How";
    DETAIL = "告知与约定", "Told and agreed";
    NONE = "尚未登记联络", "no contact entered";
    DUE = "应于 {0} 前联络", "due by {0}";
    LATE = "应于 {0} 前联络，已逾期", "was due by {0}, overdue";
    DONE = "{0} 已联络", "made on {0}";
    OFF = "已取消", "called off";
    CALL = "{0} 转介电话", "call about a referral, {0}";
    UNREACHED = "未接通", "not reached";
    PHONE = "电话", "telephone";
}

/// The protocol of a case as it was read.
pub(super) struct Found {
    case: RecordId,
    number: String,
    protocol: Protocol,
    staff: Names,
    today: jiff::civil::Date,
    may_write: bool,
}

#[derive(Template)]
#[template(path = "console/protocol.html")]
struct ProtocolTemplate {
    lang: Lang,
    heads: [&'static str; 6],
    parties: Vec<PartyView>,
}

/// One of the four, with everything that was with it.
struct PartyView {
    name: &'static str,
    new: Option<String>,
    lines: Vec<LineView>,
}

/// One contact or call; without cells it says that there is none.
struct LineView {
    state: String,
    href: Option<String>,
    cells: Vec<String>,
}

impl ProtocolTemplate {
    fn title(&self) -> &'static str {
        TITLE.in_lang(self.lang)
    }

    fn note(&self) -> &'static str {
        NOTE.in_lang(self.lang)
    }

    fn enter(&self) -> &'static str {
        NEW.in_lang(self.lang)
    }
}

/// The protocol, where the record is a case; its page has asked who may see it.
pub(super) fn of(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, RecordId),
    names: &Names,
) -> Result<Option<Found>, LedgerRefusal> {
    if kind != Kind::AlertCase {
        return Ok(None);
    }
    let (student, protocol) = liaison::protocol(tx, reader, record)?;
    let number = names.student(student).map_or_else(String::new, |known| known.number.clone());
    let may_write = browse::is_writable_by(reader.role(), Kind::CaseContact);
    let (staff, today) = (Names::of(tx, [])?, reader.today());
    Ok(Some(Found { case: record, number, protocol, staff, today, may_write }))
}

impl Found {
    /// The part of the page.
    pub(super) fn part(&self, lang: Lang) -> Result<Html, RenderError> {
        let heads = [WITH, STATE, WHO, BY, WAY, DETAIL].map(|head| head.in_lang(lang));
        let parties = LiaisonParty::ALL.iter().map(|party| self.party(*party, lang)).collect();
        Html::render(&ProtocolTemplate { lang, heads, parties })
    }

    fn party(&self, party: LiaisonParty, lang: Lang) -> PartyView {
        let (case, word) = (self.case.0, party.as_str());
        let student = in_address(&self.number);
        let href = || {
            let asks = format!("of_case={case}&party={word}&student={student}");
            format!("{LEDGERS_HREF}/case_contact/new?{asks}")
        };
        let contacts = self.protocol.with(party).map(|kept| self.contact(kept, lang));
        let calls = self.protocol.calls_with(party).map(|kept| self.call(kept, lang));
        let mut lines: Vec<LineView> = contacts.chain(calls).collect();
        if lines.is_empty() {
            let state = NONE.in_lang(lang).to_owned();
            lines.push(LineView { state, href: None, cells: Vec::new() });
        }
        PartyView { name: chosen(party.label(), lang), new: self.may_write.then(href), lines }
    }

    fn contact(&self, kept: &Kept<CaseContact>, lang: Lang) -> LineView {
        let entry = &kept.entry;
        let state = match (entry.done, entry.cancelled) {
            (Some(done), _) => DONE.with(lang, done),
            (None, true) => OFF.in_lang(lang).to_owned(),
            (None, false) if entry.due < self.today => LATE.with(lang, entry.due),
            (None, false) => DUE.with(lang, entry.due),
        };
        let way = entry.way.map_or("", |way| chosen(way.label(), lang));
        LineView {
            state,
            href: Some(format!("{LEDGERS_HREF}/case_contact/{}", kept.record.0)),
            cells: vec![
                format!("{} {}", entry.who, entry.phone).trim().to_owned(),
                self.staff.staff(entry.staff).to_owned(),
                way.to_owned(),
                entry.detail.clone(),
            ],
        }
    }

    fn call(&self, kept: &Kept<ReferralCall>, lang: Lang) -> LineView {
        let entry = &kept.entry;
        // Several kinds of party stand among the police's; whose telephone it was is said here.
        let mut way = vec![PHONE.in_lang(lang), chosen(entry.party.label(), lang)];
        way.extend((!entry.reached).then(|| UNREACHED.in_lang(lang)));
        LineView {
            state: CALL.with(lang, time::minute(entry.at.0)),
            href: Some(format!("{REFERRALS_HREF}/{}", entry.referral.0)),
            cells: vec![
                entry.who.clone(),
                self.staff.staff(entry.by).to_owned(),
                way.join(" · "),
                entry.detail.clone(),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::super::tests::{place, send, two};

    /// The page of a case lists all four with what is missing; its form knows case and student,
    /// what was entered is due on the work list, and once made it stands on the page with what was
    /// agreed. In English the page has no Chinese but names.
    #[tokio::test]
    async fn a_case_shows_whom_it_was_taken_up_with() {
        let (_school, mut li, mut head) = two().await;
        let board = li.get("/alerts").await.expect("board").text;
        let case = board.split("href=\"").find(|part| part.starts_with("/ledgers/alert_case/"));
        let case = case.and_then(|part| part.split('#').next()).expect("link").to_owned();
        let page = li.get(&format!("{case}?lang=zh")).await.expect("case");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{}", page.text);
        page.keep("case-contacts.html").expect("keep");
        assert_eq!(page.text.matches("尚未登记联络").count(), 4, "{}", page.text);
        for party in ["监护人", "公安", "医疗机构", "社区"] {
            assert!(page.text.contains(party), "{party}");
        }
        let new = page.text.split("href=\"").find(|part| part.contains("party=police"));
        let new = new.and_then(|part| part.split('"').next()).expect("link").replace("&#38;", "&");
        let form = li.get(&new).await.expect("form");
        assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()), "{}", form.text);
        assert!(form.text.contains("value=\"police\" selected"), "{}", form.text);
        let number = case.rsplit('/').next().expect("number").to_owned();
        let student = new.rsplit('=').next().expect("student").to_owned();
        let fields = [
            ("student", student.as_str()),
            ("of_case", number.as_str()),
            ("day", "2025-11-21"),
            ("party", "police"),
            ("who", "辖区派出所 王警官"),
            ("phone", "62000110"),
            ("staff", "T001"),
        ];
        let at = place(&send(&mut li, "/ledgers/case_contact/new", &fields).await);
        let work = li.get("/work?lang=zh").await.expect("work").text;
        assert!(work.contains("个案联络") && work.contains(&format!("{at}/edit")), "{work}");
        let page = head.get(&format!("{case}?lang=zh")).await.expect("case").text;
        assert!(page.contains("应于 2025-11-21 前联络") && page.contains("王警官"), "{page}");
        let mut made = fields.to_vec();
        made.extend([
            ("done", "2025-11-20"),
            ("way", "phone"),
            ("detail", "约定夜间巡查"),
            ("seen", "1"),
            ("parallels", "0"),
            ("reason", "已办"),
        ]);
        place(&send(&mut li, &format!("{at}/edit"), &made).await);
        let page = head.get(&format!("{case}?lang=zh")).await.expect("case").text;
        assert!(page.contains("2025-11-20 已联络") && page.contains("约定夜间巡查"), "{page}");
        assert_eq!(page.matches("尚未登记联络").count(), 3);
        assert!(!li.get("/work").await.expect("work").text.contains(&format!("{at}/edit")));
        let page = head.get(&format!("{case}?lang=en")).await.expect("case").text;
        assert!(page.contains("made on 2025-11-20") && page.contains("no contact entered"));
    }
}
