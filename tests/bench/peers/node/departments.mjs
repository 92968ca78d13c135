// The six departments as most would write them in Node: undici or fetch, fast-xml-parser, no checks.
import { createHash, randomBytes } from "node:crypto";
import { XMLParser } from "fast-xml-parser";
import { Agent, request } from "undici";
import {
  escaped, healthOf, licenceOf, parcelOf, personOf, personRows, projectsOf, projectsRequest, propertyOf,
} from "./words.mjs";

const base = process.env.DEPARTMENTS;
const agent = new Agent({ connections: 64, pipelining: 1 });
const xml = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false });
const gb18030 = new TextDecoder("gb18030");
const JSON_ASK = { accept: "application/json" };
const TEXT_XML = { "content-type": "text/xml; charset=utf-8" };
const SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12 = "http://www.w3.org/2003/05/soap-envelope";
const WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";

async function overUndici(path, method, headers, body) {
  const reply = await request(base + path, { method, headers, body, dispatcher: agent });
  return Buffer.from(await reply.body.arrayBuffer());
}
async function overFetch(path, method, headers, body) {
  const reply = await fetch(base + path, { method, headers, body });
  return Buffer.from(await reply.arrayBuffer());
}

function usernameToken() {
  const nonce = randomBytes(16);
  const created = new Date().toISOString();
  const digest = createHash("sha1").update(nonce).update(created).update("planning-demo-secret").digest("base64");
  return `<wsse:Security xmlns:wsse="${WSS}-wssecurity-secext-1.0.xsd" xmlns:wsu="${WSS}-wssecurity-utility-1.0.xsd"><wsse:UsernameToken><wsse:Username>onething</wsse:Username><wsse:Password Type="${WSS}-username-token-profile-1.0#PasswordDigest">${digest}</wsse:Password><wsse:Nonce EncodingType="${WSS}-soap-message-security-1.0#Base64Binary">${nonce.toString("base64")}</wsse:Nonce><wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`;
}
const envelope = (soap, namespace, body, header = "") =>
  `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="${soap}" xmlns:n1="${namespace}">${header && `<env:Header>${header}</env:Header>`}<env:Body>${body}</env:Body></env:Envelope>`;

function departments(send) {
  const ask = async (path, headers) => JSON.parse(await send(path, "GET", { ...JSON_ASK, ...headers }));
  const soap = async (path, headers, body, decoder = null) => {
    const reply = await send(path, "POST", headers, body);
    return xml.parse(decoder ? decoder.decode(reply) : reply.toString()).Envelope.Body;
  };
  async function licence(uscc) {
    const told = await ask(`/licences?uscc=${encodeURIComponent(uscc)}`, { authorization: "Bearer canned" });
    return licenceOf(told.licences[0]);
  }
  async function health(uscc) {
    const path = `/health-certificates/summary?creditCode=${encodeURIComponent(uscc)}`;
    return healthOf((await ask(path, { "x-api-key": "health-demo-key" })).data);
  }
  async function property(certNo) {
    const headers = { ...JSON_ASK, "content-type": "application/json", "x-app-key": "housing-demo-key" };
    const told = JSON.parse(await send("/property/batch", "POST", headers, JSON.stringify({ certNos: [certNo] })));
    return propertyOf(told.data.list[0]);
  }
  async function person(ref) {
    const asked = `<n1:nciicQueryPerson><n1:inLicense>police-demo-licence</n1:inLicense><n1:inConditions>${escaped(personRows(ref))}</n1:inConditions></n1:nciicQueryPerson>`;
    const told = await soap("/nciic_ws/services/NciicServices", { ...TEXT_XML, soapaction: '""' },
      envelope(SOAP_11, "http://serv.rkxt.gaj.sh.gov.example", asked));
    return personOf(xml.parse(told.nciicQueryPersonResponse.out).ROWS.ROW);
  }
  async function parcel(parcelNo) {
    const headers = { ...TEXT_XML, soapaction: '"http://ghzyj.sh.gov.example/plancase/GetParcel"' };
    const asked = `<n1:GetParcel><n1:ParcelNo>${escaped(parcelNo)}</n1:ParcelNo></n1:GetParcel>`;
    const told = await soap("/PlanCase/PlanCaseService.asmx", headers,
      envelope(SOAP_11, "http://ghzyj.sh.gov.example/plancase/types", asked, usernameToken()));
    return parcelOf(told.GetParcelResponse.Parcel);
  }
  async function projects(parcelNo) {
    const headers = { "content-type": 'application/soap+xml; charset=utf-8; action="urn:queryProjects"' };
    const asked = `<n1:queryProjects><xmlParam>${escaped(projectsRequest(parcelNo))}</xmlParam></n1:queryProjects>`;
    const told = await soap("/services/JzglService", headers,
      envelope(SOAP_12, "http://service.jzgl.sh.gov.example/", asked), gb18030);
    return projectsOf(xml.parse(told.queryProjectsResponse.return).RESPONSE.BODY.XMLIST.XM);
  }
  return {
    Query: {
      businessLicence: (_, { uscc }) => licence(uscc),
      healthCertificates: (_, { uscc }) => health(uscc),
      person: (_, { personRef }) => person(personRef),
      property: (_, { certNo }) => property(certNo),
      parcel: (_, { parcelNo }) => parcel(parcelNo),
      projectByParcelNo: (_, { parcelNo }) => projects(parcelNo),
    },
    BusinessLicence: { premises: (r) => property(r.premisesCertNo) },
    Property: { parcel: (r) => parcel(r.parcelNo) },
    Parcel: { projects: (r) => projects(r.parcelNo) },
  };
}

export const withUndici = () => departments(overUndici);
export const withFetch = () => departments(overFetch);
