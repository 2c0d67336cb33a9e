// The window's look; lives in the shadow root, so nothing leaks out or in.
export const css = `
*,*::before,*::after{box-sizing:border-box}
.w{--bg:#fff;--soft:#f2f4f7;--line:#e2e6ec;--text:#1b212c;--dim:#586174;--mine:var(--brand);--on:var(--ink);--bad:#c0281a;--tick:#1664d9;--focus:var(--brand);
position:fixed;z-index:2147483001;bottom:calc(var(--y) + 72px + env(safe-area-inset-bottom));width:388px;height:min(660px,calc(100vh - var(--y) - 96px));height:min(660px,calc(100dvh - var(--y) - 96px));
display:flex;flex-direction:column;background:var(--bg);color:var(--text);border-radius:18px;overflow:hidden;box-shadow:0 24px 64px -12px rgba(15,23,42,.32),0 4px 16px rgba(15,23,42,.1),0 0 0 1px rgba(15,23,42,.06);
font:14.5px/1.55 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;animation:up .2s cubic-bezier(.2,.9,.3,1);outline:0;text-align:left}
.w.dark{--bg:#161a21;--soft:#242a34;--line:#323a48;--text:#e8ecf3;--dim:#a5afbf;--bad:#ff8d7d;--tick:#7db4ff;--focus:color-mix(in srgb,var(--brand) 55%,#fff);color-scheme:dark;box-shadow:0 24px 64px -12px rgba(0,0,0,.6),0 0 0 1px rgba(255,255,255,.09)}
.w.right{right:calc(var(--x) + env(safe-area-inset-right))}.w.left{left:calc(var(--x) + env(safe-area-inset-left))}
@keyframes up{from{opacity:0;transform:translateY(14px) scale(.985)}}
@media (prefers-reduced-motion:reduce){.w,.dot,.m{animation:none!important}}
@media (max-width:480px){.w{inset:var(--vt,0) 0 auto!important;width:auto;height:var(--vh,100dvh);border-radius:0}}
button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
button:focus-visible,a:focus-visible,.log:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:8px}.log:focus-visible{outline-offset:-3px}
svg{width:20px;height:20px;fill:none;stroke:currentColor;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round;display:block}
header{display:flex;align-items:center;gap:12px;padding:14px 12px 14px 16px;background:var(--brand);color:var(--on);padding-top:calc(14px + env(safe-area-inset-top))}
.face{width:42px;height:42px;border-radius:50%;flex:none;position:relative;display:grid;place-items:center;background:color-mix(in srgb,var(--on) 18%,transparent);font-weight:600;font-size:17px}
.face img{width:100%;height:100%;border-radius:50%;object-fit:cover}
.face i{position:absolute;right:-1px;bottom:-1px;width:13px;height:13px;border-radius:50%;background:#9aa3b2;border:2.5px solid var(--brand)}.face i.on{background:#37d67a}
.t{flex:1;min-width:0}h2{margin:0;font-size:16px;line-height:1.35;font-weight:650}h2,header p{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
header p{margin:0;font-size:12.5px;line-height:1.4}
header button{width:40px;height:40px;display:grid;place-items:center;border-radius:12px}header button:hover{background:color-mix(in srgb,var(--on) 16%,transparent)}
header button:focus-visible{outline-color:var(--on);outline-offset:-3px}
.bar{padding:7px 16px;font-size:12.5px;background:#fff3d6;color:#664600;text-align:center}.dark .bar{background:#3b311a;color:#ffdf9b}
.w .bar.info{background:var(--soft);color:var(--dim)}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:16px 16px 4px}
.day,.sys{text-align:center;font-size:12px;color:var(--dim);margin:14px 20px}.day:first-child{margin-top:0}
.day span{background:var(--soft);border-radius:20px;padding:2px 10px}
.old{display:block;margin:0 auto 12px;font-size:12.5px;color:var(--dim);padding:4px 12px;border-radius:14px;border:1px solid var(--line)}.old:hover{background:var(--soft)}
.m{display:flex;flex-direction:column;align-items:flex-start;margin:0 0 12px;max-width:88%;padding-left:38px;position:relative;animation:up .16s}
.m.f{margin-top:-6px}.m.me{align-items:flex-end;margin-left:auto;padding:0;max-width:82%}
.m>.who:first-child{margin-left:-38px}.m>.who:first-child+.b{margin-left:-38px}
.av{position:absolute;left:0;top:1px;width:29px;height:29px;border-radius:50%;display:grid;place-items:center;font-size:12.5px;font-weight:600;background:color-mix(in srgb,var(--brand) 16%,var(--bg))}
.who{font-size:12px;color:var(--dim);margin:0 2px 3px}
.who i{font-style:normal;border:1px solid var(--line);border-radius:5px;padding:0 5px;margin-left:6px;font-size:11px}
.b{background:var(--soft);border-radius:5px 16px 16px;padding:8px 13px;white-space:pre-wrap;overflow-wrap:anywhere;max-width:100%}
.me .b{background:var(--mine);color:var(--on);border-radius:16px 5px 16px 16px}.f .b{border-radius:16px}.b a{color:inherit;text-decoration:underline;text-underline-offset:2px}
.m .b.media{padding:0;background:none;overflow:hidden;border-radius:14px;line-height:0}.b.media button{display:block;cursor:zoom-in}.b.media img,.b.media video{max-width:240px;max-height:260px;border-radius:14px;display:block;background:var(--soft);object-fit:cover;box-shadow:inset 0 0 0 1px var(--line)}
.b audio{max-width:230px;height:40px;display:block}
.file{display:flex;gap:10px;align-items:center;text-decoration:none!important;line-height:1.35}.file svg{width:26px;height:26px;flex:none}.file span{min-width:0}.file small{display:block;font-size:12px}
.q{border-left:3px solid var(--focus);border-radius:2px;padding:0 8px;margin:0 2px 4px;font-size:12.5px;color:var(--dim);max-width:100%;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;overflow-wrap:anywhere}
.st{font-size:11.5px;color:var(--dim);margin:2px 4px 0;display:flex;gap:4px;align-items:center}.st.bad{color:var(--bad);gap:10px}.st button{text-decoration:underline}
.tick{width:16px;height:14px;stroke-width:2.2}.tick.read{color:var(--tick)}
.acts{position:absolute;top:-14px;right:0;display:flex;background:var(--bg);border:1px solid var(--line);border-radius:9px;overflow:hidden;opacity:0;pointer-events:none;font-size:12px;box-shadow:0 3px 10px rgba(15,23,42,.12)}
.me .acts{right:auto;left:0}.acts button{padding:4px 10px;white-space:nowrap;min-height:24px}.acts button:hover{background:var(--soft)}.acts button:focus-visible{outline-offset:-2px}
.m:hover .acts,.m:focus-within .acts{opacity:1;pointer-events:auto}
.prog{height:4px;width:140px;border-radius:2px;background:var(--line);overflow:hidden;margin-top:5px}.prog i{display:block;height:100%;background:var(--focus);transition:width .15s}
.news{align-self:center;margin:-38px 0 6px;z-index:1;background:var(--bg);border:1px solid var(--line);border-radius:16px;padding:4px 14px;font-size:12.5px;box-shadow:0 4px 14px rgba(15,23,42,.16)}
.typing{display:flex;align-items:center;gap:4px;font-size:12.5px;color:var(--dim);min-height:22px;padding:0 18px 2px}
.dot{width:5px;height:5px;border-radius:50%;background:currentColor;animation:dot 1.2s infinite}.dot:nth-child(2){animation-delay:.15s}.dot:nth-child(3){animation-delay:.3s;margin-right:4px}
@keyframes dot{30%{transform:translateY(-4px)}}
.qb{display:flex;gap:8px;align-items:center;margin:0 14px;padding:6px 10px;background:var(--soft);border-radius:10px;font-size:12.5px;color:var(--dim)}.qb svg{width:16px;height:16px;flex:none}.qb button{width:24px;height:24px;display:grid;place-items:center}.qb span{flex:1;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
form.say{margin:6px 12px 0;border:1px solid var(--line);border-radius:14px;background:var(--bg);display:flex;flex-direction:column}
form.say:focus-within{border-color:var(--focus);box-shadow:0 0 0 1px var(--focus)}
textarea{font:inherit;color:inherit;background:none;border:0;resize:none;padding:10px 14px 4px;min-height:42px;max-height:132px;width:100%;outline:none!important}
textarea::placeholder{color:var(--dim);opacity:1}@media (max-width:480px){textarea{font-size:16px}}
.tools{display:flex;align-items:center;gap:2px;padding:2px 6px 6px}.tools button{width:36px;height:36px;display:grid;place-items:center;border-radius:10px;color:var(--dim)}
.tools button:hover{background:var(--soft);color:var(--text)}.tools .go{margin-left:auto;border-radius:50%;background:var(--brand);color:var(--on)}.tools .go:hover{background:var(--brand);color:var(--on);box-shadow:0 2px 8px rgba(15,23,42,.25)}
.tools .go:disabled{background:var(--soft);color:var(--dim);cursor:default;box-shadow:none}.tools .rec{color:var(--bad)}
.foot{font-size:11.5px;color:var(--dim);text-align:center;padding:5px 16px calc(8px + env(safe-area-inset-bottom));min-height:14px}
.drop{position:absolute;inset:0;display:grid;place-items:center;background:color-mix(in srgb,var(--bg) 88%,transparent);border:2px dashed var(--focus);border-radius:18px;pointer-events:none;font-weight:600;z-index:2}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
`;
