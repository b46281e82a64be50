//! What whoever looks only takes to be true, where it is not: it is left aside, and nothing else.
//!
//! Of several such tables that do not fit together with what was seen none tells which one is
//! untrue, and to leave one of them would lay what they cannot hold on somebody. So all go that do
//! not fit and would without any one of them; the others stay.

use super::ViewError;
use super::view::SeenTable;

/// Most looks at what fits; beyond them everything is left aside.
const LOOKS_MAX: u32 = 96;

/// Those of some tables that stay, where `fits` says of a list whether it fits together with what
/// was seen.
///
/// # Errors
/// What `fits` says.
pub(super) fn kept<'v>(
    said: &[&'v SeenTable],
    mut fits: impl FnMut(&[&'v SeenTable]) -> Result<bool, ViewError>,
) -> Result<Vec<&'v SeenTable>, ViewError> {
    let (mut kept, mut looks) = (said.to_vec(), LOOKS_MAX);
    let mut look = |list: &[&'v SeenTable]| {
        looks = looks.saturating_sub(1);
        // Where no look is left nothing is kept, which ends every search.
        if looks == 0 { Ok(None) } else { fits(list).map(Some) }
    };
    loop {
        match look(&kept)? {
            Some(true) => return Ok(kept),
            Some(false) => {}
            None => return Ok(Vec::new()),
        }
        let Some(core) = core(&kept, &mut look)? else { return Ok(Vec::new()) };
        kept.retain(|table| !core.contains(table));
    }
}

/// Tables that do not fit and would without any one of them; nothing where no look is left.
fn core<'v>(
    said: &[&'v SeenTable],
    look: &mut impl FnMut(&[&'v SeenTable]) -> Result<Option<bool>, ViewError>,
) -> Result<Option<Vec<&'v SeenTable>>, ViewError> {
    let (mut core, mut left): (Vec<&SeenTable>, Vec<&SeenTable>) = (Vec::new(), said.to_vec());
    loop {
        match look(&core)? {
            Some(true) => {}
            Some(false) => return Ok(Some(core)),
            None => return Ok(None),
        }
        // The shortest beginning of what is left that does not fit beside the core ends with one
        // more of it.
        let (mut low, mut high) = (0, left.len());
        while high - low > 1 {
            let middle = low.midpoint(high);
            let some: Vec<&SeenTable> = left.iter().take(middle).chain(&core).copied().collect();
            match look(&some)? {
                Some(true) => low = middle,
                Some(false) => high = middle,
                None => return Ok(None),
            }
        }
        left.truncate(high);
        let Some(last) = left.pop() else { return Ok(None) };
        core.push(last);
    }
}
