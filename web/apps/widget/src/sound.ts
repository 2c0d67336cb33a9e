// The short tone of an answer that arrives unseen; once, however many tabs hear of it.
let audio: AudioContext | undefined;

export function beep(key: string, message: string): void {
  try {
    const name = `yingda:${key}:beep`;
    if (localStorage.getItem(name) === message) return;
    localStorage.setItem(name, message);
  } catch { /* storage is blocked: every tab sounds */ }
  try {
    audio ??= new AudioContext();
    const at = audio.currentTime;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.setValueAtTime(660, at);
    tone.frequency.setValueAtTime(880, at + 0.09);
    volume.gain.setValueAtTime(0.08, at);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.4);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(at + 0.4);
  } catch { /* no sound before the first gesture on the page */ }
}
