//! Wire types of the HTTP API, shared by the Worker and everything that talks to it.

mod automation;
mod backfill;
mod call;
mod channel;
mod conversation;
mod customer;
mod decision;
mod event;
mod export;
mod field;
mod found;
mod frame;
mod identity;
mod key;
mod knowledge;
mod llm;
mod member;
mod message;
#[cfg(feature = "schema")]
pub mod openapi;
mod page;
mod presence;
mod preview;
mod problem;
mod reply;
mod review;
pub mod route;
#[cfg(feature = "schema")]
mod schema;
mod settings;
pub mod shape;
mod webhook;
mod workspace;

pub use automation::{
    Automation, AutomationAction, AutomationConditions, AutomationList, AutomationRun,
    AutomationTarget, NewAutomation, Trigger,
};
pub use backfill::{
    Backfill, BackfillAction, BackfillEstimate, BackfillList, BackfillState, NewBackfill,
    NewBackfillAction, NewClassification,
};
pub use call::{
    CallEnd, CallProgress, CallShown, Ending, NewCall, Progress, Requester, Speaker, Spoken,
    Ticket, TicketRefused, TicketsImported,
};
pub use channel::{
    Channel, ChannelDelivery, ChannelDeliveryQuery, ChannelDeliveryState, ChannelList,
    ChannelState, Connection, HubQuery, NewChannel, NewOutbound, Outbound, Trouble,
};
pub use conversation::{
    ConversationDetail, ConversationMarks, ConversationOpened, ConversationSearch,
    ConversationState, ConversationSummary, Feedback, MAX_REFERENCE_BYTES, NewAction,
    NewConversation, NewFeedback, Thought,
};
pub use customer::{
    AccessEntry, AnswerFilter, BulkTags, CsvQuery, Customer, CustomerLink, CustomerPatch,
    CustomerProfile, CustomerSearch, DataPackage, Erasure, ErasureReceipt, FieldValue, LinkKind,
    MergeCustomer, NewNote, Note, Record, Source, SplitCustomer, TagChange, Tags,
};
pub use decision::{ConversationDecisions, DecisionShown, KnownFields};
pub use event::{
    CollectedConversationsQuery, CollectedQuery, FeedbackQuery, HandedIn, PeriodQuery, Replay,
    Replayed, Signals, StoredEvent,
};
pub use export::{
    ExportDay, ExportIntents, ExportList, ExportMetrics, ExportMetricsQuery, ExportQuery,
    ExportRead, SealProblem,
};
pub use field::{
    FieldDetail, FieldDetails, FieldDraft, FieldLint, FieldList, FieldOrder, FieldRestore,
    FieldStats, FieldStatsList, FieldStatsQuery, FieldSwitch, FieldWithHistory, TemplateList,
};
pub use found::FoundOnWire;
pub use frame::{ClientFrame, ServerFrame};
pub use identity::{
    CodeAnswer, CodeSent, IdentityMade, IdentityShown, IdentityToken, NewCode, NewIdentitySecret,
};
pub use key::{KeyKind, KeyList, KeyMade, KeyShown, NewKey};
pub use knowledge::{
    Article, ArticleFile, ArticleImport, ArticleQuery, ArticleSummary, ArticleVersion,
    ArticlesImported, Gap, KnowledgeAnswer, KnowledgeFound, KnowledgeQuestion, NewArticle,
};
pub use llm::{LlmChecked, LlmProvider, LlmSettings, LlmShown, LlmUse, SchemaFormat};
pub use member::{Member, MemberList, MemberMade, MemberPatch, NewMember, SessionShown, SignIn};
pub use message::{Asked, MessageAccepted, MessagePage, MessageQuery, NewMessage};
pub use page::{Page, PageQuery, Place};
pub use presence::{FactsAmended, NewFact, NewPresence, ReadMarks};
pub use preview::{DetectQuery, PromptQuery};
pub use problem::{Problem, reason};
pub use reply::{
    Answerer, DeskQuery, DeskShown, DeskState, NewAssignment, ReplySettings, ReplySettingsShown,
    Suggestion,
};
pub use review::{
    Asking, ConversationRevisions, FieldPreview, HumanAnswer, ModelRun, NewPreview, NewReview,
    ReviewedAnswer, ReviewedAnswers, Revision, ValueProposal, ValueProposals,
};
pub use settings::{RetentionCount, RetentionSettings, SignInSettings, TokenIssuer, TokenSignIn};
pub use webhook::{
    DeadLetter, DeadLetterList, Delivery, DeliveryFailure, DeliveryQuery, DeliveryState,
    DisabledBecause, Endpoint, EndpointList, EndpointMade, EndpointPatch, NewEndpoint,
    NewEndpointSecret, PoisonList, PoisonMessage,
};
pub use workspace::{
    Health, NewWorkspace, Overview, StorageUse, Webhook, WebhookChange, WebhookShown,
    WorkspaceCreated, WorkspaceSettings, WorkspaceShown,
};

/// Longest request body in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
