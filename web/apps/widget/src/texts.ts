// The widget's words, zh-CN and English.
const zh = {
  title: "在线客服", online: "在线，通常很快回复", offline: "暂时不在线，请留言", connecting: "正在连接…", lost: "网络已断开，消息会在恢复后按顺序发出",
  placeholder: "输入消息…", send: "发送", attach: "发送图片或文件", emoji: "表情", close: "收起", minimise: "收起聊天窗", voice: "录一段语音", stop: "停止并发送",
  previewNotice: "客服可以看到您正在输入的内容", typing: "{name}正在输入…",
  sending: "发送中", sent: "已发送", delivered: "已送达", read: "已读", failed: "未发送", retry: "重试", remove: "删除", quote: "引用", recall: "撤回",
  recalled: "{name}撤回了一条消息", you: "您", auto: "自动", older: "查看更早的消息", today: "今天", yesterday: "昨天",
  drop: "松开即可发送", unread: "新消息", empty: "有什么可以帮您？直接在下面输入即可。", cancelQuote: "取消引用", offlineQueue: "待发送 {n} 条", dialog: "聊天窗", log: "消息记录",
  image: "图片", info: "服务说明", micBlocked: "无法使用麦克风",
  "conversation.assigned": "{agent} 为您服务", "conversation.transferred": "已转接，{agent} 为您服务", "conversation.queued": "已收到，客服会按顺序回复您", "conversation.promised": "现在没有客服在线，上班后会在这里按顺序回复您",
  "conversation.closed": "本次服务已结束，继续输入即可再次联系我们", "conversation.reopened": "会话已重新打开", "conversation.participant_joined": "{agent} 加入了会话", "conversation.participant_left": "{agent} 离开了会话",
};
export type Key = keyof typeof zh;
const en: Record<Key, string> = {
  title: "Chat with us", online: "Online, usually replies soon", offline: "Away now, leave us a message", connecting: "Connecting…", lost: "You are offline. Messages go out in order when you are back",
  placeholder: "Write a message…", send: "Send", attach: "Send a picture or file", emoji: "Emoji", close: "Close", minimise: "Close chat", voice: "Record a voice clip", stop: "Stop and send",
  previewNotice: "Our agents can see what you type before you send it", typing: "{name} is typing…",
  sending: "Sending", sent: "Sent", delivered: "Delivered", read: "Read", failed: "Not sent", retry: "Try again", remove: "Remove", quote: "Quote", recall: "Take back",
  recalled: "{name} took a message back", you: "You", auto: "Automatic", older: "Show earlier messages", today: "Today", yesterday: "Yesterday",
  drop: "Drop to send", unread: "New messages", empty: "How can we help? Just write below.", cancelQuote: "Cancel quote", offlineQueue: "{n} waiting to be sent", dialog: "Chat", log: "Messages",
  image: "Picture", info: "About this service", micBlocked: "The microphone cannot be used",
  "conversation.assigned": "{agent} is here to help", "conversation.transferred": "You were handed over; {agent} is here to help", "conversation.queued": "We have your message and answer in order", "conversation.promised": "Nobody is online now; we answer right here, in order, when we are back",
  "conversation.closed": "This service has ended. Just write to reach us again", "conversation.reopened": "The conversation is open again", "conversation.participant_joined": "{agent} joined", "conversation.participant_left": "{agent} left",
};

export function wording(lang: "zh" | "en") {
  const words: Record<string, string> = lang === "zh" ? zh : en;
  return (key: Key, args: Record<string, string | number> = {}): string =>
    (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(args[name] ?? "")).trim();
}
export type Say = ReturnType<typeof wording>;
export const known = (key: string): key is Key => key in zh;
