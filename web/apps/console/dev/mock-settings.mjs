// The mock server's settings endpoints beyond plain collections: queue policies, field errors, member counts.
// Development and tests only.

const refuse = (fields, status = 400, reason = "request.invalid_fields", message = "部分内容填写有误") => ({
  status,
  body: { code: status === 409 ? "conflict" : "invalid_argument", reason, message, fields },
});
const wrong = (field, message, reason = "request.out_of_range") => ({ field, reason, message });

function policyOf(team_id) {
  return {
    team_id, strategy: "least_loaded", priority_step_ms: 120_000, vip_priority: 2, last_agent_wait_ms: 60_000, ring_count: 3,
    length_max: 0, wait_ms_max: 0, overflow_team_ids: [], relaxations: [],
  };
}

/** Answers what is its own, undefined for everything else. */
export function makeSettings(world) {
  const policies = new Map();
  const users = (id) => world.users.filter((user) => user.team_ids.includes(id));
  const recount = () => world.teams.forEach((team) => (team.member_count = users(team.id).length));
  recount();

  function check(area, method, body, id) {
    if (!body || method === "GET") return undefined;
    if (area === "widgets" && method !== "DELETE" && body.look) {
      if (!/^#[0-9a-f]{6}$/i.test(body.look.color)) return refuse([wrong("look.color", "颜色格式不对", "request.unknown_value")]);
      if (body.look.subtitle.zh_CN.includes("拒绝")) return refuse([wrong("look.subtitle.zh_CN", "服务器不接受这个副标题", "request.unknown_value")]);
    }
    if (area === "canned-replies") {
      const clash = world.canned.find((r) => r.shortcut === body.shortcut && Boolean(r.owner_id) !== body.shared && r.id !== id);
      if (clash) return refuse([], 409, "conversation.shortcut_taken", "该短语已被使用");
    }
    if (["teams", "units", "roles"].includes(area) && body.name !== undefined && [...body.name].length > 80) return refuse([wrong("name", "内容过长", "request.too_long")]);
    return undefined;
  }

  function removal(area, id) {
    if (area === "teams" && users(id).length) return refuse([], 409, "org.team_not_empty", "该班组仍有成员");
    const held = world.units.some((u) => u.parent_id === id) || world.teams.some((t) => t.unit_id === id) || world.users.some((u) => u.unit_id === id);
    if (area === "units" && held) return refuse([], 409, "org.unit_not_empty", "该机构下仍有下级、班组或人员");
    if (area === "roles" && world.users.some((u) => u.role_id === id)) return refuse([], 409, "org.role_in_use", "仍有用户使用该角色");
    return undefined;
  }

  return {
    route(method, parts, query, body) {
      const [area, id, verb] = parts;
      if (area === "routing" && id === "policies") {
        if (method === "GET") return { items: world.teams.map((team) => policies.get(team.id) ?? policyOf(team.id)) };
        if (body.priority_step_ms > 86_400_000) return refuse([wrong("priority_step_ms", "数值超出范围")]);
        policies.set(body.team_id, body);
        return body;
      }
      if (area === "users" && method === "GET" && !id && query.get("search")) {
        const words = query.get("search").toLowerCase();
        return { items: world.users.filter((u) => `${u.name}${u.login}${u.display_name}`.toLowerCase().includes(words)), next: "" };
      }
      if (area === "users" && id && verb === "totp") {
        world.users.find((u) => u.id === id).totp_enabled = false;
        return null;
      }
      if (method === "DELETE") return removal(area, id);
      const refused = check(area, method, body, id);
      if (!refused && area === "users" && id && method === "PATCH") queueMicrotask(recount);
      return refused;
    },
  };
}
