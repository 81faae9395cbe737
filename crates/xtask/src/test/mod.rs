//! All tests of the repository, run by the runner that fits each, and counted together.

mod count;

use crate::build::{self, PREBUILT};
use crate::command;
use crate::project::Project;
use crate::setup::{self, chromium, firefox};
use anyhow::{Context, Result, bail};
use count::Count;
use std::fs;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread::available_parallelism;

/// What can be run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Suite {
    /// Rust's own tests of everything that runs natively, examples in the docs included.
    Native,
    /// The widget's package and the shared cases against the wasm module, in Node.js.
    Wasm,
    /// The shared cases and the API against the Worker in its real runtime.
    Worker,
    /// The whole story in Chromium, and the package in the hands of those who install it.
    Browser,
    /// The metrics of day files against DuckDB (fetched with pip). Only when it is named.
    Export,
    /// The Worker against a small language model behind llama.cpp's own server (fetched with pip, half a
    /// gigabyte). Only when it is named.
    Model,
}

/// Where the tests of [`Suite::Model`] find the interpreter that has the server and the model.
const MODEL_PYTHON: &str = "ASKWELL_MODEL_PYTHON";

/// Where the tests of the Worker find the command line.
const CLI: &str = "ASKWELL_CLI";
/// Runs the files of a suite, those that take long first.
const RUNNER: &str = "tests/run.mjs";
/// Starts the Workers that files of a suite share.
const SHARED: &str = "tests/support/shared.mjs";

const ALL: [Suite; 4] = [Suite::Native, Suite::Wasm, Suite::Worker, Suite::Browser];

impl Suite {
    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Wasm => "wasm",
            Self::Worker => "worker",
            Self::Browser => "browser",
            Self::Export => "export",
            Self::Model => "model",
        }
    }

    /// How many test files run side by side, where they start runtimes: tests of the Worker often wait for
    /// retries and alarms, those of the browser draw nearly all the time.
    fn width(self) -> Option<usize> {
        match self {
            Self::Native | Self::Wasm | Self::Export | Self::Model => None,
            Self::Worker => Some(available_parallelism().map_or(3, |cores| 3 * cores.get()).min(6)),
            Self::Browser => Some(available_parallelism().map_or(1, usize::from).min(2)),
        }
    }

    /// Where the tests of a suite that Node.js runs lie: files that end in `.test.mjs`.
    fn directories(self) -> &'static [&'static str] {
        match self {
            Self::Native | Self::Export => &[],
            Self::Wasm => &["widget-plugin/tests", "tests/wasm"],
            Self::Worker => &["tests/e2e"],
            Self::Browser => &["widget-plugin/browser-tests", "tests/browser", "tests/packaging"],
            Self::Model => &["tests/model"],
        }
    }
}

/// Runs the suites named, or all, also after one has failed; the last line has the counts.
pub fn run(project: &Project, suites: &[Suite]) -> Result<ExitCode> {
    let suites = if suites.is_empty() { &ALL[..] } else { suites };
    // What is missing is told before minutes of tests, and not after.
    if suites.iter().any(|suite| !suite.directories().is_empty()) {
        setup::for_building(project)?;
    }
    if suites.contains(&Suite::Browser) {
        chromium::ensure()?;
        firefox::ensure()?;
    }
    let mut total = Count::default();
    // Building may fail like a test, and then there are still native tests to run.
    let mut built: Option<bool> = None;
    let mut natively_built = false;
    for &suite in suites {
        eprintln!("test: {}", suite.name());
        let result = match suite {
            Suite::Native => {
                let count = native(project);
                // Where it did not compile nothing passed.
                natively_built = count.as_ref().is_ok_and(|count| count.passed > 0);
                count
            }
            Suite::Export => against_duckdb(project),
            _ => {
                let ready = *built.get_or_insert_with(|| match build::for_tests(project) {
                    Ok(()) => true,
                    Err(error) => {
                        eprintln!("error: {error:#}");
                        false
                    }
                });
                if ready {
                    in_node(project, suite, natively_built)
                } else {
                    Err(anyhow::anyhow!("nothing to test: the build failed"))
                }
            }
        };
        let count = result.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Count { passed: 0, failed: 1 }
        });
        eprintln!("test: {}: {count}", suite.name());
        total = total + count;
    }
    println!("\n{total}");
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn native(project: &Project) -> Result<Count> {
    let has_nextest = command::find("cargo-nextest").is_some();
    if !has_nextest {
        return counted(
            project.command("cargo").args(["test", "--locked", "--workspace", "--no-fail-fast"]),
            count::cargo_test,
        );
    }
    let units = counted(
        project.command("cargo").args([
            "nextest",
            "run",
            "--locked",
            "--workspace",
            "--no-fail-fast",
        ]),
        count::nextest,
    )?;
    // nextest runs no examples of the docs.
    let docs = counted(
        project.command("cargo").args(["test", "--locked", "--doc", "--no-fail-fast"]),
        count::cargo_test,
    )?;
    Ok(units + docs)
}

