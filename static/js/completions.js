// A completion goes into the search box by a click, the first one by the right arrow at the end of what is typed.
(() => {
  const box = () => document.getElementById("query");

  const take = (completion) => {
    const input = box();
    input.value = `${completion.dataset.completes} `;
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // What stands there may still belong to the letters before.
  const first = () => {
    const input = box();
    const isAtEnd = input.selectionStart === input.value.length && input.selectionEnd === input.value.length;
    const isCurrent = document.querySelector("[data-query]")?.dataset.query === input.value;
    return isAtEnd && isCurrent ? document.querySelector("[data-completes]") : null;
  };

  document.addEventListener("click", (event) => {
    const completion = event.target.closest?.("[data-completes]");
    if (!completion || !box() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    take(completion);
  });

  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey && !event.isComposing;
    if (event.key !== "ArrowRight" || event.target !== box() || !isPlain) return;
    const completion = first();
    if (!completion) return;
    event.preventDefault();
    take(completion);
  });
})();
