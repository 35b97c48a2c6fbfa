// Opens pages in Debian's chromium and uses them as a reader would:
//   node test_pages.mjs [--pictures FOLDER] PAGE.html ...
// Every step by keys, buttons, slider and address; back and forward; "predict first"; phone and desktop, light and
// dark; what a screen reader gets; print to PDF. Ends with an error that names the page and what went wrong.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { contrast, eachPage, fitsWidth, open, sizes } from "./browser.mjs";
import { equation } from "./index_notation.mjs";

const stepOf = page => page.evaluate(() => Number(location.hash.slice("#step=".length)) || 0);
const heading = page => page.locator("#panel h2").innerText();
/** Until the page shows step k. */
const shows = (page, k) => page.waitForFunction(k => document.querySelector("tr.now")?.dataset.step === String(k), k, { timeout: 5000 });

async function everyStep(page, last) {
  await page.locator("body").press("Home");
  const titles = [await heading(page)];
  for (let k = 1; k <= last; ++k) {
    const spoken = await page.locator("#live").innerText();
    await page.keyboard.press("ArrowRight");
    await shows(page, k);
    assert.equal(await stepOf(page), k, "the address follows the keys");
    assert.notEqual(await page.locator("#live").innerText(), spoken, `step ${k} is said aloud`);
    titles.push(await heading(page));
    assert.ok((await page.locator("#panel").innerText()).length > 20, `step ${k} says something`);
    assert.ok(!/undefined|NaN|null|\[object/.test(await page.locator("#panel").innerText()), `step ${k} says undefined, NaN or null`);
    assert.equal(await page.locator("svg .flow").count() > 0, /value of|passes its adjoint/.test(titles[k]), `step ${k} shows what flows`);
  }
  assert.equal(new Set(titles).size, titles.length, "each step has its own title");
  await page.keyboard.press("ArrowRight");
  assert.equal(await stepOf(page), last, "the last step is the last");
  await page.keyboard.press("ArrowLeft");
  await shows(page, last - 1);
  await page.locator("#next").click();
  await shows(page, last);
  await page.goBack();
  await shows(page, last - 1);
  await page.goForward();
  await shows(page, last);
  await page.locator("#slider").fill(String(Math.floor(last / 2)));
  await shows(page, Math.floor(last / 2));
  await page.locator("#slider").focus();
  await page.keyboard.press("ArrowRight");
  await shows(page, Math.floor(last / 2) + 1);
  return titles;
}

async function everyAddress(page, address, titles) {
  for (let k = 0; k < titles.length; ++k) {
    await page.goto("about:blank");
    await page.goto(`${address}#step=${k}`);
    await shows(page, k);
    assert.equal(await heading(page), titles[k], `#step=${k} leads to the step`);
  }
  for (const [wrong, k] of [["#step=999", titles.length - 1], ["#step=-3", 0], ["#step=x", 0], ["#else", 0]]) {
    await page.goto("about:blank");
    await page.goto(address + wrong);
    await shows(page, k);
  }
}

async function prediction(page, last) {
  await page.locator("body").press("Home");
  await page.keyboard.press("p");
  assert.ok(await page.locator("#predict").isChecked());
  let asked = 0, kinds = new Set();
  for (let k = 1; k <= last; ++k) {
    await page.keyboard.press("ArrowRight");
    if ((await page.locator(".choices button").count()) === 0) { await shows(page, k); continue; }
    ++asked;
    kinds.add(/add to/.test(await heading(page)) ? "formula" : "node");
    assert.equal(await stepOf(page), k - 1, "nothing is shown before the answer");
    const n = await page.locator(".choices button").count();
    let right = 0;
    for (let c = 1; c <= n; ++c) {
      await page.keyboard.press(String(c));
      const answer = await page.locator("#panel .note").innerText();
      assert.match(answer, /^(Yes\.|No\. \S)/, "an answer, and a reason where it is wrong");
      right += answer.startsWith("Yes");
    }
    assert.equal(right, 1, `step ${k}: one choice is right`);
    assert.ok(n >= 2);
    await page.locator("#panel button.main").click();
    await shows(page, k);
  }
  assert.ok(asked > 0, "something is asked");
  await page.keyboard.press("p");
  return { asked, kinds };
}

/** What must hold of numbers: they are read from the page as it shows them. */
async function arithmetic(page) {
  const wrong = await page.evaluate(() => {
    const bad = [];
    for (const n of doc.nodes.filter(x => x.adjoint)) {
      const parts = contributionsTo(n.id).map(c => partOf(c));
      const a = matrixOf(n.adjoint);
      if (parts.length === 0) continue;
      const sum = parts.reduce((s, p) => s.plus(p));
      for (let k = 0; k < a.values.length; ++k) if (Math.abs(sum.values[k] - a.values[k]) > 2e-3 * Math.max(a.largest, ...parts.map(p => p.largest))) bad.push(`${n.name}: the parts of its adjoint do not add up`);
      if (!n.check.passed) bad.push(`${n.name}: differences disagree, ${n.check.error}`);
    }
    return bad;
  });
  assert.deepEqual(wrong, []);
}

/** The index notation of each step, computed from the numbers beside it. */
async function entries(page) {
  const { nodes, equations } = await page.evaluate(() => {
    const flat = m => ({ rows: m.rows, cols: m.cols, shown: m.shownCols, values: [...m.values] });
    const nodes = {};
    for (const n of doc.nodes) {
      nodes[n.name] = flat(matrixOf(n.value));
      if (n.adjoint) nodes[barred(n.name)] = flat(matrixOf(n.adjoint));
    }
    const equations = doc.nodes.filter(n => n.index).map(n => ({ text: n.index, is: flat(matrixOf(n.value)) }));
    for (const s of steps.filter(x => x.kind === "backward")) for (const c of s.contributions) if (c.index) equations.push({ text: c.index, is: flat(partOf(c)) });
    return { nodes, equations };
  });
  const matrix = m => ({ ...m, at: (i, j) => m.values[i + j * m.rows] });
  if (Object.values(nodes).some(m => m.shown < m.cols)) return 0;  // only part of the numbers is there
  for (const { text, is } of equations) {
    const e = equation(text, name => matrix(nodes[name])), m = matrix(is), largest = Math.max(...is.values.map(Math.abs));
    for (let i = 0; i < m.rows; ++i) {
      for (let j = 0; j < m.cols; ++j) {
        const at = {}, both = m.rows > 1 && m.cols > 1;
        e.indices.forEach((index, k) => (at[index] = both ? [i, j][k] : Math.max(i, j)));
        assert.ok(Math.abs(e.at(at) - m.at(i, j)) <= 5e-3 * Math.max(largest, 0.1), `${text} at (${i + 1},${j + 1}): ${e.at(at)}, not ${m.at(i, j)}`);
      }
    }
  }
  return equations.length;
}

async function access(page, last) {
  assert.equal(await page.locator("#table tr").count(), last + 1, "the table has every step");
  const unnamed = await page.evaluate(() => [...document.querySelectorAll("button, input, [role=button], [role=img], table.heat")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length)).length);
  assert.equal(unnamed, 0, "every control and picture has a name");
  await page.locator("[data-node]").first().focus();
  await page.keyboard.press("Enter");
  const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map(e => e.id));
  assert.equal(new Set(ids).size, ids.length, "ids are unique");
  await page.locator("body").press("Home");
  for (const summary of await page.locator("main > details > summary").all()) await summary.click();
  const answers = await page.locator("#questions details").all();
  assert.ok(answers.length >= 3, "there are exercises");
  for (const a of answers) assert.ok(!(await a.locator("p").isVisible()), "answers are folded away");
  for (const summary of await page.locator("main > details > summary").all()) await summary.click();
}

