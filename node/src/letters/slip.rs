//! The family's slip: the word that takes a referral back, as it is written on paper.
//!
//! Whoever holds it can show that the family, or the school for it, takes the referral back. It has
//! 128 bits, in 26 letters and digits that nobody confuses.

use certs::referral::WithdrawalSecret;
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Action, Area};
use runtime::sql::Tx;

use crate::content::ReferralContent;
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{access, letters, referral, write};

/// Letters and digits without those that look like others.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many of them stand together.
const GROUP: usize = 5;

/// What stands on the slip. It has no `Debug`.
pub struct Slip {
    /// When it was sealed, and to whom.
    pub sealed: Vec<(i64, String)>,
    /// The word.
    pub code: String,
}

/// The slip of a referral; nothing before anything of it was sealed. Its reading is logged.
///
/// # Errors
/// The role may not write referrals of that student, or the store.
pub fn of(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<Option<Slip>, LedgerRefusal> {
    let now = referral::course(tx, record)?;
    let student = now.referral.entry.student;
    write::allow(tx, author, Action::Write(Area::Referral), Some(student))?;
    let sealed = letters::envelopes(tx, record)?;
    if sealed.is_empty() {
        return Ok(None);
    }
    access::log_list(tx, author, &[student].into_iter().collect(), ReadPurpose::Referral)?;
    let (_, secret) = letters::secret(tx, record, author.now().0)?;
    let sealed = sealed.into_iter().map(|one| {
        let named = ReferralContent::read(&one.content).map(|content| content.recipient.unit);
        (one.made_at_ms, named.unwrap_or(one.recipient))
    });
    Ok(Some(Slip { sealed: sealed.collect(), code: code(&secret) }))
}

/// A secret as it is written: five bits a letter, the last one filled up with zeros.
#[must_use]
pub fn code(secret: &WithdrawalSecret) -> String {
    let (mut text, mut bits, mut held) = (String::new(), 0_u32, 0_u32);
    let mut digits = 0_usize;
    let mut put = |five: u32| {
        if digits > 0 && digits.is_multiple_of(GROUP) {
            text.push('-');
        }
        digits += 1;
        let digit = usize::try_from(five & 31).ok().and_then(|place| DIGITS.get(place));
        text.push(char::from(*digit.unwrap_or(&b'0')));
    };
    for byte in secret.expose() {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            put(bits >> held);
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        put(bits << (5 - held));
    }
    text
}

/// The secret of a word as somebody typed it: in small letters or large, with or without what
/// stands between its groups; nothing where it has another length, a letter that none has, or bits
/// that no secret has.
#[must_use]
pub fn read(word: &str) -> Option<WithdrawalSecret> {
    let typed = word.chars().filter(|one| !one.is_whitespace() && *one != '-');
    let (mut bytes, mut filled) = ([0_u8; 16], 0_usize);
    let (mut bits, mut held, mut digits) = (0_u32, 0_u32, 0_usize);
    for one in typed {
        let one = u8::try_from(one.to_ascii_uppercase()).ok()?;
        let five = DIGITS.iter().position(|known| *known == one)?;
        digits += 1;
        bits = (bits << 5) | u32::try_from(five).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            *bytes.get_mut(filled)? = u8::try_from(bits >> held).ok()?;
            filled += 1;
            bits &= (1 << held) - 1;
        }
    }
    let is_whole = digits == 26 && filled == bytes.len() && bits == 0;
    is_whole.then(|| WithdrawalSecret::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word has 26 letters in groups; each bit of the secret stands in it.
    #[test]
    fn a_word_has_twenty_six_letters() {
        let written = |bytes| code(&WithdrawalSecret::from_bytes(bytes));
        assert_eq!(written([0; 16]), "00000-00000-00000-00000-00000-0");
        assert_eq!(written([0xff; 16]), "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-W");
        assert_eq!(written(*b"0123456789abcdef"), "60RK4-CSM6M-V3EE1-SC5H6-6S35C-R");
        for bit in 0..128 {
            let mut bytes = [0; 16];
            bytes[bit / 8] = 0x80 >> (bit % 8);
            assert_ne!(written(bytes), written([0; 16]), "{bit}");
        }
    }

    /// A word is read as it was written, in small letters and without its hyphens too; one with a
    /// letter too few, too many or that none has is none.
    #[test]
    fn a_word_is_read_as_it_was_written() {
        for seed in 0..=255_u8 {
            let bytes: [u8; 16] = std::array::from_fn(|place| {
                let place = u8::try_from(place).expect("small");
                seed.wrapping_mul(31).wrapping_add(place.wrapping_mul(seed | 1))
            });
            let word = code(&WithdrawalSecret::from_bytes(bytes));
            for typed in [word.clone(), word.to_lowercase().replace('-', ""), format!(" {word} ")] {
                assert_eq!(read(&typed).expect("read").expose(), &bytes, "{typed}");
            }
            assert!(read(&word[..word.len() - 1]).is_none() && read(&format!("{word}0")).is_none());
        }
        assert!(read("").is_none() && read("60RK4-CSM6M-V3EE1-SC5H6-6S35C-U").is_none());
        assert!(read("60RK4-CSM6M-V3EE1-SC5H6-6S35C-S").is_none(), "bits that no secret has");
    }
}
