//! Styles and scripts of the pages: a file's address holds a hash of its content, so that whoever has
//! it may keep it for ever.

use crate::fault::{Fault, Outcome};
use askwell::Code;
use worker::{Response, ResponseBuilder};

/// Where they stand.
pub const FOLDER: &str = "/app/assets/";

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// As pages ask for it: `dashboard.css`.
    pub name: &'static str,
    /// With the hash.
    pub file: &'static str,
    /// The content.
    pub bytes: &'static [u8],
}

/// All that was built; see `worker/build.rs`.
const ALL: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Where a page finds a file.
pub fn url(name: &str) -> String {
    let file = ALL.iter().find(|asset| asset.name == name).map_or(name, |asset| asset.file);
    format!("{FOLDER}{file}")
}

/// Answers a request for a file.
///
/// # Errors
/// [`Code::NotFound`].
pub fn serve(file: &str) -> Outcome<Response> {
    let asset = ALL
        .iter()
        .find(|asset| asset.file == file)
        .ok_or_else(|| Fault::refused(Code::NotFound, "there is no such file"))?;
    let kind = match file.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        _ => "application/octet-stream",
    };
    Ok(ResponseBuilder::new()
        .with_header("content-type", kind)?
        .with_header("cache-control", "public, max-age=31536000, immutable")?
        .with_header("x-content-type-options", "nosniff")?
        .fixed(asset.bytes.to_vec()))
}
