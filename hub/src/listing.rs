//! What each table and period is made of, kept between two sealings with the hash tree over it.
//!
//! A snapshot's root covers the digest of every contribution, and digests are made from the signed
//! bytes. Contributions are only added, so what was listed once stays listed: a sealing reads,
//! writes down and hashes no more than what came since the last one. A listing lies in the store's
//! memory, which is emptied by whatever is undone.

use std::collections::{BTreeMap, BTreeSet};

use certs::digest::sha256;
use certs::merkle::MerkleTree;
use domain::digest::Digest;
use runtime::sql::{SqlError, Tx};

use crate::store::contribution::{self, Contribution, Listed};

/// Tables and periods that are kept; more than a hub takes in at a time.
const PLACES_MAX: usize = 16;

/// Listings by table and period, the one that was used last at the end.
#[derive(Debug, Default)]
pub struct Listings(Vec<((String, String), Listing)>);

/// The contributions that count for a table and period, in order of unit.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    lines: Vec<Line>,
    /// Over the lines; nothing while there are none.
    tree: Option<MerkleTree>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    unit: String,
    revision: u32,
    digest: Digest,
}

impl Listings {
    /// The listing of a table and period, with what came for it since the last sealing.
    ///
    /// # Errors
    /// The store cannot be read, or holds what is no digest.
    pub fn current(
        &mut self,
        tx: &Tx<'_>,
        (table, period): (&str, &str),
        came: &[Listed],
    ) -> Result<&Listing, SqlError> {
        let known = self.0.iter().position(|((t, p), _)| t == table && p == period);
        let listing = match known {
            Some(at) => {
                let (_, mut listing) = self.0.remove(at);
                listing.take(came)?;
                listing
            }
            None => Listing::of(&contribution::listed(tx, table, period)?)?,
        };
        if self.0.len() >= PLACES_MAX {
            self.0.remove(0);
        }
        self.0.push(((table.to_owned(), period.to_owned()), listing));
        self.0.last().map(|(_, listing)| listing).ok_or(SqlError::Type)
    }
}

impl Listing {
    fn of(listed: &[Listed]) -> Result<Self, SqlError> {
        let mut listing = Self::default();
        listing.take(listed)?;
        Ok(listing)
    }

    /// Takes up what came; what is listed already, or was replaced since, changes nothing.
    fn take(&mut self, came: &[Listed]) -> Result<(), SqlError> {
        let (mut replaced, mut fresh) = (BTreeSet::new(), BTreeMap::<String, Line>::new());
        for new in came {
            let new = Line::of(new)?;
            let at = self.place(&new.unit);
            let known = at.ok().and_then(|at| self.lines.get(at));
            let known = known.or_else(|| fresh.get(&new.unit));
            if known.is_some_and(|known| known.revision >= new.revision) {
                continue;
            }
            if let Ok(at) = at
                && let Some(line) = self.lines.get_mut(at)
            {
                *line = new;
                replaced.insert(at);
            } else {
                fresh.insert(new.unit.clone(), new);
            }
        }
        if let Some(tree) = &mut self.tree {
            let replaced = replaced.into_iter();
            let leaves = replaced.filter_map(|at| Some((at, self.lines.get(at)?.text())));
            tree.replace(leaves).map_err(|_| SqlError::Type)?;
        }
        self.add(fresh)
    }

    /// Puts lines of new units between the others.
    fn add(&mut self, fresh: BTreeMap<String, Line>) -> Result<(), SqlError> {
        if fresh.is_empty() {
            return Ok(());
        }
        let before = std::mem::take(&mut self.lines);
        let (mut leaves, mut fresh) = (Vec::new(), fresh.into_values().peekable());
        self.lines.reserve_exact(before.len() + fresh.len());
        for line in before {
            while let Some(new) = fresh.next_if(|new| new.unit < line.unit) {
                leaves.push((self.lines.len(), new.text()));
                self.lines.push(new);
            }
            self.lines.push(line);
        }
        for new in fresh {
            leaves.push((self.lines.len(), new.text()));
            self.lines.push(new);
        }
        match &mut self.tree {
            Some(tree) => tree.insert(leaves).map_err(|_| SqlError::Type),
            None => {
                let leaves = leaves.into_iter().map(|(_, text)| text);
                self.tree = Some(MerkleTree::new(leaves).map_err(|_| SqlError::Type)?);
                Ok(())
            }
        }
    }

    /// The listing with some contributions left out and others in their place.
    ///
    /// # Errors
    /// A contribution holds what is no digest.
    pub fn exchanged(&self, out: &[Contribution], back: &[Contribution]) -> Result<Self, SqlError> {
        let lines = self.lines.iter().cloned();
        let mut lines: BTreeMap<String, Line> =
            lines.map(|line| (line.unit.clone(), line)).collect();
        for out in out {
            lines.remove(&out.place.unit);
        }
        for back in back {
            let digest = Digest::from_tagged(&back.digest).map_err(|_| SqlError::Type)?;
            let unit = back.place.unit.clone();
            lines.insert(unit.clone(), Line { unit, revision: back.revision, digest });
        }
        let mut exchanged = Self::default();
        exchanged.add(lines)?;
        Ok(exchanged)
    }

    /// Whether a unit's contribution is listed.
    #[must_use]
    pub fn has(&self, unit: &str) -> bool {
        self.place(unit).is_ok()
    }

    /// What a snapshot's root is: it covers unit, revision and digest of each, in order of unit.
    #[must_use]
    pub fn root(&self) -> Digest {
        // Nobody is left, as when the only member turns out to have sat elsewhere.
        self.tree.as_ref().map_or_else(|| sha256(b""), MerkleTree::root)
    }

