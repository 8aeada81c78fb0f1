// Copying and printing what must be kept.
"use strict";

(() => {
  const copy = document.getElementById("copy");
  const print = document.getElementById("print");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(copy.dataset.text);
      copy.textContent = copy.dataset.copied;
    });
  }
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  // It has arrived: the draft is no longer needed, and a reload shows the report, not the receipt again.
  if (new URLSearchParams(location.search).has("new")) {
    try { localStorage.removeItem("tuntas-report"); } catch { /* nothing was kept */ }
    history.replaceState(null, "", location.pathname);
  }
})();
