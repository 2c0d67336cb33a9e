// The compiler's proof that types.ts still says what the server says. `schema.ts` is generated from the OpenAPI document that
// the binary emits (npm run generate -w packages/client); a shape that drifts apart no longer compiles here.

import type { components } from "./schema";
import type * as s from "./supervision";
import type * as t from "./types";

type Wire = components["schemas"];

/** What the server sends is understood here. */
type Answer<Name extends keyof Wire, Ours> = Wire[Name] extends Ours ? true : ["does not fit", Name];
/** What is sent from here is understood by the server. */
type Request<Name extends keyof Wire, Ours> = Ours extends Wire[Name] ? true : ["does not fit", Name];

export type Contract = [
  Answer<"AcceptedMessage", t.Accepted>,
  Answer<"AgentStatus", t.AgentStatus>,
  Answer<"ApiToken", t.ApiToken>,
  // Any JSON stands before and after a change; the console shows objects and leaves the rest.
  Answer<"AuditRecord", Omit<t.AuditRecord, "before" | "after">>,
  Answer<"CannedReply", t.CannedReply>,
  Answer<"Conversation", t.Conversation>,
  Answer<"ConversationDetail", t.ConversationDetail>,
  Answer<"ConversationList", t.ConversationList>,
  Answer<"Customer", t.Customer>,
  Answer<"Episode", t.Episode>,
  Answer<"FileInfo", t.FileInfo>,
  Answer<"Message", t.Message>,
  Answer<"PageView", t.PageView>,
  Answer<"Problem", t.ErrorBody>,
  Answer<"Alarm", s.Alarm>,
  Answer<"AgentDay", s.AgentDay>,
  Answer<"Board", s.Board>,
  Answer<"FollowUp", s.FollowUp>,
  Answer<"Invitation", s.Invitation>,
  Answer<"Offer", s.Offer>,
  Answer<"RatedEpisode", s.RatedEpisode>,
  Answer<"ReasonCode", s.ReasonCode>,
  Answer<"Role", t.Role>,
  Answer<"SessionInfo", t.SessionInfo>,
  Answer<"SetupState", t.SetupState>,
  Answer<"Team", t.Team>,
  Answer<"Tenant", t.Tenant>,
  Answer<"TotpSetup", t.TotpSetup>,
  Answer<"Unit", t.Unit>,
  Answer<"User", t.User>,
  Answer<"Why", s.Why>,
  Answer<"Widget", t.Widget>,
  Request<"CannedReplyInput", t.CannedReplyDraft>,
  Request<"CustomerPatch", t.CustomerPatch>,
  Request<"NewMessage", t.SendMessage & { mentions: t.Id[] }>,
  Request<"SetupInput", t.SetupRequest>,
  Request<"UserInput", t.UserDraft & { password: string }>,
  Request<"UserPatch", Omit<Partial<t.UserDraft>, "login" | "password">>,
  Request<"WidgetInput", t.WidgetDraft>,
];

type AllFit<List extends unknown[]> = List extends [infer First, ...infer Rest]
  ? First extends true
    ? AllFit<Rest>
    : First
  : true;

const fits: AllFit<Contract> = true;
void fits;
