//! "Did you mean": the nearest of some words.

/// Words longer than this are not compared: the work grows with the product of the lengths.
const LONGEST: usize = 128;

/// The candidate nearest to `word`, if one is near enough: at most one edit per three characters
/// (at least one, so that `an` finds `on`), letter case aside. Among equally near ones the first
/// wins, so sorted candidates give a stable answer; a candidate equal to `word` is its own answer.
///
/// Edits are insertions, deletions, replacements and swaps of neighbours (Damerau–Levenshtein in
/// its "optimal string alignment" form). O(length²) for each candidate of similar length and
/// letters.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let candidates = candidates.map(|text| (text, Shape::of(text)));
    let mut budget = u64::MAX;
    search(word, candidates, &mut budget)
}

/// Words that many others are compared with: what tells most of them apart is kept, 16 bytes each.
#[derive(Debug)]
pub struct Candidates<'a> {
    words: Vec<&'a str>,
    shapes: Vec<Option<Shape>>,
}

impl<'a> Candidates<'a> {
    /// The words in the order in which they count. O(bytes).
    #[must_use]
    pub fn new(words: Vec<&'a str>) -> Self {
        let shapes = words.iter().map(|word| Shape::of(word)).collect();
        Self { words, shapes }
    }

    /// As [`nearest`], as long as there is `budget`: each candidate takes one from it, and one of
    /// similar letters as many as the table of the comparison has cells. Nothing once it is used
    /// up.
    pub fn nearest(&self, word: &str, budget: &mut u64) -> Option<&'a str> {
        let candidates = self.words.iter().copied().zip(self.shapes.iter().copied());
        search(word, candidates, budget)
    }
}

/// What can be known of how near two words are without comparing them letter by letter.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// Characters in lower case.
    length: usize,
    /// A bit for each character there is; several may share one.
    letters: u64,
}

impl Shape {
    /// Nothing of words that are empty or too long.
    fn of(word: &str) -> Option<Self> {
        if word.len() > LONGEST * 4 {
            return None;
        }
        let (mut length, mut letters) = (0, 0);
        let mut met = |letter: char| {
            length += 1;
            letters |= 1_u64 << (u32::from(letter) % 64);
        };
        if word.is_ascii() {
            let bytes = word.bytes();
            bytes.for_each(|byte| met(char::from(byte.to_ascii_lowercase())));
        } else {
            folded(word).for_each(met);
        }
        (1..=LONGEST)
            .contains(&length)
            .then_some(Self { length, letters })
    }

    /// No more edits than this are between the two: each takes away at most one letter that the
    /// other does not have.
    fn least_distance(self, other: Self) -> usize {
        let missing = |a: u64, b: u64| (a & !b).count_ones() as usize;
        let gone = missing(self.letters, other.letters);
        let come = missing(other.letters, self.letters);
        gone.max(come).max(self.length.abs_diff(other.length))
    }
}

fn search<'a>(
    word: &str,
    candidates: impl Iterator<Item = (&'a str, Option<Shape>)>,
    budget: &mut u64,
) -> Option<&'a str> {
    let shape = Shape::of(word)?;
    let word: Vec<char> = folded(word).collect();
    let mut other = Vec::new();
    let mut limit = (shape.length / 3).max(1);
    let mut best = None;
    for (candidate, of) in candidates {
        *budget = budget.checked_sub(1)?;
        // What is no nearer than the best so far is of no use.
        let most = limit - usize::from(best.is_some());
        let Some(of) = of.filter(|of| shape.least_distance(*of) <= most) else {
            continue;
        };
        *budget = budget.checked_sub((shape.length * of.length) as u64)?;
        other.clear();
        other.extend(folded(candidate));
        let Some(distance) = distance(&word, &other, most) else {
            continue;
        };
        // Replacing every letter of a short word is no likeness.
        let alike = distance < word.len().max(other.len());
        if alike && distance <= most {
            if distance == 0 {
                return Some(candidate);
            }
            limit = distance;
            best = Some(candidate);
        }
    }
    best
}

/// The characters in lower case.
fn folded(word: &str) -> impl Iterator<Item = char> {
    word.chars().flat_map(char::to_lowercase)
}

