// What the tests of all pages have in common.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

/** What pages had to complain of, and what they asked the network for. */
const errors = [];
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: sizes.desktop, ...options });
  const page = await context.newPage();
  page.on("console", m => ["error", "warning"].includes(m.type()) && errors.push(m.text()));
  page.on("pageerror", e => errors.push(String(e)));
  page.on("request", r => /^(file|data|blob):/.test(r.url()) || errors.push(`asks the network for ${r.url()}`));
  await page.goto(address);
  return page;
}

export async function fitsWidth(page, what) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${what} is ${overflow} pixels too wide`);
}

/** Contrast of text with what is behind it, by WCAG. */
export async function contrast(page, selector) {
  const low = await page.evaluate(selector => {
    const s = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const channels = c => { s.clearRect(0, 0, 1, 1); s.fillStyle = c; s.fillRect(0, 0, 1, 1); return [...s.getImageData(0, 0, 1, 1).data]; };
    const light = ([r, g, b]) => [r, g, b].map(v => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((s, v, k) => s + v * [0.2126, 0.7152, 0.0722][k], 0);
    const behind = e => { for (; e; e = e.parentElement) { const c = channels(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255]; };
    const out = [];
    for (const e of document.querySelectorAll(selector)) {
      if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
      if (e.disabled || e.closest(".unseen, :disabled")) continue;
      const [a, b] = [light(channels(getComputedStyle(e)[e instanceof SVGElement ? "fill" : "color"])), light(behind(e))].sort((x, y) => y - x);
      if ((a + 0.05) / (b + 0.05) < 4.5) out.push(`${e.tagName} "${e.textContent.slice(0, 20)}" ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
    }
    return out;
  }, selector);
  assert.deepEqual(low, [], "text is readable");
}

/**
 * Runs test({ browser, file, address, name, pictures }) on each page of the command line, [--pictures FOLDER] PAGE.html
 * ..., which returns what there is to tell; ends with status 1 if a page failed, was too large or complained.
 */
export async function eachPage({ largest, nameOf, test }) {
  const files = process.argv.slice(2);
  const pictures = files[0] === "--pictures" ? files.splice(0, 2)[1] : null;
  assert.ok(files.length > 0, "which pages?");
  const browser = await launch();
  let failed = false;
  for (const file of files) {
    const name = nameOf(path.resolve(file));
    try {
      const bytes = fs.statSync(file).size;
      assert.ok(bytes < largest, `${bytes} bytes`);
      const told = await test({ browser, file, address: pathToFileURL(path.resolve(file)).href, name, pictures });
      assert.deepEqual(errors, [], "no errors on the console");
      console.log([`${name}: ${Math.ceil(bytes / 1024)} KB`, ...told, "no error on the console"].join(", "));
    } catch (error) {
      failed = true;
      console.error(`${name}: ${error.message}`, errors);
    }
    errors.length = 0;
  }
  await browser.close();
  process.exit(failed ? 1 : 0);
}
