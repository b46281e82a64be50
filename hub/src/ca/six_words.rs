//! The six words of a key, as two people say them on the telephone before anything is signed.

use certs::words::{Length, agrees, chinese, english};
use domain::digest::Digest;
use runtime::cli::{Answer, Exit, Failure, Sentence, Terminal};

use super::words;

/// Shows the words of a key and stops unless they agree with those that were heard.
///
/// # Errors
/// They differ, or somebody says so.
pub(super) fn compare(
    terminal: &Terminal,
    key: &Digest,
    heard: Option<&str>,
    yes: bool,
) -> Result<(), Failure> {
    let (zh, en) = (chinese(key, Length::Short), english(key, Length::Short));
    terminal.talk(words::SIX_WORDS, &[&zh, &en]);
    let agreed = match heard {
        Some(heard) => agrees(key, Length::Short, heard),
        None if yes => true,
        None => {
            let question = Sentence::from(words::DO_THEY_AGREE);
            terminal.confirm(&question, "--words")? == Answer::Yes
        }
    };
    if agreed {
        return Ok(());
    }
    let refused = Failure::new(Exit::Refused, "WORDS_DIFFER", words::WORDS_DIFFER);
    Err(refused.hint(words::WORDS_DIFFER_NEXT))
}
