// The script that a site includes: what its tag says becomes the widget's options.

import { languageOf, pageTags } from "./languages.js";
import { prepare } from "./start.js";

function tag(): void {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement)) {
    // A module does not know its tag, nor what stands in it.
    return console.error("askwell: askwell.js is no module. Take type=\"module\" out of its tag: <script async src=\"…/askwell.js\" data-key=\"pk_…\">. In modules: import { load } from \"askwell/loader\".");
  }
  const { key, api, locale, region, title, consent, consentLink } = script.dataset;
  const start = prepare(key);
  if (!start) return;
  if (!key) return console.error("askwell: the script tag needs the site key, data-key=\"pk_…\".");

  const address = (file: string): string => new URL(file, script.src).href;
  // Both are on their way while the page still loads, behind everything that it needs itself.
  for (const file of ["widget.js", `locales/${languageOf(pageTags(locale))}.js`]) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "modulepreload", fetchPriority: "low", nonce: script.nonce, href: address(file) });
    document.head.append(link);
  }
  // Firefox answers the address that has failed once with the same failure until the page goes.
  const widget = (failures: number): string => address(`widget.js${failures ? `?${failures}` : ""}`);
  // An import carries the script's nonce on.
  start((failures) => import(widget(failures)) as Promise<typeof import("./widget.js")>, {
    siteKey: key,
    api: api || new URL(script.src).origin,
    locale,
    region,
    title,
    ...(consent && { consent: { text: consent, link: consentLink } }),
  });
}

tag();
