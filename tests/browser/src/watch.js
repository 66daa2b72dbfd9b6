// Runs before anything of the page does: keeps what the page's policy refuses.
window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.refusedByPolicy.push(
    `${event.effectiveDirective}: ${event.blockedURI || event.sample} (${event.sourceFile}:${event.lineNumber})`,
  );
});

// Keeps what screen readers announce by themselves: what is new in a live region.
window.announced = [];
const live = "[role=alert], [role=status], [aria-live=polite], [aria-live=assertive]";
new MutationObserver((changes) => {
  const regions = new Set();
  for (const { target, addedNodes } of changes) {
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    const around = element?.closest(live);
    if (around) regions.add(around);
    for (const added of addedNodes) {
      if (added.nodeType !== Node.ELEMENT_NODE) continue;
      if (added.matches(live)) regions.add(added);
      added.querySelectorAll(live).forEach((region) => regions.add(region));
    }
  }
  for (const region of regions) {
    const said = region.textContent.replace(/\s+/g, " ").trim();
    if (said) window.announced.push(said);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });

// A test that need not wait moves this on.
window.ahead = 0;
const { now } = Date;
Date.now = () => now() + window.ahead;
