// Starts the app, and does what need not wait for it. It finds the two files of the build by the preloads that Trunk writes
// into the head. Whatever it begins, the app makes by itself too: it takes from here only what is the same to the letter.
const [main, without, framed] = ["main", "without", "framed"].map((id) => document.getElementById(id));
const root = new URL(".", import.meta.url);
const path = location.pathname.slice(root.pathname.length - 1).replace(/^\/+|\/+$/g, "");
// The doctor is another program, which is fetched at its own address and nowhere else.
const doctor = path === "doctor";
// What the build says in the tag of this script (xtask/src/page.rs): the file with what only later pages need, where it has that
// apart, what a usual config.json is, and what the scripts are that the page does not name.
const built = document.querySelector("[data-usual]")?.dataset ?? {};
const later = !doctor && built.later;
const named = (rel, own) => (doctor ? new URL(own, root) : document.querySelector(`link[rel="${rel}"]`)).href;
const files = () => [named("modulepreload", "doctor.js"), named("preload", "doctor_bg.wasm")];

const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const word = (bytes) => base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace("=", "");

// A file of the build, which has to be what was built. fetch() could be told what that is, but would tell the console of another
// file with the page's address, in which a token may be. Without https:// there is no digest, and nothing to be sure of.
const checked = async (file, integrity, init) => {
  const answer = await fetch(file, init);
  const bytes = await answer.clone().arrayBuffer();
  const digest = await crypto.subtle?.digest("SHA-256", bytes);
  if (integrity && digest && integrity !== `sha256-${base64(digest)}`) throw Error(`${file} is not what was built`);
  return answer;
};

// import() cannot be told, and what a modulepreload is told holds for it in some browsers only. It takes the file from the
// browser's cache, where it is now.
const load = async (file, integrity) => {
  await checked(file, integrity);
  return import(file);
};

const pause = (milliseconds) => new Promise((then) => setTimeout(then, milliseconds));

const stored = (name) => {
  try {
    return Object.keys(sessionStorage).some((key) => key.startsWith(`vestibule.${name}|`));
  } catch {
    return true;
  }
};

// The form of Sign In: what is typed and pressed before the app is there. Returns a promise of the press that sends the form, and
// what repeats the others then: of that one the app sees by the button that it was.
const form = () => {
  let toggled = false;
  // It has the signal that these listeners are let go by.
  const listens = new AbortController();
  const click = ({ target }) => {
    if (target.closest("[type=button]")) toggled = !toggled;
  };
  main.addEventListener("click", click, listens);
  const pressed = new Promise((then) => {
    const submit = (event) => {
      event.preventDefault();
      main.querySelector("[type=submit]").setAttribute("aria-disabled", "true");
      // As the app does it (src/ui/mod.rs), which may have come, and said that it is over, by then.
      setTimeout(() => main.querySelector("[aria-disabled]") && (main.dataset.busy = ""), 100);
      then();
    };
    main.addEventListener("submit", submit, listens);
  });
  document.title = main.querySelector("h1").textContent;
  main.hidden = false;
  const again = () => {
    listens.abort();
    if (toggled && main.dataset.step === "identify") main.querySelector("[type=button]")?.click();
  };
  return [pressed, again];
};

// The text of an answer. One that is too long for one is read no further, and counts as empty (src/browser/fetch.rs).
const read = async ({ body }) => {
  const [reader, decoder] = [body.getReader(), new TextDecoder()];
  let text = "";
  for (let left = 2e6; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    left -= value.length;
    if (left < 0) {
      reader.cancel();
      return "";
    }
    text += decoder.decode(value, { stream: true });
  }
};

const ask = (asked, url, init, next) => {
  const abort = new AbortController();
  const answer = fetch(url, { ...init, signal: abort.signal }).then(async (answer) => {
    const text = await read(answer);
    try {
      await next?.(JSON.parse(text));
    } catch {
      // The app meets it again, and says so.
    }
    return new Response(text, answer);
  });
  answer.catch(() => {});
  asked.push([url, init.any ?? init.body, init.credentials === "include", answer, abort, init.seed]);
};

const ION = "application/ion+json; okta-version=1.0.0";

