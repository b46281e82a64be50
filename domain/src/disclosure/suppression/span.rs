//! What follows from figures by adding and subtracting them: exact linear algebra over a prime
//! field.
//!
//! Figures are sums of cells, so their coefficients are 0 and 1. What follows over the rational
//! numbers follows over the field as well, so nothing is missed; the converse could fail only where
//! the prime divides a determinant, which would hide one figure more.

/// The field: 2^31 - 1.
const PRIME: u64 = 2_147_483_647;

/// Everything that follows from the figures put in so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Span {
    /// Each row has a one at its pivot and zeros at the pivots of all rows before it.
    rows: Vec<(usize, Vec<u64>)>,
}

impl Span {
    /// What is left of a figure when everything known is taken out: nothing, if it follows.
    pub fn rest(&self, mut figure: Vec<u64>) -> Vec<u64> {
        for (pivot, row) in &self.rows {
            take_out(&mut figure, *pivot, row);
        }
        figure
    }

    /// Puts in the rest of a figure that does not follow, and takes it out of other rests.
    pub fn put<'r>(&mut self, rest: &[u64], others: impl IntoIterator<Item = &'r mut Vec<u64>>) {
        let Some((pivot, lead)) = lead(rest) else { return };
        let scale = inverse(lead);
        let row: Vec<u64> = rest.iter().map(|value| value * scale % PRIME).collect();
        for other in others {
            take_out(other, pivot, &row);
        }
        self.rows.push((pivot, row));
    }

    /// Rows of which nothing stands before a place.
    pub fn rows_from(&self, place: usize) -> impl Iterator<Item = &[u64]> {
        let rows = self.rows.iter().filter(move |(pivot, _)| *pivot >= place);
        rows.map(|(_, row)| row.as_slice())
    }

    /// How many figures are independent of each other.
    #[cfg(test)]
    pub fn rank(&self) -> usize {
        self.rows.len()
    }
}

/// Whether nothing is left.
pub(super) fn is_nothing(rest: &[u64]) -> bool {
    rest.iter().all(|value| *value == 0)
}

/// Whether one rest is a multiple of another, so that to know one is to know the other.
pub(super) fn is_alike(one: &[u64], other: &[u64]) -> bool {
    let (Some((place, lead)), Some((same, other_lead))) = (lead(one), lead(other)) else {
        return false;
    };
    place == same && one.iter().zip(other).all(|(a, b)| a * other_lead % PRIME == b * lead % PRIME)
}

/// The first place at which anything is left, and what.
pub(super) fn lead(rest: &[u64]) -> Option<(usize, u64)> {
    rest.iter().copied().enumerate().find(|(_, value)| *value != 0)
}

fn take_out(figure: &mut [u64], pivot: usize, row: &[u64]) {
    let factor = figure.get(pivot).copied().unwrap_or(0);
    if factor == 0 {
        return;
    }
    for (value, known) in figure.iter_mut().zip(row) {
        *value = (*value + (PRIME - factor) * known) % PRIME;
    }
}

/// The inverse of a number that is not zero, by Fermat's little theorem.
fn inverse(number: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, number % PRIME, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part follows from the whole and the other part, and from neither alone.
    #[test]
    fn a_part_follows_from_the_whole_and_the_rest() {
        let mut span = Span::default();
        let mut hidden = [vec![0, 0, 1]];
        span.put(&[1, 1, 1], hidden.iter_mut());
        assert!(!is_nothing(&span.rest(vec![0, 0, 1])));
        let rest = span.rest(vec![1, 1, 0]);
        assert!(is_alike(&rest, &hidden[0]), "to show the others is to show it");
        span.put(&rest, hidden.iter_mut());
        assert!(is_nothing(&hidden[0]) && is_nothing(&span.rest(vec![0, 0, 1])));
        assert_eq!(span.rank(), 2);
    }
}
