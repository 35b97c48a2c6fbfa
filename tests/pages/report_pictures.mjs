// report_pictures.mjs REPORT.html FOLDER: the pictures of a report in docs.

import path from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const [report, folder] = process.argv.slice(2);
const wanted = [
  { name: "top", width: 1280, height: 1180, colorScheme: "light" },
  { name: "confusion", section: "confusion", width: 1180, height: 690, colorScheme: "light" },
  { name: "mistakes", section: "mistakes", width: 1180, height: 760, colorScheme: "dark" },
  { name: "trust", section: "trust", width: 1180, height: 560, colorScheme: "light" },
  { name: "sweep", section: "sweep", width: 1180, height: 560, colorScheme: "light" },
  { name: "phone", width: 390, height: 1500, colorScheme: "dark" },
];
const browser = await launch();
for (const { name, section, width, height, colorScheme } of wanted) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const tab = await context.newPage();
  await tab.goto(pathToFileURL(path.resolve(report)).href);
  const there = section ? await tab.evaluate(id => {
    const e = document.getElementById(`section-${id}`);
    e?.scrollIntoView({ behavior: "instant" });
    return Boolean(e);
  }, section) : true;
  if (there) await tab.screenshot({ path: path.join(folder, `${name}.png`) });
  await context.close();
}
await browser.close();
