// The look. Sites change it by the custom properties that begin with --askwell-, which reach into
// the shadow tree; everything else of the page stays outside: rules that match the element itself (`*`, `body > *`) would win
// over :host, but for what is important there, and what they set is not inherited, but for what is reset there.

export const STYLES = /* css */ `
/* Out of the page's flow, so that it is no item of a flex or grid page, and above all of it: as a stacking context. */
:host {
  all: initial !important;
  position: fixed !important;
  inset: 0 auto auto 0 !important;
  z-index: var(--askwell-z-index, 2147483000) !important;
  direction: ltr !important;
}
:host([dir="rtl"]) { direction: rtl !important; }
:host([hidden]) { display: none !important; }
.panel, .launcher {
  --accent: var(--askwell-accent, #1f5f4a);
  --accent-text: var(--askwell-accent-text, #fff);
  --surface: var(--askwell-background, #fff);
  --text: var(--askwell-text, #1d2320);
  --muted: var(--askwell-muted, #5c6662);
  --line: var(--askwell-border, #dfe4e1);
  --bubble: var(--askwell-bubble, #eff3f1);
  --alert: var(--askwell-alert, #9a3412);
  --radius: var(--askwell-radius, 18px);
  --font: var(--askwell-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  --edge-x: var(--askwell-offset-x, 20px);
  --edge-y: var(--askwell-offset-y, 20px);
  color: var(--text);
  font: var(--askwell-font-size, 15px)/1.45 var(--font);
}
@supports (color: light-dark(#000, #fff)) {
  :host { color-scheme: inherit !important; }
  .panel, .launcher {
    /* Both are dark enough for white, so that a site which sets the accent alone is readable in both. */
    --accent: var(--askwell-accent, light-dark(#1f5f4a, #2f7d62));
    --surface: var(--askwell-background, light-dark(#fff, #181c1a));
    --text: var(--askwell-text, light-dark(#1d2320, #e9eeeb));
    --muted: var(--askwell-muted, light-dark(#5c6662, #a3aea9));
    --line: var(--askwell-border, light-dark(#dfe4e1, #323a36));
    --bubble: var(--askwell-bubble, light-dark(#eff3f1, #252b28));
    --alert: var(--askwell-alert, light-dark(#9a3412, #fdba8c));
  }
}
*, *::before, *::after { box-sizing: border-box; }
button, textarea, input { font: inherit; color: inherit; letter-spacing: inherit; }
button { border: 0; background: none; padding: 0; cursor: pointer; }
svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; display: block; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
[hidden] { display: none !important; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
.news { position: fixed; inset: 0 auto auto 0; }

.launcher {
  position: fixed; inset-block-end: max(var(--edge-y), env(safe-area-inset-bottom)); inset-inline-end: var(--edge-x);
  display: grid; place-items: center; width: 58px; height: 58px; border-radius: 50%;
  background: var(--accent); color: var(--accent-text);
  box-shadow: 0 6px 20px rgb(0 0 0 / .22), 0 1px 3px rgb(0 0 0 / .2);
}
.launcher:focus-visible { outline-offset: 4px; }
.badge {
  position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px; padding: 0 6px;
  border-radius: 11px; border: 2px solid var(--surface); background: #b42318; color: #fff; font-size: 12px; font-weight: 700; line-height: 18px; text-align: center;
}

.panel {
  position: fixed; inset-inline-end: var(--edge-x);
  inset-block-end: calc(max(var(--edge-y), env(safe-area-inset-bottom)) + 72px);
  /* Clipped: what is hidden only is scrolled to where the focus goes, and cannot be scrolled back by hand. */
  display: flex; flex-direction: column; overflow: hidden; overflow: clip;
  width: min(var(--askwell-width, 384px), calc(100vw - 2 * var(--edge-x)));
  height: min(var(--askwell-height, 620px), calc(100dvh - var(--edge-y) - 92px));
  border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface);
  box-shadow: 0 18px 50px rgb(0 0 0 / .2), 0 2px 8px rgb(0 0 0 / .1);
}
.head { display: flex; align-items: center; gap: 4px; padding: 10px 10px 10px 18px; background: var(--accent); color: var(--accent-text); }
:host([dir="rtl"]) .head { padding: 10px 18px 10px 10px; }
.head :focus-visible { outline-color: currentColor; outline-offset: -3px; }
.title { flex: 1; min-width: 0; margin: 0; font-size: 1.133em; font-weight: 650; overflow-wrap: anywhere; }
.quiet { padding: 8px 12px; border-radius: 10px; font-size: .933em; }
.round { display: grid; place-items: center; flex: none; width: 44px; height: 44px; border-radius: 50%; }
.quiet:hover, .head .round:hover { background: rgb(127 127 127 / .22); }

/* What takes room from the messages gives way by scrolling in itself, so that neither the head nor the field leaves the panel. */
.head, .row { flex: none; }
.confirm, .notice, .noted { min-height: 0; overflow-y: auto; overscroll-behavior: contain; }
.notice, .noted { flex-shrink: 9; }
.confirm { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding: 12px 18px; border-block-end: 1px solid var(--line); }
.confirm p { flex: 1 1 100%; margin: 0; font-weight: 600; }
.button { min-height: 44px; padding: 8px 16px; border-radius: 22px; border: 1px solid var(--line); font-weight: 600; }
.button.main { border-color: transparent; background: var(--accent); color: var(--accent-text); }

.log { flex: 1 1 0; min-height: 56px; padding: 18px; overflow-y: auto; overscroll-behavior: contain; display: flex; flex-direction: column; }
.log ol { display: flex; flex-direction: column; gap: 6px; margin: auto 0 0; padding: 0; list-style: none; }
.line { max-width: 84%; padding: 9px 14px; border-radius: var(--radius); white-space: pre-wrap; overflow-wrap: break-word; unicode-bidi: plaintext; }
.line.theirs { align-self: flex-start; background: var(--bubble); border-end-start-radius: 6px; }
.line.mine { align-self: flex-end; background: var(--accent); color: var(--accent-text); border-end-end-radius: 6px; }
.mine + .theirs, .theirs + .mine { margin-block-start: 8px; }
.line.sending { opacity: .82; }
.line.failed { background: none; color: var(--alert); border: 1px dashed currentColor; }
.line { position: relative; }
.line[data-time] { margin-block-start: 20px; }
.line[data-state] { margin-block-end: 18px; }
.line::before, .line::after { position: absolute; color: var(--muted); font-size: .8em; line-height: 1.2; white-space: nowrap; }
/* For the eye alone. */
.line[data-time]::before { content: attr(data-time); content: attr(data-time) / ""; inset-block-end: 100%; inset-inline-start: 4px; padding-block-end: 3px; }
.line.mine[data-time]::before { inset-inline: auto 4px; }
.line[data-state]::after { content: attr(data-state); inset-block-start: 100%; inset-inline-end: 4px; padding-block-start: 2px; }
.line a { color: inherit; overflow-wrap: anywhere; unicode-bidi: isolate; }
.line.failed .link { padding: 0; color: inherit; }
.line .state { display: block; font-size: .8em; }
.event { align-self: center; padding: 6px 10px; color: var(--muted); font-size: .867em; text-align: center; }

.notice:empty, .typing:empty { padding: 0; border: 0; }
.typing { margin: 0; padding: 0 18px 8px; color: var(--muted); font-size: .867em; }
.notice { margin: 0; padding: 10px 18px; border-block-start: 1px solid var(--line); color: var(--alert); font-size: .933em; }
.again { padding: 14px 18px; border-block-start: 1px solid var(--line); text-align: center; }
.below { align-self: center; margin-block: -48px 8px; min-height: 40px; padding: 6px 16px; border-radius: 20px; background: var(--accent); color: var(--accent-text); font-size: .867em; font-weight: 600; z-index: 1; box-shadow: 0 2px 8px rgb(0 0 0 / .2); }
/* Its parts are the panel's, to give way each for itself. */
.composer { display: contents; }
.noted, .noted[hidden] ~ .row { border-block-start: 1px solid var(--line); }
.row { display: flex; align-items: flex-end; gap: 8px; padding: 10px 10px max(10px, env(safe-area-inset-bottom)); }
.input {
  flex: 1; min-width: 0; max-height: min(140px, max(24dvh, 44px)); padding: 10px 12px; border: 1px solid var(--muted); overscroll-behavior: contain; border-radius: 14px; resize: none;
  background: transparent; font-size: max(16px, 1.067em); line-height: 1.4; field-sizing: content; min-height: 44px;
}
.input::placeholder { color: var(--muted); opacity: 1; }
.input:focus { outline: 2px solid var(--accent); outline-offset: -1px; }
.send { background: var(--accent); color: var(--accent-text); }
.send[aria-disabled="true"] { background: var(--bubble); color: var(--muted); cursor: default; }
.noted { display: flex; flex-wrap: wrap; gap: 4px 6px; align-items: center; padding: 8px 14px 0; color: var(--muted); font-size: .867em; }
.noted bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; max-width: 100%; color: var(--text); }
.chip { display: inline-flex; align-items: center; min-width: 0; max-width: 100%; border: 1px solid var(--line); border-radius: 16px; }
.chip .value { display: flex; min-width: 0; min-height: 30px; padding: 2px 4px 2px 12px; align-items: center; }
:host([dir="rtl"]) .chip .value { padding: 2px 12px 2px 4px; }
.chip .value:hover bdi { text-decoration: underline; }
.drop { display: grid; place-items: center; flex: none; width: 30px; height: 30px; border-radius: 50%; color: var(--muted); }
.drop svg { width: 14px; height: 14px; }
.drop:hover { background: var(--bubble); color: var(--text); }
.link { padding: 4px 8px; border-radius: 8px; text-decoration: underline; color: var(--text); overflow-wrap: anywhere; text-align: start; }
.noted .link { min-height: 30px; }
.noted input { flex: 1 1 160px; min-width: 0; padding: 6px 10px; border: 1px solid var(--muted); border-radius: 10px; background: transparent; color: var(--text); font-size: max(16px, 1.067em); }
.problem { flex: 1 1 100%; color: var(--alert); }
.problem:empty { display: none; }
.consent { display: flex; flex-direction: column; max-height: 60%; padding: 14px 18px; border-block-start: 1px solid var(--line); }
.words { min-height: 0; margin-block-end: 10px; overflow-y: auto; overscroll-behavior: contain; }
.words p { margin: 0 0 10px; white-space: pre-line; overflow-wrap: anywhere; }
.words a { color: inherit; }
.consent .button { flex: none; }

@media (max-height: 560px) {
  .panel { inset-block: 0; height: auto; border-radius: 0; }
  .panel:not([hidden]) ~ .launcher { display: none; }
  .head { padding-block: 2px; }
  .log { padding-block: 8px; }
  .confirm:not([hidden]) ~ .composer .noted { display: none; }
}
@media (max-width: 480px) {
  .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; padding-block-start: env(safe-area-inset-top); }
  .panel:not([hidden]) ~ .launcher { display: none; }
}
@media (prefers-reduced-motion: no-preference) {
  .launcher { transition: transform .15s ease; }
  .launcher:hover { transform: scale(1.05); }
  .panel { animation: rise .18s ease-out; }
  .line { animation: rise .16s ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(10px); } }
}
@media (forced-colors: active) {
  .launcher, .line, .panel, .send { border: 1px solid CanvasText; }
}
@media print { :host { display: none !important; } }
`;
