// The controls as a page. All it shows is text: nothing a caller sent is ever taken for markup.
import { NAMES, WORDS } from "./words.mjs";

const $ = (id) => document.getElementById(id);
const wanted = new URLSearchParams(location.search).get("lang");
const RATES = [0, 1, 60, 3600, 86400];
const CONDITIONS = { first: "", probability: "1", delay_s: "0", operation: "*" }; // of any kind
let language = wanted in WORDS ? wanted : navigator.language.startsWith("zh") ? "zh" : "en";
let kinds = [];
let rules = {};
let state = null;
let rows = {};
let before = 1; // the rate to go on at

const word = (name) => WORDS[language][name];
const called = (id) => (language === "zh" ? NAMES[id] ?? id : id);
const kindName = (kind) => kinds.find((k) => k.name === kind)?.[language] ?? kind;
const short = (moment, length) => moment.slice(0, length).replace("T", " ");

function made(tag, text = "", set = {}) {
  const element = Object.assign(document.createElement(tag), set);
  element.textContent = text;
  return element;
}

async function ask(method, path, body) {
  const init = { method, headers: body ? { "Content-Type": "application/json" } : {} };
  if (body) init.body = JSON.stringify(body);
  const reply = await fetch(path, init).catch(() => { throw new Error(word("gone")); });
  const told = reply.status === 204 ? null : await reply.json();
  if (!reply.ok) throw new Error(`${told.error}\n${told.mend}`);
  return told;
}

let refused = false; // what somebody asked for was: said until the next thing is asked for
function complain(text, ofAct) {
  refused = ofAct && text !== "";
  $("trouble").textContent = text;
  $("trouble").hidden = text === "";
}

async function done(act) {
  try {
    await act;
    complain("", true);
  } catch (trouble) {
    return complain(trouble.message, true);
  }
  await refresh();
}

function button(text, act, set = {}) {
  const element = made("button", text, { type: "button", ...set });
  element.addEventListener("click", () => done(act()));
  return element;
}

function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) element.title = element.ariaLabel = word(element.dataset.label);
  for (const option of document.forms.filter.department.options) option.textContent = option.value ? called(option.value) : word("all");
  rows = {};
  $("departments").replaceChildren();
}

// departments

// Rules and strikes are asked for apart: what was ordered in between has not struck yet.
function strikes(id, rule, number) {
  const told = state.departments[id].rules[number];
  return told && JSON.stringify(told.rule) === JSON.stringify(rule) ? told.struck : 0;
}

function chip(id, rule, number) {
  const told = Object.entries(rule).filter(([name]) => name !== "kind").map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const shown = made("span", kindName(rule.kind) + told.join(""), { className: "rule", title: rule.kind });
  shown.append(made("b", word("times")(strikes(id, rule, number))));
  const kept = rules[id].filter((_, other) => other !== number);
  shown.append(button("×", () => ask("PUT", `faults/departments/${id}`, kept), { ariaLabel: `${word("off")} ${rule.kind}` }));
  return shown;
}

function chips(id) {
  const on = rules[id] ?? [];
  const past = { ...state.departments[id].struck }; // by rules that are lifted
  for (const { rule, struck } of state.departments[id].rules) past[rule.kind] -= struck;
  const lifted = Object.entries(past).filter(([, count]) => count > 0).map(([kind, count]) => {
    const shown = made("span", kindName(kind), { className: "past", title: kind });
    shown.append(made("b", word("times")(count)));
    return shown;
  });
  return [...on.map((rule, number) => chip(id, rule, number)), ...lifted];
}

const value = (text) => { try { return JSON.parse(text); } catch { return text; } };

function adder(id) {
  const cell = made("td", "", { className: "adder" });
  const select = made("select", "", { ariaLabel: `${word("add")} ${called(id)}` });
  const fields = made("span", "", { className: "fields" });
  const does = made("small");
  let inputs = {};
  select.append(made("option", word("choose"), { value: "" }));
  for (const group of new Set(kinds.map((kind) => kind.group[language]))) {
    const held = made("optgroup", "", { label: group });
    for (const kind of kinds.filter((one) => one.group[language] === group && one.departments.includes(id)))
      held.append(made("option", kindName(kind.name), { value: kind.name, title: kind.name }));
    select.append(held);
  }
  const on = button(word("on"), async () => {
    const said = Object.entries(inputs).filter(([, input]) => input.value.trim()).map(([name, input]) => [name, value(input.value.trim())]);
    await ask("PUT", `faults/departments/${id}`, [...(rules[id] ?? []), { kind: select.value, ...Object.fromEntries(said) }]);
    choose("");
  });
  const choose = (name) => {
    const kind = kinds.find((one) => one.name === name);
    select.value = name;
    inputs = {};
    for (const [parameter, usual] of Object.entries(kind ? { ...kind.parameters, ...CONDITIONS } : {}))
      inputs[parameter] = made("input", "", { size: 7, placeholder: usual, ariaLabel: parameter });
    fields.replaceChildren(...Object.entries(inputs).map(([parameter, input]) => {
      const label = made("label", `${word("keys")[parameter] ?? parameter} `, { title: parameter });
      label.append(input);
      return label;
    }));
    does.textContent = kind ? `${kind.name} — ${kind.does}` : "";
    on.disabled = !kind;
  };
  select.addEventListener("change", () => choose(select.value));
  choose("");
  cell.append(select, " ", on, fields, does);
  return cell;
}

function madeRow(id, told) {
  const line = made("tr", "", { id: `department-${id}` });
  const cells = Object.fromEntries(["name", "status", "filings", "due", "rules"].map((name) => [name, made("td")]));
  cells.name.append(made("b", called(id)), made("small", told.protocol ?? ""));
  line.append(...Object.values(cells), adder(id));
  $("departments").append(line);
  return { ...cells, drawn: "" };
}

