//! Planning and drawing: read, attack, pay, draw, keep, in this order and each once.
//!
//! Paying is a transaction of its own, before anything is drawn. Whatever ends the process after
//! it, the budget is spent and the release can be finished, with the same numbers and for nothing.

use std::sync::Arc;

use certs::digest::sha256;
use certs::key::SigningKey;
use certs::noise::NoiseKey;
use domain::digest::Digest;
use domain::disclosure::attacker::View;
use domain::disclosure::noise::{
    Epsilon, Ledger, OpenTable, Order, Permit, Publisher, ReleaseName, Scale, ScaleRule,
};
use domain::disclosure::sealed::lv;
use domain::span::school_year_of;
use jiff::civil::Date;
use runtime::sql::{Database, SqlError, Tx};
use runtime::web::Role;

use super::line::{Act, Chain};
use super::{Inputs, Refused, cap, guard, inputs, ledger};
use crate::app::Hub;
use crate::config::Config;
use crate::packs::Packs;
use crate::sealed::documents::{Documents, ShareKeys};
use crate::seen::Place;
use crate::store::publication::{self, Publication};

/// Roles that may draw and may lower the budget, at a district's hub and at a city's.
pub const DRAWERS: [Role; 1] = [Role::Operator];

/// Where releases of a hub are made. Cheap to clone.
#[derive(Clone)]
pub struct Office {
    /// The hub.
    pub config: Config,
    /// Its store.
    pub database: Database,
    /// Packs in use.
    pub packs: Arc<Packs>,
    /// Its key, which signs lines.
    pub signer: SigningKey,
    /// Today.
    pub today: Date,
    /// Now, by the hub's clock.
    pub now_ms: i64,
}

/// Who draws: an account that proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Its login.
    pub login: String,
    /// The name of its person.
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// A release that could be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is made of.
    pub inputs: Inputs,
    /// Keyed digest of all that its numbers follow from.
    pub identity: Digest,
    /// What it costs.
    pub epsilon: Epsilon,
    /// How far its noise reaches.
    pub scale: Scale,
    /// What the year may still cost.
    pub left: Epsilon,
    /// Whether it was paid for, and only its numbers are missing.
    pub is_paid: bool,
}

/// A release that was drawn just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Which one.
    pub id: String,
    /// What the year may still cost.
    pub left: Epsilon,
}

impl Draft {
    /// The code that shows that whoever draws has seen this plan.
    #[must_use]
    pub fn code(&self) -> String {
        self.identity.short()
    }

    pub(super) fn order<'o>(&self, id: &'o str, queries: &'o [&'o str]) -> Order<'o> {
        let Self { epsilon, scale, identity, .. } = *self;
        Order { release: id, queries, epsilon, scale, identity }
    }

    fn queries(&self) -> Vec<&'static str> {
        self.inputs.parts.iter().map(|part| part.query.id).collect()
    }
}

impl Office {
    /// The office of a hub that runs.
    #[must_use]
    pub fn of(hub: &Hub) -> Self {
        Self {
            config: hub.config().clone(),
            database: hub.database().clone(),
            packs: hub.packs().last(),
            signer: hub.identity().current().key().clone(),
            today: hub.clock().today(),
            now_ms: hub.clock().now_ms(),
        }
    }

    /// What would be drawn, with what the attacker says of it: nothing that it could reach, or a
    /// refusal.
    ///
    /// # Errors
    /// Why it cannot be drawn. Nothing was written but the hub's secret, the first time.
    pub fn plan(&self, name: ReleaseName) -> Result<Draft, Refused> {
        let (draft, view) = self.drafted(name)?;
        guard::judge(&view)?;
        Ok(draft)
    }

    /// Pays for a release and draws it, or finishes one that was paid for. `code` is that of its
    /// plan.
    ///
    /// # Errors
    /// Why not. Where it was paid for and not drawn, the same command finishes it.
    pub fn draw(&self, name: ReleaseName, code: &str, by: &By) -> Result<Drawn, Refused> {
        if !DRAWERS.contains(&by.role) {
            return Err(Refused::Role);
        }
        let (draft, view) = self.drafted(name)?;
        if code != draft.code() {
            return Err(Refused::Code);
        }
        guard::judge(&view)?;
        let permit = self.pay(&draft, by)?;
        self.finish(&draft, permit)?;
        let (publisher, year) = (draft.inputs.publisher, name.term.school_year);
        let left = self.database.read(move |tx| ledger(tx, publisher, year))?.left();
        Ok(Drawn { id: name.to_string(), left })
    }

