// A made-up company for the console's mock server. Development and tests only.

const minute = 60_000;
const hour = 60 * minute;
const all = [
  "conversation_handle", "conversation_view", "conversation_supervise", "customer_view", "customer_edit",
  "canned_reply_manage", "org_manage", "settings_manage", "token_manage", "audit_view", "analytics_view",
];

export function makeCompany(now = Date.now()) {
  const tenant = {
    id: "tn_1", name: "青禾茶舍", locale: "zh_CN", time_zone: "Asia/Shanghai", recall_window_ms: 120_000, demo: true,
    created_at_ms: now - 90 * 24 * hour,
  };
  const units = [
    { id: "un_1", parent_id: undefined, kind: "headquarters", name: "青禾总部", code: "" },
    { id: "un_2", parent_id: "un_1", kind: "region", name: "华东大区", code: "" },
    { id: "un_3", parent_id: "un_2", kind: "province", name: "浙江省", code: "330000" },
    { id: "un_4", parent_id: "un_3", kind: "city", name: "杭州市", code: "330100" },
    { id: "un_5", parent_id: "un_4", kind: "centre", name: "杭州客服中心", code: "HZ01" },
    { id: "un_6", parent_id: "un_1", kind: "region", name: "华南大区", code: "" },
  ];
  const teams = [
    { id: "tm_1", unit_id: "un_5", name: "售前咨询", member_count: 3 },
    { id: "tm_2", unit_id: "un_5", name: "售后服务", member_count: 2 },
    { id: "tm_3", unit_id: "un_6", name: "大客户组", member_count: 1 },
  ];
  const roles = [
    { id: "rl_1", key: "administrator", name: "", scope: "tenant", permissions: all },
    { id: "rl_2", key: "supervisor", name: "", scope: "unit", permissions: all.slice(0, 6).concat("analytics_view") },
    { id: "rl_3", key: "agent", name: "", scope: "team", permissions: ["conversation_handle", "customer_view", "customer_edit"] },
    { id: "rl_4", key: "analyst", name: "", scope: "tenant", permissions: ["conversation_view", "customer_view", "analytics_view"] },
    { id: "rl_5", key: "", name: "质检专员", scope: "unit", permissions: ["conversation_view", "customer_view"] },
  ];
  const person = (id, login, name, display_name, role_id, team_ids, extra = {}) => ({
    id, login, name, display_name, role_id, unit_id: "un_5", team_ids, locale: "zh_CN", capacity: 5, disabled: false,
    totp_enabled: false, created_at_ms: now - 60 * 24 * hour, ...extra,
  });
  const users = [
    person("us_1", "admin", "周静", "小静", "rl_1", ["tm_1", "tm_2"], { capacity: 8 }),
    person("us_2", "wang", "王芳", "小芳", "rl_3", ["tm_1"]),
    person("us_3", "li", "李建国", "建国", "rl_3", ["tm_1", "tm_2"]),
    person("us_4", "chen@qinghe.example", "陈晓明", "晓明", "rl_2", ["tm_3"], { totp_enabled: true }),
    person("us_5", "totp", "Emma Clarke", "Emma", "rl_3", ["tm_2"], { locale: "en" }),
    person("us_6", "zhao", "赵磊", "", "rl_3", ["tm_2"], { disabled: true }),
  ];
  const state = (user, value, reason, load) => ({
    user_id: user.id, name: user.name, display_name: user.display_name || user.name, state: value, reason,
    since_at_ms: now - 25 * minute, load, capacity: user.capacity, connected: value !== "offline", team_ids: user.team_ids,
  });
  const agents = [
    state(users[0], "online", "", 4), state(users[1], "online", "", 3), state(users[2], "busy", "", 5),
    state(users[3], "away", "meal", 1), state(users[4], "offline", "", 0),
  ];
  const canned = [
    ["hi", "开场问候", "您好{{customer.name}}，我是{{agent.name}}，请问有什么可以帮您？", ""],
    ["wait", "请稍候", "好的，请您稍等一两分钟，我马上为您查询。", ""],
    ["ship", "发货时间", "您好，下午 4 点前付款的订单当天发货，之后的次日发货。{{company.name}}默认使用顺丰。", ""],
    ["refund", "退款流程", "您可以在「我的订单 → 申请售后」里提交退款，审核通过后 1–3 个工作日原路退回。", ""],
    ["bye", "结束语", "感谢您的咨询，祝您生活愉快！有问题随时找我们。", ""],
    ["brew", "冲泡建议", "龙井建议 80–85℃ 水温，3 克茶配 150 毫升水，首泡 30 秒即可出汤。", "us_1"],
  ].map(([shortcut, title, text, owner_id], i) => ({
    id: `cr_${i + 1}`, shortcut, title, text, owner_id: owner_id || undefined, updated_at_ms: now - i * hour,
  }));
  const widgets = [{
    id: "wg_1", name: "官网商城", key: "wk_4f9a2c71d0", enabled: true, allowed_origins: ["https://shop.qinghe.example"], team_id: "tm_1",
    typing_preview: true, identity_required: false, languages: ["zh_CN", "en"],
    look: {
      color: "#0b7a65", side: "right", launcher: "bubble", launcher_text: { zh_CN: "在线咨询", en: "Chat with us" },
      title: { zh_CN: "青禾茶舍", en: "Qinghe Tea" }, subtitle: { zh_CN: "一般几分钟内回复", en: "We usually reply in minutes" },
      greeting: { zh_CN: "您好，想喝点什么茶？", en: "Hello, which tea are you looking for?" }, auto_open_s: 0, avatar_url: "",
      offset_x: 20, offset_y: 20, dark: "auto", sound: true,
    },
  }];
  const tokens = [
    { id: "tk_1", name: "CRM 同步", hint: "a9Qx", permissions: ["customer_view", "customer_edit"], created_by: "us_1",
      created_at_ms: now - 20 * 24 * hour, last_used_at_ms: now - 3 * minute },
    { id: "tk_2", name: "报表导出", hint: "77Kd", permissions: ["analytics_view"], created_by: "us_1",
      created_at_ms: now - 5 * 24 * hour, expires_at_ms: now + 25 * 24 * hour },
  ];
  const audit = [
    ["user.created", "us_5", null, { login: "totp", name: "Emma Clarke", capacity: 5 }],
    ["team.changed", "tm_1", { name: "售前" }, { name: "售前咨询" }],
    ["widget.changed", "wg_1", { enabled: true, typing_preview: false, look: { color: "#1677ff" } }, { enabled: true, typing_preview: true, look: { color: "#0b7a65" } }],
    ["user.password_reset", "us_2", null, null],
    ["token.deleted", "tk_0", { name: "旧接口", permissions: ["customer_view"] }, null],
  ].map(([action, object, before, after], i) => ({
    id: `au_${i + 1}`, at_ms: now - (i + 1) * 47 * minute, actor_id: "us_1", actor_name: "周静", action, object, before, after,
    address: "10.2.0.18",
  }));
  return { tenant, units, teams, roles, users, agents, canned, widgets, tokens, audit, ...makeConversations(now) };
}

