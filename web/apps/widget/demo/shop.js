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
    { zh: ["羊绒圆领衫", "12 针精纺，雾蓝色"], en: ["Cashmere crew neck", "12-gauge knit, mist blue"], price: 689, hue: 212 },
    { zh: ["短款羊毛大衣", "双面呢，燕麦色"], en: ["Cropped wool coat", "Double-faced, oat"], price: 1299, hue: 34 },
    { zh: ["加绒棉衬衫", "内里磨毛，格纹"], en: ["Brushed cotton shirt", "Soft inside, check"], price: 329, hue: 152 },
    { zh: ["罗纹围巾", "200 cm，酒红色"], en: ["Ribbed scarf", "200 cm, wine red"], price: 219, hue: 350 },
  ];
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
    card.innerHTML = `<svg viewBox="0 0 400 300" aria-hidden="true"><rect width="400" height="300" fill="hsl(${one.hue} 34% 86%)"/><path d="M120 270V140c0-22 24-40 48-44l32 16 32-16c24 4 48 22 48 44v130z" fill="hsl(${one.hue} 32% 58%)"/><path d="M168 96c6 20 58 20 64 0" fill="none" stroke="hsl(${one.hue} 34% 36%)" stroke-width="5"/></svg><div><h3></h3><p></p><footer><b></b><button type="button"></button></footer></div>`;
    card.querySelector("h3").textContent = name;
    card.querySelector("p").textContent = note;
    card.querySelector("b").textContent = `¥${one.price}`;
    const ask = card.querySelector("button");
    ask.textContent = say.more;
    ask.onclick = () => {
      window.Yingda?.track("ask_about", { product: name, price: one.price });
      window.Yingda?.open();
    };
    grid.append(card);
  }
  document.getElementById("ask").onclick = () => window.Yingda?.open();
})();
