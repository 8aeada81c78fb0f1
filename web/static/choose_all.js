// A row is chosen by clicking anywhere on it; with the shift key, all rows from the last one chosen.
"use strict";

let last = null;
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr");
  const box = row?.querySelector('input[name="numbers"]');
  if (!box || event.target.closest("a")) return;
  if (event.target !== box) box.checked = !box.checked;
  if (event.shiftKey && last) {
    const boxes = [...document.querySelectorAll('input[name="numbers"]')];
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
});
