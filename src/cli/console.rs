//! What happens beside the answer: progress, timings, and links in what is shown.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Colour;
use crate::estate::Progress;
use crate::output::text::clean;
use crate::source::SourceMap;

/// Shorter runs show no progress: it would only flicker.
const PATIENCE: Duration = Duration::from_secs(1);

/// `--hyperlinks`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Hyperlinks {
    /// On a terminal that understands them
    #[default]
    Auto,
    Always,
    Never,
}

/// One run's standard error, and the links of its answer.
#[derive(Debug)]
pub struct Console {
    quiet: bool,
    verbose: bool,
    links: bool,
    /// Paths that may become links, as they are shown.
    paths: OnceLock<HashSet<String>>,
    progress: Mutex<Shown>,
}

#[derive(Debug, Default)]
struct Shown {
    phase: Option<(&'static str, Instant)>,
    spinner: Option<Spinner>,
}

/// What the spinner hears.
#[derive(Clone, Copy, Debug)]
enum News {
    /// Another part of the work begins.
    Phase(&'static str),
    /// So much of it is done, of so much in all.
    Part(usize, usize),
}

/// A thread that shows a spinner once the run has taken long enough.
#[derive(Debug)]
struct Spinner {
    phases: Sender<News>,
    thread: JoinHandle<()>,
}

impl Spinner {
    fn start(phase: &'static str) -> Self {
        let (phases, news) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let begun = Instant::now();
            let mut phase = phase;
            loop {
                let left = PATIENCE.saturating_sub(begun.elapsed());
                match news.recv_timeout(left) {
                    Ok(News::Phase(next)) => phase = next,
                    Ok(News::Part(..)) => {}
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            style(&bar, "{spinner} {msg} ({elapsed})");
            bar.set_message(phase);
            bar.enable_steady_tick(Duration::from_millis(120));
            while let Ok(next) = news.recv() {
                match next {
                    News::Phase(next) => {
                        phase = next;
                        style(&bar, "{spinner} {msg} ({elapsed})");
                        bar.set_message(phase);
                    }
                    News::Part(done, of) => {
                        style(&bar, "{spinner} {msg} {bar:30} {pos}/{len} ({elapsed})");
                        bar.set_length(of as u64);
                        bar.set_position(done as u64);
                    }
                }
            }
            bar.finish_and_clear();
        });
        Self { phases, thread }
    }

    /// Ends it; its line is gone when this returns.
    fn stop(self) {
        drop(self.phases);
        // It only waits and draws: if it failed, there is nothing to clear.
        let _ = self.thread.join();
    }
}

impl Console {
    /// For the options as typed.
    #[must_use]
    pub fn new(quiet: bool, verbose: bool, hyperlinks: Hyperlinks, colour: Colour) -> Self {
        let links = match hyperlinks {
            Hyperlinks::Always => true,
            Hyperlinks::Never => false,
            Hyperlinks::Auto => {
                let terminal = io::stdout().is_terminal();
                let knows = || supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
                colour != Colour::Never && terminal && knows()
            }
        };
        Self {
            quiet,
            verbose: verbose && !quiet,
            links,
            paths: OnceLock::new(),
            progress: Mutex::default(),
        }
    }

