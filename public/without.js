// A page out of some cache names files that a new version has taken away. It is loaded again, once: what was reloaded
// already is not helped by that. Says whether it is.
export const renew = async (files) => {
  const [{ type }] = performance.getEntriesByType("navigation");
  const there = async (file) => {
    const { status, headers } = await fetch(file);
    return status > 499 || /script|wasm/.test(headers.get("content-type"));
  };
  if (type === "reload" || (await Promise.all(files.map(there)).catch(() => [])).every(Boolean)) return false;
  location.reload();
  return true;
};

// Where the app cannot run: the org's own page signs people in, by an authorization code with PKCE. What comes back is for
// the app, if it can run by then; if not, the person is told that the org has let them in.
const word = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

export const help = async (root, page) => {
  const [heading, link] = ["h1", "a"].map((tag) => page.querySelector(tag));
  heading.focus();
  document.title = heading.textContent;
  const { hosts, ...common } = await (await fetch(`${root}config.json`, { cache: "no-cache" })).json();
  const config = { ...common, ...hosts?.[location.host] };
  const issuer = config.issuer.trim().replace(/\/+$/, "");
  const { origin, pathname, protocol, hostname } = new URL(issuer);
  // What the app does not take either: src/config.rs.
  if (!/^https?:$/.test(protocol) || hostname === "your-org.okta.com" || config.clientId === "your-client-id") return;
  const redirect = config.redirectUri ?? `${root}login/callback`;

  const query = new URLSearchParams(location.search);
  // The app may run the next time, and would want what came back.
  const never = typeof WebAssembly !== "object";
  if (never && redirect.split("?")[0] === location.origin + location.pathname && (query.has("code") || query.has("error"))) {
    history.replaceState(null, "", location.pathname);
    if (query.has("code")) for (const line of page.querySelectorAll("p")) line.hidden = line.dataset.for !== "callback";
    link.href = origin;
    link.hidden = false;
    return;
  }

  const [state, nonce, verifier] = [0, 1, 2].map(() => word(crypto.getRandomValues(new Uint8Array(32))));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const fields = new URLSearchParams({
    client_id: config.clientId,
    scope: [config.scopes ?? "openid profile email"].flat().join(" "),
    redirect_uri: redirect,
    code_challenge: word(digest),
    code_challenge_method: "S256",
    state,
    nonce,
    response_type: "code",
  });
  if (config.acrValues != null) fields.set("acr_values", config.acrValues);
  if (config.maxAge != null) fields.set("max_age", config.maxAge);
  link.href = `${issuer}${pathname.startsWith("/oauth2") ? "" : "/oauth2"}/v1/authorize?${fields}`;
  link.hidden = false;
  link.addEventListener("click", () => {
    // As the app keeps it: src/oauth/attempt.rs.
    const wish = (name, value) => (value == null ? {} : { [name]: `${value}` });
    const wishes = { ...wish("acr", config.acrValues), ...wish("maxAge", config.maxAge) };
    const attempt = { state, nonce, verifier, purpose: "sign-in", route: "hosted", ...wishes, kept: {} };
    sessionStorage.setItem(`vestibule.transaction|${issuer}|${config.clientId}`, JSON.stringify(attempt));
  });
};
