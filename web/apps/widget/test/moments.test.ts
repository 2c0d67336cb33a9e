import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { waitWords, whenShort } from "../src/moments";
import { pick, speak } from "../src/more_texts";
import { takeChat } from "../src/room";

const use = (lang: "zh" | "en") => {
  speak(lang);
  takeChat({ boot: { lang } } as Parameters<typeof takeChat>[0]);
};
const minutes = (n: number) => n * 60_000;

describe("waitWords", () => {
  it("Wait_Unknown_IsSaidAsUnknown", () => {
    use("zh");
    expect(waitWords(undefined)).toBe("正在估算等待时间");
    use("en");
    expect(waitWords(undefined)).toBe("estimating the wait…");
  });

  it("Wait_AnyLength_IsRoundedUpAndNeverInSeconds", () => {
    use("zh");
    expect([0, 1, 59_000, 60_000].map(waitWords)).toEqual(Array(4).fill("预计 1 分钟内"));
    expect(waitWords(61_000)).toBe("约 2 分钟");
    expect(waitWords(minutes(10))).toBe("约 10 分钟");
    expect(waitWords(minutes(11))).toBe("约 15 分钟");
    expect(waitWords(minutes(60))).toBe("约 60 分钟");
    expect(waitWords(minutes(61))).toBe("预计超过 1 小时");
    use("en");
    for (let ms = 0; ms < minutes(70); ms += 7_919) expect(waitWords(ms)).not.toMatch(/second|\.\d/);
  });
});

describe("whenShort", () => {
  beforeEach(() => { vi.useFakeTimers({ now: new Date(2026, 10, 4, 20, 0) }); });
  afterEach(() => { vi.useRealTimers(); });

  it("Moment_TodayTomorrowLater_IsNamedAsPeopleDo", () => {
    use("zh");
    expect(whenShort(+new Date(2026, 10, 4, 22, 30))).toBe("今天 22:30");
    expect(whenShort(+new Date(2026, 10, 5, 9, 0))).toBe("明天 09:00");
    expect(whenShort(+new Date(2026, 10, 9, 9, 0))).toMatch(/11月9日/);
    use("en");
    expect(whenShort(+new Date(2026, 10, 5, 9, 0))).toBe("tomorrow 09:00 AM");
    expect(whenShort(+new Date(2026, 10, 9, 9, 0))).toMatch(/Nov 9/);
  });
});

describe("pick", () => {
  it("Text_OneLanguageEmpty_TheOtherIsTaken", () => {
    use("en");
    expect(pick({ zh_CN: "订单", en: "" })).toBe("订单");
    expect(pick({ zh_CN: "订单", en: "Orders" })).toBe("Orders");
    use("zh");
    expect(pick({ zh_CN: "", en: "Orders" })).toBe("Orders");
  });
});
