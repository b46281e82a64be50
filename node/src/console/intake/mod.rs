//! Pages of a receiver: the worklist, one referral with what may be done about it, what it says,
//! and the log of the head.
//!
//! The worklist names nobody. What a referral says is on a page of its own that asks for a purpose
//! and logs the reading before it shows anything. There is no page of a school here.

mod callers;
mod cards;
mod forms;
mod hand_offs;
mod inbox;
mod letters;
mod notices;
mod pages;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use pages::referral_lines;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use certs::identity::LeafIdentity;
use domain::ledger::Word as _;
use domain::receiver::ReadWhy;
use runtime::cli::Failure;
use runtime::sql::{SqlError, Tx};
use runtime::web::{
    Audience, Label, Lang, NavGroup, NavLink, Page, Problem, Role, Session, Shell, SignedForm,
    Site, Transport, Visitor, console, posts,
};
use serde::Deserialize;

use super::fhir::download;
use super::filled::Filled;
use super::office::{Rules, Told, sentences};
use crate::app::Node;
use crate::fhir::receiver as exchange;
use crate::intake::acting::{self, Shown};
use crate::intake::answering::SendersCalled;
use crate::intake::cards::CardError;
use crate::intake::{IntakeError, Receiver};
use crate::ledger::Ledger;
use crate::ledger::intake::{self, Worker};
use crate::neighbour::{NeighbourError, reading};

const HOME_HREF: &str = "/";
const INTAKE_HREF: &str = "/intake";
const LOG_HREF: &str = "/intake/log";

/// The certificate of now, with its key.
type Signs = Arc<dyn Fn() -> Arc<LeafIdentity> + Send + Sync>;

/// Everybody of a receiver: these pages name nobody.
#[derive(Clone, Copy, Debug)]
struct Staff;

impl Audience for Staff {
    const ROLES: &'static [Role] = &Role::RECEIVER;
}

/// Who works with what came.
#[derive(Clone, Copy, Debug)]
struct Workers;

impl Audience for Workers {
    const ROLES: &'static [Role] = &[Role::Intake, Role::Clinician, Role::ReceiverHead];
}

/// Who looks at the log.
#[derive(Clone, Copy, Debug)]
struct Heads;

impl Audience for Heads {
    const ROLES: &'static [Role] = &[Role::ReceiverHead];
}

/// State of these pages.
#[derive(Clone)]
struct Desk {
    shell: Arc<Shell>,
    ledger: Ledger,
    receiver: Option<Receiver>,
    /// With what a tip is signed; nothing before joining.
    signs: Option<Signs>,
    rules: Arc<dyn Rules>,
}

impl FromRef<Desk> for Arc<Shell> {
    fn from_ref(desk: &Desk) -> Self {
        Self::clone(&desk.shell)
    }
}

impl Desk {
    /// Works on the ledger as the account of the session, where blocking does no harm.
    async fn work<T: Send + 'static>(
        &self,
        session: &Session,
        work: impl FnOnce(&Tx<'_>, &Worker) -> Result<T, IntakeError> + Send + 'static,
    ) -> Result<T, IntakeError> {
        let (ledger, now_ms) = (self.ledger.clone(), self.shell.clock.now_ms());
        let login = session.login.clone();
        let done = runtime::blocking::run(move || {
            ledger.write("receiver_console", move |tx| {
                let worker = intake::worker(tx, &login, now_ms)?;
                work(tx, &worker.ok_or(IntakeError::NotAllowed)?)
            })
        });
        // A panic inside is a mistake of ours; nothing was committed.
        done.await.unwrap_or(Err(IntakeError::Unknown))
    }

    /// What senders are called; before joining there are none.
    async fn called(&self, senders: Vec<String>) -> Result<SendersCalled, Problem> {
        let Some(receiver) = self.receiver.clone() else { return Ok(SendersCalled::default()) };
        let (ledger, now) = (self.ledger.clone(), self.shell.clock.now());
        let read = runtime::blocking::run(move || {
            ledger.read(move |tx| receiver.called_of(tx, senders.iter().map(String::as_str), now))
        });
        // A panic inside is a mistake of ours.
        read.await.unwrap_or(Err(IntakeError::Unknown)).map_err(problem)
    }

    /// As [`Desk::work`], on duty reports, tips and hand-offs.
    async fn on_notices<T: Send + 'static>(
        &self,
        session: &Session,
        work: impl FnOnce(&Tx<'_>, &Worker) -> Result<T, NeighbourError> + Send + 'static,
    ) -> Result<T, NeighbourError> {
        let (ledger, now_ms) = (self.ledger.clone(), self.shell.clock.now_ms());
        let login = session.login.clone();
        let done = runtime::blocking::run(move || {
            ledger.write("receiver_notices", move |tx| {
                let worker = intake::worker(tx, &login, now_ms)?;
                work(tx, &worker.ok_or(NeighbourError::NotAllowed)?)
            })
        });
        // A panic inside is a mistake of ours; nothing was committed.
        done.await.unwrap_or(Err(NeighbourError::Unknown))
    }