function makeConversations(now) {
  const customers = new Map();
  const conversations = new Map();
  const threads = new Map();
  const pages = new Map();
  const episodes = new Map();
  let ms = 0;

  function add(n, who, opts, lines) {
    const id = `cv_${n}`;
    const customer = {
      id: `cu_${n}`, name: "", label: `${"4F2K7QXM9".slice(n % 5, (n % 5) + 4)}`, external_id: "", email: "", phone: "", locale: "zh-CN",
      level: "", tags: [], attributes: {}, note: "", created_at_ms: now - 40 * 24 * hour, seen_at_ms: now - minute, ...who,
    };
    customers.set(customer.id, customer);
    const start = now - opts.minutes * minute;
    const messages = lines.map((line, i) => {
      const [side, text, extra = {}] = line;
      const author = {
        c: { kind: "customer", id: customer.id, name: customer.name || `访客 ${customer.label}` },
        a: { kind: "agent", id: opts.agent?.id ?? "us_2", name: opts.agent?.name ?? "小芳" },
        n: { kind: "agent", id: "us_3", name: "建国" },
        b: { kind: "bot", id: "", name: "应答助手" },
        s: { kind: "system", id: "", name: "" },
      }[side];
      return {
        id: `ms_${++ms}`, conversation_id: id, episode_id: `ep_${n}_2`, seq: i + 1, author, kind: side === "n" ? "note" : side === "s" ? "system" : "text",
        text, mentions: [], client_msg_id: `seed${ms}`, automatic: side === "b" || side === "s",
        created_at_ms: start + Math.floor((i * opts.minutes * minute * 0.98) / lines.length), ...extra,
      };
    });
    const last = messages[messages.length - 1];
    const spoken = messages.filter((m) => m.kind !== "note" && m.kind !== "system").at(-1);
    const conversation = {
      id, customer: { id: customer.id, name: customer.name, label: customer.label, level: customer.level }, channel: opts.channel ?? "webchat",
      widget_id: "wg_1", state: opts.state, team_id: opts.team ?? "tm_1", agent: opts.agent, participants: opts.participants ?? [],
      episode_id: `ep_${n}_2`, episode_number: 2, priority: opts.priority ?? 0, last_seq: last.seq,
      last_preview: spoken.text || (spoken.kind === "image" ? "[图片]" : `[文件] ${spoken.file?.name ?? ""}`), last_author: spoken.author.kind, unread: opts.unread ?? 0,
      waiting_since_ms: spoken.author.kind === "customer" ? spoken.created_at_ms : undefined,
      queued_at_ms: opts.state === "queued" ? start : undefined,
      promised_at_ms: opts.state === "promised" ? now + 10 * hour : undefined,
      created_at_ms: now - 40 * 24 * hour, updated_at_ms: last.created_at_ms, closed_at_ms: opts.state === "closed" ? last.created_at_ms : undefined,
      version: 10,
      receipts: { customer_delivered_seq: last.seq, customer_read_seq: Math.max(0, last.seq - 1), agent_delivered_seq: last.seq, agent_read_seq: last.seq - (opts.unread ?? 0) },
      assign_reason: opts.agent ? "routing.rule.strategy" : "",
    };
    conversations.set(id, conversation);
    threads.set(id, messages);
    pages.set(id, [
      { url: "https://shop.qinghe.example/product/longjing-250", title: "明前龙井 250g 礼盒", referrer: "", at_ms: now - 2 * minute },
      { url: "https://shop.qinghe.example/list/green", title: "绿茶 - 全部商品", referrer: "", at_ms: now - 6 * minute },
      { url: "https://shop.qinghe.example/", title: "青禾茶舍官方商城", referrer: "https://www.example.com/s?q=龙井", at_ms: now - 9 * minute },
    ]);
    episodes.set(id, [
      { id: `ep_${n}_2`, conversation_id: id, number: 2, channel: conversation.channel, opened_at_ms: start, close_reason: "", customer_messages: 4, agent_messages: 3, agents: ["us_1"] },
      { id: `ep_${n}_1`, conversation_id: id, number: 1, channel: "webchat", opened_at_ms: start - 12 * 24 * hour, closed_at_ms: start - 12 * 24 * hour + 22 * minute, first_reply_at_ms: start - 12 * 24 * hour + minute, close_reason: "agent", customer_messages: 6, agent_messages: 7, agents: ["us_2"] },
    ]);
    return conversation;
  }

  const me = { id: "us_1", name: "小静" };
  const sys = (key, args, internal = false) => ["s", "", { system: { key, args, internal } }];
  add(1, { name: "林晓雯", phone: "138 0571 2266", email: "xiaowen.lin@example.com", level: "VIP", external_id: "u-20918", tags: ["老客户", "龙井"], attributes: { "会员等级": "金卡", "累计消费": "¥ 8,420" }, note: "喜欢明前茶，送礼为主，发票抬头常用公司名。" },
    { minutes: 34, state: "assigned", agent: me, unread: 2, priority: 0, participants: [{ id: "us_3", name: "建国" }] }, [
    sys("conversation.queued", { team: "售前咨询" }),
    ["b", "您好，欢迎来到青禾茶舍！人工客服马上就到，您可以先说说需要什么。"],
    sys("conversation.assigned", { agent: "小静" }),
    ["c", "你好，我上周买的龙井礼盒，想再加两盒送客户，能和之前那单一起发吗？"],
    ["a", "林女士您好，我看一下您之前的订单，请稍等。"],
    ["n", "@周静 她上一单还在杭州仓，没出库，可以合并发货。找仓库老吴改一下单就行。", { mentions: ["us_1"] }],
    ["a", "查到了，您上一单还没有出库，可以合并发货。运费给您免掉，两盒一共 ¥ 1,176。"],
    ["c", "太好了！那包装能换成新年的那款红色礼袋吗？", { quote: { id: "ms_7", author_name: "小静", preview: "查到了，您上一单还没有出库，可以合并发货。" } }],
    ["c", "就是这一款 👇 最好今天能发出，客户周五要用。"],
  ]);
  add(2, {}, { minutes: 12, state: "assigned", agent: me, unread: 1 }, [
    sys("conversation.assigned", { agent: "小静" }),
    ["c", "请问普洱熟茶存放需要密封吗？家里比较潮"],
    ["a", "您好，熟茶建议避光、通风、防潮，不必完全密封。潮湿地区可以用紫砂罐或牛皮纸袋加干燥剂。"],
    ["c", "那和别的茶放一起会串味吗"],
  ]);
  add(3, { name: "Oliver Grant", email: "oliver@grant.example", locale: "en-GB", level: "wholesale" }, { minutes: 55, state: "assigned", agent: me }, [
    sys("conversation.transferred", { agent: "小静" }),
    ["c", "Hi, do you ship jasmine tea to the UK? I need about 20 kg for a small café."],
    ["a", "Hello Oliver, yes we do. For 20 kg it is 8–10 days by air. Shall I prepare a quote including customs?"],
    ["c", "Yes please, and a sample of the grade 2 as well."],
    ["a", "Certainly, you will have it within the hour."],
  ]);
  add(4, { name: "赵敏", phone: "139 1000 8821", tags: ["投诉"] }, { minutes: 120, state: "assigned", agent: me, priority: 7, team: "tm_2", unread: 1 }, [
    sys("conversation.assigned", { agent: "小静" }),
    ["c", "收到的茶叶罐子是瘪的，这怎么送人？"],
    ["a", "非常抱歉给您带来不便！麻烦您拍一张照片，我马上安排补发。"],
    ["c", "", { kind: "image", file: { id: "fl_1", name: "破损.png", content_type: "image/png", bytes: 231_400, width: 640, height: 420, duration_ms: 0, thumbnail: true } }],
    ["c", "", { kind: "file", file: { id: "fl_2", name: "订单详情-202611.pdf", content_type: "application/pdf", bytes: 88_200, width: 0, height: 0, duration_ms: 0, thumbnail: false } }],
  ]);
  add(5, { level: "VIP", name: "何先生" }, { minutes: 8, state: "queued", priority: 5, unread: 2 }, [
    sys("conversation.queued", { team: "售前咨询" }), ["c", "在吗？想订 50 份企业礼盒"], ["c", "要能印 logo 的"],
  ]);
  add(6, {}, { minutes: 4, state: "queued", unread: 1 }, [sys("conversation.queued", { team: "售前咨询" }), ["c", "优惠券怎么用不了，提示不满足条件"]]);
  add(7, {}, { minutes: 2, state: "queued", unread: 1, channel: "wechat" }, [["c", "你们周末发货吗"]]);
  add(8, { name: "孙悦" }, { minutes: 600, state: "promised", unread: 1, team: "tm_2" }, [sys("conversation.promised", {}), ["c", "晚上没人吗？我的快递三天没动了"]]);
  add(9, { name: "吴迪" }, { minutes: 44, state: "assigned", agent: { id: "us_2", name: "小芳" } }, [["c", "发票可以开专票吗"], ["a", "可以的，请提供一下税号和地址电话。"]]);
  add(10, { name: "Lena Fischer", locale: "en" }, { minutes: 300, state: "closed", agent: { id: "us_3", name: "建国" } }, [["c", "Thanks, the parcel arrived!"], ["a", "Glad to hear it. Enjoy your tea!"], sys("conversation.closed", { agent: "建国", reason: "agent" })]);
  for (let i = 11; i < 24; i += 1) {
    add(i, i % 2 ? { name: ["钱多", "冯程", "卫青", "蒋欣", "沈括", "韩梅梅", "杨柳"][i % 7] } : {}, { minutes: 30 + i * 9, state: "assigned", agent: { id: "us_3", name: "建国" }, team: "tm_2" }, [
      ["c", "我想问一下退款什么时候到账"], ["a", "您好，一般 1–3 个工作日原路退回。"],
    ]);
  }
  // A long thread, so that loading older messages can be tried.
  const long = threads.get("cv_3");
  const extra = [];
  for (let i = 0; i < 120; i += 1) {
    extra.push({ ...long[i % 2 ? 1 : 2], id: `ms_long${i}`, text: i % 2 ? `Question no. ${i}: is lot ${1000 + i} still available?` : `Answer no. ${i}: yes, lot ${999 + i} is in stock.`, created_at_ms: now - (3 * 24 * 60 - i * 30) * minute });
  }
  const joined = [...extra, ...long].map((m, i) => ({ ...m, seq: i + 1, episode_id: i < 120 ? "ep_3_1" : "ep_3_2" }));
  threads.set("cv_3", joined);
  const three = conversations.get("cv_3");
  Object.assign(three, { last_seq: joined.length, receipts: { customer_delivered_seq: joined.length, customer_read_seq: joined.length, agent_delivered_seq: joined.length, agent_read_seq: joined.length } });
  return { customers, conversations, threads, pages, episodes };
}