    /// A line for each contribution: its unit and revision.
    #[must_use]
    pub fn lines(&self) -> String {
        use std::fmt::Write as _;
        let mut lines = String::with_capacity(self.lines.len() * 24);
        for Line { unit, revision, .. } in &self.lines {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{unit} {revision}");
        }
        lines
    }

    fn place(&self, unit: &str) -> Result<usize, usize> {
        self.lines.binary_search_by(|line| line.unit.as_str().cmp(unit))
    }
}

impl Line {
    fn of(listed: &Listed) -> Result<Self, SqlError> {
        let digest = Digest::from_tagged(&listed.digest).map_err(|_| SqlError::Type)?;
        Ok(Self { unit: listed.unit.clone(), revision: listed.revision, digest })
    }

    /// As the root covers it.
    fn text(&self) -> String {
        let Self { unit, revision, digest } = self;
        format!("{unit} {revision} {digest}")
    }
}

#[cfg(test)]
mod tests {
    use runtime::sql::Database;

    use super::*;
    use crate::store::contribution::Place;

    const PLACE: (&str, &str) = ("clear.term", "2025S1");

    fn given(unit: &str, revision: u32) -> Contribution {
        let (table, period) = (PLACE.0.to_owned(), PLACE.1.to_owned());
        let body = format!("{unit} {revision}").into_bytes();
        Contribution {
            place: Place { unit: unit.to_owned(), table, period },
            revision,
            catalogue: Vec::new(),
            digest: sha256(&body).to_tagged(),
            body,
            signature: vec![1],
            arrived_at_ms: 1,
        }
    }

    /// The root as it is defined: over all lines, with their digests.
    fn root_of(lines: &[Line]) -> Digest {
        let texts = lines.iter().map(Line::text);
        MerkleTree::new(texts).map_or_else(|_| sha256(b""), |tree| tree.root())
    }

    /// A listing that is brought up to date equals one that is read whole, also after a revision,
    /// and after several that came together.
    #[test]
    fn a_listing_follows_what_comes() {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        let (mut kept, mut last) = (Listings::default(), 0);
        let batches: [&[(&str, u32)]; 5] = [
            &[("S2", 1)],
            &[("S1", 1)],
            &[("S1", 2), ("S4", 1), ("S3", 1)],
            &[("S2", 4), ("S0", 1), ("S0", 2), ("S5", 1)],
            &[],
        ];
        for batch in batches {
            let seen: Result<_, SqlError> = database.write("come", move |tx| {
                for (unit, revision) in batch {
                    contribution::insert(tx, &given(unit, *revision))?;
                }
                let came = contribution::came_after(tx, last)?;
                let last = came.last().map_or(last, |came| came.id);
                let came: Vec<Listed> = came.into_iter().map(|came| came.listed).collect();
                let followed = kept.current(tx, PLACE, &came)?.clone();
                let whole = Listings::default().current(tx, PLACE, &[])?.clone();
                Ok((followed, whole, kept, last))
            });
            let (followed, whole, back, at) = seen.expect("listed");
            (kept, last) = (back, at);
            assert_eq!(followed.lines, whole.lines);
            assert_eq!(followed.root(), root_of(&whole.lines));
            assert_eq!(whole.root(), followed.root());
            assert!(batch.iter().all(|(unit, _)| followed.has(unit)) && !followed.has("S9"));
        }
        let told = kept.0.last().map(|(_, listing)| listing.lines());
        assert_eq!(told.as_deref(), Some("S0 2\nS1 2\nS2 4\nS3 1\nS4 1\nS5 1\n"));
    }

    /// Contributions are left out and put back without a trace in what is kept.
    #[test]
    fn some_may_be_exchanged() {
        let listed = |unit: &str, revision| {
            let Contribution { digest, .. } = given(unit, revision);
            Listed { unit: unit.to_owned(), revision, digest }
        };
        let all = [listed("S1", 1), listed("S2", 2), listed("S3", 1)];
        let kept = Listing::of(&all).expect("listing");
        let without = kept.exchanged(&[given("S2", 2)], &[]).expect("exchanged");
        assert_eq!(without.lines(), "S1 1\nS3 1\n");
        assert_eq!(without.root(), root_of(&without.lines));
        let back = kept.exchanged(&[given("S2", 2)], &[given("S2", 1)]).expect("exchanged");
        assert_eq!(back.lines(), "S1 1\nS2 1\nS3 1\n");
        assert_eq!(back.root(), root_of(&back.lines));
        let all = [given("S1", 1), given("S2", 2), given("S3", 1)];
        assert_eq!(kept.exchanged(&all, &[]).expect("exchanged").root(), sha256(b""));
        assert_eq!(kept.lines(), "S1 1\nS2 2\nS3 1\n");
    }

    /// What is not used for long is left out, and is right when it is asked for again.
    #[test]
    fn few_listings_are_kept() {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        let kept: Result<_, SqlError> = database.write("come", |tx| {
            let mut kept = Listings::default();
            contribution::insert(tx, &given("S1", 1))?;
            for place in 0..PLACES_MAX {
                kept.current(tx, PLACE, &[])?;
                kept.current(tx, ("clear.week", &format!("2026-W{place:02}")), &[])?;
            }
            let is_used = kept.current(tx, PLACE, &[])?.has("S1");
            Ok((is_used, kept.0.len()))
        });
        assert_eq!(kept.expect("kept"), (true, PLACES_MAX));
    }
}
