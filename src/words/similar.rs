//! "Did you mean": the nearest of some words.

/// Words longer than this are not compared: the work grows with the product of the lengths.
const LONGEST: usize = 128;

/// The candidate nearest to `word`, if one is near enough: at most one edit per three characters
/// (at least one, so that `an` finds `on`), letter case aside. Among equally near ones the first
/// wins, so sorted candidates give a stable answer; a candidate equal to `word` is its own answer.
///
/// Edits are insertions, deletions, replacements and swaps of neighbours (Damerau–Levenshtein in
/// its "optimal string alignment" form). O(length²) for each candidate of similar length.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word)?;
    let mut limit = (folded.len() / 3).max(1);
    let mut best = None;
    for candidate in candidates {
        if candidate == word {
            return Some(candidate);
        }
        // No character takes more than four bytes, or becomes more than three in lower case.
        if candidate.len() * 3 + limit < folded.len()
            || candidate.len() > (folded.len() + limit) * 4
        {
            continue;
        }
        let Some(other) = fold(candidate) else {
            continue;
        };
        // What is no nearer than the best so far is of no use.
        let most = limit - usize::from(best.is_some());
        if other.len().abs_diff(folded.len()) > most {
            continue;
        }
        let Some(distance) = distance(&folded, &other, most) else {
            continue;
        };
        // Replacing every letter of a short word is no likeness.
        let alike = distance < folded.len().max(other.len());
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

/// The characters in lower case; nothing if there are none or too many.
fn fold(word: &str) -> Option<Vec<char>> {
    if word.len() > LONGEST * 4 {
        return None;
    }
    let folded: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    (!folded.is_empty() && folded.len() <= LONGEST).then_some(folded)
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
