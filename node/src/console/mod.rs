//! The school's console: the start page, what leaves this school, and the ledgers.
//!
//! Pages are pure functions of their views; the handlers here read the address, ask the source
//! off the async threads, and put the shell around the answer. Pages here name no person, so every
//! role of the school may read them; those that do are in `ledgers`, for roles that may.

mod accounts;
pub mod answer;
mod approvals;
mod audit;
mod calendar;
mod consultations;
mod counts;
mod day;
mod desk;
mod directory;
mod egress;
mod family;
mod fhir;
mod filled;
mod home;
mod imports;
mod inspection;
mod intake;
mod keeping;
mod ledgers;
mod lists;
mod mentors;
mod notices;
mod office;
mod plans;
mod referrals;
mod results;
mod roll;
mod screening;
mod sealed;
mod settings;
mod sheet;
mod source;
mod standards;
mod students;
mod surveys;
mod sync;
mod transfers;
mod view;
mod welcome;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::ledger::{Area, Kind, SchoolRole, Word as _};
use runtime::web::{
    Audience, Label, NavGroup, NavLink, Problem, Role, Shell, Site, Text, Transport, Visitor,
    console,
};
use serde::Deserialize;

use crate::app::Node;
use crate::ledger::Ledger;
use crate::ledger::browse;
use office::Office;
use sheet::crumbs;

pub(crate) use consultations::{answer_line, card_lines};
pub(crate) use family::Letter;
pub(crate) use intake::referral_lines;
pub use office::Rules;
pub(crate) use referrals::preview_lines;
pub use sealed::{SealedAbsent, SealedForeign, SealedLine, SealedPage, SealedState, YearUnderSeal};
pub(crate) use sealed::{in_eights, key_standing, key_words};
pub use source::{EgressSource, SourceError};
pub(crate) use transfers::transfer_lines;
pub use view::*;
pub use welcome::is_unfinished;

/// Address of the list of releases.
const EGRESS_HREF: &str = "/egress";
/// Address of the preview.
const NEXT_HREF: &str = "/egress/next";
/// Longest id of a release in the address.
const ID_CHARS_MAX: usize = 120;
/// Highest number of a page of the list.
const PAGE_MAX: u32 = 100_000;

/// Everybody of the school: these pages name nobody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staff;

impl Audience for Staff {
    const ROLES: &'static [Role] = &Role::SCHOOL;
}

#[derive(Clone)]
struct Pages {
    shell: Arc<Shell>,
    source: Arc<dyn EgressSource>,
    office: Office,
}

impl FromRef<Pages> for Arc<Shell> {
    fn from_ref(pages: &Pages) -> Self {
        Self::clone(&pages.shell)
    }
}

/// Names and menu of a school's console.
#[must_use]
pub fn site(unit: Label, unit_id: String, transport: Transport) -> Site {
    let daily = vec![NavLink { label: words::HOME, href: "/" }, counts::link()];
    let outward = vec![
        NavLink { label: words::EGRESS, href: EGRESS_HREF },
        NavLink { label: words::NEXT, href: NEXT_HREF },
        sealed::link(),
    ];
    let nav = vec![
        NavGroup { title: words::DAILY, links: daily },
        ledgers::menu(),
        NavGroup { title: words::SCHOOL_WORK, links: school_links() },
        NavGroup { title: words::DAILY_RECORDS, links: office_links() },
        NavGroup { title: words::OUTWARD, links: outward },
    ];
    let mut site = Site {
        product: words::PRODUCT,
        unit,
        unit_id,
        transport,
        nav,
        shows,
        titles: title,
        demonstration: false,
    };
    let mut office = settings::links().to_vec();
    office.extend([approvals::link(), accounts::link(), audit::link()]);
    site.nav.push(NavGroup { title: words::OFFICE, links: office });
    site
}

/// Whether the table of authority lets a role of a school.
fn is_of_school(role: Role, may: impl Fn(SchoolRole) -> bool) -> bool {
    role.school().is_some_and(may)
}

/// What a role is called at a school: as in its table of authority.
pub(crate) fn title(role: Role) -> Text {
    role.school().map_or_else(|| role.title(), |role| office::text_of(role.label()))
}

