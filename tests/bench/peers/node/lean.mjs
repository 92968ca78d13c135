// The three departments that speak SOAP, as lean as Node can be: envelopes as text, fast-xml-parser, no checks.
import { createHash, randomBytes } from "node:crypto";
import { XMLParser } from "fast-xml-parser";
import { escaped, parcelOf, personOf, personRows, projectsOf, projectsRequest } from "./words.mjs";

const xml = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false });
const gb18030 = new TextDecoder("gb18030");
const TEXT_XML = { "content-type": "text/xml; charset=utf-8" };
const SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12 = "http://www.w3.org/2003/05/soap-envelope";
const WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";

function usernameToken() {
  const nonce = randomBytes(16);
  const created = new Date().toISOString();
  const digest = createHash("sha1").update(nonce).update(created).update("planning-demo-secret").digest("base64");
  return `<wsse:Security xmlns:wsse="${WSS}-wssecurity-secext-1.0.xsd" xmlns:wsu="${WSS}-wssecurity-utility-1.0.xsd"><wsse:UsernameToken><wsse:Username>onething</wsse:Username><wsse:Password Type="${WSS}-username-token-profile-1.0#PasswordDigest">${digest}</wsse:Password><wsse:Nonce EncodingType="${WSS}-soap-message-security-1.0#Base64Binary">${nonce.toString("base64")}</wsse:Nonce><wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`;
}
const envelope = (soap, namespace, body, header = "") =>
  `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="${soap}" xmlns:n1="${namespace}">${header && `<env:Header>${header}</env:Header>`}<env:Body>${body}</env:Body></env:Envelope>`;

export function lean(send) {
  const soap = async (path, headers, body, decoder = null) => {
    const reply = await send(path, "POST", headers, body);
    return xml.parse(decoder ? decoder.decode(reply) : reply.toString()).Envelope.Body;
  };
  return {
    async person(ref) {
      const asked = `<n1:nciicQueryPerson><n1:inLicense>police-demo-licence</n1:inLicense><n1:inConditions>${escaped(personRows(ref))}</n1:inConditions></n1:nciicQueryPerson>`;
      const told = await soap("/nciic_ws/services/NciicServices", { ...TEXT_XML, soapaction: '""' },
        envelope(SOAP_11, "http://serv.rkxt.gaj.sh.gov.example", asked));
      return personOf(xml.parse(told.nciicQueryPersonResponse.out).ROWS.ROW);
    },
    async parcel(parcelNo) {
      const headers = { ...TEXT_XML, soapaction: '"http://ghzyj.sh.gov.example/plancase/GetParcel"' };
      const asked = `<n1:GetParcel><n1:ParcelNo>${escaped(parcelNo)}</n1:ParcelNo></n1:GetParcel>`;
      const told = await soap("/PlanCase/PlanCaseService.asmx", headers,
        envelope(SOAP_11, "http://ghzyj.sh.gov.example/plancase/types", asked, usernameToken()));
      return parcelOf(told.GetParcelResponse.Parcel);
    },
    async projects(parcelNo) {
      const headers = { "content-type": 'application/soap+xml; charset=utf-8; action="urn:queryProjects"' };
      const asked = `<n1:queryProjects><xmlParam>${escaped(projectsRequest(parcelNo))}</xmlParam></n1:queryProjects>`;
      const told = await soap("/services/JzglService", headers,
        envelope(SOAP_12, "http://service.jzgl.sh.gov.example/", asked), gb18030);
      return projectsOf(xml.parse(told.queryProjectsResponse.return).RESPONSE.BODY.XMLIST.XM);
    },
  };
}
