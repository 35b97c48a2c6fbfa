// pictures.mjs FOLDER: the pictures of the pages in docs.

import path from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const folder = path.resolve(process.argv[2]);
const wanted = [
  { page: "softmax", step: 19, name: "softmax", width: 1280, height: 800, colorScheme: "light" },
  { page: "softmax", step: 18, name: "softmax-predict", width: 1280, height: 800, colorScheme: "dark", predict: true },
  { page: "mlp", step: 17, name: "mlp", width: 1280, height: 800, colorScheme: "light" },
  { page: "ridge", step: 17, name: "ridge-phone", width: 390, height: 1180, colorScheme: "light" },
];
const browser = await launch();
for (const { page, step, name, width, height, colorScheme, predict } of wanted) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const tab = await context.newPage();
  await tab.goto(`${pathToFileURL(path.join(folder, `${page}.html`))}#step=${step}`);
  if (predict) await tab.evaluate(() => { document.getElementById("predict").click(); document.getElementById("next").click(); });
  await tab.screenshot({ path: path.join(folder, `${name}.png`) });
  await context.close();
}
await browser.close();
