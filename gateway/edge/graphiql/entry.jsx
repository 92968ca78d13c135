import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";

// What the gateway wrote into the page: where to ask, which tabs to open, what to send along.
const config = JSON.parse(document.getElementById("config").textContent);

globalThis.MonacoEnvironment = {
  getWorker: (_, label) =>
    new Worker(`${config.assets}/${{ json: "json", graphql: "graphql" }[label] ?? "editor"}.worker.js`),
};

const plain = createGraphiQLFetcher({ url: config.url });
// A tab restored from an earlier visit has no headers: it acts as the demo applicant all the same.
const fetcher = (request, options) =>
  plain(request, { ...options, headers: { ...config.headers, ...(options?.headers ?? {}) } });

const headers = JSON.stringify(config.headers, null, 2);
const tabs = config.tabs.map((tab) => ({
  query: tab.query,
  variables: JSON.stringify(tab.variables, null, 2),
  headers,
}));

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={tabs.length ? tabs : undefined}
    // The first tab's own variables reach its editor only this way.
    initialQuery={tabs[0]?.query}
    initialVariables={tabs[0]?.variables}
    initialHeaders={headers}
    defaultHeaders={headers}
    defaultEditorToolsVisibility="variables"
    plugins={[HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })]}
  >
    <GraphiQL.Logo>{config.title}</GraphiQL.Logo>
  </GraphiQL>,
);
