// In the panel of a transfer: arrow keys go from the search field into the list and along it, Enter takes the first one found.
(() => {
  const box = () => document.getElementById("detail");
  const targets = () => [...document.querySelectorAll("#panel [data-target]")];
  const found = () => document.querySelector("#targets [data-target]");
  const shown = () => document.querySelector("#targets [data-found]")?.dataset.found === box()?.value.trim();
  let waiting = false;

  const take = () => {
    waiting = false;
    found()?.click();
  };

  // Enter pressed faster than the answer came: what stands there is not what was asked for.
  const enter = (event) => {
    if (event.ctrlKey || event.metaKey || !box().value.trim()) return;
    event.preventDefault();
    if (shown()) take();
    else waiting = true;
  };

  const move = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const list = targets();
    const offered = list.filter((target) => !target.closest("#targets"));
    const at = event.target === box() ? offered.length - (step > 0 ? 1 : 0) : list.indexOf(event.target);
    event.preventDefault();
    const next = list[at + step];
    // The search field stands between what is offered and what was found.
    const passes = event.target !== box() && (next === undefined || Boolean(next.closest("#targets")) !== Boolean(event.target.closest("#targets")));
    if (passes) box()?.focus();
    else next?.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.target === box() && event.key === "Enter") enter(event);
    if (event.target === box() || event.target.matches?.("[data-target]")) move(event);
  });
  document.addEventListener("htmx:after:swap", () => {
    if (waiting && shown()) take();
  });
})();
