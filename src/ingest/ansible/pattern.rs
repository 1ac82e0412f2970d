//! Ranges in names of hosts: `web[01:20].example.org`, `db-[a:c]`, `n[0:10:2]`.
//!
//! As `ansible.plugins.inventory.expand_hostname_range` reads them: an end is included, a step may
//! follow, leading zeros of the start give the width.

/// Most hosts that one name stands for.
const MOST: usize = 10_000;

/// The hosts that `text` stands for, in order; why not, if the range is wrong or too long.
pub(super) fn expand(text: &str) -> Result<Vec<String>, &'static str> {
    let mut done = vec![String::new()];
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((range, after)) = after.split_once(']') else {
            return Err("a range without its `]`");
        };
        let values = values(range)?;
        if done.len().saturating_mul(values.len()) > MOST {
            return Err("a range of more than 10000 hosts");
        }
        done = done
            .iter()
            .flat_map(|start| {
                values
                    .iter()
                    .map(move |value| format!("{start}{before}{value}"))
            })
            .collect();
        rest = after;
    }
    for name in &mut done {
        name.push_str(rest);
    }
    Ok(done)
}

fn values(range: &str) -> Result<Vec<String>, &'static str> {
    let parts: Vec<&str> = range.split(':').collect();
    let (start, end, step) = match parts.as_slice() {
        [start, end] => (*start, *end, "1"),
        [start, end, step] => (*start, *end, *step),
        _ => return Err("a range has a start and an end: `[01:20]`"),
    };
    let step = step.parse::<usize>().ok().filter(|step| *step > 0);
    let step = step.ok_or("the step of a range is a number")?;
    let letter = |text: &str| match text.as_bytes() {
        [one] if one.is_ascii_alphabetic() => Some(*one),
        _ => None,
    };
    if let (Some(first), Some(last)) = (letter(start), letter(end)) {
        if first > last {
            return Err("a range ends before it starts");
        }
        return Ok((first..=last)
            .step_by(step)
            .map(|one| char::from(one).to_string())
            .collect());
    }
    let start_at = if start.is_empty() {
        Some(0)
    } else {
        start.parse::<u32>().ok()
    };
    let (Some(first), Some(last)) = (start_at, end.parse::<u32>().ok()) else {
        return Err("a range runs between two numbers or two letters");
    };
    if first > last {
        return Err("a range ends before it starts");
    }
    let width = if start.starts_with('0') {
        start.len()
    } else {
        0
    };
    let count = usize::try_from(last - first).unwrap_or(usize::MAX) / step;
    if count >= MOST {
        return Err("a range of more than 10000 hosts");
    }
    Ok((first..=last)
        .step_by(step)
        .map(|number| format!("{number:0width$}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn ranges_expand() {
        let all = |text| expand(text).unwrap().join(" ");
        assert_eq!(all("web"), "web");
        assert_eq!(all("web[08:11].x"), "web08.x web09.x web10.x web11.x");
        assert_eq!(all("[a:c][1:2]"), "a1 a2 b1 b2 c1 c2");
        assert_eq!(all("n[0:4:2]"), "n0 n2 n4");
        assert_eq!(all("n[:2]"), "n0 n1 n2");
        for wrong in [
            "n[1",
            "n[1]",
            "n[3:1]",
            "n[a:3]",
            "n[1:99999999]",
            "n[1:3:0]",
            "[1:9999][1:9999]",
            "n[-1:2]",
        ] {
            assert!(expand(wrong).is_err(), "{wrong}");
        }
    }
}
