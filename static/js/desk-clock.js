// Clocks run on the screen, but by the server's time: data-clock-now says what it was when the page was made.
(() => {
  const offsets = new WeakMap();

  const now = (element) => {
    const stamp = element.dataset.clockNow;
    const known = offsets.get(element);
    if (known?.stamp !== stamp) offsets.set(element, { stamp, offset: Date.parse(stamp) - Date.now() });
    return Date.now() + offsets.get(element).offset;
  };

  const two = (number) => String(number).padStart(2, "0");

  const count = (element) => {
    const seconds = Math.max(0, Math.floor((now(element) - Date.parse(element.dataset.clockSince)) / 1000));
    element.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  };

  const left = (element, until) => {
    const seconds = Math.max(0, Math.ceil((Date.parse(until) - now(element)) / 1000));
    const words = element.querySelector("[data-seconds]");
    if (words) words.textContent = seconds;
    const bar = element.querySelector("progress");
    if (bar) bar.value = seconds;
    return seconds;
  };

  const stale = () => document.dispatchEvent(new Event("desk:stale"));

  // While somebody types, after-call work does not run out under their hands: the server is told in time.
  const KEPT = 10000;
  let typedAt = 0;
  document.addEventListener("input", () => (typedAt = Date.now()));
  const isTyping = () => Date.now() - typedAt < KEPT;

  const keep = (element) => {
    element.dataset.refreshAt = new Date(now(element) + KEPT).toISOString();
    fetch("/desk/after-call/keep", { method: "POST" }).catch(() => {});
  };

  const tick = () => {
    document.querySelectorAll("[data-clock-since]").forEach(count);
    for (const element of document.querySelectorAll("[data-vanishes-at]")) {
      if (left(element, element.dataset.vanishesAt) === 0) element.removeAttribute("data-vanishes-at"), stale();
    }
    for (const element of document.querySelectorAll("[data-refresh-at]")) {
      const seconds = left(element, element.dataset.refreshAt);
      if (seconds <= 3 && isTyping()) keep(element);
      else if (seconds === 0) element.removeAttribute("data-refresh-at"), stale();
    }
  };

  setInterval(tick, 250);
})();