    /// Writes the line before anything is drawn; allows the draw of what was paid for and not
    /// drawn.
    ///
    /// # Errors
    /// It was drawn, the year is spent, or its sums are others than were planned.
    pub fn pay(&self, draft: &Draft, by: &By) -> Result<Permit, Refused> {
        let (office, draft, by) = (self.clone(), draft.clone(), by.clone());
        self.database.write("publication_pay", move |tx| {
            let name = draft.inputs.name;
            let (fresh, _) = office.draft(tx, name)?;
            if fresh.identity != draft.identity {
                return Err(Refused::Code);
            }
            let id = name.to_string();
            let year = name.term.school_year;
            let mut ledger = ledger(tx, draft.inputs.publisher, year)?;
            let permit = ledger.spend(draft.order(&id, &draft.queries()))?;
            if !permit.is_paid() {
                office.write_down(tx, &fresh, (&id, &by))?;
            }
            Ok(permit)
        })
    }

    /// Draws and keeps the numbers; those of a release that has some stay.
    ///
    /// # Errors
    /// The source is broken, or the store cannot be written: the release stays paid for.
    pub fn finish(&self, draft: &Draft, permit: Permit) -> Result<(), Refused> {
        let key = self.database.read(publication::key)?.ok_or(SqlError::Type)?;
        let mut words = key.stream(draft.identity);
        let table = OpenTable::draw(permit, &draft.inputs.values(), &mut words)?;
        let cells = cells(&draft.inputs, &table)?;
        let (office, id, identity) = (self.clone(), table.release().to_owned(), draft.identity);
        let numbers = digest(&cells);
        self.database.write("publication_keep", move |tx| {
            if publication::keep(tx, &id, &cells, office.now_ms)? {
                office.chain().append(tx, Act::Drawn { release: &id, identity, numbers })?;
            }
            Ok(())
        })
    }

    /// Lowers what a school year may cost, for good.
    ///
    /// # Errors
    /// It is that low already, or the account may not.
    pub fn lower(&self, school_year: i16, epsilon: Epsilon, by: &By) -> Result<(), Refused> {
        if !DRAWERS.contains(&by.role) {
            return Err(Refused::Role);
        }
        let publisher = Publisher::of(self.config.kind).ok_or(Refused::NotHere)?;
        let this = school_year_of(self.today);
        if ![this, this.saturating_add(1)].contains(&school_year) {
            return Err(Refused::Year(school_year));
        }
        let (office, login) = (self.clone(), by.login.clone());
        self.database.write("publication_lower", move |tx| {
            let cap = cap(tx, publisher, school_year)?;
            if epsilon >= cap {
                return Err(Refused::NotLower(cap));
            }
            publication::lower(tx, school_year, epsilon)?;
            office.chain().append(tx, Act::Lowered { school_year, epsilon, login: &login })?;
            Ok(())
        })
    }

    fn drafted(&self, name: ReleaseName) -> Result<(Draft, View), Refused> {
        let now_ms = self.now_ms;
        self.database
            .write("publication_key", move |tx| publication::key_or_make(tx, now_ms).map(drop))?;
        let office = self.clone();
        self.database.read(move |tx| {
            let (draft, documents) = office.draft(tx, name)?;
            let view = guard::view(tx, office.place(&documents, name), &draft.inputs)?;
            Ok((draft, view))
        })
    }