/// Edits between `a` and `b`, by three rolling rows of the usual table; nothing once it is clear
/// that they are more than `most`. Most words of one length are told apart by their first letters.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    // What both begin and end with costs nothing, and ids begin alike (`service:shop-`).
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    let (ends_a, ends_b) = (a.iter().rev(), b.iter().rev());
    let same = ends_a.zip(ends_b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
    if a.is_empty() && b.is_empty() {
        return Some(0);
    }
    if a.len().abs_diff(b.len()) > most || most == 0 {
        return None;
    }
    // The least of the last two rows: a swap reaches over one row.
    let mut floor = 0;
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![0; b.len() + 1];
    for (i, from) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(from != to);
            let mut fewest = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to;
            if swapped {
                fewest = fewest.min(before_last[j - 1] + 1);
            }
            row[j + 1] = fewest;
        }
        let before = floor;
        floor = row.iter().copied().min().unwrap_or(0);
        if floor > most && before > most {
            return None;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    Some(last[b.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
        nearest(word, candidates.iter().copied())
    }

    #[test]
    fn finds_slips_of_the_finger() {
        let keys = ["id", "owner", "replicas", "requires", "title", "users"];
        assert_eq!(among("replica", &keys), Some("replicas"));
        assert_eq!(among("reqiures", &keys), Some("requires"));
        assert_eq!(among("Owner", &keys), Some("owner"));
        assert_eq!(among("titel", &keys), Some("title"));
        assert_eq!(among("depends_on", &keys), None);
        assert_eq!(among("", &keys), None);
        assert_eq!(among("xy", &keys), None);
    }

    /// What is left out without comparing is what comparing would have left out.
    #[test]
    fn shapes_leave_out_nothing_that_is_near() {
        let words: Vec<String> = (0..3_000_u32)
            .map(|at| {
                let letters = ["a", "b", "É", "é", "-", "판", "q", "A"];
                let letter = |step: u32| letters[(at.wrapping_mul(step) >> 7) as usize % 8];
                let length = 1 + at % 7;
                (0..length)
                    .map(|place| letter(2_654_435_761_u32.wrapping_mul(place + 1)))
                    .collect()
            })
            .collect();
        let of = |word: &str| (Shape::of(word).unwrap(), folded(word).collect::<Vec<_>>());
        let mut close = 0;
        for pair in words.windows(9) {
            let ((a, one), (b, other)) = (of(&pair[0]), of(&pair[8]));
            let edits = distance(&one, &other, usize::MAX).unwrap();
            assert!(a.least_distance(b) <= edits, "{pair:?}");
            close += usize::from(edits < 3);
        }
        assert!(close > 100, "{close}");
    }

    #[test]
    fn candidates_are_searched_within_a_budget() {
        let known = Candidates::new(vec!["service:logs", "service:login", "store:orders"]);
        let mut budget = 1_000;
        assert_eq!(
            known.nearest("service:logni", &mut budget),
            Some("service:login")
        );
        // Three candidates, and of one more both letters and length are alike.
        assert!((400..1_000 - 3).contains(&budget), "{budget}");
        assert_eq!(known.nearest("service:logni", &mut 2), None);
    }

    #[test]
    fn takes_the_nearest_then_the_first() {
        assert_eq!(
            among("service:logn", &["service:logs", "service:login"]),
            Some("service:logs")
        );
        assert_eq!(
            among("service:logni", &["service:logs", "service:login"]),
            Some("service:login")
        );
        // Case alone is no edit, and nothing is nearer.
        assert_eq!(among("Store:A", &["store:b", "store:a"]), Some("store:a"));
        assert_eq!(among("판교-1", &["안양-1", "판교-2"]), Some("판교-2"));
    }

    #[test]
    fn swaps_count_once_and_long_words_not_at_all() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("ab"), &chars("ba"), 9), Some(1));
        assert_eq!(distance(&chars("kitten"), &chars("sitting"), 9), Some(3));
        assert_eq!(distance(&chars(""), &chars("abc"), 9), Some(3));
        assert_eq!(distance(&chars(""), &chars("abc"), 2), None);
        assert_eq!(distance(&chars("abc"), &chars("abc"), 0), Some(0));
        assert_eq!(distance(&chars("abc"), &chars(""), 9), Some(3));
        let long = "x".repeat(1_000);
        assert_eq!(among(&long, &[&long[1..]]), None);
    }
}
