//! Plans and rosters as bytes: one form only, so that a digest of them names one document.
//!
//! Every field is length-prefixed, lists are in order, and reading refuses whatever writing would
//! not have written. The digest itself is made in `certs`.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Access, ENROLLED_MAX, Group, GroupId, Listed, OPERATOR_CHARS_MAX, Plan, Roster, School, Sexes,
};
use crate::catalogue::{Grade, Stage};
use crate::unit::UnitId;

/// Largest plan or roster in bytes: some ten thousand schools.
pub const PLAN_BYTES_MAX: usize = 4 << 20;

const PLAN: &[u8] = b"open-plan/v1";
const ROSTER: &[u8] = b"roster/v1";

/// Why bytes are no plan or roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// More than [`PLAN_BYTES_MAX`].
    #[error("the document is larger than {PLAN_BYTES_MAX} bytes")]
    Size,
    /// Another document, cut off, or with a field that cannot be.
    #[error("the document is not of this form")]
    Form,
    /// Readable, and not the one way of writing it.
    #[error("the document is not in its canonical form")]
    Canonical,
}

impl Plan {
    /// The bytes that are signed and digested.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.field(PLAN);
        out.field(self.area.as_str().as_bytes());
        out.year(self.year);
        out.number(self.floor);
        out.count(self.groups.len());
        for group in &self.groups {
            out.field(group.id.as_str().as_bytes());
            out.field(group.stage.as_str().as_bytes());
            out.year(group.since);
            out.field(access_word(group.access));
            out.field(group.partner.as_ref().map_or("", GroupId::as_str).as_bytes());
            out.count(group.members.len());
            group.members.iter().for_each(|member| out.field(member.as_str().as_bytes()));
        }
        out.0
    }

    /// Reads what [`Plan::to_bytes`] wrote.
    ///
    /// # Errors
    /// Too large, another form, or not the canonical one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut input = Reader::open(bytes, PLAN)?;
        let area = input.unit()?;
        let year = input.year()?;
        let floor = input.number()?;
        let mut groups = Vec::new();
        for _ in 0..input.number()? {
            let id = GroupId(input.text()?.to_owned());
            let stage = Stage::from_word(input.text()?).ok_or(ReadError::Form)?;
            let since = input.year()?;
            let access = access_of(input.field()?)?;
            let partner = Some(input.text()?).filter(|id| !id.is_empty());
            let partner = partner.map(|id| GroupId(id.to_owned()));
            let mut members = BTreeSet::new();
            for _ in 0..input.number()? {
                members.insert(input.unit()?);
            }
            groups.push(Group { id, stage, since, members, access, partner });
        }
        let plan = Self { area, year, floor, groups };
        let is_ordered = plan.groups.is_sorted_by(|a, b| (a.stage, &a.id) < (b.stage, &b.id));
        if is_ordered && plan.to_bytes() == bytes { Ok(plan) } else { Err(ReadError::Canonical) }
    }
}

impl Roster {
    /// The bytes that are signed and digested.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.field(ROSTER);
        out.field(self.area.as_str().as_bytes());
        out.year(self.year);
        out.count(self.schools.len());
        for (id, school) in &self.schools {
            out.field(id.as_str().as_bytes());
            out.field(school.town.as_str().as_bytes());
            out.field(school.operator.as_bytes());
            out.year(school.listed.education);
            out.year(school.listed.health);
            out.number(u32::from(school.is_signed));
            out.count(school.stages.len());
            for (stage, grades) in &school.stages {
                out.field(stage.as_str().as_bytes());
                out.count(grades.len());
                for (grade, sexes) in grades {
                    out.field(grade.as_str().as_bytes());
                    sexes.iter().for_each(|count| out.number(*count));
                }
            }
        }
        out.0
    }

    /// Reads what [`Roster::to_bytes`] wrote.
    ///
    /// # Errors
    /// Too large, another form, or not the canonical one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut input = Reader::open(bytes, ROSTER)?;
        let area = input.unit()?;
        let year = input.year()?;
        let mut schools = BTreeMap::new();
        for _ in 0..input.number()? {
            let id = input.unit()?;
            schools.insert(id, input.school()?);
        }
        let roster = Self { area, year, schools };
        if roster.to_bytes() == bytes { Ok(roster) } else { Err(ReadError::Canonical) }
    }
}

const fn access_word(access: Access) -> &'static [u8] {
    match access {
        Access::Town => b"town",
        Access::District => b"district",
        Access::Closed => b"closed",
    }
}

fn access_of(word: &[u8]) -> Result<Access, ReadError> {
    let all = [Access::Town, Access::District, Access::Closed];
    all.into_iter().find(|access| access_word(*access) == word).ok_or(ReadError::Form)
}

/// Fields in order, each with its length in four bytes.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn field(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    /// A length; what does not fit makes bytes that cannot be read back.
    fn count(&mut self, count: usize) {
        self.number(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn year(&mut self, year: i16) {
        self.0.extend_from_slice(&year.to_be_bytes());
    }
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn open(bytes: &'b [u8], kind: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > PLAN_BYTES_MAX {
            return Err(ReadError::Size);
        }
        let mut input = Self(bytes);
        if input.field()? == kind { Ok(input) } else { Err(ReadError::Form) }
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], ReadError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ReadError::Form)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, ReadError> {
        let bytes = self.take(4)?.try_into().map_err(|_| ReadError::Form)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn year(&mut self) -> Result<i16, ReadError> {
        let bytes = self.take(2)?.try_into().map_err(|_| ReadError::Form)?;
        // Years that no record has would overflow when a few are added to them.
        Some(i16::from_be_bytes(bytes)).filter(|y| (0..=9_999).contains(y)).ok_or(ReadError::Form)
    }

    fn field(&mut self) -> Result<&'b [u8], ReadError> {
        let length = usize::try_from(self.number()?).map_err(|_| ReadError::Form)?;
        self.take(length)
    }

    fn text(&mut self) -> Result<&'b str, ReadError> {
        std::str::from_utf8(self.field()?).map_err(|_| ReadError::Form)
    }

    fn unit(&mut self) -> Result<UnitId, ReadError> {
        self.text()?.parse().map_err(|_| ReadError::Form)
    }

    fn school(&mut self) -> Result<School, ReadError> {
        let town = self.unit()?;
        let operator = self.text()?.to_owned();
        if operator.chars().count() > OPERATOR_CHARS_MAX {
            return Err(ReadError::Form);
        }
        let listed = Listed { education: self.year()?, health: self.year()? };
        let is_signed = match self.number()? {
            0 => false,
            1 => true,
            _ => return Err(ReadError::Form),
        };
        let mut stages = BTreeMap::new();
        for _ in 0..self.number()? {
            let stage = Stage::from_word(self.text()?).ok_or(ReadError::Form)?;
            let mut grades = BTreeMap::new();
            for _ in 0..self.number()? {
                let grade = Grade::from_word(self.text()?).ok_or(ReadError::Form)?;
                grades.insert(grade, self.sexes()?);
            }
            stages.insert(stage, grades);
        }
        Ok(School { town, operator, listed, is_signed, stages })
    }

    fn sexes(&mut self) -> Result<Sexes, ReadError> {
        let sexes = [self.number()?, self.number()?, self.number()?];
        if sexes.iter().all(|count| *count <= ENROLLED_MAX) {
            Ok(sexes)
        } else {
            Err(ReadError::Form)
        }
    }
}
