//! Commands as documents quote them, so that a test can hold a guide to the command line that is.

use clap::Parser;
use clap::error::ErrorKind;

/// From so many spaces on, what follows in a line explains the command.
const EXPLAINS: &str = "    ";

/// The commands of a program in the indented lines of a document, in words. A line that ends with
/// a backslash goes on in the next one; what stands behind a wide gap or a redirection is no part.
fn quoted(document: &str, program: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in document.lines() {
        let text = line.trim();
        let begun = match open.take() {
            Some(begun) => format!("{begun} {text}"),
            None if line.starts_with("   ") && is_of(text, program) => text.to_owned(),
            None => continue,
        };
        match begun.strip_suffix('\\') {
            Some(rest) => open = Some(rest.trim_end().to_owned()),
            None => found.push(words(command(&begun))),
        }
    }
    found
}

/// The commands of a program that documents quote and its command line does not take, each with
/// what that says of it; and how many there are in all.
#[must_use]
pub fn broken_quotes<C: Parser>(documents: &[&str], program: &str) -> (Vec<String>, usize) {
    let all: Vec<_> = documents.iter().flat_map(|document| quoted(document, program)).collect();
    let broken = all.iter().filter_map(|words| {
        let error = C::try_parse_from(words).err()?;
        (!is_only_a_value(&error, words)).then(|| format!("{}\n{error}", words.join(" ")))
    });
    (broken.collect(), all.len())
}

/// Whether nothing is wrong with a command but that a word stands in it for a value to be put in,
/// such as NUMBER or `...`.
fn is_only_a_value(error: &clap::Error, words: &[String]) -> bool {
    let is_open = |word: &String| {
        word == "..." || word.chars().all(|mark| mark.is_ascii_uppercase()) || word.contains("DIR")
    };
    matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue)
        && words.iter().any(is_open)
}

fn is_of(text: &str, program: &str) -> bool {
    text.strip_prefix(program).is_some_and(|rest| rest.starts_with(' '))
}

fn command(line: &str) -> &str {
    let ends = [EXPLAINS, " > ", " | "].into_iter().filter_map(|end| line.find(end));
    line.get(..ends.min().unwrap_or(line.len())).unwrap_or(line)
}

/// Words as a shell splits them, with what stands between quotation marks in one.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for mark in command.chars() {
        match mark {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Parser)]
    struct Sample {
        /// A number.
        #[arg(long)]
        number: u32,
    }

    /// A flag that is not there is found, and a value that is to be put in is not.
    #[test]
    fn a_command_that_is_none_is_found() {
        let document = "\n    sample --number 3\n    sample --number NUMBER\n    sample --count 3\n\
            \x20   sample --number three\n";
        let (broken, count) = broken_quotes::<Sample>(&[document], "sample");
        let first: Vec<_> = broken.iter().filter_map(|text| text.lines().next()).collect();
        assert_eq!(first, ["sample --count 3", "sample --number three"]);
        assert_eq!(count, 4);
        assert!(Sample::try_parse_from(["sample", "--number", "3"]).is_ok_and(|it| it.number == 3));
    }

    /// A command goes on behind a backslash and ends before what explains it; prose and other
    /// programs are left out.
    #[test]
    fn commands_are_told_from_what_explains_them() {
        let document = "Run `xinqiao-hub serve`.\n\n    xinqiao-hub init --data DIR \\\n        \
            --name \"a b\"\n    xinqiao-hub unit list      all of them\n    xinqiao-ca show X\n\
            \x20   xinqiao-hub man > FILE\nxinqiao-hub is a program\n";
        let found = quoted(document, "xinqiao-hub");
        let wanted: [&[&str]; 3] = [
            &["xinqiao-hub", "init", "--data", "DIR", "--name", "a b"],
            &["xinqiao-hub", "unit", "list"],
            &["xinqiao-hub", "man"],
        ];
        assert_eq!(found, wanted);
    }
}
