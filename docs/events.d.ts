// Written by `askwell events types`.

/** What every event has. */
export interface CommonData {
  schema_version: 1;
  org_id: string;
  workspace_id: string;
  user_id: `cu_${string}` | `vi_${string}` | `us_${string}`;
  /** RFC 3339, UTC, milliseconds. */
  timestamp: string;
  conversation_id?: `cv_${string}`;
  /** Where the customer writes. */
  channel_type?: "web_widget" | "line" | "facebook" | "email" | "phone" | "api";
  /** Which part of the product it happened in. */
  app_surface?: "conversation" | "comments" | "reviews" | "knowledge_base" | "dashboard" | "settings" | "sign_in" | "api";
  /** Whether what was tried succeeded. */
  result?: "success" | "failure";
  /** Why it failed. */
  error_code?: "invalid_credentials" | "expired" | "forbidden" | "plan_required" | "not_found" | "invalid_request" | "rate_limited" | "timeout" | "unavailable" | "internal";
}

/** What customers express. */
export interface CustomerSignalData extends CommonData {
  /** The bucket of a signal. */
  signal_type?: "dissatisfaction" | "success" | "friction" | "opportunity";
  /** How grave a signal is. */
  severity?: "low" | "medium" | "high" | "critical";
  /** The theme that a signal was put into. */
  theme_id?: `th_${string}`;
}

/** What the system decides and answers. */
export interface AiData extends CommonData {
  /** Who handles the item. */
  triage_result?: "auto" | "assisted" | "escalated";
  /** How sure the classification is. */
  confidence_band?: "low" | "medium" | "high";
  /** Why a person was called. */
  escalation_reason?: "severe_negative" | "dissatisfaction" | "customer_request" | "kb_gap" | "policy";
  /** Who wrote the reply. */
  reply_mode?: "auto" | "assisted" | "human";
  /** What the knowledge base lacks. */
  kb_gap_type?: "missing" | "weak";
}

/** How conversations end. */
export interface OutcomeData extends CommonData {
  /** How it ended. */
  outcome_type?: "resolved" | "recovered" | "reopened" | "handoff_completed";
  /** What the customer had expressed before. */
  previous_signal_type?: "dissatisfaction" | "success" | "friction" | "opportunity";
  /** From the beginning, or from the last reopening, to the end; milliseconds. */
  time_to_resolution_ms?: number;
  /** Whom it was handed to. */
  handoff_target?: "agent" | "email" | "external";
  /** Who settled it. */
  resolution_path?: "bot" | "agent" | "handoff";
}

/** Questions for contact details, and what became of them. */
export interface EnrichmentData extends CommonData {
  /** What a question was for. */
  asked_field?: "name" | "email" | "phone";
  /** What made the moment natural. */
  ask_moment?: "send" | "call" | "book" | "handoff" | "returning" | "matter";
  /** Whether the question was put or kept back. */
  ask_arm?: "asked" | "held_out";
}

/** What was done by itself after a conversation. */
export interface AutomationData extends CommonData {
  /** Which automation. */
  automation_id?: `au_${string}`;
}

/** The data of each event, by its type on the wire. */
export interface EventData {
  /** Somebody of the team signed in. */
  "askwell.auth.sign_in.success": CommonData;
  /** An attempt to sign in was refused. */
  "askwell.auth.sign_in.failure": CommonData;
  /** A workspace was made. */
  "askwell.workspace.created": CommonData;
  /** Somebody went to another workspace. */
  "askwell.workspace.switched": CommonData;
  /** A knowledge base was made. */
  "askwell.kb.created": CommonData;
  /** A knowledge base was published. */
  "askwell.kb.published": CommonData;
  /** A channel was connected. */
  "askwell.channel.connected": CommonData;
  /** A channel was disconnected. */
  "askwell.channel.disconnected": CommonData;
  /** A reply to a comment was drafted. */
  "askwell.comment_responder.reply.generated": CommonData;
  /** A reply to a comment was sent. */
  "askwell.comment_responder.reply.sent": CommonData;
  /** A live conversation was given to a person. */
  "askwell.chatti_live.conversation.assigned": CommonData;
  /** The plan was changed. */
  "askwell.billing.plan_changed": CommonData;
  /** The payment for the plan lapsed, or was settled. */
  "askwell.billing.payment_changed": CommonData;
  /** Something was put into a bucket that the dashboard shows. */
  "askwell.customer_signal.detected": CustomerSignalData;
  /** A high-risk negative expression was seen. */
  "askwell.customer_signal.severe_negative_detected": CustomerSignalData;
  /** Praise or success was seen. */
  "askwell.customer_signal.success_detected": CustomerSignalData;
  /** A signal was put into a friction or opportunity theme. */
  "askwell.customer_signal.theme_clustered": CustomerSignalData;
  /** An inbound item was classified and routed. */
  "askwell.ai_triage.completed": AiData;
  /** An item was handed to a person or a protected workflow. */
  "askwell.ai_triage.escalation_triggered": AiData;
  /** A candidate reply was drafted. */
  "askwell.ai_reply.generated": AiData;
  /** A reply was sent. */
  "askwell.ai_reply.sent": AiData;
  /** Missing or weak knowledge affected a reply. */
  "askwell.ai_reply.kb_gap_detected": AiData;
  /** The matter appears to be settled. */
  "askwell.interaction.outcome_resolved": OutcomeData;
  /** A customer who was displeased ended content. */
  "askwell.interaction.outcome_recovered": OutcomeData;
  /** The matter came back after it seemed settled. */
  "askwell.interaction.outcome_reopened": OutcomeData;
  /** A person took over after a hand-off. */
  "askwell.interaction.outcome_handoff_completed": OutcomeData;
  /** A question for a contact detail was put. */
  "askwell.enrichment.asked": EnrichmentData;
  /** A question would have been put, to a visitor who is never asked. */
  "askwell.enrichment.withheld": EnrichmentData;
  /** What a question was for was given. */
  "askwell.enrichment.answered": EnrichmentData;
  /** What a question was for was refused. */
  "askwell.enrichment.refused": EnrichmentData;
  /** The visitor went on with something else. */
  "askwell.enrichment.passed_over": EnrichmentData;
  /** The visitor said nothing after a question. */
  "askwell.enrichment.left": EnrichmentData;
  /** An automation told a webhook of a conversation. */
  "askwell.automation.ran": AutomationData;
}

/** CloudEvents 1.0 in JSON format. */
export interface AskwellEvent<Type extends keyof EventData = keyof EventData> {
  specversion: "1.0";
  /** Unique: drop what you know already. */
  id: `ev_${string}`;
  source: `/workspaces/${string}`;
  type: Type;
  subject?: `cv_${string}`;
  /** RFC 3339, UTC, milliseconds. */
  time: string;
  datacontenttype: "application/json";
  data: EventData[Type];
}

/** Any event; `switch (event.type)` narrows `event.data`. */
export type AnyAskwellEvent = { [Type in keyof EventData]: AskwellEvent<Type> }[keyof EventData];
