//! What the pages of roll, keeping and families share: who is signed in, the ledger, the rules.

use std::sync::Arc;

use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use runtime::cli::Failure;
use runtime::sql::Tx;
use runtime::web::{Audience, Html, Lang, Page, Problem, Role, Session, Shell, Text, Visitor};

use crate::ledger::author::Author;
use crate::ledger::destroy::Terms;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{Ledger, account};
use crate::packs::{Packs, PacksError};

/// What the pages need to know besides the ledger.
pub trait Rules: Send + Sync {
    /// The packs that are in force.
    ///
    /// # Errors
    /// The store cannot be read.
    fn packs(&self) -> Result<Packs, PacksError>;

    /// For how many days the school keeps copies of its data folder.
    fn copies_days(&self) -> u32;
}

/// State of these pages.
#[derive(Clone)]
pub(super) struct Office {
    pub(super) shell: Arc<Shell>,
    pub(super) ledger: Ledger,
    pub(super) rules: Arc<dyn Rules>,
}

impl FromRef<Office> for Arc<Shell> {
    fn from_ref(office: &Office) -> Self {
        Self::clone(&office.shell)
    }
}

/// Who keeps the roll: nobody else sees these forms.
#[derive(Clone, Copy, Debug)]
pub(super) struct RollKeepers;

impl Audience for RollKeepers {
    const ROLES: &'static [Role] = &[Role::Counsellor, Role::MoralHead];
}

/// Sentences of what was refused and what to do next.
pub(super) type Told = Option<(String, String)>;

impl Office {
    /// Works on the ledger as the account of the session, where blocking does no harm.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        session: &Session,
        work: impl FnOnce(&Tx<'_>, Author) -> Result<T, LedgerRefusal> + Send + 'static,
    ) -> Result<T, LedgerRefusal> {
        let (ledger, now_ms) = (self.ledger.clone(), self.shell.clock.now_ms());
        let login = session.login.clone();
        let done = tokio::task::spawn_blocking(move || {
            ledger.write("console", move |tx| {
                let author = account::author(tx, &login, now_ms)?;
                work(tx, author.ok_or(LedgerRefusal::NotAllowed)?)
            })
        });
        // A panic inside is a mistake of ours; nothing was committed.
        done.await.unwrap_or(Err(LedgerRefusal::Unknown))
    }

    /// The packs that are in force, read where blocking does no harm.
    pub(super) async fn packs(&self) -> Result<Packs, Problem> {
        let rules = Arc::clone(&self.rules);
        let read = tokio::task::spawn_blocking(move || rules.packs()).await;
        read.map_err(|_| Problem::Internal)?.map_err(|error| {
            tracing::error!(%error, "packs not read");
            Problem::Unavailable
        })
    }

    /// What a destruction is measured by.
    pub(super) async fn terms(&self) -> Result<Terms, Problem> {
        let calendar = Arc::clone(self.packs().await?.calendar());
        Ok(Terms { calendar, copies_days: self.rules.copies_days() })
    }

    /// A page; with the status of a conflict where something was refused.
    pub(super) fn reply(
        &self,
        visitor: &Visitor<impl Audience>,
        page: &Page,
        told: &Told,
    ) -> Result<Response, Problem> {
        let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        self.shell.reply_with(status, &visitor.frame, page).map(IntoResponse::into_response)
    }
}

/// What a refusal says, or the problem where the page itself cannot be shown.
pub(super) fn told(refusal: LedgerRefusal, lang: Lang) -> Result<Told, Problem> {
    if let LedgerRefusal::Store(error) = refusal {
        return Err(error.into());
    }
    Ok(Some(sentences(&refusal.into(), lang)))
}

/// Both sentences of a failure.
pub(super) fn sentences(failure: &Failure, lang: Lang) -> (String, String) {
    let next = failure.next_step(lang).unwrap_or_default().to_owned();
    (failure.message(lang).to_owned(), next)
}

/// The problem of a page that could not be read.
pub(super) fn problem(refusal: LedgerRefusal) -> Problem {
    match refusal {
        LedgerRefusal::NotAllowed => Problem::Forbidden,
        LedgerRefusal::Unknown | LedgerRefusal::Destroyed => Problem::NotFound,
        LedgerRefusal::Store(error) => error.into(),
        _ => Problem::BadRequest,
    }
}

/// A page of a group of the menu.
pub(super) fn page(
    (group, title, note): (Text, Text, String),
    current: &'static str,
    body: Html,
    lang: Lang,
) -> Page {
    let crumbs = [group, title].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let title = title.in_lang(lang).to_owned();
    Page { title, note, crumbs, current, exports: Vec::new(), body }
}

/// The words of a closed list with their labels.
pub(super) fn choices<W: domain::ledger::Word>(lang: Lang) -> Vec<(&'static str, &'static str)> {
    W::ALL.iter().map(|word| (word.as_str(), chosen(word.label(), lang))).collect()
}

/// The half of a pair that a language reads.
pub(super) const fn chosen((zh, en): (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

#[cfg(test)]
pub(super) mod trial {
    //! A school and browsers of its people, for tests of these pages.

    use runtime::web::trial::{Browser, PASSWORD};
    use runtime::web::{Label, NewAccount, SessionStore, Sessions, Transport, console};

    use super::*;
    use crate::ledger::account::{Changer, staff_of};
    use crate::ledger::testing::School;

    /// The built-in packs, and copies for thirty days.
    pub(crate) struct BuiltIn;

    impl Rules for BuiltIn {
        fn packs(&self) -> Result<Packs, PacksError> {
            Packs::embedded()
        }

        fn copies_days(&self) -> u32 {
            30
        }
    }

    /// Whose browser.
    #[derive(Clone, Copy)]
    pub(crate) struct Person {
        pub(crate) login: &'static str,
        pub(crate) role: Role,
        pub(crate) staff: &'static str,
    }

    /// A browser that has signed in to all of these pages at an instant.
    pub(crate) async fn browser(school: &School, person: Person, now_ms: i64) -> Browser {
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
        let start = jiff::Timestamp::from_millisecond(now_ms).expect("instant");
        let (clock, _) = runtime::clock::Clock::simulated(start);
        let name = Label::new("示例初级中学", "Example Junior Middle School");
        let site = crate::console::site(name, "F1".to_owned(), Transport::Loopback);
        let store = SessionStore::new(school.ledger.database().clone());
        let sessions = Sessions::new(store).expect("sessions");
        let shell = Arc::new(Shell { site, sessions, clock });
        let (ledger, rules) = (school.ledger.clone(), Arc::new(BuiltIn) as Arc<dyn Rules>);
        let pages = crate::console::office_pages(&shell, &ledger, &rules);
        let mut browser = Browser::new(console(shell, pages));
        browser.sign_in(person.login, PASSWORD).await.expect("sign in");
        browser
    }
}