/** Next within the first three stops of Tab; on a phone the panel first, and text that can be read. */
async function order(browser, address) {
  const page = await open(browser, address);
  const stops = [];
  for (let k = 0; k < 3; ++k) {
    await page.keyboard.press("Tab");
    stops.push(await page.evaluate(() => document.activeElement.id));
  }
  assert.ok(stops.includes("next"), `Tab stops at ${stops}`);
  const negative = await page.evaluate(() => [entry(new Matrix({ rows: 1, cols: 2, values: [-0.0004, 1.2] }), -0.0004), digits(-0)]);
  assert.deepEqual(negative, ["0.00", "0"]);
  await page.context().close();
  const phone = await open(browser, address, { viewport: sizes.phone, isMobile: true, hasTouch: true });
  const seen = await phone.evaluate(() => {
    const top = id => document.getElementById(id).getBoundingClientRect().top;
    const svg = document.querySelector("#graph svg"), scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const text = [...svg.querySelectorAll("text")].map(t => parseFloat(getComputedStyle(t).fontSize) * scale);
    return { panelFirst: top("panel") < top("graph"), smallest: Math.min(...text), loss: document.getElementById("loss-text").scrollWidth <= innerWidth };
  });
  assert.ok(seen.panelFirst && seen.smallest >= 12 && seen.loss, JSON.stringify(seen));
  await phone.context().close();
}

