// Arrow keys in the search box choose a result, Enter opens it; in a list of buttons they move the focus.
(() => {
  const hits = () => [...document.querySelectorAll("[data-hit]")];

  const choose = (list, index) => {
    list.forEach((hit, at) => (at === index ? hit.setAttribute("aria-current", "true") : hit.removeAttribute("aria-current")));
    const hit = list[index];
    hit.scrollIntoView({ block: "nearest" });
    box()?.setAttribute("aria-activedescendant", hit.id);
  };

  const box = () => document.getElementById("query");
  const shown = () => document.querySelector("[data-query]")?.dataset.query === box()?.value.trim();
  let waiting = false;

  const openChosen = () => {
    const list = hits();
    (list.find((hit) => hit.hasAttribute("aria-current")) ?? list[0])?.click();
  };

  // Enter pressed faster than the results came: what stands there is not what was asked, so the answer is awaited.
  const open = () => {
    if (!box().value.trim() && !hits().length) {
      // With nothing to look for, Enter means what it means outside of the box.
      document.querySelector('[data-key="enter"]')?.click();
      return;
    }
    waiting = !shown();
    if (waiting) box().form.requestSubmit();
    else openChosen();
  };

  const fromSearchBox = (event) => {
    const list = hits();
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
    if (!list.length) return;
    const current = Math.max(0, list.findIndex((hit) => hit.hasAttribute("aria-current")));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(list, Math.min(list.length - 1, Math.max(0, current + step)));
    }
  };

  const amongButtons = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const list = step ? [...event.target.closest("form, ul").querySelectorAll("button:not([hidden])")] : [];
    const next = list[list.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  // A list is narrowed by what is typed; the first one left is taken by Enter.
  const narrow = (input) => {
    const typed = input.value.toLowerCase();
    for (const button of document.querySelectorAll(`${input.dataset.filters} [data-word]`)) {
      const words = button.dataset.word.toLowerCase();
      button.closest("li").hidden = !(words.startsWith(typed) || words.split(/[\s-]/).some((word) => word.startsWith(typed)));
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.target.id === "query") fromSearchBox(event);
    else if (event.target.matches?.(".line-button")) amongButtons(event);
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!waiting || !shown()) return;
    waiting = false;
    openChosen();
  });
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.filters) narrow(event.target);
  });
})();
