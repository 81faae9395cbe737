//! What pages are put together from.

use crate::ledger::views::AllTags;
use askwell::conversation::{Platform, Sentiment, Status};
use askwell::detect::Kind;
use askwell::text::Lang;
use askwell::time::UnixMillis;
use maud::{Markup, html};

/// An instant, to the minute, in UTC.
pub fn time(at: UnixMillis) -> Markup {
    let text = at.rfc3339();
    let shown = text.get(..16).unwrap_or(&text).replace('T', " ");
    html! { time datetime=(text) title=(format!("{shown} UTC")) { (shown) } }
}

/// The day of an instant, in UTC; the minute shows where it is pointed at.
pub fn day(at: UnixMillis) -> Markup {
    let text = at.rfc3339();
    let minute = text.get(..16).unwrap_or(&text).replace('T', " ");
    html! { time datetime=(text) title=(format!("{minute} UTC")) { (text.get(..10).unwrap_or(&text)) } }
}

/// A length of time, in its two largest units.
pub fn duration(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, m) => format!("{m} min {} s", seconds % 60),
        (0, h, m) => format!("{h} h {m} min"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

/// A number with thin groups: 1 234 567.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes, to a tenth of what it is counted in (SI: 1 GB is 10⁹ bytes).
pub fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    // As it is shown, 999.96 kB is 1.0 MB.
    let reaches = |unit: u64| bytes.saturating_add(unit / 20_000) >= unit;
    let of = |unit: u64| bytes.saturating_add(unit / 20) / (unit / 10);
    match units.into_iter().find(|(unit, _)| reaches(*unit)) {
        Some((unit, name)) => format!("{}.{}\u{202f}{name}", number(of(unit) / 10), of(unit) % 10),
        None => format!("{bytes}\u{202f}B"),
    }
}

/// A share as a percentage; a dash where there is nothing to take a share of.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    format!("{:.1} %", part as f64 * 100.0 / whole as f64)
}

/// What a count is of: `1 customer`, `2 customers`.
pub fn count(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", number(n)) }
}

/// Where somebody writes from, as people say it.
pub const fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::WebWidget => "Web widget",
        Platform::Line => "LINE",
        Platform::Facebook => "Facebook",
        Platform::Email => "E-mail",
        Platform::Phone => "Phone",
        Platform::Api => "API",
    }
}

/// Where somebody writes from, with a picture of it for the eye.
pub fn platform_badge(of: Platform) -> Markup {
    // Drawn for this page, on 16 by 16: no platform's own mark.
    let paths = match of {
        Platform::WebWidget => "M2 3h12v8H8l-3 3v-3H2z",
        Platform::Line => "M8 2c3.6 0 6 2 6 4.6 0 3-3 5-6 7v-2.4c-3.6 0-6-2-6-4.6S4.4 2 8 2z",
        Platform::Facebook => "M10.5 2.5H9.300C7.900 2.5 7 3.4 7 4.800V14M4.700 7.5h5.300",
        Platform::Email => "M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5",
        Platform::Phone => {
            "M3 2h3l1 3.5-1.700 1.300a9 9 0 0 0 3.900 3.900L10.5 9l3.5 1v3l-1 1C7 14 2 9 2 3z"
        }
        Platform::Api => "M5.5 4l-4 4 4 4M10.5 4l4 4-4 4",
    };
    html! {
        span.badge.platform {
            svg viewBox="0 0 16 16" aria-hidden="true" { path d=(paths) {} }
            (platform(of))
        }
    }
}

/// A language, as people say it.
pub const fn language(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "English",
        Lang::Es => "Spanish",
        Lang::Fr => "French",
        Lang::De => "German",
        Lang::Pt => "Portuguese",
        Lang::It => "Italian",
        Lang::Nl => "Dutch",
        Lang::Pl => "Polish",
        Lang::Ja => "Japanese",
        Lang::Zh => "Chinese",
        Lang::Th => "Thai",
        Lang::Tr => "Turkish",
        Lang::Hi => "Hindi",
        Lang::Ar => "Arabic",
        Lang::Sv => "Swedish",
    }
}

