//! The knowledge base: articles, their search, and the questions that none answers.

use super::people::signature;
use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::knowledge;
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, IF_MATCH, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    Article, ArticleImport, ArticleQuery, ArticleSummary, ArticleVersion, ArticlesImported, Gap,
    KnowledgeAnswer, KnowledgeQuestion, NewArticle, Page,
};
use askwell::id::{ArticleId, GapId};
use worker::Response;

const READ: Access = Access::Scope(Scope::KnowledgeRead);
const WRITE: Access = Access::Scope(Scope::KnowledgeWrite);
const NOW: &[Answer] = &[Answer::json(200, Shape::of::<Article>(), "The article now.")];
const MADE: &[Answer] = &[Answer::json(201, Shape::of::<Article>(), "The article.")];
const GONE: &[Answer] = &[Answer::empty(204, "It is gone.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/articles",
            "articles.list",
            READ,
            "Articles, the latest changed first.",
            &[Answer::json(200, Shape::of::<Page<ArticleSummary>>(), "A page of them.")],
        )
        .query(Shape::of::<ArticleQuery>()),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/articles",
            "articles.create",
            WRITE,
            "Writes an article: a draft, unless it is to be published at once.",
            MADE,
        )
        .body(Shape::of::<NewArticle>()),
        |call| Box::pin(create(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/articles/import",
            "articles.import",
            WRITE,
            "Makes articles of Markdown files, or of a site's pages: all of them or none.",
            &[Answer::json(200, Shape::of::<ArticlesImported>(), "What became of each.")],
        )
        .body(Shape::of::<ArticleImport>()),
        |call| Box::pin(import(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/articles/search",
            "articles.search",
            READ,
            "Asks the published articles as a visitor would.",
            &[Answer::json(200, Shape::of::<KnowledgeAnswer>(), "What they know of it.")],
        )
        .body(Shape::of::<KnowledgeQuestion>())
        .looks(),
        |call| Box::pin(search(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/articles/{article_id}",
            "articles.get",
            READ,
            "One article in its newest version, which is its `ETag`.",
            NOW,
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/articles/{article_id}",
            "articles.put",
            WRITE,
            "Writes a new version. What is published stays so until the new one is.",
            NOW,
        )
        .headers(&[IF_MATCH])
        .body(Shape::of::<NewArticle>()),
        |call| Box::pin(put(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/articles/{article_id}",
            "articles.remove",
            WRITE,
            "Removes an article with all its versions.",
            GONE,
        ),
        |call| Box::pin(remove(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/articles/{article_id}/versions",
            "articles.versions",
            READ,
            "All versions of an article, the newest first.",
            &[Answer::json(200, Shape::of::<Vec<ArticleVersion>>(), "All of them.")],
        ),
        |call| Box::pin(versions(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/articles/{article_id}/publish",
            "articles.publish",
            WRITE,
            "Lets visitors be answered from the newest version.",
            NOW,
        )
        .headers(&[IF_MATCH]),
        |call| Box::pin(publish(call, true)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/articles/{article_id}/unpublish",
            "articles.unpublish",
            WRITE,
            "Takes an article back: it is a draft again.",
            NOW,
        )
        .headers(&[IF_MATCH]),
        |call| Box::pin(publish(call, false)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/gaps",
            "gaps.list",
            READ,
            "Questions that no article answered; those that ask for the same are one. The most asked first.",
            &[Answer::json(200, Shape::of::<Vec<Gap>>(), "All of them.")],
        ),
        |call| Box::pin(gaps(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/gaps/{gap_id}/draft",
            "gaps.draft",
            WRITE,
            "Makes a draft of a gap, with what visitors asked in it. The gap goes.",
            MADE,
        ),
        |call| Box::pin(draft(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/gaps/{gap_id}",
            "gaps.dismiss",
            WRITE,
            "Lets go of a gap: no article is wanted.",
            GONE,
        ),
        |call| Box::pin(dismiss(call)),
    ),
];

fn article(call: &Call) -> Outcome<ArticleId> {
    call.parameter("article_id")
}

fn gap(call: &Call) -> Outcome<GapId> {
    call.parameter("gap_id")
}

fn shown(status: u16, article: &Article) -> Outcome<Response> {
    http::tagged(status, article, u64::from(article.summary.version))
}

async fn list(call: Call) -> Outcome<Response> {
    let query: ArticleQuery = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &knowledge::List { query }).await?)
}

async fn create(mut call: Call) -> Outcome<Response> {
    let article: NewArticle = call.json().await?;
    let create = knowledge::Create { article, by: signature(&call)? };
    shown(201, &rpc::call(&call.ledger()?, &create).await?)
}

async fn import(mut call: Call) -> Outcome<Response> {
    let import: ArticleImport = call.json().await?;
    let import = knowledge::Import { import, by: signature(&call)? };
    http::reply(200, &rpc::call(&call.ledger()?, &import).await?)
}

async fn search(mut call: Call) -> Outcome<Response> {
    let question: KnowledgeQuestion = call.json().await?;
    http::reply(200, &rpc::call(&call.ledger()?, &knowledge::Search { question }).await?)
}

async fn get(call: Call) -> Outcome<Response> {
    let get = knowledge::Get { article_id: article(&call)? };
    shown(200, &rpc::call(&call.ledger()?, &get).await?)
}

async fn put(mut call: Call) -> Outcome<Response> {
    let version = http::if_match(&call.request)?;
    let new: NewArticle = call.json().await?;
    let article_id = article(&call)?;
    let change = knowledge::Change { article_id, article: new, version, by: signature(&call)? };
    shown(200, &rpc::call(&call.ledger()?, &change).await?)
}

async fn remove(call: Call) -> Outcome<Response> {
    let remove = knowledge::Remove { article_id: article(&call)? };
    rpc::call(&call.ledger()?, &remove).await?;
    Ok(Response::empty()?.with_status(204))
}

async fn versions(call: Call) -> Outcome<Response> {
    let versions = knowledge::Versions { article_id: article(&call)? };
    http::reply(200, &rpc::call(&call.ledger()?, &versions).await?)
}

async fn publish(call: Call, publish: bool) -> Outcome<Response> {
    let version = http::if_match(&call.request)?;
    let publish =
        knowledge::Publish { article_id: article(&call)?, publish, version, by: signature(&call)? };
    shown(200, &rpc::call(&call.ledger()?, &publish).await?)
}

async fn gaps(call: Call) -> Outcome<Response> {
    http::reply(200, &rpc::call(&call.ledger()?, &knowledge::ListGaps).await?)
}

async fn draft(call: Call) -> Outcome<Response> {
    let draft = knowledge::DraftGap { gap_id: gap(&call)?, by: signature(&call)? };
    shown(201, &rpc::call(&call.ledger()?, &draft).await?)
}

async fn dismiss(call: Call) -> Outcome<Response> {
    rpc::call(&call.ledger()?, &knowledge::Dismiss { gap_id: gap(&call)? }).await?;
    Ok(Response::empty()?.with_status(204))
}
