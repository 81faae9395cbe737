// What a shop's own script would do: include the widget, and open it from the page's buttons.

// A site pastes <script async src="https://…/askwell.js" data-key="pk_…"></script>. This page makes
// the same tag by script, only because its key stands in the address.
const query = new URLSearchParams(location.search);
const key = query.get("key");
if (key) {
  const script = document.createElement("script");
  script.async = true;
  script.src = "../askwell.js";
  script.dataset.key = key;
  script.dataset.title = "Fern & Kettle";
  if (query.has("locale")) script.dataset.locale = query.get("locale");
  if (query.has("consent")) script.dataset.consent = query.get("consent");
  if (query.has("consent-link")) script.dataset.consentLink = query.get("consent-link");
  document.head.append(script);
} else {
  document.getElementById("no-key").hidden = false;
}

// Calls made before the script has loaded are queued.
window.askwell ||= function () {
  (window.askwell.q ||= []).push(arguments);
};

for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => window.askwell("compose", button.dataset.ask));
}
