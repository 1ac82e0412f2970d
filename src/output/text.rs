//! Styled text for a terminal. Everything shown on one goes through [`Text`], which makes control
//! characters of strangers' names visible instead of letting the terminal act on them; line breaks
//! and styles are only ever made here.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

/// Our own plain words.
pub const PLAIN: Style = Style::new();
/// What is of second importance: places, evidence, units.
pub const DIM: Style = Style::new().dimmed();
/// Headings, and the name a passage is about.
pub const STRONG: Style = Style::new().bold();
/// Names of nodes.
pub const NAME: Style = AnsiColor::Cyan.on_default();
/// Does not come back by itself.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Comes back late, or serves worse.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Serves.
pub const GOOD: Style = AnsiColor::Green.on_default();

/// One line of styled text without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    parts: Vec<(Style, String)>,
}

impl Text {
    /// No text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Text in one style.
    #[must_use]
    pub fn of(style: Style, text: &str) -> Self {
        Self::new().and(style, text)
    }

    /// Plain text.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self::of(PLAIN, text)
    }

    /// This, then `text` in `style`.
    #[must_use]
    pub fn and(mut self, style: Style, text: &str) -> Self {
        self.push(style, text);
        self
    }

    /// This, then all of `other`.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Appends `text` in `style`.
    pub fn push(&mut self, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        let clean = clean(text);
        match self.parts.last_mut() {
            Some((last, known)) if *last == style => known.push_str(&clean),
            _ => self.parts.push((style, clean.into_owned())),
        }
    }

    /// Columns it takes on a terminal; East-Asian wide characters take two.
    #[must_use]
    pub fn width(&self) -> usize {
        self.parts.iter().map(|(_, text)| text.width()).sum()
    }

    /// True if there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// At most `columns` wide; what is cut off shows as `…`.
    #[must_use]
    pub fn cut_to(self, columns: usize) -> Self {
        if self.width() <= columns {
            return self;
        }
        let mut left = columns.saturating_sub(1);
        let mut short = Self::new();
        'parts: for (style, text) in self.parts {
            let mut kept = String::new();
            for letter in text.chars() {
                let wide = unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0);
                if wide > left {
                    kept.push('…');
                    short.parts.push((style, kept));
                    break 'parts;
                }
                left -= wide;
                kept.push(letter);
            }
            short.parts.push((style, kept));
        }
        short
    }

    /// Breaks it at spaces into lines of at most `columns`; a longer word stands on its own line.
    #[must_use]
    pub fn wrap(&self, columns: usize) -> Vec<Self> {
        // A word may change its style half-way: `name` and the comma behind it stay together.
        let mut words: Vec<Vec<(Style, &str)>> = vec![Vec::new()];
        for (style, text) in &self.parts {
            for piece in text.split_inclusive(' ') {
                if let Some(word) = words.last_mut() {
                    word.push((*style, piece));
                }
                if piece.ends_with(' ') {
                    words.push(Vec::new());
                }
            }
        }
        let mut lines = vec![Self::new()];
        let mut used = 0;
        for word in words {
            let whole: usize = word.iter().map(|(_, piece)| piece.width()).sum();
            let space = usize::from(word.last().is_some_and(|(_, piece)| piece.ends_with(' ')));
            if used > 0 && used + whole - space > columns {
                if let Some(line) = lines.last_mut() {
                    line.trim_end();
                }
                lines.push(Self::new());
                used = 0;
            }
            for (style, piece) in word {
                if let Some(line) = lines.last_mut() {
                    line.push(style, piece);
                }
            }
            used += whole;
        }
        lines
    }

    /// Drops spaces at its end.
    pub(super) fn trim_end(&mut self) {
        while let Some((_, text)) = self.parts.last_mut() {
            text.truncate(text.trim_end().len());
            if !text.is_empty() {
                return;
            }
            self.parts.pop();
        }
    }

    /// With escape sequences for the styles; whoever writes to something that is no terminal
    /// strips them (`anstream` does).
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        for (style, text) in &self.parts {
            let _ = write!(out, "{style}{text}{style:#}");
        }
        out
    }
}

