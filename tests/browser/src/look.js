// What a person sees on the page. Every function of `look` answers with plain values, or with elements.
const text = (element) => (element ? element.innerText.replace(/\s+/g, " ").trim() : "");

/** Whether someone with eyes meets it: not hidden, and larger than what stands in a page for screen readers only. */
const seen = (element) => {
  const { width, height } = element.getBoundingClientRect();
  return element.checkVisibility({ visibilityProperty: true }) && width > 2 && height > 2;
};

/** Native radios and boxes are often drawn by what stands beside them. */
const reachable = (element) => element.checkVisibility({ visibilityProperty: true });

const all = (selector) => [...document.querySelectorAll(selector)];

/** The texts of the elements that an attribute names. */
const named = (element, attribute) =>
  (element.getAttribute(attribute) ?? "")
    .split(/\s+/)
    .filter(Boolean)
    .map((id) => document.getElementById(id))
    .filter(Boolean);

/** The error summary: what holds the alert and takes the focus. */
const summary = () => {
  const alert = all("main [role=alert]").find((element) => reachable(element) && text(element));
  return alert?.closest("[tabindex]") ?? alert;
};

const look = {
  step: () => document.querySelector("main")?.dataset.step ?? null,
  heading: () => text(all("h1").find(reachable)),
  headings: () => all("h1").filter(reachable).map(text),
  title: () => document.title,
  address: () => location.pathname + location.search + location.hash,
  origin: () => location.origin,
  text: () => text(document.body),
  // The foremost button has its ring.
  ring: () => getComputedStyle(document.querySelector("button[type=submit]"), "::after").content !== "none",
  busy: () => !!document.querySelector("main[aria-busy=true], main [aria-busy=true], button[aria-disabled=true]"),

  pressable: () => all("button, a[href], summary, input[type=submit], [role=button], [role=link]").filter(seen),
  fillable: () => all("input:not([type=radio], [type=checkbox], [type=hidden], [type=submit]), textarea, select").filter(seen),
  choosable: () => all("input[type=radio], input[type=checkbox]").filter(reachable),
  byName: (name) => all("input, select, textarea").filter((input) => input.name === name && reachable(input)),
  /** What a person presses to choose it. */
  handle: (input) => (seen(input) ? input : (input.labels[0] ?? input)),

  choices: () =>
    look.choosable().map((input) => ({ label: text(input.labels[0]), name: input.name, value: input.value, checked: input.checked })),
  inputs: () =>
    [...look.fillable(), ...look.choosable()].map((input) => ({
      name: input.name,
      id: input.id,
      kind: input.type,
      label: [...input.labels].map(text).join(" ") || input.getAttribute("aria-label") || "",
      value: input.value,
      required: input.required || input.getAttribute("aria-required") === "true",
      autocomplete: input.getAttribute("autocomplete") ?? "",
      inputmode: input.getAttribute("inputmode") ?? "",
      described: named(input, "aria-describedby").map(text).filter(Boolean),
      invalid: input.getAttribute("aria-invalid") === "true",
    })),
  buttons: () => look.pressable().map(text),

  alerts: () => all("[role=alert], [role=status], [aria-live=polite], [aria-live=assertive]").map(text).filter(Boolean),
  summary: () => {
    const found = summary();
    return found ? [...found.querySelectorAll("li, p")].filter((line) => !line.querySelector("li, p")).map(text).filter(Boolean) : [];
  },
  /** Of each input that is marked as wrong, what it is described by that is about the mistake. */
  mistakes: () =>
    all("[aria-invalid=true]").map((input) => ({
      name: input.name ?? input.id,
      texts: [...named(input, "aria-errormessage"), ...named(input, "aria-describedby")]
        .filter((about) => /error|problem|wrong|mistake/i.test(`${about.id} ${about.className}`))
        .map(text)
        .filter(Boolean),
    })),

  focused: () => {
    const { activeElement: at } = document;
    if (!at || at === document.body) return "nothing";
    if (at === summary() || (at.matches("[tabindex='-1']") && at.querySelector("[role=alert]"))) return "the error summary";
    const what = at.name || text(at).slice(0, 60) || at.id;
    return `${at.localName} ${what}`;
  },

  /** What the page keeps. A browser may allow it none. */
  storage: () => {
    const all = (kept) => {
      try {
        return Object.fromEntries(Object.entries(window[kept]));
      } catch {
        return {};
      }
    };
    return { session: all("sessionStorage"), local: all("localStorage"), cookies: document.cookie };
  },

  /** How far the page can be scrolled sideways. */
  overflow: () => document.scrollingElement.scrollWidth - document.documentElement.clientWidth,
  /** What stands out at the side, for the report. */
  overflowing: () =>
    all("body *")
      .filter((element) => seen(element) && element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((element) => `${element.localName}.${element.className}`)
      .slice(0, 5),

  /**
   * All that the page's looks hang on, as one text: the document and what its controls hold, its styles, the window, and what is
   * focused, pointed at or scrolled. Null while it changes, or where there is more to it. The ports of this machine, others in
   * each story, are taken out.
   */
  state: () => {
    const every = all("*");
    const more = every.some((element) => element.shadowRoot || element.matches("iframe, object, embed, canvas, video, audio"));
    const moves = document.getAnimations().some(({ playState }) => playState === "running");
    const comes = document.readyState !== "complete" || [...document.images].some((image) => !image.complete);
    if (more || moves || comes) return null;
    const among = (selector) => all(selector).map((element) => every.indexOf(element));
    const rules = ({ disabled, media, cssRules }) => [disabled, media.mediaText, [...cssRules].map(({ cssText }) => cssText)];
    const states = ["focus", "focus-visible", "hover", "active", "modal", "popover-open", "autofill", "user-valid", "user-invalid", "target"];
    const asked = ["prefers-color-scheme: dark", "prefers-reduced-motion: reduce", "prefers-contrast: more", "forced-colors: active"];
    const state = [
      document.documentElement.outerHTML,
      all("input, select, textarea").map((input) => [input.value, input.checked, input.indeterminate, input.selectedIndex, input.validity.valid]),
      [...document.styleSheets, ...document.adoptedStyleSheets].map(rules),
      [innerWidth, innerHeight, devicePixelRatio, document.compatMode, document.hasFocus()],
      asked.map((query) => matchMedia(`(${query})`).matches),
      states.map((state) => among(`:${state}`)),
      every.map(({ scrollTop, scrollLeft }, at) => [at, scrollTop, scrollLeft]).filter(([, top, left]) => top || left),
    ];
    return JSON.stringify(state).replace(/\b(localhost|127\.0\.0\.1)(:|%3A)\d+/g, "$1");
  },

  /** Takes what the policy refused since the last look. */
  refusedByPolicy: () => (window.refusedByPolicy ?? []).splice(0),
};