    /// Lets what was erased leave the log of the database too.
    async fn fold(&self) {
        let ledger = self.ledger.clone();
        let folded = runtime::blocking::run(move || ledger.fold()).await;
        if !matches!(folded, Ok(Ok(()))) {
            tracing::warn!("the log of the ledger was not folded in at once");
        }
    }
}

/// Names and menu of a receiver's console.
pub(super) fn site(unit: Label, unit_id: String, transport: Transport) -> Site {
    let links = vec![
        NavLink { label: words::HOME, href: HOME_HREF },
        NavLink { label: words::WORKLIST, href: INTAKE_HREF },
        NavLink { label: words::CARDS, href: cards::CARDS_HREF },
        NavLink { label: notices::REPORTS_LABEL, href: notices::REPORTS_HREF },
        NavLink { label: notices::TIPS_LABEL, href: notices::TIPS_HREF },
        NavLink { label: callers::LABEL, href: callers::HREF },
        NavLink { label: hand_offs::LABEL, href: hand_offs::HREF },
        NavLink { label: letters::LABEL, href: letters::HREF },
        NavLink { label: words::LOG, href: LOG_HREF },
    ];
    Site {
        product: words::PRODUCT,
        unit,
        unit_id,
        transport,
        nav: vec![NavGroup { title: words::GROUP, links }],
        shows,
        titles: Role::title,
        demonstration: false,
    }
}

/// Whether a role is shown a link: what it would be refused is not offered.
fn shows(role: Role, href: &str) -> bool {
    match href {
        INTAKE_HREF
        | cards::CARDS_HREF
        | notices::REPORTS_HREF
        | notices::TIPS_HREF
        | callers::HREF
        | hand_offs::HREF
        | letters::HREF => Workers::ROLES.contains(&role),
        LOG_HREF => Heads::ROLES.contains(&role),
        _ => true,
    }
}

/// A receiver's console, whole: pages, sign-in, static files, error pages.
pub(super) fn router_of(shell: Arc<Shell>, node: Node) -> Router {
    let (ledger, receiver) = (node.ledger().clone(), node.receiver());
    let signs = node.member().map(|member| {
        let cell = member.identity.clone();
        Arc::new(move || cell.current()) as Signs
    });
    let rules: Arc<dyn Rules> = Arc::new(node);
    alone(shell, (ledger, receiver, signs), rules)
}

/// The console over a ledger alone.
fn alone(
    shell: Arc<Shell>,
    (ledger, receiver, signs): (Ledger, Option<Receiver>, Option<Signs>),
    rules: Arc<dyn Rules>,
) -> Router {
    let desk = Desk { shell: Arc::clone(&shell), ledger, receiver, signs, rules };
    let pages = Router::new()
        .route(HOME_HREF, get(show_home))
        .route(INTAKE_HREF, get(show_list))
        .route(LOG_HREF, get(show_log))
        .route("/intake/{id}", get(show_one))
        .route("/intake/{id}/act", posts(take, "/intake/{id}"))
        .route("/intake/{id}/content", get(show_content))
        .route("/intake/{id}/fhir", get(export))
        .merge(cards::router())
        .merge(notices::router())
        .merge(callers::router())
        .merge(hand_offs::router())
        .merge(letters::router())
        .with_state(desk);
    console(shell, pages)
}

/// Counts only: whoever looks after the machine sees nobody.
async fn show_home(State(desk): State<Desk>, visitor: Visitor<Staff>) -> Result<Response, Problem> {
    let ledger = desk.ledger.clone();
    let counted =
        |tx: &Tx<'_>| Ok::<_, SqlError>((intake::counts(tx)?, intake::cards::counts(tx)?));
    let read = move || ledger.read(counted);
    let found = runtime::blocking::run(read).await.map_err(|_| Problem::Internal)?;
    let (counts, of_cards) = found?;
    let has_joined = desk.receiver.is_some();
    let page = pages::home((&counts, &of_cards), has_joined, visitor.frame.lang)?;
    reply(&desk, &visitor, &page)
}

async fn show_list(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
) -> Result<Response, Problem> {
    let lines = desk.work(&visitor.session, acting::worklist).await.map_err(problem)?;
    let callers = desk.on_notices(&visitor.session, reading::callers).await;
    let callers = callers.map_err(super::notices::problem)?;
    let senders = lines.iter().map(|line| line.entry.arrival.sender.clone()).collect();
    let called = desk.called(senders).await?;
    let now_ms = desk.shell.clock.now_ms();
    let page = pages::worklist((&lines, &called, &callers), now_ms, visitor.frame.lang)?;
    reply(&desk, &visitor, &page)
}

async fn show_log(State(desk): State<Desk>, visitor: Visitor<Heads>) -> Result<Response, Problem> {
    let found = desk.work(&visitor.session, |tx, worker| {
        let of_cards = crate::intake::cards::acting::reads(tx, worker)?;
        Ok((acting::reads(tx, worker, None)?, of_cards, acting::refused(tx, worker)?))
    });
    let (reads, of_cards, refused) = found.await.map_err(problem)?;
    let page = pages::log((&reads, &of_cards), &refused, visitor.frame.lang)?;
    reply(&desk, &visitor, &page)
}

