// Among free appointments the arrow keys move: sideways to the next time, up and down to the next day.
(() => {
  const times = (day) => [...day.querySelectorAll(".slot")];

  const neighbour = (slot, key) => {
    const days = [...slot.form.querySelectorAll(".slot-day")];
    const day = days.findIndex((each) => each.contains(slot));
    const own = times(days[day]);
    const at = own.indexOf(slot);
    if (key === "ArrowRight") return own[at + 1] ?? (days[day + 1] && times(days[day + 1])[0]);
    if (key === "ArrowLeft") return own[at - 1] ?? (days[day - 1] && times(days[day - 1]).at(-1));
    const other = days[day + { ArrowDown: 1, ArrowUp: -1 }[key]];
    const there = other && times(other);
    return there && there[Math.min(at, there.length - 1)];
  };

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(".slot") || !/^Arrow(Up|Down|Left|Right)$/.test(event.key)) return;
    event.preventDefault();
    neighbour(event.target, event.key)?.focus();
  });
})();
