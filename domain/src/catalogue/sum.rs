//! Sums of counts as packs write them: `1000*alt.open`, `ref.cohort[ref_stage=sent] + x.y`.
//!
//! Only whole positive coefficients and sums: what is subtracted stands on the other side of a
//! relation, so that no figure on the way can be negative.

use std::fmt;
use std::str::FromStr;

use super::{DimensionId, Flaw, FlawKind, IndicatorId};

/// Most terms of a sum.
const TERMS_MAX: usize = 16;

/// One count of a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Factor, 1 or more.
    pub coefficient: u32,
    /// Which count.
    pub count: IndicatorId,
    /// Values to which the count is narrowed.
    pub filters: Vec<(DimensionId, String)>,
}

/// A sum of counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Terms, one at least.
    pub terms: Vec<Term>,
}

/// How two sums compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Left is at most right.
    AtMost,
    /// Left equals right.
    Equal,
}

/// Two sums that right figures keep in relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Left side.
    pub left: Sum,
    /// How they compare.
    pub comparison: Comparison,
    /// Right side.
    pub right: Sum,
}

fn malformed(text: &str) -> Flaw {
    let expected = "a sum such as 1000*alt.open or ref.cohort[ref_stage=sent] + hot.lost";
    Flaw::new(FlawKind::Form, "sum", format!("{text:?}"), expected)
}

impl FromStr for Sum {
    type Err = Flaw;

    fn from_str(text: &str) -> Result<Self, Flaw> {
        let terms: Vec<Term> = text.split('+').map(term).collect::<Result<_, _>>()?;
        if terms.len() > TERMS_MAX {
            return Err(malformed(text));
        }
        Ok(Self { terms })
    }
}

fn term(text: &str) -> Result<Term, Flaw> {
    let text = text.trim();
    let (coefficient, rest) = match text.split_once('*') {
        Some((factor, rest)) => (factor.trim().parse().map_err(|_| malformed(text))?, rest.trim()),
        None => (1, text),
    };
    let (count, filters) = match rest.split_once('[') {
        Some((count, inner)) => (count, inner.strip_suffix(']').ok_or_else(|| malformed(text))?),
        None => (rest, ""),
    };
    if coefficient == 0 || (rest.contains('[') && filters.is_empty()) {
        return Err(malformed(text));
    }
    let pair = |pair: &str| {
        let (dimension, value) = pair.split_once('=').ok_or_else(|| malformed(text))?;
        let dimension = dimension.trim().parse().map_err(|_| malformed(text))?;
        Ok((dimension, value.trim().to_owned()))
    };
    let filters = filters.split(',').filter(|part| !part.is_empty()).map(pair);
    Ok(Term {
        coefficient,
        count: count.trim().parse().map_err(|_| malformed(text))?,
        filters: filters.collect::<Result<_, Flaw>>()?,
    })
}

impl FromStr for Relation {
    type Err = Flaw;

    fn from_str(text: &str) -> Result<Self, Flaw> {
        let (left, comparison, right) = match (text.split_once("<="), text.split_once("==")) {
            (Some((left, right)), None) => (left, Comparison::AtMost, right),
            (None, Some((left, right))) => (left, Comparison::Equal, right),
            _ => {
                let expected = "two sums with one <= or == between them";
                return Err(Flaw::new(FlawKind::Form, "check", format!("{text:?}"), expected));
            }
        };
        Ok(Self { left: left.parse()?, comparison, right: right.parse()? })
    }
}

impl Relation {
    /// All terms of both sides.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.left.terms.iter().chain(&self.right.terms)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.coefficient != 1 {
            write!(f, "{}*", self.coefficient)?;
        }
        self.count.fmt(f)?;
        if !self.filters.is_empty() {
            let pairs: Vec<String> = self
                .filters
                .iter()
                .map(|(dimension, value)| format!("{dimension}={value}"))
                .collect();
            write!(f, "[{}]", pairs.join(","))?;
        }
        Ok(())
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, term) in self.terms.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { " + " })?;
            term.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.comparison {
            Comparison::AtMost => "<=",
            Comparison::Equal => "==",
        };
        write!(f, "{} {sign} {}", self.left, self.right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sum is written as it was read.
    #[test]
    fn sums_are_written_as_they_are_read() {
        for text in [
            "scr.completed",
            "1000*alt.open",
            "ref.events[ref_stage=consented] + ref.events[ref_stage=consent_refused]",
            "a.b[tier=t1,stage=junior] + 2*c.d",
        ] {
            assert_eq!(text.parse::<Sum>().expect(text).to_string(), text);
        }
        let text = "a.b + c.d <= e.f";
        assert_eq!(text.parse::<Relation>().expect(text).to_string(), text);
    }

    /// What is no sum is refused whole.
    #[test]
    fn malformed_sums_are_refused() {
        for text in ["", "a +", "x*a", "0*a", "a[b]", "a[", "a[]", "a b", "-a", "A"] {
            let flaw = text.parse::<Sum>().expect_err(text);
            assert_eq!(flaw.kind, FlawKind::Form, "{text}");
        }
        for text in ["a", "a < b", "a <= b <= c == d"] {
            assert!(text.parse::<Relation>().is_err(), "{text}");
        }
    }
}
