// One key, one command: every element with data-key or data-function-key is pressed by that key.
// Letters and digits act only outside of text fields; function keys and Ctrl+Enter act everywhere.
(() => {
  const writes = (element) => element.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");
  const desk = () => document.querySelector("[data-desk]");
  const dialogIsOpen = () => document.querySelector("dialog[open]");

  const nameOf = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return "ctrl+enter";
    return event.key.toLowerCase();
  };

  const find = (attribute, value) => desk()?.querySelector(`[${attribute}="${CSS.escape(value)}"]`);

  const command = (event) => {
    const name = nameOf(event);
    if (event.altKey || (event.ctrlKey && name !== "ctrl+enter")) return null;
    if (/^f\d+$/.test(name)) return find("data-function-key", event.key);
    if (name === "ctrl+enter") return find("data-key", name);
    if (writes(event.target) && name !== "escape") return null;
    // Enter and Space press the focused control; they are commands only where nothing has the focus.
    const pressesSomething = event.target.matches?.("a[href], button, summary, input");
    if ((name === "enter" || name === " ") && pressesSomething) return null;
    const single = name.length === 1 && name !== " ";
    if (single && desk()?.dataset.shortcuts === "false") return null;
    return find("data-key", name);
  };

  const lastLine = () => document.querySelector("#lines [aria-current]") ?? document.querySelector("#lines button");

  const block = (event) => {
    if (!/^[1-6]$/.test(event.key) || writes(event.target) || event.ctrlKey || event.altKey) return null;
    // How a transfer ended is asked before anything else.
    if (document.querySelector(`.band-tell [data-key="${event.key}"]`)) return null;
    return document.getElementById(`block-${event.key}`);
  };

  const act = (event, element) => {
    event.preventDefault();
    const dialog = element.dataset.opens && document.querySelector(element.dataset.opens);
    if (dialog) dialog.showModal();
    else element.click();
  };

  document.addEventListener("keydown", (event) => {
    if (!desk() || dialogIsOpen() || event.isComposing) return;
    const section = block(event);
    if (section && desk().dataset.shortcuts !== "false") {
      event.preventDefault();
      section.focus();
      section.scrollIntoView({ block: "nearest" });
      return;
    }
    const pressed = event.key === "F2" ? (find("data-function-key", "F2") ?? lastLine()) : command(event);
    if (pressed) act(event, pressed);
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    if (!opener) return;
    event.preventDefault();
    document.querySelector(opener.dataset.opens)?.showModal();
  });
})();
