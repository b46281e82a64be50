//! A school and browsers of its people, for tests of the pages over the ledger.

use std::collections::BTreeSet;
use std::sync::Arc;

use runtime::clock::Clock;
use runtime::sql::{SqlError, Tx};
use runtime::web::factor::FactorPolicy;
use runtime::web::trial::{Browser, PASSWORD};
use runtime::web::{Label, NewAccount, Role, SessionStore, Sessions, Shell, Site, Transport};

use super::office::{Office, Rules};
use crate::directory::Directories;
use crate::ledger::Ledger;
use crate::ledger::account::{self, ChangeLog, Changer, staff_of};
use crate::ledger::sealed::SealYears;
use crate::ledger::testing::School;
use crate::letters::road::Desk;
use crate::list::taking::ListRecipient;
use crate::packs::{Packs, PacksError};
use crate::taking::FileRules;

/// Most classes of a small school in these tests.
pub(super) const SMALL_CLASSES: u32 = 6;

/// The built-in packs, and copies for thirty days.
pub(super) struct BuiltIn;

impl Rules for BuiltIn {
    fn packs(&self) -> Result<Packs, PacksError> {
        Packs::embedded()
    }

    fn sealed_school_years(&self) -> Result<SealYears, SqlError> {
        Ok(SealYears::default())
    }

    fn copies_days(&self) -> u32 {
        30
    }

    fn small_school_classes(&self) -> u32 {
        SMALL_CLASSES
    }

    fn list_recipient(&self) -> Option<ListRecipient> {
        None
    }

    fn letter_desk(&self) -> Option<Desk> {
        None
    }

    fn answered_at(&self) -> String {
        "http://192.168.1.20:8080".to_owned()
    }

    fn file_rules(&self) -> FileRules {
        FileRules {
            grades: crate::config::grade_span("7-9"),
            codes: Vec::new(),
            names: Vec::new(),
            setting: domain::scale::Setting::Service,
        }
    }
}

/// As [`BuiltIn`], in a school year under seal.
pub(super) struct UnderSeal(pub(super) i16);

impl Rules for UnderSeal {
    fn packs(&self) -> Result<Packs, PacksError> {
        BuiltIn.packs()
    }

    fn sealed_school_years(&self) -> Result<SealYears, SqlError> {
        let planned = BTreeSet::from([self.0]);
        Ok(SealYears { planned, ..SealYears::default() })
    }

    fn copies_days(&self) -> u32 {
        BuiltIn.copies_days()
    }

    fn small_school_classes(&self) -> u32 {
        BuiltIn.small_school_classes()
    }

    fn list_recipient(&self) -> Option<ListRecipient> {
        BuiltIn.list_recipient()
    }

    fn letter_desk(&self) -> Option<Desk> {
        BuiltIn.letter_desk()
    }

    fn answered_at(&self) -> String {
        BuiltIn.answered_at()
    }

    fn file_rules(&self) -> FileRules {
        BuiltIn.file_rules()
    }
}

/// As [`BuiltIn`], with directories in force.
pub(super) struct Listed(pub(super) Arc<Directories>);

impl Rules for Listed {
    fn packs(&self) -> Result<Packs, PacksError> {
        BuiltIn.packs()
    }

    fn sealed_school_years(&self) -> Result<SealYears, SqlError> {
        BuiltIn.sealed_school_years()
    }

    fn directories(&self) -> Result<Arc<Directories>, SqlError> {
        Ok(Arc::clone(&self.0))
    }

    fn copies_days(&self) -> u32 {
        BuiltIn.copies_days()
    }

    fn small_school_classes(&self) -> u32 {
        BuiltIn.small_school_classes()
    }

    fn list_recipient(&self) -> Option<ListRecipient> {
        BuiltIn.list_recipient()
    }

    fn letter_desk(&self) -> Option<Desk> {
        None
    }

    fn answered_at(&self) -> String {
        BuiltIn.answered_at()
    }

    fn file_rules(&self) -> FileRules {
        BuiltIn.file_rules()
    }
}

/// Whose browser.
#[derive(Clone, Copy)]
pub(super) struct Person {
    pub(super) login: &'static str,
    pub(super) role: Role,
    /// Number of the member of staff; blank for nobody.
    pub(super) staff: &'static str,
}

/// As [`BuiltIn`], where the packs cannot be read.
pub(super) struct NoPacks;

impl Rules for NoPacks {
    fn packs(&self) -> Result<Packs, PacksError> {
        Err(SqlError::Locked.into())
    }

    fn sealed_school_years(&self) -> Result<SealYears, SqlError> {
        Err(SqlError::Locked)
    }

    fn copies_days(&self) -> u32 {
        30
    }

    fn small_school_classes(&self) -> u32 {
        SMALL_CLASSES
    }

    fn list_recipient(&self) -> Option<ListRecipient> {
        None
    }

    fn letter_desk(&self) -> Option<Desk> {
        None
    }

    fn answered_at(&self) -> String {
        String::new()
    }

    fn file_rules(&self) -> FileRules {
        BuiltIn.file_rules()
    }
}

/// What the pages work on.
pub(super) fn office(shell: &Arc<Shell>, ledger: &Ledger) -> Office {
    Office { shell: Arc::clone(shell), ledger: ledger.clone(), rules: Arc::new(BuiltIn) }
}

/// The site of the school of these tests.
pub(super) fn site() -> Site {
    let name = Label::new("示例初级中学", "Example Junior Middle School");
    super::site(name, "F1".to_owned(), Transport::Loopback)
}

/// A shell over the school's accounts, where nobody needs a second factor.
pub(super) fn shell(school: &School, site: Site, clock: Clock) -> Arc<Shell> {
    let store = SessionStore::new(school.ledger.database().clone());
    let sessions = Sessions::new(store, FactorPolicy::DangerNobody).expect("sessions");
    let sessions = sessions.witnessed(Arc::new(ChangeLog));
    Arc::new(Shell { site, sessions, clock })
}

/// Makes the account of a person.
pub(super) async fn account(school: &School, person: Person, now_ms: i64) {
    let account = NewAccount {
        login: person.login.to_owned(),
        name: "赵老师".to_owned(),
        role: person.role,
        password: PASSWORD.to_owned(),
    };
    let stored = account.hashed().await.expect("account");
    let put = move |tx: &Tx<'_>| {
        let changer = Changer { by: "test".to_owned(), at_ms: now_ms };
        account::put(tx, &stored, staff_of(tx, person.staff)?, &changer)
    };
    school.ledger.write("put", put).expect("put");
}

/// A browser that has signed in to all of these pages at an instant.
pub(super) async fn signed_in(
    school: &School,
    login: &str,
    password: &str,
    now_ms: i64,
) -> Browser {
    signed_in_under(school, (login, password), now_ms, Arc::new(BuiltIn)).await
}

/// As [`signed_in`], under rules of the test's own.
pub(super) async fn signed_in_under(
    school: &School,
    (login, password): (&str, &str),
    now_ms: i64,
    rules: Arc<dyn Rules>,
) -> Browser {
    let start = jiff::Timestamp::from_millisecond(now_ms).expect("instant");
    let (clock, _) = Clock::simulated(start);
    let shell = shell(school, site(), clock);
    let mut browser = Browser::new(super::ledger_router(&shell, &school.ledger, &rules));
    browser.sign_in(login, password).await.expect("sign in");
    browser
}

/// A browser of a person who has just been given an account.
pub(super) async fn browser(school: &School, person: Person, now_ms: i64) -> Browser {
    account(school, person, now_ms).await;
    signed_in(school, person.login, PASSWORD, now_ms).await
}
