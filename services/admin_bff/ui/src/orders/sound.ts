/** The sound of a new order: made by the browser itself, muted if one likes, silent until the page may sound. */
import { createStore } from "@/live/store";

export type Sound = "on" | "off";
const STORED = "order_sound";
const LOUDNESS = 0.18;
/** Two tones of a bell: hertz, and the second at which each begins. */
const TONES = [
  [880, 0],
  [1174.7, 0.16],
] as const;
const TONE_SECONDS = 0.5;

export const sound = createStore<Sound>(localStorage.getItem(STORED) === "off" ? "off" : "on");
/** Browsers let a page sound only after somebody touched it. */
export const soundAllowed = createStore(false);

let audio: AudioContext | null = null;

/** Waits for the first click, touch or key, by which browsers allow sound. Returns what ends the waiting. */
export function allowSoundOnGesture(): () => void {
  const gestures = ["pointerdown", "pointerup", "keydown"] as const;
  const stop = () => {
    for (const gesture of gestures) removeEventListener(gesture, allow, true);
  };
  function allow() {
    // Not each of them counts for the browser (Escape, the beginning of a touch); made without one, it would complain.
    if (!navigator.userActivation.hasBeenActive) return;
    audio ??= new AudioContext();
    void audio.resume().then(() => {
      if (audio?.state !== "running") return;
      soundAllowed.set(true);
      stop();
    });
  }
  if (!soundAllowed.get()) for (const gesture of gestures) addEventListener(gesture, allow, true);
  return stop;
}

export function setSound(next: Sound): void {
  localStorage.setItem(STORED, next);
  sound.set(next);
  if (next === "on") ring();
}

/** Sounds once, if it is on and allowed. */
export function ring(): void {
  if (sound.get() === "off" || !audio) return;
  const start = audio.currentTime + 0.02;
  for (const [hertz, after] of TONES) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "sine";
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start + after);
    volume.gain.linearRampToValueAtTime(LOUDNESS, start + after + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + after + TONE_SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + after);
    tone.stop(start + after + TONE_SECONDS);
  }
}
