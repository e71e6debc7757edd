// "Lücke melden" begins with the part of the open entry that was looked at last: "Gebühren: ".
(() => {
  let seen = null;

  const keyOf = (entry) => entry && [entry.dataset.tenant, entry.dataset.entry, entry.dataset.version].join(" ");

  document.addEventListener("focusin", (event) => {
    const block = event.target.closest?.("#entry .entry-block");
    if (!block) return;
    seen = { entry: keyOf(block.closest("#entry")), label: block.querySelector("dt span:last-child")?.textContent.trim() };
  });

  const begin = () => {
    const line = document.getElementById("gap-line");
    const isOfThis = seen && seen.entry === keyOf(document.getElementById("entry"));
    if (!line || !isOfThis || line.value || line.dataset.begun) return;
    line.dataset.begun = "yes";
    const start = `${seen.label}: `;
    line.value = start;
    // Reached by the tab key it is marked, and the first letter would replace it.
    const toEnd = () => line.value === start && line.setSelectionRange(start.length, start.length);
    line.addEventListener("focus", () => requestAnimationFrame(toEnd));
    const place = document.querySelector("[data-focus='#panel']");
    if (place) place.dataset.focus = "#gap-line";
  };

  document.addEventListener("htmx:after:swap", begin);
})();
