//! The tokens of JSON. Nothing here depends on the type that is parsed, so it is compiled once.

use std::borrow::Cow;

use super::InvalidJson;

/// The text that is not parsed yet.
pub struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    pub const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// The first byte of the next token.
    pub fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.bytes().next()
    }

    /// Takes a token if it comes next.
    pub fn take_if(&mut self, token: &str) -> bool {
        self.peek();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes a token, which must come next.
    pub fn take(&mut self, token: &str) -> Result<(), InvalidJson> {
        if self.take_if(token) {
            Ok(())
        } else {
            Err(InvalidJson)
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> Result<bool, InvalidJson> {
        if self.take_if("true") {
            return Ok(true);
        }
        self.take("false").map(|()| false)
    }

    /// The text of a number.
    pub fn number(&mut self) -> &'a str {
        self.peek();
        let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        let end = self.rest.bytes().position(|byte| !is_part(byte));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        number
    }

    /// A string, unescaped.
    pub fn string(&mut self) -> Result<Cow<'a, str>, InvalidJson> {
        self.take("\"")?;
        let mut text = Cow::Borrowed("");
        loop {
            let end = self.rest.find(['"', '\\']).ok_or(InvalidJson)?;
            let (plain, rest) = self.rest.split_at(end);
            text += plain;
            let is_end = rest.starts_with('"');
            self.rest = rest.get(1..).ok_or(InvalidJson)?;
            if is_end {
                return Ok(text);
            }
            text.to_mut().push(self.escaped()?);
        }
    }

    /// The character of an escape sequence whose backslash was taken.
    fn escaped(&mut self) -> Result<char, InvalidJson> {
        let kind = self.rest.chars().next().ok_or(InvalidJson)?;
        self.rest = self.rest.get(kind.len_utf8()..).ok_or(InvalidJson)?;
        Ok(match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.unit()?;
                if let Some(whole) = char::from_u32(first.into()) {
                    whole
                } else {
                    // Half of a pair.
                    self.rest = self.rest.strip_prefix("\\u").ok_or(InvalidJson)?;
                    let pair = char::decode_utf16([first, self.unit()?]).next();
                    pair.and_then(Result::ok).ok_or(InvalidJson)?
                }
            }
            _ => return Err(InvalidJson),
        })
    }

    /// A unit of UTF-16 in four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, InvalidJson> {
        let (digits, rest) = self.rest.split_at_checked(4).ok_or(InvalidJson)?;
        self.rest = rest;
        u16::from_str_radix(digits, 16).map_err(|_| InvalidJson)
    }

    /// Whether another item follows before the end of a list or an object. Does not take the end.
    pub fn has_item(&mut self, end: u8, is_first: bool) -> Result<bool, InvalidJson> {
        if self.peek() == Some(end) {
            return Ok(false);
        }
        if !is_first {
            self.take(",")?;
        }
        Ok(true)
    }

    /// Skips a value of any kind.
    pub fn skip(&mut self) -> Result<(), InvalidJson> {
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(InvalidJson)? {
                b'"' => drop(self.string()?),
                b'{' | b'[' => {
                    depth += 1;
                    self.rest = &self.rest[1..];
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(InvalidJson)?;
                    self.rest = &self.rest[1..];
                }
                b',' | b':' if depth > 0 => {
                    self.rest = &self.rest[1..];
                    continue;
                }
                b't' | b'f' => drop(self.boolean()?),
                b'n' => self.take("null")?,
                _ => {
                    if self.number().is_empty() {
                        return Err(InvalidJson);
                    }
                }
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}
