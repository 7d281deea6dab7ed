//! Casement's plugin contract, version 1, for Rust: JSON, the exported
//! functions, and a few helpers to draw a form. Copy this file beside your
//! plugin; it needs nothing but the standard library.
//!
//! A plugin is a function from a request to a response. Declare it with
//! `casement::serve!(answer, ("form", "entry-id"))`.

use std::collections::BTreeMap;

/// A JSON value. Numbers keep their text, objects the order of their members.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Num(String),
    Str(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl From<&str> for Json {
    fn from(s: &str) -> Json {
        Json::Str(s.to_string())
    }
}
impl From<String> for Json {
    fn from(s: String) -> Json {
        Json::Str(s)
    }
}
impl From<bool> for Json {
    fn from(b: bool) -> Json {
        Json::Bool(b)
    }
}
impl From<i64> for Json {
    fn from(n: i64) -> Json {
        Json::Num(n.to_string())
    }
}
impl From<Vec<Json>> for Json {
    fn from(list: Vec<Json>) -> Json {
        Json::List(list)
    }
}

/// `object! { "id" => "about", "required" => true }`
#[macro_export]
macro_rules! object {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::casement::Json::Object(vec![$(($key.to_string(), $crate::casement::Json::from($value))),*])
    };
}

impl Json {
    /// A member of an object, or Null.
    pub fn get(&self, key: &str) -> &Json {
        const NULL: Json = Json::Null;
        match self {
            Json::Object(members) => members.iter().find(|(k, _)| k == key).map(|(_, v)| v).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// The text of a string, or "".
    pub fn text(&self) -> &str {
        match self {
            Json::Str(s) => s,
            _ => "",
        }
    }

    /// The strings of a list.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Json::List(list) => list.iter().map(|v| v.text().to_string()).collect(),
            _ => vec![],
        }
    }

    /// Sets a member of an object.
    pub fn set(&mut self, key: &str, value: impl Into<Json>) {
        if let Json::Object(members) = self {
            let value = value.into();
            match members.iter_mut().find(|(k, _)| k == key) {
                Some(member) => member.1 = value,
                None => members.push((key.to_string(), value)),
            }
        }
    }

    pub fn parse(b: &[u8]) -> Result<Json, String> {
        let text = std::str::from_utf8(b).map_err(|_| "the request is not UTF-8")?;
        let mut p = Parser { text, at: 0 };
        let v = p.value(0)?;
        p.space();
        if p.at != text.len() {
            return Err(p.wrong());
        }
        Ok(v)
    }