    /// Reads a release, and whether its budget allows it.
    fn draft(&self, tx: &Tx<'_>, name: ReleaseName) -> Result<(Draft, Documents), Refused> {
        let publisher = Publisher::of(self.config.kind).ok_or(Refused::NotHere)?;
        let known = publication::find(tx, &name.to_string())?;
        if let Some(drawn) = known.as_ref().filter(|known| known.drawn_at_ms.is_some()) {
            return Err(domain::disclosure::noise::NoiseError::Drawn(drawn.id.clone()).into());
        }
        let documents = Documents::of(self.packs.clone(), &ShareKeys::default());
        let inputs = inputs::read(tx, self.place(&documents, name), name)?;
        let key: NoiseKey = publication::key(tx)?.ok_or(SqlError::Type)?;
        // A backup of before the secret makes another one: what was public by then would be drawn
        // again with other noise.
        let made_at_ms = publication::key_made_at_ms(tx)?.ok_or(SqlError::Type)?;
        if inputs.sums.iter().any(|sum| sum.opened_at_ms < made_at_ms) {
            return Err(Refused::OlderThanSecret);
        }
        let identity = key.identity(&inputs.content(self.config.zone(), &self.config.unit)?);
        let mut ledger: Ledger = ledger(tx, publisher, name.term.school_year)?;
        let draft = Draft {
            scale: inputs.scale()?,
            identity,
            epsilon: publisher.epsilon(name.subject),
            left: ledger.left(),
            is_paid: known.is_some(),
            inputs,
        };
        ledger.spend(draft.order(&name.to_string(), &draft.queries()))?;
        Ok((draft, documents))
    }

    fn place<'p>(&'p self, documents: &'p Documents, name: ReleaseName) -> Place<'p> {
        Place {
            packs: &self.packs,
            documents,
            unit: &self.config.unit,
            kind: self.config.kind,
            year: name.term.school_year,
            today: self.today,
        }
    }

    fn chain(&self) -> Chain<'_> {
        Chain {
            zone: self.config.zone(),
            unit: &self.config.unit,
            signer: &self.signer,
            now_ms: self.now_ms,
        }
    }

    fn write_down(&self, tx: &Tx<'_>, draft: &Draft, (id, by): (&str, &By)) -> Result<(), Refused> {
        let Draft { inputs, identity, epsilon, scale, .. } = draft;
        let (release, login) = (id, by.login.as_str());
        let (epsilon, scale, identity) = (*epsilon, *scale, *identity);
        let rule = Some(ScaleRule::NOW);
        let act = Act::Paid { release, epsilon, scale, identity, login, rule };
        let number = self.chain().append(tx, act)?;
        let new = Publication {
            id: id.to_owned(),
            school_year: inputs.name.term.school_year,
            epsilon,
            identity,
            catalogue: inputs.catalogue,
            schools_reported: inputs.coverage.schools_reported,
            schools_due: inputs.coverage.schools_due,
            persons: inputs.coverage.persons,
            sums: u32::try_from(inputs.sums.len()).unwrap_or(u32::MAX),
            carried: inputs.carried,
            opened_at_ms: inputs.opened_at_ms(),
            login: by.login.clone(),
            name: by.name.clone(),
            paid_at_ms: self.now_ms,
            number,
            drawn_at_ms: None,
        };
        Ok(publication::insert(tx, &new, &inputs.areas)?)
    }
}

/// The cells as they are kept: noisy ones in the order in which they were drawn, closed ones
/// between them.
fn cells(inputs: &Inputs, table: &OpenTable) -> Result<Vec<publication::Drawn>, Refused> {
    let mut found = Vec::new();
    for (part, (_, drawn)) in inputs.parts.iter().zip(table.queries()) {
        let mut drawn = drawn.iter();
        for cell in &part.cells {
            let value = match cell.value {
                Some(_) => Some(*drawn.next().ok_or(SqlError::Type)?),
                None => None,
            };
            found.push(publication::Drawn {
                query: part.query.id.to_owned(),
                key: cell.key.clone(),
                value,
                left_out: cell.left_out,
            });
        }
    }
    Ok(found)
}

pub(super) fn digest(cells: &[publication::Drawn]) -> Digest {
    let of = |cell: &publication::Drawn| {
        let value = cell.value.map_or_else(Vec::new, |value| value.to_be_bytes().to_vec());
        lv(&[cell.query.as_bytes(), cell.key.join("/").as_bytes(), &value])
    };
    let all: Vec<Vec<u8>> = cells.iter().map(of).collect();
    sha256(&lv(&all.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}
