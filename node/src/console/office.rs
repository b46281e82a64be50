//! What pages over the ledger share: who is signed in, the ledger, the rules in force.

use std::sync::Arc;

use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::response::Response;
use domain::period::{Period, TermId};
use runtime::cli::Failure;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Audience, Html, Lang, Page, Problem, Role, Session, Shell, Text, Visitor};
use serde::Deserialize;

use crate::directory::Directories;
use crate::ledger::author::Author;
use crate::ledger::destroy::Terms;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::sealed::SealYears;
use crate::ledger::{Ledger, account};
use crate::letters::road::Desk;
use crate::list::taking::ListRecipient;
use crate::packs::{Packs, PacksError};
use crate::taking::FileRules;

/// What the pages need to know besides the ledger.
pub trait Rules: Send + Sync {
    /// The packs that are in force.
    ///
    /// # Errors
    /// The store cannot be read.
    fn packs(&self) -> Result<Packs, PacksError>;

    /// School years of this school that are under seal, or were.
    ///
    /// # Errors
    /// The store cannot be read.
    fn sealed_school_years(&self) -> Result<SealYears, SqlError>;

    /// The directories in force: to whom the school may turn; none before it has joined.
    ///
    /// # Errors
    /// The store cannot be read.
    fn directories(&self) -> Result<Arc<Directories>, SqlError> {
        Ok(Arc::default())
    }

    /// For how many days the school keeps copies of its data folder.
    fn copies_days(&self) -> u32;

    /// Most classes of a small school by the district's rule; zero where there is none.
    fn small_school_classes(&self) -> u32;

    /// Who takes departments' lists; nobody before the node has joined.
    fn list_recipient(&self) -> Option<ListRecipient>;

    /// Who sends and gets letters; nobody before the node has joined.
    fn letter_desk(&self) -> Option<Desk>;

    /// What the office's files are read against.
    fn file_rules(&self) -> FileRules;

    /// The address at which students answer; blank where none is set.
    fn answered_at(&self) -> String;
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

/// No fields but the token.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Sentences of what was refused and what to do next.
pub(super) type Told = Option<(String, String)>;

impl Office {
    /// Works on the ledger as the account of the session, where blocking does no harm.
    pub(super) async fn work<T, E>(
        &self,
        session: &Session,
        work: impl FnOnce(&Tx<'_>, Author) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<LedgerRefusal> + From<SqlError> + Send + 'static,
    {
        let (ledger, now_ms) = (self.ledger.clone(), self.shell.clock.now_ms());
        let login = session.login.clone();
        let done = runtime::blocking::run(move || {
            ledger.write("console", move |tx| {
                let author = account::author(tx, &login, now_ms)?;
                work(tx, author.ok_or(LedgerRefusal::NotAllowed)?)
            })
        });
        // A panic inside is a mistake of ours; nothing was committed.
        done.await.unwrap_or_else(|_| Err(LedgerRefusal::Unknown.into()))
    }

    /// Lets what was erased leave the log of the database too, where blocking does no harm; where
    /// that fails now, it is folded in later.
    pub(super) async fn fold(&self) {
        let ledger = self.ledger.clone();
        let folded = runtime::blocking::run(move || ledger.fold()).await;
        if !matches!(folded, Ok(Ok(()))) {
            tracing::warn!("the log of the ledger was not folded in at once");
        }
    }

    /// Reads what names nobody, where blocking does no harm.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Tx<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, Problem> {
        let ledger = self.ledger.clone();
        let done = runtime::blocking::run(move || ledger.read(read)).await;
        Ok(done.map_err(|_| Problem::Internal)??)
    }

    /// The packs that are in force, read where blocking does no harm.
    pub(super) async fn packs(&self) -> Result<Packs, Problem> {
        let office = self.clone();
        let read = runtime::blocking::run(move || office.packs_now()).await;
        read.map_err(|_| Problem::Internal)?
    }

    /// As [`Office::packs`], for whoever is off the async threads already.
    pub(super) fn packs_now(&self) -> Result<Packs, Problem> {
        self.rules.packs().map_err(|error| {
            tracing::error!(%error, "packs not read");
            Problem::Unavailable
        })
    }

    /// The directories in force, read where blocking does no harm.
    pub(super) async fn directories(&self) -> Result<Arc<Directories>, Problem> {
        let rules = Arc::clone(&self.rules);
        let read = runtime::blocking::run(move || rules.directories()).await;
        Ok(read.map_err(|_| Problem::Internal)??)
    }

    /// The unit's id, for names that must differ between schools.
    pub(super) fn unit_id(&self) -> String {
        self.shell.site.unit_id.clone()
    }

    /// What a destruction is measured by.
    pub(super) async fn terms_of_keeping(&self) -> Result<Terms, Problem> {
        let calendar = Arc::clone(self.packs().await?.calendar());
        Ok(Terms { calendar, copies_days: self.rules.copies_days() })
    }

    /// A page.
    pub(super) fn reply(
        &self,
        visitor: &Visitor<impl Audience>,
        page: &Page,
    ) -> Result<Response, Problem> {
        self.shell.reply(&visitor.frame, page)
    }

    /// A page with a status of its own.
    pub(super) fn reply_with(
        &self,
        status: StatusCode,
        visitor: &Visitor<impl Audience>,
        page: &Page,
    ) -> Result<Response, Problem> {
        self.shell.reply_with(status, &visitor.frame, page)
    }

    /// A page; with the status of a conflict where something was refused.
    pub(super) fn tell(
        &self,
        visitor: &Visitor<impl Audience>,
        page: &Page,
        told: &Told,
    ) -> Result<Response, Problem> {
        let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        self.reply_with(status, visitor, page)
    }
}

/// What a refusal says, or the problem where the page itself cannot be shown.
pub(super) fn told(refusal: LedgerRefusal, lang: Lang) -> Result<Told, Problem> {
    if let LedgerRefusal::Store(error) = refusal {
        return Err(error.into());
    }
    Ok(Some(sentences(&refusal.into(), lang)))
}

/// Two sentences of the page's own: what was refused and what to do next.
pub(super) fn said(what: Text, next: Text, lang: Lang) -> Told {
    Some((what.in_lang(lang).to_owned(), next.in_lang(lang).to_owned()))
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

/// A term as people call it.
pub(super) fn term_name(term: TermId, lang: Lang) -> String {
    crate::egress::decode::period(Period::Term(term)).in_lang(lang).to_owned()
}

/// The words of a closed list with their labels.
pub(super) fn choices<W: domain::ledger::Word>(lang: Lang) -> Vec<(&'static str, &'static str)> {
    W::ALL.iter().map(|word| (word.as_str(), chosen(word.label(), lang))).collect()
}

/// A pair as a sentence.
pub(super) fn text_of((zh, en): (&'static str, &'static str)) -> Text {
    Text::new(zh, en)
}

/// The half of a pair that a language reads.
pub(super) const fn chosen<'a>((zh, en): (&'a str, &'a str), lang: Lang) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
