// Opens reports of mnist_softmax in Debian's chromium:
//   node test_report.mjs [--pictures FOLDER] REPORT.html ...
// Phone and desktop, light and dark, on paper; what a screen reader gets; nothing from the network.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { contrast, eachPage, fitsWidth, open, sizes } from "./browser.mjs";

async function access(page) {
  const wrong = await page.evaluate(() => {
    const bad = [], all = s => [...document.querySelectorAll(s)];
    for (const i of all("img")) if (!i.alt || !i.complete || i.naturalWidth === 0) bad.push(`a picture that is not there or has no name: ${i.alt}`);
    for (const s of all("svg")) {
      const names = s.getAttribute("aria-labelledby").split(" ").map(id => document.getElementById(id)?.textContent);
      if (names.length !== 2 || !names.every(Boolean)) bad.push(`a chart without title or description: ${names}`);
    }
    for (const a of all("nav a")) if (!document.querySelector(a.getAttribute("href"))) bad.push(`${a.textContent} leads nowhere`);
    const ids = all("[id]").map(e => e.id);
    if (new Set(ids).size !== ids.length) bad.push("ids are not unique");
    if (all("script").length) bad.push("there is a script");
    if (all("h1").length !== 1) bad.push("not one h1");
    for (const t of all("svg text, td, th, dd, p")) if (/NaN|undefined|\binf\b/.test(t.textContent)) bad.push(`says ${t.textContent}`);
    return bad;
  });
  assert.deepEqual(wrong, []);
}

async function looks(browser, address, name, pictures) {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(browser, address, { viewport, colorScheme, isMobile: size === "phone", hasTouch: size === "phone" });
      await fitsWidth(page, `${size}, ${colorScheme}`);
      await contrast(page, "body *");
      const small = await page.evaluate(() => [...document.querySelectorAll("svg text")].filter(t => t.getBoundingClientRect().height && parseFloat(getComputedStyle(t).fontSize) * Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b) < 8.5).map(t => t.textContent));
      assert.deepEqual(small, [], `${size}: text in charts can be read`);
      if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-${size}-${colorScheme}.png`), fullPage: true });
      await page.context().close();
    }
  }
}

async function paper(page, name, pictures) {
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  if (pictures) fs.writeFileSync(path.join(pictures, `${name}.pdf`), pdf);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), "rgb(29, 33, 38)", "dark on white on paper");
  assert.equal(await page.evaluate(() => document.querySelector("nav").getClientRects().length), 0, "no links on paper");
}

await eachPage({
  largest: 2 * 1024 * 1024,
  nameOf: file => path.basename(path.dirname(file)),
  test: async ({ browser, file, address, name, pictures }) => {
    const page = await open(browser, address);
    await access(page);
    await paper(page, name, pictures);
    await page.context().close();
    await looks(browser, address, name, pictures);
    for (const svg of fs.readdirSync(path.dirname(file)).filter(f => f.endsWith(".svg"))) {
      const chart = await open(browser, pathToFileURL(path.resolve(path.dirname(file), svg)).href);
      assert.ok(await chart.locator("svg svg").count(), `${svg} is a picture`);
      await chart.context().close();
    }
    return [];
  },
});