/// Whether a role is shown a link: what it would be refused is not offered.
fn shows(role: Role, href: &str) -> bool {
    match href {
        accounts::ACCOUNTS_HREF => accounts::AccountKeepers::ROLES.contains(&role),
        audit::AUDIT_HREF => audit::Auditors::ROLES.contains(&role),
        settings::SETTINGS_HREF => settings::Responsible::ROLES.contains(&role),
        ledgers::WORK_HREF => ledgers::Workers::ROLES.contains(&role),
        ledgers::ALERTS_HREF
        | approvals::APPROVALS_HREF
        | "/mine"
        | "/students"
        | "/calendar"
        | plans::PLANS_HREF
        | referrals::REFERRALS_HREF
        | consultations::CONSULTATIONS_HREF
        | directory::DIRECTORY_HREF
        | standards::STANDARDS_HREF => ledgers::Readers::ROLES.contains(&role),
        "/workload" | standards::TRAINING_HREF => {
            let reads = |role| standards::reads(role, Area::Training);
            ledgers::Readers::ROLES.contains(&role) && is_of_school(role, reads)
        }
        "/talks/new" => is_of_school(role, |role| browse::is_writable_by(role, Kind::Talk)),
        notices::REPORTS_HREF | notices::TIPS_HREF => notices::Reporters::ROLES.contains(&role),
        notices::HAND_OFFS_HREF => notices::Takers::ROLES.contains(&role),
        screening::RUNS_HREF => screening::Leaders::ROLES.contains(&role),
        roll::ROLL_HREF
        | transfers::TRANSFERS_HREF
        | lists::LISTS_HREF
        | mentors::MENTORS_HREF
        | surveys::SURVEYS_HREF => office::RollKeepers::ROLES.contains(&role),
        imports::IMPORTS_HREF => imports::Importers::ROLES.contains(&role),
        family::FAMILIES_HREF => family::Callers::ROLES.contains(&role),
        keeping::KEEPING_HREF => keeping::Keepers::ROLES.contains(&role),
        inspection::INSPECTION_HREF => counts::Counters::ROLES.contains(&role),
        "/counts" => counts::Counters::ROLES.contains(&role),
        _ => true,
    }
}

/// The school's console, whole: pages, sign-in, static files, error pages.
///
/// With a key the first set-up stands under its address. Students answer under the same address
/// too, as on the computer of the school that has the node.
pub fn router_of(
    shell: Arc<Shell>,
    source: Arc<dyn EgressSource>,
    node: Node,
    key: Option<&str>,
) -> Router {
    let office = Office {
        shell: Arc::clone(&shell),
        ledger: node.ledger().clone(),
        rules: Arc::new(node.clone()),
    };
    let mut pages = outward_pages(&office, source);
    pages = pages.merge(office_pages().with_state(office.clone()));
    if let Some(key) = key {
        pages = pages.merge(welcome::router(Arc::clone(&shell), node.clone(), key));
    }
    let (ledger, shelf) = (node.ledger().clone(), node.shelf());
    let answered_at = node.answered_at();
    let pages = pages
        .merge(answer::router(Arc::clone(&shell), ledger, Arc::clone(&shelf)))
        .merge(screening::router(office, shelf, &answered_at))
        .merge(settings::router(Arc::clone(&shell), node));
    console(shell, pages)
}

/// Names and menu of a receiver's console.
#[must_use]
pub fn receiver_site(unit: Label, unit_id: String, transport: Transport) -> Site {
    intake::site(unit, unit_id, transport)
}

/// A receiver's console: what came to it, and no page of a school.
pub fn receiver_router(shell: Arc<Shell>, node: Node) -> Router {
    intake::router_of(shell, node)
}

/// The console over a ledger alone: no page about the machine or about what leaves.
pub fn ledger_router(shell: &Arc<Shell>, ledger: &Ledger, rules: &Arc<dyn Rules>) -> Router {
    let office =
        Office { shell: Arc::clone(shell), ledger: ledger.clone(), rules: Arc::clone(rules) };
    console(Arc::clone(shell), office_pages().with_state(office))
}

/// The pages that say what leaves this school.
fn outward_pages(office: &Office, source: Arc<dyn EgressSource>) -> Router {
    Router::new()
        .route("/", get(show_home))
        .route(EGRESS_HREF, get(show_list))
        .route(NEXT_HREF, get(show_preview))
        .route(sealed::SEALED_HREF, get(show_sealed))
        .route("/egress/{id}", get(show_release))
        .route("/egress/{id}/bytes", get(give_bytes))
        .with_state(Pages { shell: Arc::clone(&office.shell), source, office: office.clone() })
}

