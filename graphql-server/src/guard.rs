//! A lexical scan of a document that runs before any parser.
//!
//! GraphQL parsers are recursive: a few kilobytes of `[[[[` exhaust their stack, which ends the process rather
//! than the request. The scan is a single pass without recursion, follows the lexical grammar of the
//! specification (<https://spec.graphql.org/September2025/#sec-Language.Source-Text>) and refuses whatever is
//! not lexically GraphQL, so that a parser cannot read the text in another way than it was measured.

use crate::{
    error::{FrontError, FrontErrorCode},
    limits::Limits,
};

/// Refuses a document that is too long, nested too deep, or no sequence of GraphQL tokens.
pub(crate) fn check(text: &str, limits: &Limits) -> Result<(), FrontError> {
    within("document length in bytes", text.len(), limits.document_bytes)?;
    let openers = text
        .bytes()
        .filter(|byte| matches!(byte, b'{' | b'(' | b'['))
        .count();
    within("number of opening brackets", openers, limits.opening_brackets)?;
    Scan {
        bytes: text.as_bytes(),
        at: 0,
        tokens: 0,
        open: Vec::new(),
    }
    .run(limits)
}

fn within(what: &str, is: usize, limit: usize) -> Result<(), FrontError> {
    if is <= limit {
        return Ok(());
    }
    let message = format!("The {what} is {is}; the limit is {limit}.");
    Err(FrontError::new(FrontErrorCode::QueryTooComplex, message)
        .with("cost", is)
        .with("maxCost", limit))
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    tokens: usize,
    /// Closing brackets that are due, innermost last.
    open: Vec<u8>,
}

impl Scan<'_> {
    fn run(mut self, limits: &Limits) -> Result<(), FrontError> {
        while let Some(byte) = self.peek(0) {
            if self.skip_ignored(byte) {
                continue;
            }
            self.tokens += 1;
            within("number of tokens", self.tokens, limits.document_tokens)?;
            self.token(byte)?;
            within("nesting of brackets", self.open.len(), limits.document_nesting)?;
        }
        match self.open.last() {
            None => Ok(()),
            Some(&due) => Err(self.error(&format!("expected '{}' before the end", char::from(due)))),
        }
    }

    /// White space, line ends, commas, comments and byte order marks carry no meaning.
    fn skip_ignored(&mut self, byte: u8) -> bool {
        const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => self.at += 1,
            b'#' => self.skip_while(|byte| !matches!(byte, b'\n' | b'\r')),
            _ if self.rest().starts_with(BYTE_ORDER_MARK) => self.at += BYTE_ORDER_MARK.len(),
            _ => return false,
        }
        true
    }

    fn token(&mut self, byte: u8) -> Result<(), FrontError> {
        match byte {
            b'{' => self.open(b'}'),
            b'(' => self.open(b')'),
            b'[' => self.open(b']'),
            b'}' | b')' | b']' => return self.close(byte),
            b'!' | b'$' | b'&' | b':' | b'=' | b'@' | b'|' => self.at += 1,
            b'.' if self.rest().starts_with(b"...") => self.at += 3,
            b'"' if self.rest().starts_with(b"\"\"\"") => return self.block_string(),
            b'"' => return self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
            }
            _ => return Err(self.error("unexpected character")),
        }
        Ok(())
    }

    fn open(&mut self, closer: u8) {
        self.at += 1;
        self.open.push(closer);
    }

    fn close(&mut self, closer: u8) -> Result<(), FrontError> {
        if self.open.pop() != Some(closer) {
            return Err(self.error(&format!("unexpected '{}'", char::from(closer))));
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<(), FrontError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                Some(b'"') => break,
                // Which escapes exist is for the parser; here it matters that `\"` does not end the string.
                Some(b'\\') if !matches!(self.peek(1), None | Some(b'\n' | b'\r')) => self.at += 2,
                None | Some(b'\n' | b'\r' | b'\\') => return Err(self.error_at(start, "unterminated string")),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    fn block_string(&mut self) -> Result<(), FrontError> {
        let start = self.at;
        self.at += 3;
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return Err(self.error_at(start, "unterminated block string"));
            } else if rest.starts_with(b"\"\"\"") {
                self.at += 3;
                return Ok(());
            }
            self.at += if rest.starts_with(b"\\\"\"\"") { 4 } else { 1 };
        }
    }

    /// `-0.5e+3`, taken apart so that no following token is counted into it.
    fn number(&mut self) {
        self.at += 1;
        self.skip_digits();
        if self.peek(0) == Some(b'.') && self.peek(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
            self.skip_digits();
        }
        if matches!(self.peek(0), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(0), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.skip_digits();
        }
    }

    fn skip_digits(&mut self) {
        self.skip_while(|byte| byte.is_ascii_digit());
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&belongs) {
            self.at += 1;
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn error(&self, what: &str) -> FrontError {
        self.error_at(self.at, what)
    }

    fn error_at(&self, offset: usize, what: &str) -> FrontError {
        let before = String::from_utf8_lossy(self.bytes.get(..offset).unwrap_or_default());
        let line = before.lines().count().max(1) + usize::from(before.ends_with('\n'));
        let column = before
            .rsplit(['\n', '\r'])
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        FrontError::new(
            FrontErrorCode::GraphqlParseFailed,
            format!("Syntax error: {what}."),
        )
        .at(vec![async_graphql::Pos { line, column }])
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
