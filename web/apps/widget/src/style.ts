// The window's look; lives in the shadow root, so nothing leaks out or in.
export const css = `
*,*::before,*::after{box-sizing:border-box}
.w{--bg:#fff;--soft:#f3f5f8;--line:#e3e7ee;--text:#1d2330;--dim:#5c6678;--mine:var(--brand);--on:var(--ink);--bad:#c62f1d;
position:fixed;z-index:2147483001;bottom:calc(var(--y) + 72px + env(safe-area-inset-bottom));width:384px;height:min(640px,calc(100vh - var(--y) - 96px));height:min(640px,calc(100dvh - var(--y) - 96px));
display:flex;flex-direction:column;background:var(--bg);color:var(--text);border-radius:16px;overflow:hidden;box-shadow:0 16px 56px rgba(15,23,42,.26),0 0 0 1px rgba(15,23,42,.06);
font:14.5px/1.55 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;animation:up .18s ease-out}
.w.dark{--bg:#171b22;--soft:#242a34;--line:#313947;--text:#e8ecf3;--dim:#a3adbd;--bad:#ff8a7a}
.w.right{right:calc(var(--x) + env(safe-area-inset-right))}.w.left{left:calc(var(--x) + env(safe-area-inset-left))}
@keyframes up{from{opacity:0;transform:translateY(12px)}}
@media (prefers-reduced-motion:reduce){.w,.dot{animation:none!important}}
@media (max-width:480px){.w{inset:0!important;width:auto;height:auto;border-radius:0}}
button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
button:focus-visible,textarea:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--brand);outline-offset:2px;border-radius:8px}
svg{width:20px;height:20px;fill:none;stroke:currentColor;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round;display:block}
header{display:flex;align-items:center;gap:12px;padding:14px 14px 14px 18px;background:var(--brand);color:var(--on)}
header img,.face{width:38px;height:38px;border-radius:50%;object-fit:cover;flex:none}
.face{display:grid;place-items:center;background:color-mix(in srgb,var(--on) 18%,transparent);font-weight:600}
header div.t{flex:1;min-width:0}header h2{margin:0;font-size:16px;line-height:1.3;font-weight:650;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
header p{margin:1px 0 0;font-size:12.5px;line-height:1.35}
header button{width:36px;height:36px;display:grid;place-items:center;border-radius:10px}header button:hover{background:color-mix(in srgb,var(--on) 16%,transparent)}
header button:focus-visible{outline-color:var(--on)}
.bar{padding:7px 18px;font-size:12.5px;background:#fff4dc;color:#6b4a00;text-align:center}.dark .bar{background:#3b311a;color:#ffdf9b}
.bar.info{background:var(--soft);color:var(--dim)}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:16px 16px 8px;scroll-behavior:auto}
.day,.sys{text-align:center;font-size:12px;color:var(--dim);margin:12px 24px}
.old{display:block;margin:0 auto 8px;font-size:12.5px;color:var(--dim);padding:4px 10px;border-radius:8px}.old:hover{background:var(--soft)}
.m{display:flex;flex-direction:column;align-items:flex-start;margin:0 0 10px;max-width:86%;position:relative}
.m.me{align-items:flex-end;margin-left:auto}.who{font-size:12px;color:var(--dim);margin:0 4px 3px}
.who i{font-style:normal;border:1px solid var(--line);border-radius:5px;padding:0 5px;margin-left:6px}
.b{background:var(--soft);border-radius:4px 14px 14px 14px;padding:8px 12px;white-space:pre-wrap;overflow-wrap:anywhere;max-width:100%}
.me .b{background:var(--mine);color:var(--on);border-radius:14px 4px 14px 14px}.b a{color:inherit;text-decoration:underline;text-underline-offset:2px}
.b.media{padding:0;background:none;overflow:hidden;border-radius:12px;line-height:0}.b.media img,.b.media video{max-width:260px;max-height:280px;border-radius:12px;display:block;background:var(--soft)}
.b audio{max-width:240px;height:40px;display:block}
.file{display:flex;gap:10px;align-items:center;text-decoration:none!important}.file span{min-width:0}.file small{display:block;opacity:.85}
.q{border-left:3px solid currentColor;padding:0 8px;margin:0 0 5px;font-size:12.5px;opacity:.88;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden}
.gone{font-size:12.5px;color:var(--dim);font-style:italic;padding:2px 4px}
.st{font-size:11.5px;color:var(--dim);margin:2px 4px 0;display:flex;gap:8px;align-items:center}.st.bad{color:var(--bad)}.st button{text-decoration:underline;color:inherit}
.tick{width:16px;height:12px;stroke-width:2.2}.tick.on{color:var(--brand)}.dark .tick.on{color:#7db4ff}
.acts{position:absolute;top:-12px;right:0;display:flex;background:var(--bg);border:1px solid var(--line);border-radius:8px;opacity:0;pointer-events:none;font-size:12px;box-shadow:0 2px 8px rgba(0,0,0,.08)}
.me .acts{right:auto;left:0}.acts button{padding:2px 8px;white-space:nowrap}.acts button:hover{background:var(--soft)}
.m:hover .acts,.m:focus-within .acts{opacity:1;pointer-events:auto}
.prog{height:4px;width:120px;border-radius:2px;background:var(--line);overflow:hidden;margin-top:5px}.prog i{display:block;height:100%;background:var(--brand)}
.typing{display:flex;align-items:center;gap:5px;font-size:12.5px;color:var(--dim);min-height:22px;padding:0 20px 2px}
.dot{width:5px;height:5px;border-radius:50%;background:currentColor;animation:dot 1.2s infinite}.dot:nth-child(2){animation-delay:.15s}.dot:nth-child(3){animation-delay:.3s}
@keyframes dot{30%{transform:translateY(-4px)}}
.qb{display:flex;gap:8px;align-items:center;margin:0 14px;padding:6px 10px;background:var(--soft);border-radius:10px;font-size:12.5px;color:var(--dim)}.qb span{flex:1;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
form{margin:6px 12px 0;border:1px solid var(--line);border-radius:14px;background:var(--bg);display:flex;flex-direction:column}
form:focus-within{border-color:var(--brand);box-shadow:0 0 0 1px var(--brand)}
textarea{font:inherit;color:inherit;background:none;border:0;resize:none;padding:10px 14px 4px;min-height:42px;max-height:132px;width:100%;outline:none!important}
textarea::placeholder{color:var(--dim);opacity:1}@media (max-width:480px){textarea{font-size:16px}}
.tools{display:flex;align-items:center;gap:2px;padding:2px 6px 6px}.tools button{width:36px;height:36px;display:grid;place-items:center;border-radius:10px;color:var(--dim)}
.tools button:hover{background:var(--soft);color:var(--text)}.tools .go{margin-left:auto;background:var(--brand);color:var(--on)}.tools .go:hover{background:var(--brand);color:var(--on);filter:brightness(.95)}
.tools .go:disabled{background:var(--soft);color:var(--dim);cursor:default}.tools .rec{color:var(--bad)}
.foot{font-size:11.5px;color:var(--dim);text-align:center;padding:5px 16px calc(8px + env(safe-area-inset-bottom));min-height:14px}
.emo{display:grid;grid-template-columns:repeat(8,1fr);padding:6px 10px;border-top:1px solid var(--line)}.emo button{font-size:21px;line-height:38px;border-radius:8px}.emo button:hover{background:var(--soft)}
.drop{position:absolute;inset:0;display:grid;place-items:center;background:color-mix(in srgb,var(--bg) 88%,transparent);border:2px dashed var(--brand);border-radius:16px;font-weight:600;z-index:2}
.light{position:absolute;inset:0;background:rgba(10,12,16,.92);display:grid;place-items:center;z-index:3}.light img{max-width:100%;max-height:100%}.light button{position:absolute;top:10px;right:10px;color:#fff;width:40px;height:40px;display:grid;place-items:center}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
`;
