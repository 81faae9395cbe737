// Elements without markup in strings: nothing here can turn text into HTML.

type Attributes = Record<string, string | boolean | null>;

/** An element; attributes that are null or false are left out, true ones are empty. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children);
  return made;
}

export function setAttribute(target: Element, name: string, value: string | boolean | null): void {
  if (value === null || value === false) target.removeAttribute(name);
  else target.setAttribute(name, value === true ? "" : value);
}

/** Changes a live region only where it says something else. */
export function say(region: HTMLElement, sentence: string): void {
  if (region.textContent !== sentence) region.textContent = sentence;
}

/** A line drawing on a 24 × 24 grid; invisible to screen readers. */
export function icon(path: string): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(namespace, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  chat: "M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3 21l2-5.8A8.5 8.5 0 1 1 21 11.5Z",
  down: "m6 9 6 6 6-6",
  send: "M12 19V5m-6 6 6-6 6 6",
  end: "M18 6 6 18M6 6l12 12",
} as const;

/** Whether a key belongs to the composition of a word (Japanese, Chinese, …). Safari says so by the code alone where the key
 * ends it (WebKit bug 165004). */
export const composes = ({ isComposing, keyCode }: KeyboardEvent): boolean => isComposing || keyCode === 229;
