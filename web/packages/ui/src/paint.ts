// The colours of a widget: used by the widget itself and by the console's preview of it.

export interface Paint {
  /** The colour of surfaces, a CSS colour. */
  brand: string;
  /** The colour of text on it. */
  ink: string;
}

const kLight = 0.36; // luminance from which dark text reads better than white
const kWhiteReads = 0.18; // luminance up to which white text has a contrast of 4.5 to 1 (WCAG 1.4.3)

/** Surfaces and text of a brand colour "#rrggbb", readable whatever the colour: middle tones are darkened a little for white text. */
export function paintOf(color: string): Paint {
  let rgb = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const luminance = () => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.03928 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  if (luminance() > kLight) return { brand: color, ink: "#12161d" };
  if (luminance() <= kWhiteReads) return { brand: color, ink: "#fff" };
  while (luminance() > kWhiteReads) rgb = rgb.map((v) => Math.floor(v * 0.98));
  return { brand: `rgb(${rgb.join(", ")})`, ink: "#fff" };
}
