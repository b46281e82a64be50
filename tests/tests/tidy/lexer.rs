//! Just enough of a Rust lexer to tell code, comments and string literals apart.
//!
//! Line numbers survive: the code comes back with every comment blanked and every literal's
//! content filled with underscores, so that braces and words in them count for nothing.

/// A string literal and the line (from 0) on which it opens.
pub struct Literal {
    /// Line of the opening quote, counted from 0.
    pub line: usize,
    /// What stands between the quotes, escapes untouched.
    pub text: String,
}

/// A Rust file without what is not code.
pub struct Lexed {
    /// The code; as many lines as the file.
    pub code: String,
    /// Every string literal, in order.
    pub literals: Vec<Literal>,
}

/// Separates code from comments and literals.
pub fn lex(text: &str) -> Lexed {
    let mut reader = Reader {
        chars: text.chars().collect(),
        at: 0,
        line: 0,
        code: String::with_capacity(text.len()),
        literals: Vec::new(),
    };
    while let Some(c) = reader.peek(0) {
        reader.step(c);
    }
    Lexed { code: reader.code, literals: reader.literals }
}

/// Whether a word stands in the code on its own, not as a part of a longer one.
pub fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Whether a character may stand in an identifier.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
    code: String,
    literals: Vec<Literal>,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// Moves on by one character and writes `shown` in its place; line ends stay.
    fn pass(&mut self, shown: Option<char>) {
        let Some(c) = self.peek(0) else { return };
        if c == '\n' {
            self.line += 1;
            self.code.push('\n');
        } else {
            self.code.push(shown.unwrap_or(c));
        }
        self.at += 1;
    }

    fn step(&mut self, c: char) {
        match (c, self.peek(1)) {
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            _ if is_word(c) => self.word(),
            _ => self.pass(None),
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.pass(Some(' '));
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                (None, _) => return,
                _ => {
                    self.pass(Some(' '));
                    continue;
                }
            }
            self.pass(Some(' '));
            self.pass(Some(' '));
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let (line, start) = (self.line, self.at + 1);
        self.pass(None);
        while let Some(c) = self.peek(0) {
            if c == '"' {
                break;
            }
            if c == '\\' {
                self.pass(Some('_'));
            }
            self.pass(Some('_'));
        }
        self.keep(line, start);
        self.pass(None);
    }

    fn raw_string(&mut self, hashes: usize) {
        for _ in 0..=hashes {
            self.pass(None);
        }
        let (line, start) = (self.line, self.at);
        while let Some(c) = self.peek(0) {
            if c == '"' && (1..=hashes).all(|i| self.peek(i) == Some('#')) {
                break;
            }
            self.pass(Some('_'));
        }
        self.keep(line, start);
        for _ in 0..=hashes {
            self.pass(None);
        }
    }

    fn keep(&mut self, line: usize, start: usize) {
        let text = self.chars.get(start..self.at).unwrap_or_default().iter().collect();
        self.literals.push(Literal { line, text });
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        let escaped = self.peek(1) == Some('\\');
        if !escaped && self.peek(2) != Some('\'') {
            self.pass(None);
            return;
        }
        self.pass(None);
        if escaped {
            self.pass(Some('_'));
        }
        self.pass(Some('_'));
        while self.peek(0).is_some_and(|c| c != '\'') {
            self.pass(Some('_'));
        }
        self.pass(None);
    }

    fn word(&mut self) {
        let start = self.at;
        while self.peek(0).is_some_and(is_word) {
            self.pass(None);
        }
        let word: String = self.chars.get(start..self.at).unwrap_or_default().iter().collect();
        let hashes = (0..).take_while(|i| self.peek(*i) == Some('#')).count();
        let is_raw = matches!(word.as_str(), "r" | "br" | "cr");
        if is_raw && self.peek(hashes) == Some('"') {
            self.raw_string(hashes);
        }
    }
}

/// Braces, quotes and words in comments and literals are not code.
#[test]
fn comments_and_literals_are_not_code() {
    let text = "fn a<'x>() { // {\n  let c = '{'; /* } /* } */ */ r#\"{\"{\"#; \"\\\"{\" }\n";
    let lexed = lex(text);
    assert_eq!(lexed.code.matches('{').count(), 1);
    assert_eq!(lexed.code.matches('}').count(), 1);
    assert_eq!(lexed.code.lines().count(), 2);
    let texts: Vec<&str> = lexed.literals.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(texts, ["{\"{", "\\\"{"]);
}
