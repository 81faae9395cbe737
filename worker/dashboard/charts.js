// Draws the charts of a page. Each stands in a `data-chart` of its own, and the same figures stand in a table
// beside it. Lines differ by their dashes and the shapes of their points as well as by their colour, in the legend too.

import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";

// Okabe and Ito's colours that stand out from white and from black alike.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a7500", "#56b4e9"];
const DASHES = [[], [8, 4], [2, 3], [12, 3, 2, 3], [5, 2], [1, 5]];
// Around the origin, as the `d` of an SVG path, which a canvas reads as well: a disc, a square, a triangle, a diamond, a
// triangle on its tip, a cross.
const SHAPES = [
  "M1 0A1 1 0 1 1-1 0 1 1 0 1 1 1 0Z",
  "M-.9-.9H.9V.9H-.9Z",
  "M0-1.2 1.1.8H-1.1Z",
  "M0-1.3 1.3 0 0 1.3-1.3 0Z",
  "M0 1.2 1.1-.8H-1.1Z",
  "M-.4-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z",
];
const RADIUS = 3.5;
/** Most points of a line: more would run together. */
const POINTS = 40;

const pick = (list, place) => list[place % list.length];

/** Draws the points of a line in its shape. */
const shaped = (shape) => (u, place, first, last, chosen) => {
  const one = new Path2D(shape);
  const all = new Path2D();
  const radius = RADIUS * uPlot.pxRatio;
  const at = (index) => {
    const [x, y] = [u.valToPos(u.data[0][index], "x", true), u.valToPos(u.data[place][index], "y", true)];
    all.addPath(one, new DOMMatrix([radius, 0, 0, radius, x, y]));
  };
  if (chosen) chosen.forEach(at);
  else for (let index = first; index <= last; index += 1) at(index);
  return { stroke: null, fill: all, clip: null };
};

/** Every so manyeth, so that each line has points by which it is known. */
const some = (u) => {
  const { length } = u.data[0];
  const each = Math.ceil(length / POINTS);
  return each === 1 ? null : u.data[0].map((_, index) => index).filter((index) => index % each === 0);
};

/** A piece of a line, for the legend. */
function piece(place) {
  const namespace = "http://www.w3.org/2000/svg";
  const make = (name, attributes) => {
    const made = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const colour = pick(COLOURS, place);
  const svg = make("svg", { viewBox: "0 0 36 12", width: 36, height: 12, "aria-hidden": "true" });
  svg.append(
    make("path", { d: "M0 6H36", fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": pick(DASHES, place).join(" ") || "none" }),
    make("path", { d: pick(SHAPES, place), fill: colour, transform: `translate(18 6) scale(${RADIUS})` }),
  );
  return svg;
}

const dark = matchMedia("(prefers-color-scheme: dark)");

function draw(element) {
  const { days, series } = JSON.parse(element.dataset.chart);
  const ink = getComputedStyle(element).color;
  const grid = { stroke: dark.matches ? "#ffffff1f" : "#0000001a", width: 1 };
  const axis = { stroke: ink, grid, ticks: grid };
  // As the tables have their days, whatever a browser's language has them like; a day is the least step.
  const values = (_, ticks) => ticks.map((at) => new Date(at * 1000).toISOString().slice(5, 10));
  const incrs = [1, 2, 7, 14, 30, 60, 120, 365].map((days) => days * 86_400);
  const options = {
    width: Math.max(240, element.clientWidth),
    height: 220,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [{ ...axis, values, incrs, space: 60 }, { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000] }],
    series: [
      { label: "Day", value: "{YYYY}-{MM}-{DD}" },
      ...series.map(({ name }, place) => ({
        label: name,
        stroke: pick(COLOURS, place),
        dash: pick(DASHES, place),
        width: 2,
        points: { show: true, size: 2 * RADIUS, fill: pick(COLOURS, place), filter: some, paths: shaped(pick(SHAPES, place)) },
      })),
    ],
    legend: { markers: { width: 0, fill: "transparent" } },
  };
  element.replaceChildren();
  const data = [days.map((day) => Date.parse(day) / 1000), ...series.map(({ counts }) => counts)];
  const chart = new uPlot(options, data, element);
  // The first row of the legend is the day, which is no line.
  const [, ...markers] = element.querySelectorAll(".u-marker");
  for (const [place, marker] of markers.entries()) marker.replaceChildren(piece(place));
  return chart;
}

for (const element of document.querySelectorAll("[data-chart]")) {
  let chart = draw(element);
  dark.addEventListener("change", () => {
    chart.destroy();
    chart = draw(element);
  });
  new ResizeObserver(() => {
    const width = Math.max(240, element.clientWidth);
    if (width !== chart.width) chart.setSize({ width, height: chart.height });
  }).observe(element);
}
