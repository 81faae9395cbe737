// Lists that follow their filters while somebody types or chooses.

// Only that which works under a policy without inline script and style.
const setting = document.createElement("meta");
setting.name = "htmx-config";
setting.content = JSON.stringify({
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  // What is refused is shown as well: the page says why.
  responseHandling: [{ code: ".*", swap: true }],
});
document.head.append(setting);
await import("htmx.org");

// An answer without what is looked for (signed out, too often, out of order) leaves what stands there alone. Whoever looks
// for something and is signed out is asked to sign in again; what is written elsewhere on a page is not lost for that.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, xhr } = detail;
  if (!target.id || "poll" in target.dataset || xhr.responseText.includes(`id="${target.id}"`)) return;
  detail.shouldSwap = false;
  if (target.id === "results" && xhr.status < 500) location.assign(location.pathname + location.search);
});

// Words that were searched for stand in no address: the browser keeps them with the page, for the way back to it.
const words = document.getElementById("q");
if (words) {
  words.addEventListener("input", () => history.replaceState({ ...history.state, words: words.value }, ""));
  const back = () => {
    const [{ type }] = performance.getEntriesByType("navigation");
    if (type !== "back_forward" || words.value || !history.state?.words) return;
    words.value = history.state.words;
    words.form.requestSubmit();
  };
  // Not before the form is sent by script: else the browser would leave the page with it.
  document.addEventListener("htmx:load", back, { once: true });
}
