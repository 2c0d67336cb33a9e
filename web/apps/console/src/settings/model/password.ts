// Passwords that can be read out over the telephone, and how good a typed one is.

/** No 0 O 1 l I: what is read aloud or from paper must not be mistaken. */
const signs = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
export const passwordMin = 8;
export const passwordMax = 128;

/** Three groups of four: about 69 bits. `random` fills bytes. */
export function makePassword(random: (bytes: Uint8Array) => Uint8Array = (b) => crypto.getRandomValues(b)): string {
  const groups: string[] = [];
  let group = "";
  while (groups.length < 3) {
    for (const byte of random(new Uint8Array(16))) {
      // Bytes beyond the last whole multiple would favour the first signs.
      if (byte >= Math.floor(256 / signs.length) * signs.length) continue;
      group += signs[byte % signs.length];
      if (group.length < 4) continue;
      groups.push(group);
      group = "";
      if (groups.length === 3) break;
    }
  }
  return groups.join("-");
}

/** 0 too short, 1 weak, 2 fair, 3 good. */
export function strength(password: string): 0 | 1 | 2 | 3 {
  const length = [...password].length;
  if (length < passwordMin) return 0;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length;
  const distinct = new Set(password).size;
  if (distinct < 5 || /^(password|12345678|qwerty)/i.test(password)) return 1;
  if (length >= 14 || (length >= 11 && kinds >= 3)) return 3;
  return kinds >= 2 || length >= 11 ? 2 : 1;
}
