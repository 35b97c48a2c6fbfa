// Questions: before a step of the backward pass, and to take home.

/** The same shuffle for the same step. */
function shuffled(list, seed) {
  let x = seed * 2654435761 % 4294967296;
  const keyed = list.map(value => ({ value, key: (x = (x * 1664525 + 1013904223) % 4294967296) }));
  return keyed.sort((a, b) => a.key - b.key).map(e => e.value);
}

/** Nodes that cannot be next before step k: some of what they wait for has not arrived. */
function notReady(k) {
  const state = stateAt(k - 1);
  return steps.slice(k + 1).filter(s => s.kind === "backward" && !state.complete(s.node)).map(s => s.node);
}

/** What to ask before step k, or null: which node is next, or which formula it is. */
function question(k) {
  const s = steps[k];
  if (s?.kind !== "backward") return null;
  const n = byId.get(s.node), c = s.contributions.find(x => x.wrong?.length >= 2), waiting = notReady(k);
  if (c && (k % 2 || waiting.length < 2)) {
    const to = byId.get(c.to), left = nameMath(barred(to.name));
    return {
      ask: `${inlineName(n.name)} is next: ${equationOf(n)}. What does it add to ${inlineName(barred(to.name))}?`,
      choices: shuffled([{ html: math(c.mathml), text: c.text, right: true }, ...c.wrong.map(w => ({ html: math(w.mathml), text: w.text, why: w.why }))], k),
    };
  }
  if (waiting.length < 1) return null;
  const why = id => {
    const from = contributionsTo(id).map(x => x.from).filter(f => !stateAt(k - 1).passed.has(`${id},${f}`) && steps.findIndex(x => x.kind === "backward" && x.node === f) >= k);
    return `${byId.get(id).name} still waits for ${listed(namesOf([...new Set(from)]))}.`;
  };
  return {
    ask: "Whose adjoint is complete, so that it can be passed on next?",
    choices: shuffled([s.node, ...shuffled(waiting, k).slice(0, 2)].map(id => ({ html: inlineName(byId.get(id).name) + ` <span class="quiet">${escaped(byId.get(id).op)}</span>`, text: byId.get(id).name, right: id === s.node, why: id === s.node ? "" : why(id) })), k),
  };
}
const equationOf = n => `<math>${nameMath(n.name)}<mo>=</mo>${math(n.mathml).replace(/^<math[^>]*>|<\/math>$/g, "")}</math>`;

/** Asks; `show` goes on to the step. */
function drawQuestion(into, k, q, say, show) {
  const verdict = make("p", { class: "note", hidden: true });
  const onward = make("button", { class: "main", onclick: show }, "Show the step");
  const choices = q.choices.map((c, i) => make("button", {
    html: `<span class="quiet">${i + 1}</span>&ensp;${c.html}`, "aria-label": `${i + 1}: ${c.text}`,
    onclick() {
      this.classList.add(c.right ? "right" : "wrong");
      verdict.hidden = false;
      verdict.textContent = c.right ? "Yes." : `No. ${c.why ?? ""}`;
      say(verdict.textContent);
      if (c.right) onward.focus();
    },
  }));
  into.replaceChildren(make("p", { class: "phase" }, `Before step ${k}`), make("h2", { html: q.ask }), make("div", { class: "choices" }, ...choices), verdict, onward);
  say(into.querySelector("h2").textContent + " " + q.choices.map((c, i) => `${i + 1}: ${c.text}`).join("; "));
}

/** Questions on the whole, with answers from the document. */
function exercises() {
  const list = [], backward = steps.filter(s => s.kind === "backward");
  const order = namesOf(backward.map(s => s.node)).map(barred).map(inlineName).join(", ");
  list.push(["In which order can the adjoints be passed on? When is one complete?", `${order}. An adjoint is complete once every node that uses its node has passed its own on; going down the list of nodes, newest first, always works.`]);
  for (const n of doc.nodes.filter(x => x.adjoint)) {
    const paths = contributionsTo(n.id);
    if (paths.length < 2) continue;
    list.push([`${inlineName(n.name)} is used ${paths.length} times. What does each use add to ${inlineName(barred(n.name))}?`, paths.map(p => `from ${inlineName(byId.get(p.from).name)}: ${math(p.mathml)}`).join("<br>")]);
  }
  const product = backward.flatMap(s => s.contributions.map(c => ({ s, c, n: byId.get(s.node), to: byId.get(c.to) }))).find(x => x.n.op === "matmul");
  if (product) {
    const { n, to, c } = product, other = byId.get(n.operands.find(k => k !== to.id) ?? to.id);
    list.push([`${inlineName(barred(n.name))} is ${sizeOf(n)} and ${inlineName(other.name)} is ${sizeOf(other)}. Which product of the two, either transposed if need be, has the shape of ${inlineName(to.name)}, ${sizeOf(to)}?`, math(c.mathml)]);
    const m = partOf(c);
    if (m.isSmall && c.index) list.push([`With a pencil: entry (1,1) of what ${inlineName(n.name)} adds to ${inlineName(barred(to.name))}, by ${indexMath(c.index)}.`, `<code>${digits(m.at(0, 0))}</code>`]);
  }
  list.push(["Why does one backward pass cost about twice as much as the forward pass, however many entries the variables have?", "Each node is visited once. A product of matrices costs two products of the same size, one for each factor; a function of entries costs one product entry by entry for each operand. The number of variables does not enter."]);
  return list;
}
const drawExercises = into => into.replaceChildren(...exercises().map(([ask, answer]) => make("li", {}, make("div", { html: ask }), make("details", {}, make("summary", {}, "Answer"), make("p", { html: answer })))));
