// Computes index notation, `W̄[k,i] = Σ_j Z̄[i,j] X[k,j]`, from numbers.

/** The left side's name and indices, and its value for given indices; value(name) is {rows, cols, at(i, j)}. */
export function equation(text, value) {
  const tokens = text.match(/Σ_(?:\{[\w,]+\}|\w)|[\p{L}_]+\u0304?\d*′?(?:\[[\w,]+\])?|\d+\.?\d*|\^2|[-+*/()=]/gu);
  if (tokens.join("").replace(/\s/g, "") !== text.replace(/\s/g, "")) throw new Error(`not read: ${text}`);
  const indexed = token => { const [, name, indices] = token.match(/^([^[]+)(?:\[(.*)\])?$/); return { name, indices: indices ? indices.split(",") : [] }; };
  const left = indexed(tokens.shift());
  if (tokens.shift() !== "=") throw new Error(`no equation: ${text}`);

  const lengths = {};  // of indices, by the matrices that they stand at
  for (const token of [text.split(" = ")[0], ...tokens]) {
    if (!/^\p{L}.*\[/u.test(token) || token.startsWith("Σ")) continue;
    const { name, indices } = indexed(token), m = value(name), sides = indices.length === 2 ? [m.rows, m.cols] : [Math.max(m.rows, m.cols)];
    indices.forEach((index, k) => (lengths[index] = sides[k]));
  }
  const entry = ({ name, indices }, at) => {
    const m = value(name), [i, j] = indices.map(index => at[index]);
    return indices.length === 2 ? m.at(i, j) : indices.length === 0 ? m.at(0, 0) : m.rows === 1 ? m.at(0, i) : m.at(i, 0);
  };
  const functions = { exp: Math.exp, log: Math.log, tanh: Math.tanh, sqrt: Math.sqrt, abs: Math.abs, sign: Math.sign, sin: Math.sin, cos: Math.cos, log_: Math.log, softplus: x => Math.log1p(Math.exp(x)), sigmoid: x => 1 / (1 + Math.exp(-x)), square: x => x * x };

  function evaluate(at) {
    let next = 0;
    const peek = () => tokens[next];
    function sum() {
      let total = peek() === "-" ? (++next, -product()) : product();
      while (peek() === "+" || peek() === "-") total += tokens[next++] === "+" ? product() : -product();
      return total;
    }
    function product() {
      let result = factor();
      while (next < tokens.length && !["+", "-", ")"].includes(peek())) {
        if (peek() === "/") { ++next; result /= factor(); } else result *= factor();
      }
      return result;
    }
    /** What a function is applied to: "(z)" without a power behind it, which is that of the result. */
    function argument() {
      if (peek() !== "(") return factor();
      ++next;
      const x = sum();
      ++next;
      return x;
    }
    function factor() {
      const token = tokens[next++];
      let x;
      if (token.startsWith("Σ")) {
        const over = token.slice(2).replace(/[{}]/g, "").split(","), start = next, outer = { ...at };
        let total = 0, end = start;
        const loop = k => {
          if (k === over.length) { next = start; total += product(); end = next; return; }
          for (let i = 0; i < lengths[over[k]]; ++i) { at[over[k]] = i; loop(k + 1); }
        };
        loop(0);
        Object.assign(at, outer);
        next = end;
        return total;
      }
      if (token === "(") { x = sum(); ++next; }
      else if (/^\d/.test(token)) x = Number(token);
      else if (functions[token]) x = functions[token](argument());
      else x = entry(indexed(token), at);
      if (peek() === "^2") { ++next; x *= x; }
      return x;
    }
    return sum();
  }
  return { ...left, lengths, at: evaluate };
}
