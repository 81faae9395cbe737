use super::*;

fn document(id: &str, title: &str, body: &str, lang: Option<Lang>) -> Document {
    Document { id: id.to_owned(), title: title.to_owned(), body: body.to_owned(), lang }
}

fn shop() -> Index {
    let all = [
        document(
            "returns",
            "Returning an item",
            "Send anything back within 30 days of delivery. Print the label and stick it on the box.",
            None,
        ),
        document(
            "delivery",
            "Delivery times",
            "Orders reach you in two to four working days.\n\n## Abroad\n\nOutside the country it takes up to ten days.",
            None,
        ),
        document(
            "gift",
            "Gift cards",
            "A gift card is valid for three years and can be used for several orders.",
            None,
        ),
        document(
            "sizes",
            "Finding your size",
            "Measure your chest and waist and compare them with the table.",
            None,
        ),
    ];
    Index::new(&all)
}

#[test]
fn the_article_that_answers_comes_first() {
    let index = shop();
    for (question, id) in [
        ("How do I send back a jacket I bought?", "returns"),
        ("how long until my parcel gets here", "delivery"),
        ("does the gift card expire?", "gift"),
        ("which size should I take", "sizes"),
    ] {
        let known = index.search(question, Some(Lang::En), 3);
        assert_eq!(known.found.first().map(|f| f.id.as_str()), Some(id), "{question}");
    }
    let known = index.search("How long does delivery abroad take?", Some(Lang::En), 1);
    assert_eq!(known.found[0].heading, "Abroad", "the passage that fits best is shown");
}

#[test]
fn what_nobody_wrote_about_is_not_answered() {
    let index = shop();
    for question in ["Can you recommend a good restaurant in Lisbon?", "xyzzy", "", "?!"] {
        let known = index.search(question, Some(Lang::En), 3);
        assert!(known.answer().is_none(), "{question}");
    }
    assert_eq!(Index::default().search("anything", None, 3), Known::default());
}

#[test]
fn confidences_are_shares_of_one() {
    let known = shop().search("gift card for a delivery", Some(Lang::En), 10);
    let total: f32 = known.found.iter().map(|found| found.confidence).sum();
    assert!(total < 1.0 && total > 0.0);
    assert!(known.found.windows(2).all(|two| two[0].confidence >= two[1].confidence));
    let even = probabilities(&[0.0, 0.0, 0.0]);
    assert!(even.iter().all(|p| (p - 0.25).abs() < 1e-6), "none takes part: {even:?}");
    assert!(probabilities(&[400.0])[0] > 0.999, "large scores stay finite");
}

#[test]
fn other_languages_are_searched_by_their_words() {
    let all = [
        document(
            "zeiten",
            "Öffnungszeiten",
            "Wir haben montags bis freitags von neun bis achtzehn Uhr geöffnet.",
            Some(Lang::De),
        ),
        document(
            "preise",
            "Preise und Zahlung",
            "Eine Stunde kostet vierzig Euro. Sie bezahlen mit Karte oder bar.",
            Some(Lang::De),
        ),
        document(
            "返品",
            "返品について",
            "商品の返品は三十日以内に受け付けています。",
            Some(Lang::Ja),
        ),
        document("配送", "配送料について", "配送料は全国一律で五百円です。", Some(Lang::Ja)),
    ];
    let index = Index::new(&all);
    for (question, lang, id) in [
        ("Wann habt ihr am Montag geöffnet?", Lang::De, "zeiten"),
        ("Kann ich mit Karte bezahlen?", Lang::De, "preise"),
        ("返品したいのですが", Lang::Ja, "返品"),
        ("配送料はいくらですか", Lang::Ja, "配送"),
    ] {
        let known = index.search(question, Some(lang), 2);
        assert_eq!(known.found.first().map(|f| f.id.as_str()), Some(id), "{question}");
    }
}
