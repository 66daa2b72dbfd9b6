// Runs before anything of the page does, in both pages alike: notes when what is measured comes about. All times are
// milliseconds since the navigation began. It is to cost the page as little as can be: it looks once in a frame, just before
// the browser computes styles anyhow, and nobody has to ask it again and again.
// The bench writes `const hurry = …` before it.
const seen = { usable: null, pressed: null, answered: null, blocking: 0, longest: 0, tasks: 0, shift: 0 };
window.bench = seen;
let tellStill, tellNext;
/** The form can be used, and the page has done what it had to do. */
window.still = new Promise((then) => (tellStill = then));
/** The next form is on the screen. */
window.nextForm = new Promise((then) => (tellNext = then));

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    seen.tasks += 1;
    // What is beyond 50 ms of a task keeps a press waiting that anybody would notice.
    seen.blocking += duration - 50;
    seen.longest = Math.max(seen.longest, duration);
  }
}).observe({ type: "longtask", buffered: true });

new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) seen.shift += value;
}).observe({ type: "layout-shift", buffered: true });

// The page is still when the form is usable and nothing has been fetched for so long. Milliseconds.
const QUIET = 1500;
let quiet;
const stir = () => {
  clearTimeout(quiet);
  quiet = setTimeout(() => (seen.usable ? tellStill() : stir()), QUIET);
};
new PerformanceObserver(stir).observe({ type: "resource", buffered: true });
stir();

const identifier = () => {
  const field = document.querySelector("input[name=identifier]");
  return field?.isConnected && !field.disabled && !field.readOnly && field.checkVisibility() ? field : null;
};
/** Another form than the first one, with something in it to fill in, choose or press. */
const next = () =>
  !document.querySelector("input[name=identifier]:not([type=hidden], [readonly], [hidden])") &&
  [...document.querySelectorAll("form :is(input:not([type=hidden]), select)")].some((control) => control.checkVisibility());

/** On the screen: after the frame that is about to be drawn. */
const painted = (then) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => then(performance.now());
  port2.postMessage(null);
};

const type = (text) => {
  const field = identifier();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
const press = () => {
  seen.pressed ??= performance.now();
  document.querySelector("form :is(button:not([type=button]), input[type=submit])").click();
};

/** Somebody who has waited: types, and presses the button when that stands there. Milliseconds in between. */
const CALM = 500;
window.signIn = (text) => {
  type(text);
  setTimeout(press, CALM);
};

// Whether the page took a press up. One that it did not is lost, as it is to a person.
let taken = 0;
addEventListener("submit", (event) => {
  if (event.defaultPrevented) taken = performance.now();
  event.preventDefault();
});

/** Somebody who cannot wait: types and presses as soon as there is a field, and again while nothing comes of it. */
const hasty = (text) => {
  if (seen.answered !== null) return;
  const waits = taken && performance.now() - taken < 5000;
  if (!waits && identifier()) {
    type(text);
    press();
  }
  setTimeout(hasty, 50, text);
};

const look = () => {
  if (seen.usable === null && identifier()) {
    seen.usable = 0;
    painted((now) => {
      seen.usable = now;
      if (hurry) hasty("mary@acme.test");
    });
  }
  if (seen.pressed !== null && seen.answered === null && next()) {
    seen.answered = 0;
    painted((now) => {
      seen.answered = now;
      tellNext();
    });
  }
};
let looks = false;
const soon = () => {
  if (looks) return;
  looks = true;
  requestAnimationFrame(() => {
    looks = false;
    look();
  });
};
// What an element says to a screen reader, such as that a button is busy, shows nothing: a frame is not asked for it.
const shows = ["class", "disabled", "hidden", "name", "open", "readonly", "style", "type"];
new MutationObserver(soon).observe(document, { subtree: true, childList: true, attributeFilter: shows });
// A style sheet that comes late hides or shows without a change of the document.
addEventListener("load", soon);
