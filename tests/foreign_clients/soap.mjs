// Asks each SOAP department one question with the npm client `soap`, and once with a header block
// that must be understood and is not; prints what came as JSON.
import { readFileSync } from "node:fs";
import soap from "soap";

async function asked(client, operation, words) {
  try {
    const [answer] = await client[`${operation}Async`](words);
    return { answer };
  } catch (error) {
    const fault = error.root?.Envelope?.Body?.Fault;
    if (!fault) throw error;
    return { fault: fault.faultcode ?? fault.Code?.Value };
  }
}

async function of(told) {
  const client = await soap.createClientAsync(told.wsdl, {
    endpoint: told.url,
    forceSoap12Headers: told.twelve,
  });
  if (told.user) {
    const how = { passwordType: "PasswordDigest", hasTimeStamp: false, mustUnderstand: true };
    client.setSecurity(new soap.WSSecurity(told.user, told.secret, how));
  }
  const plain = await asked(client, told.operation, told.words);
  client.addSoapHeader('<x:Route xmlns:x="urn:x" soap:mustUnderstand="1"/>');
  return { plain, refused: await asked(client, told.operation, told.words) };
}

const told = JSON.parse(readFileSync(process.argv[2], "utf8"));
const found = {};
for (const [name, one] of Object.entries(told)) {
  found[name] = await of(one).catch((error) => ({ error: String(error.message).slice(0, 300) }));
}
console.log(JSON.stringify(found));