function showDepartment(id, told) {
  const row = (rows[id] ??= madeRow(id, told));
  const now = JSON.stringify([told, rules[id]]);
  if (now === row.drawn) return;
  row.drawn = now;
  const act = told.up ? "stop" : "start";
  row.status.replaceChildren(
    made("span", word(told.up ? "up" : "down"), { className: told.up ? "up" : "down" }),
    button(word(act), () => ask("POST", `departments/${id}/${act}`)),
  );
  row.filings.textContent = told.filings ?? "–";
  row.due.textContent = told.nextDueAt ? short(told.nextDueAt, 16) : "–";
  row.rules.replaceChildren(...chips(id));
}

// the clock

function showClock() {
  $("now").textContent = short(state.now, 19);
  $("weekday").textContent = new Date(`${state.now.slice(0, 10)}T12:00`).toLocaleDateString(language, { weekday: "short" });
  $("next-due").disabled = state.nextDueAt === null;
  if (state.rate) before = state.rate;
  $("stop").textContent = word(state.rate ? "halt" : "go");
  const rates = RATES.includes(state.rate) ? RATES : [...RATES, state.rate];
  if (document.activeElement === $("rate")) return; // somebody is choosing
  $("rate").replaceChildren(...rates.map((rate) => made("option", word("rates")[rate] ?? `×${rate}`, { value: `${rate}` })));
  $("rate").value = `${state.rate}`;
}

// the journal

function entryRow(entry) {
  const line = made("tr", "", { tabIndex: 0, className: entry.fault ? "struck" : "" });
  const answer = made("td");
  const good = entry.status && entry.status < 400;
  answer.append(made("span", entry.status ?? word(entry.durationMs === null ? "open" : "none"), { className: good ? "good" : "bad" }));
  const before = [short(entry.at, 19), called(entry.department), entry.operation ?? `${entry.method} ${entry.path}`, entry.reference ?? ""];
  const after = [entry.fault ? entry.fault.split("+").map(kindName).join(" + ") : "", entry.durationMs?.toFixed(1) ?? ""];
  line.append(...before.map((text) => made("td", text)), answer, ...after.map((text) => made("td", text)));
  const show = () => showWhole(entry.id).catch((trouble) => complain(trouble.message, true));
  line.addEventListener("click", show);
  line.addEventListener("keydown", (event) => event.key === "Enter" && show());
  return line;
}

async function showWhole(id) {
  const { body, headers, query, ...line } = await ask("GET", `journal/requests/${id}`);
  const parsed = value(body);
  const said = typeof parsed === "object" ? JSON.stringify(parsed, null, 2) : body;
  const search = new URLSearchParams(query).toString();
  const head = Object.entries(headers).map(([name, text]) => `${name}: ${text}`);
  const told = Object.entries(line).filter(([name, text]) => text !== null && !["method", "path"].includes(name));
  $("detail").textContent = [
    `${line.method} ${line.path}${search && `?${search}`}`, ...head, "", ...(said ? [said, ""] : []),
    ...told.map(([name, text]) => `${name}: ${text}`),
  ].join("\n");
  $("shown").showModal();
}

let looks = 0;
async function showJournal() {
  const look = ++looks;
  const query = new URLSearchParams([...new FormData($("filter"))].filter(([, text]) => text));
  const told = await ask("GET", `journal?detail=line&${query}`);
  if (look !== looks) return; // another was asked for meanwhile
  $("counts").textContent = word("counts")(told.matched, told.kept);
  $("nothing").hidden = told.requests.length > 0;
  $("journal").replaceChildren(...told.requests.reverse().map(entryRow));
}

async function refresh() {
  try {
    [state, rules] = await Promise.all([ask("GET", "state"), ask("GET", "faults")]);
    showClock();
    for (const [id, told] of Object.entries(state.departments)) showDepartment(id, told);
    if ($("live").checked) await showJournal();
    if (!refused) complain(state.spoiled.map((one) => `${one.where}: ${one.what}\n${one.mend}`).join("\n"), false);
  } catch (trouble) {
    if (!refused) complain(trouble.message, false);
  }
}

async function keepFresh() {
  if (document.visibilityState === "visible") await refresh();
  setTimeout(keepFresh, 1000);
}

for (const element of document.querySelectorAll("[data-advance]"))
  element.addEventListener("click", () => done(ask("POST", "clock", { advance: JSON.parse(element.dataset.advance) })));
$("next-due").addEventListener("click", () => done(ask("POST", "clock", { now: state.nextDueAt })));
$("stop").addEventListener("click", () => done(ask("POST", "clock", { rate: state.rate ? 0 : before })));
$("rate").addEventListener("change", () => { $("rate").blur(); done(ask("POST", "clock", { rate: Number($("rate").value) })); });
$("moment").addEventListener("focus", () => { $("moment").value ||= state.now.slice(0, 19); });
$("set").addEventListener("click", () => done(ask("POST", "clock", { now: $("moment").value || state.now.slice(0, 19) })));
$("reset").addEventListener("click", () => confirm(word("sure")) && done(ask("POST", "reset")));
$("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; translate(); refresh(); });
$("filter").addEventListener("submit", (event) => event.preventDefault());
let typed = 0;
$("filter").addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(() => showJournal().catch((trouble) => complain(trouble.message, false)), 250);
});

for (const id of Object.keys(NAMES)) document.forms.filter.department.append(made("option", id, { value: id }));
translate();
kinds = await ask("GET", "faults/kinds").catch(() => []);
await keepFresh();
