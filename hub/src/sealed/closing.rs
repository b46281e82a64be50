//! Closing a school year as one act of a hub's operator: what it leaves over in the store, its key
//! files, and the log beside the store.
//!
//! Records stand first, in one commit with what is overwritten in the store. Whoever is ended after
//! it runs the command again: a year that is closed stays so, and what is left of its files and of
//! the log goes then.

use std::sync::Arc;

use certs::aggregate::Role;
use certs::identity::LeafIdentity;
use domain::digest::Digest;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use proto::recalled::YearClosed;
use runtime::sql::{Database, SqlError, Tx};

use super::close::{self, CloseError, Closing};
use super::documents::{Documents, ShareKeys};
use crate::app::{HubError, load_pins};
use crate::config::Config;
use crate::packs::Packs;
use crate::share_key::{self, Held, ShareKeyError};
use crate::store::sealed::{task, year};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The school year, by the year it begins in.
    pub year: i16,
    /// Whether what may still be opened is left closed for good.
    pub leaves_closed: bool,
    /// Today.
    pub today: Date,
    /// Now.
    pub now_ms: i64,
}

/// What was closed: each area, and nothing where it was closed before.
pub type Closed = Vec<(UnitId, Option<YearClosed>)>;

/// A key of a closed year that is still here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The key.
    pub key: Digest,
    /// The plans that name it and are not closed here: by area and school year.
    pub open: Vec<(UnitId, i16)>,
}

/// Why a year is not closed here, or not whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClosingError {
    /// This hub has no part in the year. Nothing was changed.
    #[error("this hub has no part in sealed sums of school year {0}")]
    NoPart(i16),
    /// The year is not closed. Nothing was changed.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// Its identity, roots or packs cannot be used. Nothing was changed.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// A key file cannot be read, or is still there.
    #[error(transparent)]
    Key(#[from] ShareKeyError),
    /// The store, or its log.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Closes a year at this hub.
///
/// # Errors
/// Why it is not closed. Where key files or the log are left over, the year is closed and the same
/// again goes on with them.
pub fn close_year(
    config: &Config,
    database: &Database,
    asked: Asked,
) -> Result<Closed, ClosingError> {
    let (closed, over) = commit(config, database, asked)?;
    // Keys go whether or not the log can be emptied now, and each whether or not another one does.
    let erased: Vec<_> = over.iter().map(share_key::erase).collect();
    share_key::sweep(config)?;
    erased.into_iter().collect::<Result<(), ShareKeyError>>()?;
    database.fold()?;
    Ok(closed)
}

/// Keys of a year that were not destroyed with it, since plans that are not closed name them as
/// well: whatever was sealed to them in that year can still be opened.
///
/// # Errors
/// The packs, the keys or the store cannot be read.
pub fn kept(config: &Config, database: &Database, asked: Asked) -> Result<Vec<Kept>, ClosingError> {
    let (today, pins) = (asked.today, load_pins(config)?);
    let read = move |tx: &Tx<'_>| Packs::load(tx, today, &pins);
    let packs = database.read(read).map_err(HubError::from)?;
    let held = share_key::held(config)?;
    let read = move |tx: &Tx<'_>| {
        let mut kept = Vec::new();
        for key in held {
            let named = key.years(packs.sealed_years());
            if named.iter().all(|(_, of)| *of != asked.year) {
                continue;
            }
            let mut open = Vec::new();
            for (area, of) in named {
                if !year::is_closed(tx, (&area, of))? {
                    open.push((area, of));
                }
            }
            kept.push(Kept { key: key.digest(), open });
        }
        Ok::<_, SqlError>(kept)
    };
    Ok(database.read(read)?)
}

/// The first step: records, and what goes in the store. Gives the keys whose files go next.
///
/// # Errors
/// Why the year is not closed; nothing was changed.
pub fn commit(
    config: &Config,
    database: &Database,
    asked: Asked,
) -> Result<(Closed, Vec<Held>), ClosingError> {
    let identity = LeafIdentity::load(&config.path("identity.pem")).map_err(HubError::Identity)?;
    let (today, pins) = (asked.today, load_pins(config)?);
    let read = move |tx: &Tx<'_>| Packs::load(tx, today, &pins);
    let packs = Arc::new(database.read(read).map_err(HubError::from)?);
    let documents = Documents::of(packs.clone(), &ShareKeys::default());
    let (held, config) = (share_key::held(config)?, config.clone());
    let write = move |tx: &Tx<'_>| {
        let areas = areas(tx, &config, &documents, asked.year)?;
        if areas.is_empty() {
            return Err(ClosingError::NoPart(asked.year));
        }
        let is_over = |area: &UnitId, of: i16| {
            let is_now = of == asked.year && areas.iter().any(|(one, _)| one == area);
            Ok::<_, SqlError>(is_now || year::is_closed(tx, (area, of))?)
        };
        let mut over = Vec::new();
        for key in held {
            if share_key::is_closed(&key, packs.sealed_years(), is_over)? {
                over.push(key);
            }
        }
        let keys: Vec<Digest> = over.iter().map(Held::digest).collect();
        let mut closed = Vec::new();
        for (area, role) in &areas {
            let asked = Closing {
                unit: config.unit.clone(),
                role: *role,
                place: (area.clone(), asked.year),
                documents: &documents,
                identity: &identity,
                today,
                now_ms: asked.now_ms,
                keys: keys.clone(),
                leaves_closed: asked.leaves_closed,
            };
            match close::close(tx, &asked) {
                Ok(done) => closed.push((area.clone(), Some(done))),
                Err(CloseError::Closed) => closed.push((area.clone(), None)),
                Err(error) => return Err(error.into()),
            }
        }
        for key in &over {
            let signer = (&config, identity.key());
            share_key::record(tx, signer, (key, packs.sealed_years()), asked.now_ms)?;
        }
        Ok((closed, over))
    };
    database.write("sealed_close", write)
}

/// The areas of a year in which this hub has a part: by the plans that hold, and by what it keeps
/// of plans that do not hold any more.
fn areas(
    tx: &Tx<'_>,
    config: &Config,
    documents: &Documents,
    school_year: i16,
) -> Result<Vec<(UnitId, Role)>, SqlError> {
    let own = documents.years().iter().filter_map(|of| {
        let plan = &of.sealed().plan;
        let role = of.role_of(&config.unit).filter(|_| plan.year() == school_year)?;
        Some((plan.area().clone(), role))
    });
    let mut areas: Vec<(UnitId, Role)> = own.collect();
    let role = if config.kind == UnitKind::Helper { Role::Helper } else { Role::Leader };
    for (area, of) in task::places(tx)? {
        if of == school_year && areas.iter().all(|(known, _)| *known != area) {
            areas.push((area, role));
        }
    }
    Ok(areas)
}
