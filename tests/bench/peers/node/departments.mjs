// The resolvers over the six departments: SOAP by the soap package, as its documentation shows it, or lean.
import { overFetch, overUndici, rest } from "./http.mjs";
import { lean } from "./lean.mjs";
import { oneThingOf } from "./words.mjs";

function resolvers({ licence, health, property, person, parcel, projects }) {
  return {
    Query: {
      businessLicence: (_, { uscc }) => licence(uscc),
      healthCertificates: (_, { uscc }) => health(uscc),
      person: (_, { personRef }) => person(personRef),
      property: (_, { certNo }) => property(certNo),
      parcel: (_, { parcelNo }) => parcel(parcelNo),
      projectByParcelNo: (_, { parcelNo }) => projects(parcelNo),
      oneThing: (_, { id }) => oneThingOf(id),
    },
    BusinessLicence: { premises: (r) => property(r.premisesCertNo) },
    Property: { parcel: (r) => parcel(r.parcelNo) },
    Parcel: { projects: (r) => projects(r.parcelNo) },
  };
}

const packaged = async () => (await import("./packaged.mjs")).packaged(); // who is lean does not load it
export const leanDepartments = { ...rest(overUndici), ...lean(overUndici) };
export const withLean = () => resolvers(leanDepartments);
export const withUndici = async () => resolvers({ ...rest(overUndici), ...(await packaged()) });
export const withFetch = async () => resolvers({ ...rest(overFetch), ...(await packaged()) });
