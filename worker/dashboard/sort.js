// Rows that are put in another order by dragging them. What a row's hidden inputs say goes with it, so that
// the form has the new order in it; buttons do the same without this.

import Sortable from "sortablejs/modular/sortable.core.esm.js";

for (const list of document.querySelectorAll("[data-sort]")) {
  const form = document.getElementById(list.dataset.sort);
  for (const handle of list.querySelectorAll(".handle")) handle.hidden = false;
  new Sortable(list, {
    handle: ".handle",
    animation: 0,
    onEnd: ({ oldIndex, newIndex }) => {
      if (oldIndex !== newIndex) form.requestSubmit();
    },
  });
}
