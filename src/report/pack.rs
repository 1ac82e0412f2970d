//! Nested packing: boxes within boxes, none overlapping, the same picture for the same input.
//!
//! Children are packed first, each box as square as it can be; then their parent puts them on
//! shelves, tallest first, stacking small ones beside tall ones. O(n log n) a level and width
//! tried. Lengths are in SVG user units.

/// Height of the line with a box's name.
pub(super) const HEAD: u32 = 28;
/// Space around and between boxes.
pub(super) const PAD: u32 = 10;
/// Height of a tile, and space between tiles.
pub(super) const TILE_H: u32 = 24;
pub(super) const TILE_GAP: u32 = 6;
/// Width of a tile.
pub(super) const TILE_W: u32 = 166;

/// A box to be packed: its name's width, how many tiles it holds, and the boxes inside.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) label_w: u32,
    pub(super) tiles: usize,
    /// As wide as the whole picture, below all others (of the outermost boxes only).
    pub(super) wide: bool,
    pub(super) children: Vec<Item>,
}

/// A packed box; positions are relative to its parent's corner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) w: u32,
    pub(super) h: u32,
    /// Corners of the tiles, in order.
    pub(super) tiles: Vec<(u32, u32)>,
    /// In the order of the item's children.
    pub(super) children: Vec<Packed>,
}

/// Packs `item`, as deep as it nests; `width` is what the outermost box should fill.
pub(super) fn pack(item: &Item, width: Option<u32>) -> Packed {
    let children: Vec<Packed> = item
        .children
        .iter()
        .map(|child| pack(child, None))
        .collect();
    if let Some(width) = width {
        return picture(item, &children, width);
    }
    // Every width that fits a whole number of tiles is tried; the one closest to a little wider
    // than high wins.
    let least = widest(item, &children);
    let all: u32 = children.iter().map(|child| child.w + PAD).sum();
    let most = least
        .max(all + PAD)
        .max(tiles_width(item.tiles))
        .min(least.max(2_400));
    let mut best: Option<(u128, Packed)> = None;
    let mut try_width = least;
    while try_width <= most {
        let packed = fill(item, &children, try_width);
        let cost = cost(&packed);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, packed));
        }
        // Half a tile at a time.
        try_width += u32::midpoint(TILE_W, TILE_GAP);
    }
    best.map_or_else(|| fill(item, &children, least), |(_, packed)| packed)
}

/// The outermost box: what is `wide` goes below all others, as wide as they are together.
fn picture(item: &Item, children: &[Packed], width: u32) -> Packed {
    let width = width.max(widest(item, children));
    let (wide, narrow): (Vec<usize>, Vec<usize>) =
        (0..children.len()).partition(|at| item.children.get(*at).is_some_and(|child| child.wide));
    let of = |indices: &[usize]| -> Vec<Packed> {
        indices
            .iter()
            .filter_map(|at| children.get(*at))
            .cloned()
            .collect()
    };
    let mut packed = fill(item, &of(&narrow), width);
    if narrow.is_empty() {
        packed.w = width;
    }
    let mut placed = std::mem::replace(&mut packed.children, children.to_vec());
    for (at, child) in narrow.into_iter().zip(placed.drain(..)) {
        if let Some(slot) = packed.children.get_mut(at) {
            *slot = child;
        }
    }
    let inner = packed.w.saturating_sub(2 * PAD);
    for at in wide {
        let (Some(child), Some(slot)) = (item.children.get(at), packed.children.get_mut(at)) else {
            continue;
        };
        let within: Vec<Packed> = child.children.iter().map(|c| pack(c, None)).collect();
        let mut strip = fill(child, &within, inner.max(widest(child, &within)));
        (strip.x, strip.y, strip.w) = (PAD, packed.h, strip.w.max(inner));
        packed.w = packed.w.max(strip.w + 2 * PAD);
        packed.h += strip.h + PAD;
        *slot = strip;
    }
    packed
}

/// Area (squared), made dearer the further the shape is from five wide, four high. The square
/// makes empty space count for more than an odd shape.
fn cost(packed: &Packed) -> u128 {
    let (w, h) = (u128::from(packed.w) * 4, u128::from(packed.h) * 5);
    let area = u128::from(packed.w) * u128::from(packed.h);
    area.saturating_mul(area).saturating_mul(w.max(h)) / w.min(h).max(1)
}

fn tiles_width(tiles: usize) -> u32 {
    let tiles = u32::try_from(tiles).unwrap_or(u32::MAX);
    tiles
        .saturating_mul(TILE_W + TILE_GAP)
        .saturating_add(2 * PAD)
}

fn widest(item: &Item, children: &[Packed]) -> u32 {
    let child = children.iter().map(|child| child.w).max().unwrap_or(0);
    let tile = if item.tiles > 0 { TILE_W } else { 0 };
    child.max(tile).max(item.label_w) + 2 * PAD
}

