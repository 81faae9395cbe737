//! The names of events: one table with the group, the origin and the occasion of each.

use super::Field;
use super::values::tags;
use serde::{Deserialize, Serialize};

tags! {
    /// Events that share their optional fields.
    Group {
        /// Activation and value moments.
        Base = "base",
        /// What customers express.
        CustomerSignal = "customer_signal",
        /// What the system decides and answers.
        Ai = "ai",
        /// How conversations end.
        Outcome = "interaction.outcome",
        /// Questions for contact details, and what became of them.
        Enrichment = "enrichment",
        /// What was done by itself after a conversation.
        Automation = "automation",
    }
    /// Who tells of an event, and so whether it may be handed in ([`super::ingest`]).
    Origin {
        /// Askwell alone knows.
        Askwell = "askwell",
        /// Other parts of the platform know, Askwell does not.
        Platform = "platform",
        /// Askwell knows of its conversations, other parts of comments and reviews.
        Both = "both",
    }
}

macro_rules! names {
    ($(#[doc = $doc:literal] $variant:ident = $text:literal, $group:ident, $origin:ident, $when:literal;)+) => {
        tags! {
            /// The name of an event.
            Name { $(#[doc = $doc] $variant = $text,)+ }
        }

        impl Name {
            /// The group it belongs to.
            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group,)+ }
            }

            /// Who tells of it.
            pub fn origin(self) -> Origin {
                match self { $(Self::$variant => Origin::$origin,)+ }
            }

            /// When it is given.
            pub fn occasion(self) -> &'static str {
                match self { $(Self::$variant => $when,)+ }
            }
        }
    };
}

