//! `cargo xtask dev`: everything built and running on this machine, with something to look at.

mod collection;
mod group;
mod live;
mod lock;
mod mail;
mod receiver;
mod server;
mod state;
mod team;
mod views;
mod workspace;

use crate::build;
use crate::project::Project;
use crate::replay::{self, Client, Target};
use anyhow::{Context, Result};
use askwell::api::{ArticleFile, ArticleImport, ExportDay, Overview, Page};
use askwell::time::{Day, UnixMillis};
use mail::Mail;
use receiver::Receiver;
use serde::de::DeserializeOwned;
use server::Server;
use state::{Sample, State, Store};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The conversations that an empty store is filled with: recorded ones, and chats held now.
const SAMPLE: &str = "tests/data/conversations.jsonl";
const LIVE: &str = "tests/data/live.jsonl";
/// Chats that are held once there are articles: answered, not answered, and one that waits for a person.
const LATER: &str = "tests/data/live-later.jsonl";
/// The chat of somebody who wants everything about them removed, which is done.
const FORGOTTEN: &str = "tests/data/live-forgotten.jsonl";
/// What the team does about the sample.
const TEAM: &str = "tests/data/team.jsonl";
/// What the demo chat answers from.
const ARTICLES: &str = "tests/data/knowledge/shop.md";
/// The page of the widget's package that has the widget on it.
const DEMO_PAGE: &str = "demo/";
/// The page that fills in the key behind the `#`, which browsers send nowhere.
const DASHBOARD: &str = "app/sign-in";

/// What the team may say, and do, in a shell: each time a message of its own.
const REPLY: &str = r#"{"id":"reply-'$(date +%s)'","text":"Hello! How can I help?"}"#;
const CLOSE: &str = r#"{"action":"close"}"#;

/// How to run it.
#[derive(clap::Args)]
pub struct Args {
    /// Do not fill an empty store with the sample conversations.
    #[arg(long)]
    empty: bool,
    /// Stop after the table instead of serving.
    #[arg(long)]
    once: bool,
    /// Where to listen, on the loopback address only.
    #[arg(long, default_value_t = 8787, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// The directory that everything stored is in; by default `.askwell/state` of the checkout.
    #[arg(long)]
    store: Option<PathBuf>,
}

/// Where a Worker of the checkout was last served, from whichever store, and the secret key of its workspace.
pub fn last_target(project: &Project) -> Result<Option<Target>> {
    let state = Store::last(project)?.read()?;
    Ok(state.map(|state| Target { url: state.url, secret_key: state.keys.secret_key }))
}

/// Runs it until Ctrl-C, or until the table is printed.
pub fn run(project: &Project, args: &Args) -> Result<ExitCode> {
    let store = Store::at(project, args.store.as_deref())?;
    let lock = store.lock()?;
    server::check_port(args.port)?;
    build::run(project, None)?;
    let secrets = state::secrets(project)?;
    let receiver = Receiver::start(&store.events(), &secrets.webhook_secret)?;
    replay::say("dev: starting the Worker in its real runtime …");
    let server = Server::start(project, args.port, store.directory(), &store.log(), lock)?;
    let (mut state, team) = workspace::ensure(
        &store,
        &server.url(),
        args.port,
        &secrets.admin_key,
        &receiver,
        &secrets.webhook_secret,
    )?;
    let mail = Mail::start(&store.mails(), &state)?;
    mail.adopt(&team)?;
    if !args.once {
        store.note(project)?;
    }
    let is_empty =
        team.overview().map_err(|failure| failure.explain(team.url()))?.conversations == 0;
    let mut whole = true;
    if wants_sample(args.empty, state.sample, is_empty) {
        state.sample = Some(Sample::Begun);
        state.last_day.get_or_insert_with(|| today().previous());
        store.write(&state)?;
        whole = play_sample(project, &server, &state, &team, &mail, args.port)?;
        if whole {
            state.sample = Some(Sample::Played);
            store.write(&state)?;
        }
    } else if !is_empty {
        let overview = team.overview().map_err(|failure| failure.explain(team.url()))?;
        println!("The store holds conversations already: the sample is not played.");
        replay::print_workspace(&overview);
    }
    print_received(&receiver);
    let code = if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if args.once {
        return Ok(code);
    }
    print_where_to_click(&server, &state, &receiver, &mail);
    server.wait()?;
    Ok(code)
}

/// What a file of JSON lines holds.
fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let read = text.lines().map(serde_json::from_str).collect::<serde_json::Result<_>>();
    read.with_context(|| file.display().to_string())
}

/// The UTC day.
fn today() -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis::from_secs(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)).clamped().day()
}

/// A sample that was begun is played to its end, unless none is wanted.
fn wants_sample(unwanted: bool, sample: Option<Sample>, is_empty: bool) -> bool {
    !unwanted && (is_empty || sample == Some(Sample::Begun))
}

