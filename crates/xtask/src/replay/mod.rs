//! dev
#[derive(clap::Args)]
pub struct Args {}
pub fn run(_: &crate::project::Project, _: &Args) -> anyhow::Result<std::process::ExitCode> {
    anyhow::bail!("")
}
