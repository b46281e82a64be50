//! A remote consultation as the counsellor works with it in the browser.

use std::sync::Arc;

use axum::http::StatusCode;
use runtime::sql::SqlError;
use runtime::web::Role;
use runtime::web::trial::{Browser, PASSWORD};

use super::super::office::Rules;
use super::super::trial::{BuiltIn, Person, account, browser, signed_in_under};
use crate::directory::Directories;
use crate::ledger::sealed::SealYears;
use crate::ledger::testing::NOW_MS;
use crate::letters::cards::tests::{CARD, Held, held};
use crate::letters::road::Desk;
use crate::list::taking::ListRecipient;
use crate::packs::{Packs, PacksError};
use crate::taking::FileRules;

/// A school that sends letters, with directories.
struct Joined {
    desk: Desk,
    directories: Arc<Directories>,
}

impl Rules for Joined {
    fn packs(&self) -> Result<Packs, PacksError> {
        BuiltIn.packs()
    }

    fn sealed_school_years(&self) -> Result<SealYears, SqlError> {
        BuiltIn.sealed_school_years()
    }

    fn directories(&self) -> Result<Arc<Directories>, SqlError> {
        Ok(Arc::clone(&self.directories))
    }

    fn copies_days(&self) -> u32 {
        BuiltIn.copies_days()
    }

    fn small_school_classes(&self) -> u32 {
        BuiltIn.small_school_classes()
    }

    fn list_recipient(&self) -> Option<ListRecipient> {
        None
    }

    fn letter_desk(&self) -> Option<Desk> {
        Some(self.desk.clone())
    }

    fn answered_at(&self) -> String {
        BuiltIn.answered_at()
    }

    fn file_rules(&self) -> FileRules {
        BuiltIn.file_rules()
    }
}

async fn counsellor_of(held: &Held) -> Browser {
    let li = Person { login: "li", role: Role::Counsellor, staff: "T001" };
    account(&held.school, li, NOW_MS).await;
    let directories = Arc::new(held.directories.clone());
    let rules = Joined { desk: held.town.desk.clone(), directories };
    signed_in_under(&held.school, (li.login, PASSWORD), NOW_MS, Arc::new(rules)).await
}

async fn post(
    browser: &mut Browser,
    page: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let shown = browser.get(page).await.expect("page");
    let token = shown.field("csrf").expect("token").to_owned();
    let fields = [&[("csrf", token.as_str())], fields].concat();
    let done = browser.post(path, &fields).await.expect("form");
    (done.status, done.text)
}

/// A card is seen before it is sealed, in both languages and without its student; what was not seen
/// is not sealed; it is taken back with a button, and others see nothing of it.
#[tokio::test]
async fn a_card_is_seen_sealed_and_taken_back() {
    let held = held(CARD, None);
    let mut li = counsellor_of(&held).await;
    let page = format!("/consultations/{}", held.record.0);
    for path in ["/consultations", page.as_str()] {
        for lang in ["zh", "en"] {
            let shown = li.get(&format!("{path}?lang={lang}")).await.expect("page");
            assert_eq!((shown.status, shown.flaws()), (StatusCode::OK, Vec::new()), "{path}");
            assert!(shown.text.contains("CLINIC1"), "{}", shown.text);
        }
    }
    let asked = [("urgency", "urgent"), ("person", "王老师"), ("phone", "0532-9")];
    let (status, text) = post(&mut li, &page, &format!("{page}/prepare"), &asked).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let card = format!("{page}/card");
    for lang in ["zh", "en"] {
        let shown = li.get(&format!("{card}?lang={lang}")).await.expect("preview");
        assert_eq!((shown.status, shown.flaws()), (StatusCode::OK, Vec::new()), "{lang}");
        assert!(shown.text.contains(CARD) && shown.text.contains("王老师 0532-9"));
    }
    let send = format!("{page}/send");
    let (status, _) = post(&mut li, &card, &send, &[("digest", "00")]).await;
    assert_eq!(status, StatusCode::CONFLICT, "something else was seen");
    let shown = li.get(&card).await.expect("preview");
    let digest = shown.field("digest").expect("digest").to_owned();
    let (status, text) = post(&mut li, &card, &send, &[("digest", digest.as_str())]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let work = li.get("/work?lang=zh").await.expect("work");
    assert!(work.text.contains(&page), "the work list leads there");
    let (status, text) = post(&mut li, &page, &format!("{page}/recall"), &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let mentor = Person { login: "dao", role: Role::Mentor, staff: "T003" };
    let mut mentor = browser(&held.school, mentor, NOW_MS).await;
    assert_eq!(mentor.get(&page).await.expect("page").status, StatusCode::FORBIDDEN);
    let it = Person { login: "it", role: Role::Operator, staff: "T004" };
    let mut it = browser(&held.school, it, NOW_MS).await;
    for path in ["/consultations", page.as_str()] {
        assert_eq!(it.get(path).await.expect("page").status, StatusCode::FORBIDDEN, "{path}");
    }
}
