//! Articles in parts: what is searched, and what is said to a visitor.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Longest passage, in bytes: what a visitor reads in a chat at a glance.
pub const MAX_PASSAGE_BYTES: usize = 600;

/// A part of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The heading that it stands under, empty before the first.
    pub heading: String,
    /// Plain text; lists with `- ` a line, and the addresses of links in brackets behind them.
    pub text: String,
    /// The same without these addresses: what is searched.
    pub(super) plain: String,
}

/// What stands between these is the address of a link. They are private to whoever uses them (Unicode, 23.5), and
/// taken out of what an article says.
const OPEN: char = '\u{F8FE}';
const CLOSE: char = '\u{F8FF}';

/// A text with the addresses of its links, and without.
fn both(text: &str) -> (String, String) {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match c {
            OPEN => inside = true,
            CLOSE if inside => inside = false,
            // A long text was divided within an address.
            CLOSE => plain.clear(),
            _ if inside => {}
            _ => plain.push(c),
        }
    }
    (text.replace([OPEN, CLOSE], ""), plain)
}

/// The address of a link, where it leads somewhere from a chat.
fn address(link: &str) -> Option<&str> {
    let plain = link.strip_prefix("mailto:").map(|rest| rest.split('?').next().unwrap_or(rest));
    let web = ["https://", "http://"].iter().any(|scheme| link.starts_with(scheme));
    plain.or(web.then_some(link)).filter(|address| !address.contains(char::is_whitespace))
}

impl Passage {
    fn of(heading: &str, text: &str) -> Self {
        let ((_, heading), (text, plain)) = (both(heading), both(text));
        Self { heading, text, plain }
    }
}

/// The passages of an article: what stands under one heading belongs together, as long as it is not
/// longer than a passage may be; then it is divided between paragraphs, and else between sentences.
pub fn passages(markdown: &str) -> Vec<Passage> {
    let mut out: Vec<Passage> = Vec::new();
    for (heading, blocks) in sections(markdown) {
        let mut text = String::new();
        for block in blocks.iter().flat_map(|block| pieces(block)) {
            if !text.is_empty() && text.len() + block.len() + 1 > MAX_PASSAGE_BYTES {
                out.push(Passage::of(&heading, &std::mem::take(&mut text)));
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(block);
        }
        if !text.is_empty() {
            out.push(Passage::of(&heading, &text));
        }
    }
    out
}

/// The beginning of a text, whole sentences where there are any, at most so many bytes.
pub fn excerpt(text: &str, bytes: usize) -> &str {
    let text = text.trim();
    if text.len() <= bytes {
        return text;
    }
    let most = text.get(..text.floor_char_boundary(bytes)).unwrap_or_default();
    let end = sentence_end(most).unwrap_or_else(|| most.rfind(' ').unwrap_or(most.len()));
    most.get(..end).unwrap_or(most).trim_end()
}

/// Headings with the blocks of plain text under each.
fn sections(markdown: &str) -> Vec<(String, Vec<String>)> {
    let mut out: Vec<(String, Vec<String>)> = vec![(String::new(), Vec::new())];
    let mut line = String::new();
    let mut lists: Vec<Option<u64>> = Vec::new();
    // Where the label of a link begins, and its address.
    let mut link: Option<(usize, String)> = None;
    let end = |line: &mut String, out: &mut Vec<(String, Vec<String>)>| {
        let text = std::mem::take(line);
        if !text.trim().is_empty() && text.trim() != "-" {
            out.last_mut().into_iter().for_each(|(_, blocks)| blocks.push(text.trim().to_owned()));
        }
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => end(&mut line, &mut out),
            Event::End(TagEnd::Heading(_)) => {
                out.push((std::mem::take(&mut line).trim().to_owned(), Vec::new()));
            }
            Event::Start(Tag::List(first)) => {
                end(&mut line, &mut out);
                lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                end(&mut line, &mut out);
                lists.pop();
            }
            Event::Start(Tag::Item) => {
                end(&mut line, &mut out);
                match lists.last_mut() {
                    Some(Some(number)) => {
                        line.push_str(&format!("{number}. "));
                        *number += 1;
                    }
                    _ => line.push_str("- "),
                }
            }
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => end(&mut line, &mut out),
            Event::End(TagEnd::TableCell) => line.push_str("  "),
            Event::Start(Tag::Link { dest_url, .. }) => {
                link = address(&dest_url).map(|address| (line.len(), address.to_owned()));
            }
            Event::End(TagEnd::Link) => {
                if let Some((from, address)) = link.take()
                    && line.get(from..).is_some_and(|label| !label.contains(&address))
                {
                    line.push_str(&format!("{OPEN} ({address}){CLOSE}"));
                }
            }
            Event::Text(text) | Event::Code(text) => {
                line.push_str(&text.replace([OPEN, CLOSE], ""))
            }
            Event::SoftBreak => line.push(' '),
            Event::HardBreak => line.push('\n'),
            _ => {}
        }
    }
    end(&mut line, &mut out);
    out
}

