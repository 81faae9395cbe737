//! Articles out of files. A file is known by its name: what comes again changes what it gave before.

use super::super::cx::Cx;
use super::super::op::Write;
use super::{Row, SUMMARY, change, create, get, published, show};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::api::{ArticleFile, ArticleImport, ArticleSummary, ArticlesImported, NewArticle};
use askwell::knowledge::{self, Draft, Format};
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

const FILES_MOST: usize = 200;
const NAME_BYTES: usize = 500;

/// Imports files: all of them, or none when one of them is no good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Import {
    /// Which, and how.
    pub import: ArticleImport,
    /// Who does it.
    pub by: String,
}

impl Call for Import {
    const NAME: &'static str = "knowledge.import";
    type Out = ArticlesImported;
}

impl Write for Import {
    fn run(self, cx: &Cx) -> Outcome<ArticlesImported> {
        let ArticleImport { files, sitemap, publish } = self.import;
        check_names(&files)?;
        let listed = sitemap.as_deref().map(knowledge::sitemap);
        if listed.as_ref().is_some_and(Vec::is_empty) {
            return Err(invalid("the field `sitemap` lists no address").into());
        }
        let mut done = ArticlesImported::default();
        let mut shown = false;
        for file in &files {
            let format = format_of(file, listed.is_some());
            let unlisted = listed.as_ref().is_some_and(|all| !all.contains(&file.name));
            let drafts = match knowledge::import(&file.name, &file.text, format) {
                Ok(drafts) if !unlisted => drafts,
                // Of a whole site some page has no text of its own.
                Err(_) if listed.is_some() => Vec::new(),
                Ok(_) => Vec::new(),
                Err(error) => return Err(error.into()),
            };
            if drafts.is_empty() {
                done.skipped.push(file.name.clone());
            }
            let sources = sources(&file.name, &drafts);
            if !drafts.is_empty() {
                let before = before(cx, &file.name, &files)?;
                let left = adopt(cx, before, &drafts, &sources)?;
                take_back(cx, left, publish, &mut done)?;
            }
            for (draft, source) in drafts.into_iter().zip(&sources) {
                shown |= put(cx, draft, source, publish, &self.by, &mut done)?;
            }
        }
        let came = |address: &String| files.iter().any(|file| file.name == *address);
        done.missing = listed.unwrap_or_default();
        done.missing.retain(|address| !came(address));
        if shown {
            published(cx, &self.by)?;
        }
        Ok(done)
    }
}

/// What each article of a file is known by: the file's name, and where it gives several, the heading as well,
/// with a number where the file has it more than once.
fn sources(file: &str, drafts: &[Draft]) -> Vec<String> {
    if drafts.len() <= 1 {
        return vec![file.to_owned(); drafts.len()];
    }
    let mut sources: Vec<String> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let plain = format!("{file}#{}", draft.title);
        let numbered = (2..).map(|number| format!("{plain}-{number}"));
        let mut all = [plain.clone()].into_iter().chain(numbered);
        // A heading may itself be called as a numbered one.
        sources.extend(all.find(|source| !sources.contains(source)));
    }
    sources
}

/// The articles that a file has given before.
fn before(cx: &Cx, file: &str, files: &[ArticleFile]) -> Outcome<Vec<ArticleSummary>> {
    let query = format!(
        "{SUMMARY} WHERE a.source = ?1 OR substr(a.source, 1, length(?1) + 1) = ?1 || '#' ORDER BY a.source"
    );
    let rows: Vec<Row> = cx.sql.rows(&query, bind![file])?;
    let all = rows.into_iter().map(Row::summary).collect::<Outcome<Vec<_>>>()?;
    // An address may hold a `#` of its own.
    let others = |article: &ArticleSummary| {
        files
            .iter()
            .all(|other| other.name == file || article.source.as_deref() != Some(&*other.name))
    };
    Ok(all.into_iter().filter(others).collect())
}

/// Lets articles of before go on under what they are known by now: a file that had one heading and has several,
/// or the other way round, knows its articles by their titles. The others are left over.
fn adopt(
    cx: &Cx,
    before: Vec<ArticleSummary>,
    drafts: &[Draft],
    sources: &[String],
) -> Outcome<Vec<ArticleSummary>> {
    let has =
        |source: &String| before.iter().any(|article| article.source.as_ref() == Some(source));
    let mut fresh: Vec<(&Draft, &String)> =
        drafts.iter().zip(sources).filter(|(_, source)| !has(source)).collect();
    let mut left = Vec::new();
    for article in before.iter() {
        if article.source.as_ref().is_some_and(|source| sources.contains(source)) {
            continue;
        }
        let Some(at) = fresh.iter().position(|(draft, _)| draft.title == article.title) else {
            left.push(article.clone());
            continue;
        };
        let (_, source) = fresh.remove(at);
        cx.sql.run(
            "UPDATE articles SET source = ? WHERE id = ?",
            bind![source.as_str(), article.article_id.as_str()],
        )?;
    }
    Ok(left)
}

/// What a file gave before and holds no more answers nobody any more, where what it holds is published.
fn take_back(
    cx: &Cx,
    left: Vec<ArticleSummary>,
    publish: bool,
    done: &mut ArticlesImported,
) -> Outcome<()> {
    for article in left.into_iter().filter(|article| article.published_version.is_some()) {
        if publish {
            show(cx, &article.article_id, false)?;
        }
        done.left.push(article.article_id);
    }
    Ok(())
}

/// Puts an article in, and says whether something was published.
fn put(
    cx: &Cx,
    draft: Draft,
    source: &str,
    publish: bool,
    by: &str,
    done: &mut ArticlesImported,
) -> Outcome<bool> {
    let Draft { title, body, lang } = draft;
    let new = NewArticle { title, body, lang, publish };
    let row: Option<Row> = cx.sql.first(&format!("{SUMMARY} WHERE a.source = ?"), bind![source])?;
    let id = match row {
        None => {
            let id = create(cx, &new, Some(source), by)?;
            done.created.push(id.clone());
            id
        }
        Some(row) => {
            let before = get(cx.sql, &row.summary()?.article_id)?;
            let id = before.summary.article_id.clone();
            let changed = change(cx, &before, &new, by)?;
            let list = if changed { &mut done.updated } else { &mut done.unchanged };
            list.push(id.clone());
            id
        }
    };
    let now = get(cx.sql, &id)?.summary;
    let due = publish && now.published_version != Some(now.version);
    if due {
        show(cx, &id, true)?;
    }
    Ok(due)
}

fn format_of(file: &ArticleFile, site: bool) -> Format {
    let name = file.name.to_ascii_lowercase();
    let html = site || [".html", ".htm", ".xhtml"].iter().any(|ending| name.ends_with(ending));
    file.format.unwrap_or(if html { Format::Html } else { Format::Markdown })
}

fn check_names(files: &[ArticleFile]) -> Result<(), Error> {
    if files.is_empty() || files.len() > FILES_MOST {
        return Err(invalid("1 to 200 `files` may be imported at once"));
    }
    if files.iter().any(|file| file.name.trim().is_empty() || file.name.len() > NAME_BYTES) {
        return Err(invalid("each `name` of `files` must have 1 to 500 bytes"));
    }
    let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|two| two.first() == two.last()) {
        return Err(invalid("two of `files` have the same `name`"));
    }
    Ok(())
}

fn invalid(detail: &str) -> Error {
    Error::new(Code::InvalidField, detail.to_owned())
}
