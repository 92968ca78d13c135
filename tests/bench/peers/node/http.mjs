// The three departments that speak REST, and the two ways of sending: undici, or Node's own fetch.
import { Agent, request } from "undici";
import { healthOf, licenceOf, propertyOf } from "./words.mjs";

export const base = process.env.DEPARTMENTS;
const agent = new Agent({ connections: 64, pipelining: 1 });
const JSON_ASK = { accept: "application/json" };

export async function overUndici(path, method, headers, body) {
  const reply = await request(base + path, { method, headers, body, dispatcher: agent });
  return Buffer.from(await reply.body.arrayBuffer());
}
export async function overFetch(path, method, headers, body) {
  const reply = await fetch(base + path, { method, headers, body });
  return Buffer.from(await reply.arrayBuffer());
}

export function rest(send) {
  const ask = async (path, headers) => JSON.parse(await send(path, "GET", { ...JSON_ASK, ...headers }));
  return {
    async licence(uscc) {
      const told = await ask(`/licences?uscc=${encodeURIComponent(uscc)}`, { authorization: "Bearer canned" });
      return licenceOf(told.licences[0]);
    },
    async health(uscc) {
      const path = `/health-certificates/summary?creditCode=${encodeURIComponent(uscc)}`;
      return healthOf((await ask(path, { "x-api-key": "health-demo-key" })).data);
    },
    async property(certNo) {
      const headers = { ...JSON_ASK, "content-type": "application/json", "x-app-key": "housing-demo-key" };
      const told = JSON.parse(await send("/property/batch", "POST", headers, JSON.stringify({ certNos: [certNo] })));
      return propertyOf(told.data.list[0]);
    },
  };
}
