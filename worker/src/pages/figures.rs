//! What the pages with figures have in common: a figure beside the one before, a chart and its table.

use super::parts::{self, number};
use askwell::metrics::period::Comparison;
use askwell::time::Day;
use maud::{Markup, html};
use serde::Serialize;

/// A difference as people say it.
pub fn change(compared: &Comparison) -> String {
    match compared.change {
        _ if compared.now == compared.before => "no change".to_owned(),
        Some(share) => format!("{:+.0} %", share * 100.0),
        None => "new".to_owned(),
    }
}

/// A figure with its name, beside that of the period before.
pub fn card(name: &str, compared: &Comparison) -> Markup {
    html! {
        section {
            p.small-text.flat { (name) }
            div.figure { (number(compared.now)) }
            span.muted.small-text { (change(compared)) " (before: " (number(compared.before)) ")" }
        }
    }
}

/// What a chart is drawn from.
#[derive(Debug, Serialize)]
pub struct Chart {
    /// The first day of each step.
    pub days: Vec<Day>,
    /// The lines.
    pub series: Vec<Line>,
}

/// A line of a chart.
#[derive(Debug, Serialize)]
pub struct Line {
    /// In the legend.
    pub name: String,
    /// One a step.
    pub counts: Vec<u64>,
}

/// A chart, and the table with the same figures.
pub fn chart(label: &str, chart: &Chart) -> Markup {
    let data = serde_json::to_string(chart).unwrap_or_default();
    let rows = html! {
        thead { tr { th scope="col" { "From" } @for line in &chart.series { th.num scope="col" { (line.name) } } } }
        tbody {
            @for (place, day) in chart.days.iter().enumerate() {
                tr { th scope="row" { (day) } @for line in &chart.series { td.num { (line.counts.get(place).copied().unwrap_or(0)) } } }
            }
        }
    };
    html! {
        div.chart role="img" aria-label={ (label) ": the table below has the same figures" } data-chart=(data) {}
        details { summary { "As a table" } (parts::table(label, rows)) }
    }
}

/// Bars in groups, each with its name and its count beside it: they are told apart without colour.
#[derive(Debug, Clone)]
pub struct Group {
    /// Above the bars.
    pub name: String,
    /// What each bar is of, and how much.
    pub bars: Vec<(String, u64)>,
}

/// Groups of bars, all to one scale. The same figures stand in the table that follows.
pub fn bars(label: &str, groups: &[Group]) -> Markup {
    let counts = groups.iter().flat_map(|group| group.bars.iter().map(|(_, count)| *count));
    let most = counts.max().unwrap_or(0).max(1);
    html! {
        div.bars role="img" aria-label={ (label) ": the table below has the same figures" } {
            @for group in groups {
                div.group {
                    strong.wrap { (group.name) }
                    @for (name, count) in &group.bars {
                        div.line { span.wrap { (name) } progress.bar value=(count) max=(most) {} span.num { (number(*count)) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_said_for_people() {
        for (now, before, said) in
            [(3, 2, "+50 %"), (1, 2, "-50 %"), (2, 0, "new"), (0, 0, "no change")]
        {
            assert_eq!(change(&Comparison::of(now, before)), said);
        }
    }

    #[test]
    fn bars_of_all_groups_have_one_scale() {
        let group = |name: &str, count| Group {
            name: name.to_owned(),
            bars: vec![("LINE".to_owned(), count), ("<b>".to_owned(), 0)],
        };
        let text = bars("By channel", &[group("a", 4), group("b", 1)]).into_string();
        assert_eq!(text.matches("max=\"4\"").count(), 4, "{text}");
        assert!(text.contains("&lt;b&gt;") && !text.contains("<b>"));
        assert!(bars("", &[group("a", 0)]).into_string().contains("max=\"1\""), "nothing at all");
    }
}
