// Speaks to SOAP departments with the npm client `soap`, made of nothing but the WSDL a department
// serves. A line of JSON in is a department to open or a question; a line out is what came of it,
// the bytes as they came among it.
import { createInterface } from "node:readline";
import axios from "axios";
import soap from "soap";

const clients = {};
let last;

// The client reads every reply as UTF-8; it is given the text the reply's own charset makes of it.
async function heard(options) {
  const reply = await axios({ ...options, responseType: "arraybuffer" });
  const said = /charset=([\w-]+)/i.exec(reply.headers["content-type"] ?? "");
  const body = Buffer.from(reply.data);
  last = { status: reply.status, body: body.toString("base64"), charset: said?.[1] ?? "utf-8" };
  reply.data = new TextDecoder(last.charset).decode(body);
  return reply;
}

async function open({ name, wsdl, twelve, user, secret }) {
  const client = await soap.createClientAsync(wsdl, { forceSoap12Headers: twelve, request: heard });
  if (user) {
    const how = { passwordType: "PasswordDigest", hasTimeStamp: false, mustUnderstand: true };
    client.setSecurity(new soap.WSSecurity(user, secret, how));
  }
  clients[name] = client;
  const services = Object.values(client.describe()).flatMap((service) => Object.values(service));
  return { operations: services.flatMap((port) => Object.keys(port)) };
}

async function ask({ name, operation, words, strange }) {
  const client = clients[name];
  client.clearSoapHeaders();
  if (strange) client.addSoapHeader('<x:Route xmlns:x="urn:x" soap:mustUnderstand="1"/>');
  last = undefined;
  try {
    const [answer] = await client[`${operation}Async`](words);
    return { ...last, answer };
  } catch (error) {
    const fault = error.root?.Envelope?.Body?.Fault;
    if (!fault) throw error;
    return { ...last, fault: fault.faultcode?.$value ?? fault.faultcode ?? fault.Code?.Value };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  const done = told.wsdl ? open(told) : ask(told);
  const found = await done.catch((error) => ({ error: String(error.message).slice(0, 300) }));
  console.log(JSON.stringify(found));
}
