// The least that signs somebody in by hand: interact, introspect, identify, and whatever form the org sends next. It keeps
// nothing, checks nothing and forgives nothing; it is here to be measured against.
const org = document.querySelector("meta[name=org]").content;
const form = document.querySelector("form");

const base64 = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (sign) => ({ "+": "-", "/": "_", "=": "" })[sign]);
const random = () => base64(crypto.getRandomValues(new Uint8Array(32)));

const ask = async (url, body, type = "application/json") => {
  const answer = await fetch(url, { method: "POST", headers: { accept: "application/json", "content-type": type }, body });
  return answer.json();
};

const begin = async () => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(random()));
  const { interaction_handle: interactionHandle } = await ask(
    `${org}/oauth2/default/v1/interact`,
    new URLSearchParams({
      client_id: "vestibule",
      scope: "openid profile email",
      redirect_uri: `${location.origin}/login/callback`,
      code_challenge: base64(digest),
      code_challenge_method: "S256",
      state: random(),
      nonce: random(),
    }),
    "application/x-www-form-urlencoded",
  );
  return ask(`${org}/idp/idx/introspect`, JSON.stringify({ interactionHandle }), "application/ion+json; okta-version=1.0.0");
};

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** The controls of one field of the org's. */
const controls = ({ name, label, options, secret, visible }) => {
  if (visible === false || name === "stateHandle") return [];
  if (options) {
    return options.map((option, at) => {
      const id = `${name}-${at}`;
      return element("label", { htmlFor: id }, element("input", { id, type: "radio", name, value: at }), ` ${option.label}`);
    });
  }
  return [
    element("label", { htmlFor: name }, label ?? name),
    element("input", { id: name, name, type: secret ? "password" : "text" }),
  ];
};

const draw = ({ remediation, messages }) => {
  document.querySelector("[role=alert]").textContent = messages?.value[0].message ?? "";
  const next = remediation?.value[0];
  if (!next) return;
  document.querySelector("h1").textContent = next.name;
  const fields = next.value.flatMap((field) => (field.form ? field.form.value : [field]));
  form.replaceChildren(...fields.flatMap(controls), element("button", {}, "Next"));
};

const page = begin();

let busy = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  const { remediation } = await page;
  const identify = remediation.value.find(({ name }) => name === "identify");
  const stateHandle = identify.value.find(({ name }) => name === "stateHandle").value;
  draw(await ask(identify.href, JSON.stringify({ stateHandle, identifier: new FormData(form).get("identifier") })));
});
