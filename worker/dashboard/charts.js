// Draws the charts of a page. Each stands in a `data-chart` of its own, and the same figures stand in a table
// beside it. Lines differ by their dashes and points as well as by their colour.

import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";

// Okabe and Ito's colours that stand out from white and from black alike.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a7500", "#56b4e9"];
const DASHES = [[], [8, 4], [2, 3], [12, 3, 2, 3], [5, 2], [1, 5]];

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
        stroke: COLOURS[place % COLOURS.length],
        dash: DASHES[place % DASHES.length],
        width: 2,
        points: { show: days.length < 40, size: 4 + (place % 3) * 2 },
      })),
    ],
  };
  element.replaceChildren();
  const data = [days.map((day) => Date.parse(day) / 1000), ...series.map(({ counts }) => counts)];
  return new uPlot(options, data, element);
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