/// A block in pieces that a passage can hold.
fn pieces(block: &str) -> Vec<&str> {
    let mut rest = block;
    let mut out = Vec::new();
    while rest.len() > MAX_PASSAGE_BYTES {
        let most = rest.get(..rest.floor_char_boundary(MAX_PASSAGE_BYTES)).unwrap_or_default();
        let at = sentence_end(most)
            .or_else(|| most.rfind(' '))
            .filter(|at| *at > 0)
            .unwrap_or(most.len());
        let (piece, after) = rest.split_at(at);
        out.push(piece.trim());
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        out.push(rest);
    }
    out
}

/// Behind the last sentence that ends in a text.
fn sentence_end(text: &str) -> Option<usize> {
    let mut last = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let spaced = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        if matches!(c, '。' | '！' | '？' | '।' | '\n')
            || (matches!(c, '.' | '!' | '?' | '؟') && spaced)
        {
            last = Some(at + c.len_utf8());
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_under_a_heading_is_a_passage() {
        let found = passages(
            "Before.\n\n## How to *return*\n\n1. Print\n2. Post `it`\n\nDone  \nthen.\n\n## Empty\n\n### Deep\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        );
        let shown: Vec<(&str, &str)> =
            found.iter().map(|p| (p.heading.as_str(), p.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("", "Before."),
                ("How to return", "1. Print\n2. Post it\nDone\nthen."),
                ("Deep", "a  b\n1  2"),
            ]
        );
    }

    #[test]
    fn links_keep_their_addresses_and_are_not_searched_by_them() {
        let text = "Fill in [the *return* form](https://shop.example/returns/form) or write to \
            [us](mailto:help@shop.example?subject=x), see <https://shop.example/help>. \
            [Above](#top) and [there](/there).";
        let [passage] = &passages(text)[..] else { panic!("one passage") };
        assert_eq!(
            passage.text,
            "Fill in the return form (https://shop.example/returns/form) or write to us \
             (help@shop.example), see https://shop.example/help. Above and there."
        );
        assert_eq!(
            passage.plain,
            "Fill in the return form or write to us, see https://shop.example/help. Above and there."
        );
        let many = "[form](https://shop.example/returns/form) ".repeat(60);
        for passage in passages(&many) {
            assert!(passage.text.len() <= MAX_PASSAGE_BYTES);
            assert!(!passage.plain.contains("example"), "{}", passage.plain);
        }
    }

    #[test]
    fn a_long_text_is_divided_between_sentences_and_nothing_is_lost() {
        let sentence = "This is one sentence of the manual. ";
        let text = sentence.repeat(60);
        let found = passages(&text);
        assert!(found.len() > 3);
        assert!(
            found.iter().all(|p| p.text.len() <= MAX_PASSAGE_BYTES && p.text.ends_with("manual."))
        );
        let words = |text: &str| text.split_whitespace().count();
        assert_eq!(found.iter().map(|p| words(&p.text)).sum::<usize>(), words(&text));
        let unspaced = "長".repeat(700);
        assert!(passages(&unspaced).iter().all(|p| p.text.len() <= MAX_PASSAGE_BYTES));
        assert_eq!(passages(&unspaced).iter().map(|p| p.text.len()).sum::<usize>(), unspaced.len());
    }

    #[test]
    fn an_excerpt_ends_with_a_sentence() {
        assert_eq!(excerpt("One. Two is longer. Three.", 20), "One. Two is longer.");
        assert_eq!(excerpt("Words without an end at all", 12), "Words");
        assert_eq!(excerpt("短い文。次の文。", 15), "短い文。");
        assert_eq!(excerpt(" short ", 100), "short");
    }
}
