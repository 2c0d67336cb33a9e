// Rights in the groups people think in, and how far they reach.
import type { DataScope, Permission } from "@yingda/client";

export const rightGroups: { key: "service" | "customer" | "manage" | "insight"; rights: Permission[] }[] = [
  { key: "service", rights: ["conversation_handle", "conversation_view", "conversation_supervise", "canned_reply_manage"] },
  { key: "customer", rights: ["customer_view", "customer_edit"] },
  { key: "manage", rights: ["org_manage", "settings_manage", "token_manage"] },
  { key: "insight", rights: ["analytics_view", "audit_view"] },
];

export const scopes: DataScope[] = ["own", "team", "unit", "tenant"];

/** Nobody can give a reach beyond his own. */
export function reaches(own: DataScope, wanted: DataScope): boolean {
  return scopes.indexOf(wanted) <= scopes.indexOf(own);
}
