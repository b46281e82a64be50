//! The hub's console: the overview, the indicator page, sealed sums and the special periods.
//!
//! Pages are pure functions of their views; the handlers here read the address, ask the source
//! off the async threads, and put the shell around the answer. Nothing of a single school is
//! shown, and nothing here can open a referral.

mod indicator;
mod overview;
mod publications;
mod sealed;
mod source;
mod special;
mod view;
mod view_sealed;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::disclosure::noise::Publisher;
use domain::unit::UnitKind;
use runtime::web::{
    Audience, Label, NavGroup, NavLink, Problem, Role, Shell, Site, Transport, Visitor, console,
};
use serde::Deserialize;

pub use source::{SourceError, StatisticsSource};
pub use view::*;
pub use view_sealed::*;

/// Address of the indicator page.
const EXPLORE_HREF: &str = "/indicators";
/// Address of the page of special periods.
const SPECIAL_HREF: &str = "/special";
/// Address of the page of sealed sums.
const SEALED_HREF: &str = "/sealed";
/// Address of the page of publications.
const PUBLICATIONS_HREF: &str = "/publications";
/// Address of the overview, where the start page is another one.
const OVERVIEW_HREF: &str = "/overview";
/// Longest id in the address.
const ID_CHARS_MAX: usize = 60;

/// Who may read statistics.
struct Readers;

impl Audience for Readers {
    const ROLES: &'static [Role] = &[Role::Analyst, Role::Operator, Role::Auditor];
}

#[derive(Clone)]
struct Pages {
    shell: Arc<Shell>,
    source: Arc<dyn StatisticsSource>,
    /// Where the overview is.
    overview: &'static str,
    /// Where the page of sealed sums is.
    sealed: &'static str,
}

impl FromRef<Pages> for Arc<Shell> {
    fn from_ref(pages: &Pages) -> Self {
        Self::clone(&pages.shell)
    }
}

/// Names and menu of a hub's console.
#[must_use]
pub fn site(kind: UnitKind, unit: Label, unit_id: String, transport: Transport) -> Site {
    let product = match kind {
        UnitKind::City => words::PRODUCT_CITY,
        UnitKind::District => words::PRODUCT_DISTRICT,
        UnitKind::Helper => words::PRODUCT_HELPER,
        _ => words::PRODUCT_STREET,
    };
    let (overview, sealed) = places(kind);
    let overview = NavLink { label: words::OVERVIEW, href: overview };
    let explore = NavLink { label: words::EXPLORE, href: EXPLORE_HREF };
    let sealed = NavLink { label: words::SEALED, href: sealed };
    let special = NavLink { label: words::SPECIAL, href: SPECIAL_HREF };
    let published = NavLink { label: words::PUBLICATIONS, href: PUBLICATIONS_HREF };
    let links = match kind {
        UnitKind::Helper => vec![sealed, overview, explore],
        UnitKind::District | UnitKind::City => vec![overview, explore, sealed, published, special],
        _ => vec![overview, explore, sealed, special],
    };
    let nav = vec![NavGroup { title: words::STATISTICS, links }];
    Site {
        product,
        unit,
        unit_id,
        transport,
        nav,
        shows: |_, _| true,
        titles: Role::title,
        demonstration: false,
    }
}

/// Where the overview and the page of sealed sums are: a helper begins with the latter.
const fn places(kind: UnitKind) -> (&'static str, &'static str) {
    match kind {
        UnitKind::Helper => (OVERVIEW_HREF, "/"),
        _ => ("/", SEALED_HREF),
    }
}

