// The controls as a page. All it shows is text: nothing a caller sent is ever taken for markup.
import { NAMES, WORDS } from "./words.mjs";

const $ = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search).get("lang");
let language = asked in WORDS ? asked : navigator.language.startsWith("zh") ? "zh" : "en";
let kinds = [];
let rules = {};
let state = null;

const word = (name) => WORDS[language][name];
const called = (id) => (language === "zh" ? NAMES[id] ?? id : id);
const kindName = (kind) => kinds.find((k) => k.name === kind)?.[language] ?? kind;

function made(tag, text = "", set = {}) {
  const element = Object.assign(document.createElement(tag), set);
  element.textContent = text;
  return element;
}

async function ask(method, path, body) {
  const init = { method, headers: body ? { "Content-Type": "application/json" } : {} };
  if (body) init.body = JSON.stringify(body);
  try {
    const reply = await fetch(path, init);
    const told = reply.status === 204 ? null : await reply.json();
    if (!reply.ok) throw new Error(`${told.error}\n${told.mend}`);
    $("trouble").hidden = true;
    return told;
  } catch (trouble) {
    $("trouble").textContent = trouble.message;
    $("trouble").hidden = false;
    throw trouble;
  }
}

const done = (act) => act.then(refresh).catch(() => {});

function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const option of document.forms.filter.department.options) option.textContent = option.value && called(option.value);
}

function button(text, act) {
  const element = made("button", text, { type: "button" });
  element.addEventListener("click", () => done(act()));
  return element;
}

function rulesOf(id) {
  const cell = made("td");
  (rules[id] ?? []).forEach((rule, number) => {
    const shown = made("span", kindName(rule.kind), { className: "rule", title: JSON.stringify(rule) });
    const kept = rules[id].filter((_, other) => other !== number);
    const off = button("×", () => ask("PUT", `faults/departments/${id}`, kept));
    off.ariaLabel = `${word("off")} ${rule.kind}`;
    shown.append(off);
    cell.append(shown);
  });
  return cell;
}

function adder(id) {
  const cell = made("td");
  const select = made("select", "", { ariaLabel: `${word("add")} ${called(id)}` });
  for (const kind of kinds) select.append(made("option", kindName(kind.name), { value: kind.name, title: kind.does }));
  cell.append(select, " ", button(word("on"), () => ask("PUT", `faults/departments/${id}`, [...(rules[id] ?? []), { kind: select.value }])));
  return cell;
}

function row(id, told) {
  const line = made("tr", "", { id: `department-${id}` });
  const act = told.up ? "stop" : "start";
  const status = made("td");
  status.append(made("span", word(told.up ? "up" : "down"), { className: told.up ? "up" : "down" }), " ");
  status.append(button(word(act), () => ask("POST", `departments/${id}/${act}`)));
  line.append(made("td", called(id)), status, made("td", told.filings ?? "–"), made("td", told.nextDueAt?.slice(0, 16).replace("T", " ") ?? "–"));
  line.append(rulesOf(id), adder(id));
  return line;
}

let drawn = "";
function showDepartments() {
  const now = JSON.stringify([language, state.departments, rules]);
  if (now === drawn) return; // a list somebody is choosing from stays as it is
  drawn = now;
  $("departments").replaceChildren(...Object.entries(state.departments).map(([id, told]) => row(id, told)));
}

function entryRow(entry) {
  const line = made("tr", "", { tabIndex: 0, className: entry.fault ? "struck" : "" });
  const answer = entry.status ?? word(entry.durationMs === null ? "open" : "none");
  const cells = [entry.at.slice(0, 19).replace("T", " "), called(entry.department), entry.operation ?? `${entry.method} ${entry.path}`,
    entry.reference ?? "", answer, entry.fault ? kindName(entry.fault) : "", entry.durationMs?.toFixed(1) ?? ""];
  line.append(...cells.map((text) => made("td", text)));
  const show = () => { $("detail").textContent = JSON.stringify(entry, null, 1); $("detail").hidden = false; };
  line.addEventListener("click", show);
  line.addEventListener("keydown", (event) => event.key === "Enter" && show());
  return line;
}

async function showJournal() {
  const query = new URLSearchParams([...new FormData($("filter"))].filter(([, value]) => value));
  const told = await ask("GET", `journal?${query}`);
  $("counts").textContent = word("counts")(told.matched, told.kept);
  $("journal").replaceChildren(...told.requests.reverse().map(entryRow));
}

async function refresh() {
  [state, rules] = await Promise.all([ask("GET", "state"), ask("GET", "faults")]);
  $("now").textContent = state.now.slice(0, 19).replace("T", " ");
  $("next-due").disabled = state.nextDueAt === null;
  showDepartments();
  if ($("live").checked) await showJournal();
}

async function keepFresh() {
  if (document.visibilityState === "visible") await refresh().catch(() => {});
  setTimeout(keepFresh, 1000);
}

for (const element of document.querySelectorAll("[data-advance]"))
  element.addEventListener("click", () => done(ask("POST", "clock", { advance: JSON.parse(element.dataset.advance) })));
$("next-due").addEventListener("click", () => done(ask("POST", "clock", { now: state.nextDueAt })));
$("reset").addEventListener("click", () => confirm(word("sure")) && done(ask("POST", "reset")));
$("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; translate(); refresh().catch(() => {}); });
$("filter").addEventListener("submit", (event) => event.preventDefault());
$("filter").addEventListener("input", () => showJournal().catch(() => {}));

for (const id of Object.keys(NAMES)) document.forms.filter.department.append(made("option", id, { value: id }));
translate();
kinds = await ask("GET", "faults/kinds").catch(() => []);
await keepFresh();