/// The pages over the ledger.
fn office_pages() -> Router<Office> {
    ledgers::router()
        .merge(counts::router())
        .merge(roll::router())
        .merge(transfers::router())
        .merge(family::router())
        .merge(keeping::router())
        .merge(inspection::router())
        .merge(standards::router())
        .merge(surveys::router())
        .merge(mentors::router())
        .merge(plans::router())
        .merge(referrals::router())
        .merge(consultations::router())
        .merge(notices::router())
        .merge(directory::router())
        .merge(lists::router())
        .merge(imports::router())
        .merge(approvals::router())
        .merge(accounts::router())
        .merge(audit::router())
}

/// The part of the menu about the school's work.
fn school_links() -> Vec<NavLink> {
    let mut links = standards::links().to_vec();
    links.push(surveys::link());
    links
}

/// The part of the menu that these pages have.
fn office_links() -> Vec<NavLink> {
    vec![
        roll::link(),
        transfers::link(),
        imports::link(),
        family::link(),
        lists::link(),
        keeping::link(),
        inspection::link(),
    ]
}

/// Which page of the list.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    page: Option<u32>,
}

async fn show_home(
    State(pages): State<Pages>,
    visitor: Visitor<Staff>,
) -> Result<Response, Problem> {
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || source.home()).await?;
    // Whoever works with students begins with the day; who sees none, with the machine.
    if ledgers::Readers::ROLES.contains(&visitor.session.role) {
        return day::show(&pages.office, &visitor, &view).await;
    }
    let page = home::page(&view, visitor.session.role, visitor.frame.lang)?;
    pages.shell.reply(&visitor.frame, &page)
}

async fn show_list(
    State(pages): State<Pages>,
    visitor: Visitor<Staff>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let number = asked.page.unwrap_or(1).clamp(1, PAGE_MAX);
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || source.releases(number)).await?;
    pages.shell.reply(&visitor.frame, &egress::list(&view, visitor.frame.lang)?)
}

async fn show_preview(
    State(pages): State<Pages>,
    visitor: Visitor<Staff>,
) -> Result<Response, Problem> {
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || source.preview()).await?;
    pages
        .shell
        .reply(&visitor.frame, &egress::preview(&view, visitor.session.role, visitor.frame.lang)?)
}

async fn show_sealed(
    State(pages): State<Pages>,
    visitor: Visitor<Staff>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let number = asked.page.unwrap_or(1).clamp(1, PAGE_MAX);
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || source.sealed(number)).await?;
    pages.shell.reply(&visitor.frame, &sealed::page(&view, visitor.frame.lang)?)
}

async fn show_release(
    State(pages): State<Pages>,
    visitor: Visitor<Staff>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let view = release_of(&pages, id).await?;
    pages.shell.reply(&visitor.frame, &egress::release(&view, visitor.frame.lang)?)
}

/// Gives the signed bytes as a file, so that anybody can check their digest.
async fn give_bytes(
    State(pages): State<Pages>,
    _visitor: Visitor<Staff>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let view = release_of(&pages, id).await?;
    let name = format!("attachment; filename=\"release-{}.bin\"", view.digest.short());
    let file = HeaderValue::from_str(&name).map_err(|_| Problem::Internal)?;
    let kind = HeaderValue::from_static("application/octet-stream");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, file)];
    Ok((headers, view.bytes).into_response())
}

async fn release_of(pages: &Pages, id: String) -> Result<ReleasePage, Problem> {
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if id.is_empty() || id.len() > ID_CHARS_MAX || !plain {
        return Err(Problem::NotFound);
    }
    let source = Arc::clone(&pages.source);
    off_thread(move || source.release(&id)).await
}

/// Asks the source where blocking does no harm.
async fn off_thread<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, Problem> {
    match runtime::blocking::run(ask).await {
        Ok(Ok(view)) => Ok(view),
        Ok(Err(SourceError::Unknown)) => Err(Problem::NotFound),
        Ok(Err(SourceError::Unavailable(cause))) => {
            tracing::error!(cause = %cause, "releases not read");
            Err(Problem::Unavailable)
        }
        Err(_) => Err(Problem::Internal),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial;
