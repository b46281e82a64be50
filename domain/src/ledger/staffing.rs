//! Staffing: how many counsellors a school needs.

/// Classes a counsellor is for.
const CLASSES_PER_COUNSELLOR: u32 = 10;

/// Counsellors that a school needs: one for every ten classes begun, at least one; none is
/// required of a small school.
#[must_use]
pub const fn counsellors_required(classes: u32, is_small: bool) -> u32 {
    if is_small {
        return 0;
    }
    let needed = classes.div_ceil(CLASSES_PER_COUNSELLOR);
    if needed == 0 { 1 } else { needed }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step lies after every tenth class.
    #[test]
    fn one_for_every_ten_classes_begun() {
        let required: Vec<u32> =
            [0, 1, 10, 11, 20, 21].iter().map(|n| counsellors_required(*n, false)).collect();
        assert_eq!(required, [1, 1, 1, 2, 2, 3]);
        assert_eq!(counsellors_required(30, true), 0);
    }
}
