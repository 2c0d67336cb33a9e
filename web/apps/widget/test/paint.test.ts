import { paintOf } from "@yingda/ui/paint";
import { describe, expect, it } from "vitest";

function luminance(color: string): number {
  const parts = color.startsWith("#") ? [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) : color.match(/\d+/g)!.map(Number);
  const [r, g, b] = parts.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b === "#fff" ? "#ffffff" : b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe("paintOf", () => {
  it("Paint_EveryColour_TextReads", () => {
    for (let r = 0; r < 256; r += 15)
      for (let g = 0; g < 256; g += 15)
        for (let b = 0; b < 256; b += 15) {
          const color = `#${[r, g, b].map((v) => v.toString(16).padStart(2, "0")).join("")}`;
          const { brand, ink } = paintOf(color);
          expect(contrast(brand, ink), color).toBeGreaterThanOrEqual(4.5);
        }
  });

  it("Paint_DarkAndLightColours_StayAsTheyAre", () => {
    expect(paintOf("#0b7a65")).toEqual({ brand: "#0b7a65", ink: "#fff" });
    expect(paintOf("#ffe066").brand).toBe("#ffe066");
  });

  it("Paint_MiddleTone_IsDarkenedForWhiteText", () => {
    const { brand, ink } = paintOf("#1677ff");
    expect(ink).toBe("#fff");
    expect(brand).toMatch(/^rgb\(/);
  });
});