    fn end_phase(&self, progress: &mut Shown) {
        if let Some((name, begun)) = progress.phase.take() {
            self.tell(&format!("{name}: {} ms", begun.elapsed().as_millis()));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up the files whose places may become links.
    pub(super) fn learn(&self, sources: &SourceMap) {
        if self.links {
            let paths = sources.files().map(|(_, file)| clean(file.path.as_str()));
            // A run reads its inputs once; of a second reading the paths are the same.
            let _ = self.paths.set(paths.map(Cow::into_owned).collect());
        }
    }

    /// `text` with every place of a known file (`path:line:column`) made a link (OSC 8) to the
    /// file; `None` if there is nothing to link.
    #[must_use]
    pub(super) fn linked(&self, text: &str) -> Option<String> {
        let paths = self.paths.get()?;
        let here = std::env::current_dir().ok()?;
        let target = |path: &str| url(&here.join(path).to_string_lossy());
        Some(link_places(text, &|path| paths.contains(path), &target))
    }
}

impl Progress for Console {
    fn is_verbose(&self) -> bool {
        self.verbose
    }

    fn phase(&self, name: &'static str) {
        let mut progress = self.lock();
        self.end_phase(&mut progress);
        progress.phase = Some((name, Instant::now()));
        if self.quiet || self.verbose || !io::stderr().is_terminal() {
            return;
        }
        match &progress.spinner {
            Some(spinner) => {
                // Without its thread there is no line to change.
                let _ = spinner.phases.send(News::Phase(name));
            }
            None => progress.spinner = Some(Spinner::start(name)),
        }
    }

    fn part(&self, done: usize, of: usize) {
        let progress = self.lock();
        if let Some(spinner) = &progress.spinner {
            // As for a phase.
            let _ = spinner.phases.send(News::Part(done, of));
        }
    }

    fn done(&self) {
        let mut progress = self.lock();
        self.end_phase(&mut progress);
        if let Some(spinner) = progress.spinner.take() {
            spinner.stop();
        }
    }

    fn tell(&self, what: &str) {
        if self.verbose {
            say(what);
        }
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// One line on standard error; nowhere is left to say that it is closed.
fn say(what: &str) {
    use io::Write as _;
    let _ = writeln!(io::stderr().lock(), "{}", clean(what));
}

/// Bytes of a path that is looked for.
const LONGEST_PATH: usize = 1_024;

/// Wraps each `path:line:column` whose path is known.
fn link_places(
    text: &str,
    known: &dyn Fn(&str) -> bool,
    target: &dyn Fn(&str) -> String,
) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut copied = 0;
    let mut from = 0;
    while let Some(colon) = text.get(from..).and_then(|rest| rest.find(':')) {
        let colon = from + colon;
        from = colon + 1;
        let Some(length) = numbers(&text[from..]) else {
            continue;
        };
        let before = &text[copied..colon];
        let Some(path) = path_at_end(before, known) else {
            continue;
        };
        let end = from + length;
        let start = colon - path.len();
        out.push_str(&text[copied..start]);
        let place = &text[start..end];
        let _ = write!(
            out,
            "\u{1b}]8;;{}\u{1b}\\{place}\u{1b}]8;;\u{1b}\\",
            target(path)
        );
        copied = end;
        from = end;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

/// Length of `12:3` at the start of `text`.
fn numbers(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let line = digits(text);
    let column = digits(text.get(line..)?.strip_prefix(':')?);
    (line > 0 && column > 0).then_some(line + 1 + column)
}

/// The known path that `text` ends with.
fn path_at_end<'t>(text: &'t str, known: &dyn Fn(&str) -> bool) -> Option<&'t str> {
    let mut least = text.len().saturating_sub(LONGEST_PATH);
    while !text.is_char_boundary(least) {
        least += 1;
    }
    let near = &text[least..];
    let line = near.rsplit('\n').next()?;
    // A path begins the line, or after a space, a bracket, a quote or an escape sequence.
    let starts = line
        .char_indices()
        .rev()
        .filter(|(_, letter)| matches!(letter, ' ' | '(' | '`' | '"' | 'm'))
        .map(|(at, letter)| at + letter.len_utf8())
        .chain([0]);
    starts
        .filter_map(|at| line.get(at..))
        .find(|path| known(path))
}

/// The `file:` URL of an absolute path.
fn url(path: &str) -> String {
    let mut url = "file://".to_owned();
    if !path.starts_with('/') {
        url.push('/');
    }
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => {
                url.push(char::from(byte));
            }
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(text: &str) -> String {
        let known = |path: &str| ["a.yaml", "dir/b c.yaml", "판교.yaml"].contains(&path);
        link_places(text, &known, &|path| format!("<{path}>"))
            .replace("\u{1b}]8;;", "^")
            .replace("\u{1b}\\", "^")
    }

    #[test]
    fn places_of_known_files_become_links() {
        assert_eq!(linked("see a.yaml:3:1: x"), "see ^<a.yaml>^a.yaml:3:1^^: x");
        assert_eq!(
            linked("(dir/b c.yaml:3:12)"),
            "(^<dir/b c.yaml>^dir/b c.yaml:3:12^^)"
        );
        assert_eq!(
            linked("\u{1b}[2ma.yaml:1:1\u{1b}[0m\n판교.yaml:2:2"),
            "\u{1b}[2m^<a.yaml>^a.yaml:1:1^^\u{1b}[0m\n^<판교.yaml>^판교.yaml:2:2^^"
        );
        for same in [
            "a.yaml:3",
            "b.yaml:3:1",
            "xa.yaml:3:1",
            "12:30:15",
            "::",
            "a.yaml::1",
        ] {
            assert_eq!(linked(same), same);
        }
    }

    #[test]
    fn urls_escape_what_they_must() {
        assert_eq!(url("/a b/판.yaml"), "file:///a%20b/%ED%8C%90.yaml");
    }
}
