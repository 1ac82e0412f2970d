//! JSON patches (RFC 6902) with JSON pointers (RFC 6901).

use crate::message;
use crate::source::Span;
use crate::source::piece::{Content, MOST_DEPTH, Piece};
use crate::words::Message;

/// Longest pointer, in steps.
const LONGEST: usize = 64;
/// Most values that an object may grow to: far above what an API server takes (1.5 MB).
const MOST_VALUES: usize = 100_000;
/// Steps that copying a value costs: it takes memory, a look does not.
const COST: usize = 8;

/// Applies the operations of `patch`, a list, in their order; every copied value is paid for with
/// `spend`. As in RFC 6902 all of them apply or none: what comes out is the changed object, or why
/// and where it can't be.
pub(super) fn apply(
    object: &Piece,
    patch: &Piece,
    spend: &dyn Fn(usize) -> bool,
) -> Result<Piece, (Span, Message)> {
    let Content::Sequence(operations) = &patch.content else {
        return Err((patch.span, message!("this is no list of operations")));
    };
    let too_large = || (patch.span, message!("what it makes is too large"));
    let take = |piece: &Piece| {
        let (depth, values) = piece.measure();
        (depth <= MOST_DEPTH && values <= MOST_VALUES && spend(values * COST))
            .then(|| piece.clone())
            .ok_or_else(too_large)
    };
    let mut changed = take(object)?;
    for operation in operations {
        let wrong = |why: Message| (operation.span, why);
        let text = |key| operation.get(key).and_then(Piece::as_str);
        let pointer = |key| {
            steps(text(key).ok_or_else(|| wrong(message!("it has no path")))?)
                .ok_or_else(|| wrong(message!("its path is no JSON pointer")))
        };
        let to = pointer("path")?;
        let value = || match operation.get("value") {
            Some(value) => take(value),
            None => Err(wrong(message!("it has no value"))),
        };
        let nowhere = || {
            wrong(message!(
                "there is no `{path}`",
                path = text("path").unwrap_or_default()
            ))
        };
        match text("op").unwrap_or_default() {
            "add" => add(&mut changed, &to, value()?).ok_or_else(nowhere)?,
            "replace" => {
                let own = find(&mut changed, &to).ok_or_else(nowhere)?;
                *own = value()?;
            }
            "remove" => {
                remove(&mut changed, &to).ok_or_else(nowhere)?;
            }
            "test" => {
                find(&mut changed, &to).ok_or_else(nowhere)?;
            }
            "copy" => {
                let from = pointer("from")?;
                let value = take(find(&mut changed, &from).ok_or_else(nowhere)?)?;
                add(&mut changed, &to, value).ok_or_else(nowhere)?;
            }
            "move" => {
                let from = pointer("from")?;
                let value = remove(&mut changed, &from).ok_or_else(nowhere)?;
                add(&mut changed, &to, value).ok_or_else(nowhere)?;
            }
            _ => return Err(wrong(message!("this operation is none of RFC 6902"))),
        }
        let (depth, values) = changed.measure();
        if depth > MOST_DEPTH || values > MOST_VALUES || !spend(values) {
            return Err(too_large());
        }
    }
    Ok(changed)
}

/// The steps of a pointer; `None` if it is none.
fn steps(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let steps = pointer.strip_prefix('/')?.split('/');
    let steps: Vec<_> = steps
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    (steps.len() <= LONGEST).then_some(steps)
}

fn find<'p>(piece: &'p mut Piece, path: &[String]) -> Option<&'p mut Piece> {
    path.iter().try_fold(piece, |piece, step| {
        if matches!(piece.content, Content::Mapping(_)) {
            return piece.get_mut(step);
        }
        match &mut piece.content {
            Content::Sequence(items) => items.get_mut(step.parse::<usize>().ok()?),
            _ => None,
        }
    })
}

/// Adds a key, or an item before the one at that place; `-` is the end.
fn add(piece: &mut Piece, path: &[String], value: Piece) -> Option<()> {
    let Some((last, parents)) = path.split_last() else {
        *piece = value;
        return Some(());
    };
    let parent = find(piece, parents)?;
    match &mut parent.content {
        Content::Sequence(items) if last == "-" => items.push(value),
        Content::Sequence(items) => {
            let at = last.parse::<usize>().ok().filter(|at| *at <= items.len())?;
            items.insert(at, value);
        }
        Content::Mapping(_) => parent.set(last, value),
        Content::Scalar { .. } => return None,
    }
    Some(())
}

fn remove(piece: &mut Piece, path: &[String]) -> Option<Piece> {
    let (last, parents) = path.split_last()?;
    let parent = find(piece, parents)?;
    match &mut parent.content {
        Content::Sequence(items) => {
            let at = last.parse::<usize>().ok().filter(|at| *at < items.len())?;
            Some(items.remove(at))
        }
        Content::Mapping(pairs) => {
            let at = pairs
                .iter()
                .position(|(key, _)| key.as_str() == Some(last))?;
            Some(pairs.remove(at).1)
        }
        Content::Scalar { .. } => None,
    }
}
