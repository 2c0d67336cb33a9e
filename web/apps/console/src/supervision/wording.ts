// Words of alarms, rules and states that the server tells as keys.
import type { AgentState, Alarm } from "@yingda/client";

import { hasKey, t } from "../i18n";
import { stopwatch } from "./model";

/** What the board knows beyond the alarm itself: the customer's name in full, and how long he waits by now. */
export interface AlarmFacts {
  customer?: string;
  waitedMs?: number;
}

export function alarmText(alarm: Alarm, team: string, facts: AlarmFacts = {}): string {
  const base = `supervision.alarm.kind.${alarm.kind}`;
  const args = {
    customer: facts.customer || alarm.customer_name || t("common.visitorPlain"),
    agent: alarm.agent_name ?? "",
    team: team || t("supervision.alarm.someTeam"),
    span: stopwatch(facts.waitedMs ?? alarm.value_ms),
    n: alarm.count,
  };
  return hasKey(base) ? t(base, args) : alarm.kind;
}

export function stateText(state: AgentState, reason = ""): string {
  const word = t(`common.agentState.${state}`);
  return reason ? `${word} · ${reason}` : word;
}

/** Why a conversation came to somebody, in a sentence's worth of words. */
export function ruleText(rule: string): string {
  const key = `supervision.rule.${rule.replace(/^routing\.rule\./, "").replaceAll(".", "_")}`;
  return hasKey(key) ? t(key) : rule;
}
