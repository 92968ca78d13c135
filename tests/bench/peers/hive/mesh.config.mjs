// The supergraph: REST from the contracts as received; SOAP by hand, as Mesh's own loader for WSDL is not
// published in a version that fits. The graph our queries ask is added over both.
import { createPrefixTransform, defineConfig } from "@graphql-mesh/compose-cli";
import { loadOpenAPISubgraph } from "@omnigraph/openapi";
import { buildSchema } from "graphql";
import { typeDefs } from "./words.mjs";

const base = process.env.DEPARTMENTS;
const prefixed = (value) => [createPrefixTransform({ value, includeRootOperations: true, includeTypes: true })];
const rest = (name, file, operationHeaders, select = []) => ({
  sourceHandler: loadOpenAPISubgraph(name, {
    source: `${process.env.CONTRACTS}/${name}/contract/${file}`, endpoint: base, operationHeaders,
    ignoreErrorResponses: true,
    selectQueryOrMutationField: select,
  }),
  transforms: prefixed(`${name}_`),
});
const DIRECTIVES = `
directive @soap(elementName: String, bindingNamespace: String, endpoint: String, subgraph: String, soapAction: String, soapNamespace: String) on FIELD_DEFINITION
directive @transport(kind: String, subgraph: String, location: String) on SCHEMA
`;
const soap = (name, sdl) => ({
  sourceHandler: () => ({
    name,
    schema$: Promise.resolve(buildSchema(`${DIRECTIVES}
      schema @transport(kind: "soap", subgraph: "${name}", location: "${base}") { query: Query }
      ${sdl}`, { assumeValidSDL: true })),
  }),
});
const operation = (name, element, namespace, path, action, envelope = "http://schemas.xmlsoap.org/soap/envelope/") =>
  `@soap(elementName: "${element}", bindingNamespace: "${namespace}", endpoint: "${base}${path}", subgraph: "${name}", soapAction: "${action}", soapNamespace: "${envelope}")`;

const police = `
input NciicQueryPersonInput { inLicense: String inConditions: String }
type NciicQueryPersonResponse { out: String }
type Query { police_nciicQueryPerson(nciicQueryPerson: NciicQueryPersonInput): NciicQueryPersonResponse
  ${operation("police", "nciicQueryPersonResponse", "http://serv.rkxt.gaj.sh.gov.example", "/nciic_ws/services/NciicServices", "")} }`;
const planning = `
input GetParcelInput { ParcelNo: String }
type PlanningParcel { ParcelNo: String LandUse: String Area: String PlanUnit: String ApprovedOn: String }
type GetParcelResponse { Parcel: PlanningParcel }
type Query { planning_GetParcel(GetParcel: GetParcelInput): GetParcelResponse
  ${operation("planning", "GetParcelResponse", "http://ghzyj.sh.gov.example/plancase/types", "/PlanCase/PlanCaseService.asmx", "http://ghzyj.sh.gov.example/plancase/GetParcel")} }`;
const construction = `
input QueryProjectsInput { xmlParam: String }
type QueryProjectsResponse { return: String }
type Query { construction_queryProjects(queryProjects: QueryProjectsInput): QueryProjectsResponse
  ${operation("construction", "queryProjectsResponse", "http://service.jzgl.sh.gov.example/", "/services/JzglService", "urn:queryProjects", "http://www.w3.org/2003/05/soap-envelope")} }`;

export const composeConfig = defineConfig({
  subgraphs: [
    rest("market", "market-api.yaml", { authorization: "Bearer canned" }),
    rest("housing", "housing-api.yaml", { "x-app-key": "housing-demo-key" }, [{ type: "Query", fieldName: "queryPropertyBatch" }]),
    rest("health", "health-data.yaml", { "x-api-key": "health-demo-key" }),
    soap("police", police),
    soap("planning", planning),
    soap("construction", construction),
  ],
  additionalTypeDefs: typeDefs.replace("type Query", "extend type Query"),
});
