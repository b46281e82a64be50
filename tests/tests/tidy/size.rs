//! Sizes and openings: short files, short functions, narrow lines, a module doc on every file.

use crate::check;
use crate::lexer::{is_word, lex};
use crate::tree::{File, files, rust};

/// Longest file in lines.
const FILE_LINES_MAX: usize = 600;
/// Longest function in lines that are neither blank nor comment, signature included.
const FUNCTION_LINES_MAX: usize = 60;
/// Widest line in characters.
const LINE_CHARS_MAX: usize = 100;

/// No file is longer than a reader can hold.
#[test]
fn files_are_short() {
    let broken: Vec<String> = files(&[".rs", ".sql", ".proto", ".html"])
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(file, lines)| format!("{}: {lines} lines", file.path))
        .collect();
    check("split the file by role; a file has at most 600 lines", &broken);
}

/// No function is longer than a screen.
#[test]
fn functions_are_short() {
    let broken: Vec<String> = rust().iter().flat_map(long_functions).collect();
    let remedy = "move branch-free work into helpers and keep the ifs and the state in the \
                  caller; a function has at most 60 lines";
    check(remedy, &broken);
}

/// Two files fit beside each other on a screen.
#[test]
fn lines_are_narrow() {
    let broken: Vec<String> = files(&[".rs", ".sql", ".proto"]).iter().flat_map(wide).collect();
    check("break the line; it has at most 100 characters", &broken);
}

/// Every file says what it is for before anything else.
#[test]
fn every_file_opens_with_its_purpose() {
    let broken: Vec<String> =
        rust().iter().filter(|file| !opens_with_doc(&file.text)).map(|file| file.at(0)).collect();
    let remedy = "open the file with `//!`: one sentence on its role (more than a word), then \
                  the rule that a change could break";
    check(remedy, &broken);
}

/// A test that does not run says why.
#[test]
fn ignored_tests_have_a_reason() {
    let mut broken = Vec::new();
    for file in rust() {
        for (number, line) in lex(&file.text).code.lines().enumerate() {
            if line.contains("#[ignore]") {
                broken.push(file.at(number));
            }
        }
    }
    check("write `#[ignore = \"reason\"]`", &broken);
}

fn opens_with_doc(text: &str) -> bool {
    text.lines()
        .next()
        .and_then(|line| line.strip_prefix("//! "))
        .is_some_and(|doc| doc.contains(' '))
}

fn wide(file: &File) -> Vec<String> {
    file.text
        .lines()
        .enumerate()
        .map(|(number, line)| (number, line.chars().count()))
        .filter(|(_, width)| *width > LINE_CHARS_MAX)
        .map(|(number, width)| format!("{}: {width} characters", file.at(number)))
        .collect()
}

fn long_functions(file: &File) -> Vec<String> {
    let code = lex(&file.text).code;
    functions(&code)
        .into_iter()
        .filter(|f| f.lines > FUNCTION_LINES_MAX)
        .map(|f| format!("{}: {} has {} lines", file.at(f.line), f.name, f.lines))
        .collect()
}

/// A function with a body: its name, the line of its `fn`, and how many lines of code it has.
struct Function {
    name: String,
    line: usize,
    lines: usize,
}

fn functions(code: &str) -> Vec<Function> {
    code.match_indices("fn ")
        .filter(|(at, _)| !code[..*at].chars().next_back().is_some_and(is_word))
        .filter_map(|(at, _)| function(code, at))
        .collect()
}

fn function(code: &str, at: usize) -> Option<Function> {
    let name: String = code[at + 3..].chars().take_while(|c| is_word(*c)).collect();
    if name.is_empty() {
        return None; // a function pointer's type
    }
    let open = at + body(&code[at..])?;
    let close = open + block_len(&code[open..]);
    let lines = code[at..close].lines().filter(|line| !line.trim().is_empty()).count();
    Some(Function { name, line: code[..at].matches('\n').count(), lines })
}

/// Where the body opens; nothing for a declaration without one.
fn body(signature: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in signature.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// How long a block is from its opening brace to behind its closing one.
fn block_len(block: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in block.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return at + 1;
        }
    }
    block.len()
}

/// The counter sees bodies, not declarations, and counts neither blanks nor comments.
#[test]
fn functions_are_counted_by_their_code() {
    let code = lex("trait T { fn a(x: [u8; 2]); }\nfn b() {\n\n  // why\n  c();\n}\n").code;
    let found = functions(&code);
    let told: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.line, f.lines)).collect();
    assert_eq!(told, [("b", 1, 3)]);
}
