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
