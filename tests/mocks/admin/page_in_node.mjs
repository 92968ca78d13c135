// The controls' own page script, run without a browser: every control on it is used once, and what
// it asked of the fleet is printed. It stands for no browser: nothing is drawn, laid out or styled.
//   node page_in_node.mjs BASE FOLDER
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [base, folder] = process.argv.slice(2);
const html = readFileSync(`${folder}/page.html`, "utf-8");
const calls = [];

class Element {
  constructor(tag = "") { Object.assign(this, { tag, children: [], heard: {}, dataset: {}, options: [], textContent: "" }); }
  set value(text) { this.chosen = text; }
  get value() { return this.chosen ?? this.children.find((one) => one.tag === "option")?.value ?? ""; }
  append(...more) { this.children.push(...more); this.options.push(...more); }
  replaceChildren(...all) { this.children = all; }
  addEventListener(name, act) { this.heard[name] = act; }
  showModal() { this.shown = true; }
  blur() {}
  all(tag) { return this.children.flatMap((one) => (one instanceof Element ? [...(one.tag === tag ? [one] : []), ...one.all(tag)] : [])); }
}

const byId = Object.fromEntries([...html.matchAll(/ id="([\w-]+)"/g)].map(([, id]) => [id, new Element()]));
const marked = (name) => [...html.matchAll(new RegExp(`data-${name}=(?:'([^']+)'|"([^"]+)")`, "g"))]
  .map(([, one, other]) => Object.assign(new Element(), { dataset: { [name]: one ?? other } }));
const found = { "[data-word]": marked("word"), "[data-advance]": marked("advance"), "[data-label]": marked("label") };
const fields = Object.fromEntries([...html.matchAll(/<(?:select|input)[^>]* name="(\w+)"/g)].map(([, name]) => [name, new Element()]));
byId.live.checked = true;

let saying = 0;
const real = globalThis.fetch;
const given = {
  location: { search: "" },
  navigator: { language: "zh-CN" },
  confirm: () => true,
  FormData: class { [Symbol.iterator]() { return Object.entries(fields).map(([name, field]) => [name, field.value])[Symbol.iterator](); } },
  document: {
    documentElement: {}, visibilityState: "visible", forms: { filter: fields },
    getElementById: (id) => byId[id] ?? (() => { throw new Error(`no element #${id}`); })(),
    createElement: (tag) => new Element(tag),
    querySelectorAll: (what) => found[what],
  },
  fetch: async (path, init) => {
    saying += 1;
    const reply = await real(new URL(path, `${base}/__admin/`), init);
    calls.push({ method: init.method, path, body: init.body ?? null, status: reply.status });
    saying -= 1;
    return reply;
  },
};
for (const [name, value] of Object.entries(given)) Object.defineProperty(globalThis, name, { value, configurable: true });

const quiet = async () => { do await new Promise((go) => setTimeout(go, 40)); while (saying); };
const press = async (element) => { element.heard.click(); await quiet(); };
const later = () => new Promise((go) => setTimeout(go, 300)); // typed, and thought about
const buttons = () => byId.departments.all("button");

await import(pathToFileURL(`${folder}/page.mjs`));
for (const element of found["[data-advance]"]) await press(element);
for (const id of ["stop", "stop", "set"]) await press(byId[id]);
byId.rate.value = "60";
byId.rate.heard.change();
await quiet();
const [kind] = byId.departments.all("select");
kind.value = "unavailable";
kind.heard.change();
const inputs = Object.fromEntries(byId.departments.all("input").map((one) => [one.ariaLabel, one]));
inputs.retry_after_s.value = "7";
inputs.first.value = "2";
await press(buttons().at(-1)); // a fault goes on
await press(buttons().find((one) => one.className !== "rule" && one.textContent === "×")); // and off
for (const what of ["停止", "启动"]) await press(buttons().find((one) => one.textContent === what));
for (const field of Object.values(fields)) { field.value = field === fields.department ? "fire" : "x"; byId.filter.heard.input(); await later(); await quiet(); }
for (const field of Object.values(fields)) field.value = "";
byId.filter.heard.input();
await later();
await quiet();
await byId.journal.children.at(-1).heard.click();
await quiet();
if (!byId["next-due"].disabled) await press(byId["next-due"]);
await press(byId.language);
await press(byId.reset);
console.log(JSON.stringify({ calls, trouble: byId.trouble.hidden ? "" : byId.trouble.textContent, rows: byId.departments.children.length, detail: byId.detail.textContent }));
process.exit(0);
