// Words of the second chunk, zh-CN and English.
const zh = {
  emoji: "表情", image: "图片", close: "关闭", tooLarge: "文件超过 {n} MB", upload: "上传失败，请重试",
  offlineBar: "现在没有客服在线。您的留言已收到，我们会在这里回复", promised: "我们会在 {time} 前后在这里回复您", backAt: "现在没有客服在线，{time} 恢复服务。您可以先留言", leave: "现在没有客服在线，您可以先留言，我们会在这里回复",
  queued: "已收到，正在为您排队", queue: "您前面还有 {n} 位", next: "下一位就是您", join: "，", estimating: "正在估算等待时间", soon: "预计 1 分钟内", about: "约 {n} 分钟", overAnHour: "预计超过 1 小时",
  todayAt: "今天 {time}", tomorrowAt: "明天 {time}",
  info: "服务说明", infoFailed: "现在无法读取服务说明，请稍后再试", hours: "服务时间", closed: "休息", zone: "以上按{zone}计", openNow: "现在在服务时间内，今天到 {time}", openAlways: "全天服务", closedNow: "现在不在服务时间，{time} 恢复服务", closedLong: "现在不在服务时间", onlineNow: "现在有客服在线", offlineNow: "现在没有客服在线，留言会按顺序回复",
  holidays: "法定节假日休息，调休上班日照常", noHours: "没有公布固定的服务时间，有客服在线时会尽快回复", how: "接下来会怎样", howQueue: "您发出消息后，系统会按顺序为您接入一位客服；前面有几位、大约等多久会写在窗口上方。", howAway: "没有客服在线时，您的留言不会丢失，我们回来后会按顺序在这里回复。",
  howRemind: "客服回复后，如果您 {a}没有新消息，我们会提醒您。", howClose: "再过一段时间仍没有新消息（共 {b}），本次服务会结束；您随时可以继续写，同一个窗口接着聊。", howNeverClose: "只要最后一句是您说的，服务就不会被自动结束。", howRating: "服务结束后，我们会问您问题是否解决，您可以打分，也可以不理会。",
  limits: "能发什么", limitsText: "每条消息最多 {n} 个字；图片、语音和文件每个最多 {m} MB。", history: "聊天记录会保留，换一个页面或过几天再来都还在。", minutes: "{n} 分钟", hoursLong: "{n} 小时", days: "{n} 天",
  contactAsk: "要不要留个联系方式？", contactWhy: "选填。万一您关掉页面，我们也能联系上您；回复仍会出现在这里。", contactBox: "邮箱或手机号", contactSave: "留下", contactNo: "不用了", contactKept: "已记下：{contact}。回复会出现在这里", contactBad: "请填写正确的邮箱或手机号",
  solvedAsk: "您的问题解决了吗？", yes: "已解决", no: "还没有", unsolved: "抱歉还没有解决。已重新为您接入客服，请稍候", rateAsk: "给这次服务打个分吧", rateSaved: "感谢您的评价", star: "{n} 星", stars: "评分", good: "满意", bad: "不满意", whyLow: "哪里可以做得更好？", why: "您觉得怎么样？", words: "还有什么想说的？（选填）", submit: "提交", change: "修改", rateLost: "现在连不上，恢复后请再提交一次",
  menu: "您想咨询什么？", menuBack: "返回", menuAgain: "还有别的问题？选择问题类型", person: "找人工客服", personSays: "我想咨询人工客服", of: "：", solved: "已解决", menuThanks: "很高兴帮到您。还有问题随时写在下面。",
};
export type Word = keyof typeof zh;
const en: Record<Word, string> = {
  emoji: "Emoji", image: "Picture", close: "Close", tooLarge: "The file is larger than {n} MB", upload: "Upload failed, please try again",
  offlineBar: "Nobody is online right now. We have your message and will answer right here", promised: "We will answer right here around {time}", backAt: "Nobody is online now; we are back {time}. You can leave a message", leave: "Nobody is online now. Leave a message and we will answer right here",
  queued: "We have your message; you are in the queue", queue: "{n} ahead of you", next: "You are next", join: ", ", estimating: "estimating the wait…", soon: "within a minute or so", about: "about {n} minutes", overAnHour: "more than an hour",
  todayAt: "today {time}", tomorrowAt: "tomorrow {time}",
  info: "About this service", infoFailed: "This cannot be read right now, please try again later", hours: "Opening hours", closed: "closed", zone: "All times in {zone}", openNow: "Open now, today until {time}", openAlways: "Open around the clock", closedNow: "Closed now; we are back {time}", closedLong: "Closed now", onlineNow: "Somebody is online now", offlineNow: "Nobody is online now; messages are answered in order",
  holidays: "Closed on Chinese public holidays; open on working weekends", noHours: "No fixed hours are published; we answer as soon as somebody is online", how: "What happens next", howQueue: "Write, and you are connected to a person in order. How many are ahead of you and about how long it takes stands at the top of the window.", howAway: "When nobody is online, nothing is lost: we answer right here, in order, when we are back.",
  howRemind: "When we have answered and hear nothing for {a}, we remind you.", howClose: "If it stays quiet ({b} in all), this service ends. Write again at any time: the same window goes on.", howNeverClose: "While the last word is yours, nothing is ended by itself.", howRating: "Afterwards we ask whether your question was solved. You may rate us, or ignore it.",
  limits: "What you can send", limitsText: "Up to {n} characters a message; pictures, voice clips and files up to {m} MB each.", history: "The conversation is kept: it is still here on another page or in a few days.", minutes: "{n} minutes", hoursLong: "{n} hours", days: "{n} days",
  contactAsk: "May we have a way to reach you?", contactWhy: "Optional. In case you close this page; the answer appears here, too.", contactBox: "E-mail or phone", contactSave: "Save", contactNo: "No, thanks", contactKept: "Noted: {contact}. The answer will appear here", contactBad: "Please enter a valid e-mail address or phone number",
  solvedAsk: "Was your question solved?", yes: "Yes, solved", no: "Not yet", unsolved: "Sorry about that. You are being connected again, one moment please", rateAsk: "How was this service?", rateSaved: "Thanks for rating us", star: "{n} of 5 stars", stars: "Rating", good: "Good", bad: "Not good", whyLow: "What could be better?", why: "What did you think?", words: "Anything to add? (optional)", submit: "Send", change: "Change", rateLost: "Not connected right now; please send it again in a moment",
  menu: "What is it about?", menuBack: "Back", menuAgain: "Another question? Choose a topic", person: "Ask a person", personSays: "I would like to talk to a person", of: ": ", solved: "Solved", menuThanks: "Glad that helped. Write below whenever you need us.",
};

let words: Record<string, string> = zh;
export function speak(lang: "zh" | "en"): void { words = lang === "zh" ? zh : en; }
export function say(key: Word, args: Record<string, string | number> = {}): string {
  return words[key]!.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name] ?? ""));
}
/** The visitor's language of a text in both; the other one when it is empty. */
export function pick(text: { zh_CN: string; en: string }): string {
  return words === zh ? text.zh_CN || text.en : text.en || text.zh_CN;
}
