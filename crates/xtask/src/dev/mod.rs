//! `cargo xtask dev`: everything built and running on this machine, with something to look at.

mod server;
mod state;

pub use state::State;

use crate::build;
use crate::project::Project;
use crate::replay::{self, Client, Failure, Target};
use anyhow::{Context, Result, anyhow, bail};
use askwell::api::{ExportDay, NewWorkspace, Page, WorkspaceCreated};
use askwell::id::WorkspaceId;
use server::Server;
use std::process::ExitCode;
use std::time::Duration;

/// The conversations that an empty store is filled with.
const SAMPLE: &str = "tests/data/conversations.jsonl";
const WORKSPACE: &str = "demo";
/// The page of the widget's package that has the widget on it.
const DEMO_PAGE: &str = "demo/";

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
}

/// Runs it until Ctrl-C, or until the table is printed.
pub fn run(project: &Project, args: &Args) -> Result<ExitCode> {
    let _alone = state::lock(project)?;
    server::check_port(args.port)?;
    build::run(project, None)?;
    let secrets = state::secrets(project)?;
    let mut server = Server::start(project, args.port)?;
    server.wait_until_healthy()?;

    let state = workspace(project, &server, args.port, &secrets.admin_key)?;
    let target = Target { url: server.url(), secret_key: state.workspace.secret_key.clone() };
    let client = Client::new(&target, 1);
    let overview = client.overview().map_err(|failure| failure.explain(&target.url))?;
    let mut whole = true;
    if overview.conversations == 0 && !args.empty {
        println!("The store is empty: playing {SAMPLE} through the Worker.");
        whole = replay::play_file(
            &target,
            &project.path(SAMPLE),
            None,
            replay::DEFAULT_CONCURRENCY,
            Duration::from_secs(replay::DEFAULT_PATIENCE_S),
        )?;
        let sealed = seal(&server, &client)?;
        println!("\nDays sealed for export: {sealed}");
    }
    let code = if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if args.once {
        return Ok(code);
    }
    print_where_to_click(&server, &state);
    server.wait()?;
    Ok(code)
}

/// The demo workspace: the one remembered beside the store, or a new one.
fn workspace(project: &Project, server: &Server, port: u16, admin_key: &str) -> Result<State> {
    if let Some(mut state) = State::read(project)? {
        let target = Target { url: server.url(), secret_key: state.workspace.secret_key.clone() };
        match Client::new(&target, 1).overview() {
            Ok(_) => {
                if !state.origins.contains(&origins(port)[0]) {
                    eprintln!(
                        "note: the demo workspace was made for {}; its widget is refused on \
                         another port. Use that port, or remove {} to start anew",
                        state.origins.join(" and "),
                        project.path(state::DIRECTORY).display()
                    );
                }
                state.url = server.url();
                state.write(project)?;
                return Ok(state);
            }
            // The store was removed and the keys were left: they open nothing any more.
            Err(Failure::Refused(401, _)) => {}
            Err(other) => return Err(other.explain(&server.url())),
        }
    }
    let operator = Target { url: server.url(), secret_key: admin_key.to_owned() };
    let id: WorkspaceId = WORKSPACE.parse().map_err(|e| anyhow!("{e}"))?;
    let new = NewWorkspace {
        id,
        name: "Demo".to_owned(),
        origins: origins(port).to_vec(),
        webhook: None,
    };
    let made: WorkspaceCreated = match Client::new(&operator, 1).make_workspace(&new) {
        Ok(made) => made,
        Err(Failure::Refused(409, _)) => bail!(
            "the store holds a workspace `{WORKSPACE}` whose keys are lost: remove {} to start anew",
            project.path(state::DIRECTORY).display()
        ),
        Err(other) => return Err(other.explain(&server.url())),
    };
    let state = State { url: server.url(), origins: new.origins, workspace: made };
    state.write(project)?;
    Ok(state)
}

fn origins(port: u16) -> [String; 2] {
    [format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")]
}

/// Lets the cron trigger fire, which seals the days that are over; gives how many are sealed.
fn seal(server: &Server, client: &Client) -> Result<usize> {
    server.fire_cron()?;
    let days: Page<ExportDay> = client
        .get("/v1/exports")
        .map_err(|failure| failure.explain(client.url()))
        .context("the exports cannot be listed")?;
    Ok(days.items.iter().filter(|day| day.sealed_at.is_some()).count())
}

fn print_where_to_click(server: &Server, state: &State) {
    let local = server.url().replace("127.0.0.1", "localhost");
    let keys = &state.workspace;
    let curl =
        |path: &str| format!("curl -H 'Authorization: Bearer {}' {local}{path}", keys.secret_key);
    println!(
        "\nThe demo page, with the widget on it\n  {local}/{DEMO_PAGE}?key={}\n\n\
         What the workspace knows\n  {}\n  {}\n  {}\n  {}\n  {}\n\n\
         More conversations\n  cargo xtask replay FILE\n\n\
         The log is in {}. Ctrl-C stops it; what was stored stays.",
        keys.site_key,
        curl("/v1/overview"),
        curl("/v1/customers"),
        curl("/v1/conversations"),
        curl("/v1/events"),
        curl("/v1/exports"),
        server.log().display(),
    );
}
