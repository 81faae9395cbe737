//! Themes over a workspace: what many conversations are about, where it hurts and where there is
//! demand.
//!
//! A theme is one of the crate's own concepts (`data/classify/concepts.txt`), never a customer's words,
//! so that it may stand in an event.

use crate::classify::concepts;
use crate::classify::{Outcome, Signals, Transcript};
use crate::conversation::Role;
use crate::id::ThemeId;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Reads themes by their names. A name that this version does not know is left out: what was concluded is worth
/// more than one theme.
pub(crate) fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Theme>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    Ok(names.iter().filter_map(|name| Theme::parse(name)).collect())
}

/// What a theme says to the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeKind {
    /// Something goes wrong.
    Friction,
    /// Somebody wants something.
    Opportunity,
}

/// A theme, by the name of its concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Theme(&'static str);

impl Theme {
    /// Its name: a few lower-case words, stable.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// Its id: of one theme the same in all workspaces and versions.
    pub fn id(self) -> ThemeId {
        ThemeId::derive(&[b"theme", self.0.as_bytes()])
    }

    /// The theme of an id; none of one that others have handed in.
    pub fn of(id: &ThemeId) -> Option<Self> {
        static IDS: OnceLock<BTreeMap<ThemeId, Theme>> = OnceLock::new();
        let all = || concepts::names().filter(|name| !is_no_theme(name)).map(Self);
        IDS.get_or_init(|| all().map(|theme| (theme.id(), theme)).collect()).get(id).copied()
    }

    /// The theme of a name.
    pub fn parse(name: &str) -> Option<Self> {
        concepts::names().find(|n| *n == name && !is_no_theme(n)).map(Self)
    }

    /// Whether customers who speak of it want something, rather than suffer from something.
    pub fn kind(self) -> ThemeKind {
        if OPPORTUNITIES.contains(&self.0) { ThemeKind::Opportunity } else { ThemeKind::Friction }
    }
}

/// Concepts of demand.
const OPPORTUNITIES: [&str; 10] = [
    "computer",
    "component",
    "protein powder",
    "multivitamin",
    "upgrade",
    "booking",
    "discount",
    "stock",
    "exchange",
    "warranty",
];

/// Concepts that are no matter by themselves: how one speaks, what went well, or what is asked about in
/// most conversations.
fn is_no_theme(name: &str) -> bool {
    matches!(
        name,
        "thanks"
            | "changed mind"
            | "paused"
            | "delivered"
            | "in transit"
            | "in preparation"
            | "returned"
            | "delivery"
            | "payment"
            | "subscription"
            | "opened package"
            | "unopened package"
            | "partial refund"
            | "restart device"
            | "factory reset"
            | "apn"
            | "network settings"
            | "not resolved"
            | "nothing of the above"
    )
}

/// The themes of a conversation, by the customer's own words, in the order of the file.
pub fn themes(transcript: &Transcript<'_>) -> Vec<Theme> {
    let mut found: Vec<_> = transcript
        .reading()
        .by(&[Role::Customer])
        .flat_map(|(_, turn)| turn.concepts.iter().map(|h| h.label))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().filter_map(concepts::name).filter(|n| !is_no_theme(n)).map(Theme).collect()
}

/// One conversation, as clusters see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it is about.
    pub themes: Vec<Theme>,
    /// What was read from it.
    pub signals: Signals,
}

/// A theme over many conversations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// Which.
    pub theme: Theme,
    /// Friction or opportunity.
    pub kind: ThemeKind,
    /// Conversations about it.
    pub conversations: usize,
    /// Those whose customer shows displeasure.
    pub displeased: usize,
    /// Those that end without a settlement.
    pub unsettled: usize,
    /// Its conversations among all, 0 to 1.
    pub share: f64,
}

/// Clusters conversations by theme: those shared by at least `least` conversations, friction before
/// opportunity, and in each the one with the most displeased or unsettled conversations first.
pub fn cluster<'a>(seen: impl IntoIterator<Item = &'a Seen>, least: usize) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut total = 0usize;
    for conversation in seen {
        total += 1;
        let signals = conversation.signals;
        let unsettled = matches!(signals.outcome, Outcome::Unresolved | Outcome::Handoff);
        for theme in &conversation.themes {
            let known = clusters.iter_mut().find(|c| c.theme == *theme);
            let displeased = usize::from(signals.dissatisfaction);
            match known {
                Some(cluster) => {
                    cluster.conversations += 1;
                    cluster.displeased += displeased;
                    cluster.unsettled += usize::from(unsettled);
                }
                None => clusters.push(Cluster {
                    theme: *theme,
                    kind: theme.kind(),
                    conversations: 1,
                    displeased,
                    unsettled: usize::from(unsettled),
                    share: 0.0,
                }),
            }
        }
    }
    clusters.retain(|c| c.conversations >= least.max(1));
    for cluster in &mut clusters {
        cluster.share = cluster.conversations as f64 / total.max(1) as f64;
    }
    clusters.sort_by_key(|c| {
        let weight = c.displeased.max(c.unsettled);
        let demand = c.kind == ThemeKind::Opportunity;
        (demand, core::cmp::Reverse((weight, c.conversations)), c.theme)
    });
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::Turn;

    fn seen(texts: &[&str]) -> Seen {
        let turns: Vec<Turn> = texts
            .iter()
            .map(|t| Turn { role: Role::Customer, text: (*t).to_owned(), at: None })
            .collect();
        let transcript = Transcript::new(&turns);
        Seen { themes: themes(&transcript), signals: transcript.signals(transcript.tone()) }
    }

    #[test]
    fn languages_share_a_theme() {
        let names = |s: &Seen| s.themes.iter().map(|t| t.name()).collect::<Vec<_>>();
        assert_eq!(names(&seen(&["The lid arrived cracked"])), ["damaged"]);
        assert_eq!(names(&seen(&["Der Deckel ist zerbrochen"])), ["damaged"]);
        assert_eq!(names(&seen(&["thanks, bye"])), Vec::<&str>::new());
    }

    #[test]
    fn friction_comes_first_and_rare_themes_not_at_all() {
        let talks = [
            seen(&["My parcel is late, this is unacceptable"]),
            seen(&["The lamp is broken", "thanks"]),
            seen(&["The mug came cracked", "thanks"]),
            seen(&["my order is late again, I am so annoyed"]),
            seen(&["Do you sell laptops?"]),
            seen(&["I need two laptops for work"]),
            seen(&["The box leaked"]),
        ];
        let found = cluster(&talks, 2);
        let short: Vec<_> =
            found.iter().map(|c| (c.theme.name(), c.kind, c.conversations, c.displeased)).collect();
        use ThemeKind::{Friction, Opportunity};
        assert_eq!(
            short,
            [
                ("delay", Friction, 2, 2),
                ("damaged", Friction, 2, 0),
                ("computer", Opportunity, 2, 0)
            ]
        );
        assert!((found[0].share - 2.0 / 7.0).abs() < 1e-9);
    }

    #[test]
    fn names_are_themes_and_other_words_are_not() {
        assert_eq!(Theme::parse("damaged").map(Theme::name), Some("damaged"));
        assert_eq!(Theme::parse("thanks"), None);
        assert_eq!(
            Theme::parse("damaged").and_then(|theme| Theme::of(&theme.id())).map(Theme::name),
            Some("damaged")
        );
        assert_eq!(Theme::of(&ThemeId::derive(&[b"another's"])), None);
        assert_eq!(Theme::parse("a customer's words"), None);
        for name in OPPORTUNITIES {
            assert!(Theme::parse(name).is_some(), "{name}");
        }
    }
}
