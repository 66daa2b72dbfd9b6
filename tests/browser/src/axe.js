// After axe-core itself: runs it over the whole document and answers with its findings, in words.
const rules = arguments[0];
const done = arguments[arguments.length - 1];
axe
  .run(document, rules)
  .then(({ violations }) =>
    done(
      violations.map(({ id, help, nodes }) => {
        const places = nodes.map(({ target, failureSummary }) => `${target} – ${failureSummary.replace(/\s+/g, " ")}`);
        return `${id}: ${help}: ${places.slice(0, 3).join("; ")}`;
      }),
    ),
  )
  .catch((error) => done([`axe-core failed: ${error}`]));