/// Lays tiles, then children, out in `width`; the box shrinks to what they use.
fn fill(item: &Item, children: &[Packed], width: u32) -> Packed {
    let inner = width.saturating_sub(2 * PAD);
    let per_row = ((inner + TILE_GAP) / (TILE_W + TILE_GAP)).max(1);
    let mut used = item.label_w;
    let mut y = HEAD;
    let mut tiles = Vec::with_capacity(item.tiles);
    for nth in 0..u32::try_from(item.tiles).unwrap_or(u32::MAX) {
        let (row, at) = (nth / per_row, nth % per_row);
        let x = PAD + at * (TILE_W + TILE_GAP);
        tiles.push((x, HEAD + row * (TILE_H + TILE_GAP)));
        used = used.max(x - PAD + TILE_W);
        y = HEAD + (row + 1) * (TILE_H + TILE_GAP) - TILE_GAP + PAD;
    }
    let (children, wide, high) = shelve(children, inner, y);
    Packed {
        x: 0,
        y: 0,
        w: used.max(wide) + 2 * PAD,
        h: high,
        tiles,
        children,
    }
}

/// Puts `children` on shelves from `top` on; returns them with the width they use and where the
/// box ends.
fn shelve(children: &[Packed], inner: u32, top: u32) -> (Vec<Packed>, u32, u32) {
    let mut order: Vec<usize> = (0..children.len()).collect();
    order.sort_by_key(|at| {
        let child = children.get(*at);
        (
            std::cmp::Reverse(child.map(|child| (child.h, child.w))),
            *at,
        )
    });
    let mut placed = children.to_vec();
    let (mut shelf_y, mut shelf_h, mut next_x) = (top, 0_u32, 0_u32);
    // The column that small boxes are stacked in: where it begins, how wide it is, how far down.
    let (mut column_x, mut column_w, mut column_y) = (0_u32, 0_u32, 0_u32);
    let mut used = 0;
    for at in order {
        let Some(child) = placed.get_mut(at) else {
            continue;
        };
        let below = column_y + PAD + child.h <= shelf_y + shelf_h && child.w <= column_w;
        if below {
            (child.x, child.y) = (PAD + column_x, column_y + PAD);
            column_y += PAD + child.h;
            continue;
        }
        if next_x > 0 && next_x + child.w > inner {
            (shelf_y, shelf_h, next_x) = (shelf_y + shelf_h + PAD, 0, 0);
        }
        (child.x, child.y) = (PAD + next_x, shelf_y);
        (column_x, column_w, column_y) = (next_x, child.w, shelf_y + child.h);
        shelf_h = shelf_h.max(child.h);
        used = used.max(next_x + child.w);
        next_x += child.w + PAD;
    }
    let end = if children.is_empty() {
        top
    } else {
        shelf_y + shelf_h + PAD
    };
    (placed, used, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(tiles: usize, children: Vec<Item>) -> Item {
        Item {
            label_w: 90,
            tiles,
            wide: false,
            children,
        }
    }

    /// No two children overlap, none leaves its parent or covers a tile, at any level.
    fn check(packed: &Packed) {
        for (at, a) in packed.children.iter().enumerate() {
            assert!(
                a.x + a.w <= packed.w && a.y + a.h <= packed.h,
                "{a:?} leaves its box"
            );
            for b in &packed.children[at + 1..] {
                let apart =
                    a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
                assert!(apart, "{a:?} and {b:?} overlap");
            }
            for (x, y) in &packed.tiles {
                let apart =
                    x + TILE_W <= a.x || a.x + a.w <= *x || y + TILE_H <= a.y || a.y + a.h <= *y;
                assert!(apart, "tile {x},{y} under {a:?}");
            }
            check(a);
        }
        for (x, y) in &packed.tiles {
            assert!(x + TILE_W <= packed.w && y + TILE_H <= packed.h);
        }
    }

    #[test]
    fn boxes_never_overlap() {
        let mut state = 7_u32;
        let mut next = move |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for _ in 0..200 {
            let mut boxes = Vec::new();
            for _ in 0..=next(9) {
                let leaves = (0..next(6))
                    .map(|_| item(next(9) as usize, vec![]))
                    .collect();
                boxes.push(item(next(5) as usize, leaves));
            }
            let mut root = item(next(3) as usize, boxes);
            for child in &mut root.children {
                child.wide = next(4) == 0;
            }
            check(&pack(&root, None));
            let filled = pack(&root, Some(1_100));
            check(&filled);
        }
    }

    #[test]
    fn small_boxes_stand_beside_tall_ones() {
        let root = item(0, vec![item(20, vec![]), item(0, vec![]), item(0, vec![])]);
        let packed = pack(&root, Some(1_100));
        assert!(packed.h < packed.children[0].h + HEAD + 2 * PAD);
        assert_eq!(packed.children[1].x, packed.children[2].x, "stacked");
    }
}
