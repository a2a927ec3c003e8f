import { createHash } from 'node:crypto'

/** The look of the pages without the console: the console's colours and forms, in light and dark. Texts keep a contrast of 4.5. */
export const pageStyle = `
:root { color-scheme: light dark; --canvas: #f6f6f3; --surface: #fff; --line: #e2e1db; --line-strong: #85837b; --ink: #1c1e22;
  --soft: #4a4e56; --accent: #0d655d; --hover: #0a524b; --on-accent: #fff; --bad: #a8201a; --bad-soft: #fce8e6; }
@media (prefers-color-scheme: dark) {
  :root { --canvas: #121416; --surface: #191c1f; --line: #2a2e33; --line-strong: #7d848d; --ink: #e9e9e6; --soft: #bfc3c8;
    --accent: #62c8bb; --hover: #82d8cd; --on-accent: #06211d; --bad: #ff9389; --bad-soft: #3b1b19; }
}
*, *::before, *::after { box-sizing: border-box; }
html { background: var(--canvas); color: var(--ink); -webkit-text-size-adjust: 100%;
  font: 15px / 1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
body { margin: 0; }
main { display: grid; place-items: center; min-height: 100dvh; padding: 24px 16px; }
.card { display: flex; flex-direction: column; gap: 14px; width: min(100%, 400px); padding: 28px; border: 1px solid var(--line);
  border-radius: 12px; background: var(--surface); }
svg { width: 34px; height: 34px; }
h1 { margin: 0; font-size: 20px; line-height: 1.25; overflow-wrap: anywhere; }
p, ul { margin: 0; overflow-wrap: anywhere; }
ul { padding-left: 20px; }
.soft { color: var(--soft); font-size: 13px; }
form { display: flex; flex-direction: column; gap: 14px; }
.field { display: flex; flex-direction: column; gap: 4px; }
label { color: var(--soft); font-size: 13px; }
input { min-height: 38px; padding: 6px 10px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--surface);
  color: var(--ink); font: inherit; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; }
button { min-height: 38px; padding: 6px 16px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--surface);
  color: var(--ink); font: inherit; cursor: pointer; }
button.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
button.primary:hover { border-color: var(--hover); background: var(--hover); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.notice { padding: 8px 12px; border-radius: 6px; background: var(--bad-soft); color: var(--bad); }
`

/** The source by which a content security policy allows this style and no other. */
export const pageStyleSource = `'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`
