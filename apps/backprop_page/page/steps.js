// What each step says and shows.

const steps = doc.steps, lastStep = steps.length - 1;
const contributionsTo = id => steps.flatMap(s => (s.kind === "backward" ? s.contributions.filter(c => c.to === id).map(c => ({ ...c, from: s.node })) : []));
/** What a step adds to an adjoint; where nothing else is added, the document has only the adjoint. */
const partOf = c => matrixOf(c.value ?? byId.get(c.to).adjoint);
const namesOf = ids => ids.map(id => byId.get(id).name);
const listed = words => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);
const sizeOf = n => (n.rows === 1 && n.cols === 1 ? "number" : n.size + (n.size === `${n.rows} × ${n.cols}` ? "" : ` = ${n.rows} × ${n.cols}`));

/** What is known once step k is done: values, adjoints so far, and what moves along which edge. */
function stateAt(k) {
  const state = { values: new Set(doc.nodes.filter(n => n.kind !== "computed").map(n => n.id)), adjoints: new Map(), passed: new Set(), flow: new Map(), arrived: new Map() };
  const arrive = (id, m) => {
    state.arrived.set(id, (state.arrived.get(id) ?? 0) + 1);
    state.adjoints.set(id, state.complete(id) ? matrixOf(byId.get(id).adjoint) : state.adjoints.has(id) ? state.adjoints.get(id).plus(m) : m);
  };
  state.complete = id => id === doc.root || (state.arrived.get(id) ?? 0) === contributionsTo(id).length;
  steps.slice(0, k + 1).forEach((s, at) => {
    const now = at === k;
    if (s.kind === "forward") {
      state.values.add(s.node);
      if (now) byId.get(s.node).operands.forEach(o => state.flow.set(`${o},${s.node}`, "up"));
    } else if (s.kind === "seed") arrive(doc.root, matrixOf(byId.get(doc.root).adjoint));
    else if (s.kind === "backward") {
      for (const c of s.contributions) {
        arrive(c.to, partOf(c));
        (now ? state.flow.set(`${c.to},${s.node}`, "down") : state.passed.add(`${c.to},${s.node}`));
      }
    }
    if (now) state.current = s.node ?? (s.kind === "seed" ? doc.root : null);
  });
  return state;
}

const phases = { start: "Before the first step", forward: "Forward", seed: "Backward", backward: "Backward", simplify: "The formula", result: "The gradient" };

function titleOf(s) {
  if (s.kind === "start") return "The loss as a graph";
  if (s.kind === "forward") return `The value of ${byId.get(s.node).name}`;
  if (s.kind === "seed") return `The seed: d${doc.loss.name}/d${doc.loss.name} = 1`;
  if (s.kind === "backward") return `${byId.get(s.node).name} passes its adjoint on to ${listed(namesOf(s.contributions.map(c => c.to)))}`;
  if (s.kind === "simplify") return "The formula, simplified";
  return s.gradients.length > 1 ? "The gradients" : "The gradient";
}

const titleMath = s => (s.node == null ? escaped(titleOf(s)) : escaped(titleOf(s)).replace(/[\p{L}_]+\d*/gu, word => (isName(word) ? inlineName(word) : word)));

/** Of a contribution: whether it is the first, one more, or the last that its operand was waiting for. */
function standing(k, c) {
  const of = contributionsTo(c.to).length, before = stateAt(k - 1).arrived.get(c.to) ?? 0;
  return { of, before, isLast: before + 1 === of };
}
const adds = (k, c) => (standing(k, c).before ? "+=" : "=");
/** A contribution entry by entry, with the sign that it has in matrices. */
const entriesOf = (k, c) => indexMath(c.index.replace(/ \+?= /, ` ${adds(k, c)} `));
/** Logarithms of probabilities are shown as probabilities too. */
const probabilities = n => (n.op === "log_softmax" ? [figure(`<math><mi>exp</mi><mo>(</mo>${nameMath(n.name)}<mo>)</mo></math>, the probabilities`, matrixOf(n.value).map(Math.exp), { size: n.size })] : []);