/// What is known of a person, as people say it.
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Name => "Name",
        Kind::Email => "E-mail",
        Kind::Phone => "Phone",
    }
}

/// A status as a badge.
pub fn status(status: Status) -> Markup {
    let text = status.as_str();
    html! {
        span.badge.good[matches!(status, Status::Completed)].bad[matches!(status, Status::Failed)] { (text) }
    }
}

/// A tone as a badge.
pub fn sentiment(sentiment: Option<Sentiment>) -> Markup {
    let Some(sentiment) = sentiment else { return html! { span.muted { "not yet" } } };
    let bad = matches!(sentiment, Sentiment::Negative | Sentiment::OverlyNegative);
    let good = matches!(sentiment, Sentiment::Positive | Sentiment::OverlyPositive);
    html! { span.badge.good[good].bad[bad] { (sentiment.as_str()) } }
}

/// An e-mail address, which where it is too long for its place goes on in the next line after the `@`.
pub fn address(email: &str) -> Markup {
    let cut = email.rfind('@').map_or(0, |at| at + 1);
    let (local, domain) = email.split_at(cut);
    html! { (local) wbr; (domain) }
}

/// Says that a list is empty, why, and what to do.
pub fn empty(title: &str, why: Markup) -> Markup {
    html! { div.empty { h2 { (title) } p { (why) } } }
}

/// A table that scrolls by itself where it is wider than the page, with the keyboard too.
pub fn table(label: &str, body: Markup) -> Markup {
    html! { div.wide role="region" tabindex="0" aria-label=(label) { table { (body) } } }
}

/// A hidden field.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// A choice, with a first entry that stands for none.
pub fn select(
    label: &str,
    name: &str,
    none: &str,
    options: &[(String, String)],
    chosen: &str,
) -> Markup {
    html! {
        label {
            (label)
            select name=(name) {
                option value="" { (none) }
                @for (value, shown) in options {
                    option value=(value) selected[value == chosen] { (shown) }
                }
            }
        }
    }
}

/// A choice of tags: of all that there are, or where these are too many for a list, by their name.
pub fn tags(all: &AllTags, chosen: &str) -> Markup {
    if all.more {
        return html! {
            label {
                "Tag"
                input name="tag" value=(chosen) list="known-tags" maxlength="60" autocomplete="off" placeholder="Its whole name";
                datalist #known-tags { @for tag in &all.first { option value=(tag) {} } }
            }
        };
    }
    let unlisted =
        Some(chosen).filter(|tag| !tag.is_empty() && !all.first.iter().any(|known| known == tag));
    let names = all.first.iter().map(String::as_str).chain(unlisted);
    let options: Vec<_> = names.map(|tag| (tag.to_owned(), tag.to_owned())).collect();
    select("Tag", "tag", "Any", &options, chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_people() {
        assert_eq!(number(0), "0");
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(1, "customer"), "1 customer");
        assert_eq!(count(1_000, "customer"), "1\u{202f}000 customers");
        for (bytes, text) in [
            (0, "0\u{202f}B"),
            (999, "999\u{202f}B"),
            (1_000, "1.0\u{202f}kB"),
            (999_949, "999.9\u{202f}kB"),
            (999_960, "1.0\u{202f}MB"),
            (3_600_000_000, "3.6\u{202f}GB"),
            (10_000_000_000, "10.0\u{202f}GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(0, 0), "–");
        assert_eq!(duration(59_999), "59 s");
        assert_eq!(duration(61_000), "1 min 1 s");
        assert_eq!(duration(2 * 3_600_000 + 60_000), "2 h 1 min");
        assert_eq!(duration(50 * 3_600_000), "2 d 2 h");
        assert_eq!(address("ana@fern.example").into_string(), "ana@<wbr>fern.example");
        assert_eq!(address("<ana>").into_string(), "<wbr>&lt;ana&gt;");
        let day = day(UnixMillis(1_780_272_000_000)).into_string();
        assert!(day.contains("00:00 UTC") && day.contains(">2026-06-01<"), "{day}");
        let time = time(UnixMillis(1_780_272_000_000)).into_string();
        assert!(time.contains(">2026-06-01 00:00<"), "{time}");
    }
}
