// Starts the app. Trunk would write this into the page itself, which the content security policy forbids, so it is a file
// of its own, and finds the two files of the build by the preloads that Trunk writes into the head.
const built = (rel) => document.head.querySelector(`link[rel="${rel}"]`).href;

try {
  const { default: start } = await import(built("modulepreload"));
  await start({ module_or_path: built("preload") });
} catch (problem) {
  const notice = document.createElement("p");
  notice.setAttribute("role", "alert");
  notice.textContent = "This page could not start. Load it again, or use a newer browser.";
  document.body.append(notice);
  throw problem;
}