/// Makes visible what a terminal would act on, or what would show text in another order than it is
/// written: `\u{1b}` for an escape character, and so on.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_hostile(letter) {
            let _ = write!(out, "\\u{{{:x}}}", letter as u32);
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

/// Control characters (C0, C1), line and paragraph separators, bidirectional controls, and marks
/// that take no room.
#[must_use]
pub fn is_hostile(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// `1 file`, `3 files`.
#[must_use]
pub fn plural(count: usize, word: &str) -> String {
    format!("{count} {}", plural_word(count, word))
}

/// `word`, or its plural unless `count` is one.
#[must_use]
pub fn plural_word(count: usize, word: &str) -> String {
    if count == 1 {
        return word.to_owned();
    }
    let vowel_before_y = ["ay", "ey", "oy", "uy"]
        .iter()
        .any(|end| word.ends_with(end));
    match word {
        "standby" => "standbys".to_owned(),
        "more" => "more".to_owned(),
        _ if word.ends_with('y') && !vowel_before_y => {
            format!("{}ies", &word[..word.len() - 1])
        }
        _ if word.ends_with('s') || word.ends_with("ch") || word.ends_with('x') => {
            format!("{word}es")
        }
        _ => format!("{word}s"),
    }
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

/// `950`, `30k`, `48.2M`: at most one decimal, rounded down.
#[must_use]
pub fn short_count(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let Some((size, unit)) = UNITS.iter().find(|(size, _)| count >= *size) else {
        return count.to_string();
    };
    let tenths = count / (size / 10);
    match tenths % 10 {
        0 => format!("{}{unit}", tenths / 10),
        tenth => format!("{}.{tenth}{unit}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_become_visible() {
        assert_eq!(clean("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(clean("a\nb\r\u{7}"), "a\\u{a}b\\u{d}\\u{7}");
        assert_eq!(clean("a\u{202e}b\u{9b}c"), "a\\u{202e}b\\u{9b}c");
        assert_eq!(clean("판교 <script>"), "판교 <script>");
        let shown = Text::of(NAME, "x\u{1b}]0;title\u{7}").render();
        assert_eq!(shown.matches('\u{1b}').count(), 2, "{shown:?}");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let text = Text::plain("판교 IDC");
        assert_eq!(text.width(), 8);
        assert_eq!(text.clone().cut_to(5).width(), 5);
        assert_eq!(text.clone().cut_to(8), text);
        assert_eq!(Text::plain("판교").cut_to(2), Text::plain("…"));
    }

    #[test]
    fn wraps_at_spaces() {
        let lines = Text::plain("one two three").wrap(8);
        let shown: Vec<String> = lines.iter().map(Text::render).collect();
        assert_eq!(shown, ["one two", "three"]);
        assert_eq!(Text::plain("unbreakable").wrap(3).len(), 1);
        let lines = Text::plain("one ")
            .and(BAD, "two")
            .and(PLAIN, ", three")
            .wrap(8);
        let shown: Vec<String> = lines
            .iter()
            .map(Text::width)
            .map(|w| w.to_string())
            .collect();
        assert_eq!(shown, ["8", "5"], "the comma stays with its word");
    }

    #[test]
    fn words_and_counts() {
        assert_eq!(plural(1, "file"), "1 file");
        assert_eq!(plural(0, "file"), "0 files");
        assert_eq!(plural(2, "journey"), "2 journeys");
        assert_eq!(plural(2, "copy"), "2 copies");
        assert_eq!(plural(2, "standby"), "2 standbys");
        assert_eq!(plural(2, "more"), "2 more");
        assert_eq!(short_count(48_250_000), "48.2M");
        assert_eq!(short_count(30_000), "30k");
        assert_eq!(short_count(999), "999");
        let words = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(listed(&words, "and"), "a, b and c");
    }
}
