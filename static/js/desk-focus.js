// The focus stands where the next key is expected; Escape goes back exactly one step.
(() => {
  const query = () => document.getElementById("query");

  const first = (target) => target?.querySelector?.("[data-first]:checked, [data-first]") ?? target;

  // The server says where the focus belongs; an empty word leaves it where it is.
  const place = () => {
    const wanted = document.querySelector("[data-focus]")?.dataset.focus;
    if (!wanted) return;
    let target = document.querySelector(wanted);
    if (wanted === "#panel") target = first(target);
    if (wanted === "#lines") target = target?.querySelector("[aria-current]") ?? target?.querySelector("button");
    target?.focus({ preventScroll: false });
    if (target?.id === "query") target.select();
    document.querySelector("[data-focus]")?.removeAttribute("data-focus");
  };

  const toSearch = (event) => {
    if (!query()) return;
    event.preventDefault();
    query().focus();
    query().select();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const inField = event.target.matches?.("input, textarea, select");
    if (event.key === "/" && !inField) toSearch(event);
    if (event.key === "Escape" && !document.querySelector('[data-key="escape"]')) toSearch(event);
  });

  document.addEventListener("htmx:after:swap", place);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else place();
})();
