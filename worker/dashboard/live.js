// A conversation of the inbox while it is held: what is said shows at once, the visitor's writing too, and the
// visitor sees that somebody reads and writes. Without this the page looks every few seconds.

// Whoever is signed out is asked to sign in again, and what fails for once is tried again: neither empties the page.
// The page may be what a form was answered with: a reload would send that again.
const anew = (list) => location.assign(list.getAttribute("hx-get"));

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, xhr } = detail;
  if (!("poll" in target.dataset) || xhr.responseText.includes(`id="${target.id}"`)) return;
  detail.shouldSwap = false;
  if (xhr.status >= 500) return;
  // What stands in the field for the reply is not thrown away.
  const gone = document.getElementById("gone");
  if (gone && reply?.value) gone.hidden = false;
  else anew(target);
});

const PAUSE_MS = [500, 1000, 2000, 5000, 10_000];
/** For how long somebody who was writing still is. */
const WRITING_MS = 6000;

const list = () => document.getElementById("live");
const log = document.querySelector(".log");
const typing = document.getElementById("typing");
const reply = document.getElementById("reply");
const stood = list()?.dataset.stands;

let socket, tries = 0, seen = -1, wrote = 0, quiet, leaving = false;

function open() {
  socket = new WebSocket(new URL(list().dataset.socket, location.href.replace(/^http/, "ws")));
  socket.addEventListener("open", () => {
    tries = 0;
    seen = -1;
    look();
  });
  socket.addEventListener("message", ({ data }) => {
    if (data === "pong") return;
    const frame = JSON.parse(data);
    if (frame.type === "presence" && frame.role === "customer") writes(frame.typing);
    if (frame.type === "message" && frame.message.role === "customer") writes(false);
    if (frame.type === "message" || frame.type === "state") list().dispatchEvent(new CustomEvent("said"));
  });
  socket.addEventListener("close", () => {
    if (!list().dataset.stands.startsWith("ended")) setTimeout(open, PAUSE_MS[Math.min(tries++, PAUSE_MS.length - 1)]);
  });
}

function tell(presence) {
  if (reply && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "presence", ...presence }));
}

/** The visitor is told up to where the team has seen the conversation. */
function look() {
  const last = Number(list().lastElementChild?.dataset.seq ?? -1);
  if (document.visibilityState !== "visible" || last <= seen) return;
  seen = last;
  tell({ read: last });
}

function writes(now) {
  clearTimeout(quiet);
  typing.textContent = now ? "The visitor is writing…" : "";
  if (now) quiet = setTimeout(() => writes(false), WRITING_MS);
}

if (list()) {
  const toEnd = () => log.scrollTo({ top: log.scrollHeight });
  let atEnd = true;
  document.addEventListener("htmx:beforeSwap", () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  });
  document.addEventListener("htmx:afterSettle", () => {
    const gone = document.getElementById("gone");
    if (gone) gone.hidden = true;
    if (atEnd) toEnd();
    look();
    if (leaving || list().dataset.stands === stood) return;
    // What stands in the field for the reply is not thrown away.
    if (reply?.value) document.getElementById("moved").hidden = false;
    else anew(list());
  });
  document.addEventListener("visibilitychange", look);
  // What was just sent leads to the page anew by itself, with a word about what was done: a reload would be first.
  document.addEventListener("submit", () => {
    leaving = true;
  });

  reply?.addEventListener("input", () => {
    if (Date.now() - wrote < WRITING_MS / 2) return;
    wrote = Date.now();
    tell({ typing: true });
  });
  reply?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    reply.form.requestSubmit();
  });

  toEnd();
  open();
}