/// Runs the metrics' test with DuckDB.
fn against_duckdb(project: &Project) -> Result<Count> {
    let python = python(project, "duckdb", "crates/cli/tests/duckdb/requirements.txt")?;
    let mut test = project.command("cargo");
    test.args(["test", "--locked", "--package", "askwell-cli", "--test", "duckdb"]);
    counted(test.env("ASKWELL_DUCKDB_PYTHON", python), count::cargo_test)
}

/// An interpreter with the packages of a list, in an environment that is kept as long as the list is the same.
fn python(project: &Project, name: &str, needs: &str) -> Result<PathBuf> {
    let needs = project.path(needs);
    let wanted = fs::read_to_string(&needs)?;
    let home = project.path(".askwell").join(name);
    let (python, done) = (home.join("bin/python"), home.join("requirements.txt"));
    if fs::read_to_string(&done).ok().as_deref() != Some(wanted.as_str()) {
        command::run(project.command("python3").args(["-m", "venv"]).arg(&home))?;
        let mut pip = project.command(&python);
        command::run(pip.args(["-m", "pip", "install", "--requirement"]).arg(&needs))
            .with_context(|| format!("the packages of {} could not be had", needs.display()))?;
        fs::write(&done, wanted)?;
    }
    Ok(python)
}

fn in_node(project: &Project, suite: Suite, natively_built: bool) -> Result<Count> {
    let mut files = Vec::new();
    for dir in suite.directories() {
        test_files(&project.path(dir), &mut files)?;
    }
    files.sort();
    if files.is_empty() {
        bail!("no file ends in .test.mjs below {}", suite.directories().join(" and "));
    }
    let counts = project.path(".askwell").join(format!("test-{}.json", suite.name()));
    fs::create_dir_all(project.path(".askwell"))?;
    let mut node = project.command(project.node_bin("node"));
    node.arg(project.path(RUNNER)).arg("--counts").arg(&counts);
    if let Some(width) = suite.width() {
        node.args(["--width", &width.to_string()]).arg("--setup").arg(project.path(SHARED));
        node.env("ASKWELL_SHARED_COUNT", if width > 2 { "2" } else { "1" });
    }
    node.args(files).env(PREBUILT, "1").env("WRANGLER_SEND_METRICS", "false");
    // For the tests of these commands themselves.
    node.env("ASKWELL_XTASK", std::env::current_exe()?);
    node.env("CARGO_MANIFEST_DIR", project.path("crates/xtask"));
    if suite == Suite::Worker {
        node.env(CLI, command_line(project, natively_built)?);
    }
    if suite == Suite::Browser {
        node.env(chromium::CHOICE, chromium::ensure()?);
        if let Some(firefox) = firefox::find()? {
            node.env(firefox::CHOICE, firefox);
        }
    }
    if suite == Suite::Model {
        node.env(MODEL_PYTHON, python(project, "model", "tests/model/requirements.txt")?);
    }
    let status = command::status(&mut node)?;
    let report = fs::read_to_string(&counts)
        .with_context(|| format!("the tests left no counts in {}", counts.display()))?;
    fs::remove_file(&counts)?;
    Ok(serde_json::from_str::<Count>(&report)?.checked(status.success()))
}

/// The binary of the command line. Testing everything natively has built it, and to build it by itself is to
/// build what it needs with other features.
fn command_line(project: &Project, natively_built: bool) -> Result<PathBuf> {
    let binary = std::env::current_exe()?.with_file_name("askwell");
    if !(natively_built && binary.is_file()) {
        let mut build = project.command("cargo");
        command::run(build.args(["build", "--quiet", "--locked", "--package", "askwell-cli"]))?;
    }
    Ok(binary)
}

fn test_files(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            test_files(&path, files)?;
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Runs a test command with its output shown, and counts from what it printed.
fn counted(command: &mut Command, read: impl Fn(&str) -> Count) -> Result<Count> {
    // Both streams into one pipe keep their order; the terminal is no longer seen behind it.
    let (reader, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child =
        command.spawn().with_context(|| format!("could not start `{}`", command::line(command)))?;
    // The command holds writing ends of the pipe, which would never end while they are open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut text = String::new();
    let mut shown = std::io::stderr().lock();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line?;
        shown.write_all(&line)?;
        shown.write_all(b"\n")?;
        text.push_str(&String::from_utf8_lossy(&line));
        text.push('\n');
    }
    drop(shown);
    let status = child.wait()?;
    Ok(read(&count::without_colour(&text)).checked(status.success()))
}
