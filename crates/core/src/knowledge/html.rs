//! The text of a web page as Markdown: its main part, without what stands around it on every page.

use super::import::Draft;
use crate::text::Lang;
use html5gum::{StartTag, Token, Tokenizer};

/// Elements whose content is no text of the page, or is the same on every page of the site.
const SKIPPED: &[&[u8]] = &[
    b"script",
    b"style",
    b"noscript",
    b"template",
    b"svg",
    b"nav",
    b"header",
    b"footer",
    b"aside",
    b"form",
    b"button",
    b"select",
    b"iframe",
    b"head",
    b"dialog",
];

/// Elements that end a line.
const BLOCKS: &[&[u8]] = &[
    b"p",
    b"div",
    b"section",
    b"article",
    b"main",
    b"ul",
    b"ol",
    b"table",
    b"tr",
    b"blockquote",
    b"pre",
    b"dl",
    b"dt",
    b"dd",
    b"figure",
    b"figcaption",
    b"address",
    b"details",
    b"summary",
    b"body",
];

/// Reads a page. None: there is no text in it.
pub(super) fn page(name: &str, text: &str) -> Option<Draft> {
    let main = has_main(text);
    let mut reader = Reader { inside: !main, origin: origin(name), ..Reader::default() };
    for Ok(token) in Tokenizer::new(text) {
        match token {
            Token::StartTag(tag) => reader.open(&tag, main),
            Token::EndTag(tag) => reader.close(&tag.name, main),
            Token::String(text) => reader.text(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    reader.finish()
}

/// Scheme and host of an address.
fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    matches!(scheme, "http" | "https").then(|| format!("{scheme}://{host}"))
}

/// Whether the page says which part is its own (HTML Living Standard, 4.4.14).
fn has_main(text: &str) -> bool {
    Tokenizer::new(text).any(|Ok(token)| matches!(token, Token::StartTag(tag) if is_main(&tag)))
}

fn is_main(tag: &StartTag<()>) -> bool {
    let role = tag.attributes.get(&b"role"[..]);
    is(&tag.name, b"main") || role.is_some_and(|role| role.as_slice() == b"main")
}

fn is(name: &[u8], wanted: &[u8]) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

#[derive(Default)]
struct Reader {
    out: String,
    line: String,
    title: String,
    heading: String,
    lang: Option<Lang>,
    /// In the part that is read.
    inside: bool,
    /// The element whose content is skipped, and how many of its name are open.
    skip: Option<(Vec<u8>, usize)>,
    in_title: bool,
    in_heading: bool,
    /// Depth of the main part's element, and its name.
    main: Option<(Vec<u8>, usize)>,
    /// Where in the line a link begins, and its address.
    link: Option<(usize, String)>,
    /// The page's own origin, where its address is known.
    origin: Option<String>,
}

impl Reader {
    fn open(&mut self, tag: &StartTag<()>, main: bool) {
        let name: &[u8] = &tag.name;
        if is(name, b"html") {
            let lang = tag.attributes.get(&b"lang"[..]);
            self.lang = lang.and_then(|lang| Lang::from_tag(&String::from_utf8_lossy(lang)));
        }
        if is(name, b"title") && self.title.is_empty() {
            self.in_title = true;
            return;
        }
        if let Some((skipped, depth)) = &mut self.skip {
            if is(name, skipped) && !tag.self_closing {
                *depth += 1;
            }
            return;
        }
        if main && !self.inside {
            if self.main.is_none() && is_main(tag) {
                self.inside = true;
                self.main = Some((name.to_vec(), 1));
            } else if SKIPPED.iter().any(|skipped| is(name, skipped)) && !is(name, b"head") {
                self.skip = Some((name.to_vec(), 1));
            }
            return;
        }
        if let Some((element, depth)) = &mut self.main
            && is(name, element)
        {
            *depth += 1;
        }
        if SKIPPED.iter().any(|skipped| is(name, skipped)) {
            // What is in the head is its title alone.
            if !is(name, b"head") && !tag.self_closing {
                self.skip = Some((name.to_vec(), 1));
            }
        } else if let Some(level) = level(name) {
            self.end_line();
            self.in_heading = level == 1;
            self.line.push_str(if level == 1 {
                ""
            } else if level == 2 {
                "## "
            } else {
                "### "
            });
        } else if is(name, b"a") {
            let href = tag.attributes.get(&b"href"[..]);
            let href = href.map(|href| String::from_utf8_lossy(href).trim().to_owned());
            self.link = href.and_then(|href| self.whole(href)).map(|href| (self.line.len(), href));
        } else if is(name, b"li") {
            self.end_line();
            self.line.push_str("- ");
        } else if is(name, b"br") || BLOCKS.iter().any(|block| is(name, block)) {
            self.end_block(is(name, b"br"));
        } else if is(name, b"td") || is(name, b"th") {
            self.line.push(' ');
        }
    }

    fn close(&mut self, name: &[u8], main: bool) {
        if is(name, b"title") {
            self.in_title = false;
            return;
        }
        if let Some((skipped, depth)) = &mut self.skip {
            if is(name, skipped) {
                *depth -= 1;
                if *depth == 0 {
                    self.skip = None;
                }
            }
            return;
        }
        if !self.inside {
            return;
        }
        if level(name).is_some() {
            if self.in_heading {
                self.in_heading = false;
                let heading = std::mem::take(&mut self.line).trim().to_owned();
                if self.heading.is_empty() {
                    self.heading = heading;
                } else {
                    self.line = format!("## {heading}");
                }
            }
            self.end_block(false);
        } else if is(name, b"a") {
            self.end_link();
        } else if is(name, b"li") {
            self.end_line();
        } else if BLOCKS.iter().any(|block| is(name, block)) {
            self.end_block(false);
        }
        if main
            && let Some((element, depth)) = &mut self.main
            && is(name, element)
        {
            *depth -= 1;
            self.inside = *depth > 0;
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_title {
            self.title.push_str(text);
        } else if self.inside && self.skip.is_none() {
            for c in text.chars() {
                if !c.is_whitespace() {
                    self.line.push(c);
                } else if !self.line.ends_with(' ') {
                    self.line.push(' ');
                }
            }
        }
    }

    /// The address of a link, where it leads somewhere from outside of the page.
    fn whole(&self, href: String) -> Option<String> {
        let plain = href.bytes().all(|b| b.is_ascii_graphic() && !b"<>()".contains(&b));
        let absolute = ["https://", "http://", "mailto:"].iter().any(|s| href.starts_with(s));
        let rooted = href.starts_with('/') && !href.starts_with("//");
        match &self.origin {
            _ if !plain => None,
            _ if absolute => Some(href),
            Some(origin) if rooted => Some(format!("{origin}{href}")),
            _ => None,
        }
    }

    /// Writes a link as Markdown does.
    fn end_link(&mut self) {
        let Some((from, address)) = self.link.take() else { return };
        let Some(label) = self.line.get(from..) else { return };
        let (label, space) = (label.trim(), if label.starts_with(' ') { " " } else { "" });
        if !label.is_empty() && !label.contains(['[', ']']) {
            let link = format!("{space}[{label}]({address})");
            self.line.truncate(from);
            self.line.push_str(&link);
        }
    }

    fn end_line(&mut self) {
        self.link = None;
        let line = std::mem::take(&mut self.line);
        let line = line.trim();
        if !line.is_empty() && !matches!(line, "-" | "##" | "###") {
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn end_block(&mut self, line_only: bool) {
        self.end_line();
        if !line_only && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn finish(mut self) -> Option<Draft> {
        self.end_line();
        let body = self.out.trim().to_owned();
        let title = if self.heading.is_empty() {
            // "Returns – Fern & Birch": what follows the last dash is the site.
            let title = self.title.trim();
            let site = [" | ", " – ", " — ", " - "].iter().find_map(|mark| title.rsplit_once(mark));
            site.map_or(title, |(page, _)| page).to_owned()
        } else {
            self.heading
        };
        (!body.is_empty()).then_some(Draft { title, body, lang: self.lang })
    }
}

fn level(name: &[u8]) -> Option<u8> {
    match name {
        [b'h' | b'H', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!DOCTYPE html><html lang="en-GB"><head><title>Returns | Fern &amp; Birch</title>
<style>p { color: red }</style></head><body>
<header><a href="/">Fern</a></header><nav><ul><li>Home</li></ul></nav>
<main><h1>Send something <em>back</em></h1>
<p>You have 30&nbsp;days.<br>Keep the tags on.</p>
<h2>How</h2><ol><li>Print the label</li><li><p>Take it to a shop</p></li></ol>
<script>track("<p>x</p>")</script>
</main><footer>Imprint</footer></body></html>"#;

    #[test]
    fn the_main_part_is_read_and_what_is_around_it_is_not() {
        let draft = page("x.html", PAGE).unwrap();
        assert_eq!(draft.title, "Send something back");
        assert_eq!(draft.lang, Some(Lang::En));
        assert_eq!(
            draft.body,
            "You have 30 days.\nKeep the tags on.\n\n## How\n\n- Print the label\n\nTake it to a shop"
        );
    }

    #[test]
    fn links_keep_their_addresses() {
        let text = r##"<main><p>Fill in <a href="/returns/form"><b>the form</b></a>, <a href="https://a.example/x">this</a>,
            <a href="mailto:help@shop.example">us</a>, <a href="#top">above</a>, <a href="next">next</a>, <a href="javascript:x">x</a>.</p>
            <a href="/card"><p>A card</p></a></main>"##;
        let body = |name: &str| page(name, text).unwrap().body;
        assert_eq!(
            body("https://shop.example/help/returns"),
            "Fill in [the form](https://shop.example/returns/form), [this](https://a.example/x), [us](mailto:help@shop.example), above, next, x.\n\nA card"
        );
        assert!(body("returns.html").starts_with("Fill in the form, [this](https://a.example/x)"));
    }

    #[test]
    fn a_page_without_a_main_part_is_read_but_for_its_frame() {
        let text = "<title>Opening hours – Fern</title><nav>Home</nav><div>From <b>nine</b> to five</div><p>Closed on Sundays<aside>Ad</aside>";
        let draft = page("x.html", text).unwrap();
        assert_eq!(draft.title, "Opening hours");
        assert_eq!(draft.body, "From nine to five\n\nClosed on Sundays");
        assert_eq!(page("x.html", "<html><nav>Home</nav></html>"), None);
        assert_eq!(page("x.html", ""), None);
    }

    #[test]
    fn a_broken_page_is_read_as_far_as_it_goes() {
        for text in [
            "<main><h1>A</h1><p>b",
            "<main <h1>A</h1> b <",
            "</main></p>x<main>b</main>",
            "<h1>x<h2>y",
        ] {
            let _ = page("x.html", text);
        }
        assert!(page("x.html", "<main><h1>A</h1><p>b").unwrap().body.contains('b'));
    }
}
