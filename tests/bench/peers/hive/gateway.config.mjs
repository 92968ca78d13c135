// Hive Gateway: our graph over the composed departments; the documents inside strings are read here.
import { defineConfig } from "@graphql-hive/gateway";
import { XMLParser } from "fast-xml-parser";
import {
  healthOf, licenceOf, oneThingOf, parcelOf, personOf, personRows, projectsOf, projectsRequest, propertyOf,
} from "./words.mjs";

const xml = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false });
const gb18030 = new TextDecoder("gb18030");
const asks = (department, field, selectionSet) => (args, root, context, info) =>
  context[department].Query[field]({ root, args, context, info, selectionSet });

const getLicences = asks("market", "market_getLicences", `{ licences { uscc name type registered_capital
  established_on operating_period business_scope address legal_representative { name person_ref }
  premises_title_no status } }`);
const summary = asks("health", "health_certificateSummary", "{ data { creditCode validCount nextExpireDate } }");
const batch = asks("housing", "housing_queryPropertyBatch",
  "{ data { list { CQZH ZL QLR YT JZMJ ZCS XZQHDM JDMC LZBH DKBH } } }");
const queryPerson = asks("police", "police_nciicQueryPerson", "{ out }");
const getParcel = asks("planning", "planning_GetParcel", "{ Parcel { ParcelNo LandUse Area PlanUnit ApprovedOn } }");
const queryProjects = asks("construction", "construction_queryProjects", "{ return }");

const licence = async (uscc, ...rest) => licenceOf((await getLicences({ uscc: [uscc] }, ...rest)).licences[0]);
const health = async (uscc, ...rest) => healthOf((await summary({ creditCode: uscc }, ...rest)).data);
const property = async (certNo, ...rest) => {
  const [r] = (await batch({ input: { certNos: [certNo] } }, ...rest)).data.list;
  return propertyOf(r && { ...r, YT: r.YT.replace("_", "") });
};
const person = async (ref, ...rest) => {
  const asked = { nciicQueryPerson: { inLicense: "police-demo-licence", inConditions: personRows(ref) } };
  return personOf(xml.parse((await queryPerson(asked, ...rest)).out).ROWS.ROW);
};
const parcel = async (parcelNo, ...rest) =>
  parcelOf((await getParcel({ GetParcel: { ParcelNo: parcelNo } }, ...rest)).Parcel);
const projects = async (parcelNo, ...rest) => {
  const told = await queryProjects({ queryProjects: { xmlParam: projectsRequest(parcelNo) } }, ...rest);
  return projectsOf(xml.parse(told.return).RESPONSE.BODY.XMLIST.XM);
};

// The transport reads every reply as UTF-8; one department writes GB18030.
const inGb18030 = {
  onFetch: () => async ({ response, setResponse }) => {
    if (!/gb18030/i.test(response.headers.get("content-type") ?? "")) return;
    setResponse(new Response(gb18030.decode(await response.arrayBuffer()), { status: response.status }));
  },
};

export const gatewayConfig = defineConfig({
  additionalResolvers: {
    Query: {
      businessLicence: (root, { uscc }, context, info) => licence(uscc, root, context, info),
      healthCertificates: (root, { uscc }, context, info) => health(uscc, root, context, info),
      person: (root, { personRef }, context, info) => person(personRef, root, context, info),
      property: (root, { certNo }, context, info) => property(certNo, root, context, info),
      parcel: (root, { parcelNo }, context, info) => parcel(parcelNo, root, context, info),
      projectByParcelNo: (root, { parcelNo }, context, info) => projects(parcelNo, root, context, info),
      oneThing: (root, { id }) => oneThingOf(id),
    },
    BusinessLicence: { premises: (root, _, context, info) => property(root.premisesCertNo, root, context, info) },
    Property: { parcel: (root, _, context, info) => parcel(root.parcelNo, root, context, info) },
    Parcel: { projects: (root, _, context, info) => projects(root.parcelNo, root, context, info) },
  },
  plugins: () => [inGb18030],
  ...(process.env.CACHE ? { responseCaching: { session: () => null, ttl: 5000 } } : {}),
});
