//! A strict reader of the page's markup: every element closed, every attribute quoted, every `<`
//! and `&` that is no markup escaped. Stricter than any browser, so that nothing can hide.

/// An element with what it holds.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    children: Vec<Content>,
}

#[derive(Debug)]
enum Content {
    Text(String),
    Element(Element),
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(of, _)| of == name)?;
        Some(&found.1)
    }

    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.attribute(name) == Some(value)
    }

    /// Calls `visit` with this element and all below it.
    pub(crate) fn walk(&self, visit: &mut impl FnMut(&Element)) {
        visit(self);
        for child in &self.children {
            if let Content::Element(element) = child {
                element.walk(visit);
            }
        }
    }

    /// The first element, this one or below it, that `wanted` accepts.
    pub(crate) fn find(&self, wanted: &dyn Fn(&Element) -> bool) -> Option<&Element> {
        // The innermost of nested matches would surprise; the outermost comes first.
        if wanted(self) {
            return Some(self);
        }
        self.children.iter().find_map(|child| match child {
            Content::Element(element) => element.find(wanted),
            Content::Text(_) => None,
        })
    }

    /// All text in it, white space folded; the raw text of a style sheet or script as it is.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.gather(&mut text);
        if ["style", "script"].contains(&self.name.as_str()) {
            return text;
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn gather(&self, text: &mut String) {
        for child in &self.children {
            match child {
                Content::Text(own) => text.push_str(own),
                Content::Element(element) => {
                    element.gather(text);
                    if ["td", "th", "li", "p", "h3", "h4", "div", "caption", "title"]
                        .contains(&element.name.as_str())
                    {
                        text.push(' ');
                    }
                }
            }
        }
    }
}

/// Reads a whole page.
pub(crate) fn parse(html: &str) -> Result<Element, String> {
    let rest = html
        .trim_start()
        .strip_prefix("<!DOCTYPE html>")
        .ok_or("no doctype")?
        .trim_start();
    let mut open: Vec<Element> = vec![Element::default()];
    let mut rest = rest;
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            push_text(&mut open, rest)?;
            break;
        };
        push_text(&mut open, &rest[..at])?;
        rest = &rest[at..];
        if let Some(closing) = rest.strip_prefix("</") {
            let (name, after) = closing.split_once('>').ok_or("unclosed tag")?;
            let done = open.pop().ok_or("closes nothing")?;
            if done.name != name {
                return Err(format!("</{name}> closes <{}>", done.name));
            }
            open.last_mut()
                .ok_or("two roots")?
                .children
                .push(Content::Element(done));
            rest = after;
            continue;
        }
        let (element, closed, after) = tag(&rest[1..])?;
        rest = after;
        if closed {
            open.last_mut()
                .ok_or("no root")?
                .children
                .push(Content::Element(element));
        } else if element.name == "style" || element.name == "script" {
            let end = format!("</{}>", element.name);
            let (style, after) = rest.split_once(&end).ok_or("unclosed raw text")?;
            let mut element = element;
            element.children.push(Content::Text(style.to_owned()));
            open.last_mut()
                .ok_or("no root")?
                .children
                .push(Content::Element(element));
            rest = after;
        } else {
            open.push(element);
        }
    }
    match (open.pop(), open.pop()) {
        (Some(root), None) => Ok(root),
        (Some(left), _) => Err(format!("<{}> is never closed", left.name)),
        _ => Err("nothing".to_owned()),
    }
}

fn push_text(open: &mut [Element], text: &str) -> Result<(), String> {
    let text = unescape(text)?;
    if let Some(element) = open.last_mut() {
        element.children.push(Content::Text(text));
    }
    Ok(())
}

/// Reads a tag after its `<`: the element, whether it closes itself, and what follows.
fn tag(text: &str) -> Result<(Element, bool, &str), String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let end = text.find(|c| !is_name(c)).ok_or("unclosed tag")?;
    let mut element = Element {
        name: text[..end].to_owned(),
        ..Element::default()
    };
    let shown = || text.chars().take(60).collect::<String>();
    if element.name.is_empty() {
        return Err(format!("`<` that is no tag: {}", shown()));
    }
    let mut rest = &text[end..];
    loop {
        let trimmed = rest.trim_start();
        if let Some(after) = trimmed.strip_prefix("/>") {
            return Ok((element, true, after));
        }
        if let Some(after) = trimmed.strip_prefix('>') {
            return Ok((element, false, after));
        }
        if trimmed.len() == rest.len() {
            return Err(format!("attributes run together: {}", shown()));
        }
        let (name, value) = trimmed.split_once('=').ok_or("attribute without value")?;
        if !name.chars().all(is_name) || name.is_empty() {
            return Err(format!("attribute name {name:?} in {}", shown()));
        }
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quote = quote.ok_or("attribute without quotes")?;
        let (value, after) = value[1..].split_once(quote).ok_or("unclosed value")?;
        if value.contains('<') {
            return Err(format!("`<` in {name}"));
        }
        if element.attribute(name).is_some() {
            return Err(format!("{name} twice in {}", shown()));
        }
        element.attributes.push((name.to_owned(), unescape(value)?));
        rest = after;
    }
}

fn unescape(text: &str) -> Result<String, String> {
    if let Some(c) = text.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(format!("control character {c:?} in {text:?}"));
    }
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').ok_or(format!("bare & in {text:?}"))?;
        plain.push(match entity {
            "lt" | "#60" => '<',
            "gt" | "#62" => '>',
            "amp" | "#38" => '&',
            "quot" | "#34" => '"',
            "#39" => '\'',
            other => return Err(format!("&{other};")),
        });
        plain.push_str(after);
    }
    Ok(plain)
}
