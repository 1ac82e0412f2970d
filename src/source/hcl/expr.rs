//! Expressions of HCL, as an own small tree with places.

use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOperator, Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::template::{Directive, Element, Template};

use crate::source::span::{FileId, Span};

/// Most nodes of one expression: the parser bounds its depth, this its size.
const MOST: usize = 500_000;

/// Where a text of an expression stands.
#[derive(Clone, Copy, Debug)]
pub enum At {
    /// In a file, from this byte on: parts of it have places of their own.
    Text(FileId, usize),
    /// Inside a string of JSON: all parts have its place.
    Whole(Span),
}

/// An expression and its place.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    Null,
    Bool(bool),
    /// Digits as written.
    Number(String),
    Text(String),
    /// A string with holes.
    Template(Vec<Part>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    /// `local`, `var`, `aws_instance`.
    Name(String),
    Attribute(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    /// `of[*].rest` and `of.*.rest`; the steps are said of each item.
    Splat(Box<Expr>, Vec<Step>),
    /// Name, arguments, and whether the last of them ends in `...`.
    Call(String, Vec<Expr>, bool),
    If(Box<[Expr; 3]>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    /// Sign and both sides.
    Binary(&'static str, Box<[Expr; 2]>),
    For(Box<For>),
}

/// A step after a splat.
#[derive(Clone, Debug)]
pub enum Step {
    Attribute(String),
    Index(Expr),
}

/// A part of a string with holes.
#[derive(Clone, Debug)]
pub enum Part {
    Text(String),
    Hole(Expr),
    /// `%{ if }`: condition, what stands there if it holds, and if not.
    If(Expr, Vec<Part>, Vec<Part>),
    /// `%{ for }`: what it runs over, and what it says each time.
    For(Expr, Vec<Part>),
}

/// `[for key, value in of : result if condition]` and the same with braces.
#[derive(Clone, Debug)]
pub struct For {
    pub key: Option<String>,
    pub value: String,
    pub of: Expr,
    /// In braces: the key of the result.
    pub result_key: Option<Expr>,
    pub result: Expr,
    /// `...` after the result: values of one key are a list.
    pub grouping: bool,
    pub condition: Option<Expr>,
}

/// Parses an expression. `None` if it is none, or too large.
#[must_use]
pub fn expression(text: &str, at: At) -> Option<Expr> {
    let parsed = hcl_edit::parser::parse_expr(text).ok()?;
    Maker { at, left: MOST }.expr(&parsed)
}

/// Parses the text of a string: what Terraform's JSON has where HCL has expressions.
#[must_use]
pub fn template(text: &str, at: At) -> Option<Expr> {
    let span = match at {
        At::Text(file, base) => Span::new(file, base, base + text.len()),
        At::Whole(span) => span,
    };
    if !text.contains("${") && !text.contains("%{") {
        let kind = ExprKind::Text(text.to_owned());
        return Some(Expr { kind, span });
    }
    let parsed = hcl_edit::parser::parse_template(text).ok()?;
    let kind = Maker { at, left: MOST }.template(&parsed)?;
    Some(Expr { kind, span })
}

struct Maker {
    at: At,
    left: usize,
}

impl Maker {
    fn span(&self, range: Option<std::ops::Range<usize>>) -> Span {
        match self.at {
            At::Text(file, base) => {
                let range = range.unwrap_or_default();
                Span::new(file, base + range.start, base + range.end)
            }
            At::Whole(span) => span,
        }
    }

    /// The depth is that of the parser, which bounds it.
    fn expr(&mut self, from: &Expression) -> Option<Expr> {
        self.left = self.left.checked_sub(1)?;
        let span = self.span(from.span());
        let kind = match from {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(number) => ExprKind::Number(number.value().to_string()),
            Expression::String(text) => ExprKind::Text(text.value().clone()),
            Expression::Parenthesis(inner) => return self.expr(inner.inner()),
            Expression::Variable(name) => ExprKind::Name(name.value().to_string()),
            Expression::StringTemplate(template) => self.parts_of(template.iter())?,
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template)?,
            Expression::Array(items) => {
                let items = items.iter().map(|item| self.expr(item));
                ExprKind::List(items.collect::<Option<_>>()?)
            }
            Expression::Object(object) => {
                let pairs = object.iter().map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(name) => Expr {
                            kind: ExprKind::Text(name.to_string()),
                            span: self.span(name.span()),
                        },
                        ObjectKey::Expression(key) => self.expr(key)?,
                    };
                    Some((key, self.expr(value.expr())?))
                });
                ExprKind::Map(pairs.collect::<Option<_>>()?)
            }
            _ => self.compound(from, span)?,
        };
        Some(Expr { kind, span })
    }

    /// Expressions made of others.
    fn compound(&mut self, from: &Expression, span: Span) -> Option<ExprKind> {
        Some(match from {
            Expression::Conditional(cond) => ExprKind::If(Box::new([
                self.expr(&cond.cond_expr)?,
                self.expr(&cond.true_expr)?,
                self.expr(&cond.false_expr)?,
            ])),
            Expression::FuncCall(call) => {
                let mut name = String::new();
                for part in &call.name.namespace {
                    name.push_str(part.as_str());
                    name.push_str("::");
                }
                name.push_str(call.name.name.as_str());
                let arguments = call.args.iter().map(|item| self.expr(item));
                let arguments = arguments.collect::<Option<_>>()?;
                ExprKind::Call(name, arguments, call.args.expand_final())
            }
            Expression::Traversal(traversal) => {
                let mut expr = self.expr(&traversal.expr)?;
                for operator in &traversal.operators {
                    expr = self.step(expr, operator, span)?;
                }
                expr.kind
            }
            Expression::UnaryOp(unary) => {
                let inner = Box::new(self.expr(&unary.expr)?);
                match unary.operator.value() {
                    UnaryOperator::Not => ExprKind::Not(inner),
                    UnaryOperator::Neg => ExprKind::Negative(inner),
                }
            }
            Expression::BinaryOp(binary) => {
                let operator: BinaryOperator = *binary.operator.value();
                let sides = [self.expr(&binary.lhs_expr)?, self.expr(&binary.rhs_expr)?];
                ExprKind::Binary(operator.as_str(), Box::new(sides))
            }
            Expression::ForExpr(from) => {
                let condition = match &from.cond {
                    Some(condition) => Some(self.expr(&condition.expr)?),
                    None => None,
                };
                let result_key = match &from.key_expr {
                    Some(key) => Some(self.expr(key)?),
                    None => None,
                };
                ExprKind::For(Box::new(For {
                    key: from
                        .intro
                        .key_var
                        .as_ref()
                        .map(std::string::ToString::to_string),
                    value: from.intro.value_var.to_string(),
                    of: self.expr(&from.intro.collection_expr)?,
                    result_key,
                    result: self.expr(&from.value_expr)?,
                    grouping: from.grouping,
                    condition,
                }))
            }
            _ => return None,
        })
    }

    /// One more step of a traversal; what follows a splat is said of each item.
    fn step(&mut self, of: Expr, operator: &TraversalOperator, span: Span) -> Option<Expr> {
        // Steps make the tree deeper without the parser's limit.
        self.left = self.left.checked_sub(1_000)?;
        let (of, kind) = match of.kind {
            ExprKind::Splat(inner, mut steps) => {
                match operator {
                    TraversalOperator::GetAttr(name) => {
                        steps.push(Step::Attribute(name.to_string()));
                    }
                    TraversalOperator::Index(index) => steps.push(Step::Index(self.expr(index)?)),
                    TraversalOperator::LegacyIndex(index) => {
                        let kind = ExprKind::Number(index.value().to_string());
                        steps.push(Step::Index(Expr { kind, span }));
                    }
                    // A splat of splats would need a list of lists made flat; nobody writes it.
                    _ => return None,
                }
                return Some(Expr {
                    kind: ExprKind::Splat(inner, steps),
                    span,
                });
            }
            kind => (of.span, kind),
        };
        let of = Box::new(Expr { kind, span: of });
        let kind = match operator {
            TraversalOperator::GetAttr(name) => ExprKind::Attribute(of, name.to_string()),
            TraversalOperator::Index(index) => {
                let index = self.expr(index)?;
                ExprKind::Index(of, Box::new(index))
            }
            TraversalOperator::LegacyIndex(index) => {
                let kind = ExprKind::Number(index.value().to_string());
                ExprKind::Index(of, Box::new(Expr { kind, span }))
            }
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                ExprKind::Splat(of, Vec::new())
            }
        };
        Some(Expr { kind, span })
    }

    fn template(&mut self, from: &Template) -> Option<ExprKind> {
        self.parts_of(from.iter())
    }

    fn parts_of<'e>(&mut self, from: impl Iterator<Item = &'e Element>) -> Option<ExprKind> {
        let mut parts = self.parts(from)?;
        // `"${x}"` is x itself, whatever it is.
        if parts.len() == 1 {
            match parts.pop() {
                Some(Part::Hole(expr)) => return Some(expr.kind),
                Some(Part::Text(text)) => return Some(ExprKind::Text(text)),
                Some(other) => parts.push(other),
                None => {}
            }
        }
        if parts.is_empty() {
            return Some(ExprKind::Text(String::new()));
        }
        Some(ExprKind::Template(parts))
    }

    fn parts<'e>(&mut self, from: impl Iterator<Item = &'e Element>) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        for element in from {
            self.left = self.left.checked_sub(1)?;
            parts.push(match element {
                Element::Literal(text) => Part::Text(text.value().clone()),
                Element::Interpolation(hole) => Part::Hole(self.expr(&hole.expr)?),
                Element::Directive(directive) => match &**directive {
                    Directive::If(from) => {
                        let condition = self.expr(&from.if_expr.cond_expr)?;
                        let then = self.parts(from.if_expr.template.iter())?;
                        let other = match &from.else_expr {
                            Some(other) => self.parts(other.template.iter())?,
                            None => Vec::new(),
                        };
                        Part::If(condition, then, other)
                    }
                    Directive::For(from) => {
                        let of = self.expr(&from.for_expr.collection_expr)?;
                        Part::For(of, self.parts(from.for_expr.template.iter())?)
                    }
                },
            });
        }
        Some(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Expr {
        expression(text, At::Text(FileId(0), 10)).unwrap()
    }

    #[test]
    fn expressions_keep_their_places() {
        let text = "{ a = local.m[each.key], \"b\" = [1, \"x${var.y}\"] }";
        let ExprKind::Map(pairs) = parse(text).kind else {
            panic!("no map");
        };
        let span = pairs[0].1.span;
        let place = span.start as usize - 10..span.end as usize - 10;
        assert_eq!(&text[place], "local.m[each.key]");
        assert!(matches!(&pairs[0].1.kind, ExprKind::Index(..)));
        let ExprKind::List(items) = &pairs[1].1.kind else {
            panic!("no list");
        };
        assert!(matches!(&items[1].kind, ExprKind::Template(parts) if parts.len() == 2));
    }

    #[test]
    fn a_hole_alone_is_what_it_holds() {
        assert!(matches!(
            parse("\"${var.x}\"").kind,
            ExprKind::Attribute(..)
        ));
        let whole = At::Whole(Span::new(FileId(0), 3, 9));
        let json = template("${var.x}", whole).unwrap();
        assert!(matches!(json.kind, ExprKind::Attribute(..)));
        assert!(matches!(
            template("plain", whole).unwrap().kind,
            ExprKind::Text(_)
        ));
    }

    #[test]
    fn splats_and_loops() {
        assert!(matches!(parse("a.b[*].id").kind, ExprKind::Splat(_, steps) if steps.len() == 1));
        assert!(matches!(parse("a.b.*.id").kind, ExprKind::Splat(..)));
        let kind = parse("{ for k, v in x : k => v.y... if v.z }").kind;
        assert!(matches!(kind, ExprKind::For(it) if it.grouping && it.condition.is_some()));
        // Traversals have no limit in the parser: theirs is here.
        assert!(expression(&format!("x{}", ".y".repeat(5_000)), At::Text(FileId(0), 0)).is_none());
    }
}
