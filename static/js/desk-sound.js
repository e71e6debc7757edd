// Two short tones when a call is for another town than the one before; once a call, and only where they are wanted.
(() => {
  const HEARD = "other-town-heard";
  let audio = null;

  const tone = (pitch, start) => {
    const oscillator = audio.createOscillator();
    const volume = audio.createGain();
    oscillator.frequency.value = pitch;
    volume.gain.setValueAtTime(0.15, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.16);
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.16);
  };

  const play = () => {
    const call = document.querySelector("[data-other-town][data-sound]")?.dataset.otherTown;
    if (!call || sessionStorage.getItem(HEARD) === call) return;
    sessionStorage.setItem(HEARD, call);
    audio ??= new AudioContext();
    tone(523, audio.currentTime);
    tone(784, audio.currentTime + 0.14);
  };

  document.addEventListener("htmx:after:swap", play);
})();
