//! A sentence for people that can be said in another language: an English template with named places,
//! and what stands in them. Programs, terminals and files get the English; the report looks the
//! template up in its catalogue (`templates/korean.json`) and fills the same arguments in there.

use std::fmt;

use super::format_duration;

/// Makes a [`Message`]: an English template, and a value for each `{name}` in it. `name` alone takes the
/// variable of that name. The compiler holds template and names together; a test holds the catalogue to
/// have each template in Korean.
///
/// Where the template has two forms (`{n} way|{n} ways`), the first number among its arguments chooses: the
/// first form for 1, else the second. Names of the input stand between backticks.
#[macro_export]
macro_rules! message {
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        // Never printed: so the compiler sees that each place has a value and each value a place.
        let _ = ::core::format_args!($template $(, $name = "")*);
        $crate::words::Message::new(
            $template,
            ::std::vec![$((
                ::core::stringify!($name),
                $crate::words::message::ToArg::to_arg(&$crate::message!(@value $name $(= $value)?)),
            )),*],
        )
    }};
    (@value $name:ident = $value:expr) => { $value };
    (@value $name:ident) => { $name };
}

/// A sentence with its arguments. Compares and sorts by its English text.
#[derive(Clone)]
pub struct Message {
    english: String,
    /// `None`: words of others (a parser, an input), which are the same in every language.
    said: Option<Box<Said>>,
}

/// A template and what stands in its places, in the order in which the template names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub template: &'static str,
    pub args: Vec<Arg>,
}

/// What stands in a place of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    Number(u64),
    /// A name, or words of the input: the same in every language.
    Plain(String),
    Message(Message),
    /// Seconds.
    Duration(u64),
    /// Names, each shown between backticks, and how many more there are.
    Names(Vec<String>, usize),
}

impl Message {
    /// For [`message!`](crate::message!).
    #[doc(hidden)]
    #[must_use]
    pub fn new(template: &'static str, named: Vec<(&'static str, Arg)>) -> Self {
        let mut named: Vec<(usize, Arg)> = named
            .into_iter()
            .map(|(name, arg)| {
                let mut places = places(template);
                (places.position(|place| place == name).unwrap_or(0), arg)
            })
            .collect();
        named.sort_by_key(|(place, _)| *place);
        let args: Vec<Arg> = named.into_iter().map(|(_, arg)| arg).collect();
        Self {
            english: fill(template, &args),
            said: Some(Box::new(Said { template, args })),
        }
    }

    /// A sentence of ours without places, from a table; braces in it are braces.
    #[must_use]
    pub fn fixed(words: &'static str) -> Self {
        Self {
            english: words.to_owned(),
            said: Some(Box::new(Said {
                template: words,
                args: Vec::new(),
            })),
        }
    }

    /// Words that are the same in every language.
    #[must_use]
    pub fn verbatim(words: impl Into<String>) -> Self {
        Self {
            english: words.into(),
            said: None,
        }
    }

    /// The sentence in English.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.english
    }

    /// Template and arguments; `None` for words of others.
    #[must_use]
    pub fn said(&self) -> Option<&Said> {
        self.said.as_deref()
    }

    /// Changes all that is not ours: `change` gives the new text, or `None` where it may stay. What can't be
    /// changed part by part stays as English only.
    pub fn rewrite(&mut self, change: &impl Fn(&str) -> Option<String>) {
        if let Some(said) = &mut self.said {
            let mut changed = false;
            for arg in &mut said.args {
                changed |= arg.rewrite(change);
            }
            if changed && !said.args.is_empty() {
                self.english = fill(said.template, &said.args);
            }
        }
        if let Some(english) = change(&self.english) {
            self.english = english;
            self.said = None;
        }
    }
}

impl Arg {
    fn rewrite(&mut self, change: &impl Fn(&str) -> Option<String>) -> bool {
        let one = |text: &mut String| change(text).map(|new| *text = new).is_some();
        match self {
            Self::Number(_) | Self::Duration(_) => false,
            Self::Plain(text) => one(text),
            Self::Message(message) => {
                let before = message.english.clone();
                message.rewrite(change);
                before != message.english
            }
            Self::Names(names, _) => names.iter_mut().map(one).fold(false, |all, one| all | one),
        }
    }
}

/// The names of the places of `template`, each once, in order.
pub fn places(template: &str) -> impl Iterator<Item = &str> {
    let mut seen: Vec<&str> = Vec::new();
    Pieces(template).filter_map(move |piece| match piece {
        Piece::Place(name) if !seen.contains(&name) => {
            seen.push(name);
            Some(name)
        }
        _ => None,
    })
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// `{name}`
    Place(&'a str),
}

/// The pieces of a template; `{{` and `}}` are braces.
#[derive(Clone, Debug)]
pub struct Pieces<'a>(pub &'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let text = self.0;
        let at = match text.find(['{', '}']) {
            None if text.is_empty() => return None,
            None => text.len(),
            Some(at) => at,
        };
        if at > 0 {
            let (words, rest) = text.split_at(at);
            self.0 = rest;
            return Some(Piece::Words(words));
        }
        for brace in ["{{", "}}"] {
            if let Some(rest) = text.strip_prefix(brace) {
                self.0 = rest;
                return text.get(..1).map(Piece::Words);
            }
        }
        let (name, rest) = text.get(1..)?.split_once('}')?;
        self.0 = rest;
        Some(Piece::Place(name))
    }
}

