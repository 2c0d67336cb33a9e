import { say } from "../more_texts";

const kEmoji = "😀 😄 😂 😊 😉 😍 😘 😎 🤔 😅 😭 😡 😱 🙏 👍 👎 👌 👏 💪 🤝 ❤️ 🎉 🌹 🔥 ✅ ❌ ❓ 💯 📦 🚚 💰 ⏰".split(" ");

export const Emoji = ({ pick }: { pick(one: string): void }) =>
  <div class="emo" role="group" aria-label={say("emoji")}>{kEmoji.map((one) => <button type="button" onClick={() => pick(one)}>{one}</button>)}</div>;