/// Holds the live chats, plays the recorded ones and seals the days that are over; whether all of it
/// is there.
fn play_sample(
    project: &Project,
    server: &Server,
    state: &State,
    team: &Client,
    mail: &Mail,
    port: u16,
) -> Result<bool> {
    println!("The sample is not there yet: holding the chats of {LIVE} and playing {SAMPLE}.");
    let [origin, _] = workspace::origins(port);
    team::prepare(team)?;
    mail.connect(team)?;
    let mut chats = live::hold_all(team, state, &origin, &project.path(LIVE))?;
    let target = Target { url: server.url(), secret_key: state.keys.secret_key.clone() };
    let whole = replay::play_file(
        &target,
        &project.path(SAMPLE),
        None,
        state.last_day,
        replay::DEFAULT_CONCURRENCY,
        Duration::from_secs(replay::DEFAULT_PATIENCE_S),
    )?;
    // After the others, which are held as if nobody answered.
    let articles = import_articles(project, team)?;
    chats.extend(live::hold_all(team, state, &origin, &project.path(LATER))?);
    live::print(&chats);
    team::work(team, &project.path(TEAM))?;
    team::forget(team, state, &origin, &project.path(FORGOTTEN))?;
    collection::work(team)?;
    views::save(team, state)?;
    await_delivery(team)?;
    println!("\nArticles that the demo chat answers from: {articles}");
    println!("\nDays sealed for export: {}", seal(server, team)?);
    Ok(whole)
}

/// Waits until the webhook has the events of what was done last.
fn await_delivery(team: &Client) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(replay::DEFAULT_PATIENCE_S);
    loop {
        let overview: Overview = team
            .get("/v1/overview")
            .map_err(|failure| failure.explain(team.url()))
            .context("the overview cannot be read")?;
        if overview.events_undelivered == 0 || Instant::now() > deadline {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}

/// Publishes the articles of the sample; gives how many there are.
fn import_articles(project: &Project, team: &Client) -> Result<usize> {
    let path = project.path(ARTICLES);
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let file = ArticleFile { name: "shop.md".to_owned(), text, format: None };
    let import = ArticleImport { files: vec![file], sitemap: None, publish: true };
    let done = team.import(&import).map_err(|failure| failure.explain(team.url()))?;
    Ok(done.created.len() + done.updated.len() + done.unchanged.len())
}

/// Lets the cron trigger fire, which seals the days that are over; gives how many are sealed.
fn seal(server: &Server, team: &Client) -> Result<usize> {
    server.fire_cron()?;
    let days: Page<ExportDay> = team
        .get("/v1/exports")
        .map_err(|failure| failure.explain(team.url()))
        .context("the exports cannot be listed")?;
    Ok(days.items.iter().filter(|day| day.sealed_at.is_some()).count())
}

fn print_received(receiver: &Receiver) {
    let counts = receiver.counts();
    let rows = [
        ("events received", counts.events),
        ("  repeated", counts.repeats),
        ("requests refused", counts.refused),
    ];
    replay::section(
        "Webhook receiver, signatures checked",
        &rows.map(|(what, n)| (what.to_owned(), n.to_string())),
    );
}

fn print_where_to_click(server: &Server, state: &State, receiver: &Receiver, mail: &Mail) {
    let local = server.url().replace("127.0.0.1", "localhost");
    let keys = &state.keys;
    let curl =
        |path: &str| format!("curl -H 'Authorization: Bearer {}' {local}{path}", keys.secret_key);
    let post = |what: &str, body: &str| {
        format!(
            "{} \\\n    -H 'Content-Type: application/json' -d '{body}'",
            curl(&format!("/v1/conversations/ID/{what}"))
        )
    };
    println!(
        "\nThe demo page, with the widget on it\n  {local}/{DEMO_PAGE}?key={}\n\n\
         The dashboard: this link fills in the key, “Sign in” does the rest\n  {local}/{DASHBOARD}#{}\n\n\
         What the workspace knows\n  {}\n  {}\n  {}\n  {}\n  {}\n\n\
         To answer as the team, with the ID of a conversation\n  {}\n  {}\n\n\
         The events that the webhook received\n  {}\n\n\
         The mails that were handed in\n  {}\n\n\
         More conversations\n  cargo xtask replay FILE\n\n\
         The log is in {}. Ctrl-C stops it; what was stored stays.",
        keys.site_key,
        keys.secret_key,
        curl("/v1/overview"),
        curl("/v1/customers"),
        curl("/v1/conversations"),
        curl("/v1/events"),
        curl("/v1/exports"),
        post("messages", REPLY),
        post("actions", CLOSE),
        receiver.file().display(),
        mail.file().display(),
        server.log().display(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::api::{NewAction, NewMessage};

    #[test]
    fn the_sample_goes_on_unless_none_is_wanted() {
        assert!(wants_sample(false, None, true));
        assert!(wants_sample(false, Some(Sample::Begun), false));
        assert!(!wants_sample(false, Some(Sample::Played), false));
        for sample in [None, Some(Sample::Begun), Some(Sample::Played)] {
            assert!(!wants_sample(true, sample, true));
            assert!(!wants_sample(true, sample, false));
        }
    }

    #[test]
    fn what_is_printed_to_be_posted_is_what_the_api_takes() {
        let reply: NewMessage = serde_json::from_str(&REPLY.replace("'$(date +%s)'", "1")).unwrap();
        assert_eq!(reply.id, "reply-1");
        serde_json::from_str::<NewAction>(CLOSE).unwrap();
    }
}
