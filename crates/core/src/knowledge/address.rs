//! Which page of a site a saved file is.

use html5gum::{Token, Tokenizer};

/// Which of a sitemap's addresses a file is the page of: the one that it is called by, the one that it names
/// as its own (`<link rel="canonical">`, RFC 6596), or the one whose end its path is, as a browser or a
/// mirroring tool saves pages: `returns.html` or `shop.example/help/returns/index.html` is
/// `https://shop.example/help/returns`. None where it is none of them, or could be several.
pub fn address_of<'a>(listed: &'a [String], name: &str, text: &str) -> Option<&'a str> {
    let same = |wanted: &str| {
        let bare = |address: &str| address.trim().trim_end_matches('/').to_owned();
        listed.iter().find(|address| bare(address) == bare(wanted)).map(String::as_str)
    };
    same(name)
        .or_else(|| canonical(text).and_then(|wanted| same(&wanted)))
        .or_else(|| by_path(listed, name))
}

/// What a page says is its address.
fn canonical(text: &str) -> Option<String> {
    Tokenizer::new(text).find_map(|Ok(token)| {
        let Token::StartTag(tag) = token else { return None };
        let attribute = |name: &[u8]| {
            tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
        };
        let rel = attribute(b"rel")?;
        let own = rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("canonical"));
        (own && tag.name.eq_ignore_ascii_case(b"link")).then(|| attribute(b"href")).flatten()
    })
}

fn by_path<'a>(listed: &'a [String], name: &str) -> Option<&'a str> {
    let name = name.replace('\\', "/");
    if name.trim().is_empty() {
        return None;
    }
    let file = steps(&name);
    let mut best: Option<(usize, &str)> = None;
    let mut several = false;
    for address in listed {
        let page = steps(address.split_once("://").map_or(address, |(_, rest)| rest));
        let fits = match file.is_empty() {
            true => page.len() == 1,
            false => file.ends_with(&page) || page.ends_with(&file),
        };
        let common = file.len().min(page.len());
        if !fits || best.is_some_and(|(most, _)| most > common) {
            continue;
        }
        several = best.is_some_and(|(most, _)| most == common);
        best = Some((common, address));
    }
    best.filter(|_| !several).map(|(_, address)| address)
}

/// The steps of a path, without what only says that the last one is a page.
fn steps(path: &str) -> Vec<&str> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut steps: Vec<&str> =
        path.split('/').filter(|step| !step.is_empty() && *step != ".").collect();
    if let Some(last) = steps.pop() {
        let stem = [".html", ".htm", ".xhtml"].iter().find_map(|end| last.strip_suffix(end));
        let stem = stem.unwrap_or(last);
        if stem != "index" || stem == last {
            steps.push(stem);
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed() -> Vec<String> {
        [
            "https://shop.example/",
            "https://shop.example/help/returns",
            "https://shop.example/help/delivery.html",
            "https://shop.example/help/",
            "https://shop.example/shop/returns",
        ]
        .map(str::to_owned)
        .into()
    }

    #[test]
    fn a_file_is_the_page_whose_path_it_ends() {
        let listed = listed();
        for (name, address) in [
            ("https://shop.example/help/returns/", Some("https://shop.example/help/returns")),
            ("help/returns.html", Some("https://shop.example/help/returns")),
            (
                "mirror/shop.example/help/returns/index.html",
                Some("https://shop.example/help/returns"),
            ),
            ("shop.example\\shop\\returns.htm", Some("https://shop.example/shop/returns")),
            ("delivery.html", Some("https://shop.example/help/delivery.html")),
            ("help/index.html", Some("https://shop.example/help/")),
            ("index.html", Some("https://shop.example/")),
            ("shop.example/index.html", Some("https://shop.example/")),
            ("returns.html", None),
            ("imprint.html", None),
            ("", None),
        ] {
            let found = address_of(&listed, name, "<p>Words</p>");
            assert_eq!(found, address, "{name}");
        }
    }

    #[test]
    fn a_page_that_says_where_it_is_from_is_believed_where_the_sitemap_lists_it() {
        let listed = listed();
        let page = |href: &str| {
            format!(
                "<head><link rel=stylesheet href=a.css><LINK rel=\"Canonical\" href=\"{href}\"></head><p>x</p>"
            )
        };
        let own = page("https://shop.example/shop/returns/");
        assert_eq!(
            address_of(&listed, "returns.html", &own),
            Some("https://shop.example/shop/returns")
        );
        let other = page("https://elsewhere.example/shop/returns");
        assert_eq!(address_of(&listed, "returns.html", &other), None);
        assert_eq!(address_of(&[], "returns.html", &own), None);
    }
}