names! {
    /// Somebody of the team signed in.
    AuthSignInSuccess = "auth.sign_in.success", Base, Askwell, "somebody signs in with a key or a provider's token; at once";
    /// An attempt to sign in was refused.
    AuthSignInFailure = "auth.sign_in.failure", Base, Askwell, "a key is refused; at once, one a minute at most";
    /// A workspace was made.
    WorkspaceCreated = "workspace.created", Base, Askwell, "the operator makes it; at once";
    /// Somebody went to another workspace.
    WorkspaceSwitched = "workspace.switched", Base, Askwell, "somebody who is signed in to one workspace signs in to another, which tells it; at once";
    /// A knowledge base was made.
    KbCreated = "kb.created", Base, Both, "the first article is written or imported; at once";
    /// A knowledge base was published.
    KbPublished = "kb.published", Base, Both, "articles are published, one event for each request; at once";
    /// A channel was connected.
    ChannelConnected = "channel.connected", Base, Askwell, "a channel is connected, or connected again after it was disconnected; at once";
    /// A channel was disconnected.
    ChannelDisconnected = "channel.disconnected", Base, Askwell, "a channel is disconnected; at once";
    /// A reply to a comment was drafted.
    CommentResponderReplyGenerated = "comment_responder.reply.generated", Base, Platform, "handed in";
    /// A reply to a comment was sent.
    CommentResponderReplySent = "comment_responder.reply.sent", Base, Platform, "handed in";
    /// A live conversation was given to a person.
    LiveConversationAssigned = "chatti_live.conversation.assigned", Base, Askwell, "it is given to a person of the team, or transferred to another; at once";
    /// The plan was changed.
    BillingPlanChanged = "billing.plan_changed", Base, Askwell, "the workspace has another plan; at once";
    /// The payment for the plan lapsed, or was settled.
    BillingPaymentChanged = "billing.payment_changed", Base, Askwell, "a payment became overdue (`failure`, `plan_required`) or was settled (`success`); at once";
    /// Something was put into a bucket that the dashboard shows.
    CustomerSignalDetected = "customer_signal.detected", CustomerSignal, Both, "closing: displeasure was shown (`dissatisfaction`); praise, or it works (`success`): one event each";
    /// A high-risk negative expression was seen.
    CustomerSignalSevereNegativeDetected = "customer_signal.severe_negative_detected", CustomerSignal, Both, "closing: abuse, legal threat, chargeback or authorities, danger to health; always beside `dissatisfaction`";
    /// Praise or success was seen.
    CustomerSignalSuccessDetected = "customer_signal.success_detected", CustomerSignal, Both, "closing: beside `success`";
    /// A signal was put into a friction or opportunity theme.
    CustomerSignalThemeClustered = "customer_signal.theme_clustered", CustomerSignal, Both, "closing: a matter in which the customer was displeased or not helped (`friction`), or of which they want something (`opportunity`): one event for each";
    /// An inbound item was classified and routed.
    AiTriageCompleted = "ai_triage.completed", Ai, Both, "closing: the customer has said something in this episode";
    /// An item was handed to a person or a protected workflow.
    AiTriageEscalationTriggered = "ai_triage.escalation_triggered", Ai, Both, "for each hand-off, at its time: at once where the answerer called the person, else at the closing";
    /// A candidate reply was drafted.
    AiReplyGenerated = "ai_reply.generated", Ai, Both, "an article, a language model or the owner's bot gave a reply or a suggestion; at once";
    /// A reply was sent.
    AiReplySent = "ai_reply.sent", Ai, Both, "closing: in each episode the first reply of the bot (`auto`), the first that a person sent as it was suggested or changed (`assisted`), and the first of a person alone (`human`), at their times; the questions for contact details are no replies";
    /// Missing or weak knowledge affected a reply.
    AiReplyKbGapDetected = "ai_reply.kb_gap_detected", Ai, Both, "a visitor's question found no article that answers it; at once";
    /// The matter appears to be settled.
    InteractionOutcomeResolved = "interaction.outcome_resolved", Outcome, Both, "closing at an end: the outcome is `resolved`, or the team marked it so";
    /// A customer who was displeased ended content.
    InteractionOutcomeRecovered = "interaction.outcome_recovered", Outcome, Both, "closing at an end: the outcome is `recovered`";
    /// The matter came back after it seemed settled.
    InteractionOutcomeReopened = "interaction.outcome_reopened", Outcome, Both, "the first closing after a reopening, with the time of the reopening";
    /// A person took over after a hand-off.
    InteractionOutcomeHandoffCompleted = "interaction.outcome_handoff_completed", Outcome, Both, "closing at an end: a person has said something since the last hand-off";
    /// A question for a contact detail was put.
    EnrichmentAsked = "enrichment.asked", Enrichment, Askwell, "closing: for each question, at its time";
    /// A question would have been put, to a visitor who is never asked.
    EnrichmentWithheld = "enrichment.withheld", Enrichment, Askwell, "closing: for each question that was kept back, at its time";
    /// What a question was for was given.
    EnrichmentAnswered = "enrichment.answered", Enrichment, Askwell, "closing at an end: for each question after which it was given";
    /// What a question was for was refused.
    EnrichmentRefused = "enrichment.refused", Enrichment, Askwell, "closing at an end: for each question that was refused";
    /// The visitor went on with something else.
    EnrichmentPassedOver = "enrichment.passed_over", Enrichment, Askwell, "closing at an end: for each question that was passed over";
    /// The visitor said nothing after a question.
    EnrichmentLeft = "enrichment.left", Enrichment, Askwell, "closing at an end: for a question after which nothing was said";
    /// An automation told a webhook of a conversation.
    AutomationRan = "automation.ran", Automation, Askwell, "closing: an automation that tells a webhook runs, once for a conversation and trigger; the webhook that it names gets it whatever it takes otherwise";
}

impl Name {
    /// Reads a name; none: there is no such event.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|name| name.as_str() == text)
    }

    /// Whether its payload may hold a field.
    pub fn allows(self, field: Field) -> bool {
        field.group().is_none_or(|group| group == self.group())
    }

    /// The optional fields that its payload may hold, in the order of the catalog.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        Field::ALL.iter().copied().filter(move |f| self.allows(*f))
    }
}
