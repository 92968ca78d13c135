// The three departments that speak SOAP, by the soap package: clients made from the contracts as received.
import axios from "axios";
import { XMLParser } from "fast-xml-parser";
import { createClientAsync, WSSecurity } from "soap";
import { base } from "./http.mjs";
import { parcelOf, personOf, personRows, projectsOf, projectsRequest } from "./words.mjs";

const xml = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false });
const gb18030 = new TextDecoder("gb18030");
const asText = { date: (text) => text, decimal: (text) => text };

// The package reads every reply as UTF-8; one department writes GB18030.
async function inGb18030(options) {
  const reply = await axios({ ...options, responseType: "arraybuffer" });
  return { ...reply, data: gb18030.decode(reply.data) };
}

async function client(contract, path, options = {}) {
  const made = await createClientAsync(`${process.env.CONTRACTS}/${contract}`, { customDeserializer: asText, ...options });
  made.setEndpoint(base + path);
  return made;
}

export async function packaged() {
  const police = await client("police/contract/nciic.wsdl", "/nciic_ws/services/NciicServices");
  const planning = await client("planning/contract/plan-case.wsdl", "/PlanCase/PlanCaseService.asmx");
  planning.setSecurity(new WSSecurity("onething", "planning-demo-secret", { passwordType: "PasswordDigest", hasTimeStamp: false }));
  const construction = await client("construction/contract/jzgl-service.wsdl", "/services/JzglService",
    { forceSoap12Headers: true, request: inGb18030 });
  return {
    async person(ref) {
      const [told] = await police.nciicQueryPersonAsync({ inLicense: "police-demo-licence", inConditions: personRows(ref) });
      return personOf(xml.parse(told.out).ROWS.ROW);
    },
    async parcel(parcelNo) {
      const [told] = await planning.GetParcelAsync({ ParcelNo: parcelNo });
      return parcelOf(told.Parcel);
    },
    async projects(parcelNo) {
      const [told] = await construction.queryProjectsAsync({ xmlParam: projectsRequest(parcelNo) });
      return projectsOf(xml.parse(told.return).RESPONSE.BODY.XMLIST.XM);
    },
  };
}
