// Looks of the second chunk.
export const moreCss = `
.emo{order:-1;display:grid;grid-template-columns:repeat(8,1fr);padding:6px 10px;border-bottom:1px solid var(--line)}.emo button{font-size:21px;line-height:38px;border-radius:8px}.emo button:hover{background:var(--soft)}
.light{position:fixed;z-index:9;cursor:zoom-out;inset:0;background:rgba(10,12,16,.92);display:grid;place-items:center}.light img{max-width:94vw;max-height:94vh;border-radius:6px}.light button{position:absolute;top:calc(12px + env(safe-area-inset-top));right:12px;color:#fff;background:rgba(0,0,0,.5);border-radius:50%;width:44px;height:44px;display:grid;place-items:center}
.about{position:absolute;inset:0;top:var(--head,70px);z-index:3;background:var(--bg);overflow-y:auto;overscroll-behavior:contain;padding:0 18px calc(18px + env(safe-area-inset-bottom));animation:up .16s;font-size:13.5px}
.abouth{position:sticky;top:0;display:flex;align-items:center;justify-content:space-between;background:var(--bg);margin:0 -18px;padding:12px 10px 8px 18px;z-index:1}
.abouth h3{margin:0;font-size:15.5px;outline:0}.abouth button{width:36px;height:36px;display:grid;place-items:center;border-radius:10px;color:var(--dim)}.abouth button:hover{background:var(--soft)}
.about h4{margin:18px 0 6px;font-size:13px;font-weight:650}.about p{margin:4px 0;color:var(--dim)}.about ul{margin:0;padding:0 0 0 18px;color:var(--dim)}.about li{margin:4px 0}
.about .now{display:flex;align-items:center;gap:9px;background:var(--soft);border-radius:12px;padding:10px 14px;color:var(--text);margin:0}.now i{width:9px;height:9px;border-radius:50%;background:#9aa3b2;flex:none}.now.on i{background:#1fa855}
.about dl{margin:0;border:1px solid var(--line);border-radius:12px;overflow:hidden}.about dl div{display:flex;justify-content:space-between;gap:16px;padding:7px 14px}.about dl div+div{border-top:1px solid var(--line)}.about dt{color:var(--dim)}.about dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
.bones i{display:block;height:14px;border-radius:7px;background:var(--soft);margin:14px 0}.bones i:nth-child(2){width:70%}.bones i:nth-child(3){width:85%}
.card{margin:4px 0 14px;border:1px solid var(--line);border-radius:16px;padding:12px 14px 14px;background:var(--bg);font-size:13.5px;animation:up .16s;box-shadow:0 2px 10px rgba(15,23,42,.05)}
.card b{font-size:14px;font-weight:650}.card p{margin:3px 0 8px;color:var(--dim);font-size:12.5px}.card .bad{color:var(--bad);margin:6px 0 0}
.card input[type=text],.card textarea{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:10px;padding:8px 12px;width:100%;min-height:38px;resize:none}
.card input[type=text]:focus,.card textarea:focus{outline:2px solid var(--focus);outline-offset:-1px;border-color:transparent}.card ::placeholder{color:var(--dim);opacity:1}
@media (max-width:480px){.card input[type=text],.card textarea{font-size:16px}}
.row{display:flex;flex-wrap:wrap;gap:8px;margin-top:10px}
.main{background:var(--brand);color:var(--on);border-radius:18px;padding:6px 18px;min-height:34px;font-weight:550}.main:hover{box-shadow:0 2px 8px rgba(15,23,42,.25)}.main:disabled{background:var(--soft);color:var(--dim);cursor:default;box-shadow:none}
.chip{display:inline-flex;align-items:center;gap:4px;border:1px solid var(--line);border-radius:18px;padding:5px 14px;min-height:34px;background:var(--bg);cursor:pointer;text-align:left}.chip:hover{background:var(--soft)}.chip svg{width:14px;height:14px;color:var(--dim)}.chip.quiet{border-color:transparent;color:var(--dim);padding-left:6px}
.chip.person{border-style:dashed}.chip.on{border-color:var(--focus);background:color-mix(in srgb,var(--brand) 12%,var(--bg))}
.main:focus-visible,.chip:focus-visible{border-radius:18px}
.menu{margin:4px 0 14px;animation:up .16s}.menu .ask{outline:0;margin:0 2px 8px;font-size:13px;color:var(--dim)}.menu>p[role]{margin:0 2px 8px}.menu .row{margin-top:8px}.menu .b{display:inline-block}
.menu .chip:not(.quiet):not(.person){border-color:color-mix(in srgb,var(--focus) 45%,var(--line))}
fieldset{border:0;margin:0;padding:0;min-width:0}.card legend{padding:0;font-size:14px;font-weight:650;margin-bottom:4px}
.stars,.thumbs{display:flex;gap:2px}.stars label,.thumbs label{position:relative;display:grid;place-items:center;cursor:pointer;border-radius:10px;color:var(--dim)}
.stars label{width:44px;height:44px}.stars svg{width:30px;height:30px;stroke-width:1.5}.stars label.on{color:#b26a00}.dark .stars label.on{color:#ffc14d}.stars label.on path,.given .on path{fill:currentColor}
.thumbs{gap:8px}.thumbs label{grid-auto-flow:column;gap:8px;border:1px solid var(--line);padding:8px 16px;min-height:44px;border-radius:14px}.thumbs label.on{border-color:var(--focus);color:var(--text);background:color-mix(in srgb,var(--brand) 12%,var(--bg))}
.stars input,.thumbs input,.why input{position:absolute;inset:0;opacity:0;margin:0;cursor:pointer}.why label{position:relative}
.stars label:focus-within,.thumbs label:focus-within,.why label:focus-within{outline:2px solid var(--focus);outline-offset:1px}
.why{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0 12px}.why legend{font-size:13px;font-weight:550;color:var(--dim)}
.card.done{display:flex;align-items:center;flex-wrap:wrap;gap:4px 10px;padding:9px 14px}.given{display:inline-flex;color:var(--dim)}.given i{display:block}.given svg{width:17px;height:17px}.given .on{color:#b26a00}.dark .given .on{color:#ffc14d}.given.thumbs .on path{fill:none}
.link{text-decoration:underline;text-underline-offset:2px;color:var(--dim);min-height:24px;margin-left:auto}
@media (prefers-reduced-motion:reduce){.card,.menu,.about{animation:none!important}}
`;