    pub fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Json::Num(n) => out.push_str(n),
            Json::Str(s) => quote(s, out),
            Json::List(list) => {
                out.push('[');
                for (k, v) in list.iter().enumerate() {
                    if k > 0 {
                        out.push(',');
                    }
                    v.write(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (k, (name, v)) in members.iter().enumerate() {
                    if k > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    v.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn quote(s: &str, out: &mut String) {
    out.push('"');
    let mut written = 0;
    for (i, c) in s.bytes().enumerate() {
        if c >= b' ' && c != b'"' && c != b'\\' {
            continue;
        }
        out.push_str(&s[written..i]);
        written = i + 1;
        match c {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0 => out.push('\u{fffd}'), // no database keeps it
            _ => {
                out.push_str("\\u00");
                out.push(char::from(b'0' + (c >> 4)));
                out.push(char::from(b"0123456789abcdef"[usize::from(c & 15)]));
            }
        }
    }
    out.push_str(&s[written..]);
    out.push('"');
}

/// How deep values may nest.
const MAX_DEPTH: usize = 64;

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn wrong(&self) -> String {
        format!("not valid JSON at byte {}", self.at)
    }

    fn peek(&self) -> u8 {
        *self.text.as_bytes().get(self.at).unwrap_or(&0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    fn eat(&mut self, c: u8) -> bool {
        self.space();
        let there = self.peek() == c;
        if there {
            self.at += 1;
        }
        there
    }

    fn word(&mut self, w: &str, v: Json) -> Result<Json, String> {
        if self.text[self.at..].starts_with(w) {
            self.at += w.len();
            return Ok(v);
        }
        Err(self.wrong())
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > MAX_DEPTH {
            return Err("nested too deeply".to_string());
        }
        self.space();
        match self.peek() {
            b'{' => {
                self.at += 1;
                let mut members = vec![];
                if !self.eat(b'}') {
                    loop {
                        self.space();
                        let name = self.string()?;
                        if !self.eat(b':') {
                            return Err(self.wrong());
                        }
                        members.push((name, self.value(depth + 1)?));
                        if !self.eat(b',') {
                            break;
                        }
                    }
                    if !self.eat(b'}') {
                        return Err(self.wrong());
                    }
                }
                Ok(Json::Object(members))
            }
            b'[' => {
                self.at += 1;
                let mut list = vec![];
                if !self.eat(b']') {
                    loop {
                        list.push(self.value(depth + 1)?);
                        if !self.eat(b',') {
                            break;
                        }
                    }
                    if !self.eat(b']') {
                        return Err(self.wrong());
                    }
                }
                Ok(Json::List(list))
            }
            b'"' => Ok(Json::Str(self.string()?)),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                while matches!(self.peek(), b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') {
                    self.at += 1;
                }
                let n = &self.text[start..self.at];
                if n.parse::<f64>().is_err() {
                    return Err(self.wrong());
                }
                Ok(Json::Num(n.to_string()))
            }
            _ => Err(self.wrong()),
        }
    }

    fn string(&mut self) -> Result<String, String> {
        if self.peek() != b'"' {
            return Err(self.wrong());
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), b'"' | b'\\') && self.at < self.text.len() {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            if self.at >= self.text.len() {
                return Err(self.wrong());
            }
            let escaped = self.peek() == b'\\';
            self.at += 1;
            if !escaped {
                return Ok(out);
            }
            let c = self.peek();
            self.at += 1;
            out.push(match c {
                b'"' | b'\\' | b'/' => char::from(c),
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'u' => self.unicode()?,
                _ => return Err(self.wrong()),
            });
        }
    }

    fn hex(&mut self) -> Result<u32, String> {
        let digits = self.text.get(self.at..self.at + 4).ok_or_else(|| self.wrong())?;
        let v = u32::from_str_radix(digits, 16).map_err(|_| self.wrong())?;
        self.at += 4;
        Ok(v)
    }

    fn unicode(&mut self) -> Result<char, String> {
        let mut v = self.hex()?;
        if (0xd800..0xdc00).contains(&v) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let low = self.hex()?;
            if !(0xdc00..0xe000).contains(&low) {
                return Err(self.wrong());
            }
            v = 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
        }
        char::from_u32(v).ok_or_else(|| self.wrong())
    }
}

/// What the host asks.
pub struct Request {
    pub entry: String,
    /// "start", "view", "submit", "change", "back", "goto", …
    pub event: String,
    pub action: String,
    /// What was typed or chosen, by field.
    pub fields: BTreeMap<String, Vec<String>>,
    pub state: Json,
    pub ctx: Json,
}

impl Request {
    /// What was typed into a field of one value; None when it was not sent.
    pub fn typed(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(|list| list.first().map(String::as_str).unwrap_or(""))
    }
}

/// Answers one message. `serve!` calls it.
pub fn call(input: &[u8], entries: &[(&str, &str)], answer: fn(&Request) -> Result<Json, String>) -> String {
    let mut out = String::new();
    match respond(input, entries, answer) {
        Ok(Json::Object(mut members)) => {
            members.insert(0, ("v".to_string(), Json::from(1)));
            Json::Object(members).write(&mut out);
        }
        Ok(_) => object! { "v" => 1, "fault" => "the plugin gave no object" }.write(&mut out),
        Err(fault) => object! { "v" => 1, "fault" => fault }.write(&mut out),
    }
    out
}

fn respond(input: &[u8], entries: &[(&str, &str)], answer: fn(&Request) -> Result<Json, String>) -> Result<Json, String> {
    let message = Json::parse(input)?;
    match message.get("op").text() {
        "describe" => {
            let list: Vec<Json> = entries.iter().map(|(kind, id)| object! { "id" => *id, "kind" => *kind }).collect();
            Ok(object! { "describe" => object! { "abi" => 1, "sdk" => "rust/1", "entries" => list } })
        }
        "event" => {
            let entry = message.get("entry").text();
            if !entries.iter().any(|(_, id)| *id == entry) {
                return Err(format!("no entry {:?}", entry));
            }
            let event = message.get("event");
            let mut fields = BTreeMap::new();
            if let Json::Object(members) = event.get("fields") {
                for (name, list) in members {
                    fields.insert(name.clone(), list.texts());
                }
            }
            answer(&Request {
                entry: entry.to_string(),
                event: event.get("type").text().to_string(),
                action: event.get("action").text().to_string(),
                fields,
                state: message.get("state").clone(),
                ctx: message.get("ctx").clone(),
            })
        }
        op => Err(format!("no operation {:?}", op)),
    }
}

/// Exports a plugin: `serve!(answer, ("form", "bulky-waste"))`, where answer is
/// a `fn(&Request) -> Result<Json, String>`; an error is a fault in words.
#[macro_export]
macro_rules! serve {
    ($answer:expr, $($entry:expr),+ $(,)?) => {
        static mut IN: Vec<u8> = Vec::new();
        static mut OUT: String = String::new();

        #[no_mangle]
        pub extern "C" fn plugin_abi() -> u32 {
            1
        }

        #[no_mangle]
        pub extern "C" fn plugin_alloc(n: u32) -> *mut u8 {
            // One call at a time, on one thread: the host sees to it.
            unsafe {
                IN.clear();
                IN.resize(n as usize, 0);
                IN.as_mut_ptr()
            }
        }

        /// Leaves room on the heap, so that calls need not ask for more.
        #[no_mangle]
        pub extern "C" fn plugin_warm(n: u32) {
            unsafe {
                IN = vec![0; n as usize];
                IN = Vec::new();
            }
        }

        #[no_mangle]
        pub extern "C" fn plugin_call(_: *const u8, n: u32) -> u64 {
            unsafe {
                OUT = $crate::casement::call(&IN[..IN.len().min(n as usize)], &[$($entry),+], $answer);
                (OUT.as_ptr() as u64) << 32 | OUT.len() as u64
            }
        }
    };
}

/// The beginning of a form: its step, heading and fields.
pub fn form(step: &str, label: &str, items: Vec<Json>) -> Json {
    object! { "t" => "form", "id" => step, "label" => label, "items" => items }
}

/// A field. Its kind is one of the contract's: "text", "textarea", "radios", …
pub fn field(id: &str, kind: &str, label: &str, value: &str) -> Json {
    let mut f = object! { "t" => "field", "id" => id, "kind" => kind, "label" => label };
    if !value.is_empty() {
        f.set("value", vec![Json::from(value)]);
    }
    f
}
