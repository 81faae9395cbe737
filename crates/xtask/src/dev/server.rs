//! The Worker in its real runtime, as a child process that never outlives us.

use super::state;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use ureq::Agent;

/// A cold start takes some 5 s, on a busy machine a minute; a build may have to come first.
const START_LIMIT: Duration = Duration::from_secs(600);
/// wrangler lets workerd finish its writes in this time.
const STOP_LIMIT: Duration = Duration::from_secs(5);
const LOG: &str = ".askwell/dev.log";
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

/// A running `wrangler dev`.
pub struct Server {
    child: Child,
    group: Group,
    port: u16,
    log: PathBuf,
    agent: Agent,
}

impl Server {
    /// Starts it; Ctrl-C, SIGTERM and SIGHUP from now on end it and then this process.
    pub fn start(project: &Project, port: u16) -> Result<Self> {
        let log = project.path(LOG);
        fs::create_dir_all(project.path(state::DIRECTORY))?;
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut wrangler = project.command(project.node_bin("wrangler"));
        wrangler
            .args(["dev", "--ip", "127.0.0.1", "--port", &port.to_string()])
            // Any free one: the default may belong to somebody's debugger.
            .args(["--inspector-port", "0"])
            .args(["--persist-to", state::DIRECTORY, "--show-interactive-dev-session=false"])
            .env("WRANGLER_SEND_METRICS", "false")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            // A group of its own, so that the runtime below wrangler ends with it.
            .process_group(0);
        let child = wrangler.spawn().context("could not start wrangler")?;
        let group = Group::new(child.id())?;
        let ours = group.clone();
        ctrlc::set_handler(move || {
            let serving = ours.serving.load(Ordering::Relaxed);
            ours.stop();
            // While serving Ctrl-C is the ordinary end; before, it interrupts.
            std::process::exit(if serving { 0 } else { 130 });
        })
        .context("cannot listen for Ctrl-C")?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        Ok(Self { child, group, port, log, agent })
    }

    /// Scheme, host and port.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where wrangler and the Worker write to.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Waits for the Worker to answer; when it does not, the end of its log is shown.
    pub fn wait_until_healthy(&mut self) -> Result<()> {
        let client = self.health_check();
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                self.show_log();
                bail!("wrangler ended with {status} before the Worker was ready");
            }
            if client() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        self.show_log();
        bail!("the Worker did not answer within {} s", START_LIMIT.as_secs())
    }

    fn health_check(&self) -> impl Fn() -> bool + use<> {
        let (agent, url) = (self.agent.clone(), format!("{}/health", self.url()));
        move || agent.get(&url).call().is_ok_and(|answer| answer.status().is_success())
    }

    /// Lets the cron trigger fire, as the clock would.
    pub fn fire_cron(&self) -> Result<()> {
        let url = format!("{}/cdn-cgi/handler/scheduled", self.url());
        let mut answer = self.agent.get(&url).call().context("the cron handler does not answer")?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        if !status.is_success() {
            bail!("the cron handler answered {status} {text}");
        }
        Ok(())
    }

    /// Serves until the process is told to stop; returns only when wrangler ends by itself.
    pub fn wait(&mut self) -> Result<()> {
        self.group.serving.store(true, Ordering::Relaxed);
        let status = self.child.wait()?;
        if self.group.stopping.load(Ordering::Relaxed) {
            // The handler is ending this process.
            std::thread::sleep(STOP_LIMIT * 2);
        }
        self.show_log();
        bail!("wrangler ended with {status}")
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

impl Drop for Server {
    fn drop(&mut self) {
        self.group.stop();
        // Reaped so that no zombie stays; it has been killed, so this does not wait.
        let _ = self.child.wait();
    }
}

/// The process group of the child.
#[derive(Clone)]
struct Group {
    leader: Pid,
    serving: Arc<AtomicBool>,
    stopping: Arc<AtomicBool>,
}

impl Group {
    fn new(leader: u32) -> Result<Self> {
        let leader = Pid::from_raw(i32::try_from(leader).context("the process id is too large")?);
        Ok(Self { leader, serving: Arc::default(), stopping: Arc::default() })
    }

    /// Asks all of it to end, and makes what has not ended in time.
    fn stop(&self) {
        if self.stopping.swap(true, Ordering::Relaxed) {
            return;
        }
        let deadline = Instant::now() + STOP_LIMIT;
        // An error says that nobody is left in the group.
        let mut left = killpg(self.leader, Signal::SIGTERM).is_ok();
        while left && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
            left = killpg(self.leader, None).is_ok();
        }
        if left {
            let _ = killpg(self.leader, Signal::SIGKILL);
        }
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
