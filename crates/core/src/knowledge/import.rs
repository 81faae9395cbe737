//! Articles out of Markdown files and out of the pages of a site.

use super::{MAX_BODY_BYTES, MAX_TITLE_CHARS, html};
use crate::text::Lang;
use crate::{Code, Error};
use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

/// Most articles that one file gives.
pub const MAX_DRAFTS: usize = 200;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// CommonMark, with or without front matter (`title`, `lang`).
    Markdown,
    /// A page of a site.
    Html,
}

/// An article as a file gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Where the file says so.
    pub lang: Option<Lang>,
}

/// The articles of a file: one, or one for each heading of the first level where a Markdown file has
/// several. `name` is the file's or page's, and is the title where nothing else is.
///
/// # Errors
/// [`Code::InvalidField`] when there is nothing to read in it, or more than an article holds.
pub fn import(name: &str, text: &str, format: Format) -> Result<Vec<Draft>, Error> {
    let drafts = match format {
        Format::Markdown => markdown(name, text),
        Format::Html => html::page(name, text).map(|page| named(name, page)).into_iter().collect(),
    };
    let refuse = |detail: String| Err(Error::new(Code::InvalidField, detail));
    if drafts.is_empty() {
        return refuse("a file has no text that could be an article".to_owned());
    }
    if drafts.len() > MAX_DRAFTS {
        return refuse(format!("a file may give {MAX_DRAFTS} articles at most; divide it"));
    }
    if drafts.iter().any(|draft| draft.body.len() > MAX_BODY_BYTES) {
        return refuse(
            "a file is longer than an article may be, 100,000 bytes; divide it".to_owned(),
        );
    }
    Ok(drafts)
}

/// The addresses that a sitemap (sitemaps.org, 0.9) lists, in its order.
pub fn sitemap(text: &str) -> Vec<String> {
    let mut addresses = Vec::new();
    let mut inside = false;
    for Ok(token) in Tokenizer::new(text) {
        match token {
            Token::StartTag(tag) => inside = tag.name.eq_ignore_ascii_case(b"loc"),
            Token::EndTag(_) => inside = false,
            Token::String(text) if inside => {
                let address = String::from_utf8_lossy(&text).trim().to_owned();
                if !address.is_empty() {
                    addresses.push(address);
                }
            }
            _ => {}
        }
    }
    addresses
}

fn named(name: &str, mut draft: Draft) -> Draft {
    if draft.title.is_empty() {
        draft.title = title_of(name);
    }
    draft.title = cut(&draft.title, MAX_TITLE_CHARS);
    draft
}

/// "/help/opening-hours.html" is about opening hours.
fn title_of(name: &str) -> String {
    let last = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let words = stem.replace(['-', '_'], " ");
    let mut chars = words.trim().chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => "Untitled".to_owned(),
    }
}

fn cut(text: &str, bytes: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.get(..line.floor_char_boundary(bytes)).unwrap_or(&line).to_owned()
}

/// What stands before the text, `key: value` a line between two lines of `---`.
struct Front<'a> {
    title: Option<String>,
    lang: Option<Lang>,
    rest: &'a str,
}

fn front(text: &str) -> Front<'_> {
    let text = text.trim_start_matches('\u{feff}');
    let mut front = Front { title: None, lang: None, rest: text };
    let Some(after) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else {
        return front;
    };
    let Some((head, rest)) = after.split_once("\n---") else { return front };
    for (key, value) in head.lines().filter_map(|line| line.split_once(':')) {
        let value = value.trim().trim_matches(['"', '\'']);
        match key.trim() {
            "title" if !value.is_empty() => front.title = Some(value.to_owned()),
            "lang" | "language" | "locale" => front.lang = Lang::from_tag(value),
            _ => {}
        }
    }
    front.rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    front
}

fn markdown(name: &str, text: &str) -> Vec<Draft> {
    let front = front(text);
    let rest = front.rest;
    // Headings of the first level: where each begins and ends, and what it says.
    let mut heads: Vec<(usize, usize, String)> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (event, range) in Parser::new(rest).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                open = Some((range.start, String::new()));
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                if let Some((start, title)) = open.take() {
                    heads.push((start, range.end, title));
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, title)) = &mut open {
                    title.push_str(&text);
                }
            }
            _ => {}
        }
    }
    let draft = |title: String, body: &str| {
        let body = body.trim();
        (!body.is_empty())
            .then(|| named(name, Draft { title, body: body.to_owned(), lang: front.lang }))
    };
    if heads.len() > 1 && front.title.is_none() {
        let ends = heads.iter().skip(1).map(|head| head.0).chain([rest.len()]);
        return heads
            .iter()
            .zip(ends)
            .filter_map(|((_, from, title), to)| draft(title.clone(), rest.get(*from..to)?))
            .collect();
    }
    let one = match heads.into_iter().next() {
        Some((start, end, title)) if front.title.is_none() => {
            let before = rest.get(..start).unwrap_or_default();
            draft(title, &format!("{before}{}", rest.get(end..).unwrap_or_default()))
        }
        _ => draft(front.title.clone().unwrap_or_default(), rest),
    };
    one.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_markdown_file_is_an_article_with_its_first_heading_for_a_title() {
        let text =
            "# Returns & *refunds*\n\nSend it back within 30 days.\n\n## How\n\nPrint the label.\n";
        let [draft] = &import("returns.md", text, Format::Markdown).unwrap()[..] else {
            panic!("one article");
        };
        assert_eq!(draft.title, "Returns & refunds");
        assert_eq!(draft.body, "Send it back within 30 days.\n\n## How\n\nPrint the label.");
    }

    #[test]
    fn front_matter_names_title_and_language() {
        let text =
            "---\ntitle: \"Öffnungszeiten\"\nlang: de-AT\nauthor: x\n---\nVon acht bis zwölf.\n";
        let drafts = import("x.md", text, Format::Markdown).unwrap();
        assert_eq!(drafts[0].title, "Öffnungszeiten");
        assert_eq!(drafts[0].lang, Some(Lang::De));
        assert_eq!(drafts[0].body, "Von acht bis zwölf.");
    }

    #[test]
    fn a_file_of_several_headings_is_several_articles() {
        let text = "# One\nfirst\n\n# Two\n\nsecond\n\n## Part\n\nmore\n# Empty\n";
        let drafts = import("faq.md", text, Format::Markdown).unwrap();
        let titles: Vec<&str> = drafts.iter().map(|draft| draft.title.as_str()).collect();
        assert_eq!(titles, ["One", "Two"], "a heading without text is no article");
        assert_eq!(drafts[1].body, "second\n\n## Part\n\nmore");
    }

    #[test]
    fn a_file_without_a_heading_is_called_as_the_file_is() {
        let drafts = import("help/opening-hours.md", "We open at nine.", Format::Markdown).unwrap();
        assert_eq!(drafts[0].title, "Opening hours");
        for empty in ["", "   \n", "# Only a heading\n"] {
            let error = import("x.md", empty, Format::Markdown).unwrap_err();
            assert_eq!(error.code, Code::InvalidField);
        }
    }

    #[test]
    fn a_sitemap_lists_its_pages() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <url><loc>https://shop.example/help/returns</loc><lastmod>2026-01-01</lastmod></url>
  <url><loc> https://shop.example/help/?a=1&amp;b=2 </loc></url>
</urlset>"#;
        assert_eq!(
            sitemap(text),
            ["https://shop.example/help/returns", "https://shop.example/help/?a=1&b=2"]
        );
    }
}