/// The hub's console, whole: pages, sign-in, static files, error pages.
pub fn router(kind: UnitKind, shell: Arc<Shell>, source: Arc<dyn StatisticsSource>) -> Router {
    let (overview, sealed) = places(kind);
    let mut pages = Router::new();
    if sealed != SEALED_HREF {
        pages = pages.route(SEALED_HREF, get(show_sealed));
    }
    if Publisher::of(kind).is_some() {
        pages = pages.route(PUBLICATIONS_HREF, get(show_publications));
    }
    let pages = pages
        .route(overview, get(show_overview))
        .route(sealed, get(show_sealed))
        .route(EXPLORE_HREF, get(show_indicator))
        .route(SPECIAL_HREF, get(show_special))
        .with_state(Pages { shell: Arc::clone(&shell), source, overview, sealed });
    console(shell, pages)
}

/// Fields of the filter form.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    indicator: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    breakdown: String,
}

impl Asked {
    /// The filter, if every field is an id and the breakdown is one that there is.
    fn filter(self) -> Result<Filter, Problem> {
        let breakdown = match self.breakdown.as_str() {
            "" => None,
            word => Some(word.parse().map_err(|()| Problem::BadRequest)?),
        };
        let ids = [&self.indicator, &self.period, &self.unit];
        if !ids.into_iter().all(|id| is_id(id)) {
            return Err(Problem::BadRequest);
        }
        Ok(Filter { indicator: self.indicator, period: self.period, unit: self.unit, breakdown })
    }
}

/// Whether a text can be an id of ours; an empty one asks for the default.
fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    text.len() <= ID_CHARS_MAX && text.chars().all(plain)
}

async fn show_overview(
    State(pages): State<Pages>,
    visitor: Visitor<Readers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter()?;
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || source.overview(filter.wanted()));
    let page = overview::page(&view.await?, pages.overview, visitor.frame.lang)?;
    pages.shell.reply(&visitor.frame, &page)
}

async fn show_sealed(
    State(pages): State<Pages>,
    visitor: Visitor<Readers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter()?;
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || source.sealed(filter.wanted()));
    let page = sealed::page(&view.await?, pages.sealed, visitor.frame.lang)?;
    pages.shell.reply(&visitor.frame, &page)
}

async fn show_indicator(
    State(pages): State<Pages>,
    visitor: Visitor<Readers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter()?;
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || source.indicator(&filter));
    let page = indicator::page(&view.await?, visitor.frame.lang)?;
    pages.shell.reply(&visitor.frame, &page)
}

/// Which special period or release is looked into; none where it is empty.
#[derive(Debug, Default, Deserialize)]
struct Chosen {
    #[serde(default)]
    id: String,
}

async fn show_special(
    State(pages): State<Pages>,
    visitor: Visitor<Readers>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    if !is_id(&chosen.id) {
        return Err(Problem::BadRequest);
    }
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || {
        let chosen = Some(chosen.id.as_str()).filter(|id| !id.is_empty());
        Ok((source.specials()?, chosen.map(|id| source.special(id)).transpose()?))
    });
    let (lines, chosen) = view.await?;
    let page = special::page((&lines, chosen.as_ref()), visitor.frame.lang)?;
    pages.shell.reply(&visitor.frame, &page)
}

async fn show_publications(
    State(pages): State<Pages>,
    visitor: Visitor<Readers>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    if !is_id(&chosen.id) {
        return Err(Problem::BadRequest);
    }
    let source = Arc::clone(&pages.source);
    let view = off_thread(move || {
        source.publications(Some(chosen.id.as_str()).filter(|id| !id.is_empty()))
    });
    let (all, chosen) = view.await?;
    let page = publications::page((&all, chosen.as_ref()), visitor.frame.lang)?;
    pages.shell.reply(&visitor.frame, &page)
}

/// Asks the source where blocking does no harm.
async fn off_thread<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, Problem> {
    match runtime::blocking::run(ask).await {
        Ok(Ok(view)) => Ok(view),
        Ok(Err(SourceError::Unknown)) => Err(Problem::NotFound),
        Ok(Err(SourceError::Unavailable(cause))) => {
            tracing::error!(cause = %cause, "statistics not read");
            Err(Problem::Unavailable)
        }
        Err(_) => Err(Problem::Internal),
    }
}

#[cfg(test)]
mod tests;
