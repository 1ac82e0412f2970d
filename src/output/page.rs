//! A page: lines of text and tables, laid out for a width, then written in one go.

use std::io::{self, Write};

use anstyle::Style;

use super::text::{DIM, PLAIN, STRONG, Text};

/// Columns when there is no terminal to ask.
pub const DEFAULT_WIDTH: usize = 100;
/// Narrower terminals get lines that run over: names are never cut.
const LEAST_WIDTH: usize = 40;

/// Lines to show, from top to bottom.
#[derive(Clone, Debug, Default)]
pub struct Page {
    lines: Vec<Text>,
    width: usize,
}

impl Page {
    /// An empty page for `width` columns.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            lines: Vec::new(),
            width: width.max(LEAST_WIDTH),
        }
    }

    /// Columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Appends a line.
    pub fn line(&mut self, mut text: Text) {
        text.trim_end();
        self.lines.push(text);
    }

    /// Appends a heading, with an empty line before it unless it is the first.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.line(Text::of(STRONG, text));
    }

    /// Appends an empty line, unless there is one already or nothing before it.
    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Text::new());
        }
    }

    /// Appends `text` after `first`, broken into lines that are indented as wide as `first` is.
    pub fn wrapped(&mut self, first: &Text, text: &Text) {
        let indent = first.width();
        let columns = self.width.saturating_sub(indent).max(20);
        for (number, line) in text.wrap(columns).into_iter().enumerate() {
            let before = if number == 0 {
                first.clone()
            } else {
                Text::plain(&" ".repeat(indent))
            };
            self.line(before.join(line));
        }
    }

    /// Appends the rows of `table`, indented by two.
    pub fn table(&mut self, table: Table) {
        let lines = table.lay_out(self.width.saturating_sub(2));
        for line in lines {
            self.line(Text::plain("  ").join(line));
        }
    }

    /// Writes all lines.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in &self.lines {
            writeln!(out, "{}", line.render())?;
        }
        Ok(())
    }
}

/// How a column of a table is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Left,
    Right,
    /// To the left; cut short where the page is too narrow, left out where little would remain.
    Flexible,
}

/// Rows in columns as wide as their widest cell, two spaces apart.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Text>>,
}

/// Least that must remain of a flexible column.
const LEAST_COLUMN: usize = 16;

impl Table {
    /// A table with these columns; rows may have fewer cells.
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Appends a dim row of column names.
    pub fn header(&mut self, names: &[&str]) {
        self.row(names.iter().map(|name| Text::of(DIM, name)).collect());
    }

    /// Appends a row.
    pub fn row(&mut self, cells: Vec<Text>) {
        self.rows.push(cells);
    }

    /// True if there is no row at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn lay_out(self, width: usize) -> Vec<Text> {
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                let cells = self.rows.iter().filter_map(|row| row.get(at));
                cells.map(Text::width).max().unwrap_or(0)
            })
            .collect();
        let shown = widths.iter().filter(|wide| **wide > 0).count();
        let total: usize = widths.iter().sum::<usize>() + 2 * shown.saturating_sub(1);
        let mut over = total.saturating_sub(width);
        for (wide, column) in widths.iter_mut().zip(&self.columns) {
            if *column != Column::Flexible || over == 0 {
                continue;
            }
            if wide.saturating_sub(over) >= LEAST_COLUMN {
                *wide -= over;
                over = 0;
            } else {
                // A few letters and dots would say nothing.
                over = over.saturating_sub(*wide + 2);
                *wide = 0;
            }
        }
        self.rows
            .into_iter()
            .map(|row| line_of(row, &self.columns, &widths))
            .collect()
    }
}

fn line_of(row: Vec<Text>, columns: &[Column], widths: &[usize]) -> Text {
    let mut line = Text::new();
    let mut pending = 0;
    for ((cell, column), wide) in row.into_iter().zip(columns).zip(widths) {
        if *wide == 0 {
            continue;
        }
        let cell = if *column == Column::Flexible {
            cell.cut_to(*wide)
        } else {
            cell
        };
        let room = wide.saturating_sub(cell.width());
        let (before, after) = match column {
            Column::Right => (room, 0),
            Column::Left | Column::Flexible => (0, room),
        };
        pad(&mut line, pending + before);
        line = line.join(cell);
        pending = after + 2;
    }
    line
}

fn pad(line: &mut Text, columns: usize) {
    line.push(PLAIN, &" ".repeat(columns));
}

/// A bar of `style` that leads a line: used before notes.
#[must_use]
pub fn labelled(label: &str, style: Style) -> Text {
    Text::of(style, label).and(PLAIN, ": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &Page) -> String {
        let mut out = Vec::new();
        page.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_line_up_with_wide_characters() {
        let mut table = Table::new(&[Column::Left, Column::Right, Column::Left]);
        for (name, count) in [("판교", "5"), ("anyang", "10")] {
            table.row(vec![
                Text::plain(name),
                Text::plain(count),
                Text::plain("x"),
            ]);
        }
        let mut page = Page::new(80);
        page.table(table);
        assert_eq!(shown(&page), "  판교     5  x\n  anyang  10  x\n");
    }

    #[test]
    fn flexible_columns_give_way() {
        let mut table = Table::new(&[Column::Left, Column::Flexible]);
        table.row(vec![Text::plain("id"), Text::plain(&"long ".repeat(20))]);
        let mut page = Page::new(40);
        page.table(table);
        assert!(shown(&page).trim_end().chars().count() <= 40);
        assert!(shown(&page).contains('…'));
    }

    #[test]
    fn a_flexible_column_with_hardly_any_room_is_left_out() {
        let mut table = Table::new(&[Column::Left, Column::Flexible, Column::Left]);
        let long = "x".repeat(30);
        table.row(vec![
            Text::plain(&long),
            Text::plain("a title"),
            Text::plain("b"),
        ]);
        let mut page = Page::new(40);
        page.table(table);
        assert_eq!(shown(&page), format!("  {long}  b\n"));
    }

    #[test]
    fn empty_columns_take_no_room() {
        let mut table = Table::new(&[Column::Left, Column::Left, Column::Left]);
        table.row(vec![Text::plain("a"), Text::new(), Text::plain("b")]);
        let mut page = Page::new(80);
        page.table(table);
        assert_eq!(shown(&page), "  a  b\n");
    }
}
