// What the peers share: code tables of the departments, masks, and the frame around every value.
import { readFileSync } from "node:fs";

export const typeDefs = readFileSync(new URL("./schema.graphql", import.meta.url), "utf8");
export const USE = { 10: "居住", 20: "商业", 30: "办公" };
export const LAND = {
  "0701": "城镇住宅用地", "0702": "城镇社区服务设施用地", "0709": "商住混合用地", "0801": "机关团体用地",
  "0804": "教育用地", "0806": "医疗卫生用地", "0901": "商业用地", "0902": "商务金融用地",
  1001: "工业用地", 1401: "公园绿地",
};
export const STAGE = { 1: "已报建", 2: "已审图", 3: "已许可", 4: "在建", 5: "竣工", 9: "终止" };
export const STATUS = { ACTIVE: "存续", CANCELLED: "注销" };

const keep = (text, head, tail) =>
  text.slice(0, head) + "*".repeat(text.length - head - tail) + text.slice(text.length - tail);
export const maskName = (name) => (name.length > 1 ? keep(name, 1, 0) : "*".repeat(name.length));
export const maskId = (id) => (id.length >= 15 ? keep(id, 4, 4) : "*".repeat(id.length));
export const day = (text) => (text ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}` : null);
export const reading = (department, source, value) =>
  ({ value, provenance: { department, source, stale: false }, problem: null });
export const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

export const personRows = (ref) =>
  `<?xml version="1.0" encoding="utf-8"?><ROWS><INFO><SBM>onething</SBM></INFO><ROW><RYBH>人员编号</RYBH></ROW><ROW><RYBH>${escaped(ref)}</RYBH></ROW></ROWS>`;
export const projectsRequest = (parcelNo) =>
  `<?xml version="1.0" encoding="gb18030"?><REQUEST><HEAD><USERID>onething</USERID><PASSWORD>construction-demo-secret</PASSWORD><JYLSH>call-1</JYLSH><FSSJ>2026-03-02 09:00:00</FSSJ></HEAD><BODY><ZDDM>${escaped(parcelNo)}</ZDDM></BODY></REQUEST>`;

export const licenceOf = (r) => reading("market", "business_licence", r ? {
  uscc: r.uscc, enterpriseName: r.name, enterpriseType: r.type, registeredCapital: r.registered_capital,
  establishDate: r.established_on, businessTerm: r.operating_period, businessScope: r.business_scope,
  registeredAddress: r.address, legalRepName: maskName(r.legal_representative.name),
  legalRepRef: r.legal_representative.person_ref, premisesCertNo: r.premises_title_no, status: STATUS[r.status],
} : null);
export const healthOf = (data) => reading("health", "health_certificates", data ? {
  uscc: data.creditCode, validCount: data.validCount, nextExpiry: data.nextExpireDate,
} : null);
export const propertyOf = (r) => reading("housing", "property", r ? {
  certNo: r.CQZH, address: r.ZL, ownerName: r.QLR, use: USE[r.YT], area: String(r.JZMJ), floorCount: r.ZCS,
  districtCode: r.XZQHDM, street: r.JDMC, buildingNo: r.LZBH, parcelNo: r.DKBH,
} : null);
export const parcelOf = (r) => reading("planning", "parcel", r ? {
  parcelNo: r.ParcelNo, landUse: LAND[r.LandUse.padStart(4, "0")], area: r.Area, planUnit: r.PlanUnit,
  approvedOn: r.ApprovedOn ?? null,
} : null);
export const personOf = (row) => reading("police", "person", row?.OUTPUT?.xm ? {
  personRef: row.INPUT.rybh, idNumber: maskId(row.OUTPUT.gmsfhm), name: maskName(row.OUTPUT.xm),
} : null);
export const projectsOf = (list) => ({ ...reading("construction", "project"), values: [].concat(list ?? []).map((r) => ({
  projectNo: r.XMBH, name: r.XMMC, parcelNo: r.ZDDM, buildingNo: r.JZWBM, stage: STAGE[r.JSJD], area: r.JZMJ,
  registeredOn: day(r.BJRQ), startedOn: day(r.KGRQ), completedOn: day(r.JGRQ),
})) });

let catalogue;
export const oneThingOf = (id) => (catalogue ??= JSON.parse(readFileSync(process.env.CATALOGUE, "utf8")))[id] ?? null;
