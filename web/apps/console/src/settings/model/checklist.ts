// What a new company does first.
import type { CannedReply, Team, User, Widget } from "@yingda/client";

export type StepKey = "invite" | "team" | "embed" | "canned" | "secure";
export interface Step {
  key: StepKey;
  done: boolean;
  to: string;
}

/** What is known; a part the user has no right to see is absent, and so is its step. */
export interface Known {
  users?: User[];
  teams?: Team[];
  widgets?: Widget[];
  /** Somebody has written through the web widget. */
  heard?: boolean;
  canned?: CannedReply[];
  sharedCanned: boolean;
  totp: boolean;
}

export function steps(known: Known): Step[] {
  const out: Step[] = [];
  if (known.users) out.push({ key: "invite", done: known.users.filter((u) => !u.disabled).length > 1, to: "/settings/agents?new=1" });
  if (known.teams) out.push({ key: "team", done: known.teams.some((team) => team.member_count > 0), to: "/settings/teams" });
  if (known.widgets) {
    const first = known.widgets[0];
    const to = first ? `/settings/widget/${first.id}?tab=install` : "/settings/widget";
    out.push({ key: "embed", done: known.widgets.length > 0 && Boolean(known.heard), to });
  }
  if (known.canned && known.sharedCanned) {
    out.push({ key: "canned", done: known.canned.some((reply) => !reply.owner_id), to: "/settings/canned" });
  }
  out.push({ key: "secure", done: known.totp, to: "/settings/profile#second-factor" });
  return out;
}
