// The demo shop: bilingual texts, goods, and the calls a real site would make to the chat (track, open).
(() => {
  const texts = {
    skip: "Skip to goods", brand: "Yunshang Shop", nav1: "New in", nav2: "Delivery & returns", nav3: "About this demo", season: "Winter 2026", h1: "Lighter. Warmer.",
    lead: "Cashmere, wool and cotton, cut to your size. Not sure which? Ask in the corner: a person answers right away.", ask: "Ask us", browse: "Browse",
    goods: "New this week", w1: "Ships in 48 hours", w1p: "Leaves our Hangzhou warehouse within 48 hours of your order.", w2: "30-day returns", w2p: "With the tag on, returns and exchanges are on us.",
    w3: "Real people", w3p: "Online 9:00–22:00 every day; messages left at night are answered in the same window.",
    demo: "This is Yingda's demo shop; goods and prices are invented. The chat in the corner is exactly the one on your site: one script line.", console: "Open the agent console", more: "Ask about it",
  };
  const goods = [
    { zh: ["羊绒圆领衫", "12 针精纺，雾蓝色"], en: ["Cashmere crew neck", "12-gauge knit, mist blue"], price: 689, hue: 212, art: "sweater" },
    { zh: ["短款羊毛大衣", "双面呢，燕麦色"], en: ["Cropped wool coat", "Double-faced, oat"], price: 1299, hue: 34, art: "coat" },
    { zh: ["加绒棉衬衫", "内里磨毛，格纹"], en: ["Brushed cotton shirt", "Soft inside, check"], price: 329, hue: 152, art: "shirt" },
    { zh: ["罗纹围巾", "200 cm，酒红色"], en: ["Ribbed scarf", "200 cm, wine red"], price: 219, hue: 350, art: "scarf" },
  ];
  const torso = "M168 76c12 18 52 18 64 0l38 17c14 6 22 18 26 32l22 92-33 10-21-62v93H136v-93l-21 62-33-10 22-92c4-14 12-26 26-32z";
  const long = "M168 66c12 18 52 18 64 0l40 17c14 6 22 18 25 32l24 96-34 10-19-60v113H132V161l-19 60-34-10 24-96c3-14 11-26 25-32z";
  /** A garment drawn in three tones of its hue. */
  const art = (kind, hue) => {
    const cloth = `hsl(${hue} 34% 60%)`, deep = `hsl(${hue} 36% 42%)`, pale = `hsl(${hue} 40% 74%)`;
    const line = `fill="none" stroke="${deep}" stroke-linecap="round"`;
    const shape = {
      sweater: `<path d="${torso}" fill="${cloth}"/><path d="M168 76c12 18 52 18 64 0" ${line} stroke-width="7"/><path d="M136 244h128M83 214l31 10M317 214l-31 10" ${line} stroke-width="6"/><path d="M160 118v112M180 122v108M200 124v106M220 122v108M240 118v112" fill="none" stroke="${pale}" stroke-width="3" stroke-dasharray="5 7"/>`,
      coat: `<path d="${long}" fill="${cloth}"/><path d="M168 66l32 62 32-62 18 8-34 86-16 114-16-114-34-86z" fill="${pale}"/><path d="M200 128v146" ${line} stroke-width="3"/><path d="M150 196h26M224 196h26" ${line} stroke-width="5"/><circle cx="186" cy="160" r="5" fill="${deep}"/><circle cx="186" cy="196" r="5" fill="${deep}"/><circle cx="186" cy="232" r="5" fill="${deep}"/>`,
      shirt: `<defs><pattern id="check" width="24" height="24" patternUnits="userSpaceOnUse"><path d="M0 6h24M0 16h24M6 0v24M16 0v24" stroke="${deep}" stroke-opacity=".4" stroke-width="3"/></pattern></defs><path d="${torso}" fill="${cloth}"/><path d="${torso}" fill="url(#check)"/><path d="M200 94v164" stroke="${pale}" stroke-width="12"/><path d="M168 76l32 20-20 24-24-36zM232 76l-32 20 20 24 24-36z" fill="${pale}" stroke="${deep}" stroke-width="2"/><path d="M200 128h.01M200 160h.01M200 192h.01M200 224h.01" ${line} stroke-width="6"/>`,
      scarf: `<path d="M150 70c30-22 70-22 100 0 18 14 14 44-8 52-28 10-56 10-84 0-22-8-26-38-8-52z" fill="${cloth}"/><path d="M164 84c24-14 48-14 72 0 10 8 6 20-4 24-22 8-42 8-64 0-10-4-14-16-4-24z" fill="${deep}"/><path d="M170 116l44 4-10 132-52-6z" fill="${cloth}"/><path d="M208 118l34-6 26 118-46 10z" fill="${pale}"/><path d="M154 244v22M168 246v22M182 248v22M196 250v22M226 238l4 22M240 236l4 22M254 232l4 22" ${line} stroke-width="4"/><path d="M163 200l43 5M166 180l42 5M226 190l38-8" ${line} stroke-width="5"/>`,
    }[kind];
    return `<svg viewBox="0 0 400 300" aria-hidden="true"><rect width="400" height="300" fill="hsl(${hue} 36% 90%)"/><ellipse cx="200" cy="276" rx="92" ry="9" fill="hsl(${hue} 24% 78%)"/>${shape}</svg>`;
  };
  const zh = {};
  for (const node of document.querySelectorAll("[data-t]")) zh[node.dataset.t] = node.textContent;
  zh.more = "咨询这件";
  let saved;
  try { saved = localStorage.getItem("shop-lang"); } catch { saved = null; }
  const wanted = new URLSearchParams(location.search).get("lang") ?? saved ?? (/^zh/i.test(navigator.language) ? "zh" : "en");
  const lang = /^zh/i.test(wanted) ? "zh" : "en";
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  const say = lang === "zh" ? zh : texts;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = say[node.dataset.t] ?? node.textContent;
  const button = document.getElementById("lang");
  button.textContent = lang === "zh" ? "English" : "中文";
  button.onclick = () => {
    try { localStorage.setItem("shop-lang", lang === "zh" ? "en" : "zh"); } catch { /* the address carries it */ }
    location.search = `?lang=${lang === "zh" ? "en" : "zh"}`;
  };
  const grid = document.getElementById("grid");
  for (const one of goods) {
    const [name, note] = one[lang];
    const card = document.createElement("article");
    card.className = "item";
    card.innerHTML = `${art(one.art, one.hue)}<div><h3></h3><p></p><footer><b></b><button type="button"></button></footer></div>`;
    card.querySelector("h3").textContent = name;
    card.querySelector("p").textContent = note;
    card.querySelector("b").textContent = `¥${one.price}`;
    const ask = card.querySelector("button");
    ask.textContent = say.more;
    ask.setAttribute("aria-label", `${say.more}: ${name}`);
    ask.onclick = () => {
      window.Yingda?.track("ask_about", { product: name, price: one.price });
      window.Yingda?.open();
    };
    grid.append(card);
  }
  document.getElementById("ask").onclick = () => window.Yingda?.open();
})();