/** The step in one or two sentences, for who listens and for the table. */
function sentence(k) {
  const s = steps[k], n = byId.get(s.node);
  if (s.kind === "start") return `${doc.loss.name} is computed from ${listed(doc.nodes.filter(x => x.kind !== "computed" && x.kind !== "number").map(x => x.name))}. Forward, each node gets its value from its operands; backward, each hands its adjoint on to them.`;
  if (s.kind === "forward") return `${n.name} = ${n.text}, ${sizeOf(n)}.`;
  if (s.kind === "seed") return `The adjoint of a node is the derivative of ${doc.loss.name} by it. That of ${doc.loss.name} itself is 1.`;
  if (s.kind === "backward") {
    return s.contributions.map(c => {
      const to = byId.get(c.to), { of, before, isLast } = standing(k, c);
      return `${barred(to.name)} ${adds(k, c)} ${c.text}` + (of === 1 ? "" : isLast ? `, the last of ${of} paths: the sum is complete` : `, path ${before + 1} of ${of}`) + (isLast && to.check ? `; ${verdictText(to.check)}` : "") + ".";
    }).join(" ");
  }
  if (s.kind === "simplify") return `As the steps put it together: ${listed(s.before.map(f => f.text))}. Simplified: ${listed(s.after.map(f => f.text))}.`;
  return s.gradients.map(g => `d${doc.loss.name}/d${byId.get(g.node).name} = ${g.text}`).join("; ") + ".";
}
const verdictText = c => `${c.passed ? "central differences agree" : "central differences DISAGREE"}, relative error ${c.error.toExponential(0)}`;

function verdict(n) {
  return n.check ? make("p", { class: `verdict ${n.check.passed ? "good" : "bad"}` }, make("span", { html: `${inlineName(barred(n.name))}: ${verdictText(n.check)}` })) : null;
}
const part = (heading, ...html) => [make("h3", { html: heading }), ...html.map(h => make("div", { class: "formula", html: h }))];
const valueFigure = n => figure(inlineName(n.name), matrixOf(n.value), { size: n.size });
const adjointFigure = (n, m) => figure(inlineName(barred(n.name)), m, { adjoint: true, size: n.size });

const panels = {
  start(s, k) {
    const leaves = doc.nodes.filter(n => n.kind === "variable" || n.kind === "constant");
    return [[make("p", {}, sentence(k)),
      make("p", { class: "note", html: `The adjoint of a node ${inlineName("A")}, written <math>${nameMath("A" + bar)}</math>, is <math><mfrac><mrow><mo>∂</mo>${nameMath(doc.loss.name)}</mrow><mrow><mo>∂</mo><mi>A</mi></mrow></mfrac></math>: how fast ${inlineName(doc.loss.name)} grows with each entry of ${inlineName("A")}. It has ${inlineName("A")}’s shape.` })],
      leaves.map(valueFigure)];
  },
  forward(s) {
    const n = byId.get(s.node);
    return [[make("p", {}, `${n.op}${n.line ? `, recorded at ${n.line}` : ""}.`), ...part("In matrices", equation(nameMath(n.name), n.mathml)), ...(n.index ? part("Entry by entry", indexMath(n.index)) : [])],
      [...new Set(n.operands)].map(k => byId.get(k)).filter(o => o.kind !== "number").map(valueFigure).concat(make("span", { class: "sign", "aria-hidden": "true" }, "→"), valueFigure(n), ...probabilities(n))];
  },
  seed(s, k) {
    const n = byId.get(doc.root);
    return [[make("p", {}, sentence(k)), ...part("In matrices", equation(nameMath(barred(n.name)), "<mn>1</mn>"))], [adjointFigure(n, matrixOf(n.adjoint))]];
  },
  backward(s, k) {
    const n = byId.get(s.node), words = [make("p", {}, s.rule)], figures = [adjointFigure(n, matrixOf(n.adjoint))];
    const after = stateAt(k), read = new Set(s.contributions.flatMap(c => c.text.match(/[\p{L}_]+\u0304?\d*/gu) ?? []));
    figures.push(...doc.nodes.filter(x => x.kind !== "number" && read.has(x.name)).map(valueFigure), ...probabilities(n));
    for (const c of s.contributions) {
      const to = byId.get(c.to), { of, before, isLast } = standing(k, c);
      const left = nameMath(barred(to.name));
      words.push(...part(`To ${inlineName(to.name)}, in matrices`, math(`${left}<mo>${adds(k, c)}</mo>${c.mathml}`, true)), ...(c.index ? part("Entry by entry", entriesOf(k, c)) : []));
      if (of > 1) words.push(make("p", { class: "note" }, isLast ? `${to.name} is used ${of} times: what comes along its paths adds up, and this was the last.` : `${to.name} is used ${of} times; this is path ${before + 1}.`));
      figures.push(make("span", { class: "sign", "aria-hidden": "true" }, "→"));
      if (of > 1) figures.push(figure(`what ${inlineName(n.name)} adds`, partOf(c), { size: to.size }));
      if (of === 1 || before > 0) figures.push(adjointFigure(to, after.adjoints.get(to.id)));
      if (isLast) words.push(verdict(to));
    }
    return [words, figures];
  },
  simplify(s) {
    const assuming = s.assuming.length ? [make("p", { class: "note" }, `Assuming that ${listed(s.assuming)}.`)] : [];
    const rule = r => make("li", { html: `${escaped(r.rule)}<div class="formula">${math(r.before.mathml)} &emsp;→&emsp; ${math(r.after.mathml)}</div>` });
    const rules = s.rules.length ? [make("details", { class: "rules" }, make("summary", {}, `The rules that did it, ${s.rules.length}`), ...part("", ...s.where.map(d => math(d, true))), make("ol", {}, ...s.rules.map(rule)))] : [];
    return [[...part("As the steps put it together", ...s.before.map(f => math(f.mathml, true))), ...rules, ...part("Simplified", ...s.after.map(f => math(f.mathml, true))), ...assuming], []];
  },
  result(s) {
    return [s.gradients.flatMap(g => [...part(`By ${inlineName(byId.get(g.node).name)}`, math(g.mathml, true)), verdict(byId.get(g.node))]), s.gradients.map(g => adjointFigure(byId.get(g.node), matrixOf(byId.get(g.node).adjoint)))];
  },
};