async function looks(browser, address, name, last, pictures) {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(browser, address, { viewport, colorScheme, isMobile: size === "phone", hasTouch: size === "phone" });
      for (let k = 0; k <= last; ++k) {
        await page.evaluate(k => { location.hash = `#step=${k}`; }, k);
        await shows(page, k);
        await fitsWidth(page, `${size}, step ${k}`);
        if (k % 5 === 0 || k === last) await contrast(page, "#panel *, header *, nav *");
      }
      if (pictures) {
        for (const k of [0, Math.round(last * 0.75), last]) {
          await page.evaluate(k => { location.hash = `#step=${k}`; scrollTo(0, 0); }, k);
          await shows(page, k);
          await page.screenshot({ path: path.join(pictures, `${name}-${size}-${colorScheme}-${k}.png`), fullPage: size === "phone" });
        }
      }
      await page.context().close();
    }
  }
}

const sheetsOf = async page => (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type \/Page\b/g).length;

/** One sheet for each step, which go when the print is done; of many steps only the first. */
async function sheets(page, last) {
  const whole = await sheetsOf(page);
  const others = await page.addStyleTag({ content: "@media print { header, main > :not(#sheets) { display: none !important; } }" });
  assert.equal(await sheetsOf(page), last + 1, "each step has a sheet of its own");
  await others.evaluate(e => e.remove());
  assert.ok(whole >= last + 3, "with the graph and the table before and after them");
  const seen = await page.evaluate(() => {
    const left = $("sheets").childElementCount;
    drawSheets($("sheets"), 2);
    const [first, second, note, ...more] = $("sheets").children;
    const marked = second.querySelector(".current").dataset.node, says = note.textContent;
    $("sheets").replaceChildren();
    return { left, marked: Number(marked) === steps[1].node, says, more: more.length };
  });
  assert.deepEqual(seen, { left: 0, marked: true, says: `These are the first 2 of ${last + 1} steps; the table has all of them.`, more: 0 });
}

async function paper(page, name, pictures) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const pdf = await page.pdf({ format: "A4", printBackground: false });
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    if (pictures) fs.writeFileSync(path.join(pictures, `${name}-${colorScheme}.pdf`), pdf);
  }
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const seen = await page.evaluate(() => {
    dispatchEvent(new Event("beforeprint"));
    const visible = e => e.getClientRects().length > 0;
    const result = { controls: [...document.querySelectorAll("button, input")].filter(visible).length, rows: [...document.querySelectorAll("#table tr")].filter(visible).length, ink: getComputedStyle(document.body).color };
    dispatchEvent(new Event("afterprint"));
    return result;
  });
  assert.equal(seen.controls, 0, "no controls on paper");
  assert.equal(seen.rows, await page.locator("#table tr").count(), "every step on paper");
  assert.equal(seen.ink, "rgb(29, 33, 38)", "dark on white on paper");
  await page.emulateMedia({ media: "screen", colorScheme: "light" });
}

await eachPage({
  largest: 300 * 1024,
  nameOf: file => path.basename(file, ".html"),
  test: async ({ browser, address, name, pictures }) => {
    const page = await open(browser, address);
    const last = await page.evaluate(() => lastStep);
    const titles = await everyStep(page, last);
    await everyAddress(page, address, titles);
    const { asked, kinds } = await prediction(page, last);
    await arithmetic(page);
    const computed = await entries(page);
    await access(page, last);
    await sheets(page, last);
    await paper(page, name, pictures);
    await order(browser, address);
  await looks(browser, address, name, last, pictures);
    return [`${last + 1} steps`, `${asked} questions (${[...kinds].sort().join(", ")})`, `${computed} equations computed`];
  },
});
