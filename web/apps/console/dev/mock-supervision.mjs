// The supervision part of the console's mock server: board, alarms, offers, an agent's day, follow-ups. Development and tests only.
const minute = 60_000;

export function makeSupervision({ world, emit, newId, missing, transition, system, summary }) {
  const now = () => Date.now();
  const reasonCodes = [
    ["break", "away", "休息", "Break"], ["meal", "away", "用餐", "Meal"], ["training", "busy", "培训", "Training"],
    ["meeting", "busy", "会议", "Meeting"], ["technical", "busy", "设备故障", "Technical"],
  ].map(([code, state, zh_CN, en]) => ({ code, state, zh_CN, en, enabled: true }));
  const alarms = [
    { kind: "waiting_long", team_id: "tm_1", conversation_id: "cv_5", customer_name: "何先生", value_ms: 8 * minute, count: 1, raised_at_ms: now() - 5 * minute },
    { kind: "agent_silent", team_id: "tm_2", conversation_id: "cv_4", agent_id: "us_1", customer_name: "赵敏", agent_name: "小静", value_ms: 4 * minute, count: 2, raised_at_ms: now() - 2 * minute },
    { kind: "nobody_online", team_id: "tm_3", value_ms: 0, count: 1, raised_at_ms: now() - 16 * minute, acknowledged_by_id: "us_4", acknowledged_by_name: "陈晓明", acknowledged_at_ms: now() - 15 * minute },
  ].map((alarm, i) => ({ id: `al_${i + 1}`, ...alarm }));
  const offers = [];
  const stars = { zh_CN: "态度不好", en: "Unfriendly", key: "manner" };
  const invitations = [
    { episode_id: "ep_1_1", conversation_id: "cv_1", state: "rated", scale: "stars", reasons: [stars], solved: true, score: 5, reason_keys: [], words: "很耐心，谢谢！", invited_at_ms: now() - 12 * 24 * 60 * minute, answered_at_ms: now() - 12 * 24 * 60 * minute },
    { episode_id: "ep_4_1", conversation_id: "cv_4", state: "unsolved", scale: "stars", reasons: [stars], solved: false, reason_keys: [], words: "", invited_at_ms: now() - 12 * 24 * 60 * minute, answered_at_ms: now() - 12 * 24 * 60 * minute },
    { episode_id: "ep_10_2", conversation_id: "cv_10", state: "rated", scale: "stars", reasons: [stars], solved: true, score: 2, reason_keys: ["manner"], words: "回复太慢，问了三遍", invited_at_ms: now() - 60 * minute, answered_at_ms: now() - 50 * minute },
  ];
  const followUps = [
    { customer_name: "Lena Fischer", conversation_id: "cv_10", episode_id: "ep_10_2", agent_id: "us_3", agent_name: "建国", cause: "low_score", scale: "stars", score: 2, reason_keys: ["manner"], words: "回复太慢，问了三遍", state: "open", note: "", created_at_ms: now() - 50 * minute, done_by_name: "" },
    { customer_name: "吴迪", conversation_id: "cv_9", episode_id: "ep_9_1", agent_id: "us_2", agent_name: "小芳", cause: "low_score", scale: "stars", score: 1, reason_keys: [], words: "", state: "open", assignee_id: "us_4", note: "已打电话，约明天上午再联系。", created_at_ms: now() - 300 * minute, done_by_name: "" },
    { customer_name: "孙悦", conversation_id: "cv_8", episode_id: "ep_8_1", agent_id: "us_1", agent_name: "小静", cause: "unsolved", scale: "stars", reason_keys: [], words: "没解决我的问题", state: "done", note: "补发运费券，客户接受。", created_at_ms: now() - 2000 * minute, done_at_ms: now() - 900 * minute, done_by_name: "陈晓明" },
  ].map((item, i) => ({ id: `fu_${i + 1}`, ...item }));

  function board() {
    const all = [...world.conversations.values()];
    const at = now();
    const queues = world.teams.map((team, i) => {
      const waiting = all.filter((c) => c.team_id === team.id && c.state === "queued");
      const people = world.agents.filter((a) => a.team_ids.includes(team.id));
      const online = people.filter((a) => a.state === "online");
      return {
        team_id: team.id, team_name: team.name, unit_id: team.unit_id, strategy: "least_loaded", waiting: waiting.length,
        longest_wait_ms: Math.max(0, ...waiting.map((c) => at - c.queued_at_ms)), estimated_wait_ms: waiting.length ? 95_000 : undefined,
        promised: all.filter((c) => c.team_id === team.id && c.state === "promised").length,
        in_service: all.filter((c) => c.team_id === team.id && c.state === "assigned").length,
        agents_online: online.length, agents_busy: people.filter((a) => a.state === "busy").length, agents_away: people.filter((a) => a.state === "away").length,
        agents_wrap_up: 0, agents_free: online.filter((a) => a.load < a.capacity).length, alarm_wait_ms: 180_000,
        today: { offered: 64 - i * 17, served: 58 - i * 16, abandoned: 3 - i, wait_ms_sum: 1_900_000, wait_ms_max: 260_000, within_target: 49 - i * 15, estimate_error_ms_sum: 400_000, estimates: 40 },
      };
    });
    const agents = world.agents.map((agent) => {
      const silent = all.filter((c) => c.state === "assigned" && c.agent?.id === agent.user_id && c.waiting_since_ms);
      return {
        ...agent, unit_id: "un_5", last_reply_at_ms: agent.state === "offline" ? undefined : at - 3 * minute, waiting_count: silent.length,
        longest_silent_ms: Math.max(0, ...silent.map((c) => at - c.waiting_since_ms)), today: { assigned: 11 + agent.load, closed: 9 },
      };
    });
    const risks = all
      .filter((c) => c.waiting_since_ms && at - c.waiting_since_ms > minute && (c.state === "queued" || c.state === "assigned"))
      .map((c) => ({ conversation: c, waited_ms: at - c.waiting_since_ms, threshold_ms: 180_000, kind: c.state === "queued" ? "queue" : "agent" }))
      .sort((a, b) => b.waited_ms - a.waited_ms);
    return { at_ms: at, queues, agents, risks, alarms: alarms.filter((a) => !a.ended_at_ms) };
  }

  function day(user) {
    const nine = new Date().setHours(9, 0, 0, 0);
    const steps = [["online", "", 0], ["busy", "meeting", 62], ["online", "", 95], ["wrap_up", "", 150], ["online", "", 153], ["away", "meal", 181], ["online", "", 226], ["away", "break", 300], ["online", "", 311], ["wrap_up", "", 398], ["online", "", 402], ["offline", "", 505]];
    const spans = steps.slice(0, -1).map(([state, reason, from], i) => ({ state, reason, from_at_ms: nine + from * minute, until_at_ms: nine + steps[i + 1][2] * minute }));
    const totals = ["online", "busy", "away", "wrap_up"].map((state) => ({ state, ms: spans.filter((s) => s.state === state).reduce((sum, s) => sum + s.until_at_ms - s.from_at_ms, 0) }));
    const own = [...world.conversations.values()].filter((c) => c.agent?.id === user);
    const conversations = own.map((c, i) => ({ conversation_id: c.id, customer_name: c.customer.name, assigned_at_ms: nine + (20 + i * 31) * minute, rule: i % 3 ? "routing.rule.strategy" : "routing.rule.last_agent" }));
    return { user_id: user, date: new Date().toISOString().slice(0, 10), spans, totals, assigned: own.length, conversations };
  }

  function why(c) {
    if (!c.agent) return { entrance: null, assignments: [] };
    const explained = { rule: "routing.rule.strategy", strategy: "least_loaded", waited_ms: 42_000, queue_length: 3, agents_able: 4, agents_in_queue: 6, load_before: 2, capacity: 5, relaxed_levels: 0, runner_up: "us_3", estimated_wait_ms: 50_000 };
    const one = (agent_id, ago, change) => ({ conversation_id: c.id, episode_id: c.episode_id, agent_id, team_id: c.team_id, at_ms: now() - ago, why: { ...explained, ...change } });
    return { entrance: { rule_name: "金卡会员优先" }, assignments: [one(c.agent.id, 20 * minute, {}), one("us_2", 40 * minute, { rule: "routing.rule.last_agent", runner_up: "" })] };
  }

  function offer(agentId, kind = "ring", seconds = 20) {
    const c = [...world.conversations.values()].find((one) => one.state === "queued");
    const item = { id: newId("of"), conversation: c, kind, agent_ids: [agentId], from_id: kind === "ring" ? undefined : "us_2", from_name: kind === "ring" ? "" : "小芳", note: kind === "ring" ? "" : "客户要换大一号，已核对订单。", made_at_ms: now(), until_at_ms: now() + seconds * 1000, team_id: c.team_id };
    offers.push(item);
    emit("routing.offered", item);
    setTimeout(() => endOffer(item, "expired"), seconds * 1000);
    return item;
  }
  function endOffer(item, outcome, by) {
    const at = offers.indexOf(item);
    if (at < 0) return;
    offers.splice(at, 1);
    emit("routing.offer_ended", { id: item.id, conversation_id: item.conversation.id, agent_ids: item.agent_ids, outcome, by_id: by, from_id: item.from_id });
  }

  /** undefined: not a path of this part. */
  function route(method, [area, id, verb], query, body, user) {
    if (area === "board") return board();
    if (area === "routing" && id === "reason-codes") return { items: reasonCodes };
    if (area === "agents" && verb === "day") return day(id);
    if (area === "agents" && verb === "state" && id !== "me") {
      const agent = world.agents.find((a) => a.user_id === id);
      emit("agent.state_changed", Object.assign(agent, { state: body.state, reason: body.reason, since_at_ms: now() }));
      return agent;
    }
    if (area === "agents" && verb === "wrap-up") {
      const agent = world.agents.find((a) => a.user_id === user.id);
      if (body.end) Object.assign(agent, { state: "online", until_at_ms: undefined, since_at_ms: now() });
      else agent.until_at_ms += body.extend_ms;
      emit("agent.state_changed", agent);
      return agent;
    }
    if (area === "alarms" && method === "GET") return { items: alarms.filter((a) => !a.ended_at_ms), next: "" };
    if (area === "alarms" && verb === "acknowledge") {
      const alarm = Object.assign(alarms.find((a) => a.id === id), { acknowledged_by_id: user.id, acknowledged_by_name: user.name, acknowledged_at_ms: now() });
      emit("alarm.changed", alarm);
      return alarm;
    }
    if (area === "offers" && method === "GET") return { items: offers.filter((o) => o.agent_ids.includes(user.id)) };
    if (area === "offers") {
      const item = offers.find((o) => o.id === id);
      if (!item) return missing();
      endOffer(item, verb === "accept" ? "accepted" : "declined", user.id);
      if (verb === "decline") return null;
      return transition(item.conversation, "assigned", user, { state: "assigned", agent: summary(user), queued_at_ms: undefined }, { agent: summary(user).name });
    }
    if (area === "rating" && id === "settings") return { channels: [{ channel: "webchat", reasons: [stars] }] };
    if (area === "rating" && id === "follow-ups" && method === "GET") return { items: followUps.filter((f) => f.state === query.get("state")), next: "" };
    if (area === "rating" && id === "follow-ups") {
      const item = Object.assign(followUps.find((f) => f.id === verb), body, body.state === "done" ? { done_at_ms: now(), done_by_name: user.name } : {});
      emit("rating.follow_up_changed", item);
      return item;
    }
    if (area === "rating" && id === "episodes") {
      const cv = query.get("conversation_id");
      const items = invitations.filter((i) => !cv || i.conversation_id === cv).map((invitation) => ({ invitation, customer_name: "", agents: [], closed_at_ms: invitation.invited_at_ms }));
      return { items, next: "" };
    }
    if (area === "conversations" && verb === "why") return why(world.conversations.get(id));
    if (area === "conversations" && verb === "take-over") {
      const c = world.conversations.get(id);
      return transition(c, "transferred", user, { state: "assigned", agent: summary(user) }, undefined) && (system(c, "conversation.taken_over", { agent: summary(user).name }, true), c);
    }
    return undefined;
  }

  return { route, board, offer };
}
