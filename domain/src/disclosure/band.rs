//! Floor bands: `23` becomes `20`, shown as "20-29". Zero is inside "0-9".

/// The lower end of the band of a width that holds a figure; a width of zero changes nothing.
#[must_use]
pub const fn band(figure: u64, width: u64) -> u64 {
    match figure.checked_rem(width) {
        Some(rest) => figure - rest,
        None => figure,
    }
}

#[cfg(test)]
mod tests {
    use super::band;

    /// The known answers of the disclosure rule.
    #[test]
    fn bands_are_floors() {
        for (figure, lower) in [(0, 0), (9, 0), (10, 10), (23, 20)] {
            assert_eq!(band(figure, 10), lower);
        }
        for (figure, lower) in [(4, 0), (5, 5), (9, 5), (23, 20)] {
            assert_eq!(band(figure, 5), lower);
        }
    }
}
