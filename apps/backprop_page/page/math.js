"use strict";
// Names and index notation as MathML; small helpers to make elements.

const doc = JSON.parse(document.getElementById("document").textContent);
const byId = new Map(doc.nodes.map(n => [n.id, n]));
const names = new Set(doc.nodes.map(n => n.name).concat(doc.loss.name));

const bar = "\u0304";  // Z with it is Z's adjoint
const barred = name => name.replace(/^([^\d]*)/, "$1" + bar);

const escaped = text => String(text).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/** An element with attributes, filled with elements and text. */
function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "rect", "path", "text", "title", "image", "defs", "marker", "tspan"].includes(tag);
  const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "html") e.innerHTML = value;
    else if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) e.setAttribute(key, value === true ? "" : value);
  }
  e.append(...children.filter(c => c != null));
  return e;
}

/** Names of data are as they were typed: l2 is no l with an index. */
const typed = new Set(doc.nodes.filter(n => n.kind !== "computed").map(n => n.name));
const inParts = name => (typed.has(name) ? [name, name, ""] : name.match(/^(.*?)(\d*)$/));

/** A name such as Z1 or, with a bar, its adjoint: letters, bar above them, digits below. */
function nameMath(name) {
  const plain = name.replace(bar, "");
  const [, letters, over, digits] = typed.has(plain) ? [name, plain, name === plain ? "" : bar, ""] : name.match(/^(.*?)(\u0304?)(\d*)$/) ?? [null, name, "", ""];
  const base = `<mi>${escaped(letters)}</mi>`;
  // The bar of a font is as wide as a letter.
  const whole = !over ? base : letters.length > 1 ? `<mi class="barred">${escaped(letters)}</mi>` : `<mover accent="true">${base}<mo stretchy="false">¯</mo></mover>`;
  return digits ? `<msub>${whole}<mn>${digits}</mn></msub>` : whole;
}
const isName = text => names.has(text.replace(bar, ""));

/** MathML as the derivation wrote it, with the names set properly. */
function math(mathml, block = false) {
  // A transpose is no operator with space around it; browsers know bold letters by their own code points only.
  const inside = mathml.replace(/<mo>(⊤|&#x22A4;)<\/mo>/g, '<mi mathvariant="normal">⊤</mi>').replace(/<mi mathvariant="bold">1<\/mi>/g, "<mi>𝟏</mi>").replace(/<mi>([^<]+)<\/mi>/g, (all, name) => (isName(name) || /^[A-Z]\d+$/.test(name) ? nameMath(name) : all));
  return inside.startsWith("<math") ? inside : `<math${block ? ' display="block"' : ""}><mrow>${inside}</mrow></math>`;
}
const equation = (left, right) => math(`${left}<mo>=</mo>${right}`, true);
const inlineName = name => `<math>${nameMath(name)}</math>`;

/** Index notation, as in `W̄[i,j] = Σ_k X[i,k] Z̄[j,k]`, as MathML. */
function indexMath(text) {
  const token = /(Σ)_\{?([\w,≤≥]+)\}?|([\p{L}_]+\u0304?\d*(?:⁻¹)?)(?:\[([^\]]+)\])?(\^2)?|(\d+\.?\d*)|(\s+)|(.)/gu;
  let out = "";
  for (const [, sum, over, word, index, squared, number, space, other] of text.matchAll(token)) {
    if (sum) out += `<munder><mo>Σ</mo><mi>${over}</mi></munder>`;
    else if (word) {
      const inverse = word.endsWith("⁻¹"), name = inverse ? word.slice(0, -2) : word;
      const plain = isName(name) ? nameMath(name) : `<mi>${name}</mi>`, base = inverse ? `<msup><mrow>${plain}</mrow><mn>−1</mn></msup>` : plain;
      const indexed = index ? `<msub><mrow>${base}</mrow><mrow>${index.replace(/[\p{L}\d]+|[^\p{L}\d]/gu, t => (/\d/.test(t) ? `<mn>${t}</mn>` : /\p{L}/u.test(t) ? `<mi>${t}</mi>` : `<mo>${t}</mo>`))}</mrow></msub>` : base;
      out += squared ? `<msup><mrow>${indexed}</mrow><mn>2</mn></msup>` : indexed;
    } else if (number) out += `<mn>${number}</mn>`;
    else if (other) out += `<mo>${escaped(other === "-" ? "−" : other)}</mo>`;
    else if (space) out += '<mspace width="0.2em"></mspace>';
  }
  return `<math><mrow>${out}</mrow></math>`;
}
