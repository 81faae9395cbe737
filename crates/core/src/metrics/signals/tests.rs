use super::*;

const LAST: &str = "2026-11-20";

fn days_ago(n: u32) -> Day {
    (0..n).fold(LAST.parse().unwrap(), |day: Day, _| day.previous())
}

fn week() -> Period {
    Period::new(days_ago(6), days_ago(0)).unwrap()
}

fn row(ago: u32, name: Name, detail: Option<&str>, count: u64) -> EventCount {
    let detail = detail.map(str::to_owned);
    EventCount { day: days_ago(ago), name, channel_type: Some(Platform::Line), detail, count }
}

fn reports(rows: Vec<EventCount>) -> Vec<Report> {
    modules(&Counts { since: days_ago(100), rows }, week(), None)
}

type Input = (Name, Option<&'static str>);

/// The table of the source document: a module, and the events that it is made from.
fn inputs() -> [(Module, Vec<Input>); 9] {
    use Module as M;
    use Name as N;
    [
        (M::DissatisfactionDetected, vec![(N::CustomerSignalDetected, Some("dissatisfaction"))]),
        (M::SevereNegativeCount, vec![(N::CustomerSignalSevereNegativeDetected, None)]),
        (M::TopFrictionThemes, vec![(N::CustomerSignalThemeClustered, None)]),
        (M::EscalatedForHumanReview, vec![(N::AiTriageEscalationTriggered, None)]),
        (M::HandlingSplit, vec![(N::AiTriageCompleted, None), (N::AiReplySent, None)]),
        (M::KbGaps, vec![(N::AiReplyKbGapDetected, None)]),
        (
            M::ResolvedRecovered,
            vec![(N::InteractionOutcomeResolved, None), (N::InteractionOutcomeRecovered, None)],
        ),
        (M::ReopenedIssues, vec![(N::InteractionOutcomeReopened, None)]),
        (M::SuccessfulHandoff, vec![(N::InteractionOutcomeHandoffCompleted, None)]),
    ]
}

#[test]
fn a_module_without_its_inputs_names_them_and_shows_nothing() {
    for (report, (module, inputs)) in reports(Vec::new()).iter().zip(inputs()) {
        assert_eq!((report.module, report.state), (module, State::NotEnoughData));
        assert_eq!(report.figures, []);
        let names: Vec<String> = inputs
            .iter()
            .map(|(name, value)| match value {
                None => name.to_string(),
                Some(value) => format!("{name} with signal_type={value}"),
            })
            .collect();
        assert_eq!(report.missing, names);
    }
}

#[test]
fn each_module_is_made_from_exactly_its_inputs() {
    for name in Name::ALL {
        let detail = inputs().iter().flat_map(|(_, i)| i.clone()).find(|i| i.0 == *name);
        let detail = detail.and_then(|(_, detail)| detail);
        let moved: Vec<Module> = reports(vec![row(0, *name, detail, 3)])
            .into_iter()
            .filter(|report| report.state != State::NotEnoughData)
            .map(|report| report.module)
            .collect();
        let expected: Vec<Module> = inputs()
            .iter()
            .filter(|(_, inputs)| inputs.iter().any(|(input, _)| input == name))
            .map(|(module, _)| *module)
            .collect();
        assert_eq!(moved, expected, "{name}");
    }
    let praise = reports(vec![row(0, Name::CustomerSignalDetected, Some("success"), 3)]);
    assert_eq!(praise[0].state, State::NotEnoughData, "praise is no dissatisfaction");
}

#[test]
fn a_count_of_nothing_is_shown_where_its_input_is_known() {
    let report = &reports(vec![row(40, Name::InteractionOutcomeReopened, None, 2)])[7];
    assert_eq!(report.state, State::Ready);
    assert_eq!(report.figures[0].count, Comparison::of(0, 0));
    let half = &reports(vec![row(1, Name::InteractionOutcomeResolved, None, 2)])[6];
    assert_eq!(half.state, State::Partial);
    assert_eq!(half.missing, ["interaction.outcome_recovered"]);
    assert_eq!(half.figures.len(), 1);
    let later = reports(vec![]);
    assert_eq!(later[7].state, State::NotEnoughData);
}

#[test]
fn figures_have_their_share_their_trend_and_the_period_before() {
    let triage = Name::AiTriageCompleted;
    let rows = vec![
        row(0, triage, Some("auto"), 5),
        row(3, triage, Some("auto"), 1),
        row(6, triage, Some("assisted"), 2),
        row(7, triage, Some("auto"), 3),
        row(13, triage, Some("auto"), 1),
        row(14, triage, Some("auto"), 99),
        row(1, Name::AiReplySent, Some("human"), 4),
    ];
    let counts = Counts { since: days_ago(100), rows };
    let report = modules(&counts, week(), None).swap_remove(4);
    assert_eq!(report.state, State::Ready);
    let figure = |key: &str| report.figures.iter().find(|f| f.key == key).unwrap();
    assert_eq!(figure("auto").count, Comparison { now: 6, before: 4, change: Some(0.5) });
    assert_eq!(figure("auto").share, Some(0.75));
    assert_eq!((figure("escalated").count.now, figure("escalated").share), (0, Some(0.0)));
    let trend: Vec<u64> = figure("auto").trend.iter().map(|day| day.count).collect();
    assert_eq!(trend, [0, 0, 0, 1, 0, 0, 5]);
    assert_eq!(figure("replies_human").share, Some(1.0));
    let other = modules(&counts, week(), Some(Platform::Email)).swap_remove(4);
    assert_eq!(other.figures[0].count.now, 0);
}

#[test]
fn themes_are_the_most_frequent_first() {
    let theme = |n: u8| crate::id::ThemeId::derive(&[&[n]]).to_string();
    let name = Name::CustomerSignalThemeClustered;
    let rows = (0..12).map(|n| row(0, name, Some(&theme(n)), 1 + u64::from(n))).collect();
    let report = reports(rows).swap_remove(2);
    assert_eq!((report.figures[0].key.as_str(), report.figures[0].count.now), ("clustered", 78));
    let keys: Vec<&str> = report.figures[1..].iter().map(|f| f.key.as_str()).collect();
    assert_eq!(keys, (2..12).rev().map(theme).collect::<Vec<_>>());
}

#[test]
fn a_rise_is_told_only_where_there_is_something_to_compare_with() {
    let name = Name::CustomerSignalSevereNegativeDetected;
    let rows: Vec<_> = (0..7).map(|ago| row(ago, name, None, 9)).collect();
    let told = |counts: &Counts, module: usize| {
        modules(counts, week(), None)[module].figures[0].rise.is_some()
    };
    let counts = Counts { since: days_ago(34), rows };
    assert!(told(&counts, 1));
    assert!(!told(&Counts { since: days_ago(33), ..counts }, 1), "the workspace is too young");
    let gap = Name::AiReplyKbGapDetected;
    let mut rows: Vec<_> = (0..7).map(|ago| row(ago, gap, None, 9)).collect();
    assert!(!told(&Counts { since: days_ago(99), rows: rows.clone() }, 5), "has just begun");
    rows.push(row(60, gap, None, 1));
    assert!(told(&Counts { since: days_ago(99), rows }, 5));
    assert_eq!(needed(week()), days_ago(34));
}

#[test]
fn modules_are_written_alike_everywhere() {
    for report in reports(Vec::new()) {
        assert_eq!(serde_json::to_value(report.module).unwrap(), report.module.as_str());
    }
}
