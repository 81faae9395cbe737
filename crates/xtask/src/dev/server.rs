//! The Worker in its real runtime, as child processes that end with us, and that are started again when they
//! die: wrangler does not notice that its workerd is gone. Where we are killed and cannot end them, they hold
//! the store's lock, and the next run ends them (`lock.rs`).

use super::group::{Group, STOP_LIMIT};
use super::lock::Lock;
use crate::build::PREBUILT;
use crate::project::Project;
use crate::replay::say;
use anyhow::{Context, Result, anyhow, bail};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use ureq::Agent;

/// A cold start takes some 5 s, on a busy machine a minute; a build may have to come first.
const START_LIMIT: Duration = Duration::from_secs(600);
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// A health check does no work; a busy machine has been seen to need some seconds for one.
const CHECK_LIMIT: Duration = Duration::from_secs(10);
/// So many checks in a row fail before the runtime counts as dead.
const CHECKS: u32 = 3;
/// What dies again so soon after a start is not helped by another one.
const TOO_SOON: Duration = Duration::from_secs(20);
/// So many early deaths in a row, and it is left alone.
const QUICK_DEATHS: u32 = 3;
const LOG_LINES_SHOWN: usize = 30;

/// Fails with advice when somebody else listens there.
pub fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == ErrorKind::AddrInUse => bail!(
            "port {port} is taken, perhaps by another `cargo xtask dev`: stop that one, or choose \
             another port with --port"
        ),
        Err(e) => Err(e).with_context(|| format!("cannot listen on port {port}")),
    }
}

/// A running `wrangler dev` and the thread that looks after it.
pub struct Server {
    group: Group,
    address: Address,
    log: PathBuf,
    /// Ends with the reason why the Worker can no longer be served.
    keeper: Option<JoinHandle<anyhow::Error>>,
}

impl Server {
    /// Starts it and waits for the Worker to answer; when it does not, the end of the log is shown.
    /// Ctrl-C, SIGTERM and SIGHUP from now on end it and then this process.
    pub fn start(
        project: &Project,
        port: u16,
        store: &Path,
        log: &Path,
        lock: Lock,
    ) -> Result<Self> {
        lock.hand_on()?;
        let group = Group::default();
        let ours = group.clone();
        ctrlc::set_handler(move || {
            let serving = ours.is_serving();
            ours.stop();
            // While serving Ctrl-C is the ordinary end; before, it interrupts.
            std::process::exit(if serving { 0 } else { 130 });
        })
        .context("cannot listen for Ctrl-C")?;
        File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let launch = Launch {
            command: wrangler(project, port, store),
            group: group.clone(),
            address: Address::new(port),
            log: log.to_owned(),
            lock,
        };
        Self::keep(launch)
    }

    fn keep(mut launch: Launch) -> Result<Self> {
        let (group, address, log) =
            (launch.group.clone(), launch.address.clone(), launch.log.clone());
        let started = launch.start();
        // From here on dropping it ends what was started.
        let mut server = Self { group, address, log, keeper: None };
        let child = started?;
        server.keeper = Some(std::thread::spawn(move || launch.look_after(child)));
        Ok(server)
    }

    /// Scheme, host and port.
    pub fn url(&self) -> String {
        self.address.url()
    }

    /// Where wrangler and the Worker write to.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Lets the cron trigger fire, as the clock would.
    pub fn fire_cron(&self) -> Result<()> {
        let url = format!("{}/cdn-cgi/handler/scheduled", self.url());
        let mut answer =
            self.address.agent.get(&url).call().context("the cron handler does not answer")?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        if !status.is_success() {
            bail!("the cron handler answered {status} {text}");
        }
        Ok(())
    }