// What a sign-in is made of by chance: 32 bytes each for state, nonce and verifier, whose digest is sent.
const draw = async () => {
  const seed = crypto.getRandomValues(new Uint8Array(96));
  const [state, nonce, verifier] = [0, 32, 64].map((at) => word(seed.slice(at, at + 32)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return [seed, state, nonce, word(digest)];
};

// What stands in the form, as the org's first step asks for it; nothing where that wants anything else.
const filled = (fields) => {
  const [identifier, passcode] = [...main.querySelectorAll("input")].map(({ value }) => value);
  const typed = { identifier: identifier.trim() || null, credentials: passcode ? { passcode } : null, rememberMe: false };
  const body = Object.fromEntries(fields.map(({ name, value, mutable }) => [name, mutable === false ? value : typed[name]]));
  return Object.values(body).every((value) => value != null) && JSON.stringify(body);
};

// A sign-in that begins here and now: interact, then introspect, and identify once the form is sent.
const begin = async (asked, drawn, pressed, { hosts, ...common }) => {
  const config = { ...common, ...hosts?.[location.host] };
  // What each member of config.json must be for the start to be the usual one (xtask/src/page.rs). Of any other, boot.js knows
  // too little.
  const usual = JSON.parse(built.usual);
  for (const [name, value] of Object.entries(config)) {
    const written = typeof value === "object" ? JSON.stringify(value) : value;
    if (value != null && !RegExp(usual[name] ?? "(?!)").test(written)) return;
  }
  const { clientId, redirectUri, scopes, cookies, acrValues, maxAge } = config;
  if (!clientId) return;
  const issuer = config.issuer.replace(/\/+$/, "");
  const [org, server] = issuer.match(/^\w+:\/\/[^/]+|\/oauth2.*$/g);
  const [seed, state, nonce, challenge] = await drawn;
  const fields = Object.entries({
    client_id: clientId,
    scope: [scopes ?? "openid profile email"].flat().join(" "),
    redirect_uri: redirectUri ?? `${root}login/callback`,
    code_challenge: challenge,
    code_challenge_method: "S256",
    state,
    nonce,
    acr_values: acrValues,
    max_age: maxAge,
  }).filter(([, value]) => value != null);
  const init = (type, body, accept = type) => ({
    method: "POST",
    headers: { Accept: accept, "Content-Type": type },
    body,
    credentials: `${cookies}` === "true" ? "include" : "omit",
    cache: "no-store",
    redirect: "error",
  });
  const body = fields.map((field) => field.map(encodeURIComponent).join("=")).join("&");
  const start = { ...init("application/x-www-form-urlencoded", body, "application/json"), seed };
  ask(asked, `${issuer}${server ? "" : "/oauth2"}/v1/interact`, start, ({ interaction_handle: interactionHandle }) => {
    if (!interactionHandle) return;
    // The page after the form needs all of the app.
    pressed.then(asked.rest).catch(() => {});
    ask(asked, `${org}/idp/idx/introspect`, init(ION, JSON.stringify({ interactionHandle })), ({ remediation }) => {
      // Where the org puts another step before it, the app shows that first.
      const [{ name, href, accepts, value }] = remediation.value;
      pressed.then(() => {
        const body = name === "identify" && href.startsWith(`${org}/`) && filled(value);
        // The app asks it with what stands there by then, and takes the answer to what was pressed.
        if (body) ask(asked, href, { ...init("application/json", body, accepts), any: true });
      });
    });
  });
};

// What is of use where something is missing. It may be missing too.
const rescue = () => load(`${root}without.js`, built.without).catch(() => ({}));

// What makes the app whole: the rest of it, fetched once, and again where that failed.
const whole = (app, integrity) => {
  let rest;
  const make = async () => {
    const answer = await checked(later, integrity, { signal: AbortSignal.timeout?.(6e4) });
    const bytes = await answer.arrayBuffer();
    return WebAssembly.instantiate(bytes, { a: await app });
  };
  return () =>
    (rest ??= make().catch(async (problem) => {
      rest = undefined;
      // Who waits for a page that is loaded again waits on.
      if (await (await rescue()).renew?.([later])) await new Promise(() => {});
      throw problem;
    }));
};

const boot = async () => {
  if (!self.WebAssembly) throw Error();
  const asked = [];
  let drawn, pressed;
  if (!doctor) ask(asked, `${root}config.json`, { cache: "no-cache" }, (config) => drawn && begin(asked, drawn, pressed, config));
  const login = path === "login" && !stored("tokens");
  drawn = login && !location.search && !stored("transaction") && draw().catch(() => {});
  const plain = (name) => /^(login_hint|acr_values|max_age|return_to)$/.test(name);
  const first = main && login && [...new URLSearchParams(location.search).keys()].every(plain);
  let begun;
  if (first) {
    [pressed, begun] = form();
    // What is to be seen is drawn before the app takes the processor. A page in the background draws nothing.
    await Promise.race([new Promise(requestAnimationFrame), pause(100)]);
    await pause();
  }
  const [glue, module] = files();
  const known = doctor ? built.doctor : document.querySelector("link[rel=modulepreload]").integrity;
  // What the modules are the script knows that was built with them.
  const { default: make, start, integrity = [] } = await load(glue, known);
  const app = make({ module_or_path: checked(module, integrity[0]) });
  if (later) {
    const rest = whole(app, integrity[1]);
    // The form of Sign In works without the rest, which comes while it is filled in.
    if (first && !stored("transaction")) {
      asked.rest = rest;
      app.then(rest).catch(() => {});
    } else await rest();
  }
  await app;
  // What has been answered meanwhile comes first.
  await pause();
  start?.(asked, () => {
    without.remove();
    begun?.();
  });
};

// In a frame another page can hide this one and lead the person to press what they do not see. Only a header can forbid the
// frame, and not every host sends one. So nothing runs in a frame but this: a link opens the page in a tab of its own.
const alone = () => {
  main?.remove();
  document.title = framed.querySelector("h1").textContent;
  framed.querySelector("a").href = location.href;
  framed.hidden = false;
};

const run = async () => {
  framed?.remove();
  try {
    await boot();
  } catch (problem) {
    const { renew, help } = await rescue();
    if (!(await renew?.(files()))) {
      // Without WebAssembly, or without a file of the build.
      main?.remove();
      without.hidden = false;
      await help?.(root, without);
    }
    throw problem;
  }
};

if (self === top) await run();
else alone();
