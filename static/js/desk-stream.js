// One stream a browser tells when the telephone or the bulletins want to be looked at: the tab that holds the lock listens for all tabs.
(() => {
  const KINDS = ["ringing", "silent", "connected", "changed", "left", "ended", "state", "source", "entry"];
  // A stream that ends in peace is back sooner than this.
  const PATIENCE = 2500;
  const channel = new BroadcastChannel("desk-stream");
  const shown = () => document.getElementById("main")?.dataset.stream ?? "";
  const bulletins = () => document.getElementById("main")?.dataset.bulletins ?? "";
  const seatOf = (place) => place.split("-")[0];
  let source = null;
  let followed = "";
  let mine = seatOf(shown());
  let worry = null;
  let isLost = false;

  const stale = () => document.dispatchEvent(new Event("desk:stale"));

  const say = (lost) => {
    const place = document.getElementById("connection-state");
    if (place) place.hidden = !lost;
  };

  const hear = (word, place) => {
    if (word === "stale") stale();
    if (word === "bulletins") document.dispatchEvent(new Event("desk:bulletins"));
    if (word === "seat" && source && seatOf(place) !== followed) open(place);
    if (word === "lost") {
      isLost = true;
      worry ??= setTimeout(() => say(true), PATIENCE);
    }
    if (word === "back" && isLost) {
      clearTimeout(worry);
      worry = null;
      isLost = false;
      say(false);
      stale();
    }
  };

  const tell = (word, place) => {
    hear(word, place);
    channel.postMessage({ word, place });
  };

  const open = (place) => {
    source?.close();
    followed = seatOf(place);
    const opened = new EventSource(`/desk/stream?after=${place}&bulletins=${bulletins()}`);
    source = opened;
    opened.addEventListener("open", () => tell("back"));
    opened.addEventListener("error", () => {
      tell("lost");
      // A refusal is final for the browser, but not for us: the server may only be starting.
      if (opened.readyState === EventSource.CLOSED) setTimeout(() => source === opened && open(shown()), 5000);
    });
    opened.addEventListener("bulletins", () => tell("bulletins"));
    for (const kind of KINDS) opened.addEventListener(kind, () => tell("stale"));
  };

  channel.addEventListener("message", ({ data }) => hear(data.word, data.place));

  // Whoever sits down at another telephone has to hear another one.
  document.addEventListener("htmx:after:swap", () => {
    if (seatOf(shown()) === mine) return;
    mine = seatOf(shown());
    tell("seat", shown());
  });

  const listen = () => new Promise(() => open(shown()));
  if (navigator.locks) navigator.locks.request("desk-stream", listen);
  else listen();
  addEventListener("pagehide", () => source?.close());
})();