    /// Serves until the process is told to stop; returns only when the Worker cannot be served.
    pub fn wait(mut self) -> Result<()> {
        self.group.serve();
        let ended = self.keeper.take().map(JoinHandle::join);
        if self.group.is_stopping() {
            // The handler is ending this process.
            std::thread::sleep(STOP_LIMIT * 2);
        }
        match ended {
            Some(Ok(why)) => Err(why),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.group.stop();
        if let Some(keeper) = self.keeper.take() {
            // Its reason is that we stop.
            let _ = keeper.join();
        }
    }
}

fn wrangler(project: &Project, port: u16, store: &Path) -> Command {
    let mut wrangler = project.command(project.node_bin("wrangler"));
    wrangler
        .args(["dev", "--ip", "127.0.0.1", "--port", &port.to_string()])
        // Any free one: the default may belong to somebody's debugger.
        .args(["--inspector-port", "0", "--show-interactive-dev-session=false", "--persist-to"])
        .arg(store)
        .env("WRANGLER_SEND_METRICS", "false")
        // It would keep a trace of every call, messages included, which costs the runtime more than the calls do.
        .env("X_LOCAL_OBSERVABILITY", "false")
        // It is built, and a restart is to serve what was served before.
        .env(PREBUILT, "1")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        // A group of its own, so that the runtime below wrangler ends with it.
        .process_group(0);
    wrangler
}

#[derive(Clone)]
struct Address {
    port: u16,
    agent: Agent,
}

impl Address {
    fn new(port: u16) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        Self { port, agent }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Why the Worker is not well, if it is not.
    fn check(&self) -> Result<()> {
        let health = self.agent.get(format!("{}/health", self.url()));
        let answer = health.config().timeout_global(Some(CHECK_LIMIT)).build().call()?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(anyhow!("it answers {status}")) }
    }
}

/// How to start it, as often as is needed.
struct Launch {
    command: Command,
    group: Group,
    address: Address,
    log: PathBuf,
    lock: Lock,
}

impl Launch {
    fn start(&mut self) -> Result<Child> {
        let log = File::options().append(true).open(&self.log);
        let log = log.with_context(|| format!("cannot write {}", self.log.display()))?;
        self.command.stdout(log.try_clone()?).stderr(log);
        let mut child = self.command.spawn().context("could not start wrangler")?;
        let leader = Pid::from_raw(i32::try_from(child.id())?);
        self.group.lead(leader);
        let started = self.lock.note(leader).and_then(|()| self.wait_until_healthy(&mut child));
        if started.is_err() {
            self.group.end();
            // Reaped so that no zombie stays; it has been killed, so this does not wait.
            let _ = child.wait();
            self.show_log();
        }
        started.map(|()| child)
    }

    fn wait_until_healthy(&self, child: &mut Child) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if self.group.is_stopping() {
                bail!("it was told to stop");
            }
            if let Some(status) = child.try_wait()? {
                bail!("wrangler ended with {status} before the Worker was ready");
            }
            if self.address.check().is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("the Worker did not answer within {} s", START_LIMIT.as_secs())
    }

    /// Starts it again each time that it has died; gives why that is of no use any more.
    fn look_after(mut self, mut child: Child) -> anyhow::Error {
        let mut quick_deaths = 0;
        loop {
            let started = Instant::now();
            let why = self.until_dead(&mut child);
            self.group.end();
            let _ = child.wait();
            if self.group.is_stopping() {
                return why;
            }
            // Somebody may kill it twice; one that cannot live dies each time.
            quick_deaths = if started.elapsed() < TOO_SOON { quick_deaths + 1 } else { 0 };
            if quick_deaths == QUICK_DEATHS {
                self.show_log();
                return why.context("the runtime keeps dying as soon as it is started");
            }
            say(&format!("dev: the runtime died ({why:#}); starting it again on the same store"));
            let restarted = Instant::now();
            child = match self.start() {
                Ok(child) => child,
                Err(why) => return why.context("the runtime could not be started again"),
            };
            let took = restarted.elapsed().as_secs_f64();
            say(&format!("dev: the runtime is back after {took:.0} s, with all that was stored"));
        }
    }

    fn until_dead(&self, child: &mut Child) -> anyhow::Error {
        let mut failed = 0;
        loop {
            std::thread::sleep(CHECK_EVERY);
            match child.try_wait() {
                Ok(Some(status)) => return anyhow!("wrangler ended with {status}"),
                Ok(None) => {}
                Err(error) => return error.into(),
            }
            if self.group.is_stopping() {
                return anyhow!("it was told to stop");
            }
            match self.address.check() {
                Ok(()) => failed = 0,
                Err(why) if failed + 1 == CHECKS => return why,
                Err(_) => failed += 1,
            }
        }
    }

    fn show_log(&self) {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let tail = &lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..];
        let mut out = std::io::stderr().lock();
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(out, "--- {}\n{}\n---", self.log.display(), tail.join("\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_with_advice() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = check_port(port).unwrap_err().to_string();
        assert!(error.contains("is taken") && error.contains("--port"), "{error}");
        drop(taken);
        assert!(check_port(port).is_ok());
    }
}
