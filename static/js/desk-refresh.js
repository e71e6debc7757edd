// The desk shows the present again by itself, but what an agent does goes first.
(() => {
  const main = () => document.getElementById("main");
  const acts = new Set();
  const overtaken = new WeakSet();
  let refreshing = null;

  // An open panel is somebody's work: it is not replaced under their hands. The answer of an act is as fresh as any.
  const refresh = () => {
    if (acts.size || document.getElementById("panel")) return;
    const q = document.getElementById("query")?.value ?? "";
    window.htmx?.ajax("GET", "/desk", { target: "#main", swap: "outerMorph", source: "#main", values: { q } });
  };

  // A refresh that an act overtook shows nothing any more: it would take away what the act was answered.
  document.addEventListener("htmx:before:request", (event) => {
    const request = event.detail.ctx;
    if (request.sourceElement === main()) {
      refreshing = request;
      if (acts.size) event.preventDefault();
    } else if (request.target === main()) {
      acts.add(request);
      if (refreshing) overtaken.add(refreshing);
    }
  });
  document.addEventListener("htmx:before:response", (event) => {
    if (overtaken.has(event.detail.ctx)) event.preventDefault();
  });
  document.addEventListener("htmx:finally:request", (event) => acts.delete(event.detail.ctx));

  // A second tab, or a machine that slept, shows the present as soon as somebody looks; an open desk stays signed in.
  document.addEventListener("desk:stale", refresh);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  setInterval(() => document.hidden || refresh(), 60000);
})();
