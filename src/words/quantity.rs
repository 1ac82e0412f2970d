//! Durations, counts, percentages and rates as people write them; all become integers
//! (seconds, counts) so that no verdict hangs on rounding. Rates stay fractions: nothing in
//! DESIGN section 2 computes with them.

use std::fmt::Write as _;

use super::Message;
use crate::message;

/// Longest duration accepted: 100 years, so that sums over any graph stay far below 2^64.
const MAX_SECONDS: u64 = 100 * 365 * 86_400;
/// Largest count accepted: exact as a JSON number in every language.
const MAX_COUNT: u64 = 1 << 53;

/// Reads `90s`, `5m`, `4h`, `7d`, `2w`, `1h30m`, or plain seconds (`90`), in seconds.
///
/// # Errors
/// A sentence fragment that says what is wrong and shows an example.
pub fn parse_duration(text: &str) -> Result<u64, Message> {
    let wrong = || {
        message!(
            "`{text}` is not a duration (like 90s, 5m, 4h, 7d or 1h30m)",
            text
        )
    };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(wrong());
    }
    let mut total: u64 = 0;
    let mut rest = trimmed;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let after = &rest[digits..];
        let unit_len = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let unit = match &after[..unit_len] {
            "s" => 1,
            "" if total == 0 && digits == trimmed.len() => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            _ => return Err(wrong()),
        };
        total = number
            .checked_mul(unit)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(wrong)?;
        rest = &after[unit_len..];
    }
    if total > MAX_SECONDS {
        return Err(message!("`{text}` is longer than 100 years", text));
    }
    Ok(total)
}

/// Reads a count with an optional suffix: `250`, `1_000`, `30k`, `30M`, `2G`, `1.5M`.
///
/// # Errors
/// A sentence fragment that says what is wrong and shows an example.
pub fn parse_count(text: &str) -> Result<u64, Message> {
    let wrong = || message!("`{text}` is not a count (like 250, 30k or 1.5M)", text);
    let plain = text.trim().replace('_', "");
    let (number, scale) = match plain.chars().last() {
        Some('k' | 'K') => (&plain[..plain.len() - 1], 1_000),
        Some('m' | 'M') => (&plain[..plain.len() - 1], 1_000_000),
        Some('g' | 'G' | 'b' | 'B') => (&plain[..plain.len() - 1], 1_000_000_000),
        _ => (plain.as_str(), 1),
    };
    let count = scaled(number, scale).ok_or_else(wrong)?;
    if count > MAX_COUNT {
        return Err(message!("`{text}` is larger than 2^53", text));
    }
    Ok(count)
}

/// Reads `70%` as 70. At most 1000 %.
#[must_use]
pub fn parse_percent(text: &str) -> Option<u64> {
    let number = text.trim().strip_suffix('%')?.trim();
    number.parse().ok().filter(|percent| *percent <= 1_000)
}

/// Reads a failure rate, `0.5/y`, `2/y`, `1/30d`, in failures per year.
///
/// # Errors
/// A sentence fragment that says what is wrong and shows an example.
pub fn parse_rate(text: &str) -> Result<f64, Message> {
    let wrong = || message!("`{text}` is not a rate (like 0.5/y or 1/30d)", text);
    let (times, per) = text.trim().split_once('/').ok_or_else(wrong)?;
    let times: f64 = times.trim().parse().map_err(|_| wrong())?;
    let year = 365.0 * 86_400.0;
    let seconds = match per.trim() {
        "y" | "year" => year,
        duration if duration.starts_with(|c: char| c.is_ascii_digit()) => {
            match parse_duration(duration) {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "at most 100 years of seconds: exact in f64"
                )]
                Ok(seconds) if seconds > 0 => seconds as f64,
                _ => return Err(wrong()),
            }
        }
        _ => return Err(wrong()),
    };
    if !times.is_finite() || times < 0.0 {
        return Err(wrong());
    }
    Ok(times * year / seconds)
}

/// `number * scale` for a decimal number, exact or nothing.
fn scaled(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty()
        || !whole
            .chars()
            .chain(fraction.chars())
            .all(|c| c.is_ascii_digit())
    {
        return None;
    }
    let mut total = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    let mut unit = scale;
    for digit in fraction.chars() {
        let digit = u64::from(digit.to_digit(10)?);
        if !unit.is_multiple_of(10) && digit != 0 {
            return None;
        }
        unit /= 10;
        total = total.checked_add(digit * unit)?;
    }
    Some(total)
}

/// Seconds as people say them: `0s`, `45s`, `20m`, `8h`, `1d 4h`. At most two units, rounded
/// down to the smaller one only when both larger ones are shown.
#[must_use]
pub fn format_duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let Some(first) = UNITS.iter().position(|(size, _)| seconds >= *size) else {
        return "0s".to_owned();
    };
    let (size, name) = UNITS[first];
    let mut text = format!("{}{name}", seconds / size);
    if let Some((next, next_name)) = UNITS.get(first + 1) {
        let rest = seconds % size / next;
        if rest > 0 {
            let _ = write!(text, " {rest}{next_name}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(parse_duration("90s"), Ok(90));
        assert_eq!(parse_duration("90"), Ok(90));
        assert_eq!(parse_duration("1h30m"), Ok(5_400));
        assert_eq!(parse_duration("7d"), Ok(604_800));
        for wrong in [
            "",
            "h",
            "5 m",
            "-5m",
            "1.5h",
            "5x",
            "99999999999999999999s",
            "200w0",
            "m5",
            "5m5",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
        assert!(parse_duration("36501d").is_err());
        assert_eq!(format_duration(100_800), "1d 4h");
        assert_eq!(format_duration(1_200), "20m");
        assert_eq!(format_duration(0), "0s");
    }

    #[test]
    fn counts_and_rates() {
        assert_eq!(parse_count("30M"), Ok(30_000_000));
        assert_eq!(parse_count("1.5M"), Ok(1_500_000));
        assert_eq!(parse_count("1_000"), Ok(1_000));
        assert!(parse_count("1.5").is_err());
        assert!(parse_count("9999999G").is_err());
        assert!(parse_count("M").is_err());
        assert_eq!(parse_rate("0.5/y"), Ok(0.5));
        assert_eq!(parse_rate("1/365d"), Ok(1.0));
        assert!(parse_rate("-1/y").is_err());
        assert!(parse_rate("1/0s").is_err());
        assert_eq!(parse_percent("70%"), Some(70));
    }
}
