//! Commands as documents quote them, so that a test can hold a guide to the command line that is.

/// From so many spaces on, what follows in a line explains the command.
const EXPLAINS: &str = "    ";

/// The commands of a program in the indented lines of a document, in words. A line that ends with
/// a backslash goes on in the next one; what stands behind a wide gap or a redirection is no part.
#[must_use]
pub fn quoted(document: &str, program: &str) -> Vec<Vec<String>> {
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