function drawPanel(into, k) {
  const s = steps[k], [words, figures] = panels[s.kind](s, k);
  const left = make("div", {}, ...words), right = make("div", { class: "matrices" }, ...figures);
  into.replaceChildren(make("p", { class: "phase" }, phases[s.kind]), make("h2", { html: titleMath(s) }),
    figures.length ? make("div", { class: "columns" }, left, right) : left);
}

/** A formula, or the text of one that a table has no room for. */
const isLong = f => f.text.length > 100;
const fitting = f => (isLong(f) ? `<div><code>${escaped(f.text)}</code></div>` : math(f.mathml, true));

/** Every step as a row of a table: the same for who does not see the pictures, and on paper. */
function drawTable(into) {
  into.replaceChildren(...steps.map((s, k) => {
    const n = byId.get(s.node);
    let what = "", index = "", numbers = "";
    if (s.kind === "forward") [what, index, numbers] = [equation(nameMath(n.name), n.mathml), n.index && indexMath(n.index), `${n.name} =\n${asText(matrixOf(n.value))}`];
    if (s.kind === "seed") what = equation(nameMath(barred(byId.get(doc.root).name)), "<mn>1</mn>");
    if (s.kind === "backward") {
      what = s.contributions.map(c => math(`${nameMath(barred(byId.get(c.to).name))}<mo>${adds(k, c)}</mo>${c.mathml}`, true)).join("");
      index = s.contributions.map(c => (c.index ? entriesOf(k, c) : "")).join("<br>");
      const state = stateAt(k);
      numbers = s.contributions.map(c => `${barred(byId.get(c.to).name)} =\n${asText(state.adjoints.get(c.to))}` + (standing(k, c).isLast && byId.get(c.to).check ? `\n${byId.get(c.to).check.passed ? "✓" : "✗"} differences: ${byId.get(c.to).check.error.toExponential(0)}` : "")).join("\n");
    }
    if (s.kind === "simplify") what = [...s.before, ...s.after].map(fitting).join("");
    if (s.kind === "result") { what = s.gradients.map(g => math(g.mathml, true)).join(""); numbers = s.gradients.map(g => `${barred(byId.get(g.node).name)} =\n${asText(matrixOf(byId.get(g.node).adjoint))}`).join("\n"); }
    if (s.kind === "start") { what = fitting(doc.loss); numbers = doc.nodes.filter(x => x.kind === "variable" || x.kind === "constant").map(x => `${x.name} =\n${asText(matrixOf(x.value))}`).join("\n"); }
    return make("tr", { "data-step": k }, make("td", {}, make("a", { href: `#step=${k}` }, String(k))), make("td", {}, titleOf(s)), 
      ...(index ? [make("td", { html: what }), make("td", { html: index })] : [make("td", { html: what, colspan: 2 })]), make("td", {}, make("span", { class: "rows" }, numbers)));
  }));
}
