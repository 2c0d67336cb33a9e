// Every console endpoint of docs/protocol.md section 2, once, typed.

import { Http, type Query } from "./http";
import type * as s from "./supervision";
import type * as t from "./types";

export interface ConversationQuery extends Query {
  box?: t.Box;
  state?: t.ConversationState;
  closed?: boolean;
  team_id?: t.Id;
  agent_id?: t.Id;
  search?: string;
  after?: string;
  limit?: number;
}

export interface PageQuery extends Query {
  after?: string;
  limit?: number;
  search?: string;
}

export function createApi(http: Http) {
  const id = encodeURIComponent;
  return {
    http,

    setup: () => http.get<t.SetupState>("/setup"),
    runSetup: (body: t.SetupRequest) => http.post<t.SessionInfo>("/setup", body),
    login: (body: { login: string; password: string; code?: string; company?: string }) =>
      http.post<t.SessionInfo>("/auth/login", body),
    logout: () => http.post<void>("/auth/logout"),
    session: () => http.get<t.SessionInfo>("/auth/session"),
    changePassword: (current: string, password: string) => http.post<void>("/auth/password", { current, password }),
    totpBegin: () => http.post<t.TotpSetup>("/auth/totp/begin"),
    totpConfirm: (code: string) => http.post<void>("/auth/totp/confirm", { code }),
    totpDisable: () => http.post<void>("/auth/totp/disable"),

    tenant: () => http.get<t.Tenant>("/tenant"),
    patchTenant: (body: Partial<Pick<t.Tenant, "name" | "locale" | "time_zone" | "recall_window_ms">>) =>
      http.patch<t.Tenant>("/tenant", body),

    units: () => http.get<t.Items<t.Unit>>("/units"),
    createUnit: (body: { parent_id: t.Id; kind: t.UnitKind; name: string; code?: string }) =>
      http.post<t.Unit>("/units", body),
    patchUnit: (unit: t.Id, body: { name: string }) => http.patch<t.Unit>(`/units/${id(unit)}`, body),
    deleteUnit: (unit: t.Id) => http.delete<void>(`/units/${id(unit)}`),

    teams: () => http.get<t.Items<t.Team>>("/teams"),
    createTeam: (body: { unit_id: t.Id; name: string }) => http.post<t.Team>("/teams", body),
    patchTeam: (team: t.Id, body: { unit_id?: t.Id; name: string }) => http.patch<t.Team>(`/teams/${id(team)}`, body),
    deleteTeam: (team: t.Id) => http.delete<void>(`/teams/${id(team)}`),

    roles: () => http.get<t.Items<t.Role>>("/roles"),
    createRole: (body: Pick<t.Role, "name" | "scope" | "permissions">) => http.post<t.Role>("/roles", body),
    putRole: (role: t.Id, body: Pick<t.Role, "name" | "scope" | "permissions">) =>
      http.put<t.Role>(`/roles/${id(role)}`, body),
    deleteRole: (role: t.Id) => http.delete<void>(`/roles/${id(role)}`),

    users: (query: PageQuery = {}) => http.get<t.Page<t.User>>("/users", { limit: 200, ...query }),
    createUser: (body: t.UserDraft) => http.post<t.User>("/users", body),
    patchUser: (user: t.Id, body: Partial<t.UserDraft>) => http.patch<t.User>(`/users/${id(user)}`, body),
    resetPassword: (user: t.Id, password: string) => http.post<void>(`/users/${id(user)}/password`, { password }),
    disableTotpOf: (user: t.Id) => http.post<void>(`/users/${id(user)}/totp/disable`),

    tokens: () => http.get<t.Items<t.ApiToken>>("/tokens"),
    createToken: (body: { name: string; permissions: t.Permission[]; expires_at_ms?: t.Ms }) =>
      http.post<{ token: t.ApiToken; secret: string }>("/tokens", body),
    deleteToken: (token: t.Id) => http.delete<void>(`/tokens/${id(token)}`),

    audit: (query: PageQuery = {}) => http.get<t.Page<t.AuditRecord>>("/audit", query),

    conversations: (query: ConversationQuery) => http.get<t.ConversationList>("/conversations", query),
    conversation: (cv: t.Id) => http.get<t.ConversationDetail>(`/conversations/${id(cv)}`),
    messages: (cv: t.Id, query: { before_seq?: number; after_seq?: number; limit?: number }) =>
      http.get<t.Items<t.Message>>(`/conversations/${id(cv)}/messages`, query),
    /** The message's own key is the idempotency key: a retry of any kind is the same message. */
    send: (cv: t.Id, body: t.SendMessage) =>
      http.post<t.Accepted>(`/conversations/${id(cv)}/messages`, { mentions: [], ...body }, { idempotencyKey: body.client_msg_id }),
    recall: (message: t.Id) => http.post<t.Message>(`/messages/${id(message)}/recall`),
    receipts: (cv: t.Id, body: { delivered_seq?: number; read_seq?: number }) =>
      http.post<void>(`/conversations/${id(cv)}/receipts`, body),
    grab: (cv: t.Id) => http.post<t.Conversation>(`/conversations/${id(cv)}/grab`),
    /** `accept`: the owner keeps it until the colleague takes it (only with `agent_id`). */
    transfer: (
      cv: t.Id,
      body: { agent_id?: t.Id; team_id?: t.Id; note?: string; expected_version?: number; accept?: boolean },
    ) => http.post<t.Conversation>(`/conversations/${id(cv)}/transfer`, body),
    takeOver: (cv: t.Id, note = "") => http.post<t.Conversation>(`/conversations/${id(cv)}/take-over`, { note }),
    why: (cv: t.Id) => http.get<s.Why>(`/conversations/${id(cv)}/why`),
    close: (cv: t.Id, reason?: string) => http.post<t.Conversation>(`/conversations/${id(cv)}/close`, { reason }),
    reopen: (cv: t.Id) => http.post<t.Conversation>(`/conversations/${id(cv)}/reopen`),
    patchConversation: (cv: t.Id, body: { priority?: number }) =>
      http.patch<t.Conversation>(`/conversations/${id(cv)}`, body),
    addParticipant: (cv: t.Id, user: t.Id, role: "conference" | "consult" = "conference") =>
      http.put<t.Conversation>(`/conversations/${id(cv)}/participants/${id(user)}`, { role }),
    removeParticipant: (cv: t.Id, user: t.Id) =>
      http.delete<t.Conversation>(`/conversations/${id(cv)}/participants/${id(user)}`),

    customer: (cu: t.Id) => http.get<t.Customer>(`/customers/${id(cu)}`),
    patchCustomer: (cu: t.Id, body: t.CustomerPatch) => http.patch<t.Customer>(`/customers/${id(cu)}`, body),

    uploadFile: (file: File, onProgress: (share: number) => void, signal?: AbortSignal) =>
      http.upload<t.FileInfo>(`/files?name=${id(file.name)}`, file, onProgress, signal),
    fileUrl: (file: t.Id, download = false) => `${http.base}/files/${id(file)}${download ? "?download=1" : ""}`,
    thumbnailUrl: (file: t.Id) => `${http.base}/files/${id(file)}/thumbnail`,

    cannedReplies: () => http.get<t.Items<t.CannedReply>>("/canned-replies"),
    createCannedReply: (body: t.CannedReplyDraft) => http.post<t.CannedReply>("/canned-replies", body),
    putCannedReply: (reply: t.Id, body: t.CannedReplyDraft) =>
      http.put<t.CannedReply>(`/canned-replies/${id(reply)}`, body),
    deleteCannedReply: (reply: t.Id) => http.delete<void>(`/canned-replies/${id(reply)}`),

    widgets: () => http.get<t.Items<t.Widget>>("/widgets"),
    createWidget: (body: t.WidgetDraft) => http.post<t.Widget>("/widgets", body),
    putWidget: (widget: t.Id, body: t.WidgetDraft) => http.put<t.Widget>(`/widgets/${id(widget)}`, body),
    deleteWidget: (widget: t.Id) => http.delete<void>(`/widgets/${id(widget)}`),
    newIdentityKey: (widget: t.Id) => http.post<{ identity_key: string }>(`/widgets/${id(widget)}/identity-key`),

    agents: () => http.get<t.Items<t.AgentStatus>>("/agents"),
    setMyState: (state: t.AgentState, reason?: string) =>
      http.put<t.AgentStatus>("/agents/me/state", { state, reason: reason ?? "" }),

    forceState: (user: t.Id, state: t.AgentState, reason: string) =>
      http.put<t.AgentStatus>(`/agents/${id(user)}/state`, { state, reason }),
    wrapUp: (body: { extend_ms: number } | { end: true }) => http.post<t.AgentStatus>("/agents/me/wrap-up", body),
    reasonCodes: () => http.get<t.Items<s.ReasonCode>>("/routing/reason-codes"),
    /** `date` "YYYY-MM-DD" in the company's time zone; without one: today. */
    agentDay: (user: t.Id, date?: string) => http.get<s.AgentDay>(`/agents/${id(user)}/day`, { date }),

    /** What rings for me; with `sent`: my transfers that wait for a yes. */
    offers: (query: { sent?: boolean } = {}) => http.get<t.Items<s.Offer>>("/offers", query),
    acceptOffer: (offer: t.Id) => http.post<t.Conversation>(`/offers/${id(offer)}/accept`),
    withdrawOffer: (offer: t.Id) => http.post<void>(`/offers/${id(offer)}/withdraw`),
    declineOffer: (offer: t.Id) => http.post<void>(`/offers/${id(offer)}/decline`),

    board: (query: { unit_id?: t.Id } = {}) => http.get<s.Board>("/board", query),
    alarms: (query: PageQuery & { open?: boolean } = {}) => http.get<t.Page<s.Alarm>>("/alarms", query),
    acknowledgeAlarm: (alarm: t.Id) => http.post<s.Alarm>(`/alarms/${id(alarm)}/acknowledge`),

    ratingSettings: () => http.get<s.RatingSettings>("/rating/settings"),
    followUps: (query: PageQuery & { state?: "open" | "done" } = {}) =>
      http.get<t.Page<s.FollowUp>>("/rating/follow-ups", query),
    patchFollowUp: (followUp: t.Id, body: { state?: "open" | "done"; assignee_id?: t.Id; note?: string }) =>
      http.patch<s.FollowUp>(`/rating/follow-ups/${id(followUp)}`, body),
    ratedEpisodes: (query: PageQuery & { agent_id?: t.Id; conversation_id?: t.Id; from_at_ms?: t.Ms; until_at_ms?: t.Ms } = {}) =>
      http.get<t.Page<s.RatedEpisode>>("/rating/episodes", query),

    events: (query: { since: number; wait_s: number; watch: string; all: boolean }, signal: AbortSignal) =>
      http.get<t.PollAnswer>("/events", query, { signal, timeoutMs: (query.wait_s + 15) * 1000 }),
    frames: (frames: t.ClientFrame[]) => http.post<void>("/events/frames", { frames }),
  };
}

export type Api = ReturnType<typeof createApi>;