/// The form of `template` that its arguments ask for.
fn form<'a>(template: &'a str, args: &[Arg]) -> &'a str {
    let first = args.iter().find_map(|arg| match arg {
        Arg::Number(n) => Some(*n),
        _ => None,
    });
    match template.split_once('|') {
        Some((one, _)) if first == Some(1) => one,
        Some((_, many)) => many,
        None => template,
    }
}

/// `template` in English with `args`, which are in the order of its places.
fn fill(template: &'static str, args: &[Arg]) -> String {
    let names: Vec<&str> = places(template).collect();
    let mut text = String::new();
    for piece in Pieces(form(template, args)) {
        match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Place(name) => {
                let at = names.iter().position(|known| *known == name);
                if let Some(arg) = at.and_then(|at| args.get(at)) {
                    text.push_str(&arg.to_string());
                }
            }
        }
    }
    text
}

/// In English.
impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Plain(text) => f.write_str(text),
            Self::Message(message) => f.write_str(&message.english),
            Self::Duration(seconds) => f.write_str(&format_duration(*seconds)),
            Self::Names(names, more) => match (names.as_slice(), *more) {
                ([], _) => f.write_str("nothing"),
                ([only], 0) => write!(f, "`{only}`"),
                ([first @ .., last], 0) => write!(f, "`{}` and `{last}`", first.join("`, `")),
                (all, more) => write!(f, "`{}` and {more} more", all.join("`, `")),
            },
        }
    }
}

/// In English.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.english, f)
    }
}

impl std::ops::Deref for Message {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.english == other.english
    }
}

impl Eq for Message {}

impl PartialEq<str> for Message {
    fn eq(&self, other: &str) -> bool {
        self.english == other
    }
}

impl PartialEq<&str> for Message {
    fn eq(&self, other: &&str) -> bool {
        self.english == *other
    }
}

impl PartialEq<String> for Message {
    fn eq(&self, other: &String) -> bool {
        self.english == *other
    }
}

impl PartialOrd for Message {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Message {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.english.cmp(&other.english)
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.english
    }
}

/// What can stand in a place of a template; by reference, so that a value can be used again.
pub trait ToArg {
    fn to_arg(&self) -> Arg;
}

impl<T: ToArg + ?Sized> ToArg for &T {
    fn to_arg(&self) -> Arg {
        (**self).to_arg()
    }
}

impl ToArg for Arg {
    fn to_arg(&self) -> Arg {
        self.clone()
    }
}

impl ToArg for Message {
    fn to_arg(&self) -> Arg {
        Arg::Message(self.clone())
    }
}

/// Whatever has one spelling in every language.
macro_rules! plain {
    ($($type:ty),*) => {
        $(impl ToArg for $type {
            fn to_arg(&self) -> Arg {
                Arg::Plain(self.to_string())
            }
        })*
    };
}

plain!(
    str,
    String,
    std::borrow::Cow<'_, str>,
    camino::Utf8Path,
    camino::Utf8PathBuf,
    super::Id,
    super::Date,
    super::Mode
);

macro_rules! number {
    ($($type:ty),*) => {
        $(impl ToArg for $type {
            fn to_arg(&self) -> Arg {
                Arg::Number(u64::try_from(*self).unwrap_or(u64::MAX))
            }
        })*
    };
}

number!(u8, u32, u64, usize, i64);

/// Bare words of tests.
#[cfg(test)]
impl From<&str> for Message {
    fn from(words: &str) -> Self {
        Self::verbatim(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_by_name_and_numbers_choose_the_form() {
        let cause = "site:pangyo";
        let goes = |n: usize| {
            message!(
                "{n} replica goes with `{cause}`|{n} replicas go with `{cause}`",
                cause,
                n
            )
        };
        assert_eq!(goes(1), "1 replica goes with `site:pangyo`");
        assert_eq!(goes(2).as_str(), "2 replicas go with `site:pangyo`");
        let said = goes(2);
        let said = said.said().unwrap();
        assert_eq!(said.args, [Arg::Number(2), Arg::Plain(cause.to_owned())]);
        let nested = message!(
            "in {{{time}}}: {what}, {names}",
            what = goes(1),
            time = Arg::Duration(5400),
            names = Arg::Names(vec!["a".to_owned(), "b".to_owned()], 3)
        );
        assert_eq!(
            nested,
            "in {1h 30m}: 1 replica goes with `site:pangyo`, `a`, `b` and 3 more"
        );
    }

    #[test]
    fn names_read_well() {
        let names = |n: usize, more| {
            let all = ["a", "b", "c"].into_iter().take(n);
            Arg::Names(all.map(str::to_owned).collect(), more).to_string()
        };
        assert_eq!(names(0, 0), "nothing");
        assert_eq!(names(1, 0), "`a`");
        assert_eq!(names(2, 0), "`a` and `b`");
        assert_eq!(names(3, 0), "`a`, `b` and `c`");
        assert_eq!(names(3, 2), "`a`, `b`, `c` and 2 more");
    }

    #[test]
    fn what_is_masked_is_masked_in_every_language() {
        let secret = |text: &str| {
            text.contains("hunter2")
                .then(|| text.replace("hunter2", "***"))
        };
        let inner = message!("see `{at}`", at = "x?p=hunter2");
        let mut message = message!("`{id}`: {inner}", id = "service:hunter2", inner);
        message.rewrite(&secret);
        assert_eq!(message, "`service:***`: see `x?p=***`");
        let said = message.said().unwrap();
        assert!(!format!("{:?}", said.args).contains("hunter2"));
        // What only the whole shows to be a secret leaves nothing to say again.
        let mut message = message!("hun{rest}", rest = "ter2");
        message.rewrite(&secret);
        assert_eq!(message, "***");
        assert!(message.said().is_none());
    }
}