async fn show_one(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    one(&desk, &visitor, id, (None, Filled::default())).await
}

async fn one(
    desk: &Desk,
    visitor: &Visitor<Workers>,
    id: i64,
    (told, filled): (Told, Filled),
) -> Result<Response, Problem> {
    let found = desk.work(&visitor.session, move |tx, worker| {
        Ok((acting::shown(tx, worker, id)?, worker.clone()))
    });
    let (shown, worker): (Shown, Worker) = found.await.map_err(problem)?;
    let forms = forms::possible(&shown, &worker, &filled, visitor.frame.lang);
    let called = desk.called(vec![shown.entry.arrival.sender.clone()]).await?;
    let what = (&shown, &called, forms);
    let page = pages::one(what, &told, &visitor.session, visitor.frame.lang)?;
    let status = match told {
        Some(_) => axum::http::StatusCode::CONFLICT,
        None => axum::http::StatusCode::OK,
    };
    desk.shell.reply_with(status, &visitor.frame, &page)
}

async fn take(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Workers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (sent, receiver) = (filled.clone(), desk.receiver.clone());
    let done = desk.work(&visitor.session, move |tx, worker| {
        let receiver = receiver.ok_or(IntakeError::NoReceiver)?;
        match forms::read(&sent)? {
            forms::Said::Answer(said) => acting::act(tx, &receiver, worker, (id, said)),
            forms::Said::Kept(kept) => acting::keep(tx, &receiver, worker, (id, kept)),
            forms::Said::Stands(who) => acting::stands(tx, worker, (id, &who)),
        }
    });
    match done.await {
        Ok(()) => {
            desk.fold().await;
            Ok(Redirect::to(&format!("{INTAKE_HREF}/{id}")).into_response())
        }
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            one(&desk, &visitor, id, (told, filled)).await
        }
    }
}

/// What a referral is read for.
#[derive(Debug, Default, Deserialize)]
struct For {
    #[serde(default)]
    why: String,
}

/// Shows what a referral says; without a purpose the page of the referral asks for one.
async fn show_content(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
    Query(asked): Query<For>,
) -> Result<Response, Problem> {
    let Some(why) = ReadWhy::from_word(&asked.why) else {
        return Ok(Redirect::to(&format!("{INTAKE_HREF}/{id}")).into_response());
    };
    let found = desk.work(&visitor.session, move |tx, worker| {
        let content = acting::read(tx, worker, (id, why))?;
        Ok((content, acting::shown(tx, worker, id)?))
    });
    match found.await {
        Ok((content, shown)) => {
            let rules = Arc::clone(&desk.rules);
            let packs = runtime::blocking::run(move || rules.packs()).await;
            let packs = packs.map_err(|_| Problem::Internal)?.map_err(|error| {
                tracing::error!(%error, "packs not read");
                Problem::Unavailable
            })?;
            let page = pages::content(&content, &shown, &packs, visitor.frame.lang)?;
            reply(&desk, &visitor, &page)
        }
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            one(&desk, &visitor, id, (told, Filled::default())).await
        }
    }
}

/// What a referral says with its answers as a file for the house's own system; a reading as well.
async fn export(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
    Query(asked): Query<For>,
) -> Result<Response, Problem> {
    let Some(why) = ReadWhy::from_word(&asked.why) else {
        return Ok(Redirect::to(&format!("{INTAKE_HREF}/{id}")).into_response());
    };
    let receiver = desk.receiver.clone();
    let bundle = desk.work(&visitor.session, move |tx, worker| {
        let receiver = receiver.ok_or(IntakeError::NoReceiver)?;
        exchange::export(tx, (&receiver, worker), (id, why))
    });
    match bundle.await {
        Ok(bundle) => Ok(download(&bundle)),
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            one(&desk, &visitor, id, (told, Filled::default())).await
        }
    }
}

fn reply(desk: &Desk, visitor: &Visitor<impl Audience>, page: &Page) -> Result<Response, Problem> {
    desk.shell.reply(&visitor.frame, page)
}

/// What a refusal says, or the problem where the page itself cannot be shown.
fn told(error: IntakeError, lang: Lang) -> Result<Told, Problem> {
    match error {
        IntakeError::NotAllowed | IntakeError::Unknown | IntakeError::Store(_) => {
            Err(problem(error))
        }
        other => Ok(Some(sentences(&Failure::from(other), lang))),
    }
}

/// The problem of a page that could not be read.
fn problem(error: IntakeError) -> Problem {
    match error {
        IntakeError::NotAllowed => Problem::Forbidden,
        IntakeError::Unknown | IntakeError::Card(CardError::Unknown) => Problem::NotFound,
        IntakeError::Store(error) => error.into(),
        _ => Problem::BadRequest,
    }
}
