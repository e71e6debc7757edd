// Says when the server cannot be reached, and takes the words away when a step works again.
(() => {
  const place = () => document.getElementById("problem");
  const words = "Keine Verbindung zum Server. Was gespeichert ist, bleibt; versuchen Sie den Schritt gleich noch einmal.";

  document.addEventListener("htmx:error", () => {
    if (place()) place().textContent = words;
  });
  document.addEventListener("htmx:after:request", (event) => {
    if (event.detail?.ctx?.response?.status < 400) place()?.replaceChildren();
  });
})();
