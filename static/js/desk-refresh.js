// The desk shows the present again by itself, but what an agent does goes first.
(() => {
  const main = () => document.getElementById("main");
  const acts = new Set();
  const overtaken = new WeakSet();
  let refreshing = null;
  // Something happened that the answer under way may not know yet.
  let isStale = false;

  // An open panel is somebody's work: it is not replaced under their hands, unless the call it belongs to is another one.
  const part = () => (document.getElementById("panel") ? "#band" : "#main");

  const refresh = (only) => {
    if (acts.size || refreshing) {
      isStale = true;
      return;
    }
    isStale = false;
    const q = document.getElementById("query")?.value ?? "";
    const select = only ?? part();
    const more = select === "#main" ? {} : { select };
    const values = { q, call: main().dataset.call };
    window.htmx?.ajax("GET", "/desk", { target: select, swap: "outerMorph", source: "#main", values, ...more });
  };

  const again = () => {
    if (isStale && !acts.size && !refreshing) refresh();
  };

  // A refresh that an act overtook shows nothing any more: it would take away what the act was answered.
  document.addEventListener("htmx:before:request", (event) => {
    const request = event.detail.ctx;
    if (request.sourceElement === main()) {
      refreshing = request;
      if (acts.size) {
        isStale = true;
        event.preventDefault();
      }
    } else if (request.target === main()) {
      acts.add(request);
      if (refreshing) overtaken.add(refreshing);
    }
  });
  document.addEventListener("htmx:before:response", (event) => {
    if (overtaken.has(event.detail.ctx)) event.preventDefault();
  });
  document.addEventListener("htmx:finally:request", (event) => {
    acts.delete(event.detail.ctx);
    if (event.detail.ctx === refreshing) refreshing = null;
    again();
  });

  // With the band comes the call it speaks of: a panel of another one has nothing to say any more.
  document.addEventListener("htmx:after:swap", (event) => {
    const { select, target } = event.detail.ctx;
    const band = document.getElementById("band")?.dataset.call;
    if (select !== "#band" || band === undefined || band === main()?.dataset.call) return;
    document.getElementById("panel")?.remove();
    isStale = true;
  });

  // A second tab, or a machine that slept, shows the present as soon as somebody looks; an open desk stays signed in.
  document.addEventListener("desk:stale", () => refresh());
  // Other bulletins change the band and the desk at rest; results and an open entry stay as they are under the agent's eyes.
  document.addEventListener("desk:bulletins", () => refresh(document.getElementById("query") ? "#band" : part()));
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  setInterval(() => document.hidden || refresh(), 60000);
})();
